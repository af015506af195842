import CardCapture
import Foundation
import StationTrust
import Testing

/// The power goes, and comes back: kill -9 of the real daemon.
@Suite("A slot survives the daemon's death, once", .ownThreads, .serialized, .timeLimit(.minutes(3)))
struct RestartTests {
    private func kill(_ broadcast: Broadcast) {
        broadcast.station.signal(SIGKILL)
        _ = broadcast.station.end()
    }

    /// That the log has each slot's intent and outcome once, and every index.
    private func expectOnce(_ broadcast: Broadcast, boots: Int) throws {
        let log = try broadcast.log()
        #expect(log.map { $0["index"]?.integer } == (0..<Int64(log.count)).map(Optional.some))
        for (kind, count) in [("boot", boots), ("intent", 1), ("outcome", 1)] {
            #expect(log.filter { $0["kind"]?.text == kind }.count == count, "\(kind)")
        }
    }

    @Test(
        "T7 T8 T35 killed while it plays, it goes on where the programme would be, never from its beginning",
        arguments: [1.5, 6.2])
    func midPlay(seconds: Double) async throws {
        let broadcast = try Broadcast.started(playing: 10, in: 5, value: Broadcast.ramp(10))
        try await broadcast.sleep(until: seconds)
        kill(broadcast)
        try broadcast.start()
        let outcome = try await broadcast.outcome()
        #expect(outcome["reason"]?.text == "power-lost", "\(outcome)")
        // From a position that was written nothing is left out; by the clock, what the downtime took is.
        let planned = try #require(outcome["framesPlanned"]?.integer)
        let missing = planned - (try #require(outcome["framesConsumed"]?.integer))
        #expect(seconds > 5 ? missing == 0 : missing > 4_800, "\(outcome)")
        try expectOnce(broadcast, boots: 2)
        let heard = broadcast.heard()
        try #require(heard.count == 2)
        let place = (Double(heard[1].first / heard[0].first) - 1) * 10
        // The position was last written at the start, or after five seconds.
        #expect(
            place > (seconds > 5 ? 4.9 : seconds) && place < (heard[1].start - heard[0].start) / 1e9 + 0.05)
        #expect(heard[1].run[heard[1].frames.upperBound - 500] > heard[0].first * 1.98, "to its end")
    }

    @Test("T8 T35 killed at six instants around the start, it plays once, and the log has no gap")
    func aroundStart() async throws {
        let broadcast = try Broadcast.started(playing: 5, in: 8)
        for around in [-5.0, -3.6, -2.1, -0.6, 0.8, 2.2] {
            try await broadcast.sleep(until: around + .random(in: -0.3...0.3))
            kill(broadcast)
            try broadcast.start()
        }
        let outcome = try await broadcast.outcome()
        #expect(outcome["reason"]?.text == "power-lost", "\(outcome)")
        // Wait out what a second play would be armed for.
        try await broadcast.sleep(until: 8)
        try expectOnce(broadcast, boots: 7)
        let sound = broadcast.heard().reduce(0) { $0 + $1.sounding }
        #expect(sound <= 5 * 48_000, "\(sound) frames of a programme of 240000")
    }
}
