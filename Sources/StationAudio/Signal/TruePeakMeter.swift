// How high the waveform between the samples goes (ITU-R BS.1770-4 annex 2), of a whole file.

/// Measures the true peak of frames, in pieces of any length.
package struct TruePeakMeter: Sendable {
    private let interpolator = TruePeakInterpolator()
    /// For each channel what has come and is not measured yet, behind what the interpolation looks back at.
    private var lines: [[Float]]
    private var peak: Float = 0

    /// Eight are interpolated at once.
    private static let group = 8

    /// Makes a meter for frames of `channels` channels.
    package init(channels: Int) {
        lines = Array(repeating: Array(repeating: 0, count: TruePeakInterpolator.behind), count: channels)
    }

    /// Takes `frames` interleaved frames into account; what is no sound counts as silence.
    package mutating func measure(_ samples: UnsafeBufferPointer<Float>, frames: Int) {
        let channels = lines.count
        for channel in 0..<channels {
            lines[channel].reserveCapacity(lines[channel].count + frames)
            for frame in 0..<frames {
                // Safety: the caller gives `frames` frames of all channels.
                lines[channel].append(unsafe scrubbed(samples[frame * channels + channel]))
            }
            advance(channel)
        }
    }

    private mutating func advance(_ channel: Int) {
        let (behind, ahead) = (TruePeakInterpolator.behind, TruePeakInterpolator.ahead)
        let count = lines[channel].count
        let groups = max(0, (count - behind - ahead) / Self.group)
        // Safety: each group has `behind` samples before it and `ahead` after its last, by the count of groups.
        unsafe lines[channel].withUnsafeBufferPointer { line in
            guard let base = line.baseAddress else { return }
            // Where nothing between the samples can exceed what was found, nothing is interpolated.
            guard unsafe magnitude(line) * interpolator.bound > peak else { return }
            for group in 0..<groups {
                unsafe peak = max(peak, interpolator.peak(base, ofEightAt: behind + group * Self.group))
            }
        }
        lines[channel].removeFirst(groups * Self.group)
    }

    /// The true peak of all that was measured, in dBTP; nil for silence.
    ///
    /// Nothing may be measured after it.
    package mutating func finish() -> Double? {
        let rest = TruePeakInterpolator.ahead + Self.group
        for channel in lines.indices {
            lines[channel] += Array(repeating: 0, count: rest)
            advance(channel)
        }
        return peak > 0 ? decibels(amplitude: peak) : nil
    }
}
