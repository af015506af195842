import StationTrust

// From the timetable to playouts: which slots are due, and what became of those of a downtime.

/// The slots to be taken next, looked up together because every wake asks for the first.
struct Upcoming: Sendable {
    /// The next one is the last.
    var slots: [Slot]
    /// Whether the timetable has none after them.
    var isLast: Bool
}

extension Station {
    /// Makes a timetable the active one, at this instant.
    mutating func activate(_ new: SignedTimetable) {
        let old = active
        active = new
        (upcoming, unheard) = (nil, nil)
        let renewed = renewedEmergencies(old, new)
        // Each change of the audio is told this way too: a file that grows must not fill the log.
        guard let old, old.versions == new.versions, old.problems == new.problems, renewed.isEmpty else {
            noteTimetable(new, renewed: renewed)
            return replace(old, by: new)
        }
        forgetContentChecks { !$0.messages.isEmpty }
        raiseTimetableFault()
        recallWithdrawn(by: new.timetable)
    }

    /// The emergencies that a person has stopped and that are other ones from now on.
    ///
    /// That others come beside it, or that it was signed anew, is no reason for one to sound again.
    private func renewedEmergencies(_ old: SignedTimetable?, _ new: SignedTimetable) -> [String] {
        guard let old else { return [] }
        // Not from now on: by a clock in 1970 there would be nothing to compare (I8).
        return log.stoppedEmergencies.filter { programme, since in
            let slots = new.timetable.repeats(of: programme, after: since)
            guard let slot = slots.first, slot.programmeClass == .emergency else { return false }
            let before = old.timetable.repeats(of: programme, after: since)
            let isSame = slots.elementsEqual(before) {
                $0.title == $1.title && $0.id == $1.id && $0.plays(sameAs: $1)
            }
            return !isSame || before.first.map(old.items) != new.items(of: slot)
        }.map(\.programme)
    }

    private mutating func noteTimetable(_ new: SignedTimetable, renewed: [String]) {
        append(
            .timetable,
            [
                .init(
                    "versions",
                    .object(
                        new.versions.sorted { $0.key < $1.key }.map { .init($0.key, .string("\($0.value)")) })
                ),
                .init(
                    "targets",
                    .object(
                        new.manifest.channels.sorted { $0.key < $1.key }.map {
                            .init($0.key, $0.value.targetsVersion.map { .integer($0) } ?? .null)
                        })),
                .init("events", .integer(Int64(new.timetable.programmeCount))),
                .init("problems", .integer(Int64(new.problems.count))),
            ] + (renewed.isEmpty ? [] : [.init("renewed", .array(renewed.map { .string($0) }))]))
    }

    private mutating func replace(_ old: SignedTimetable?, by new: SignedTimetable) {
        forgetContentChecks()
        clear(.crowd)
        raiseTimetableFault()
        recallWithdrawn(by: new.timetable)
        guard let old else { return }
        dueFrom = now.monotonic
        guard trust != .untrusted, let since = dueSince else {
            dueSince = nil
            return
        }
        // What the new timetable puts into the past was never due; but it may still be joined.
        dueSince = [:]
        for (name, version) in new.versions {
            dueSince?[name] = old.versions[name] == version ? since[name] : now.wall
        }
        rewind(to: min(takenUntil, now.wall - Self.joinReach))
    }

    /// Raises, or clears, the fault of what was not understood of the active timetable, errors before warnings.
    mutating func raiseTimetableFault() {
        let problems = active?.problems ?? []
        raise(
            .timetable,
            (problems.filter { $0.severity == .error } + problems.filter { $0.severity == .warning })
                .map(\.description))
    }

