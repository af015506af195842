import StationTrust
import Testing

@testable import StationCore
@testable import StationSimulator

/// Each check of `Invariants` sees what it is there for: a detector that was never seen to strike proves nothing.
struct InvariantsTests {
    /// An ordinary morning, stopped when the 05:00 programme was just ordered.
    private struct Morning {
        let world: World
        let order: PlayOrder
        let slot: Slot

        init(trusted: Bool = true) throws {
            let village = Village([Programme("sang", at: "050000", seconds: 150)])
            world = village.world(at: "2026-03-02T04:50:00+07:00")
            let recorder = Recorder()
            world.observer = recorder
            world.run(until: "2026-03-02T04:59:58+07:00")
            order = try #require(recorder.orders.first)
            slot = try #require(world.station.slot(of: order.play))
            world.observer = nil
            if !trusted { world.wasSynchronised = false }
        }

        /// What a watcher that saw a sound beginning says of more effects.
        func violations(of actions: [Effect.Action], after prepare: (Invariants) -> Void = { _ in })
            -> [String]
        {
            let watcher = Invariants()
            prepare(watcher)
            let effects = actions.enumerated().map {
                Effect(id: EffectID(UInt64($0.offset + 1000)), action: $0.element)
            }
            watcher.world(world, shows: .decided(.wake, world.now, effects))
            return watcher.violations
        }

        func prepared(_ watcher: Invariants) {
            let content = Effect(
                id: EffectID(1),
                action: .preflight(
                    play: order.play, items: [], urgency: .normal, scheduled: Instant(seconds: 0)))
            let intent = Effect(id: EffectID(2), action: .append(entry(0, .intent)))
            let wake = Effect(id: EffectID(3), action: .wake(at: .distantFuture))
            let report = ItemReport(
                path: "a", sha256: nil, duration: .seconds(1), problem: nil, isPlayable: true)
            watcher.world(world, shows: .decided(.wake, world.now, [content, intent, wake]))
            watcher.world(
                world, shows: .decided(.completed(content.id, .preflighted([report])), world.now, [wake]))
            watcher.world(world, shows: .decided(.completed(intent.id, .appended(.durable)), world.now, []))
            watcher.forgive()
        }

        func entry(_ index: Int64, _ kind: Entry.Kind, _ more: [JSON.Member] = []) -> Entry {
            Entry(
                index: index, kind: kind, boot: "b", now: world.now, clock: .synchronised, wallText: "",
                body: [.init("slot", .string(slot.id))] + more)
        }

        /// The order with a permit that another guard gave.
        func order(
            _ programmeClass: ProgrammeClass, ceiling: Double, lasting: Duration, in delay: Duration = .zero
        ) -> PlayOrder {
            let rules = GuardRules(
                bands: [.init(from: 0, to: 1440, ceilingDecibels: ceiling)], longestBroadcast: lasting,
                longestEmergency: lasting, emergenciesPerDay: 9, emergencyCeilingDecibels: ceiling)
            let start = world.now.wall(of: order.start) + delay
            let wish = Guard.Wish(
                origin: .timetable, programmeClass: programmeClass, start: start, hardEnd: nil,
                zone: world.settings.zone, emergenciesToday: 0)
            var other = order
            other.start = order.start + delay
            let lax = Guard(rules: rules, mute: nil, volumeDecibels: 0)
            if case .permitted(let permit) = lax.judge(wish, at: world.now, trust: .synchronised) {
                other.permit = permit
            }
            return other
        }
    }

    private final class Recorder: WorldObserver {
        var orders: [PlayOrder] = []
        func world(_ world: World, shows observation: Observation) {
            guard case .decided(_, _, let effects) = observation else { return }
            for effect in effects { if case .play(let order) = effect.action { orders.append(order) } }
        }
    }

    private func expect(
        _ violations: [String], toTellOf what: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(violations.contains { $0.contains(what) }, "\(violations)", sourceLocation: sourceLocation)
    }

    private let wake = Effect.Action.wake(at: .distantFuture)

    @Test("an ordinary order breaks nothing")
    func silentWhenAllIsWell() throws {
        let morning = try Morning()
        #expect(morning.violations(of: [.play(morning.order), wake], after: morning.prepared) == [])
    }

