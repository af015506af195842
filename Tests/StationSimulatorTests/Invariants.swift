import StationSimulator
import StationTrust

@testable import StationCore

// DESIGN.md section 2, checked on effects as they happen and on what leaves the card; never on the log alone.

/// Watches a world and notes what must never be.
final class Invariants: WorldObserver {
    /// Bounds of I11, generous: what breaks them grows without end.
    static let mostOutstanding = 2 * Station.slotsPerCall
    static let mostPlayouts = 4 * Station.mostPlayouts
    /// Faults that are not of content: one of each code.
    static let mostOtherFaults = 16
    static let mostDecisionsAtOnce = 400
    static let mostEntriesADay = 2000

    private(set) var violations: [String] = []

    // What the daemon's present run has done.
    private var lastEffect: EffectID?
    private var outstanding: Set<EffectID> = []
    private var intents: [EffectID: String] = [:]
    private var preflights: [EffectID: PlayID] = [:]
    private var prepared: Set<PlayID> = []
    private var items: [PlayID: [ContentItem]] = [:]
    private var plays: [EffectID: PlayID] = [:]
    var slots: [PlayID: Slot] = [:]
    private var starts: [PlayID: MonotonicInstant] = [:]
    private var positions: [EffectID: PositionRecord] = [:]
    private var recovered: PositionRecord?
    private var consumed: [String: Int64] = [:]
    private var closed: Set<String> = []
    private var nextIndex: Int64 = 0
    var silentBy: [(play: PlayID, by: MonotonicInstant, why: String)] = []
    var interrupted: Set<String> = []
    var lastSound: EffectID?
    /// Plays that were ordered by a clock that has been set since: they are left alone.
    var stepped: Set<PlayID> = []
    /// When the rules were last changed: what they end fades for a moment.
    var rulesChangedAt = Instant.distantPast
    private var lastDecision = (at: Instant.distantPast, count: 0)

    /// The emergencies that this run was offered last, and since when an alert could have sounded.
    var offered: SignedTimetable? { didSet { offeredAlerts = nil } }
    var offeredAlerts: [[Slot]]?
    var couldSoundSince: [String: Instant] = [:]
    private var hadTimetable = false

    // What outlives it.
    var lastAlertLook = Instant.distantPast
    /// The alerts that were due while a station knew of them and believed its clock, with the instant.
    var alertsDue: [String: Instant] = [:]
    /// Slots whose intent is on disk, and by slot how far the others' has come.
    var begunForGood: Set<String> = []
    var begun: [String: Durability] = [:]
    var heardFromBeginning: Set<String> = []
    var recorded: PositionRecord?
    private var entriesToday = (day: Int64(0), count: 0)
    var periods: [Period] = []

    /// When a timetable was the active one, by a clock that was believed.
    struct Period {
        var versions: [String: Digest]
        var timetable: Timetable
        var from: Instant?
        var until: Instant?
    }

    func violate(_ what: String) { if violations.count < 20 { violations.append(what) } }

    /// Forgets what it has told.
    func forgive() { violations = [] }

    func world(_ world: World, shows observation: Observation) {
        switch observation {
        case .decided(let event, let now, let effects):
            heard(event, now, world)
            checkSound(world)
            for effect in effects { decided(effect, now, world) }
            if case .wake? = effects.last?.action {} else { violate("contract: the last effect is no wake") }
            checkBounds(now, world)
        case .sound: checkSound(world)
        case .crashed(let losesPower):
            if world.station.faults.contains(.adoption) { alertsDue = [:] }
            ended(losesPower: losesPower)
        case .exited:
            if world.station.faults.contains(.adoption) { alertsDue = [:] }
            ended(losesPower: false)
        }
    }

    // MARK: Events

