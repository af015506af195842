import StationAudio
import StationTrust
import TerminalText

/// What a recording turned out to be when it was decoded to its end, once.
struct Measurement: Hashable {
    /// Its length, in milliseconds.
    var milliseconds: Int64
    /// The integrated loudness in tenths of LUFS (ITU-R BS.1770-4); nil for silence and for less than 400 ms.
    var loudness: Int64?
    /// The true peak in tenths of dBTP; nil for silence.
    var truePeak: Int64?
    /// The longest silence, in milliseconds, if it is longer than `Limits.silence`.
    var silence: Int64?
    /// Where that begins, in milliseconds.
    var silenceStart: Int64 = 0
    /// How often the recording stands at full scale.
    var clippings: Int64 = 0
    /// Whether the file holds less than it promises.
    var isTruncated = false

    /// What is worth a warning.
    enum Limits {
        /// A silence as long as this makes people think that the loudspeaker is broken, in milliseconds.
        static let silence: Int64 = 10_000
        /// Below this everything is silence: −60 dB.
        static let silent: Float = 0.001
        /// So many samples in a row at full scale are no wave any more.
        static let clippedSamples = 4
        static let fullScale: Float = 0.9999
        /// Stations raise by 12 dB and lower by 24 dB at the most, towards −16 LUFS; in tenths.
        static let loudness: ClosedRange<Int64> = -280...80
        /// No item is longer, in seconds; a station does not play it either.
        static let seconds = 6 * 3600
    }

    // MARK: As the target's description carries it

    /// What the targets role says of the recording.
    var json: JSON {
        var members: [JSON.Member] = [.init("durationMilliseconds", .integer(milliseconds))]
        func add(_ name: String, _ value: JSON?) {
            if let value { members.append(.init(name, value)) }
        }
        add("clippings", clippings > 0 ? .integer(clippings) : nil)
        add("isTruncated", isTruncated ? true : nil)
        add("loudnessLufs", loudness.map { .string(Self.text($0)) })
        add("silenceAtMilliseconds", silence.map { _ in .integer(silenceStart) })
        add("silenceMilliseconds", silence.map { .integer($0) })
        add("truePeakDecibels", truePeak.map { .string(Self.text($0)) })
        return ["loa": .object(members)]
    }

    /// Reads that again; nil where it is not there.
    init?(_ custom: JSON?) {
        guard let loa = custom?["loa"], let milliseconds = loa["durationMilliseconds"]?.integer else {
            return nil
        }
        self.milliseconds = milliseconds
        loudness = loa["loudnessLufs"]?.text.flatMap(Self.tenths)
        truePeak = loa["truePeakDecibels"]?.text.flatMap(Self.tenths)
        silence = loa["silenceMilliseconds"]?.integer
        silenceStart = loa["silenceAtMilliseconds"]?.integer ?? 0
        clippings = loa["clippings"]?.integer ?? 0
        isTruncated = loa["isTruncated"]?.bool ?? false
    }

    /// Tenths as a decimal number: canonical JSON knows integers only, so it stands in a string.
    static func text(_ tenths: Int64) -> String {
        "\(tenths < 0 ? "-" : "")\(tenths.magnitude / 10).\(tenths.magnitude % 10)"
    }

    private static func tenths(_ text: String) -> Int64? { Double(text).map { Int64(($0 * 10).rounded()) } }

    // MARK: Decoding

