import CLinux
import CardCapture
import Glibc
@testable import StationAudio
import Testing

/// Where a programme begins, told by what left the simulated card.
///
/// No wall time is asserted: the card's frames carry computed instants, so a slow machine changes nothing.
@Suite struct AudioThreadStartTests {
    @Test(
        "T4 the first frame leaves the card at the slot's instant",
        arguments: [
            (0.0, UInt32(0), 50.0), (180, 0, 50), (-180, 0, 50), (60, 10_000, 1000), (-60, 20_000, 1000),
        ])
    func startError(partsPerMillion: Double, step: UInt32, microseconds: Double) throws {
        let station = try AudioThreadStation()
        station.card.setRateError(partsPerMillion: partsPerMillion)
        station.card.stepMicroseconds = step
        station.output.prepare()
        let start = CLinux_monotonic() + milliseconds(2500)
        let order = CardOrder(id: 7, start: .at(start), permitEnd: start + milliseconds(5000))
        #expect(station.output.play(order, from: programme(9_600)))
        let result = try #require(station.result(of: 7))
        let told = try #require(station.start(of: 7))
        let run = try #require(station.finish().last)
        let first = try #require(run.sounding.first)
        let error = (run.instant(ofFrame: first) - Double(start)) / 1000
        #expect(abs(error) <= microseconds)
        #expect(abs(told.error - error) <= microseconds)
        #expect(told.method == (step == 0 ? .delayFit : .envelopeFit))
        #expect(
            result
                == CardResult(
                    cause: .completed, framesConsumed: 9_600, framesSkipped: 0, framesStarved: 0, xruns: 0,
                    peak: ramp(7_999)))
        #expect(run.numbers == (0..<9_600).map { $0 % 8_000 })
    }

    @Test("a programme that is asked for now begins at once, whole, although silence was buffered")
    func startNow() throws {
        let station = try AudioThreadStation()
        station.output.prepare()
        station.wait { if case .opened = $0 { true } else { nil } }
        usleep(700_000)
        let asked = CLinux_monotonic()
        let order = CardOrder(id: 1, start: .at(asked), permitEnd: asked + milliseconds(5000))
        #expect(station.output.play(order, from: programme(4_800)))
        _ = try #require(station.result(of: 1))
        let told = try #require(station.start(of: 1))
        let run = try #require(station.finish().last)
        #expect(run.numbers == Array(0..<4_800))
        let first = run.instant(ofFrame: try #require(run.sounding.first))
        #expect(abs(first - Double(told.instant)) < 50_000)
        #expect(abs(told.error - Double(told.instant - asked) / 1000) < 50)
        // The 300 ms of silence that were buffered were taken back.
        #expect(first - Double(asked) < 200_000_000)
    }

    @Test("T16 a programme whose instant is past begins with its first frame")
    func lateStart() throws {
        let station = try AudioThreadStation()
        let start = CLinux_monotonic() - milliseconds(300)
        let order = CardOrder(id: 1, start: .at(start), permitEnd: start + milliseconds(8000))
        #expect(station.output.play(order, from: programme(4_800)))
        let result = try #require(station.result(of: 1))
        let told = try #require(station.start(of: 1))
        let run = try #require(station.finish().last)
        #expect(run.numbers == Array(0..<4_800))
        #expect(result.framesConsumed == 4_800)
        let error = (run.instant(ofFrame: try #require(run.sounding.first)) - Double(start)) / 1000
        #expect(error > 300_000 && abs(told.error - error) < 100)
    }

    @Test("T16 a programme whose decoder is late begins late, with its first frame")
    func lateDecoder() throws {
        let station = try AudioThreadStation()
        station.output.prepare()
        let start = CLinux_monotonic() + milliseconds(1000)
        let ring = ProgrammeRing(frames: 48_000, channels: 1)
        let order = CardOrder(id: 1, start: .at(start), permitEnd: start + milliseconds(8000))
        #expect(station.output.play(order, from: ring))
        usleep(1_500_000)
        _ = ring.write((0..<4_800).map(ramp))
        ring.finish()
        let result = try #require(station.result(of: 1))
        let run = try #require(station.finish().last)
        #expect(run.numbers == Array(0..<4_800))
        #expect(result.framesConsumed == 4_800 && result.framesSkipped == 0 && result.framesStarved == 0)
    }

    @Test("T7 a programme that is joined is heard where it would be by now")
    func joining() throws {
        let station = try AudioThreadStation()
        let start = CLinux_monotonic() - milliseconds(1000)
        let order = CardOrder(id: 1, start: .joining(start), permitEnd: start + milliseconds(8000))
        #expect(station.output.play(order, from: programme(96_000) { Float($0 + 1) / 100_000 }))
        let result = try #require(station.result(of: 1))
        let run = try #require(station.finish().last)
        let first = try #require(run.sounding.first)
        let number = Int((run[first] * 100_000).rounded()) - 1
        let position = (run.instant(ofFrame: first) - Double(start)) * 48e-6
        #expect(number > 48_000 && abs(Double(number) - position) < 5)
        #expect(result.framesConsumed == 96_000 - number && result.framesSkipped == number)
    }

    @Test(
        "a PCM that takes sound faster than real time proves nothing", arguments: ["null", "file:/dev/null"])
    func unproven(device: String) throws {
        let station = try AudioThreadStation(device: device)
        station.output.prepare()
        let start = CLinux_monotonic() + milliseconds(600)
        let order = CardOrder(id: 1, start: .at(start), permitEnd: start + milliseconds(5000))
        #expect(station.output.play(order, from: programme(24_000)))
        let result = try #require(station.result(of: 1))
        #expect(CLinux_monotonic() - start >= milliseconds(500))
        #expect(result.cause == .completed && result.framesConsumed == 24_000)
        #expect(try #require(station.start(of: 1)).method == .unproven)
        _ = station.finish()
    }

    @Test(
        "the card's own format and channels are used, and its nearest rate is told",
        arguments: [("S16_LE", 2, 44_100), ("S32_LE", 1, 48_000), ("FLOAT_LE", 8, 96_000)])
    func formats(format: String, channels: Int, rate: Int) throws {
        let card = SimulatedCardFolder()
        let device = card.device(rate: rate, channels: channels, format: format)
        let station = try AudioThreadStation(card: card, device: device)
        let order = CardOrder(id: 1, start: .at(CLinux_monotonic()), permitEnd: .max)
        #expect(station.output.play(order, from: programme(4_800)))
        let opened = try #require(station.wait { if case .opened(let format) = $0 { format } else { nil } })
        #expect(opened.rate == rate && opened.channels == channels && opened.sample.name == format)
        #expect(opened.bufferFrames == rate / 2)
        #expect(try #require(station.result(of: 1)).framesConsumed == 4_800)
        let run = try #require(station.finish().last)
        #expect(run.numbers == Array(0..<4_800))
        for frame in run.sounding {
            for channel in 0..<channels where run.samples[frame * channels + channel] != run[frame] {
                Issue.record("channel \(channel)")
            }
        }
    }
}
