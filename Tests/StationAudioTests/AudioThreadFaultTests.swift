import CLinux
import CardCapture
import Glibc
@testable import StationAudio
import Testing

/// Cards that vanish, refuse, stand still and hang: each recovered inside the programme, at the programme's place.
@Suite struct AudioThreadFaultTests {
    /// Starts an endless ramp, and lets it play for 700 ms.
    private func playing(
        permitMilliseconds: Int64 = 60_000, device: String? = nil
    ) throws -> (AudioThreadStation, RampProducer, Int64) {
        let station = try AudioThreadStation()
        station.output.prepare()
        let start = CLinux_monotonic() + milliseconds(600)
        let ring = ProgrammeRing(frames: 48_000, channels: 1)
        let producer = RampProducer(ring: ring)
        let order = CardOrder(id: 1, start: .at(start), permitEnd: start + milliseconds(permitMilliseconds))
        #expect(station.output.play(order, from: ring))
        _ = try #require(station.start(of: 1))
        usleep(700_000)
        return (station, producer, start)
    }

    /// That the last run plays the programme at its place, frame by frame, until the fade.
    private func expectInPlace(_ run: CardCapture.Run, start: Int64, within frames: Int) {
        let numbers = run.numbers.dropLast(2_400)
        guard let first = run.sounding.first, numbers.count > 4_800 else {
            Issue.record("too little sound after the fault")
            return
        }
        let position = Int(((run.instant(ofFrame: first) - Double(start)) * 48e-6).rounded())
        let distance = abs(numbers[0] - position % 8_000)
        #expect(min(distance, 8_000 - distance) <= frames)
        #expect(numbers.elementsEqual((0..<numbers.count).map { ($0 + numbers[0]) % 8_000 }))
    }

    private func end(_ station: AudioThreadStation, _ producer: RampProducer) throws -> (
        CardResult, [CardCapture.Run]
    ) {
        usleep(1_000_000)
        station.output.stops.ask(order: 1)
        let result = try #require(station.result(of: 1))
        producer.join()
        return (result, station.finish())
    }

    @Test("I12 a stop that comes behind a hundred other wishes to a card that hangs is carried out")
    func stopBehindMany() throws {
        let (station, producer, _) = try playing()
        station.card.isBlocked = true
        #expect(station.wait { if case .lost(_, .stalled) = $0 { true } else { nil } } ?? false)
        for number in 0..<100 {
            station.output.setGain(order: 1, Float(number % 2))
            station.output.limit(order: 1, permitEnd: CLinux_monotonic() + milliseconds(60_000))
        }
        station.output.stops.ask(order: 1)
        station.card.isBlocked = false
        #expect(try #require(station.result(of: 1)).cause == .stopped)
        producer.join()
        _ = station.finish()
    }

    @Test("T14 an xrun is recovered at the programme's place, and counted")
    func xrun() throws {
        let (station, producer, start) = try playing()
        station.card.causeXrun()
        #expect(station.wait(until: .lost(code: EPIPE, .xrun)))
        #expect(station.wait(until: .recovered))
        let (result, runs) = try end(station, producer)
        #expect(result.cause == .stopped && result.xruns == 1 && result.framesSkipped > 0)
        #expect(runs.count == 2 && station.losses == [.xrun])
        expectInPlace(runs[1], start: start, within: 5)
        let consumed = runs.reduce(0) { $0 + $1.sounding.count }
        // What left between the last reading, a fifth of a second ago, and the fault is not claimed.
        #expect(result.framesConsumed <= consumed && result.framesConsumed > consumed - 11_000)
    }

