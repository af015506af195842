import CLinux
import CardCapture
import Glibc
@testable import StationAudio
import Testing

/// What lies between a programme's beginning and its end.
@Suite struct AudioThreadPlayingTests {
    @Test("items follow each other without a missing or an extra frame, and each is counted")
    func items() throws {
        let station = try AudioThreadStation()
        let ring = programme(30_000, items: [0, 10_000, 10_001]) {
            $0 < 10_000 ? 0.25 : $0 == 10_000 ? 0.75 : 0.5
        }
        #expect(
            station.output.play(CardOrder(id: 3, start: .at(CLinux_monotonic()), permitEnd: .max), from: ring)
        )
        let result = try #require(station.result(of: 3))
        #expect(result.framesConsumed == 30_000 && result.peak == 0.75)
        let items = station.reports.compactMap { report -> [Int]? in
            switch report {
            case .itemStarted(3, let item): [item]
            case .itemEnded(3, let item, let frames, let peak): [item, frames, Int(peak * 100)]
            default: nil
            }
        }
        #expect(items == [[0], [0, 10_000, 25], [1], [1, 1, 75], [2], [2, 19_999, 50]])
        let run = try #require(station.finish().last)
        #expect(run.sounding.count == 30_000)
        #expect(run.sounding.last! - run.sounding.first! == 29_999)
    }

    @Test("a volume holds from the first frame, later from the next that the card gets on, without a step")
    func volume() throws {
        let station = try AudioThreadStation()
        let start = CLinux_monotonic() + milliseconds(1500)
        let ring = programme(96_000) { _ in 0.8 }
        let order = CardOrder(id: 1, start: .at(start), permitEnd: .max, gain: 0.5)
        #expect(station.output.play(order, from: ring))
        _ = try #require(station.start(of: 1))
        station.output.setGain(order: 1, 0.25)
        let result = try #require(station.result(of: 1))
        let run = try #require(station.finish().last)
        let heard = run.sounding.map { run[$0] }
        #expect(heard.count == 96_000 && abs(result.peak - 0.4) < 1e-4)
        #expect(heard[..<4_800].allSatisfy { abs($0 - 0.4) < 1e-4 })
        // The card had half a second.
        #expect(heard[33_600...].allSatisfy { abs($0 - 0.2) < 1e-4 })
        #expect(zip(heard, heard.dropFirst()).allSatisfy { abs($0 - $1) < 0.001 })
    }

    @Test("a producer that keeps pace is never starved")
    func producer() throws {
        let station = try AudioThreadStation()
        let ring = ProgrammeRing(frames: 48_000, channels: 1)
        let producer = RampProducer(ring: ring)
        let order = CardOrder(
            id: 1, start: .at(CLinux_monotonic()), permitEnd: CLinux_monotonic() + milliseconds(3000))
        #expect(station.output.play(order, from: ring))
        let result = try #require(station.result(of: 1))
        producer.join()
        #expect(result.cause == .permitEnded && result.framesStarved == 0 && result.framesSkipped == 0)
        let run = try #require(station.finish().last)
        // The last 50 ms fade.
        let numbers = run.numbers.dropLast(2_410)
        #expect(Array(numbers) == (0..<numbers.count).map { $0 % 8_000 })
        #expect(numbers.count > 48_000)
    }

    @Test("T20 frames that come too late are skipped, so that what follows keeps its place")
    func starvation() throws {
        let station = try AudioThreadStation()
        let ring = ProgrammeRing(frames: 96_000, channels: 1)
        let value: (Int) -> Float = { Float($0 + 1) / 100_000 }
        _ = ring.write((0..<24_000).map(value))
        let order = CardOrder(id: 1, start: .at(CLinux_monotonic()), permitEnd: .max)
        #expect(station.output.play(order, from: ring))
        _ = try #require(station.start(of: 1))
        usleep(900_000)
        _ = ring.write((24_000..<72_000).map(value))
        ring.finish()
        let result = try #require(station.result(of: 1))
        let run = try #require(station.finish().last)
        let numbers = run.sounding.map { Int((run[$0] * 100_000).rounded()) - 1 }
        #expect(result.framesStarved > 0)
        #expect(result.framesConsumed == numbers.count)
        #expect(result.framesSkipped == 72_000 - numbers.count)
        let first = run.sounding[0]
        #expect(numbers == run.sounding.map { $0 - first })
    }

    @Test(
        "I12 a stop silences the card within 200 ms, with half a second buffered",
        arguments: [UInt32(0), 10_000])
    func stop(step: UInt32) throws {
        let station = try AudioThreadStation()
        station.card.stepMicroseconds = step
        let ring = ProgrammeRing(frames: 48_000, channels: 1)
        let producer = RampProducer(ring: ring)
        #expect(
            station.output.play(CardOrder(id: 1, start: .at(CLinux_monotonic()), permitEnd: .max), from: ring)
        )
        _ = try #require(station.start(of: 1))
        usleep(1_000_000)
        let asked = CLinux_monotonic()
        station.output.stops.ask(order: 1)
        let result = try #require(station.result(of: 1))
        producer.join()
        let run = try #require(station.finish().last)
        let last = try #require(run.sounding.last)
        #expect(result.cause == .stopped)
        // The fade ends in a silent frame, and that counts.
        #expect(abs(result.framesConsumed - run.sounding.count) <= 2)
        #expect(run.instant(ofFrame: last) - Double(asked) < 200_000_000)
        // It faded: no step anywhere but where the ramp begins anew.
        let first = try #require(run.sounding.first)
        let gains = run.sounding.suffix(2_400).map { run[$0] / ramp($0 - first) }
        #expect(zip(gains, gains.dropFirst()).allSatisfy { abs($0 - $1) < 0.01 })
    }

    @Test("I1 the sound ends with the permit, on the frame, although nobody says so")
    func permitEnd() throws {
        let station = try AudioThreadStation()
        station.output.prepare()
        let ring = ProgrammeRing(frames: 48_000, channels: 1)
        let producer = RampProducer(ring: ring)
        let start = CLinux_monotonic() + milliseconds(1000)
        let end = start + milliseconds(1500)
        #expect(station.output.play(CardOrder(id: 1, start: .at(start), permitEnd: end), from: ring))
        // The controller is dead from here on: it neither asks nor reads.
        usleep(3_500_000)
        let result = try #require(station.result(of: 1, 1))
        producer.join()
        #expect(result.cause == .permitEnded)
        let run = try #require(station.finish().last)
        let last = run.instant(ofFrame: try #require(run.sounding.last))
        #expect(last <= Double(end) + 50_000 && last > Double(end) - 5_000_000)
        #expect(run.numbers.prefix(60_000).elementsEqual((0..<60_000).map { $0 % 8_000 }))
    }

    @Test("a programme that begins when another ends begins on its frame")
    func twoOrders() throws {
        let station = try AudioThreadStation()
        station.output.prepare()
        let ring = ProgrammeRing(frames: 48_000, channels: 1)
        let producer = RampProducer(ring: ring)
        let start = CLinux_monotonic() + milliseconds(1000)
        let next = start + milliseconds(1000)
        #expect(
            station.output.play(
                CardOrder(id: 1, start: .at(start), permitEnd: next, fadeMilliseconds: 20), from: ring))
        #expect(
            station.output.play(CardOrder(id: 2, start: .at(next), permitEnd: .max), from: programme(9_600)))
        #expect(
            !station.output.play(
                CardOrder(id: 3, start: .at(CLinux_monotonic()), permitEnd: .max), from: programme(1)))
        let second = try #require(station.result(of: 2))
        producer.join()
        let first = try #require(station.result(of: 1))
        let told = try #require(station.start(of: 2))
        let run = try #require(station.finish().last)
        #expect(first.cause == .permitEnded && abs(first.framesConsumed - 48_000) <= 2)
        #expect(second.cause == .completed && second.framesConsumed == 9_600)
        #expect(abs(told.error) < 50)
        let begin = run.sounding.suffix(9_600).first!
        #expect(abs(run.instant(ofFrame: begin) - Double(next)) < 50_000)
        #expect(run.numbers.suffix(9_600).elementsEqual((0..<9_600).map { $0 % 8_000 }))
    }

    @Test("stopping one of two leaves the other as it is", arguments: [UInt64(1), 2])
    func stopOneOfTwo(stopped: UInt64) throws {
        let station = try AudioThreadStation()
        station.output.prepare()
        let start = CLinux_monotonic() + milliseconds(1000)
        let next = start + milliseconds(1000)
        #expect(
            station.output.play(CardOrder(id: 1, start: .at(start), permitEnd: next), from: programme(48_000))
        )
        #expect(
            station.output.play(CardOrder(id: 2, start: .at(next), permitEnd: .max), from: programme(9_600)))
        _ = try #require(station.start(of: 1))
        // Both are in the card's buffer by now.
        usleep(750_000)
        station.output.stops.ask(order: stopped)
        let first = try #require(station.result(of: 1))
        let second = try #require(station.result(of: 2))
        let run = try #require(station.finish().last)
        if stopped == 1 {
            #expect(first.cause == .stopped && first.framesConsumed < 46_000)
            #expect(second.cause == .completed && second.framesConsumed == 9_600)
            let begin = run.sounding.suffix(9_600).first!
            #expect(abs(run.instant(ofFrame: begin) - Double(next)) < 50_000)
            #expect(run.numbers.suffix(9_600).elementsEqual((0..<9_600).map { $0 % 8_000 }))
        } else {
            #expect(second.cause == .stopped && second.framesConsumed == 0)
            #expect(first.framesConsumed >= 47_998 && run.sounding.count <= 48_000)
        }
    }

    @Test("an order that waits is stopped at once, and one whose permit ends before it begins never sounds")
    func neverSounds() throws {
        let station = try AudioThreadStation()
        station.output.prepare()
        let start = CLinux_monotonic() + milliseconds(60_000)
        #expect(
            station.output.play(CardOrder(id: 1, start: .at(start), permitEnd: .max), from: programme(100)))
        station.output.stops.ask(order: 1)
        #expect(station.result(of: 1)?.cause == .stopped)
        let permit = CLinux_monotonic() + milliseconds(300)
        #expect(
            station.output.play(CardOrder(id: 2, start: .at(start), permitEnd: permit), from: programme(100)))
        #expect(station.result(of: 2)?.cause == .permitEnded)
        #expect(station.finish().allSatisfy { $0.sounding.isEmpty })
    }
}
