import StationSimulator
import StationTrust
import Testing

@testable import StationCore

/// What arrives from upstreams, and what a station does while nothing does.
struct PullScenarios {
    // MARK: T1

    @Test(
        "T1: without a network for two days, and after a boot, the slot plays from the disk; then news comes by itself"
    )
    func noNetwork() {
        let (world, ear) = Village([.sang]).listened(from: "2026-03-02T04:00:00+07:00")
        world.run(until: "2026-03-02T04:30:00+07:00")
        world.carryOut(.network(isUp: false))
        world.library = Village([.sang, .trua]).library
        world.schedule(.publish(Village([.trua]).timetable), at: "2026-03-03T12:00:00+07:00")
        world.schedule(.powerCut(for: .seconds(60)), at: "2026-03-04T04:49:00+07:00")
        world.run(until: "2026-03-04T06:00:00+07:00")
        #expect(world.outcome(of: "sang", on: "2026-03-04") == "played")
        #expect(world.station.faults.contains(.upstream))
        world.schedule(.network(isUp: true), at: "2026-03-04T07:00:00+07:00")
        // Within the station's own fraction of 30 s, without a restart.
        world.run(until: "2026-03-04T07:00:31+07:00")
        #expect(world.station.active?.timetable.next(after: world.now.wall)?.programme == "trua")
        world.run(until: "2026-03-04T12:00:00+07:00")
        #expect(world.outcome(of: "trua", on: "2026-03-04") == "played")
        #expect(!world.station.faults.contains(.upstream))
        #expect(ear.invariants.violations == [])
    }

    // MARK: I9

    @Test(
        "I9: a new timetable waits for its content, and the one before plays; at the last call its own slot is enough"
    )
    func waitsForContent() {
        let (world, ear) = Village([.sang, .trua]).listened(from: "2026-03-02T04:00:00+07:00")
        world.run(until: "2026-03-02T05:30:00+07:00")
        world.serves = { !$0.path.hasPrefix("moi") }
        let missing = Programme("moi", at: "100000", seconds: 20)
        let new = Village([.sang, .trua, missing, Programme("khac", at: "150000", seconds: 20)])
        world.library = new.library
        world.carryOut(.publish(new.timetable))
        world.carryOut(.configure(world.settings))
        world.run(until: "2026-03-02T10:30:00+07:00")
        #expect(world.station.faults.contains(.fetch) && world.outcome(of: "moi", on: "2026-03-02") == nil)
        #expect(world.station.active?.timetable.programmeCount == 2)
        // What the next day needs is still not there, but the next slot's own is.
        world.run(until: "2026-03-02T10:58:00+07:00")
        #expect(world.station.active?.timetable.programmeCount == 4)
        world.run(until: "2026-03-02T16:00:00+07:00")
        #expect(ear.sounds.map(\.programme) == ["sang", "trua", "khac"])
        #expect(ear.invariants.violations == [])
    }

    @Test(
        "a crash between the switch and its manifest leaves one of the two timetables, whole",
        arguments: 0..<40)
    func crashAtSwitch(effects: Int) {
        let (world, ear) = Village([.sang]).listened(from: "2026-03-02T04:00:00+07:00")
        world.run(until: "2026-03-02T04:30:00+07:00")
        world.library = Village([.sang, .trua]).library
        world.carryOut(.publish(Village([.trua]).timetable))
        world.carryOut(.network(isUp: true))
        world.crashPoint = .init(afterEffects: effects, losesPower: true, outage: .seconds(10))
        world.run(until: "2026-03-02T12:00:00+07:00")
        #expect(world.outcome(of: "trua", on: "2026-03-02") == "played")
        #expect(world.outcome(of: "sang", on: "2026-03-02") == nil)
        #expect(ear.invariants.violations == [])
    }

    /// What an editor puts in the place of a programme of 05:00:00, by what it changes.
    static let replacements: [String: Programme] = [
        "another programme": Programme("moi", at: "050000", seconds: 20),
        "another instant": replaced("sang", at: "050005"),
        "another sound": replaced("sang", at: "050000"),
        "a programme that was due before": Programme("moi", at: "045930", seconds: 20),
    ]

    private static func replaced(_ uid: String, at time: String) -> Programme {
        var programme = Programme(uid, at: time, seconds: 20, rule: nil, day: "20260302")
        programme.items = [("sang-moi.wav", 20)]
        return programme
    }

