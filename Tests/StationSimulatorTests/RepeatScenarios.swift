import StationSimulator
import StationTrust
import Testing

@testable import StationCore

// Slots that come again: faster than anybody can hear them, after a person has had enough, under another name.

struct RepeatScenarios {
    private func listened(_ village: Village, from: String) -> (World, Ear) {
        village.listened(from: from)
    }

    /// Slots whose outcome was written before they were due.
    private func early(_ world: World) -> [String] {
        world.log.filter { entry in
            let due = entry.json["scheduled"]?.text.flatMap(RFC3339.instant(of:)) ?? .distantFuture
            return entry.kind == .outcome && entry.wall < due
        }.compactMap { $0.json["slot"]?.text }
    }

    @Test(
        "no slot of a rule that fires each second has its outcome before it was due, and the timetable is named"
    )
    func everySecond() {
        let (world, ear) = listened(
            Village([
                Programme(
                    "moi-giay", at: "080000", seconds: 4, rule: "FREQ=SECONDLY;COUNT=400", day: "20260302"),
                Programme("uu-tien", at: "080300", seconds: 20, priority: 2, rule: nil, day: "20260302"),
            ]), from: "2026-03-02T07:50:00+07:00")
        world.run(until: "2026-03-02T08:01:00+07:00")
        #expect(world.station.faults.all.contains { $0.message.contains("more than 64 slots") })
        world.run(until: "2026-03-02T09:00:00+07:00")
        #expect(early(world) == [])
        let slots = world.outcomes.map(\.slot).filter { $0.contains("moi-giay") }
        #expect(slots.count == 400 && Set(slots).count == 400)
        #expect(world.outcome(of: "uu-tien", on: "2026-03-02") == "played")
        #expect(ear.invariants.violations == [])
    }

    @Test(
        "I7: an emergency counts for the day on which it begins, and a clock that was in 2099 meanwhile changes nothing",
        arguments: [true, false])
    func dayOfEmergencies(steps: Bool) {
        var village = Village([
            Programme("dau-ngay", at: "000002", seconds: 10, priority: 1),
            Programme("sang", at: "050000", seconds: 10, priority: 1),
        ])
        village.emergenciesPerDay = 1
        let (world, ear) = listened(village, from: "2026-03-01T23:50:00+07:00")
        if steps {
            let away = at("2099-03-02T04:59:00+07:00") - at("2026-03-02T01:00:00+07:00")
            world.schedule(.step(away), at: "2026-03-02T01:00:00+07:00")
            world.schedule(.synchronise, at: "2026-03-02T01:05:00+07:00")
        }
        world.run(until: "2026-03-02T06:00:00+07:00")
        #expect(world.outcome(of: "dau-ngay", on: "2026-03-02") == "played")
        #expect(world.outcome(of: "sang", on: "2026-03-02") == "missed permit-ended")
        #expect(ear.sounds.map(\.programme) == (steps ? ["dau-ngay", "sang"] : ["dau-ngay"]))
        #expect(ear.invariants.violations == [])
    }

    /// A warning that repeats itself every ten minutes.
    private static let warning = Village([
        Programme(
            "lu-quet", at: "080000", seconds: 20, priority: 1, rule: "FREQ=MINUTELY;INTERVAL=10;COUNT=6",
            day: "20260302"),
        Programme("tin", at: "083200", seconds: 60, rule: nil, day: "20260302"),
        Programme("khac", at: "085500", seconds: 20, priority: 1, rule: nil, day: "20260302"),
    ])

    @Test(
        "I12: a stop ends an emergency's repeats too, while it sounds or between two of them, also after a restart",
        arguments: ["08:10:05", "08:12:00", "08:18:30"])
    func stopEndsRepeats(time: String) {
        let (world, ear) = listened(Self.warning, from: "2026-03-02T07:50:00+07:00")
        world.schedule(.command(.stop, operatorPerson), at: "2026-03-02T\(time)+07:00")
        world.schedule(.powerCut(for: .seconds(20)), at: "2026-03-02T08:22:00+07:00")
        world.run(until: "2026-03-02T10:00:00+07:00")
        #expect(ear.sounds.map(\.programme) == ["lu-quet", "lu-quet", "tin", "khac"])
        let outcomes = world.outcomes.filter { $0.slot.contains("lu-quet") }
        #expect(outcomes.count == 6)
        #expect(outcomes.suffix(4).allSatisfy { $0.result == "missed" && $0.reason == "stopped-by-hand" })
        #expect(early(world) == [])
        #expect(ear.invariants.violations == [])
    }

    @Test("who stops a bulletin does not mean the warning that comes again")
    func stopOfABulletin() {
        let (world, ear) = listened(Self.warning, from: "2026-03-02T07:50:00+07:00")
        world.schedule(.command(.stop, operatorPerson), at: "2026-03-02T08:32:30+07:00")
        world.run(until: "2026-03-02T10:00:00+07:00")
        #expect(ear.sounds.filter { $0.programme == "lu-quet" }.count == 6)
        #expect(world.outcome(of: "tin", on: "2026-03-02") == "partial stopped-by-hand")
    }

    @Test(
        "a slot is the same after the station's zone has changed, whatever its name is now: it neither plays twice nor has two outcomes",
        arguments: ["05:01:00", "05:04:00"], [false, true])
    func anotherZone(time: String, restarts: Bool) {
        let village = Village([Programme("sang", at: "050000", for: "PT10M", seconds: 150, late: "JOIN")])
        let (world, ear) = listened(village, from: "2026-03-02T04:50:00+07:00")
        var moved = village
        moved.zoneName = "Asia/Tokyo"
        let instant = at("2026-03-02T\(time)+07:00")
        let timetable = SimulatedOffer(
            [village.channel], for: TimetableStation(id: "ap-3", zone: moved.zone),
            zones: Zones { Village.zone(named: $0) })
        world.schedule(.publish(timetable), at: instant)
        world.schedule(.configure(moved.settings), at: instant)
        if restarts { world.schedule(.kill(restartAfter: .seconds(1)), at: instant + .milliseconds(500)) }
        world.run(until: "2026-03-02T12:00:00+07:00")
        let outcomes = world.outcomes.filter { $0.slot.hasPrefix("xa/sang@2026-03-02") }
        #expect(outcomes.count == 1)
        let heard = ear.sounds.filter { $0.programme == "sang" && $0.began < at("2026-03-02T12:00:00+07:00") }
        #expect(heard.filter { $0.from < .seconds(10) }.count == 1)
        #expect(ear.invariants.violations == [])
    }
}