    @Test("T14 a storm of xruns ends where the programme is")
    func xrunStorm() throws {
        let (station, producer, start) = try playing()
        for _ in 0..<20 {
            station.card.causeXrun()
            usleep(30_000)
        }
        #expect(station.wait(until: .recovered))
        let (result, runs) = try end(station, producer)
        #expect(result.xruns > 3)
        expectInPlace(try #require(runs.last), start: start, within: 10)
    }

    @Test("T11 a suspension is recovered at the programme's place")
    func suspension() throws {
        let (station, producer, start) = try playing()
        station.card.suspend()
        #expect(station.wait(until: .lost(code: ESTRPIPE, .suspended)))
        #expect(station.wait(until: .recovered))
        let (result, runs) = try end(station, producer)
        #expect(result.cause == .stopped && result.xruns == 0)
        expectInPlace(try #require(runs.last), start: start, within: 5)
    }

    @Test(
        "T11 a card that is unplugged and comes back plays on at the programme's place",
        arguments: [ENODEV, ENOENT])
    func unplugged(error: Int32) throws {
        let (station, producer, start) = try playing()
        station.card.unplug(error: error)
        #expect(station.wait(for: { if case .lost(_, .missing) = $0 { true } else { nil } }) == true)
        usleep(1_500_000)
        station.card.replug()
        #expect(station.wait(until: .recovered))
        let (result, runs) = try end(station, producer)
        #expect(result.cause == .stopped && result.framesSkipped > 48_000)
        #expect(station.losses == [.missing])
        expectInPlace(try #require(runs.last), start: start, within: 5)
    }

    @Test("T10 a card that takes more than a second to open is not lost for that")
    func slowCard() throws {
        let station = try AudioThreadStation()
        station.card.openingMilliseconds = 1200
        station.output.prepare()
        let start = CLinux_monotonic() + milliseconds(2500)
        #expect(
            station.output.play(CardOrder(id: 1, start: .at(start), permitEnd: .max), from: programme(9_600)))
        let result = try #require(station.result(of: 1))
        let run = try #require(station.finish().last)
        #expect(result.cause == .completed && run.numbers == (0..<9_600).map { $0 % 8_000 })
        #expect(station.losses.isEmpty)
        expectInPlace(run, start: start, within: 5)
    }

    @Test(
        "T10 T12 a card that is not there, or another's, at the start is tried until it is",
        arguments: [EBUSY, ENOENT, ENODEV])
    func lateCard(error: Int32) throws {
        let station = try AudioThreadStation()
        station.card.openError = error
        station.output.prepare()
        let loss: CardLoss = error == EBUSY ? .busy : .missing
        #expect(station.wait(until: .lost(code: error, loss)))
        let start = CLinux_monotonic() + milliseconds(200)
        #expect(
            station.output.play(CardOrder(id: 1, start: .at(start), permitEnd: .max), from: programme(9_600)))
        usleep(1_200_000)
        station.card.openError = 0
        let result = try #require(station.result(of: 1))
        let run = try #require(station.finish().last)
        #expect(result.cause == .completed && result.framesConsumed == 9_600)
        #expect(run.numbers == (0..<9_600).map { $0 % 8_000 })
        #expect(station.losses == [loss])
    }

    @Test("T14 a card that refuses its parameters is told, and ends the programme with its permit")
    func refusal() throws {
        let station = try AudioThreadStation()
        station.card.parameterError = EINVAL
        let permit = CLinux_monotonic() + milliseconds(1000)
        #expect(
            station.output.play(
                CardOrder(id: 1, start: .at(CLinux_monotonic()), permitEnd: permit), from: programme(9_600)))
        #expect(station.wait(until: .lost(code: EINVAL, .refused)))
        #expect(try #require(station.result(of: 1)).cause == .deviceLost)
        #expect(station.finish().isEmpty)
    }

    @Test(
        "T11 a card that comes back with another rate is refused: the programme was made for the first one's")
    func otherRate() throws {
        let (station, producer, start) = try playing()
        station.card.onlyRate = 44_100
        station.card.unplug()
        #expect(station.wait(until: .lost(code: ENODEV, .missing)))
        station.card.replug()
        usleep(1_000_000)
        #expect(station.reports.filter { if case .opened = $0 { true } else { false } }.count == 1)
        station.card.onlyRate = 48_000
        #expect(station.wait(until: .recovered))
        let (result, runs) = try end(station, producer)
        #expect(result.cause == .stopped)
        expectInPlace(try #require(runs.last), start: start, within: 5)
    }

    @Test("T13 a card that stands still is told, and opened anew")
    func standstill() throws {
        let (station, producer, start) = try playing()
        station.card.isStuck = true
        #expect(station.wait(until: .lost(code: ETIMEDOUT, .stalled)))
        usleep(1_500_000)
        station.card.isStuck = false
        #expect(station.wait(until: .recovered))
        let (result, runs) = try end(station, producer)
        #expect(result.cause == .stopped && station.losses == [.stalled])
        expectInPlace(try #require(runs.last), start: start, within: 5)
    }

    @Test(
        "T13 a call that does not return is told by the dead man's switch, and the stop is obeyed when it does"
    )
    func blockedCall() throws {
        let (station, producer, _) = try playing()
        station.card.isBlocked = true
        #expect(station.wait(until: .lost(code: ETIMEDOUT, .stalled)))
        station.output.stops.ask(order: 1)
        usleep(500_000)
        station.card.isBlocked = false
        let result = try #require(station.result(of: 1))
        producer.join()
        #expect(result.cause == .stopped)
        #expect(station.losses == [.stalled])
        _ = station.finish()
    }

    @Test("T13 closing does not wait for a call that does not return")
    func blockedClose() throws {
        let (station, producer, _) = try playing()
        station.card.isBlocked = true
        #expect(station.wait(until: .lost(code: ETIMEDOUT, .stalled)))
        #expect(!station.output.close())
        station.card.isBlocked = false
        producer.join()
    }

    @Test("T11 a programme that would be over by now ends as lost when the card does not come back")
    func lostForGood() throws {
        let station = try AudioThreadStation()
        let ring = programme(72_000)
        #expect(
            station.output.play(CardOrder(id: 1, start: .at(CLinux_monotonic()), permitEnd: .max), from: ring)
        )
        _ = try #require(station.start(of: 1))
        station.card.unplug()
        let result = try #require(station.result(of: 1))
        #expect(result.cause == .deviceLost && result.framesConsumed < 48_000)
        #expect(result.framesConsumed + result.framesSkipped == 72_000)
        _ = station.finish()
    }
}
