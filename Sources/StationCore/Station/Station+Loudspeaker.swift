import StationTrust

// Who has the loudspeaker: from a slot that is ready to the order to play it.
//
// At most one playout holds the loudspeaker, and at most one more is armed to take it over at its own start.

extension Station {
    mutating func advance() {
        answerOverdue()
        takeDue()
        settleOrphans()
        startPreflights()
        lookAhead()
        expire()
        if !isTerminating { assignLoudspeaker() }
        tellSilencedEmergencies()
        rescueIntents()
        renewPermits()
        switchCard()
        followCard()
        switchAmplifier()
        followPull()
        followImport()
        poll()
        followProof()
    }

    /// Ends what can no longer begin, with what kept it.
    private mutating func expire() {
        for index in playouts.indices.reversed() where !playouts[index].holdsLoudspeaker {
            let playout = playouts[index]
            guard trust != .untrusted || playout.slot.isAtOnce else { continue }
            // What was begun and has not enough left to go on with will not have more later.
            let isSpent = playout.isBegun && !playout.reports.isEmpty && !playout.fits(from: now.wall)
            guard playout.latestStart < now.wall || isSpent || playout.isOver(at: now.wall) else { continue }
            finish(index, reason: playout.interruption ?? playout.blocked ?? .late)
        }
    }

    private mutating func assignLoudspeaker() {
        // One pass for the holder and one for who takes over from it.
        for _ in 0..<2 {
            guard let index = nextCandidate() else { return }
            let holders = playouts.indices.filter { playouts[$0].holdsLoudspeaker }
            if holders.isEmpty {
                commit(index)
            } else if holders.count == 1, mayFollow(index, holder: holders[0]) {
                commit(index)
            } else {
                giveWay(to: index, holders: holders)
                return
            }
        }
    }

    /// The playout that the loudspeaker is due to, of those that do not hold it.
    private mutating func nextCandidate() -> Int? {
        var best: Int?
        for index in playouts.indices {
            switch playouts[index].phase {
            case .ready where playouts[index].slot.scheduled - Self.commitLead <= now.wall: break
            case .interrupted: break
            default: continue
            }
            guard isPermitted(index) else { continue }
            if let other = best, !goesBefore(playouts[index], playouts[other]) { continue }
            best = index
        }
        return best
    }

    /// DESIGN.md section 6: the higher class; what was interrupted; who was due first; the rank; the identity.
    private func goesBefore(_ left: Playout, _ right: Playout) -> Bool {
        if left.precedence != right.precedence { return left.precedence > right.precedence }
        let isLeftInterrupted = left.phase == .interrupted
        if isLeftInterrupted != (right.phase == .interrupted) { return isLeftInterrupted }
        if left.slot.scheduled != right.slot.scheduled { return left.slot.scheduled < right.slot.scheduled }
        if left.slot.rank != right.slot.rank { return left.slot.rank < right.slot.rank }
        return left.slot.id < right.slot.id
    }

    /// Whether the candidate may be armed now to take over from the holder at its own start.
    private func mayFollow(_ index: Int, holder: Int) -> Bool {
        let candidate = playouts[index]
        let running = playouts[holder]
        guard running.stopCause == nil, case .ordered = running.phase else { return false }
        if candidate.precedence > running.precedence { return true }
        return expectedEnd(of: running) <= now.monotonic(of: startWall(of: candidate))
    }

    /// When the running play will be over, by what is known of it.
    private func expectedEnd(of playout: Playout) -> MonotonicInstant {
        guard let permit = playout.permit else { return .distantFuture }
        // A play that has not begun though its start has passed waits for the card: then its end moves on.
        let start = playout.current.startedAt ?? max(playout.start, now.monotonic)
        return min(permit.end, start + (playout.plannedDuration - playout.position))
    }

    /// Makes room for a candidate that may not simply follow: who is only armed stands back for a higher class.
    private mutating func giveWay(to index: Int, holders: [Int]) {
        let candidate = playouts[index]
        for holder in holders {
            let other = playouts[holder]
            if candidate.precedence > other.precedence {
                guard !other.isSounding, other.stopCause == nil, holders.count > 1 else { continue }
                stop(holder, .giveWay, fade: .zero)
            } else if playouts[index].phase == .ready {
                playouts[index].blocked = other.precedence > candidate.precedence ? .preEmpted : .overlap
            }
        }
    }