    @Test(
        "I1, I7: a permit of another class, too loud, too long, past the hours, outside them, or for nobody")
    func permits() throws {
        let morning = try Morning()
        func told(_ order: PlayOrder) -> [String] {
            morning.violations(of: [.play(order), wake], after: morning.prepared)
        }
        expect(
            told(morning.order(.emergency, ceiling: -6, lasting: .seconds(60))),
            toTellOf: "permit of another class")
        expect(told(morning.order(.normal, ceiling: -5, lasting: .seconds(60))), toTellOf: "is too loud")
        expect(
            told(morning.order(.normal, ceiling: -6, lasting: .seconds(7201))), toTellOf: "may last too long")
        let evening = Duration.seconds(15 * 3600 + 1800)
        expect(
            told(morning.order(.normal, ceiling: -9, lasting: .seconds(3600), in: evening)),
            toTellOf: "outlasts the hours")
        let night = Duration.seconds(17 * 3600)
        expect(
            told(morning.order(.normal, ceiling: -9, lasting: .seconds(60), in: night)),
            toTellOf: "plays outside the hours")
        var stray = morning.order
        stray.play = PlayID(999)
        expect(told(stray), toTellOf: "belongs to no slot")
        let loud = morning.order(.normal, ceiling: -5, lasting: .seconds(60)).permit
        expect(
            morning.violations(
                of: [.play(morning.order), .renew(play: morning.order.play, permit: loud), wake],
                after: morning.prepared),
            toTellOf: "is too loud")
    }

    @Test("I2, I3: a play of what nobody looked at, without an intent, or with one in /run and no fault")
    func unprepared() throws {
        let morning = try Morning()
        let told = morning.violations(of: [.play(morning.order), wake])
        expect(told, toTellOf: "plays what nobody looked at")
        expect(told, toTellOf: "plays without an intent")
        let half = morning.violations(of: [.play(morning.order), wake]) { watcher in
            morning.prepared(watcher)
            watcher.begunForGood = []
            watcher.begun[morning.slot.id] = .inRun
        }
        expect(half, toTellOf: "its intent in /run, and no fault")
    }

    @Test("I8: a play by a clock that nobody told")
    func untrusted() throws {
        let morning = try Morning(trusted: false)
        expect(morning.violations(of: [.play(morning.order), wake], after: morning.prepared), toTellOf: "I8")
    }

    @Test("I4, I5, I6: two outcomes, frames that nobody measured, a gap in the log")
    func entries() throws {
        let morning = try Morning()
        let none = morning.entry(0, .outcome, [.init("framesConsumed", 0)])
        let again = morning.entry(1, .outcome, [.init("framesConsumed", 0)])
        expect(morning.violations(of: [.append(none), .append(again), wake]), toTellOf: "a second outcome")
        let invented = morning.entry(0, .outcome, [.init("framesConsumed", 48_000)])
        expect(morning.violations(of: [.append(invented), wake]), toTellOf: "I5")
        expect(morning.violations(of: [.append(again), wake]), toTellOf: "I6")
    }

    @Test("contract: no wake at the end, an identity that comes again, a completion that does")
    func contract() throws {
        let morning = try Morning()
        expect(morning.violations(of: []), toTellOf: "no wake")
        let watcher = Invariants()
        let effect = Effect(id: EffectID(1), action: wake)
        for _ in 0..<2 { watcher.world(morning.world, shows: .decided(.wake, morning.world.now, [effect])) }
        watcher.world(morning.world, shows: .decided(.completed(EffectID(7), .done), morning.world.now, []))
        expect(watcher.violations, toTellOf: "comes again")
        expect(watcher.violations, toTellOf: "completes twice")
    }

    @Test("I11: too many effects, too many entries on a day, and running in circles")
    func bounds() throws {
        let morning = try Morning()
        let many = (0...Int64(Invariants.mostEntriesADay)).map {
            Effect.Action.append(morning.entry($0, .fault))
        }
        let told = morning.violations(of: many + [wake])
        expect(told, toTellOf: "are outstanding")
        expect(told, toTellOf: "on one day")
        let watcher = Invariants()
        for number in 0...Invariants.mostDecisionsAtOnce + 1 {
            let effect = Effect(id: EffectID(UInt64(number)), action: wake)
            watcher.world(morning.world, shows: .decided(.wake, morning.world.now, [effect]))
        }
        expect(watcher.violations, toTellOf: "in circles")
    }