    /// Recalls what the timetable no longer has, or has otherwise (I14).
    private mutating func recallWithdrawn(by timetable: Timetable) {
        for index in playouts.indices.reversed() where !playouts[index].slot.isByHand {
            let old = playouts[index].slot
            let new = timetable.slot(id: old.id)
            let isSame =
                new.map {
                    (old.isWithoutClock || $0.plays(sameAs: old)) && items(of: $0) == playouts[index].items
                } ?? false
            if isSame {
                // Signed anew, it may begin for longer.
                playouts[index].slot.expires = new?.expires
                continue
            }
            switch playouts[index].phase {
            case .committing, .ordered:
                stop(index, .reason(.withdrawn), fade: Self.stopFade)
            case .waiting, .preflighting, .ready, .interrupted:
                let playout = playouts[index]
                let mayBegin = new.map(couldBegin) ?? (old.scheduled > now.wall)
                if playout.isBegun || !mayBegin {
                    finish(index, reason: .withdrawn)
                } else {
                    // Not due yet, or due with other content: it is taken again from the new timetable.
                    forget(index)
                    rewind(to: min(takenUntil, old.scheduled, new?.scheduled ?? old.scheduled))
                }
            }
        }
    }

    /// Whether a slot as it is now could still be begun; if not, nobody would take it again.
    private func couldBegin(_ slot: Slot) -> Bool {
        Playout(slot: slot, items: [], play: PlayID(0)).latestStart >= now.wall
    }

    /// Takes the slots that are due soon, and judges those that were due while nobody was there to play them.
    mutating func takeDue() {
        hasMoreSlots = false
        guard trust != .untrusted else { return takeEmergenciesWithoutClock() }
        guard active != nil else { return }
        if dueSince == nil { beginJudging() }
        // The slot whose preflight is due at this very instant is one of them: the wake was for it.
        let horizon = now.wall + Self.preflightLead + .nanoseconds(1)
        // The clock was set back: what lies between is taken again, and what is settled stays settled (T8). It may
        // have stood in another year for some hours, in which slots were due that nobody looked for.
        if takenUntil > horizon { rewind(to: now.wall - Self.joinReach) }
        if let due = postponedTo, due <= now.wall {
            postponedTo = nil
            rewind(to: min(takenUntil, due))
        }
        forgoDistantPast()
        var count = 0
        while nextSlotAt() < horizon, let slot = upcoming?.slots.popLast() {
            take(slot)
            takenUntil = slot.scheduled
            count += 1
            hasMoreSlots = count == Self.slotsPerCall
            if hasMoreSlots { return }
        }
        takenUntil = horizon
    }

    /// By a clock that nobody believes each emergency that was fetched since the start sounds at once, and once (I8).
    private mutating func takeEmergenciesWithoutClock() {
        guard let timetable = pull.emergencies?.timetable else { return }
        // Once: who has heard one of them has heard it.
        let left = (unheard ?? timetable.expiringSlots().map(\.slots)).filter { slots in
            !slots.contains { log.isSettled($0.id) }
        }
        unheard = left
        for slots in left {
            guard let slot = slots.first(where: mayStillBegin), slot.programmeClass == .emergency,
                pull.areFresh(emergenciesOf: slot.upstream), !isStoppedRepeat(slot)
            else { continue }
            let underWay = playouts.firstIndex {
                $0.slot.upstream == slot.upstream && $0.slot.programme == slot.programme
            }
            if let underWay {
                // It was taken by a clock that was believed, and is not to wait for that one.
                if !playouts[underWay].holdsLoudspeaker { playouts[underWay].forgetClock(at: now.wall) }
                continue
            }
            var playout = Playout(slot: slot, items: items(of: slot), play: newPlay())
            if let intent = log.openIntent(of: slot.id) {
                playout.slot.id = intent.slot
                playout.resume(intent, recoveredPosition, boot: boot, at: now)
            }
            playout.becomeDueWithoutClock(at: now.wall)
            if mayTake(playout) { playouts.append(playout) }
        }
    }

    /// Whether it was not over already at the earliest time that it can be.
    private func mayStillBegin(_ slot: Slot) -> Bool {
        Playout(slot: slot, items: [], play: PlayID(0)).latestStart >= clock.floor
    }

    /// Takes slots from an instant on again, or from there on in another timetable.
    mutating func rewind(to instant: Instant) {
        takenUntil = instant
        upcoming = nil
    }

