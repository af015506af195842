// Decoding a file to its end ahead of its time, so that a bad one is a fault in the evening, not silence at 5.

/// What a file turned out to hold when it was decoded to its end.
package struct Preflight: Hashable, Sendable {
    /// What the header says.
    package let format: SoundFormat
    /// Frames that were decoded, at the file's rate.
    package internal(set) var frames = 0
    /// Whether the file holds less than it promised.
    package internal(set) var isTruncated = false
    /// The largest sample in dB relative to full scale; −∞ for digital silence.
    package internal(set) var peakDecibels = -Double.infinity
    /// The integrated loudness in LUFS (BS.1770-4); nil for silence and for less than 400 ms.
    package internal(set) var loudness: Double?
    /// The longest stretch below −60 dB of full scale, in frames at the file's rate.
    package internal(set) var longestSilence = 0

    /// The length in nanoseconds.
    package var nanoseconds: Int64 {
        // Whole seconds first: a day of frames times 10⁹ would not fit.
        let (seconds, rest) = frames.quotientAndRemainder(dividingBy: format.rate)
        return Int64(seconds) * 1_000_000_000 + Int64((rest * 1_000_000_000 + format.rate / 2) / format.rate)
    }

    /// Below this a sample counts as silence.
    private static let silence: Float = 0.001
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
        var (loudness, peak, silence) = (
            LoudnessMeter(rate: format.rate, channels: format.channels), PeakMeter(), 0
        )
        // Safety: the block has room for `blockFrames` frames, and only as many as were decoded are looked at.
        while true {
            guard shouldContinue() else { throw .cancelled }
            let count = try unsafe block.withUnsafeMutableBufferPointer { buffer throws(DecodeError) in
                try unsafe decoder.read(into: buffer, frames: Self.blockFrames)
            }
            if count == 0 { break }
            frames += count
            guard frames <= maximum else { throw .tooLong(maximumFrames: maximum) }
            unsafe block.withUnsafeMutableBufferPointer { all in
                let samples = unsafe UnsafeMutableBufferPointer(rebasing: all[..<(count * format.channels)])
                for i in samples.indices { unsafe samples[i] = scrubbed(samples[i]) }
                unsafe loudness.measure(.init(samples), frames: count)
                unsafe peak.measure(.init(samples))
                unsafe countSilence(.init(samples), &silence)
            }
        }
        guard frames > 0 else { throw .noFrames }
        isTruncated = decoder.isTruncated
        peakDecibels = decibels(amplitude: peak.peak)
        self.loudness = loudness.integrated
    }

    /// Carries the silent stretch at the end of what came before on through `samples`.
    private mutating func countSilence(_ samples: UnsafeBufferPointer<Float>, _ silence: inout Int) {
        for frame in 0..<samples.count / format.channels {
            var isSilent = true
            for channel in 0..<format.channels where isSilent {
                isSilent = unsafe samples[frame * format.channels + channel].magnitude < Self.silence
            }
            silence = isSilent ? silence + 1 : 0
            longestSilence = max(longestSilence, silence)
        }
    }
}
