import StationSimulator
import Testing

@testable import StationCore

/// Emergencies that upstreams sign: heard at once and once, by any clock, and for as long as they are good.
struct EmergencyScenarios {
    /// An emergency of one upstream, its signature good until an instant.
    private func alert(_ uid: String, at time: String, day: String, until end: String) -> SimulatedOffer {
        alerts(
            [Programme(uid, at: time, seconds: 20, late: "PT2H", priority: 1, rule: nil, day: day)],
            until: end)
    }

    @Test(
        "I7: an emergency is in force while the rest of its publication is still on its way, and waits for no disk"
    )
    func emergencyAlone() {
        let (world, ear) = Village([.sang]).listened(from: "2026-03-02T13:00:00+07:00")
        world.run(until: "2026-03-02T13:59:50+07:00")
        let offer = alert("lu-quet", at: "140000", day: "20260302", until: "2026-03-02T16:00:00+07:00")
        world.library =
            Village([
                .sang,
                Programme("lu-quet", at: "140000", seconds: 20, priority: 1, rule: nil, day: "20260302"),
            ]).library
        world.carryOut(.disk(.stalls))
        world.carryOut(.publish(offer))
        world.carryOut(.network(isUp: true))
        world.run(until: "2026-03-02T14:01:00+07:00")
        #expect(ear.sounds.map(\.programme) == ["lu-quet"])
        world.carryOut(.disk(.sound))
        world.run(until: "2026-03-02T14:02:00+07:00")
        #expect(ear.invariants.violations == [])
    }

    @Test(
        "an emergency is heard by a station that comes late, not after its signature has ended, and never again",
        arguments: [("14:30:00", 1), ("15:10:00", 0)])
    func expires(time: String, count: Int) {
        let (world, ear) = Village([.sang]).listened(from: "2026-03-02T13:00:00+07:00")
        world.carryOut(.network(isUp: false))
        world.library =
            Village([
                .sang,
                Programme("lu-quet", at: "140000", seconds: 20, priority: 1, rule: nil, day: "20260302"),
            ]).library
        world.carryOut(
            .publish(alert("lu-quet", at: "140000", day: "20260302", until: "2026-03-02T15:00:00+07:00")))
        world.schedule(.network(isUp: true), at: "2026-03-02T\(time)+07:00")
        // Offered a second time, and after another boot, it is the same emergency.
        world.schedule(.powerCut(for: .seconds(30)), at: "2026-03-02T14:40:00+07:00")
        world.run(until: "2026-03-02T16:00:00+07:00")
        #expect(ear.sounds.filter { $0.programme == "lu-quet" }.count == count)
        #expect(ear.invariants.violations == [])
    }

    @Test(
        "T25, I8: by a clock in 1970 an emergency that this run fetched sounds at once and once, nothing else does",
        arguments: [World.WallAtBoot.epoch, .behind(.seconds(86_400 * 400))])
    func withoutClock(wall: World.WallAtBoot) {
        let (world, ear) = Village([.sang]).listened(from: "2026-03-02T13:00:00+07:00")
        world.run(until: "2026-03-02T13:30:00+07:00")
        world.library =
            Village([
                .sang,
                Programme("lu-quet", at: "140000", seconds: 20, priority: 1, rule: nil, day: "20260302"),
            ]).library
        world.carryOut(
            .publish(alert("lu-quet", at: "140000", day: "20260302", until: "2026-03-02T15:00:00+07:00")))
        world.carryOut(.bootClock(wall, synchronisesAfter: .seconds(7200)))
        world.carryOut(.powerCut(for: .seconds(1800)))
        world.run(until: "2026-03-02T14:10:00+07:00")
        #expect(ear.sounds.map(\.programme) == ["lu-quet"])
        // Another boot: it was played, though nobody knew when.
        world.carryOut(.powerCut(for: .seconds(60)))
        world.run(until: "2026-03-03T06:00:00+07:00")
        #expect(ear.sounds.map(\.programme) == ["lu-quet", "sang"])
        #expect(world.outcome(of: "lu-quet", on: "2026-03-02") == "played")
        #expect(ear.invariants.violations == [])
    }

