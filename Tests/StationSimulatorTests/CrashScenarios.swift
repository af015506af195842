import StationSimulator
import StationTrust
import Testing

@testable import StationCore

// SCENARIOS.md, A and D: what comes back after the daemon or the power went.

/// Crashes at every instant that the station's effects know.
struct CrashScenarios {
    private static let village = Village([
        Programme("sang", at: "050000", for: "PT10M", seconds: 150),
        Programme("sau", at: "050600", seconds: 60),
    ])

    /// A quarter of an hour around a slot.
    private static func morning(from time: String = "04:50:00") -> (World, Ear) {
        village.listened(from: "2026-03-02T\(time)+07:00")
    }

    /// How many effects that quarter of an hour has.
    private static let effects: Int = {
        let (world, _) = morning()
        world.run(until: "2026-03-02T05:15:00+07:00")
        return world.effectCount
    }()

    @Test(
        "T8, T35: a crash between any two effects: no slot begins twice, each has one outcome, the log has no gap",
        arguments: [false, true], [0, 3])
    func everyEffect(losesPower: Bool, keptInFlight: Int) {
        #expect(Self.effects > 60)
        var broken: [String] = []
        for count in 1...Self.effects {
            let (world, ear) = Self.morning()
            world.carryOut(.keepInFlight(keptInFlight, isTorn: true))
            world.crashPoint = .init(afterEffects: count, losesPower: losesPower, outage: .milliseconds(1500))
            world.run(until: "2026-03-02T05:30:00+07:00")
            ear.invariants.checkOutcomes(world, margin: .seconds(600))
            for programme in ["sang", "sau"] {
                let outcome = world.outcome(of: programme, on: "2026-03-02")
                // Whole, or with the gap that the crash made, and never silently gone.
                if !Self.isWell(outcome) { broken.append("\(count): \(programme) \(outcome ?? "nothing")") }
            }
            broken += ear.invariants.violations.map { "\(count): \($0)" }
        }
        #expect(broken == [])
    }

    private static func isWell(_ outcome: String?) -> Bool {
        outcome == "played" || outcome == "played power-lost" || outcome == "partial power-lost"
    }

    @Test("T8, T35: two crashes, the second at any effect after the first", arguments: [false, true])
    func twice(losesPower: Bool) {
        var broken: [String] = []
        for count in 1...40 {
            let (world, ear) = Self.morning()
            world.schedule(.kill(restartAfter: .milliseconds(300)), at: "2026-03-02T05:00:20+07:00")
            world.run(until: "2026-03-02T05:00:20.100+07:00")
            world.crashPoint = .init(afterEffects: count, losesPower: losesPower, outage: .milliseconds(1500))
            world.run(until: "2026-03-02T06:30:00+07:00")
            ear.invariants.checkOutcomes(world, margin: .seconds(600))
            broken += ear.invariants.violations.map { "\(count): \($0)" }
            let outcome = world.outcome(of: "sang", on: "2026-03-02")
            if !Self.isWell(outcome) { broken.append("\(count): \(outcome ?? "nothing")") }
        }
        #expect(broken == [])
    }

    @Test("T8: with the clock set back ten minutes while the daemon is dead nothing begins twice")
    func killedAndSetBack() {
        var broken: [String] = []
        // From before the intent until after the first record of a position.
        for tenths in stride(from: -70, through: 30, by: 1) {
            let (world, ear) = Self.morning()
            let instant = at("2026-03-02T05:00:00+07:00") + .milliseconds(100 * tenths)
            world.schedule(.kill(restartAfter: .milliseconds(400)), at: instant)
            world.schedule(.step(.seconds(-600)), at: instant + .milliseconds(200))
            world.run(until: "2026-03-02T07:00:00+07:00")
            ear.invariants.checkOutcomes(world, margin: .seconds(600))
            broken += ear.invariants.violations.map { "\(tenths): \($0)" }
            if world.outcome(of: "sang", on: "2026-03-02") == nil { broken.append("\(tenths): no outcome") }
        }
        #expect(broken == [])
    }

    @Test("T8: with the clock an hour ahead, and right after a power cut, nothing begins twice")
    func cutAndSetBack() {
        var broken: [String] = []
        // From before the intent until after the first record of a position, and to the first that says enough.
        for tenths in Array(stride(from: -70, through: 5, by: 1)) + [102, 103] {
            let (world, ear) = Self.morning(from: "03:50:00")
            world.schedule(.step(.seconds(3600)), at: "2026-03-02T03:55:00+07:00")
            let instant = at("2026-03-02T04:00:00+07:00") + .milliseconds(100 * tenths)
            world.schedule(.powerCut(for: .seconds(1)), at: instant)
            world.run(until: "2026-03-02T07:00:00+07:00")
            ear.invariants.checkOutcomes(world, margin: .seconds(600))
            broken += ear.invariants.violations.map { "\(tenths): \($0)" }
            if world.outcome(of: "sang", on: "2026-03-02") == nil { broken.append("\(tenths): no outcome") }
        }
        #expect(broken == [])
    }

