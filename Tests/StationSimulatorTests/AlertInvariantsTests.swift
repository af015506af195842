import StationTrust
import Testing

@testable import StationCore
@testable import StationSimulator

/// Each check of `Invariants` on alerts sees what it is there for.
struct AlertInvariantsTests {
    private static let alert = Programme(
        "lu-quet", at: "140000", seconds: 60, late: "PT2H", priority: 1, rule: nil, day: "20260302")

    /// An afternoon with an alert, with the station's effects changed before they are carried out.
    private func told(
        until end: String = "2026-03-02T14:05:00+07:00", tamper: @escaping (Effect) -> Effect? = { $0 },
        _ prepare: (World) -> Void = { _ in }, _ conclude: (World) -> Void = { _ in }
    ) -> [String] {
        let village = Village([Programme("sang", at: "050000", seconds: 20)])
        let world = village.world(at: "2026-03-02T13:00:00+07:00")
        let watcher = Invariants()
        world.observer = watcher
        world.library = Village(village.programmes + [Self.alert]).library
        world.tamper = { $0.compactMap(tamper) }
        let offer = village.offer(
            [Self.alert], until: at("2026-03-02T16:00:00+07:00"), beside: village.timetable)
        world.schedule(.publish(offer), at: "2026-03-02T14:00:00+07:00")
        world.schedule(.network(isUp: true), at: "2026-03-02T14:00:01+07:00")
        prepare(world)
        world.run(until: end)
        conclude(world)
        watcher.checkOutcomes(world)
        return watcher.violations
    }

    private func expect(
        _ violations: [String], toTellOf what: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(violations.contains { $0.contains(what) }, "\(violations)", sourceLocation: sourceLocation)
    }

    @Test("nothing broken, nothing told")
    func untampered() { #expect(told() == []) }

    @Test("I7: an alert that could sound and does not")
    func silent() {
        let violations = told(tamper: { effect in
            if case .preflight(_, _, .emergency, _) = effect.action { nil } else { effect }
        }) {
            for minute in 1...4 {
                $0.schedule(.step(.milliseconds(1)), at: "2026-03-02T14:0\(minute):30+07:00")
            }
        }
        expect(violations, toTellOf: "I7: xa/lu-quet@2026-03-02T14:00:00+07:00 could sound")
        expect(violations, toTellOf: "I4: the alert xa/lu-quet@2026-03-02T14:00:00+07:00")
    }

    @Test("I2: what nobody signed")
    func unsigned() {
        let content = TUF.Content(length: 1000, sha256: SHA256.hash("another".utf8))
        let violations = told(tamper: { effect in
            guard case .preflight(let play, var items, let urgency, let scheduled) = effect.action else {
                return effect
            }
            for index in items.indices {
                items[index].fallback = .target(upstream: "xa", path: items[index].source.path, content)
            }
            return Effect(
                id: effect.id,
                action: .preflight(play: play, items: items, urgency: urgency, scheduled: scheduled))
        })
        expect(violations, toTellOf: "plays what nobody signed")
    }

    @Test("I4, I7: an alert without an outcome, and one more than a day may have")
    func outcomes() {
        let forgotten = told(tamper: { effect in
            if case .append(let entry) = effect.action, entry.kind == .outcome { nil } else { effect }
        })
        expect(forgotten, toTellOf: "I4: the alert xa/lu-quet@2026-03-02T14:00:00+07:00")
        expect(
            told(tamper: { $0 }, { _ in }) { $0.settings.rules.emergenciesPerDay = 0 },
            toTellOf: "I7: 1 emergencies")
    }

    @Test("I9: a station that loses its timetable")
    func forgetful() {
        let violations = told(tamper: { $0 }) {
            $0.run(until: "2026-03-02T13:30:00+07:00")
            $0.station.active = nil
            $0.carryOut(.step(.milliseconds(1)))
        }
        expect(violations, toTellOf: "I9: the timetable is gone")
    }

    @Test("I7, I8: an alert after its signature has ended, and one that this run was not offered")
    func stale() throws {
        let watcher = Invariants()
        _ = told(until: "2026-03-02T14:00:50+07:00", tamper: { $0 }, { _ in }) { world in
            guard let playing = world.card.sounding, var slot = world.station.slot(of: playing.order.play)
            else {
                Issue.record("the alert does not sound")
                return
            }
            watcher.checkAlert(slot, playing.order, world.now, world)
            #expect(watcher.violations == [])
            slot.expires = world.now.wall - .seconds(120)
            watcher.checkAlert(slot, playing.order, world.now, world)
            slot.isWithoutClock = true
            watcher.checkAlert(slot, playing.order, world.now, world)
        }
        expect(watcher.violations, toTellOf: "begins after its signature has ended")
        expect(watcher.violations, toTellOf: "was not fetched in this run")
    }
}
