import StationSimulator
import StationTrust
import Testing

@testable import StationCore

// SCENARIOS.md, A: time and schedule.

/// Clocks that are wrong, that jump, and that change with the season.
struct TimeScenarios {
    private let village = Village([
        Programme("sang", at: "050000", seconds: 150), Programme("trua", at: "063000", seconds: 60),
        Programme("toi", at: "190000", seconds: 60),
    ])

    /// A world that was well for a day, with somebody who listens.
    private func listened(_ village: Village? = nil, from: String = "2026-03-02T00:00:00+07:00") -> (
        World, Ear
    ) {
        (village ?? self.village).listened(from: from)
    }

    @Test("a timetable that came while the clock stood in 2099 has its outcomes of a later downtime")
    func changedInAnotherAge() {
        let (world, ear) = listened()
        world.run(until: "2026-03-02T08:00:00+07:00")
        world.carryOut(.step(.seconds(73 * 365 * 86_400)))
        var changed = village
        changed.programmes[2].duration = "PT5M"
        world.carryOut(.publish(changed.timetable))
        world.carryOut(.configure(changed.settings))
        world.run(until: "2026-03-02T08:30:00+07:00")
        world.carryOut(.synchronise)
        world.run(until: "2026-03-03T04:00:00+07:00")
        world.carryOut(.powerCut(for: .seconds(4 * 3600)))
        world.run(until: "2026-03-03T12:00:00+07:00")
        #expect(world.outcome(of: "toi", on: "2026-03-02") == "played")
        #expect(world.outcome(of: "sang", on: "2026-03-03") == "missed off")
        #expect(world.outcome(of: "trua", on: "2026-03-03") == "missed off")
        #expect(ear.invariants.violations == [])
    }

    // MARK: T2

    @Test(
        "T2: after a cold boot with a wrong clock nothing plays until somebody tells the time, and then on time",
        arguments: [World.WallAtBoot.epoch, .lastShutdown, .behind(.seconds(14 * 86_400))],
        [Duration?.none, .seconds(40), .seconds(6 * 3600)])
    func coldBoot(wall: World.WallAtBoot, synchronisesAfter: Duration?) {
        let (world, ear) = listened()
        world.run(until: "2026-03-02T20:00:00+07:00")
        world.carryOut(.bootClock(wall, synchronisesAfter: synchronisesAfter))
        world.carryOut(.powerCut(for: .seconds(30_600)))
        world.run(until: "2026-03-03T05:30:00+07:00")
        let heard = ear.sounds.filter { $0.began > at("2026-03-03T00:00:00+07:00") }.map(\.programme)
        #expect(heard == (synchronisesAfter == .seconds(40) ? ["sang"] : []))
        // Every record says how the clock was believed.
        let boot = world.log.last { $0.kind == .boot }
        #expect(boot?.clock == .untrusted)
        let told = world.log.firstIndex { $0.kind == .clock && $0.boot == boot?.boot } ?? world.log.count
        for entry in world.log[(world.log.firstIndex { $0 == boot } ?? 0)..<told] {
            #expect(entry.clock == .untrusted && entry.json["clock"]?.text == "untrusted")
        }
        world.carryOut(.command(.status, operatorPerson))
        let trust = world.lastReply?.reply.body["clock"]?["trust"]?.text
        #expect(trust == (synchronisesAfter == .seconds(40) ? "synchronised" : "untrusted"))
        world.run(until: "2026-03-04T00:00:00+07:00")
        switch synchronisesAfter {
        case nil:
            #expect(world.outcome(of: "sang", on: "2026-03-03") == nil)
            #expect(ear.sounds.allSatisfy { $0.began < at("2026-03-03T00:00:00+07:00") })
            #expect(world.station.faults.contains(.clockUntrusted))
        case .seconds(40)?: #expect(world.outcome(of: "sang", on: "2026-03-03") == "played")
        default:
            #expect(world.outcome(of: "sang", on: "2026-03-03") == "missed clock-untrusted")
            #expect(world.outcome(of: "toi", on: "2026-03-03") == "played")
            #expect(ear.beginnings(of: "toi").last == "2026-03-03T19:00:00+07:00")
        }
        #expect(ear.invariants.violations == [])
    }

