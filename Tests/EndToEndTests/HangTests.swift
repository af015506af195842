import CardCapture
import Foundation
import StationTrust
import Testing

/// Cards whose calls do not return, under the real daemon.
@Suite("A card that hangs does not hang the station", .ownThreads, .serialized, .timeLimit(.minutes(3)))
struct HangTests {
    @Test("T13 a write that does not return is a fault, and the sound goes on in its place when it does")
    func returns() async throws {
        let broadcast = try await Broadcast.playing(7)
        let instant = Broadcast.now
        broadcast.card.isBlocked = true
        try await broadcast.told(since: instant, "device-stalled")
        #expect(try broadcast.station.faults() == ["device"])
        try await broadcast.sleep(until: 3.5)
        broadcast.card.isBlocked = false
        let outcome = try await broadcast.outcome()
        try broadcast.goesOn(outcome, seconds: 7)
        #expect(outcome["reason"]?.text == "device-stalled")
        #expect(try await broadcast.waits { try broadcast.station.faults().isEmpty })
    }

    @Test(
        "T13 T39 a write that never returns starves the watchdog, and after the restart it goes on in its place"
    )
    func neverReturns() async throws {
        let folder = URL(fileURLWithPath: "/tmp/loa-hang-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let supervisor = try NotifySocket(folder.path + "/notify")
        let broadcast = try await Broadcast.playing(
            10, environment: ["NOTIFY_SOCKET": folder.path + "/notify", "WATCHDOG_USEC": "1000000"])
        #expect(supervisor.drain().contains("WATCHDOG=1"))
        let instant = Broadcast.now
        broadcast.card.isBlocked = true
        try await broadcast.told(since: instant, "device-stalled")
        // What was fed before anybody could know is over; then, for longer than systemd would wait, nothing comes.
        try await broadcast.sleep(until: 4)
        supervisor.drain()
        try await broadcast.sleep(until: 5.2)
        #expect(!supervisor.drain().contains("WATCHDOG=1"), "fed although the audio thread hangs")
        // The daemon itself still answers, and says what is wrong.
        #expect(try broadcast.station.faults() == ["device"])
        broadcast.station.signal(SIGKILL)
        _ = broadcast.station.end()
        broadcast.card.isBlocked = false
        try broadcast.start()
        let outcome = try await broadcast.outcome()
        try broadcast.goesOn(outcome, seconds: 10, unwritten: 2_400)
    }

    @Test("T13 SIGTERM ends a daemon whose card hangs within its time, with the slot open for the next start")
    func terminates() async throws {
        let broadcast = try await Broadcast.playing(6)
        broadcast.card.isBlocked = true
        try await broadcast.told(since: Broadcast.now, "device-stalled")
        let asked = Broadcast.now
        broadcast.station.signal(SIGTERM)
        _ = broadcast.station.end()
        let took = Double(Broadcast.now - asked) / 1e9
        // A second by the contract, and one for the thread that is not waited for any longer.
        #expect(took < 3, "\(took) s")
        broadcast.card.isBlocked = false
        try broadcast.start()
        #expect(try await broadcast.outcome()["reason"]?.text == "power-lost")
        #expect(try broadcast.entries("outcome").count == 1 && broadcast.entries("intent").count == 1)
    }
}

/// Cards that come back as another, and what no card takes.
@Suite("A card is what its name leads to", .ownThreads, .serialized, .timeLimit(.minutes(3)))
struct ReturnTests {
    @Test("T10 T11 a card that is unplugged and comes back under another index goes on in its place")
    func otherIndex() async throws {
        // The name stays, as `hw:CARD=…` does; what it leads to is another card.
        let name = "/tmp/loa-card-\(UUID().uuidString.prefix(8))"
        let (first, second) = (SimulatedCardFolder(), SimulatedCardFolder())
        func plug(_ card: SimulatedCardFolder) throws {
            unlink(name)
            try #require(symlink(card.path, name) == 0)
        }
        defer { unlink(name) }
        try plug(first)
        let broadcast = try await Broadcast.playing(
            7, device: "simulated:FOLDER=\(name)",
            environment: ["ALSA_CONFIG_PATH": SimulatedCardConfiguration.path])
        let instant = Broadcast.now
        first.unplug()
        try await broadcast.told(since: instant, "device-missing")
        try await broadcast.sleep(until: 3)
        // The old one stays gone.
        try plug(second)
        let outcome = try await broadcast.outcome()
        try broadcast.goesOn(outcome, seconds: 7, on: [first, second])
        #expect(second.capture().runs.contains { !$0.sounding.isEmpty })
        #expect(outcome["reason"]?.text == "device-missing")
        #expect(try await broadcast.waits { try broadcast.station.faults().isEmpty })
    }

    @Test(
        "T14 a card that refuses its parameters (EINVAL) is a fault at once, and plays whole once it takes them"
    )
    func refused() async throws {
        let broadcast = try Broadcast.started(playing: 1, in: 7, card: { $0.parameterError = EINVAL })
        #expect(try await broadcast.waits { try broadcast.station.faults() == ["device"] })
        try await broadcast.sleep(until: -2.5)
        broadcast.card.parameterError = 0
        let outcome = try await broadcast.outcome()
        #expect(outcome["result"]?.text == "played", "\(outcome)")
        #expect(try #require(broadcast.heard().last).sounding == 48_000)
        #expect(try broadcast.station.faults().isEmpty)
    }

    @Test("T14 a thousand underruns end where the programme is, are counted, and do not flood the log")
    func storm() async throws {
        let broadcast = try await Broadcast.playing(7)
        for _ in 0..<1000 {
            broadcast.card.causeXrun()
            try await Task.sleep(nanoseconds: 2_000_000)
        }
        let outcome = try await broadcast.outcome()
        try broadcast.goesOn(outcome, seconds: 7)
        #expect(try #require(outcome["xruns"]?.integer) >= 10, "\(outcome)")
        #expect(outcome["reason"]?.text == "device-stalled")
        #expect(try broadcast.log().count < 100)
    }
}
