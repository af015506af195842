import StationTrust

// Looking ahead: what would keep a slot silent is a fault hours before the silence (DESIGN.md section 8).

/// What an early look at a slot's content found.
struct ContentCheck: Hashable, Sendable {
    /// Why nothing of it can be played; nil when something can.
    var problem: Reason?
    /// What is wrong, item by item.
    var messages: [String]
    /// The same for each item in its place; nil where nothing is wrong with it.
    var items: [String?]
    /// Whose slot it is (`UPSTREAM/UID`), when it is due, and when that was looked at.
    let programme: String
    let scheduled: Instant
    let lookedAt: MonotonicInstant

    init(reports: [ItemReport], slot: Slot, lookedAt: MonotonicInstant) {
        problem = reports.contains(where: \.isPlayable) ? nil : reports.blockingReason
        items = reports.map(\.problemText)
        messages = reports.isEmpty ? ["nothing to play"] : reports.compactMap(\.problemText)
        programme = Slot.programme(of: slot.id)
        (scheduled, self.lookedAt) = (slot.scheduled, lookedAt)
    }
}

extension Station {
    /// A slot is looked at when it becomes known, so long before it, and at last by its own preflight.
    static let looks = [Duration.seconds(12 * 3600), .seconds(3600)]
    /// What becomes known later than that before its instant is looked at at once: all of today and tomorrow.
    static let lookHorizon = Duration.seconds(48 * 3600)
    /// At most so many slots ahead are looked at; a year of a rule that fires each minute can wait.
    static let mostLooks = 64
    /// So near a slot nothing that sounds keeps it from being looked at; a small board has one thing to do at a time.
    static let urgentLook = Duration.seconds(3600)
    /// A card that was not to be had is tried again after that time, until it is.
    static let lostCardProbe = Duration.seconds(60)
    /// Who asks is told of a card that was looked at this long ago at the most; it is asked for no sooner: where the system
    /// tells of no card that goes, whoever looks on sees it within a second.
    static let shortestProbe = Duration.milliseconds(500)
    /// Nothing is tried with the card so shortly before it is opened for a slot.
    static let probeMargin = Duration.seconds(15)
    /// A clock that ends to be believed so soon is a fault.
    static let clockForesight = Duration.seconds(24 * 3600)

    // MARK: Content

    /// Looks at the content of the next slot whose turn it is.
    mutating func lookAhead() {
        guard trust != .untrusted, !isTerminating, nextLookAt <= now.monotonic, let active,
            !purposes.contains(where: { if case .contentCheck = $0 { true } else { false } })
        else { return }
        contentChecks = contentChecks.filter { $0.value.scheduled > now.wall || isUnderWay($0.key) }
        let horizon = now.wall + Self.lookHorizon
        // The slot whose wake this is stands just at the horizon.
        let slots = active.timetable.slots(
            from: now.wall, until: horizon + .nanoseconds(1), limit: Self.mostLooks)
        let isBusy = playouts.contains(where: \.holdsLoudspeaker)
        var next = nextArrival(in: active.timetable, behind: slots, horizon: horizon)
        for slot in slots where !isUnderWay(slot.id) && !log.isSettled(slot.id) {
            next = min(next, nextLook(at: slot))
            guard isLookDue(slot) else { continue }
            if isBusy, slot.scheduled - now.wall > Self.urgentLook {
                // When it is silent again there is an event.
                next = now.wall
                break
            }
            if look(at: slot) { return }
        }
        nextLookAt = next == .distantFuture ? .distantFuture : now.monotonic(of: next)
    }

    /// When `lookAhead` wants to be called; what waits for something else is called by that.
    var lookWake: MonotonicInstant { nextLookAt > now.monotonic ? nextLookAt : .distantFuture }

    /// When a slot comes into the horizon; behind the most that are looked at, when one of them is over.
    private func nextArrival(in timetable: Timetable, behind slots: [Slot], horizon: Instant) -> Instant {
        if slots.count == Self.mostLooks { return slots[0].scheduled + .seconds(1) }
        return timetable.next(after: horizon).map { $0.scheduled - Self.lookHorizon } ?? .distantFuture
    }

    /// Whether a look that was due has not been taken.
    private func isLookDue(_ slot: Slot) -> Bool {
        guard let check = contentChecks[slot.id] else { return true }
        return Self.looks.contains { lead in
            let due = now.monotonic(of: slot.scheduled - lead)
            return check.lookedAt < due && due <= now.monotonic
        }
    }

    /// When the next look at a slot is due that is not due yet.
    private func nextLook(at slot: Slot) -> Instant {
        Self.looks.map { slot.scheduled - $0 }.filter { $0 > now.wall }.min() ?? .distantFuture
    }