    @Test(
        "I9: what has the place of a programme and not its own sound does not silence it",
        arguments: replacements.keys.sorted(), ["04:57:10", "04:59:20", "05:00:05"])
    func replacedWithoutSound(what: String, published: String) throws {
        let once = Programme("sang", at: "050000", seconds: 20, rule: nil, day: "20260302")
        let (world, ear) = Village([once]).listened(from: "2026-03-02T04:30:00+07:00")
        world.run(until: "2026-03-02T\(published)+07:00")
        world.serves = { _ in false }
        world.carryOut(.publish(Village([try #require(Self.replacements[what])]).timetable))
        world.carryOut(.network(isUp: true))
        world.run(until: "2026-03-02T05:00:30+07:00")
        #expect(ear.sounds.map(\.programme) == ["sang"])
        // What sounded has ended: nothing stands in the way of the newer one.
        #expect(world.station.active?.manifest.channels["xa"]?.targetsVersion == 2)
        world.run(until: "2026-03-02T06:00:00+07:00")
        #expect(ear.sounds.map(\.programme) == ["sang"])
        #expect(world.outcomes.first { $0.slot.contains("sang") }?.result == "played")
        #expect(ear.invariants.violations == [])
    }

    @Test(
        "I14: what is recalled does not sound, though another programme of that time has no sound before and after"
    )
    func recalledBesideSilence() {
        let (world, ear) = Village([.sang]).listened(from: "2026-03-02T04:00:00+07:00")
        let silent = Programme("khac", at: "050100", seconds: 20)
        world.serves = { $0.path != "khac-1.wav" }
        world.carryOut(.publish(Village([.sang, silent]).timetable))
        world.carryOut(.network(isUp: true))
        world.run(until: "2026-03-02T04:58:30+07:00")
        #expect(world.station.active?.timetable.programmeCount == 2)
        world.carryOut(.publish(Village([silent]).timetable))
        world.carryOut(.network(isUp: true))
        world.run(until: "2026-03-02T06:00:00+07:00")
        #expect(ear.sounds.isEmpty && world.outcome(of: "sang", on: "2026-03-02") == nil)
        #expect(ear.invariants.violations == [])
    }

    @Test(
        "I9: what an emergency interrupts goes on, though a replacement without its sound came meanwhile",
        arguments: replacements.keys.sorted())
    func replacedWhileInterrupted(what: String) throws {
        let alert = Programme("lu", at: "050010", seconds: 40, priority: 1, rule: nil, day: "20260302")
        let once = Programme("sang", at: "050000", seconds: 60, rule: nil, day: "20260302")
        let (world, ear) = Village([once, alert]).listened(from: "2026-03-02T04:30:00+07:00")
        world.run(until: "2026-03-02T05:00:14+07:00")
        world.serves = { _ in false }
        world.carryOut(
            .publish(Village([try #require(Self.replacements[what]), alert]).timetable))
        world.carryOut(.network(isUp: true))
        world.run(until: "2026-03-02T06:00:00+07:00")
        #expect(ear.sounds.map(\.programme) == ["sang", "lu", "sang"])
        #expect(world.station.active?.manifest.channels["xa"]?.targetsVersion == 2)
        #expect(ear.invariants.violations == [])
    }

    /// What is playing until 05:10, and what waits for its end.
    private static let long = Programme("dai", at: "050000", seconds: 600, rule: nil, day: "20260302")
    private static let waiting = Programme(
        "doi", at: "050500", seconds: 20, late: "PT20M", rule: nil, day: "20260302")

    @Test("I9: what waits for the loudspeaker plays, though a replacement without its sound came meanwhile")
    func replacedWhileWaiting() {
        let (world, ear) = Village([Self.long, Self.waiting]).listened(from: "2026-03-02T04:30:00+07:00")
        world.run(until: "2026-03-02T05:06:00+07:00")
        var other = Self.waiting
        other.items = [("doi-moi.wav", 20)]
        world.serves = { _ in false }
        world.carryOut(.publish(Village([Self.long, other]).timetable))
        world.carryOut(.network(isUp: true))
        world.run(until: "2026-03-02T06:00:00+07:00")
        #expect(ear.sounds.map(\.programme) == ["dai", "doi"])
        #expect(world.station.active?.manifest.channels["xa"]?.targetsVersion == 2)
        #expect(ear.invariants.violations == [])
    }

    @Test("I14: what is recalled while it waits for the loudspeaker does not begin")
    func recalledWhileWaiting() {
        let (world, ear) = Village([Self.long, Self.waiting]).listened(from: "2026-03-02T04:30:00+07:00")
        world.run(until: "2026-03-02T05:06:00+07:00")
        world.serves = { _ in false }
        let later = Programme("chieu", at: "150000", seconds: 20, rule: nil, day: "20260302")
        world.carryOut(.publish(Village([Self.long, later]).timetable))
        world.carryOut(.network(isUp: true))
        world.run(until: "2026-03-02T06:00:00+07:00")
        #expect(ear.sounds.map(\.programme) == ["dai"])
        #expect(ear.invariants.violations == [])
    }

    @Test("What begins without an item that still comes is a fault")
    func partNews() {
        let next = Programme("sau", at: "150000", seconds: 5)
        var late = Programme("tre", at: "140000", seconds: 5, rule: nil, day: "20260302")
        late.items = [("sau-1.wav", 5), ("tre-2.wav", 5)]
        let (world, _) = Village([next]).listened(from: "2026-03-02T13:00:00+07:00")
        world.run(until: "2026-03-02T14:04:00+07:00")
        world.library = Village([next, late]).library
        world.latencies.download = .seconds(60)
        world.carryOut(.publish(Village([next, late]).timetable))
        world.carryOut(.network(isUp: true))
        world.run(until: "2026-03-02T14:20:00+07:00")
        #expect(contentFaults(world).first == "raised")
    }

    @Test("I14: what a new timetable recalls does not sound, though what else it needs is still on its way")
    func recalled() {
        let (world, ear) = Village([.sang, .trua]).listened(from: "2026-03-02T04:00:00+07:00")
        world.run(until: "2026-03-02T04:30:00+07:00")
        world.serves = { _ in false }
        let later = Programme("moi", at: "120000", seconds: 20)
        world.carryOut(.publish(Village([later, .trua]).timetable))
        world.carryOut(.configure(world.settings))
        world.run(until: "2026-03-02T11:30:00+07:00")
        #expect(ear.sounds.map(\.programme) == ["trua"])
        #expect(ear.invariants.violations == [])
    }

    @Test("what the disk has spoiled is fetched again before its slot")
    func spoiled() {
        let (world, ear) = Village([.sang]).listened(from: "2026-03-02T04:00:00+07:00")
        world.stored = world.stored.filter { _ in false }
        world.run(until: "2026-03-02T06:00:00+07:00")
        #expect(ear.sounds.map(\.programme) == ["sang"])
        #expect(world.outcome(of: "sang", on: "2026-03-02") == "played")
    }

    // MARK: Looking ahead at what is on its way

    /// A station without any timetable yet, whose upstream has one: its network comes up at 14:04.
    private func firstSync(_ village: Village) -> World {
        let world = World(settings: village.settings, at: at("2026-03-02T13:00:00+07:00"))
        world.library = village.library
        world.carryOut(.network(isUp: false))
        world.carryOut(.publish(village.timetable))
        world.carryOut(.bootClock(.carried(off: .zero), synchronisesAfter: .zero))
        world.carryOut(.boot)
        world.schedule(.network(isUp: true), at: "2026-03-02T14:04:00+07:00")
        return world
    }

    private func contentFaults(_ world: World) -> [String] {
        world.log.filter { $0.kind == .fault && $0.json["code"]?.text == "content" }
            .compactMap { $0.json["state"]?.text }
    }

    @Test(
        "what the first timetable brings too late to be looked at ahead is no fault while its content comes",
        arguments: [true, false])
    func lateNews(isServed: Bool) {
        let world = firstSync(
            Village([Programme("tre", at: "140000", seconds: 20, rule: nil, day: "20260302")]))
        world.latencies.download = .seconds(20)
        world.serves = { isServed || $0.path != "tre-1.wav" }
        world.run(until: "2026-03-02T16:00:00+07:00")
        #expect(world.outcome(of: "tre", on: "2026-03-02") == (isServed ? "played" : "missed no-content"))
        // What nobody has, is one.
        #expect(contentFaults(world) == (isServed ? [] : ["raised", "cleared"]))
    }

    @Test("what was known in time and is still on its way when it is looked at is a fault")
    func slowContent() {
        let world = firstSync(
            Village([
                Programme("cham", at: "150000", seconds: 20, rule: nil, day: "20260302"),
                Programme("truoc", at: "143000", seconds: 20, rule: nil, day: "20260302"),
            ]))
        world.serves = { $0.path != "cham-1.wav" }
        world.run(until: "2026-03-02T14:40:00+07:00")
        world.serves = { _ in true }
        world.latencies.download = .seconds(3600)
        world.carryOut(.configure(world.settings))
        world.run(until: "2026-03-02T14:57:00+07:00")
        #expect(world.station.pull.coming.map(\.path) == ["cham-1.wav"])
        world.run(until: "2026-03-02T14:58:30+07:00")
        #expect(world.station.faults.contains(.content(slot: "xa/cham@2026-03-02T15:00:00+07:00")))
    }

    @Test("a person's sync asks each upstream for that person, once; what follows it asks nobody")
    func askedBySomebody() {
        let (world, _) = Village([.sang]).listened(from: "2026-03-02T13:00:00+07:00")
        world.run(until: "2026-03-02T13:10:00+07:00")
        var polls: [Bool] = []
        world.tamper = { effects in
            for case .poll(_, _, _, let isAsked) in effects.map(\.action) { polls.append(isAsked) }
            return effects
        }
        for second in 0..<5 {
            world.carryOut(.command(.sync(isFollowing: second > 0), operatorPerson))
            world.run(until: world.time + .seconds(1))
        }
        #expect(polls == [true])
        world.run(until: "2026-03-02T23:00:00+07:00")
        #expect(polls.count > 1 && polls.dropFirst().allSatisfy { !$0 })
    }

    @Test("T25: without a clock upstreams and certificates are judged by the floor, with one by the time")
    func pollTime() {
        let (world, _) = Village([.sang]).listened(from: "2026-03-02T13:00:00+07:00")
        var polls: [(at: Instant, certificatesAt: Instant?)] = []
        world.tamper = { effects in
            for case .poll(_, let time, let certificatesAt, _) in effects.map(\.action) {
                polls.append((time, certificatesAt))
            }
            return effects
        }
        world.run(until: "2026-03-02T20:00:00+07:00")
        #expect(!polls.isEmpty && polls.allSatisfy { $0.certificatesAt == nil })
        #expect(polls.allSatisfy { $0.at > at("2026-03-02T12:00:00+07:00") })
        polls = []
        world.carryOut(.bootClock(.epoch, synchronisesAfter: .seconds(86_400)))
        world.carryOut(.powerCut(for: .seconds(60)))
        world.run(until: "2026-03-03T10:00:00+07:00")
        #expect(!polls.isEmpty && polls.allSatisfy { $0.at == $0.certificatesAt })
        // The floor is at least when a clock was believed last.
        #expect(polls.allSatisfy { $0.at > at("2026-03-02T12:00:00+07:00") })
    }

    // MARK: T25: the floor

    static let issues: [(issued: String, isSynchronised: Bool, trust: ClockTrust)] = [
        // A synchronised clock is not moved by anybody's signature.
        ("2099-01-01T00:00:00Z", true, .synchronised), ("2026-03-02T06:00:00Z", true, .synchronised),
        // One that a battery carries is wrong where somebody signed much later, and 2099 is nobody's date; a centre
        // may be some minutes ahead.
        ("2026-03-02T06:30:00Z", false, .holdover),
        ("2099-01-01T00:00:00Z", false, .holdover), ("2026-03-12T06:00:00Z", false, .untrusted),
        ("2026-03-02T06:00:00Z", false, .holdover),
    ]

    @Test(
        "T25: what an upstream signed later than the clock shows moves the floor, and 2099 silences nobody",
        arguments: issues)
    func floor(issued: String, isSynchronised: Bool, trust: ClockTrust) throws {
        let wall = at("2026-03-02T13:00:30+07:00")
        let now = Now(
            wall: wall, monotonic: MonotonicInstant(nanoseconds: 60_000_000_000),
            isSynchronised: isSynchronised,
            errorMicroseconds: 100)
        var judge = ClockJudge(
            buildDate: at("2026-01-01T00:00:00Z"),
            lastSynchronised: .init(
                wall: at("2026-02-20T00:00:00Z"), monotonic: MonotonicInstant(nanoseconds: 0), boot: "earlier"
            ),
            boot: "this", firstStart: at("2026-02-01T00:00:00Z"), isBatteryBacked: true,
            holdover: .seconds(30 * 86_400))
        _ = judge.judge(now)
        judge.noteIssue(at(issued), by: "xa", at: now)
        #expect(judge.judge(now) == trust)
        // Another signature takes that one's place.
        judge.noteIssue(at("2026-03-01T00:00:00Z"), by: "xa", at: now)
        #expect(judge.judge(now) == (isSynchronised ? .synchronised : .holdover))
    }
}
