/// How loud what left the card is to the ear, a tenth of a second at a time.
///
/// On the audio thread, for only there the samples are final; what the tenths come to is reckoned elsewhere.

/// A tenth of a second of an item that left the card.
package struct LevelStep: Equatable, BitwiseCopyable, Sendable {
    /// Which item, counted from the order's first.
    package var item: Int32
    /// Its mean square, weighted as the ear hears it (ITU-R BS.1770-4).
    package var power: Float
    /// The highest absolute sample of the item so far; 1 is full scale.
    package var peak: Float
}

/// Measures the frames of one item after the other.
struct LevelMeter: BitwiseCopyable, Sendable {
    /// A frame has no more samples.
    private static let mostChannels = 8

    private let channels: Int
    /// Frames in a tenth of a second.
    private let stepFrames: Int
    private let silent: KWeighting
    private var weightings: InlineArray<8, KWeighting>
    private var frames = 0
    private var energy = 0.0

    /// Makes a meter for frames of `channels` channels at `rate`.
    init(rate: Int, channels: Int) {
        self.channels = min(channels, Self.mostChannels)
        stepFrames = LoudnessMeter.stepFrames(rate: rate)
        silent = KWeighting(rate: rate)
        weightings = InlineArray(repeating: silent)
    }

    /// Begins an item: what sounded before it is none of its sound.
    mutating func begin() {
        for channel in 0..<channels { weightings[channel] = silent }
        (frames, energy) = (0, 0)
    }

    /// Takes frames into account, and tells the mean square of each tenth of a second that they make whole.
    mutating func measure(_ samples: UnsafeBufferPointer<Float>, tell: (Float) -> Void) {
        var start = 0
        let count = samples.count / channels
        while start < count {
            let part = min(count - start, stepFrames - frames)
            for channel in 0..<channels {
                let weight = LoudnessMeter.weight(of: channel, among: channels)
                // Safety: `part` frames from `start` on are in the buffer.
                unsafe energy +=
                    weight
                    * weightings[channel].energy(
                        samples, from: start * channels + channel, stride: channels, count: part)
            }
            start += part
            frames += part
            guard frames == stepFrames else { continue }
            tell(Float(energy / Double(stepFrames)))
            (frames, energy) = (0, 0)
        }
    }
}
