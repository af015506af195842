import Foundation
import Testing

@testable import StationAudio

/// Runs a whole signal through a limiter, in blocks, and takes its delay out.
private func limited(_ input: [Float], ceiling: Double = -1, block: Int = 480) -> [Float] {
    var limiter = TruePeakLimiter(ceilingDecibels: ceiling, rate: 48_000, channels: 1)
    var samples = input + [Float](repeating: 0, count: limiter.latency)
    samples.withUnsafeMutableBufferPointer { all in
        var start = 0
        while start < all.count {
            let count = min(block, all.count - start)
            limiter.process([all.base + start], frames: count)
            start += count
        }
    }
    return Array(samples[limiter.latency...])
}

private func square(_ frequency: Double, _ amplitude: Float) -> [Float] {
    sine(9_000, rate: 48_000, frequency: frequency, phase: 0.01).map { $0 < 0 ? -amplitude : amplitude }
}

/// A signal that is printed by its name.
struct NamedSignal: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let samples: [Float]

    init(_ name: String, _ samples: [Float]) {
        testDescription = name
        self.samples = samples
    }
}

private let hostile = [
    // Every sample at 0.707 of what is between the samples.
    NamedSignal("fs/4 at 45°", sine(9_000, rate: 48_000, frequency: 12_000, amplitude: 1, phase: .pi / 4)),
    NamedSignal(
        "fs/4 at 45°, 12 dB over", sine(9_000, rate: 48_000, frequency: 12_000, amplitude: 4, phase: .pi / 4)),
    NamedSignal("21 kHz", sine(9_000, rate: 48_000, frequency: 21_000, amplitude: 3)),
    NamedSignal("square of 50 Hz", square(50, 2)), NamedSignal("square of 9.87 kHz", square(9_870, 2)),
    NamedSignal("noise 12 dB over", noise(9_000, amplitude: 4)),
    NamedSignal("noise of ±1", noise(9_000).map { $0 < 0 ? -1 : 1 }),
    NamedSignal("clicks", (0..<9_000).map { $0 % 3_000 == 9 ? 8 : 0 }),
    NamedSignal(
        "bursts",
        sine(9_000, rate: 48_000, frequency: 17_000, amplitude: 5).enumerated().map {
            $0 % 4_000 < 200 ? $1 : 0
        }
    ),
    NamedSignal(
        "NaN",
        sine(9_000, rate: 48_000, frequency: 440, amplitude: 2).enumerated().map {
            $0 % 777 == 5 ? .nan : $1
        }
    ),
    NamedSignal(
        "infinite",
        sine(9_000, rate: 48_000, frequency: 440).enumerated().map { $0 % 777 == 5 ? -.infinity : $1 }
    ),
    NamedSignal(
        "10³⁰", sine(9_000, rate: 48_000, frequency: 440).enumerated().map { $0 % 777 == 5 ? 1e30 : $1 }),
]