    /// Several emergencies of one upstream, their signature good until an instant.
    private func alerts(_ programmes: [Programme], until end: String) -> SimulatedOffer {
        let village = Village([.sang])
        return village.offer(programmes, until: at(end), beside: village.timetable)
    }

    private static func alert(_ uid: String, at time: String, rule: String? = nil) -> Programme {
        Programme(uid, at: time, seconds: 20, late: "PT24H", priority: 1, rule: rule, day: "20260302")
    }

    @Test(
        "I8: an alert that waits for the card sounds though the clock is set to another year meanwhile",
        arguments: [Duration.seconds(-86_400 * 365 * 20), .seconds(86_400 * 365 * 73)], ["PT2H", "JOIN"])
    func setMeanwhile(step: Duration, late: String) {
        let (world, ear) = Village([.sang]).listened(from: "2026-03-02T13:00:00+07:00")
        world.run(until: "2026-03-02T13:59:00+07:00")
        var alert = Self.alert("lu-quet", at: "140000")
        alert.late = late
        alert.duration = late == "JOIN" ? "PT2H" : nil
        world.library = Village([.sang, alert]).library
        world.carryOut(.card(.missing))
        world.carryOut(.publish(alerts([alert], until: "2026-03-02T18:00:00+07:00")))
        world.carryOut(.network(isUp: true))
        world.schedule(.loseSynchronisation, at: "2026-03-02T14:00:05+07:00")
        world.schedule(.step(step), at: "2026-03-02T14:00:10+07:00")
        world.schedule(.card(.sound), at: "2026-03-02T14:00:15+07:00")
        world.run(until: "2026-03-02T14:02:00+07:00")
        #expect(ear.sounds.map(\.programme) == ["lu-quet"])
        world.carryOut(.synchronise)
        world.run(until: "2026-03-02T16:00:00+07:00")
        #expect(ear.sounds.map(\.programme) == ["lu-quet"])
        #expect(world.outcomes.filter { $0.slot.contains("lu-quet") }.count == 1)
        #expect(ear.invariants.violations == [])
    }

    @Test("I8: by a clock that is not believed an alert that comes again each minute hides no other")
    func hidesNobody() {
        let (world, ear) = Village([.sang]).listened(from: "2026-03-02T13:00:00+07:00")
        world.run(until: "2026-03-02T13:30:00+07:00")
        let both = [
            Self.alert("dap-vo", at: "080000", rule: "FREQ=MINUTELY;COUNT=400"),
            Self.alert("lu-quet", at: "130000"),
        ]
        world.library = Village([.sang] + both).library
        world.carryOut(.publish(alerts(both, until: "2026-03-02T20:00:00+07:00")))
        world.carryOut(.bootClock(.epoch, synchronisesAfter: nil))
        world.carryOut(.powerCut(for: .seconds(60)))
        world.run(until: "2026-03-02T14:00:00+07:00")
        #expect(ear.sounds.map(\.programme).sorted() == ["dap-vo", "lu-quet"])
        #expect(ear.invariants.violations == [])
    }

    @Test(
        "I4: an alert that could not sound before the power went has its outcome, though it has ended since")
    func endedMeanwhile() {
        let (world, ear) = Village([.sang]).listened(from: "2026-03-02T13:00:00+07:00")
        world.run(until: "2026-03-02T14:00:00+07:00")
        let alert = Self.alert("lu-quet", at: "135959")
        world.library = Village([.sang, alert]).library
        world.carryOut(.withhold(true))
        world.carryOut(.publish(alerts([alert], until: "2026-03-02T14:10:00+07:00")))
        world.carryOut(.network(isUp: true))
        world.run(until: "2026-03-02T14:05:00+07:00")
        world.carryOut(.network(isUp: false))
        world.carryOut(.powerCut(for: .seconds(600)))
        world.run(until: "2026-03-02T15:00:00+07:00")
        #expect(ear.sounds.isEmpty)
        #expect(world.outcome(of: "lu-quet", on: "2026-03-02") == "missed off")
        #expect(ear.invariants.violations == [])
    }