    /// Looks at a slot's content, and at all else that it needs.
    ///
    /// - Returns: whether an answer is to be waited for.
    private mutating func look(at slot: Slot) -> Bool {
        let items = items(of: slot)
        guard !items.isEmpty else {
            noteContent([], of: slot)
            return false
        }
        // What is on its way is no problem yet; it is looked at when it is there.
        guard !items.contains(where: isComing) else { return false }
        if contentChecks[slot.id] != nil { lookAtSurroundings() }
        let play = newPlay()
        emit(
            .preflight(play: play, items: items, urgency: .early, scheduled: slot.scheduled),
            for: .contentCheck(slot: slot.id, play))
        return true
    }

    /// Card and disk, looked at whenever a slot is.
    mutating func lookAtSurroundings() {
        probeCard(within: Self.lostCardProbe)
        measureStorageAgain()
    }

    /// Somebody asks: for the next answer all that is looked at again.
    mutating func lookForPeople() {
        probeCard(within: Self.shortestProbe)
        measureStorageAgain()
    }

    /// An early look at a slot's content has ended.
    mutating func looked(at slot: String, _ reports: [ItemReport]) {
        nextLookAt = now.monotonic
        guard let slot = active?.timetable.slot(id: slot) else { return }
        replaceSpoiled(reports, of: items(of: slot))
        noteContent(reports, of: slot)
    }

    /// Notes what an early look at a slot's content found; a problem is a fault in the evening.
    private mutating func noteContent(_ reports: [ItemReport], of slot: Slot) {
        let check = ContentCheck(reports: reports, slot: slot, lookedAt: now.monotonic)
        contentChecks[slot.id] = check
        tellContent(of: check.programme)
    }

    /// Tells what is wrong with a programme's content once, of the first of its slots to come: one file that is
    /// missing each hour is one fault.
    mutating func tellContent(of programme: String) {
        let checks = contentChecks.filter { $0.value.programme == programme && !isUnderWay($0.key) }
            .sorted { ($0.value.scheduled, $0.key) < ($1.value.scheduled, $1.key) }
        let isTold = playouts.contains {
            Slot.programme(of: $0.slot.id) == programme && faults.contains(.content(slot: $0.slot.id))
        }
        var told: Set<[String]> = []
        for (slot, check) in checks {
            let isNews = !isTold && told.insert(check.messages).inserted
            raise(.content(slot: slot), isNews ? check.messages.map { "\(slot): \($0)" } : [])
        }
    }

    /// Looks at content again: it may be another.
    mutating func forgetContentChecks(where isMeant: (ContentCheck) -> Bool = { _ in true }) {
        let forgotten = contentChecks.filter { isMeant($0.value) }.keys.sorted()
        for slot in forgotten {
            contentChecks[slot] = nil
            if !isUnderWay(slot) { clear(.content(slot: slot)) }
        }
        purposes.overtakeContentChecks()
        nextLookAt = now.monotonic
    }

    // MARK: Card

    /// Tries whether the card can be had, unless that is known anyhow.
    ///
    /// - Parameter age: what was found out so lately still holds.
    mutating func probeCard(within age: Duration) {
        let isSoonNeeded = playouts.contains {
            $0.slot.scheduled - Self.cardLead - Self.probeMargin <= now.wall
        }
        guard !isCardWanted, !isSoonNeeded, !isTerminating,
            lastProbeAt.map({ now.monotonic - $0 >= age }) ?? true,
            !purposes.contains(where: { $0 == .cardProbe })
        else { return }
        lastProbeAt = now.monotonic
        emit(.probeCard, for: .cardProbe)
    }

    /// The card was tried.
    mutating func probed(_ problem: CardProblem?) {
        // What is opened for a slot tells more.
        guard !isCardWanted else { return }
        lastProbeAt = now.monotonic
        cardLoss = problem?.reason
        if let problem {
            cardChanged(
                .lost(name: settings.deviceName, reason: problem.reason, holders: problem.holders))
        } else {
            cardChanged(.closed)
            clear(.device)
        }
    }

    /// Looks after a card that could not be had.
    mutating func followCard() {
        if faults.contains(.device) { probeCard(within: Self.lostCardProbe) }
    }

    // MARK: Clock

    /// Tells of a clock that will not be believed any more by tomorrow, while somebody can still mend it.
    mutating func foreseeClock() {
        guard trust == .holdover, let end = clock.holdoverEnd(at: now), end - now.wall < Self.clockForesight
        else { return clear(.clockEnding) }
        raise(
            .clockEnding,
            "the clock was not synchronised for long: from \(text(end)) on nothing plays by it")
    }
}