    private func heard(_ event: Event, _ now: Now, _ world: World) {
        lastDecision = lastDecision.at == world.time ? (world.time, lastDecision.count + 1) : (world.time, 0)
        if lastDecision.count > Self.mostDecisionsAtOnce { violate("I11: it runs in circles") }
        switch event {
        case .started(let recovery):
            nextIndex = recovery.log.nextIndex
            recovered = recovery.position
            // What was under way at the crash may have reached the disk all the same.
            begunForGood.formUnion(recovery.log.openIntents.lazy.map(\.slot).filter { self.begun[$0] == nil })
        case .completed(let id, let completion): completed(id, completion)
        case .fetched(.offered(.emergency, let timetable, _)): offered = timetable
        case .clockStepped: stepped.formUnion(slots.keys)
        case .configured: rulesChangedAt = world.time
        case .command(_, .stop, let person) where person.mayAct:
            for play in slots.keys {
                silentBy.append((play, now.monotonic + .milliseconds(200), "I12: a person stopped it"))
            }
        default: break
        }
    }

    private func completed(_ id: EffectID, _ completion: Completion) {
        if outstanding.remove(id) == nil { violate("contract: effect \(id.number) completes twice") }
        switch completion {
        case .appended(let durability):
            if durability == .durable { becameDurable(through: id) }
            // `/run` may have answered before the disk does.
            guard let slot = intents.removeValue(forKey: id), !begunForGood.contains(slot) else { return }
            begun[slot] = durability
            if durability == .durable { keep(slot) }
        case .preflighted(let reports):
            guard let play = preflights.removeValue(forKey: id) else { return }
            if reports.contains(where: \.isPlayable) { prepared.insert(play) }
        case .played(let end, let playback): played(id, end, playback)
        case .done: if let record = positions.removeValue(forKey: id) { recorded = record }
        case .failed: positions[id] = nil
        case .storage, .folded, .uploaded, .probed, .importing: break
        }
    }

    /// The log is written in order: with an entry all that stand before it are on disk.
    private func becameDurable(through id: EffectID) {
        let late = Set(intents.filter { $0.key > id }.values)
        for slot in begun.keys where !late.contains(slot) { keep(slot) }
    }

    private func keep(_ slot: String) {
        begun[slot] = nil
        begunForGood.insert(slot)
    }

    private func played(_ id: EffectID, _ end: PlayEnd, _ playback: Playback) {
        guard let play = plays.removeValue(forKey: id), let slot = slots.removeValue(forKey: play) else {
            return
        }
        consumed[slot.id] = measured(slot.id) + playback.framesConsumed
        if end == .replaced { interrupted.insert(slot.id) }
    }

    /// The frames of a slot that the card has consumed, as far as any station can know.
    private func measured(_ slot: String) -> Int64 {
        consumed[slot] ?? recovered.flatMap { $0.slot == slot ? $0.framesConsumed : nil } ?? 0
    }

    /// The daemon's run is over.
    func ended(losesPower: Bool) {
        outstanding = []
        intents = [:]
        preflights = [:]
        prepared = []
        items = [:]
        offered = nil
        couldSoundSince = [:]
        hadTimetable = false
        plays = [:]
        slots = [:]
        starts = [:]
        positions = [:]
        consumed = [:]
        closed = []
        silentBy = []
        interrupted = []
        lastSound = nil
        stepped = []
        lastEffect = nil
        // The fault model promises nothing without a disk: what only `/run` had is gone with the power.
        for (slot, durability) in begun where durability == .inMemory || losesPower && durability == .inRun {
            begun[slot] = nil
            heardFromBeginning.remove(slot)
        }
    }

    // MARK: Effects

