package import StationTrust

// The answers of `status` and `next`, with the fields of DESIGN.md section 10.

extension Station {
    /// What the station is doing, by precedence.
    var state: String {
        if playouts.contains(where: \.isSounding) { return "playing" }
        if playouts.contains(where: \.holdsLoudspeaker) { return "arming" }
        if !faults.all.isEmpty { return "faulted" }
        return isMuted ? "muted" : "idle"
    }

    private var isMuted: Bool { guardian.mute.map { $0.until > now.wall } ?? false }

    /// One line for the service supervisor.
    var statusLine: String {
        // Asked after every event: no playout is copied to be looked at.
        if let index = playouts.indices.first(where: { playouts[$0].isSounding }) {
            return "playing \(playouts[index].slot.title)"
        }
        if let index = playouts.indices.first(where: { playouts[$0].holdsLoudspeaker }) {
            return "arming \(playouts[index].slot.title)"
        }
        if let fault = faults.all.first { return "fault: \(fault.message)" }
        return state
    }

    var statusJSON: JSON {
        .object([
            .init("station", ["id": .string(settings.station), "name": .string(settings.name)]),
            .init("version", .string(settings.version)),
            .init("state", .string(state)),
            .init(
                "clock",
                [
                    "trust": .string(trust.rawValue), "now": .string(text(now.wall)),
                    "zone": .string(settings.zoneName),
                    "errorMicroseconds": now.isSynchronised ? .integer(now.errorMicroseconds) : .null,
                ]),
            .init("playing", playingJSON),
            .init(
                "next",
                nextSlots(limit: 1, until: now.wall + .seconds(86_400 * 366)).first.map {
                    .object(members(of: $0))
                } ?? .null),
            .init("upstreams", .array(settings.upstreams.map(json))),
            .init("device", deviceJSON),
            .init(
                "storage",
                [
                    "freeBytes": .integer(freeBytes ?? 0),
                    "contentBytes": .integer(pull.contentBytes),
                ]),
            .init("proof", proofJSON),
            .init(
                "faults",
                .array(faults.all.flatMap(json))),
        ])
    }

    /// An entry for each thing that is wrong, as far as a person reads.
    func json(_ fault: Faults.Fault) -> [JSON] {
        let more = fault.messages.count - Faults.mostListed
        let messages = fault.messages.prefix(Faults.mostListed) + (more > 0 ? ["and \(more) more"] : [])
        return messages.map {
            [
                "code": .string(fault.code.name), "since": .string(text(fault.since)), "message": .string($0),
            ]
        }
    }

    private var playingJSON: JSON {
        guard let playout = playouts.first(where: \.isSounding), let started = playout.current.startedAt
        else {
            return .null
        }
        let item = playout.current.items.last.flatMap {
            playout.reports.indices.contains($0.index) ? playout.reports[$0.index] : nil
        }
        return [
            "programme": .string(playout.slot.programme),
            "title": .string(playout.slot.title),
            "class": .string(playout.slot.programmeClass.rawValue),
            "item": item.map { .string($0.path) } ?? .null,
            "startedAt": .string(text(playout.measured.startedAt ?? now.wall(of: started))),
            "positionSeconds": .tenths(Double(playout.current.position.nanoseconds) / 1e9),
        ]
    }

    private var deviceJSON: JSON {
        let xruns = playouts.filter(\.holdsLoudspeaker).reduce(0) { $0 + $1.current.xruns }
        let (name, state, rate, channels): (String, String, JSON, JSON) =
            switch card {
            case .open(let name, let rate, let channels):
                (name, "open", .integer(Int64(rate)), .integer(Int64(channels)))
            case .lost(let name, let reason, _): (name, reason.rawValue, .null, .null)
            case .closed: (settings.deviceName, cardLoss?.rawValue ?? "closed", .null, .null)
            }
        return [
            "name": .string(name), "state": .string(state), "rate": rate, "channels": channels,
            "xruns": .integer(Int64(xruns)),
        ]
    }

    // MARK: What is to come

