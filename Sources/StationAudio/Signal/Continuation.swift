// What a sound would have gone on like, for the few samples beyond its edge that a filter wants to see.

/// Continues `samples` by `count` samples, by linear prediction.
///
/// Where two items of different rates meet, each one's filter reaches beyond its edge. Silence there would make
/// the filter ring as at a hard cut; what the sound itself foretells does not. What is too short or silent goes on
/// as silence, and nothing grows louder than it was.
func continuation(of samples: [Float], count: Int) -> [Float] {
    let window = samples.suffix(predictionWindow).map(Double.init)
    let peak = window.reduce(0) { max($0, $1.magnitude) }
    guard window.count > 2 * predictionOrder, peak > 0, window.allSatisfy(\.isFinite) else {
        return [Float](repeating: 0, count: count)
    }
    let weights = predictor(window)
    var all = window
    for _ in 0..<count {
        var next = 0.0
        for (i, weight) in weights.enumerated() { next += weight * all[all.count - 1 - i] }
        // No prediction is certain to be stable.
        all.append(min(peak, max(-peak, next)))
    }
    return all.suffix(count).map { Float($0) }
}

/// Samples that the prediction is learnt from.
let predictionWindow = 320
/// Samples that each prediction is made of.
private let predictionOrder = 24
/// Noise that is assumed in the samples, in parts of their power: it keeps the equations solvable.
private let assumedNoise = 1e-8

/// The weights of the latest sample, of the one before it, and so on, that foretell each sample best.
///
/// Least squares both forwards and backwards in time (the modified covariance method): exact for sines, where
/// Burg's recursion is off in frequency.
private func predictor(_ samples: [Double]) -> [Double] {
    let order = predictionOrder
    // Row 0 holds what is foretold, the others what it is foretold from.
    var products = [[Double]](repeating: [Double](repeating: 0, count: order + 1), count: order + 1)
    for i in 0...order {
        for j in i...order {
            var sum = 0.0
            for n in order..<samples.count {
                sum += samples[n - i] * samples[n - j] + samples[n - order + i] * samples[n - order + j]
            }
            products[i][j] = sum
            products[j][i] = sum
        }
    }
    let noise = assumedNoise * products[0][0]
    var matrix = products.dropFirst().map { Array($0.dropFirst()) }
    for i in 0..<order { matrix[i][i] += noise }
    return solve(matrix, Array(products[0].dropFirst()))
}

/// Solves a symmetric, positive definite system (Cholesky).
private func solve(_ matrix: [[Double]], _ right: [Double]) -> [Double] {
    let size = right.count
    var (lower, x) = (matrix, right)
    for i in 0..<size {
        for j in 0...i {
            var sum = lower[i][j]
            for k in 0..<j { sum -= lower[i][k] * lower[j][k] }
            lower[i][j] = i == j ? max(sum, .leastNormalMagnitude).squareRoot() : sum / lower[j][j]
        }
        for k in 0..<i { x[i] -= lower[i][k] * x[k] }
        x[i] /= lower[i][i]
    }
    for i in (0..<size).reversed() {
        for k in i + 1..<size { x[i] -= lower[k][i] * x[k] }
        x[i] /= lower[i][i]
    }
    return x
}