    @Test(
        "T2: a clock that is said to have a battery is believed where it may be, and for as long as configured",
        arguments: [
            (World.WallAtBoot.carried(off: .milliseconds(300)), 30, ["sang", "trua", "toi"]),
            // A battery that is flat shows 1970, or a day that has been: neither is believed.
            (.epoch, 30, []), (.behind(.seconds(14 * 86_400)), 30, []),
            (.carried(off: .zero), 1, ["sang", "trua"]),
        ])
    func battery(wall: World.WallAtBoot, holdoverDays: Int, expected: [String]) {
        var village = village
        village.isBatteryBacked = true
        village.holdover = .seconds(86_400 * holdoverDays)
        let (world, ear) = listened(village)
        world.run(until: "2026-03-02T12:00:00+07:00")
        world.carryOut(.loseSynchronisation)
        world.carryOut(.bootClock(wall, synchronisesAfter: nil))
        world.run(until: "2026-03-02T12:30:00+07:00")
        world.carryOut(.powerCut(for: .seconds(8 * 3600)))
        world.run(until: "2026-03-03T21:00:00+07:00")
        let heard = ear.sounds.filter { $0.began > at("2026-03-03T00:00:00+07:00") }
        #expect(heard.map(\.programme) == expected)
        #expect(world.station.faults.contains(.clockUntrusted) == (expected.count < 3))
        #expect(ear.invariants.violations == [])
    }

    @Test(
        "T2: a daemon that is killed while nobody tells the time goes on by the clock of the same boot",
        arguments: [true, false])
    func restartInHoldover(isKilled: Bool) {
        let (world, ear) = listened()
        world.run(until: "2026-03-02T20:00:00+07:00")
        world.carryOut(.loseSynchronisation)
        world.run(until: "2026-03-03T02:00:00+07:00")
        world.carryOut(isKilled ? .kill(restartAfter: .seconds(1)) : .terminate(restartAfter: .seconds(1)))
        world.run(until: "2026-03-03T08:00:00+07:00")
        #expect(world.outcome(of: "sang", on: "2026-03-03") == "played")
        #expect(world.outcome(of: "trua", on: "2026-03-03") == "played")
        let boots = world.log.filter { $0.kind == .boot }
        #expect(boots.last?.clock == .holdover)
        #expect(!world.station.faults.contains(.clockUntrusted))
        #expect(ear.invariants.violations == [])
    }

    @Test("T2: a clock that was set while the daemon was not there is not carried on")
    func setWhileDown() {
        let (world, ear) = listened()
        world.run(until: "2026-03-02T20:00:00+07:00")
        world.carryOut(.loseSynchronisation)
        world.carryOut(.terminate(restartAfter: .seconds(60)))
        world.run(until: "2026-03-02T20:00:30+07:00")
        world.carryOut(.step(.seconds(3600)))
        world.run(until: "2026-03-03T08:00:00+07:00")
        #expect(world.outcome(of: "sang", on: "2026-03-03") == nil)
        #expect(world.station.faults.contains(.clockUntrusted))
        #expect(ear.invariants.violations == [])
    }

    @Test("T2: what a person plays sounds by any clock, and goes on when the time is told")
    func byHandInTheDark() {
        let (world, ear) = listened()
        world.run(until: "2026-03-02T20:00:00+07:00")
        world.carryOut(.bootClock(.epoch, synchronisesAfter: .seconds(41)))
        world.carryOut(.powerCut(for: .seconds(13 * 3600)))
        // Half a second before the time is told: the play is armed by the clock of 1970.
        world.schedule(
            .command(.playFile(token: 1, name: "loi.wav"), operatorPerson),
            at: "2026-03-03T09:00:40.500+07:00")
        world.run(until: "2026-03-03T09:10:00+07:00")
        #expect(ear.sounds.last?.programme == "play")
        #expect(world.outcomes.last?.result == "played")
        #expect(ear.invariants.violations == [])
    }

    // MARK: T3

    enum Phase: CaseIterable { case idle, armed, playing }