    /// When the next slot is that has not been taken; the distant future when there is none.
    private mutating func nextSlotAt() -> Instant {
        if let scheduled = upcoming?.slots.last?.scheduled { return scheduled }
        guard let timetable = active?.timetable, upcoming?.isLast != true else { return .distantFuture }
        var limit = Self.slotsAtOnce
        while true {
            let found = timetable.slots(from: takenUntil, until: .distantFuture, limit: limit)
            // Slots of one instant that was cut by the limit come again, and are told by their identity.
            let isStuck = found.count == limit && found[limit - 1].scheduled == takenUntil
            guard isStuck else {
                upcoming = Upcoming(slots: found.reversed(), isLast: found.count < limit)
                return found.first?.scheduled ?? .distantFuture
            }
            limit *= 2
        }
    }

    /// Decides, when clock and timetable are known for the first time, from where on slots are this station's.
    ///
    /// What a timetable puts into the time before it became active was never due (`LogSummary.timetableChange`).
    private mutating func beginJudging() {
        let begun = now.wall(of: dueFrom)
        let oldest = now.wall - LogSummary.memory
        let due = (active?.versions ?? [:]).keys.map { version in
            (version, max(min(log.timetableChange(of: version) ?? begun, begun), oldest))
        }
        let since = due.map(\.1).min() ?? begun
        if let last = lastTrustedBefore, last < oldest { noteUnjudged(from: last, to: oldest) }
        dueSince = Dictionary(due) { first, _ in first }
        // What was due long before the log last believed the clock has its outcome: no slot waits for longer.
        let last = lastTrustedBefore.map { $0 < begun ? $0 : since } ?? since
        let settledUntil = max(since, last - Playout.longestWait - Self.joinReach)
        rewind(to: max(min(settledUntil, begun - Self.joinReach), oldest))
    }

    /// Does not judge what lies further back than the station remembers: after a year in a cupboard, or when the
    /// clock is set to 2099 for a minute, one entry stands for it all.
    private mutating func forgoDistantPast() {
        let oldest = now.wall - LogSummary.memory
        guard takenUntil < oldest else { return }
        noteUnjudged(from: takenUntil, to: oldest)
        rewind(to: oldest)
    }

    private mutating func noteUnjudged(from: Instant, to: Instant) {
        append(
            .fault,
            [
                .init("code", .string("downtime-not-judged")), .init("state", .string("raised")),
                .init("message", .string("what was due longer ago than the log is judged has no outcome")),
                .init("from", .string(text(from))), .init("to", .string(text(to))),
            ])
    }

    /// Gives an outcome to what an earlier run began and no slot of the timetable stands for any more.
    mutating func settleOrphans() {
        guard !log.openIntents.isEmpty, !isTerminating, dueSince != nil, !hasMoreSlots, trust != .untrusted,
            let timetable = active?.timetable
        else { return }
        for intent in log.openIntents where !isUnderWay(intent.slot) {
            // Moved to a later time it goes on then.
            if let slot = timetable.slot(id: intent.slot), slot.scheduled >= takenUntil { continue }
            settle(intent, reason: .powerLost)
        }
    }

    private mutating func take(_ slot: Slot) {
        guard !log.isSettled(slot.id), !isUnderWay(slot.id) else { return }
        var playout = Playout(slot: slot, items: items(of: slot), play: newPlay())
        if let intent = log.openIntent(of: slot.id) {
            // The outcome has the intent's name for it, whatever the timetable calls it by now.
            playout.slot.id = intent.slot
            playout.resume(intent, recoveredPosition, boot: boot, at: now)
        }
        guard let hindrance = hindrance(to: playout) else { return playouts.append(playout) }
        if hindrance == .overlap { noteCrowd(slot) }
        // Nothing has its outcome before it was due.
        guard slot.scheduled <= now.wall else { return postpone(slot) }
        guard playout.isBegun || isDue(playout) else { return }
        playouts.append(playout)
        finish(playouts.count - 1, reason: hindrance)
    }

    /// Why a slot whose time has come does not play; nil when it does.
    private func hindrance(to playout: Playout) -> Reason? {
        if isStoppedRepeat(playout.slot), !playout.isBegun { return .stoppedByHand }
        let isLate = playout.latestStart < now.wall
        guard isLate || !mayTake(playout) else { return nil }
        if playout.isBegun { return .powerLost }
        return isLate ? absence(at: playout.slot.scheduled) : .overlap
    }