    private func decided(_ effect: Effect, _ now: Now, _ world: World) {
        if let lastEffect, effect.id <= lastEffect {
            violate("contract: effect \(effect.id.number) comes again")
        }
        lastEffect = effect.id
        switch effect.action {
        case .wake, .reply, .status, .exit: return
        default: outstanding.insert(effect.id)
        }
        switch effect.action {
        case .append(let entry): appended(entry, effect.id, world)
        case .appendInRun(let entry): intents[effect.id] = entry.json["slot"]?.text
        case .recordPosition(let record): positions[effect.id] = record
        case .preflight(let play, let wanted, _, _):
            preflights[effect.id] = play
            items[play] = wanted
        case .discard(let play):
            prepared.remove(play)
            items[play] = nil
        case .play(let order):
            plays[effect.id] = order.play
            ordered(order, now, world)
        case .renew(let play, let permit):
            guard let slot = slots[play], let start = starts[play] else { return }
            check(permit, of: slot, max(start, now.monotonic), now, world)
        default: break
        }
    }

    private func appended(_ entry: Entry, _ id: EffectID, _ world: World) {
        if entry.index != nextIndex { violate("I6: entry \(entry.index) follows \(nextIndex - 1)") }
        nextIndex = entry.index + 1
        let day = world.time.seconds / 86_400
        entriesToday = entriesToday.day == day ? (day, entriesToday.count + 1) : (day, 1)
        if entriesToday.count > Self.mostEntriesADay {
            violate("I11: \(entriesToday.count) entries on one day")
        }
        switch entry.kind {
        case .intent: intents[id] = entry.json["slot"]?.text
        case .timetable:
            if world.station.trust == .untrusted { alertsDue = [:] }
            if let active = world.station.active { activated(active, world) }
        case .outcome: if let slot = entry.json["slot"]?.text { concluded(slot, entry, world) }
        default: break
        }
    }

    private func concluded(_ slot: String, _ entry: Entry, _ world: World) {
        if !closed.insert(slot).inserted { violate("I4: a second outcome of \(slot)") }
        let frames = entry.json["framesConsumed"]?.integer ?? -1
        if frames != measured(slot) {
            violate("I5: the outcome of \(slot) tells of \(frames) frames, the card of \(measured(slot))")
        }
        if let playing = world.card.sounding, slots[playing.order.play]?.id == slot {
            violate("I4: the outcome of \(slot) is written while it sounds")
        }
    }

    private func ordered(_ order: PlayOrder, _ now: Now, _ world: World) {
        guard let slot = world.station.slot(of: order.play) else {
            violate("I1: a play that belongs to no slot")
            return
        }
        slots[order.play] = slot
        starts[order.play] = order.start
        if !prepared.contains(order.play) { violate("I2: \(slot.id) plays what nobody looked at") }
        if !areSigned(items[order.play] ?? [], world) { violate("I2: \(slot.id) plays what nobody signed") }
        checkAlert(slot, order, now, world)
        switch begun[slot.id] {
        case _ where begunForGood.contains(slot.id): break
        case nil: violate("I3: \(slot.id) plays without an intent")
        default:
            if !world.station.faults.contains(.disk) {
                violate("I3: \(slot.id) has its intent in /run, and no fault")
            }
        }
        if !world.mayBelieveClock, !slot.isAtOnce {
            violate("I8: \(slot.id) plays by a clock that nobody told")
        }
        check(order.permit, of: slot, order.start, now, world)
    }

    // MARK: Bounds

    private func checkBounds(_ now: Now, _ world: World) {
        noteBelievedTime(now, world.station.trust, world)
        if outstanding.count > Self.mostOutstanding {
            violate("I11: \(outstanding.count) effects are outstanding")
        }
        if world.station.playouts.count > Self.mostPlayouts {
            violate("I11: \(world.station.playouts.count) playouts")
        }
        if world.station.faults.all.count > Faults.most + Self.mostOtherFaults {
            violate("I11: too many faults")
        }
        if world.preparedCount > Self.mostPlayouts {
            violate("I11: \(world.preparedCount) preflights are kept")
        }
        checkAlerts(now, world)
        if world.station.active == nil, hadTimetable { violate("I9: the timetable is gone") }
        hadTimetable = world.station.active != nil
        if world.card.hasTooManyOrders { violate("contract: more than one play is armed") }
    }
}
