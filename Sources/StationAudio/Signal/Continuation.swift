// What a sound would have gone on like, for the few samples beyond its edge that a filter wants to see.

/// Continues `samples` by `count` samples, by linear prediction (Burg's method).
///
/// Where two items of different rates meet, each one's filter reaches beyond its edge. Silence there would make the
/// filter ring as at a hard cut; what the sound itself foretells does not. Too short or silent, it goes on as silence.
func continuation(of samples: [Float], count: Int) -> [Float] {
    let window = samples.suffix(predictionWindow).map(Double.init)
    let peak = window.reduce(0) { max($0, $1.magnitude) }
    guard window.count > 2 * predictionOrder, peak > 0, peak.isFinite else {
        return [Float](repeating: 0, count: count)
    }
    let weights = predictor(window)
    var all = window
    for _ in 0..<count {
        var next = 0.0
        for (i, weight) in weights.enumerated() { next += weight * all[all.count - 1 - i] }
        // Burg's predictors do not grow without end; the clamp keeps them from growing at all.
        all.append(min(peak, max(-peak, next)))
    }
    return all.suffix(count).map { Float($0) }
}

/// Samples that the prediction is learnt from.
let predictionWindow = 384
/// Samples that each prediction is made of.
private let predictionOrder = 32

/// The weights of the latest sample, of the one before it, and so on.
private func predictor(_ samples: [Double]) -> [Double] {
    var (forward, backward) = (samples, samples)
    var weights: [Double] = []
    var enough = 0.0
    for order in 0..<predictionOrder {
        var (product, power) = (0.0, 0.0)
        for n in order + 1..<samples.count {
            product += forward[n] * backward[n - 1]
            power += forward[n] * forward[n] + backward[n - 1] * backward[n - 1]
        }
        // What is predicted to −100 dB leaves only rounding to learn from, which would make it unstable.
        if order == 0 { enough = power * 1e-10 }
        guard power > enough else { break }
        let reflection = 2 * product / power
        for n in (order + 1..<samples.count).reversed() {
            let (f, b) = (forward[n], backward[n - 1])
            forward[n] = f - reflection * b
            backward[n] = b - reflection * f
        }
        weights = (0..<order).map { weights[$0] - reflection * weights[order - 1 - $0] } + [reflection]
    }
    return weights
}
