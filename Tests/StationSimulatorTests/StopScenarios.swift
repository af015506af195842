import StationSimulator
import StationTrust
import Testing

@testable import StationCore

/// What a stop ends of a warning that comes again, what it does not, and what people are told of it.
struct StopScenarios {
    @Test("I12: the stop input silences without a right, ends an emergency's repeats, and is in the log")
    func stopInput() {
        let (world, ear) = Village([Programme("sang", at: "050000", for: "PT10M", seconds: 150)])
            .listened(from: "2026-03-02T04:50:00+07:00")
        world.schedule(.stopPressed, at: "2026-03-02T05:01:00+07:00")
        world.run(until: "2026-03-02T06:00:00+07:00")
        #expect(world.outcome(of: "sang", on: "2026-03-02") == "partial stopped-by-hand")
        let entry = world.log.last { $0.kind == .command }?.json
        #expect(entry?["by"]?.text == "stopInput" && entry?["verb"]?.text == "stop")
        #expect(ear.invariants.violations == [])
    }

    private static func village(_ rule: String?, at time: String = "080000") -> Village {
        Village([
            Programme("lu-quet", at: time, seconds: 20, priority: 1, rule: rule, day: "20260302"),
            Programme("tin", at: "200000", seconds: 60, rule: nil, day: "20260302"),
        ])
    }

    private static let repeating = village("FREQ=MINUTELY;INTERVAL=10;COUNT=6")

    private func world(_ village: Village, until time: String) -> (World, Ear) {
        let (world, ear) = village.listened(from: "2026-03-02T07:50:00+07:00")
        world.run(until: "2026-03-02T\(time)+07:00")
        return (world, ear)
    }

    private func publish(_ village: Village, in world: World) {
        world.carryOut(.publish(village.timetable))
        world.carryOut(.configure(village.settings))
    }

    @Test("a stop in silence, of a warning that does not come again, silences no warning that is sent later")
    func nothingToStop() {
        let (world, ear) = world(Self.village(nil), until: "10:00:00")
        world.carryOut(.command(.stop, operatorPerson))
        world.run(until: "2026-03-02T10:00:01+07:00")
        #expect(world.lastReply?.reply.body == ["stopped": [], "titles": [], "repeats": []])
        publish(Self.village(nil, at: "110000"), in: world)
        world.run(until: "2026-03-02T12:00:00+07:00")
        #expect(ear.sounds.map(\.programme) == ["lu-quet", "lu-quet"])
        #expect(ear.invariants.violations == [])
    }

    @Test("who stops what they play may play something else at once")
    func playAfterStop() {
        let (world, ear) = world(Self.village(nil), until: "10:00:00")
        world.carryOut(.command(.playFile(token: 1, name: "a.wav"), operatorPerson))
        world.run(until: "2026-03-02T10:00:10+07:00")
        world.carryOut(.command(.stop, operatorPerson))
        world.carryOut(.command(.playFile(token: 2, name: "b.wav"), operatorPerson))
        world.run(until: "2026-03-02T10:10:00+07:00")
        #expect(world.lastReply?.reply.code == .fine)
        #expect(world.outcomes.suffix(2).map(\.result) == ["partial", "played"])
        #expect(ear.invariants.violations == [])
    }

