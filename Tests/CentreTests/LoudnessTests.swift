import Foundation
import StationAudio
import Testing

@testable import Centre

/// Loudness and true peak as ffmpeg's `ebur128` measures them.
struct LoudnessTests {
    /// A file, as sox makes it: rate, channels, and what sounds.
    ///
    /// The sweep is faded out: its last sample would be a step, after which the waveform goes on in every resampler but
    /// ffmpeg's, which is not flushed at the end (sox finds the same overshoot of 0.7 dB as we do).
    static let files: [(name: String, words: [String])] = [
        ("mono speech band", ["-r", "44100", "-c", "1", "a.wav", "synth", "12", "pinknoise", "vol", "0.4"]),
        ("stereo", ["-r", "48000", "-c", "2", "a.wav", "synth", "12", "pinknoise", "vol", "0.3"]),
        ("a low rate", ["-r", "8000", "-c", "1", "a.wav", "synth", "15", "sine", "300", "vol", "0.2"]),
        (
            "22.05 kHz",
            [
                "-r", "22050", "-c", "1", "a.wav", "synth", "11", "sine", "200-4000", "vol", "0.5", "fade",
                "0.1", "0",
            ]
        ),
        ("96 kHz", ["-r", "96000", "-c", "2", "a.wav", "synth", "10", "brownnoise", "vol", "0.6"]),
        ("loud", ["-r", "44100", "-c", "2", "a.wav", "synth", "10", "sine", "997", "vol", "0.99"]),
        ("soft", ["-r", "44100", "-c", "1", "a.flac", "synth", "10", "pinknoise", "vol", "0.004"]),
        (
            "silences that the absolute gate leaves out",
            ["-r", "48000", "-c", "1", "a.wav", "synth", "6", "pinknoise", "vol", "0.3", "pad", "5@2", "4"]
        ),
        (
            "soft passages that the relative gate leaves out",
            [
                "-r", "44100", "-c", "1", "a.wav", "synth", "20", "pinknoise", "tremolo", "0.1", "99", "vol",
                "0.5",
            ]
        ),
        ("five channels", ["-r", "48000", "-c", "5", "a.wav", "synth", "10", "pinknoise", "vol", "0.2"]),
    ]

    @Test("loudness is ffmpeg's within 0.1 LU, the true peak within 0.2 dB", arguments: files.map(\.name))
    func measured(name: String) throws {
        let desk = try Desk()
        let file = try #require(Self.files.first { $0.name == name })
        let output = try #require(file.words.first { $0.hasPrefix("a.") })
        let path = desk.path + "/" + output
        let words = ["sox", "-R", "-n"] + file.words.map { $0 == output ? path : $0 }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        let expected = try ffmpeg(path)
        let descriptor = open(path, O_RDONLY)
        defer { close(descriptor) }
        let found = try Measurement(descriptor: descriptor)
        let loudness = try #require(found.loudness)
        let peak = try #require(found.truePeak)
        #expect(abs(Double(loudness) / 10 - expected.loudness) < 0.11, "\(loudness) \(expected)")
        #expect(abs(Double(peak) / 10 - expected.peak) < 0.21, "\(peak) \(expected)")
    }

    /// The last of `ebur128`'s lines: integrated loudness in LUFS and true peak in dBTP, with one decimal.
    private func ffmpeg(_ path: String) throws -> (loudness: Double, peak: Double) {
        let output = try run(
            "ffmpeg", "-nostdin", "-hide_banner", "-i", path, "-af", "ebur128=peak=true", "-f", "null", "-"
        ).output
        let summary = try #require(output.components(separatedBy: "Summary:").last)
        func value(_ name: String) throws -> Double {
            let line = try #require(summary.split(separator: "\n").first { $0.contains(name) })
            return try #require(
                line.split(separator: " ").dropFirst().compactMap { Double($0) }.first)
        }
        return (try value("I:"), try value("Peak:"))
    }
}
