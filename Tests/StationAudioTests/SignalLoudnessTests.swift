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
        let decoder = try openDecoder(descriptor: shop.open("a.wav"))
        var meter = LoudnessMeter(rate: decoder.format.rate, channels: decoder.format.channels)
        var block = [Float](repeating: 0, count: 1000 * decoder.format.channels)
        while case let count = try block.withUnsafeMutableBufferPointer({
            try decoder.read(into: $0, frames: 1000)
        }),
            count > 0
        { block.withUnsafeBufferPointer { meter.measure($0, frames: count) } }
        // ffmpeg prints one decimal.
        #expect(abs(try #require(meter.integrated) - Self.ffmpeg(shop, "ebur128")) <= 0.1)
    }

    @Test(
        "What a preflight measures is what the one channel of a loudspeaker gets",
        arguments: [
            "-c 2 -b 16 a.wav synth 3 sine 500 gain -9",
            "-c 2 -b 16 a.wav synth 3 pinknoise pinknoise gain -9",
            "-c 2 -b 16 a.wav synth 3 sine 500 gain -9 remix 1 0",
        ])
    func oneChannel(_ sound: String) throws {
        let shop = try Workshop()
        try shop.run("sh", "-c", "sox -R -n -r 48000 \(sound)")
        let expected = try Self.ffmpeg(shop, "pan=mono|c0=0.5*c0+0.5*c1,ebur128")
        #expect(abs(try #require(try Preflight(descriptor: shop.open("a.wav")).loudness) - expected) <= 0.1)
    }

    /// The integrated loudness by ffmpeg's meter, behind other filters.
    private static func ffmpeg(_ shop: Workshop, _ filters: String) throws -> Double {
        let report = try shop.run(
            "ffmpeg", "-hide_banner", "-nostats", "-i", "a.wav", "-af", filters + "=framelog=verbose", "-f",
            "null",
            "-"
        ).errors
        let line = try #require(report.split(separator: "\n").last { $0.contains("I:") })
        return try #require(line.split(separator: " ").compactMap { Double($0) }.first)
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
