import Glibc
import StationSimulator
import StationTrust
import Testing

@testable import StationCore

/// Virtual years of an ordinary village, with all faults of `Swarm`; then a day without, in which all must be well.
struct SimulationTests {
    static let start = "2026-03-02T00:00:00+07:00"

    @Test(
        "a year full of faults breaks no invariant, and the day after is as if nothing had been",
        arguments: seeds)
    func year(seed: UInt64) { Self.simulate(seed: seed, days: 365) }

    static func simulate(seed: UInt64, days: Int) {
        let village = Village.ordinary
        let world = village.world(at: Self.start)
        let invariants = Invariants()
        world.observer = invariants
        var swarm = Swarm(seed: seed, village: village, start: at(Self.start), days: days)
        swarm.strike(world)
        world.run(until: at(Self.start) + .seconds(days * 86_400))
        world.heal(village)
        let healed = world.time
        world.run(until: healed + .seconds(2 * 86_400))
        invariants.checkOutcomes(world)
        #expect(invariants.violations == [], "seed \(seed), \(swarm.rates)")
        let expected = Self.day(of: village, from: healed)
        let seen = world.results(from: healed + .seconds(86_400))
        #expect(seen == expected, "seed \(seed): the day after the faults")
    }

    /// What the village hears on the second day after an instant when nothing is wrong.
    static func day(of village: Village, from instant: Instant) -> [String] {
        let world = World(settings: village.settings, at: instant)
        world.library = village.library
        world.carryOut(.install(village.timetable))
        world.carryOut(.boot)
        world.run(until: instant + .seconds(2 * 86_400))
        return world.results(from: instant + .seconds(86_400))
    }

    /// Eight that never change and one that nobody has seen; `LOA_SEEDS=1000` takes so many, `LOA_SEED=7` that one.
    static let seeds: [UInt64] = {
        if let text = getenv("LOA_SEED"), let seed = UInt64(String(cString: text)) { return [seed] }
        if let text = getenv("LOA_SEEDS"), let count = UInt64(String(cString: text)) {
            return Array(1...max(1, count))
        }
        return Array(1...8) + [UInt64.random(in: 1_000...999_999_999)]
    }()
}

extension World {
    /// Ends all faults.
    func heal(_ village: Village) {
        carryOut(.card(.sound))
        carryOut(.disk(.sound))
        carryOut(.runFull(false))
        carryOut(.amplifierFails(false))
        carryOut(.refuse(nil))
        carryOut(.replay(false))
        carryOut(.withhold(false))
        carryOut(.network(isUp: true))
        carryOut(.bootClock(.carried(off: .zero), synchronisesAfter: .zero))
        carryOut(.synchronise)
        library = village.library
        carryOut(.publish(village.timetable))
        carryOut(.boot)
        run(until: time + .seconds(30))
        carryOut(.configure(village.settings))
        carryOut(.command(.unmute, operatorPerson))
        carryOut(.command(.volume(decibels: 0), operatorPerson))
    }

    /// Slot, result and reason of what was scheduled from an instant on, in order.
    func results(from instant: Instant) -> [String] {
        outcomes.compactMap { outcome in
            guard let scheduled = outcome.json["scheduled"]?.text.flatMap(RFC3339.instant(of:)),
                scheduled >= instant, scheduled < instant + .seconds(86_400)
            else { return nil }
            return "\(outcome.slot) \(outcome.result) \(outcome.reason ?? "")"
        }.sorted()
    }
}
