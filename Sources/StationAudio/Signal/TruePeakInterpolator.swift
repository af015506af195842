// The waveform between the samples (ITU-R BS.1770-4 annex 2): a converter makes it, so a limiter must see it.

/// Interpolates a signal at a quarter, a half and three quarters of the way between samples.
struct TruePeakInterpolator: Sendable {
    /// Coefficients of each of the three phases.
    static let taps = 32
    /// Samples after the one it starts from that an interpolation needs.
    static let ahead = taps / 2
    /// Samples before the one it starts from that an interpolation needs.
    static let behind = taps / 2 - 1

    /// As meters have them; annex 2's own twelve taps read up to 0.5 dB low near the band's edge.
    private static let cutoff = 0.5
    private static let beta = 9.0

    /// For each pair of samples as far from the middle on either side: what the half way takes of their sum, and
    /// what a quarter and three quarters, each other's mirror images, have in common of their sum and of their
    /// difference.
    private let coefficients: [Float]

    /// How much larger than the largest sample an interpolated value can be.
    ///
    /// |Σ h[k] x[n − k]| ≤ Σ |h[k]| · max |x|: the triangle inequality, so no signal whatever exceeds it.
    let bound: Float

    init() {
        let half = Self.taps / 2
        var rows: [[Float]] = []
        for phase in 1...2 {
            var row: [Double] = []
            for k in 0..<Self.taps {
                let distance = Double(k - half + 1) - Double(phase) / 4
                row.append(windowedSinc(distance, cutoff: Self.cutoff, half: half, beta: Self.beta))
            }
            let sum = row.reduce(0, +)
            rows.append(row.map { Float($0 / sum) })
        }
        let (quarter, middle) = (rows[0], rows[1])
        coefficients = (0..<half).flatMap { k in
            let other = quarter[Self.taps - 1 - k]
            return [middle[k], (quarter[k] + other) / 2, (quarter[k] - other) / 2]
        }
        // Rounding in these sums and in the interpolation itself.
        bound = 1.0001 * (rows.map { $0.reduce(0) { $0 + $1.magnitude } }.max() ?? 1)
    }

    /// The largest magnitude of the waveform from sample `index` of `samples` up to, and without, the eighth after it.
    ///
    /// `samples` must reach from `behind` samples before `index` to `ahead` samples after the eighth.
    @inline(__always)
    func peak(_ samples: UnsafePointer<Float>, ofEightAt index: Int) -> Float {
        // Safety: the caller gives `behind` samples before and `ahead` after; three coefficients for each pair.
        let x = unsafe UnsafeRawPointer(samples + index)
        let (middle, even, odd) = unsafe coefficients.withUnsafeBufferPointer { table in
            var (middle, even, odd) = (SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero)
            for pair in 0..<Self.ahead {
                let early = unsafe lane(x, (pair &- Self.behind) &* 4)
                let late = unsafe lane(x, (Self.ahead &- pair) &* 4)
                unsafe middle += (early + late) * table[3 &* pair]
                unsafe even += (early + late) * table[3 &* pair &+ 1]
                unsafe odd += (early - late) * table[3 &* pair &+ 2]
            }
            return (middle, even, odd)
        }
        let between = larger(magnitudes(even + odd), magnitudes(even - odd))
        return largest(larger(larger(between, magnitudes(middle)), magnitudes(unsafe lane(x, 0))))
    }
}
