import StationSimulator
import StationTrust

@testable import StationCore

// What the village hears, against what it may hear.

extension Invariants {
    /// I1 and I7, by arithmetic of their own.
    func check(_ permit: Permit, of slot: Slot, _ start: MonotonicInstant, _ now: Now, _ world: World) {
        let rules = world.settings.rules
        let begin = now.wall(of: start)
        let end = now.wall(of: permit.end)
        let slack = Duration.milliseconds(1)
        if permit.programmeClass != slot.programmeClass {
            violate("I1: \(slot.id) has the permit of another class")
        }
        if let hardEnd = slot.hardEnd, end > hardEnd + slack {
            violate("I1: the permit of \(slot.id) outlasts its slot")
        }
        if slot.programmeClass == .emergency {
            if end - begin > rules.longestEmergency + slack { violate("I7: \(slot.id) may last too long") }
            if permit.ceilingDecibels > rules.emergencyCeilingDecibels {
                violate("I7: \(slot.id) is too loud")
            }
            return
        }
        if end - begin > rules.longestBroadcast + slack { violate("I1: \(slot.id) may last too long") }
        let lowest = rules.bands.map(\.ceilingDecibels).min() ?? 0
        guard world.station.trust != .untrusted else {
            if permit.ceilingDecibels > lowest {
                violate("I9: \(slot.id) is too loud for an hour that nobody knows")
            }
            return
        }
        guard let ceiling = Self.ceiling(at: begin, world) else {
            violate("I1: \(slot.id) plays outside the hours")
            return
        }
        if permit.ceilingDecibels > ceiling { violate("I1: \(slot.id) is too loud") }
        if Self.ceiling(at: end - slack, world) == nil {
            violate("I1: the permit of \(slot.id) outlasts the hours")
        }
    }

    /// The highest level at an instant; nil outside the hours.
    static func ceiling(at instant: Instant, _ world: World) -> Double? {
        let minute = world.settings.zone.civilTime(at: instant).secondOfDay / 60
        for band in world.settings.rules.bands {
            let crosses = band.to <= band.from
            let isInside =
                crosses ? minute >= band.from || minute < band.to : minute >= band.from && minute < band.to
            if isInside { return band.ceilingDecibels }
        }
        return nil
    }

    /// What leaves the card at this instant, or left it just before.
    func checkSound(_ world: World) {
        guard world.card.isSounding, let playing = world.card.sounding else { return }
        let play = playing.order.play
        guard let slot = slots[play] ?? world.station.slot(of: play) else {
            violate("I1: a sound that nobody ordered")
            return
        }
        if lastSound != playing.effect {
            lastSound = playing.effect
            began(slot, from: playing.startedFrom ?? .zero)
        }
        let permit = playing.order.permit
        if world.monotonic > permit.end { violate("I1: \(slot.id) sounds after its permit") }
        silentBy.removeAll { item in
            guard world.monotonic > item.by else { return false }
            if item.play == play { violate("\(item.why), and it sounds: \(slot.id)") }
            return true
        }
        guard slot.programmeClass != .emergency, !stepped.contains(play), world.station.trust != .untrusted,
            world.time - rulesChangedAt > .milliseconds(200)
        else { return }
        guard let ceiling = Self.ceiling(at: world.now.wall - .milliseconds(1), world) else {
            // The very first sample of the first minute may be asked about.
            if Self.ceiling(at: world.now.wall, world) == nil {
                violate("I1: \(slot.id) sounds outside the hours")
            }
            return
        }
        if permit.ceilingDecibels > ceiling, Self.ceiling(at: world.now.wall, world) == ceiling {
            violate("I1: \(slot.id) sounds too loud")
        }
    }

    private func began(_ slot: Slot, from position: Duration) {
        // After an interruption an item begins anew: that is meant.
        guard !interrupted.contains(slot.id) else { return }
        if let recorded, recorded.slot == slot.id, position < recorded.position {
            violate("I3: \(slot.id) goes on at \(position), before its recorded \(recorded.position)")
        }
        guard position < .milliseconds(1) else { return }
        if !heardFromBeginning.insert(slot.id).inserted { violate("I3: \(slot.id) begins twice") }
    }

    // MARK: What was due

    func activated(_ active: SignedTimetable, _ world: World) {
        if periods.last?.versions != active.versions {
            periods.append(Period(versions: active.versions, timetable: active.timetable))
        }
        guard let playing = world.card.sounding, let slot = slots[playing.order.play], !slot.isByHand else {
            return
        }
        let new = active.timetable.slot(id: slot.id)
        // What sounds without a clock has an instant of its own.
        let isMoved = new?.scheduled != slot.scheduled || new?.hardEnd != slot.hardEnd
        if new == nil || isMoved && !slot.isWithoutClock {
            silentBy.append((playing.order.play, world.monotonic + .seconds(1), "I14: it was withdrawn"))
        }
    }

    func noteBelievedTime(_ now: Now, _ trust: ClockTrust, _ world: World) {
        // A station that has no timetable yet cannot know what the folder held while it was off.
        guard trust != .untrusted, world.station.active != nil, let last = periods.indices.last,
            abs(world.wallOffset.nanoseconds) <= 2 * 3_600_000_000_000
        else { return }
        if periods[last].from == nil { periods[last].from = now.wall }
        periods[last].until = now.wall
    }

    /// I4: every slot that was due has exactly one outcome.
    ///
    /// - Parameters:
    ///   - world: the world at its end.
    ///   - margin: slots so near a change of the timetable are left out: which of the two a slot was due by depends
    ///     on how wrong the clock was; 5 h cover the longest wait of a slot at the end.
    func checkOutcomes(_ world: World, margin: Duration = .seconds(5 * 3600)) {
        var counts: [String: Int] = [:]
        for outcome in world.outcomes { counts[outcome.slot, default: 0] += 1 }
        checkAlertOutcomes(counts, world)
        for (slot, count) in counts where count > 1 {
            violate("I4: \(slot) has \(count) outcomes in the log")
        }
        // After more than a month in which nobody told the time one entry stands for all that was due.
        let forgone = world.log.compactMap { entry -> ClosedRange<Instant>? in
            guard entry.json["code"]?.text == "downtime-not-judged",
                let from = entry.json["from"]?.text.flatMap(RFC3339.instant(of:)),
                let to = entry.json["to"]?.text.flatMap(RFC3339.instant(of:)), from <= to
            else { return nil }
            return from...to
        }
        for period in periods {
            guard let from = period.from, let until = period.until, from + margin < until - margin else {
                continue
            }
            for slot in period.timetable.slots(from: from + margin, until: until - margin, limit: 100_000)
            where counts[slot.id] == nil && !forgone.contains(where: { $0.contains(slot.scheduled) }) {
                violate("I4: \(slot.id) has no outcome")
            }
        }
        for (index, entry) in world.log.enumerated() where entry.index != Int64(index) {
            violate("I6: entry \(entry.index) stands at place \(index)")
            break
        }
    }
}