    @Test("an alert for a day is heard by a station that first hears of it after twenty hours")
    func lateByADay() {
        let (world, ear) = Village([.trua]).listened(from: "2026-03-02T04:00:00+07:00")
        world.carryOut(.network(isUp: false))
        let alert = Self.alert("bao", at: "050000")
        world.library = Village([.trua, alert]).library
        world.carryOut(.publish(alerts([alert], until: "2026-03-03T05:00:00+07:00")))
        world.schedule(.network(isUp: true), at: "2026-03-03T01:00:00+07:00")
        world.run(until: "2026-03-03T04:00:00+07:00")
        #expect(ear.sounds.map(\.programme) == ["trua", "bao"])
        #expect(ear.invariants.violations == [])
    }

    @Test("I14: a cancelled alert falls silent though the next one's sound is still on its way")
    func cancelled() {
        let (world, ear) = Village([.sang]).listened(from: "2026-03-02T13:00:00+07:00")
        let (first, second) = (
            Self.alert("lu-quet", at: "140000", rule: "FREQ=MINUTELY;INTERVAL=5;COUNT=20"),
            Self.alert("bao", at: "141000")
        )
        world.library = Village([.sang, first, second]).library
        world.carryOut(.install(alerts([first], until: "2026-03-02T18:00:00+07:00")))
        world.run(until: "2026-03-02T14:11:00+07:00")
        world.serves = { _ in false }
        world.carryOut(.publish(alerts([second], until: "2026-03-02T18:00:00+07:00")))
        world.carryOut(.network(isUp: true))
        world.run(until: "2026-03-02T14:40:00+07:00")
        #expect(ear.sounds.filter { $0.programme == "lu-quet" }.count == 3)
        world.serves = { _ in true }
        world.carryOut(.network(isUp: true))
        world.run(until: "2026-03-02T15:00:00+07:00")
        #expect(ear.sounds.last?.programme == "bao")
        #expect(ear.invariants.violations == [])
    }

    @Test("T28: a cancelled alert that somebody replays is not believed, also not by another run")
    func replayed() {
        let (world, ear) = Village([.sang]).listened(from: "2026-03-02T13:00:00+07:00")
        let alert = Self.alert("lu-quet", at: "140000", rule: "FREQ=MINUTELY;INTERVAL=5;COUNT=200")
        world.library = Village([.sang, alert]).library
        world.carryOut(.publish(alerts([alert], until: "2026-03-03T13:00:00+07:00")))
        world.schedule(.network(isUp: true), at: "2026-03-02T14:00:00+07:00")
        world.run(until: "2026-03-02T14:02:00+07:00")
        #expect(ear.sounds.map(\.programme) == ["lu-quet"])
        world.carryOut(.publish(Village([.sang]).timetable))
        world.carryOut(.network(isUp: true))
        world.run(until: "2026-03-02T14:03:00+07:00")
        world.carryOut(.replay(true))
        world.carryOut(.network(isUp: true))
        world.schedule(.powerCut(for: .seconds(30)), at: "2026-03-02T14:30:00+07:00")
        world.run(until: "2026-03-03T06:00:00+07:00")
        #expect(ear.sounds.map(\.programme) == ["lu-quet", "sang"])
        #expect(world.station.faults.contains(.upstream))
        #expect(ear.invariants.violations == [])
    }

    @Test("I8: an emergency that an earlier run fetched does not sound by a clock that is not believed")
    func oldWithoutClock() {
        let (world, ear) = Village([.sang]).listened(from: "2026-03-02T13:00:00+07:00")
        world.library =
            Village([
                .sang,
                Programme("lu-quet", at: "143000", seconds: 20, priority: 1, rule: nil, day: "20260302"),
            ]).library
        world.carryOut(
            .install(alert("lu-quet", at: "143000", day: "20260302", until: "2026-03-02T15:00:00+07:00")))
        world.run(until: "2026-03-02T13:30:00+07:00")
        world.carryOut(.network(isUp: false))
        world.carryOut(.bootClock(.epoch, synchronisesAfter: nil))
        world.carryOut(.powerCut(for: .seconds(60)))
        world.run(until: "2026-03-02T16:00:00+07:00")
        #expect(ear.sounds.isEmpty)
        #expect(ear.invariants.violations == [])
    }
}