    /// Decodes the file of an open descriptor to its end.
    init(descriptor: Int32) throws(DecodeError) {
        let decoder = try openDecoder(descriptor: descriptor)
        let format = decoder.format
        let blockFrames = 4096
        var block = [Float](repeating: 0, count: blockFrames * format.channels)
        var loudness = LoudnessMeter(rate: format.rate, channels: format.channels)
        var peak = TruePeakMeter(channels: format.channels)
        var runs = Runs(channels: format.channels)
        var frames = 0
        // Safety: the block has room for `blockFrames` frames, and only as many as were decoded are looked at.
        while true {
            let count = try block.withUnsafeMutableBufferPointer { buffer throws(DecodeError) in
                try decoder.read(into: buffer, frames: blockFrames)
            }
            if count == 0 { break }
            frames += count
            guard frames <= Limits.seconds * format.rate else {
                throw .tooLong(maximumFrames: Limits.seconds * format.rate)
            }
            block.withUnsafeBufferPointer { samples in
                loudness.measure(samples, frames: count)
                peak.measure(samples, frames: count)
                runs.take(samples, frames: count)
            }
        }
        guard frames > 0 else { throw .noFrames }
        runs.finish()
        func milliseconds(_ frames: Int) -> Int64 { Int64(frames) * 1000 / Int64(format.rate) }
        self.milliseconds = milliseconds(frames)
        self.loudness = loudness.integrated.map { Int64(($0 * 10).rounded()) }
        truePeak = peak.finish().map { Int64(($0 * 10).rounded()) }
        let silence = milliseconds(runs.longestSilence)
        if silence > Limits.silence {
            (self.silence, silenceStart) = (silence, milliseconds(runs.silenceStart))
        }
        clippings = Int64(runs.clippings)
        isTruncated = decoder.isTruncated
    }

    // MARK: What is wrong with it

    /// What the editor should know.
    var warnings: [Phrase] {
        var warnings: [Phrase] = []
        if isTruncated {
            warnings.append(
                Phrase(
                    vi: "tệp bị cắt cụt: ngắn hơn phần đầu tệp ghi",
                    en: "is cut off: it holds less than it promises"))
        }
        if let silence {
            let (length, place) = (silence / 1000, Format.clock(silenceStart))
            warnings.append(
                Phrase(
                    vi: "im lặng \(length) giây từ phút \(place)",
                    en: "\(length) s of silence from \(place) on"))
        }
        if clippings > 0 {
            warnings.append(
                Phrase(
                    vi: "tiếng bị vỡ (chạm mức tối đa) \(clippings) lần: thu lại nhỏ hơn",
                    en: "clipped in \(clippings) places: record it at a lower level"))
        }
        guard let loudness else {
            if milliseconds >= 400 {
                warnings.append(Phrase(vi: "không có tiếng", en: "is silent throughout"))
            }
            return warnings
        }
        if !Limits.loudness.contains(loudness) {
            warnings.append(
                Phrase(
                    vi: "quá nhỏ hoặc quá to (\(Self.text(loudness)) LUFS): loa không chỉnh hết được",
                    en: "too soft or too loud (\(Self.text(loudness)) LUFS) for a station to make up for"))
        }
        return warnings
    }
}

extension Format {
    /// Milliseconds as `M:SS`.
    static func clock(_ milliseconds: Int64) -> String {
        Format(language: .english).position(Double(milliseconds) / 1000)
    }
}

/// Silences and clippings of a recording, found sample by sample.
private struct Runs {
    private let channels: Int
    private var frame = 0
    private var silentFrom = 0
    /// For each channel how many samples in a row have stood at full scale.
    private var full: [Int]
    private(set) var longestSilence = 0
    private(set) var silenceStart = 0
    private(set) var clippings = 0

    init(channels: Int) {
        self.channels = channels
        full = Array(repeating: 0, count: channels)
    }

    mutating func take(_ samples: UnsafeBufferPointer<Float>, frames: Int) {
        for index in 0..<frames {
            var isSilent = true
            for channel in 0..<channels {
                let magnitude = samples[index * channels + channel].magnitude
                // NaN compares false: it is silence.
                if magnitude > Measurement.Limits.silent { isSilent = false }
                guard magnitude >= Measurement.Limits.fullScale else {
                    full[channel] = 0
                    continue
                }
                full[channel] += 1
                if full[channel] == Measurement.Limits.clippedSamples { clippings += 1 }
            }
            if !isSilent { endSilence(at: frame + index) }
        }
        frame += frames
    }

    private mutating func endSilence(at place: Int) {
        if place - silentFrom > longestSilence {
            (longestSilence, silenceStart) = (place - silentFrom, silentFrom)
        }
        silentFrom = place + 1
    }

    mutating func finish() { endSilence(at: frame) }
}
