// The waveform between the samples (ITU-R BS.1770-4 annex 2): a converter makes it, so a limiter must see it.

/// Interpolates a signal at a quarter, a half and three quarters of the way between samples.
struct TruePeakInterpolator: Sendable {
    /// Coefficients of each of the three phases: a multiple of 8.
    static let taps = 32
    /// Samples after the one it starts from that an interpolation needs.
    static let ahead = taps / 2
    /// Samples before the one it starts from that an interpolation needs.
    static let behind = taps / 2 - 1

    /// As meters have them; annex 2's own twelve taps read up to 0.5 dB low near the band's edge.
    private static let cutoff = 0.5
    private static let beta = 9.0

    /// The three phases one after the other.
    private let coefficients: [Float]

    /// How much larger than the largest sample an interpolated value can be.
    ///
    /// |Σ h[k] x[n − k]| ≤ Σ |h[k]| · max |x|: the triangle inequality, so no signal whatever exceeds it.
    let bound: Float

    init() {
        let half = Self.taps / 2
        var coefficients: [Float] = []
        var bound: Float = 1
        for phase in 1...3 {
            var row: [Double] = []
            for k in 0..<Self.taps {
                let distance = Double(k - half + 1) - Double(phase) / 4
                row.append(windowedSinc(distance, cutoff: Self.cutoff, half: half, beta: Self.beta))
            }
            let sum = row.reduce(0, +)
            let scaled = row.map { Float($0 / sum) }
            bound = max(bound, scaled.reduce(0) { $0 + $1.magnitude })
            coefficients += scaled
        }
        self.coefficients = coefficients
        // Rounding in the sums above and in the interpolation itself.
        self.bound = bound * 1.0001
    }

    /// The largest magnitude of the waveform from sample `index` of `samples` up to, and without, the next.
    ///
    /// `samples` must reach from `behind` samples before `index` to `ahead` samples after it.
    @inline(__always)
    func peak(_ samples: UnsafePointer<Float>, at index: Int) -> Float {
        // Safety: the caller gives `behind` samples before and `ahead` after; 32 coefficients in each of 3 phases.
        let x = unsafe UnsafeRawPointer(samples + index - Self.behind)
        var peak = unsafe samples[index].magnitude
        unsafe coefficients.withUnsafeBytes { table in
            guard let base = table.baseAddress else { return }
            var (a, b, c) = (SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero)
            for offset in stride(from: 0, to: Self.taps * 4, by: 32) {
                let block = unsafe lane(x, offset)
                a += unsafe block * lane(base, offset)
                b += unsafe block * lane(base, offset &+ Self.taps * 4)
                c += unsafe block * lane(base, offset &+ Self.taps * 8)
            }
            peak = max(peak, total(a).magnitude, total(b).magnitude, total(c).magnitude)
        }
        return peak
    }
}
