import StationAudio
import StationCore

/// Makes blocks of 400 ms, which overlap by three quarters, of the tenths of a second of one item (ITU-R BS.1770-4).
struct LoudnessGauge {
    private(set) var loudness = Loudness()
    private var peak: Float = 0
    /// The mean squares of the last four tenths; fewer at the beginning.
    private var last: [Float] = []

    /// The highest sample so far, in dB relative to full scale; nil for silence.
    var peakDecibels: Double? { peak > 0 ? decibels(amplitude: peak) : nil }

    /// Takes the next tenth of a second.
    mutating func take(_ step: LevelStep) {
        peak = max(peak, step.peak)
        last = last.suffix(3) + [step.power]
        guard last.count == 4 else { return }
        loudness.add(block: last.reduce(0) { $0 + Double($1) } / 4)
    }
}
