package import StationTrust

// What `why` knows of a slot to come beyond `next`: all that stands against it, its content item by item, and what
// may go before it.

extension Station {
    /// What goes before a slot is looked for among so many others.
    private static let mostCompetitors = 8

    /// What stands against a slot, what it plays, and what may go before it, as members of its JSON.
    func outlook(of slot: Slot) -> [JSON.Member] {
        [
            .init("against", .array(hindrances(to: slot))),
            .init("items", .array(content(of: slot))),
            .init("competing", .array(competitors(of: slot))),
        ]
    }

    /// The next slot of the programme that a question is about, to tell whether it will be the same again.
    package func slotAfter(_ question: Why.Question) -> JSON? {
        guard let timetable = active?.timetable else { return nil }
        let programme: String
        switch question {
        case .slot(let id): programme = Slot.programme(of: id)
        case .time(let time):
            let near = timetable.slots(
                from: time - Why.reach, until: time + Why.reach, limit: Self.slotsPerCall)
            let nearest = near.min {
                abs(($0.scheduled - time).nanoseconds) < abs(($1.scheduled - time).nanoseconds)
            }
            guard let nearest else { return nil }
            programme = Slot.programme(of: nearest.id)
        }
        let next = timetable.nextSlot(
            of: programme, after: now.wall, until: now.wall + .seconds(86_400 * Self.mostDays))
        return next.map { .object(members(of: $0) + [.init("slot", .string($0.id))] + outlook(of: $0)) }
    }

    // MARK: What stands against it

    /// Each thing that would keep a slot from sounding, in the order in which `next` names the first of them.
    private func hindrances(to slot: Slot) -> [JSON] {
        var found: [JSON] = []
        func add(_ reason: Reason, _ more: [JSON.Member] = []) {
            let isKnown = found.contains { $0["reason"]?.text == reason.rawValue }
            if !isKnown { found.append(.object([.init("reason", .string(reason.rawValue))] + more)) }
        }
        if trust == .untrusted { add(.clockUntrusted) }
        let isBegun = playouts.first { $0.slot.id == slot.id }?.isBegun ?? false
        if !isBegun, isStoppedRepeat(slot) { add(.stoppedByHand) }
        if let problem = contentProblem(of: slot) { add(problem) }
        if let cardLoss {
            let holders = if case .lost(_, _, let holders) = card { holders } else { [String]() }
            add(
                cardLoss,
                [
                    .init("device", .string(settings.deviceName)),
                    .init("holders", .array(holders.map { .string($0) })),
                ])
        }
        if let end = clock.holdoverEnd(at: now), end < slot.scheduled { add(.clockUntrusted) }
        // A mute hides what the hours say: each is asked for itself, as if the clock were believed.
        var unmuted = guardian
        unmuted.mute = nil
        for judge in [guardian, unmuted] {
            let wish = wish(for: slot, isBegun: isBegun)
            guard case .refused(let reason) = judge.judge(wish, at: now, trust: believed(trust)) else {
                continue
            }
            add(reason, details(of: reason))
        }
        return found
    }

    /// What the guard is asked about a slot when the clock is, or will be, believed.
    private func believed(_ trust: ClockTrust) -> ClockTrust { trust == .untrusted ? .holdover : trust }

    private func wish(for slot: Slot, isBegun: Bool) -> Guard.Wish {
        Guard.Wish(
            origin: .timetable, programmeClass: slot.programmeClass, start: slot.scheduled,
            hardEnd: slot.hardEnd, zone: settings.zone, emergenciesToday: emergencies(on: slot.scheduled),
            isBegun: isBegun)
    }

    private func details(of reason: Reason) -> [JSON.Member] {
        switch reason {
        case .muted:
            guard let mute = guardian.mute else { return [] }
            return [.init("until", .string(text(mute.until))), .init("said", .string(mute.reason))]
        case .outsideHours:
            let bands = guardian.rules.bands.map { band -> JSON in
                .string("\(Self.clock(band.from))–\(Self.clock(band.to))")
            }
            return [.init("hours", .array(bands))]
        default: return []
        }
    }

    private static func clock(_ minutes: Int) -> String {
        "\(MinuteOfDay(minutes / 60, minutes % 60))"
    }

    // MARK: Its content

    /// What is known of each item: `verified`, `bad` with what is wrong, `coming`, or `unchecked`.
    private func content(of slot: Slot) -> [JSON] {
        let reports = playouts.first { $0.slot.id == slot.id }?.reports ?? []
        let problems = reports.isEmpty ? contentChecks[slot.id]?.items ?? [] : reports.map(\.problemText)
        return items(of: slot).enumerated().map { index, item in
            let isKnown = problems.indices.contains(index)
            let problem = isKnown ? problems[index] : nil
            let state =
                problem != nil ? "bad" : isKnown ? "verified" : isComing(item) ? "coming" : "unchecked"
            return [
                "path": .string(item.source.path), "language": item.language.map { .string($0) } ?? .null,
                "state": .string(state), "message": problem.map { .string($0) } ?? .null,
            ]
        }
    }

    // MARK: Who goes first

    /// The slots of the timetable that would have the loudspeaker when this one is due, or would take it.
    private func competitors(of slot: Slot) -> [JSON] {
        guard let timetable = active?.timetable else { return [] }
        let from = slot.scheduled - guardian.rules.longestBroadcast
        let until = (slot.hardEnd ?? slot.scheduled) + .nanoseconds(1)
        let others = timetable.slots(from: from, until: until, limit: Self.slotsPerCall)
        let before = others.filter { $0.id != slot.id && $0.goesBefore(slot) }
        return before.prefix(Self.mostCompetitors).map { other in
            let isHigher = other.programmeClass > slot.programmeClass
            return [
                "reason": .string((isHigher ? Reason.preEmpted : .overlap).rawValue),
                "slot": .string(other.id), "title": .string(other.title),
                "class": .string(other.programmeClass.rawValue), "at": .string(text(other.scheduled)),
                "until": other.hardEnd.map { .string(text($0)) } ?? .null,
            ]
        }
    }
}

extension Slot {
    /// Whether this one, by what the timetable says of both, has the loudspeaker before the other may have it.
    ///
    /// How long a slot without an end sounds is not known here: it is taken for over before another's instant.
    fileprivate func goesBefore(_ other: Slot) -> Bool {
        if scheduled > other.scheduled { return programmeClass > other.programmeClass }
        guard programmeClass >= other.programmeClass else { return false }
        if scheduled < other.scheduled { return hardEnd.map { $0 > other.scheduled } ?? false }
        if programmeClass > other.programmeClass { return true }
        return (rank, programme) < (other.rank, other.programme)
    }
}
