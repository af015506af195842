// How loud a programme is to the ear: ITU-R BS.1770-4 annex 1.

import Glibc

/// Measures the integrated loudness of frames of one rate, gated twice as BS.1770-4 says.
package struct LoudnessMeter: Sendable {
    /// The two filters of one channel, their state, and how much it counts.
    private struct Channel {
        var shelf: Biquad
        var highPass: Biquad
        let weight: Double
        var sum = 0.0
    }

    private var channels: [Channel]
    /// Frames in a tenth of a second: blocks of 400 ms overlap by three quarters.
    private let stepFrames: Int
    private var framesInStep = 0
    /// The weighted mean square of each whole tenth of a second.
    private var steps: [Float] = []

    /// A tenth of a second each: bounds the memory at 3.5 MB a day.
    private static let maximumSteps = 24 * 36_000

    /// Makes a meter for frames of `channels` channels, in WAV's order, at `rate`.
    package init(rate: Int, channels: Int) {
        stepFrames = max(1, (rate + 5) / 10)
        self.channels = (0..<channels).map { channel in
            Channel(
                shelf: .shelf(rate: Double(rate)), highPass: .highPass(rate: Double(rate)),
                weight: Self.weight(of: channel, among: channels))
        }
    }

    /// Table 3 of BS.1770-4: surrounds count more, the low-frequency effects not at all.
    private static func weight(of channel: Int, among count: Int) -> Double {
        switch (count, channel) {
        case (6..., 3): 0
        case (4, 2...), (5, 3...), (6..., 4...): 1.41
        default: 1
        }
    }

    /// Takes `frames` interleaved frames into account; what is no sound counts as silence.
    package mutating func measure(_ samples: UnsafeBufferPointer<Float>, frames: Int) {
        var start = 0
        while start < frames {
            let count = min(frames - start, stepFrames - framesInStep)
            for index in channels.indices where channels[index].weight > 0 {
                // Safety: the caller gives `frames` frames of all channels.
                unsafe Self.filter(
                    &channels[index], samples, start * channels.count + index, channels.count, count)
            }
            start += count
            framesInStep += count
            if framesInStep == stepFrames { endStep() }
        }
    }

    private static func filter(
        _ channel: inout Channel, _ samples: UnsafeBufferPointer<Float>, _ first: Int, _ stride: Int,
        _ count: Int
    ) {
        // Safety: the caller has `count` samples of the channel from `first` on, `stride` apart.
        var (shelf, highPass, sum) = (channel.shelf, channel.highPass, 0.0)
        for i in 0..<count {
            let sample = unsafe Double(scrubbed(samples[first + i * stride]))
            let weighted = highPass.next(shelf.next(sample))
            sum += weighted * weighted
        }
        channel.shelf = shelf
        channel.highPass = highPass
        channel.sum += sum
    }

    private mutating func endStep() {
        var power = 0.0
        for index in channels.indices {
            power += channels[index].weight * channels[index].sum
            channels[index].sum = 0
        }
        framesInStep = 0
        if steps.count < Self.maximumSteps { steps.append(Float(power / Double(stepFrames))) }
    }

    /// The integrated loudness in LUFS so far; nil for less than 400 ms and for what is silent throughout.
    package var integrated: Double? {
        guard steps.count >= 4 else { return nil }
        let blocks = (4...steps.count).map { end -> Double in
            steps[end - 4..<end].reduce(0.0) { $0 + Double($1) } / 4
        }
        let absolute = Self.power(loudness: -70)
        guard let ungated = Self.mean(blocks.filter { $0 > absolute }) else { return nil }
        // The relative gate is 10 LU below the loudness of what passed the absolute one.
        let gate = max(absolute, ungated / 10)
        return Self.mean(blocks.filter { $0 > gate }).map { -0.691 + 10 * log10($0) }
    }

    private static func power(loudness: Double) -> Double { pow(10, (loudness + 0.691) / 10) }

    private static func mean(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
}

/// A recursive filter of the second order, in the transposed direct form.
private struct Biquad: Sendable {
    let b0, b1, b2, a1, a2: Double
    var z1 = 0.0
    var z2 = 0.0

    @inline(__always)
    mutating func next(_ x: Double) -> Double {
        let y = b0 * x + z1
        z1 = b1 * x - a1 * y + z2
        z2 = b2 * x - a2 * y
        return y
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