    // MARK: In a running world, with one rule broken on the way

    /// A morning with the station's effects changed before they are carried out.
    private func told(
        until end: String = "2026-03-02T06:00:00+07:00", tamper: @escaping (World, [Effect]) -> [Effect],
        _ prepare: (World) -> Void = { _ in }
    ) -> [String] {
        let village = Village([Programme("sang", at: "050000", for: "PT10M", seconds: 150)])
        let world = village.world(at: "2026-03-01T22:00:00+07:00")
        let watcher = Invariants()
        world.observer = watcher
        world.tamper = { [unowned world] in tamper(world, $0) }
        prepare(world)
        world.run(until: end)
        watcher.checkOutcomes(world, margin: .zero)
        return watcher.violations
    }

    @Test("nothing broken, nothing told")
    func untampered() { #expect(told { $1 } == []) }

    @Test("I12: a stop that is not carried out")
    func deafToStop() {
        let violations = told(tamper: { $1.filter { if case .stop = $0.action { false } else { true } } }) {
            $0.schedule(.command(.stop, operatorPerson), at: "2026-03-02T05:01:00+07:00")
        }
        expect(violations, toTellOf: "I12")
    }

    @Test("I14: a withdrawal that is not carried out")
    func deafToWithdrawal() {
        let violations = told(tamper: { $1.filter { if case .stop = $0.action { false } else { true } } }) {
            $0.schedule(.publish(Village([]).timetable), at: "2026-03-02T05:01:00+07:00")
            $0.schedule(.configure($0.settings), at: "2026-03-02T05:01:01+07:00")
        }
        expect(violations, toTellOf: "I14")
    }

    @Test("I3: a slot that begins again after a power cut")
    func beginsAgain() {
        let violations = told(tamper: { _, effects in
            effects.map { effect in
                guard case .play(var order) = effect.action else { return effect }
                order.position = .zero
                return Effect(id: effect.id, action: .play(order))
            }
        }) { $0.schedule(.powerCut(for: .seconds(5)), at: "2026-03-02T05:01:00+07:00") }
        expect(violations, toTellOf: "begins twice")
        expect(violations, toTellOf: "before its recorded")
    }

    @Test("I4: an outcome that is never written")
    func forgetsOutcome() {
        let violations = told(tamper: { _, effects in
            effects.filter { if case .append(let entry) = $0.action { entry.kind != .outcome } else { true } }
        }) { _ in }
        expect(violations, toTellOf: "has no outcome")
    }

    @Test("I1: a sound after its permit, one outside the hours, one that nobody ordered")
    func straySound() throws {
        let morning = try Morning()
        let reports = [
            ItemReport(path: "a", sha256: nil, duration: .seconds(60), problem: nil, isPlayable: true)
        ]
        let world = morning.world
        func sound(_ order: PlayOrder, ended: Permit? = nil) {
            world.card = SimulatedCard(name: "")
            _ = world.card.open(at: world.monotonic - .seconds(5))
            world.card.play(
                SimulatedPlay(EffectID(5), order: order, reports: reports), at: world.monotonic - .seconds(5))
            _ = world.card.advance(to: world.monotonic - .seconds(1))
            if let ended { world.card.renew(order.play, ended, at: world.monotonic) }
        }
        var order = morning.order
        order.start = world.monotonic - .seconds(4)
        sound(
            order, ended: morning.order(.normal, ceiling: -6, lasting: .seconds(1), in: .seconds(-60)).permit)
        let watcher = Invariants()
        watcher.slots[order.play] = morning.slot
        watcher.checkSound(world)
        expect(watcher.violations, toTellOf: "sounds after its permit")
        // It is 04:59:58: nothing may sound yet.
        expect(watcher.violations, toTellOf: "sounds outside the hours")
        order.play = PlayID(77)
        sound(order)
        let other = Invariants()
        other.checkSound(world)
        expect(other.violations, toTellOf: "nobody ordered")
    }
}