    // MARK: From ready to ordered

    /// When the candidate is to begin: at its instant, or as soon as can be.
    func startWall(of playout: Playout) -> Instant {
        let lead = max(Self.lateLead, warmUp)
        let isAhead =
            playout.slot.scheduled - now.wall >= max(Self.shortestLead, warmUp - Self.warmUpTolerance)
        // What was heard already goes on now, also when the clock was set back since.
        let goesOn = playout.phase == .interrupted || playout.hasSounded || playout.mayHaveSounded
        return isAhead && !goesOn ? playout.slot.scheduled : now.wall + lead
    }

    /// How long the amplifier still needs until the first word is not cut (T16).
    private var warmUp: Duration {
        guard let amplifier = settings.amplifier else { return .zero }
        guard let since = amplifierSince else { return amplifier.lead }
        return max(.zero, amplifier.lead - (now.monotonic - since))
    }

    private func wish(_ playout: Playout, start: Instant) -> Guard.Wish {
        Guard.Wish(
            origin: playout.slot.isByHand ? .person : .timetable, programmeClass: playout.slot.programmeClass,
            start: start, hardEnd: playout.slot.hardEnd,
            zone: settings.zone,
            emergenciesToday: playout.slot.programmeClass == .emergency ? emergencies(on: start) : 0,
            isBegun: playout.isBegun,
            isAtOnce: playout.slot.isAtOnce,
            alreadySounded: playout.isBegun ? playout.position : .zero)
    }

    /// How many emergencies have begun on the local day of an instant.
    func emergencies(on instant: Instant) -> Int {
        let date = settings.zone.civilTime(at: instant).date
        // A clock that was in another year meanwhile has left the day's own apart in the log.
        func midnight(_ date: CivilDate) -> Instant { settings.zone.instant(of: CivilTime(date: date)) }
        let day = midnight(date)..<midnight(CivilDate(days: date.days + 1))
        return log.emergencies.count(where: day.contains)
    }

    /// Asks the guard, and notes what it says.
    private mutating func isPermitted(_ index: Int) -> Bool {
        let playout = playouts[index]
        let start = startWall(of: playout)
        guard !playout.items.isEmpty else { return false }
        if start > playout.latestStart {
            playouts[index].blocked = playout.blocked ?? .late
            return false
        }
        switch guardian.judge(wish(playout, start: start), at: now, trust: trust) {
        case .permitted:
            guard playout.fits(from: start) else {
                playouts[index].blocked = playout.interruption ?? .late
                return false
            }
            playouts[index].blocked = nil
            return true
        case .refused(let reason):
            playouts[index].blocked = reason
            return false
        }
    }

    /// Tells of emergencies that the limit of the day keeps silent: until they are over nothing else would.
    private mutating func tellSilencedEmergencies() {
        let silenced = playouts.filter {
            $0.slot.programmeClass == .emergency && !$0.isBegun && $0.blocked == .permitEnded
        }
        raise(.emergency, silenced.map { "\($0.slot.id): silent, emergency.perDay is used up for today" })
    }

    /// Writes the intent; the order follows when it is durable (I3).
    private mutating func commit(_ index: Int) {
        let start = startWall(of: playouts[index])
        playouts[index].start = now.monotonic(of: start)
        if playouts[index].isBegun {
            order(index)
            return
        }
        let slot = playouts[index].slot
        playouts[index].isBegun = true
        let intent = newEntry(
            .intent,
            [.init("slot", .string(slot.id))] + slot.description + [
                .init("scheduled", .string(text(slot.scheduled))), .init("startAt", .string(text(start))),
            ])
        playouts[index].unwrittenIntent = intent
        let lead = playouts[index].start - now.monotonic
        playouts[index].rescueAt = playouts[index].start - min(Self.intentPatience, lead / 2)
        playouts[index].phase = .committing
        emit(.append(intent), for: .intent(playouts[index].play))
    }

