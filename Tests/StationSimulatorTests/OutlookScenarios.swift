import StationSimulator
import StationTrust
import Testing

@testable import StationCore

/// What `why` knows of a slot to come: everything that stands against it, not only the first thing.
struct OutlookScenarios {
    private static let slot = "xa/sang@2026-03-02T05:00:00+07:00"

    private func world(_ programmes: [Programme]) -> World {
        let world = Village(programmes).world(at: "2026-03-02T04:00:00+07:00")
        world.carryOut(.synchronise)
        world.run(until: "2026-03-02T04:01:00+07:00")
        return world
    }

    private func outlook(_ world: World, of slot: String = slot) -> JSON {
        world.station.slotToCome(.slot(slot)) ?? .null
    }

    private func reasons(_ outlook: JSON) -> [String] {
        (outlook["against"]?.elements ?? []).compactMap { $0["reason"]?.text }
    }

    @Test("what is well has nothing against it, and its content is verified item by item")
    func well() {
        let world = world([Programme("sang", at: "050000", seconds: 150)])
        let outlook = outlook(world)
        #expect(outlook["ready"]?.bool == true && reasons(outlook) == [])
        #expect(
            outlook["items"]?.elements?.compactMap { $0["state"]?.text } == [
                "verified", "verified", "verified",
            ])
        #expect(outlook["competing"]?.elements == [])
    }

    @Test(
        "mute, closed hours, missing content and an untrusted clock are all named, and the first is next's problem"
    )
    func everything() {
        let world = world([Programme("sang", at: "043000", seconds: 150)])
        let slot = "xa/sang@2026-03-02T04:30:00+07:00"
        world.carryOut(.command(.mute(for: .seconds(7200), reason: "đám tang"), operatorPerson))
        var found = outlook(world, of: slot)
        #expect(reasons(found) == ["muted", "outside-hours"])
        let mute = found["against"]?.elements?.first
        #expect(mute?["said"]?.text == "đám tang")
        #expect(mute?["until"]?.text == "2026-03-02T06:01:00.000000+07:00")
        #expect(found["against"]?.elements?.last?["hours"]?.elements == ["05:00–11:00", "11:00–21:00"])
        for number in 1...3 { world.carryOut(.content("xa/sang-\(number).wav", nil)) }
        world.carryOut(.configure(world.settings))
        world.run(until: "2026-03-02T04:29:00+07:00")
        found = outlook(world, of: slot)
        #expect(reasons(found) == ["no-content", "muted", "outside-hours"])
        #expect(found["items"]?.elements?.first?["message"]?.text == "sang-1.wav: not there")
        for found in [found, outlook(world, of: slot)] {
            #expect(found["problem"]?.text == reasons(found).first)
        }
        world.carryOut(.bootClock(.epoch, synchronisesAfter: nil))
        world.carryOut(.powerCut(for: .seconds(60)))
        world.run(until: "2026-03-02T04:31:30+07:00")
        let later = outlook(world, of: "xa/sang@2026-03-03T04:30:00+07:00")
        #expect(reasons(later).first == "clock-untrusted" && reasons(later).contains("outside-hours"))
    }

    @Test("of several items each says how it is")
    func items() {
        let world = world([Programme("sang", at: "050000", seconds: 150)])
        world.carryOut(.content("xa/sang-2.wav", SimulatedContent(duration: .zero, problem: "is cut off")))
        world.carryOut(.configure(world.settings))
        world.run(until: "2026-03-02T04:59:00+07:00")
        #expect(
            outlook(world)["items"]?.elements?.compactMap { $0["state"]?.text } == [
                "verified", "bad", "verified",
            ])
        #expect(reasons(outlook(world)) == [])
        // Nobody has looked at those of another day.
        let later = outlook(world, of: "xa/sang@2026-03-06T05:00:00+07:00")
        #expect(Set(later["items"]?.elements?.compactMap { $0["state"]?.text } ?? []) == ["unchecked"])
    }

    @Test("who goes first is named: a programme that still runs, and one of a higher class")
    func competitors() {
        let world = world([
            Programme("sang", at: "050000", for: "PT10M", seconds: 150),
            Programme("dai", at: "045500", for: "PT10M", seconds: 150),
            Programme("man", at: "050500", for: "PT1M", seconds: 30, priority: 3),
            Programme("muon", at: "050900", for: "PT1M", seconds: 30),
        ])
        let found = outlook(world)["competing"]?.elements ?? []
        #expect(found.compactMap { $0["title"]?.text } == ["dai", "man"])
        #expect(found.compactMap { $0["reason"]?.text } == ["overlap", "pre-empted"])
        #expect(outlook(world, of: "xa/man@2026-03-02T05:05:00+07:00")["competing"]?.elements == [])
    }

    @Test("of a slot that is over the programme's next one is told")
    func again() {
        let world = world([Programme("sang", at: "050000", seconds: 150)])
        world.run(until: "2026-03-02T06:00:00+07:00")
        for question in [Why.Question.slot(Self.slot), .time(at("2026-03-02T05:00:00+07:00"))] {
            let next = world.station.slotAfter(question)
            #expect(next?["at"]?.text == "2026-03-03T05:00:00.000000+07:00")
        }
        #expect(world.station.slotAfter(.time(at("2026-03-02T12:00:00+07:00"))) == nil)
    }
}