@Suite("The limiter")
struct SignalLimiterTests {
    @Test("ffmpeg measures no true peak above the ceiling", arguments: hostile, [-1.0, -20])
    func ceiling(_ signal: NamedSignal, _ ceiling: Double) throws {
        let output = limited(signal.samples, ceiling: ceiling)
        #expect(output.allSatisfy { $0.magnitude <= amplitude(decibels: ceiling) })
        let shop = try Workshop()
        // ffmpeg mirrors the first samples to before the beginning; silence there is what the card has.
        let silence = [Float](repeating: 0, count: 2_000)
        try shop.writeWAV("a.wav", silence + output + silence, rate: 48_000)
        let report = try shop.run(
            "ffmpeg", "-hide_banner", "-nostats", "-i", "a.wav", "-af", "ebur128=framelog=verbose:peak=true",
            "-f",
            "null", "-"
        ).errors
        let line = try #require(report.split(separator: "\n").last { $0.contains("Peak:") })
        let peak = try #require(line.split(separator: " ").compactMap { Double($0) }.first)
        #expect(peak <= ceiling + 0.05, "\(signal.testDescription)")
        // Not by being silent; a click is not held down for the rest of its neighbourhood.
        #expect(
            peak > ceiling - 1.5 || signal.testDescription == "10³⁰" || signal.testDescription == "infinite",
            "\(signal.testDescription)")
    }

    @Test("Below the ceiling the samples pass unchanged, at their place")
    func transparent() {
        let quiet = noise(9_000, amplitude: 0.3)
        #expect(limited(quiet) == quiet)
        // Loud enough to be looked at closely, and still under the ceiling between the samples.
        let loud = sine(9_000, rate: 48_000, frequency: 997, amplitude: 0.87)
        #expect(limited(loud) == loud)
        #expect(limited(loud, block: 7) == loud)
    }

    @Test("A peak takes nothing away before its time, and the gain comes back to exactly 1")
    func recovers() {
        var samples = sine(144_000, rate: 48_000, frequency: 500, amplitude: 0.25)
        samples[20_000] = 4
        let output = limited(samples)
        #expect(output[..<19_890].elementsEqual(samples[..<19_890]))
        #expect(output[20_100].magnitude < samples[20_100].magnitude || samples[20_100] == 0)
        #expect(output[130_000...].elementsEqual(samples[130_000...]))
        // No step anywhere but at the click itself.
        for i in 1..<samples.count where !(19_999...20_001).contains(i) {
            #expect((output[i] - output[i - 1]).magnitude < 0.03)
        }
    }

    @Test("Blocks of any size give the same samples")
    func blocks() {
        let samples = noise(6_000, amplitude: 2)
        let whole = limited(samples, block: 6_500)
        for block in [1, 31, 512] { #expect(limited(samples, block: block) == whole) }
    }

    @Test("No signal exceeds the interpolator's bound, and one comes near it")
    func bound() {
        let interpolator = TruePeakInterpolator()
        let (behind, taps) = (TruePeakInterpolator.behind, TruePeakInterpolator.taps)
        // The worst signal has the signs of the coefficients: found by flipping each sign that raises the peak.
        var worst = noise(taps + 7).map { $0 < 0 ? Float(-1) : 1 }
        func peak(_ samples: [Float]) -> Float {
            samples.withUnsafeBufferPointer {
                interpolator.peak(UnsafeMutableBufferPointer(mutating: $0).base, ofEightAt: behind)
            }
        }
        for i in worst.indices.map({ $0 }) + worst.indices {
            var other = worst
            other[i] = -other[i]
            if peak(other) > peak(worst) { worst = other }
        }
        #expect(peak(worst) <= interpolator.bound)
        #expect(peak(worst) > 0.99 * interpolator.bound)
    }

    @Test("Two rows get one gain, and widening in the middle changes nothing")
    func linked() {
        var limiter = TruePeakLimiter(ceilingDecibels: -1, rate: 48_000, channels: 1)
        let loud = noise(2_000, amplitude: 3)
        let alone = limited(loud)
        var (left, right) = (loud + [Float](repeating: 0, count: limiter.latency), loud.map { $0 / 4 })
        right += [Float](repeating: 0, count: limiter.latency)
        left.withUnsafeMutableBufferPointer { l in
            right.withUnsafeMutableBufferPointer { r in
                limiter.process([l.base], frames: 700)
                limiter.widen()
                limiter.process([l.base + 700, r.base + 700], frames: l.count - 700)
            }
        }
        #expect(Array(left[limiter.latency...]) == alone)
        // The right one, four times quieter, follows the left one's gain.
        for i in 900..<1_900 { #expect((right[limiter.latency + i] * 4 - alone[i]).magnitude < 1e-5) }
    }
}

@Suite("Levels and channels")
struct SignalLevelTests {
    @Test("The peak is the largest magnitude, whatever its sign and place", arguments: 0..<20)
    func peak(_ place: Int) {
        var samples = noise(20, amplitude: 0.1)
        samples[place] = place % 2 == 0 ? -0.7 : 0.7
        samples[(place + 3) % 20] = .nan
        #expect(samples.withUnsafeBufferPointer { magnitude($0) } == 0.7)
    }

    /// Each channel alone at 1, and what the two rows make of it.
    static func mixed(_ channels: Int, to rows: Int) -> [[Float]] {
        let mix = ChannelMix(inputs: channels, outputs: rows, gain: 1)
        return (0..<channels).map { channel in
            let frame = (0..<channels).map { $0 == channel ? Float(1) : 0 }
            return (0..<rows).map { row in
                var output: [Float] = [0]
                frame.withUnsafeBufferPointer { input in
                    output.withUnsafeMutableBufferPointer { mix.apply(input, output: row, to: $0) }
                }
                return output[0]
            }
        }
    }

    @Test("No channel count can be louder than full scale, and each channel that sounds is heard")
    func mixing() {
        #expect(Self.mixed(1, to: 2) == [[1, 1]])
        #expect(Self.mixed(2, to: 2) == [[1, 0], [0, 1]])
        #expect(Self.mixed(2, to: 1) == [[0.5], [0.5]])
        let six = Self.mixed(6, to: 2)
        #expect(six[3] == [0, 0])
        #expect(six[2][0] == six[2][1])
        #expect((six[0][0] / six[2][0] - Float(2).squareRoot()).magnitude < 1e-6)
        for channels in 1...8 {
            for rows in 1...2 {
                let matrix = Self.mixed(channels, to: rows)
                for row in 0..<rows { #expect((matrix.reduce(0) { $0 + $1[row] } - 1).magnitude < 1e-6) }
                for channel in 0..<channels where !(channels >= 6 && channel == 3) {
                    #expect(matrix[channel].contains { $0 > 0.1 })
                }
            }
        }
    }

    @Test("Scrubbing leaves sound alone and makes silence of the rest")
    func scrubbing() {
        #expect(scrubbed(0.5) == 0.5)
        #expect(scrubbed(-30) == -30)
        for bad: Float in [.nan, .infinity, -.infinity, 1e9, -200, .signalingNaN] {
            #expect(scrubbed(bad) == 0)
        }
    }
}