    /// Whether the slot was in its upstream's timetable when it was due: another's changes say nothing of it.
    ///
    /// An alert begins when it is signed, and comes later: it was due if it came before its end.
    private func isDue(_ playout: Playout) -> Bool {
        let slot = playout.slot
        let last = slot.expires == nil ? slot.scheduled : playout.latestStart
        return dueSince?[slot.versionName].map { last >= $0 } ?? false
    }

    /// Passes a slot over until it is due.
    private mutating func postpone(_ slot: Slot) {
        postponedTo = min(postponedTo ?? slot.scheduled, slot.scheduled)
    }

    /// Tells of a timetable whose slots come faster than anybody could hear them.
    private mutating func noteCrowd(_ slot: Slot) {
        guard !faults.contains(.crowd) else { return }
        let problem = TimetableProblem(
            upstream: slot.upstream, file: slot.file, line: slot.line,
            message: "more than \(Self.mostPlayouts) slots within two minutes")
        raise(.crowd, "\(problem)")
    }

    /// Whether a person has stopped the emergency that the slot would repeat (DESIGN.md section 6).
    func isStoppedRepeat(_ slot: Slot) -> Bool {
        slot.programmeClass == .emergency && log.isStoppedEmergency(slot.id, at: slot.scheduled)
    }

    /// Lets go of the repeats that would sound next; each has its outcome when it is due.
    mutating func dropStoppedRepeats() {
        for index in playouts.indices.reversed() {
            let playout = playouts[index]
            guard !playout.isBegun, isStoppedRepeat(playout.slot) else { continue }
            forget(index)
            if playout.slot.scheduled > now.wall {
                postpone(playout.slot)
            } else {
                rewind(to: min(takenUntil, playout.slot.scheduled))
            }
        }
    }

    func isUnderWay(_ slot: String) -> Bool {
        // To parse a name takes longer than to compare a few, and this is asked at each step.
        if playouts.contains(where: { $0.slot.id == slot }) { return true }
        let identity = Slot.identity(of: slot)
        return playouts.contains { $0.identity == identity }
    }

    /// Every precedence has places of its own: a rule that fires each second takes them from its like alone.
    private func mayTake(_ playout: Playout) -> Bool {
        playouts.count { $0.precedence == playout.precedence } < Self.mostPlayouts
    }

    /// Why nothing sounded at an instant that has passed.
    private func absence(at instant: Instant) -> Reason {
        if instant < now.wall(of: startedAt) { return .off }
        if let trustedSince, instant < now.wall(of: trustedSince) { return .clockUntrusted }
        return .late
    }

    func index(of play: PlayID) -> Int? { playouts.firstIndex { $0.play == play } }

    /// The slot that a play is for; nil when there is none, or no longer.
    package func slot(of play: PlayID) -> Slot? { index(of: play).map { playouts[$0].slot } }
}

extension Playout {
    /// Lets what was taken by a clock that was believed sound by one that is not.
    fileprivate mutating func forgetClock(at instant: Instant) {
        guard !slot.isWithoutClock else { return }
        // Where that clock would put it nobody knows any more; what may have been heard is not heard again (I3).
        clockOrigin = nil
        if mayHaveSounded { position = max(position, Self.longestBeginning) }
        becomeDueWithoutClock(at: instant)
    }

    /// Moves it to an instant of a clock that nobody believes; it keeps its length.
    fileprivate mutating func becomeDueWithoutClock(at instant: Instant) {
        slot.hardEnd = slot.hardEnd.map { instant + ($0 - slot.scheduled) }
        (slot.scheduled, slot.expires, slot.late) = (instant, nil, .within(Self.longestWait))
        slot.isWithoutClock = true
        // By its own rule it might be over long ago.
        if !isResumed { clockOrigin = nil }
    }
}

extension Slot {
    /// Whether a running programme may go on under the other slot's words.
    fileprivate func plays(sameAs other: Slot) -> Bool {
        scheduled == other.scheduled && hardEnd == other.hardEnd && programmeClass == other.programmeClass
    }
}
