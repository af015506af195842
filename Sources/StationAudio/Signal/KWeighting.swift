// How the ear hears one channel: the two filters of ITU-R BS.1770-4 annex 1.

import Glibc

/// The K-weighting of one channel at one rate, with its state.
struct KWeighting: BitwiseCopyable, Sendable {
    private var shelf: Biquad
    private var highPass: Biquad

    /// Makes the filters for `rate` frames a second.
    init(rate: Int) {
        shelf = .shelf(rate: Double(rate))
        highPass = .highPass(rate: Double(rate))
    }

    /// The sum of the squares of `count` weighted samples, `stride` apart; what is no sound counts as silence.
    mutating func energy(
        _ samples: UnsafeBufferPointer<Float>, from first: Int, stride: Int, count: Int
    ) -> Double {
        // Safety: the caller has `count` samples of the channel from `first` on, `stride` apart.
        var (shelf, highPass, sum) = (shelf, highPass, 0.0)
        for index in 0..<count {
            let sample = unsafe Double(scrubbed(samples[first + index * stride]))
            let weighted = highPass.next(shelf.next(sample))
            sum += weighted * weighted
        }
        self.shelf = shelf.settled
        self.highPass = highPass.settled
        return sum
    }
}

/// A recursive filter of the second order, in the transposed direct form.
private struct Biquad: BitwiseCopyable, Sendable {
    let b0, b1, b2, a1, a2: Double
    var z1 = 0.0
    var z2 = 0.0

    /// Far below everything that a sample can hold.
    private static let nothing = 1e-30

    @inline(__always)
    mutating func next(_ x: Double) -> Double {
        let y = b0 * x + z1
        // In this order only the last step waits for `y`.
        z1 = (b1 * x + z2) - a1 * y
        z2 = b2 * x - a2 * y
        return y
    }

    /// Without what is left of a sound long gone: reckoning with such numbers takes a processor ten times as long.
    var settled: Biquad {
        guard abs(z1) < Self.nothing, abs(z2) < Self.nothing else { return self }
        var settled = self
        (settled.z1, settled.z2) = (0, 0)
        return settled
    }

    /// The head's effect: BS.1770 gives it for 48 kHz; these are the analogue filter's own frequency, gain and
    /// quality, which give the same coefficients there and fitting ones at every other rate.
    static func shelf(rate: Double) -> Biquad {
        let k = tan(.pi * 1681.974450955533 / rate)
        let q = 0.7071752369554196
        let high = pow(10, 3.999843853973347 / 20)
        let band = pow(high, 0.4996667741545416)
        let a0 = 1 + k / q + k * k
        return Biquad(
            b0: (high + band * k / q + k * k) / a0, b1: 2 * (k * k - high) / a0,
            b2: (high - band * k / q + k * k) / a0, a1: 2 * (k * k - 1) / a0, a2: (1 - k / q + k * k) / a0)
    }

    /// The second stage of BS.1770, likewise; its numerator is not scaled there either.
    static func highPass(rate: Double) -> Biquad {
        let k = tan(.pi * 38.13547087602444 / rate)
        let q = 0.5003270373238773
        let a0 = 1 + k / q + k * k
        return Biquad(b0: 1, b1: -2, b2: 1, a1: 2 * (k * k - 1) / a0, a2: (1 - k / q + k * k) / a0)
    }
}