    /// A disk that does not answer must not silence the village: the intent goes to `/run` in time.
    private mutating func rescueIntents() {
        for playout in playouts {
            guard case .committing = playout.phase, let intent = playout.unwrittenIntent,
                playout.rescueAt <= now.monotonic, let index = index(of: playout.play)
            else { continue }
            playouts[index].unwrittenIntent = nil
            emit(.appendInRun(intent), for: .intent(playout.play))
        }
    }

    mutating func intentWritten(_ play: PlayID) {
        guard let index = index(of: play), case .committing = playouts[index].phase else { return }
        playouts[index].phase = .ready
        switch playouts[index].stopCause {
        case .reason(let reason)?: finish(index, reason: reason)
        case .rearm?, .giveWay?, .shutdown?: playouts[index].stopCause = nil
        case nil: order(index)
        }
    }

    /// Gives the order, if the guard still permits it.
    private mutating func order(_ index: Int) {
        let playout = playouts[index]
        let start = startWall(of: playout)
        // The disk may have taken its time: what was so when the intent was written need not be so now.
        guard start <= playout.latestStart, playout.fits(from: start),
            case .permitted(let permit) = guardian.judge(wish(playout, start: start), at: now, trust: trust)
        else { return }
        playouts[index].permit = permit
        playouts[index].start = now.monotonic(of: start)
        playouts[index].current = Playback()
        let order = PlayOrder(
            play: playout.play, permit: permit, start: playouts[index].start,
            latestStart: min(permit.end, now.monotonic(of: playout.latestStart)),
            lateStart: playout.slot.late == .join ? .atClockPosition : .fromPosition,
            position: playout.position(at: start))
        playouts[index].position = order.position
        if case .lost(_, let reason, _) = card { playouts[index].shortfall = reason }
        if order.position > .zero, !playout.hasSounded {
            playouts[index].shortfall = playout.isResumed ? .powerLost : .late
        }
        emit(.play(order), for: .play(playout.play))
        playouts[index].phase = .ordered
    }

    // MARK: While it is ordered

    mutating func progress(_ play: PlayID, _ playback: Playback) {
        guard let index = index(of: play), case .ordered = playouts[index].phase else { return }
        let isFirstSound = playouts[index].current.startedAt == nil && playback.startedAt != nil
        playouts[index].current = playback
        if isFirstSound { contentChecks[playouts[index].slot.id] = nil }
        guard playback.startedAt != nil else { return }
        if let last = lastPositionAt, !isFirstSound, now.monotonic - last < Self.positionInterval { return }
        recordPosition(index)
    }

    func positionRecord(of playout: Playout) -> PositionRecord {
        let sum = playout.measured.adding(playout.current, at: now)
        return PositionRecord(
            slot: playout.slot.id, position: playout.current.position, framesConsumed: sum.framesConsumed,
            framesPlanned: sum.framesPlanned, rate: sum.rate, wall: now.wall,
            startedAt: sum.startedAt ?? now.wall,
            startErrorMicroseconds: sum.startErrorMicroseconds, startMethod: sum.startMethod,
            volumeDecibels: playout.volumeDecibels, xruns: sum.xruns,
            isUnproven: sum.isUnproven, items: playout.itemsToRecord(sum))
    }

    private mutating func recordPosition(_ index: Int) {
        lastPositionAt = now.monotonic
        emit(.recordPosition(positionRecord(of: playouts[index])))
    }

    /// Tells a play to stop; what comes of it is decided when it has ended.
    mutating func stop(_ index: Int, _ cause: Playout.StopCause, fade: Duration) {
        let isTold = playouts[index].stopCause != nil
        if let told = playouts[index].stopCause, told.gravity >= cause.gravity { return }
        playouts[index].stopCause = cause
        if case .ordered = playouts[index].phase, !isTold {
            emit(.stop(play: playouts[index].play, fade: fade))
        }
    }

    mutating func stopAll(_ cause: Playout.StopCause, fade: Duration) {
        for index in playouts.indices where playouts[index].holdsLoudspeaker {
            stop(index, cause, fade: fade)
        }
    }

