import Foundation
import Testing

@testable import StationAudio

@Suite("Loudness")
struct SignalLoudnessTests {
    /// Made by sox, each to be as unlike the others as can be.
    static let sounds = [
        "-r 48000 -c 2 -b 16 a.wav synth 3 pinknoise gain -12",
        "-r 44100 -c 1 -b 16 a.wav synth 3 pinknoise gain -6",
        "-r 22050 -c 1 -b 16 a.wav synth 3 sine 997 gain -20",
        "-r 8000 -c 1 -b 16 a.wav synth 3 brownnoise gain -10",
        "-r 96000 -c 1 -b 24 a.wav synth 2 whitenoise gain -30",
        "-r 48000 -c 6 -b 16 a.wav synth 2 pinknoise gain -20",
        "-r 16000 -c 2 -b 16 a.wav synth 3 sine 100 synth 3 sine mix 3000 gain -3",
        "-r 32000 -c 1 -b 16 a.wav synth 1 sine 1000 gain -6 pad 0 2",
        "-r 48000 -c 1 -b 16 a.wav synth 1.5 pinknoise tremolo 1 95 gain -6 repeat 1",
        "-r 48000 -c 1 -b 16 a.wav synth 3 sine 60 gain -1",
    ]

    @Test("The integrated loudness is ffmpeg's within 0.1 LU", arguments: sounds)
    func integrated(_ sound: String) throws {
        let shop = try Workshop()
        try shop.run("sh", "-c", "sox -R -n \(sound)")
        let report = try shop.run(
            "ffmpeg", "-hide_banner", "-nostats", "-i", "a.wav", "-af", "ebur128=framelog=verbose", "-f",
            "null", "-"
        ).errors
        let line = try #require(report.split(separator: "\n").last { $0.contains("I:") })
        let expected = try #require(line.split(separator: " ").compactMap { Double($0) }.first)
        let measured = try #require(try Preflight(descriptor: shop.open("a.wav")).loudness)
        // ffmpeg prints one decimal.
        #expect(abs(measured - expected) <= 0.1)
    }

    @Test("997 Hz at full scale on one channel is −3.01 LUFS, as BS.1770 says", arguments: [44_100, 48_000])
    func calibration(_ rate: Int) throws {
        var meter = LoudnessMeter(rate: rate, channels: 1)
        let tone = sine(rate, rate: rate, frequency: 997, amplitude: 1)
        tone.withUnsafeBufferPointer { meter.measure($0, frames: rate) }
        #expect(abs(try #require(meter.integrated) + 3.01) < 0.02)
    }

    @Test("Silence and what is shorter than a block have no loudness")
    func none() {
        var meter = LoudnessMeter(rate: 8_000, channels: 1)
        #expect(meter.integrated == nil)
        noise(3_000).withUnsafeBufferPointer { meter.measure($0, frames: 3_000) }
        #expect(meter.integrated == nil)
        meter = LoudnessMeter(rate: 8_000, channels: 1)
        [Float](repeating: 0, count: 9_000).withUnsafeBufferPointer { meter.measure($0, frames: 9_000) }
        #expect(meter.integrated == nil)
    }
}