    func nextJSON(days: Int) -> JSON {
        .array(
            nextSlots(limit: Self.mostSlots, until: now.wall + .seconds(86_400 * max(1, days))).map(json))
    }

    func nextSlots(limit: Int, until: Instant) -> [Slot] {
        guard let timetable = active?.timetable else { return [] }
        if limit == 1 {
            return timetable.next(after: now.wall).map { $0.scheduled < until ? [$0] : [] } ?? []
        }
        return timetable.slots(from: now.wall, until: until, limit: limit)
    }

    /// The slot that a question is about, as `next` has it, where it is still to come or under way.
    package func slotToCome(_ question: Why.Question) -> JSON? {
        guard let timetable = active?.timetable else { return nil }
        func isOpen(_ slot: Slot) -> Bool {
            !log.isSettled(slot.id)
                && (slot.scheduled >= now.wall || playouts.contains { $0.slot.id == slot.id })
        }
        switch question {
        case .slot(let id): return timetable.slot(id: id).flatMap { isOpen($0) ? whole($0) : nil }
        case .time(let time):
            let near = timetable.slots(
                from: time - Why.reach, until: time + Why.reach, limit: Self.slotsPerCall)
            let nearest = near.filter(isOpen).min {
                abs(($0.scheduled - time).nanoseconds) < abs(($1.scheduled - time).nanoseconds)
            }
            return nearest.map(whole)
        }
    }

    /// What `why` says of a slot to come: what `next` does, and the whole of what stands against it.
    private func whole(_ slot: Slot) -> JSON { .object((json(slot).members ?? []) + outlook(of: slot)) }

    /// What `next` says of a slot: what `status` does, and by which name to ask `why`.
    private func json(_ slot: Slot) -> JSON {
        .object(
            members(of: slot) + [
                .init("slot", .string(slot.id)),
                .init("until", slot.hardEnd.map { .string(text($0)) } ?? .null),
            ])
    }

    func members(of slot: Slot) -> [JSON.Member] {
        let problem = problem(of: slot)
        return [
            .init("programme", .string(slot.programme)), .init("title", .string(slot.title)),
            .init("class", .string(slot.programmeClass.rawValue)), .init("at", .string(text(slot.scheduled))),
            .init("ready", .bool(problem == nil && isContentVerified(of: slot))),
            .init("problem", problem.map { .string($0.rawValue) } ?? .null),
        ]
    }

    /// What would keep a slot from sounding, as far as it is known today.
    private func problem(of slot: Slot) -> Reason? {
        if trust == .untrusted { return .clockUntrusted }
        let playout = playouts.first { $0.slot.id == slot.id }
        let isBegun = playout?.isBegun ?? false
        if !isBegun, isStoppedRepeat(slot) { return .stoppedByHand }
        if let problem = contentProblem(of: slot) { return problem }
        if let cardLoss { return cardLoss }
        if let end = clock.holdoverEnd(at: now), end < slot.scheduled { return .clockUntrusted }
        let wish = Guard.Wish(
            origin: .timetable, programmeClass: slot.programmeClass, start: slot.scheduled,
            hardEnd: slot.hardEnd,
            zone: settings.zone, emergenciesToday: emergencies(on: slot.scheduled), isBegun: isBegun)
        if case .refused(let reason) = guardian.judge(wish, at: now, trust: trust) { return reason }
        return nil
    }

    func contentProblem(of slot: Slot) -> Reason? {
        if let playout = playouts.first(where: { $0.slot.id == slot.id }) {
            if !playout.reports.isEmpty { return nil }
            if let reason = playout.blocked { return reason }
        }
        if let check = contentChecks[slot.id] { return check.problem }
        return items(of: slot).isEmpty ? .noContent : nil
    }

    /// Whether somebody has hashed the slot's content and decoded it to its end; without that no slot is ready.
    private func isContentVerified(of slot: Slot) -> Bool {
        contentChecks[slot.id] != nil
            || playouts.contains { $0.slot.id == slot.id && !$0.reports.isEmpty }
    }
}
