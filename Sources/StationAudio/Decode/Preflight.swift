// Decoding a file to its end ahead of its time, so that a bad one is a fault in the evening, not silence at 5.

/// What a file turned out to hold when it was decoded to its end.
package struct Preflight: Hashable, Sendable {
    /// What the header says.
    package let format: SoundFormat
    /// Frames that were decoded, at the file's rate.
    package internal(set) var frames = 0
    /// Whether the file holds less than it promised.
    package internal(set) var isTruncated = false
    /// The integrated loudness in LUFS (BS.1770-4) of what a loudspeaker gets of it, which is one channel; nil for silence
    /// and for less than 400 ms.
    package internal(set) var loudness: Double?

    /// The length in nanoseconds.
    package var nanoseconds: Int64 {
        // Whole seconds first: a day of frames times 10⁹ would not fit.
        let (seconds, rest) = frames.quotientAndRemainder(dividingBy: format.rate)
        return Int64(seconds) * 1_000_000_000 + Int64((rest * 1_000_000_000 + format.rate / 2) / format.rate)
    }

    /// Frames that are decoded at once.
    private static let blockFrames = 4096

    /// Decodes the file of `descriptor` to its end.
    ///
    /// Throws what `openDecoder` throws, `noFrames`, `tooLong` beyond `maximumSeconds`, and `cancelled` as soon as
    /// `shouldContinue`, which is asked before each block, says no.
    package init(
        descriptor: Int32, maximumSeconds: Int = 24 * 3600, shouldContinue: () -> Bool = { true }
    ) throws(DecodeError) {
        let decoder = try openDecoder(descriptor: descriptor)
        format = decoder.format
        let maximum = maximumSeconds * format.rate
        var block = [Float](repeating: 0, count: Self.blockFrames * format.channels)
        // Two channels that are the same would measure 3 dB louder than the one that is made of them.
        let mix = ChannelMix(inputs: format.channels, outputs: 1, gain: 1)
        var row = [Float](repeating: 0, count: Self.blockFrames)
        var loudness = LoudnessMeter(rate: format.rate, channels: 1)
        // Safety: the block has room for `blockFrames` frames, and only as many as were decoded are looked at.
        while true {
            guard shouldContinue() else { throw .cancelled }
            let count = try unsafe block.withUnsafeMutableBufferPointer { buffer throws(DecodeError) in
                try unsafe decoder.read(into: buffer, frames: Self.blockFrames)
            }
            if count == 0 { break }
            frames += count
            guard frames <= maximum else { throw .tooLong(maximumFrames: maximum) }
            unsafe block.withUnsafeBufferPointer { samples in
                unsafe row.withUnsafeMutableBufferPointer { row in
                    unsafe mix.apply(samples, output: 0, to: .init(rebasing: row[..<count]))
                }
            }
            unsafe row.withUnsafeBufferPointer { unsafe loudness.measure($0, frames: count) }
        }
        guard frames > 0 else { throw .noFrames }
        isTruncated = decoder.isTruncated
        self.loudness = loudness.integrated
    }
}