    /// A play has ended: the slot goes on later, or has its outcome.
    mutating func played(_ play: PlayID, _ end: PlayEnd, _ playback: Playback) {
        guard let index = index(of: play), case .ordered = playouts[index].phase else { return }
        playouts[index].current = playback
        let hadSound = playback.startedAt != nil
        let cause = playouts[index].stopCause
        if cause == .shutdown, end == .stopped {
            if hadSound { emit(.recordPosition(positionRecord(of: playouts[index])), for: .lastPosition) }
            // It stays open in the log: the next run goes on with it.
            forget(index)
            return
        }
        playouts[index].measured = playouts[index].measured.adding(playback, at: now)
        if hadSound { playouts[index].soundedUntil = now.wall }
        playouts[index].current = Playback()
        playouts[index].stopCause = nil
        playouts[index].position = hadSound ? playback.position : playouts[index].position
        switch (end, cause) {
        case (.completed, _): finish(index, reason: playouts[index].interruption)
        case (_, .reason(let reason)?): finish(index, reason: reason)
        // Its own end came before the other's beginning.
        case (.replaced, _) where playouts[index].permit.map({ $0.end <= now.monotonic }) ?? false:
            finish(index, reason: .permitEnded)
        case (.replaced, _), (.stopped, .giveWay?): interrupt(index, hadSound: hadSound)
        case (.stopped, _): playouts[index].phase = .ready
        case (.permitEnded, _): finish(index, reason: .permitEnded)
        case (.device(let reason), _): finish(index, reason: reason)
        case (.badContent, _): finish(index, reason: .badContent)
        case (.contentChanged, _): lookAgain(index, at: now.monotonic)
        }
        if hadSound { lastPositionAt = nil }
    }

    private mutating func interrupt(_ index: Int, hadSound: Bool) {
        guard hadSound || playouts[index].hasSounded else {
            // Nobody has heard any of it: it keeps its instant and its rule.
            playouts[index].phase = .ready
            return
        }
        playouts[index].phase = .interrupted
        playouts[index].interruption = .preEmpted
        if hadSound {
            playouts[index].position = playouts[index].beginningOfItem(at: playouts[index].position)
        }
    }

    // MARK: Changes under way

    /// The clock was set: what is armed is armed for its instant as it is now; what sounds goes on.
    mutating func clockStepped(by step: Duration) {
        // What a person wants now is wanted now, whatever the clock says.
        for index in playouts.indices where playouts[index].slot.isAtOnce {
            playouts[index].slot.scheduled = playouts[index].slot.scheduled + step
            if playouts[index].slot.isWithoutClock {
                playouts[index].slot.hardEnd = playouts[index].slot.hardEnd.map { $0 + step }
                playouts[index].clockOrigin = playouts[index].clockOrigin.map { $0 + step }
            }
        }
        for index in playouts.indices where playouts[index].holdsLoudspeaker && !playouts[index].isSounding {
            let scheduled = playouts[index].slot.scheduled
            let start = now.monotonic(of: scheduled)
            let moved = abs((start - playouts[index].start).nanoseconds)
            if moved > Self.armedTolerance.nanoseconds { stop(index, .rearm, fade: .zero) }
        }
    }

    /// Gives plays the permit of the hour, those that wait for a lost card too.
    private mutating func renewPermits() {
        for index in playouts.indices {
            guard case .ordered = playouts[index].phase, let permit = playouts[index].permit,
                permit.ceilingEnd <= now.monotonic, permit.ceilingEnd < permit.end
            else { continue }
            rejudge(index)
        }
    }

    /// Asks the guard about what was ordered again, after the hour, the volume, the rules or a mute changed.
    mutating func rejudge(_ index: Int) {
        let playout = playouts[index]
        guard case .ordered = playout.phase else { return }
        let instant = max(now.monotonic, playout.start)
        var wish = wish(playout, start: now.wall(of: instant))
        if let started = playout.current.startedAt { wish.alreadySounded += instant - started }
        switch guardian.judge(wish, at: now, trust: trust == .untrusted ? .holdover : trust) {
        case .permitted(let permit):
            guard permit != playout.permit else { return }
            playouts[index].permit = permit
            emit(.renew(play: playout.play, permit: permit))
        case .refused(let reason):
            stop(index, .reason(reason), fade: Self.stopFade)
        }
    }
}
