import StationSimulator
import StationTrust
import Testing

@testable import StationCore

/// What a person was told has happened, whatever happens next.
struct AnswerScenarios {
    private static let village = Village([Programme("sang", at: "050000", seconds: 150)])
    private static let muting = Command.mute(for: .seconds(7200), reason: "đám tang")

    private func world() -> World {
        let world = Self.village.world(at: "2026-03-02T04:00:00+07:00")
        world.carryOut(.synchronise)
        world.run(until: "2026-03-02T04:30:00+07:00")
        return world
    }

    @Test("a power cut at any instant around a command forgets no mute that was answered")
    func powerCut() {
        var (answered, unanswered) = (0, 0)
        for microseconds in stride(from: 0, through: 40_000, by: 500) {
            let world = world()
            let fraction = String(1_000_000 + microseconds).dropFirst()
            world.carryOut(.command(Self.muting, operatorPerson))
            world.schedule(.powerCut(for: .seconds(10)), at: "2026-03-02T04:30:00.\(fraction)+07:00")
            world.run(until: "2026-03-02T04:32:00+07:00")
            let isAnswered = world.lastReply != nil
            let isKnown = world.log.contains { $0.kind == .command && $0.json["verb"] == "mute" }
            #expect(!isAnswered || isKnown, "\(microseconds) µs")
            #expect(world.lastReply?.reply.body["recorded"] == nil)
            if isAnswered { answered += 1 } else { unanswered += 1 }
        }
        #expect(answered > 10 && unanswered > 10)
    }

    @Test(
        "a disk that does not answer keeps nobody waiting: the mute is in force, and the answer says what it lacks"
    )
    func stalledDisk() {
        let world = world()
        world.carryOut(.disk(.stalls))
        world.carryOut(.command(Self.muting, operatorPerson))
        world.run(until: "2026-03-02T04:30:01+07:00")
        #expect(world.lastReply == nil)
        world.run(until: "2026-03-02T04:30:03+07:00")
        #expect(world.lastReply?.reply.code == .fine)
        #expect(world.lastReply?.reply.body["recorded"] == false)
        world.carryOut(.command(.muteState, operatorPerson))
        #expect(world.lastReply?.reply.body["reason"] == "đám tang")
    }

    @Test("a disk that refuses: the answer says at once that a power cut would forget it")
    func refusingDisk() {
        let world = world()
        world.carryOut(.disk(.refuses))
        world.carryOut(.command(Self.muting, operatorPerson))
        world.run(until: "2026-03-02T04:30:01+07:00")
        #expect(world.lastReply?.reply.body["recorded"] == false)
        world.carryOut(.disk(.sound))
        world.run(until: "2026-03-02T04:31:00+07:00")
        world.carryOut(.command(.unmute, operatorPerson))
        world.run(until: "2026-03-02T04:31:01+07:00")
        #expect(world.lastReply?.reply.code == .fine && world.lastReply?.reply.body["recorded"] == nil)
    }

    @Test("who is told to end answers first")
    func termination() {
        let world = world()
        world.carryOut(.command(Self.muting, operatorPerson))
        world.carryOut(.terminate(restartAfter: .seconds(5)))
        world.run(until: "2026-03-02T04:30:02+07:00")
        #expect(world.lastReply?.reply.code == .fine && world.lastReply?.reply.body["recorded"] == nil)
    }
}
