// How loud a programme is to the ear: ITU-R BS.1770-4 annex 1.

import Glibc

/// Measures the integrated loudness of frames of one rate, gated twice as BS.1770-4 says.
package struct LoudnessMeter: Sendable {
    /// A channel as the ear hears it, and how much it counts.
    private struct Channel {
        var weighting: KWeighting
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

    /// Frames in a tenth of a second, as whole as they come.
    static func stepFrames(rate: Int) -> Int { max(1, (rate + 5) / 10) }

    /// Makes a meter for frames of `channels` channels, in WAV's order, at `rate`.
    package init(rate: Int, channels: Int) {
        stepFrames = Self.stepFrames(rate: rate)
        self.channels = (0..<channels).map { channel in
            Channel(weighting: KWeighting(rate: rate), weight: Self.weight(of: channel, among: channels))
        }
    }

    /// Table 3 of BS.1770-4: surrounds count more, the low-frequency effects not at all.
    static func weight(of channel: Int, among count: Int) -> Double {
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
                unsafe channels[index].sum += channels[index].weighting.energy(
                    samples, from: start * channels.count + index, stride: channels.count, count: count)
            }
            start += count
            framesInStep += count
            if framesInStep == stepFrames { endStep() }
        }
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