    @Test(
        "T8: the clock set back ten minutes after a programme does not play it again; nor does a timetable delivered again"
    )
    func notAgain() {
        let (world, ear) = Self.morning()
        world.schedule(.step(.seconds(-600)), at: "2026-03-02T05:08:00+07:00")
        world.schedule(.publish(Self.village.timetable), at: "2026-03-02T05:09:00+07:00")
        world.schedule(.configure(Self.village.settings), at: "2026-03-02T05:09:01+07:00")
        world.schedule(.kill(restartAfter: .seconds(1)), at: "2026-03-02T05:09:30+07:00")
        world.run(until: "2026-03-02T06:30:00+07:00")
        #expect(ear.sounds.map(\.programme) == ["sang", "sau"])
        #expect(world.outcome(of: "sang", on: "2026-03-02") == "played")
        #expect(ear.invariants.violations == [])
    }

    @Test("T33: entries stand in the order of their numbers, whatever the clock said")
    func order() {
        let (world, ear) = Self.morning()
        world.run(until: "2026-03-02T05:10:00+07:00")
        for wall in [World.WallAtBoot.epoch, .behind(.seconds(14 * 86_400)), .lastShutdown] {
            world.carryOut(.bootClock(wall, synchronisesAfter: .seconds(300)))
            world.carryOut(.powerCut(for: .seconds(600)))
            world.run(until: world.time + .seconds(1800))
        }
        #expect(world.log.map(\.index) == Array(0..<Int64(world.log.count)))
        let walls = world.log.map(\.wall)
        #expect(zip(walls, walls.dropFirst()).contains { $0 > $1 })
        #expect(Set(world.log.map(\.boot)).count == 4)
        // Within a boot the clock that never steps tells the order.
        for (earlier, later) in zip(world.log, world.log.dropFirst()) where earlier.boot == later.boot {
            #expect(earlier.monotonic <= later.monotonic)
        }
        #expect(ear.invariants.violations == [])
    }

    @Test("T38: mute, volume and amplifier after an unclean stop", arguments: [false, true])
    func staleState(losesPower: Bool) {
        let (world, ear) = Self.morning()
        world.schedule(.command(.volume(decibels: -20), operatorPerson), at: "2026-03-02T04:52:00+07:00")
        world.schedule(
            .command(.mute(for: .seconds(86_400 + 600), reason: "đám tang"), operatorPerson),
            at: "2026-03-02T05:05:00+07:00")
        world.run(until: "2026-03-02T05:01:00+07:00")
        #expect(world.isAmplifierOn)
        world.carryOut(losesPower ? .powerCut(for: .seconds(2)) : .kill(restartAfter: .seconds(2)))
        world.run(until: world.time + .milliseconds(losesPower ? 20_100 : 2100))
        // Whatever an earlier run left it at, it is off until the sound needs it.
        #expect(!world.isAmplifierOn)
        world.run(until: "2026-03-02T05:05:30+07:00")
        world.carryOut(losesPower ? .powerCut(for: .seconds(2)) : .kill(restartAfter: .seconds(2)))
        world.run(until: "2026-03-04T06:00:00+07:00")
        #expect(world.outcome(of: "sau", on: "2026-03-02") == "missed muted")
        #expect(world.outcome(of: "sang", on: "2026-03-03") == "missed muted")
        // The mute is over five minutes past the next morning: nobody has to remember it.
        #expect(world.outcome(of: "sang", on: "2026-03-04") == "played")
        #expect(ear.sounds.allSatisfy { $0.ceiling <= -20 })
        #expect(ear.invariants.violations == [])
    }

    @Test("T40: three weeks and twenty power cuts later the log of that night is still there")
    func threeWeeksLater() {
        let (world, ear) = Self.morning()
        world.schedule(.card(.missing), at: "2026-03-02T04:58:00+07:00")
        world.schedule(.card(.sound), at: "2026-03-02T05:20:00+07:00")
        world.run(until: "2026-03-02T06:00:00+07:00")
        let night = world.log
        for day in 3...22 {
            world.schedule(
                .powerCut(for: .seconds(60)),
                at: at("2026-03-02T12:00:00+07:00") + .seconds(86_400 * (day - 2)))
        }
        world.run(until: "2026-03-23T12:00:00+07:00")
        #expect(world.outcome(of: "sang", on: "2026-03-02") == "missed device-missing")
        #expect(Array(world.log.prefix(night.count)) == night)
        #expect(world.outcome(of: "sang", on: "2026-03-22") == "played")
        #expect(ear.invariants.violations == [])
    }
}