    @Test("a stop tells, and the log with it, whose repeats it ended; next tells that they will not sound")
    func told() {
        let (world, _) = world(Self.repeating, until: "08:12:00")
        world.carryOut(.command(.stop, operatorPerson))
        world.run(until: "2026-03-02T08:12:01+07:00")
        #expect(
            world.lastReply?.reply.body == [
                "stopped": [], "titles": [], "repeats": [["programme": "xa/lu-quet", "title": "lu-quet"]],
            ])
        let entry = world.log.last { $0.kind == .command }?.json
        #expect(entry?["repeats"] == ["xa/lu-quet"] && entry?["repeatTitles"] == ["lu-quet"])
        world.carryOut(.command(.next(days: 1), operatorPerson))
        let problems = world.lastReply?.reply.body.elements?.compactMap { $0["problem"]?.text }
        #expect(problems == Array(repeating: "stopped-by-hand", count: 4))
    }

    @Test("a stop tells, and the log with it, the titles of what it ended")
    func titles() {
        let (world, _) = world(Self.repeating, until: "08:00:05")
        world.carryOut(.command(.stop, operatorPerson))
        world.run(until: "2026-03-02T08:00:06+07:00")
        #expect(world.lastReply?.reply.body["titles"] == ["lu-quet"])
        let entry = world.log.last { $0.kind == .command }?.json
        #expect(entry?["slots"] == ["xa/lu-quet@2026-03-02T08:00:00+07:00"])
        #expect(entry?["titles"] == ["lu-quet"])
    }

    @Test(
        "what a person stopped sounds again once its centre has sent another timetable, also after a restart")
    func anotherTimetable() {
        let (world, ear) = world(Self.repeating, until: "08:12:00")
        world.carryOut(.command(.stop, operatorPerson))
        world.run(until: "2026-03-02T08:25:00+07:00")
        world.carryOut(.kill(restartAfter: .seconds(1)))
        world.run(until: "2026-03-02T08:35:00+07:00")
        #expect(ear.sounds.count == 2)
        publish(Self.village("FREQ=MINUTELY;INTERVAL=10;COUNT=7"), in: world)
        world.run(until: "2026-03-02T12:00:00+07:00")
        #expect(ear.sounds.filter { $0.programme == "lu-quet" }.count == 5)
        #expect(ear.invariants.violations == [])
    }

    @Test(
        "what a person stopped stays silent when its centre sends another warning beside it",
        arguments: [false, true])
    func anotherWarning(restarts: Bool) {
        let (world, ear) = world(Self.repeating, until: "08:12:00")
        world.carryOut(.command(.stop, operatorPerson))
        var village = Self.repeating
        village.programmes.insert(
            Programme("song-than", at: "082500", seconds: 20, priority: 1, rule: nil, day: "20260302"), at: 0)
        world.run(until: "2026-03-02T08:15:00+07:00")
        world.library = village.library
        if restarts { world.carryOut(.kill(restartAfter: .seconds(1))) }
        publish(village, in: world)
        world.run(until: "2026-03-02T12:00:00+07:00")
        #expect(ear.sounds.map(\.programme) == ["lu-quet", "lu-quet", "song-than"])
        #expect(ear.invariants.violations == [])
    }

    @Test("I8: what a person stopped sounds again when it says something else, by a clock in 1970 too")
    func anotherSoundWithoutClock() {
        let (world, ear) = world(Self.repeating, until: "08:12:00")
        world.carryOut(.command(.stop, operatorPerson))
        world.run(until: "2026-03-02T08:13:00+07:00")
        world.carryOut(.bootClock(.epoch, synchronisesAfter: nil))
        world.carryOut(.powerCut(for: .seconds(20)))
        world.run(until: "2026-03-02T08:14:00+07:00")
        #expect(ear.sounds.count == 2)
        var village = Self.repeating
        village.programmes[0].items = [("lu-quet-moi.wav", 25)]
        world.library = village.library
        publish(village, in: world)
        world.run(until: "2026-03-02T08:20:00+07:00")
        #expect(world.log.last { $0.kind == .timetable }?.json["renewed"] == ["xa/lu-quet"])
    }

    @Test("what a person stopped sounds again when it says something else")
    func anotherSound() {
        let (world, ear) = world(Self.repeating, until: "08:12:00")
        world.carryOut(.command(.stop, operatorPerson))
        var village = Self.repeating
        village.programmes[0].items = [("lu-quet-moi.wav", 25)]
        world.run(until: "2026-03-02T08:15:00+07:00")
        world.library = village.library
        publish(village, in: world)
        world.run(until: "2026-03-02T12:00:00+07:00")
        #expect(ear.sounds.count { $0.programme == "lu-quet" } == 6)
        #expect(world.log.last { $0.kind == .timetable }?.json["renewed"] == ["xa/lu-quet"])
        #expect(ear.invariants.violations == [])
    }

    @Test("next tells of an emergency that the limit of the day keeps silent")
    func perDay() {
        var village = Self.repeating
        village.emergenciesPerDay = 2
        let (world, _) = world(village, until: "08:12:00")
        world.carryOut(.command(.next(days: 1), operatorPerson))
        let problems = world.lastReply?.reply.body.elements?.compactMap { $0["problem"]?.text }
        #expect(problems == Array(repeating: "permit-ended", count: 4))
    }

    @Test("an emergency that the limit of the day keeps silent is a fault while it waits")
    func silentIsAFault() {
        var village = Self.repeating
        village.emergenciesPerDay = 2
        let (world, ear) = world(village, until: "08:12:00")
        #expect(!world.station.faults.contains(.emergency))
        world.run(until: "2026-03-02T08:21:00+07:00")
        #expect(
            world.station.faults.all.first { $0.code == .emergency }?.messages
                == ["xa/lu-quet@2026-03-02T08:20:00+07:00: silent, emergency.perDay is used up for today"])
        world.run(until: "2026-03-02T12:00:00+07:00")
        #expect(!world.station.faults.contains(.emergency) && ear.sounds.count == 2)
    }
}