    static let steps: [(name: String, step: Duration, idle: String, armed: String)] = [
        ("+1 h", .seconds(3600), "missed", "missed"),
        ("-1 h", .seconds(-3600), "06:00:00", "06:00:00"),
        // What is armed has its instant behind it then, and the amplifier a second of its lead to go.
        ("+2 s", .seconds(2), "04:59:58", "05:00:00"),
        ("-2 s", .seconds(-2), "05:00:02", "05:00:02"),
    ]

    @Test(
        "T3: a step re-plans at once, leaves alone what sounds, and plays nothing twice",
        arguments: steps.indices, Phase.allCases)
    func step(index: Int, phase: Phase) {
        let (_, step, idle, armed) = Self.steps[index]
        let (world, ear) = listened()
        let instants: [Phase: String] = [.idle: "04:30:00", .armed: "04:59:59", .playing: "05:01:00"]
        world.schedule(.step(step), at: "2026-03-02T\(instants[phase] ?? "")+07:00")
        world.run(until: "2026-03-02T12:00:00+07:00")
        let begun = ear.beginnings(of: "sang").map { String($0.dropFirst(11).prefix(8)) }
        switch phase {
        case .playing:
            #expect(begun == ["05:00:00"])
            #expect(world.outcome(of: "sang", on: "2026-03-02") == "played")
            // 150 s, whatever the wall clock says.
            #expect(ear.sounds.first.map { $0.ended - $0.began } == .seconds(150))
        case .idle: #expect(begun == (idle == "missed" ? [] : [idle]))
        case .armed: #expect(begun == (armed == "missed" ? [] : [armed]))
        }
        if begun.isEmpty { #expect(world.outcome(of: "sang", on: "2026-03-02") == "missed late") }
        let noon = at("2026-03-02T06:30:00+07:00") - step
        #expect(ear.sounds.first { $0.programme == "trua" }?.began == noon)
        #expect(ear.invariants.violations == [])
    }

    @Test("T3: from 1970 to now with a second to go, and to 2099 and back", arguments: Phase.allCases)
    func absurdSteps(phase: Phase) {
        let instants: [Phase: String] = [.idle: "04:30:00", .armed: "04:59:59", .playing: "05:01:00"]
        let instant = at("2026-03-02T\(instants[phase] ?? "")+07:00")
        // Nobody vouches for 2099: what was armed waits, and is only late.
        let (world, ear) = listened()
        world.schedule(.loseSynchronisation, at: instant - .milliseconds(1))
        world.schedule(.step(.seconds(73 * 365 * 86_400)), at: instant)
        world.schedule(.step(.seconds(-73 * 365 * 86_400)), at: instant + .seconds(40))
        world.run(until: "2026-03-02T12:00:00+07:00")
        #expect(world.outcome(of: "sang", on: "2026-03-02") == "played")
        #expect(ear.sounds.filter { $0.programme == "sang" }.count == 1)
        #expect(world.outcome(of: "trua", on: "2026-03-02") == "played")
        #expect(ear.invariants.violations == [])
        guard phase != .playing else { return }
        let late = village.world(at: "2026-03-02T04:00:00+07:00")
        let other = Ear()
        late.observer = other
        late.carryOut(.bootClock(.epoch, synchronisesAfter: nil))
        late.carryOut(.powerCut(for: .seconds(60)))
        late.schedule(.synchronise, at: instant)
        late.run(until: "2026-03-02T06:00:00+07:00")
        #expect(late.outcome(of: "sang", on: "2026-03-02") == "played")
        #expect(other.invariants.violations == [])
    }

    @Test("T3: a year 2099 that somebody vouches for costs no slot of the next day, and no flood of entries")
    func vouchedFor2099() {
        let (world, ear) = listened()
        world.schedule(.step(.seconds(73 * 365 * 86_400)), at: "2026-03-02T10:00:00+07:00")
        world.schedule(.synchronise, at: "2026-03-02T10:01:00+07:00")
        world.run(until: "2026-03-04T12:00:00+07:00")
        for day in ["2026-03-03", "2026-03-04"] { #expect(world.outcome(of: "sang", on: day) == "played") }
        #expect(world.outcome(of: "toi", on: "2026-03-02") == "played")
        #expect(world.log.count < 400)
        #expect(ear.invariants.violations == [])
    }

    @Test("T3: an hour of 2099 over a slot: it is missed, and has its outcome (seed 121547)")
    func hourOf2099() {
        let (world, ear) = listened()
        world.schedule(.step(.seconds(73 * 365 * 86_400)), at: "2026-03-03T04:30:00+07:00")
        world.schedule(.synchronise, at: "2026-03-03T05:30:00+07:00")
        world.run(until: "2026-03-04T00:00:00+07:00")
        #expect(world.outcome(of: "sang", on: "2026-03-03") == "missed late")
        #expect(world.outcome(of: "trua", on: "2026-03-03") == "played")
        #expect(ear.invariants.violations == [])
    }

    // MARK: T4

    @Test("T4: with something already playing a higher class begins on the instant, an equal one when it may")
    func startsOverSomething() {
        let (world, ear) = listened(
            Village([
                Programme("nhac", at: "055000", seconds: 900),
                Programme("uu-tien", at: "060000", seconds: 60, priority: 2),
                Programme("het-gio", at: "100000", seconds: 600),
                Programme("ke-tiep", at: "101000", seconds: 60),
                Programme("dai", at: "140000", seconds: 600), Programme("cho", at: "140500", seconds: 60),
            ]))
        world.run(until: "2026-03-02T16:00:00+07:00")
        let instant = ear.sounds.first { $0.programme == "uu-tien" }?.began
        #expect(instant == at("2026-03-02T06:00:00+07:00"))
        // What was interrupted goes on with its item's beginning: 900 s in three items, the third began at 600 s.
        #expect(ear.sounds.filter { $0.programme == "nhac" }.map(\.from) == [.zero, .seconds(600)])
        #expect(ear.sounds.first { $0.programme == "ke-tiep" }?.began == at("2026-03-02T10:10:00+07:00"))
        let waited = ear.sounds.first { $0.programme == "cho" }?.began
        #expect(
            waited.map { $0 > at("2026-03-02T14:10:00+07:00") && $0 < at("2026-03-02T14:10:01+07:00") }
                == true)
        #expect(world.outcome(of: "dai", on: "2026-03-02") == "played")
        #expect(ear.invariants.violations == [])
    }

    // MARK: T5

    @Test(
        "T5: Monday 05:00 is Monday where the station stands",
        arguments: [
            ("Asia/Ho_Chi_Minh", "2026-03-01T22:00:00+00:00"),
            ("America/New_York", "2026-03-02T10:00:00+00:00"),
            ("Pacific/Kiritimati", "2026-03-01T15:00:00+00:00"),
            ("Asia/Kathmandu", "2026-03-01T23:15:00+00:00"),
        ])
    func weekday(zone: String, expected: String) {
        var village = Village([
            Programme("thu-hai", at: "050000", seconds: 60, rule: "FREQ=WEEKLY;BYDAY=MO", day: "20260105")
        ])
        village.zoneName = zone
        let (world, ear) = listened(village, from: "2026-02-28T00:00:00Z")
        world.run(until: "2026-03-04T00:00:00Z")
        #expect(ear.beginnings(of: "thu-hai", offset: 0) == [expected])
        #expect(ear.invariants.violations == [])
    }

    @Test("T5: a zone that is changed while the station runs holds from the next slot on")
    func zoneChanges() {
        let (world, ear) = listened()
        var moved = village
        moved.zoneName = "Asia/Tokyo"
        world.schedule(.publish(moved.timetable), at: "2026-03-02T03:30:00+07:00")
        world.schedule(.configure(moved.settings), at: "2026-03-02T03:30:01+07:00")
        world.run(until: "2026-03-03T00:00:00+07:00")
        // 05:00 in Tokyo was at 03:00 here and is over; 06:30 there is 04:30 here.
        #expect(ear.beginnings(of: "trua") == ["2026-03-02T04:30:00+07:00"])
        #expect(ear.beginnings(of: "toi") == ["2026-03-02T17:00:00+07:00"])
        #expect(ear.invariants.violations == [])
    }

    // MARK: T6

    @Test("T6: 02:30 in the spring gap plays at 03:30, in autumn once, and a slot goes on over midnight")
    func seasons() {
        var village = Village([
            Programme("dem", at: "023000", seconds: 60),
            Programme("giao-thua", at: "235500", for: "PT15M", seconds: 840),
        ])
        village.zoneName = "Europe/Berlin"
        village.bands = [.init(from: 0, to: 1440, ceilingDecibels: -6)]
        let (spring, ear) = listened(village, from: "2026-03-28T12:00:00Z")
        spring.run(until: "2026-03-30T12:00:00Z")
        #expect(
            ear.beginnings(of: "dem", offset: 7200) == [
                "2026-03-29T03:30:00+02:00", "2026-03-30T02:30:00+02:00",
            ])
        #expect(
            ear.sounds.filter { $0.programme == "giao-thua" }.map { $0.ended - $0.began } == [
                .seconds(840), .seconds(840),
            ])
        let (autumn, other) = listened(village, from: "2026-10-24T12:00:00Z")
        autumn.run(until: "2026-10-26T12:00:00Z")
        #expect(
            other.beginnings(of: "dem", offset: 3600) == [
                "2026-10-25T01:30:00+01:00", "2026-10-26T02:30:00+01:00",
            ])
        #expect(ear.invariants.violations + other.invariants.violations == [])
    }

    @Test(
        "T6: who comes back a third of a second after midnight goes on with what crosses it, and plays it once"
    )
    func justAfterMidnight() {
        var village = Village([Programme("giao-thua", at: "235500", for: "PT15M", seconds: 840)])
        village.bands = [.init(from: 0, to: 1440, ceilingDecibels: -6)]
        let (world, ear) = listened(village, from: "2026-03-02T12:00:00+07:00")
        world.schedule(.kill(restartAfter: .milliseconds(300)), at: "2026-03-03T00:00:00.036+07:00")
        world.run(until: "2026-03-03T12:00:00+07:00")
        #expect(world.outcome(of: "giao-thua", on: "2026-03-02") == "played power-lost")
        #expect(ear.sounds.count == 2)
        #expect((ear.sounds.last?.from ?? .zero) > .seconds(285))
        #expect(ear.invariants.violations == [])
    }

    @Test("T6: hours that cross the night of a change end by the wall clock")
    func hoursOverTheChange() {
        var village = Village([Programme("khuya", at: "010000", seconds: 7000, late: "SKIP")])
        village.zoneName = "Europe/Berlin"
        village.bands = [.init(from: 22 * 60, to: 3 * 60, ceilingDecibels: -6)]
        let (world, ear) = listened(village, from: "2026-03-28T12:00:00Z")
        world.run(until: "2026-03-30T12:00:00Z")
        // 01:00–03:00 is one hour on that night, and two on the next.
        #expect(ear.sounds.map { ($0.ended - $0.began).components.seconds } == [3600, 7000])
        #expect(ear.invariants.violations == [])
    }

    // MARK: T7

    @Test(
        "T7: power returns at 05:07 for a slot of 05:00, and each rule is kept",
        arguments: [
            ("SKIP", "missed off", Bool?.none), ("JOIN", "partial late", true), ("PT10M", "played", false),
            ("PT5M", "missed off", nil),
        ])
    func bootInsideTheWindow(late: String, outcome: String, isJoined: Bool?) {
        let (world, ear) = listened(
            Village([Programme("sang", at: "050000", for: "PT60M", seconds: 1800, late: late)]))
        world.run(until: "2026-03-02T20:00:00+07:00")
        world.carryOut(.powerCut(for: at("2026-03-03T05:07:00+07:00") - world.time))
        world.run(until: "2026-03-03T07:00:00+07:00")
        #expect(world.outcome(of: "sang", on: "2026-03-03") == outcome)
        let sound = ear.sounds.first { $0.began > at("2026-03-03T00:00:00+07:00") }
        #expect((sound == nil) == (isJoined == nil))
        guard let sound, let isJoined else { return }
        // Eighteen seconds until the daemon runs, nine for a look at the content, two for the amplifier.
        let late = sound.began - at("2026-03-03T05:00:00+07:00")
        #expect(late > .seconds(7 * 60) && late < .seconds(7 * 60 + 32))
        #expect(sound.from == (isJoined ? late : .zero))
        #expect(ear.invariants.violations == [])
    }
}
