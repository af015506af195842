import StationTrust

// What slots play: content is looked at early, so that a problem shows in the evening, and again before its slot.

/// What an early look at a slot's content found.
struct ContentCheck: Hashable, Sendable {
    /// Why nothing of it can be played; nil when something can.
    var problem: Reason?
    /// What is wrong, item by item.
    var messages: [String]

    init(reports: [ItemReport]) {
        problem = reports.contains(where: \.isPlayable) ? nil : reports.blockingReason
        messages = reports.isEmpty ? ["nothing to play"] : reports.compactMap(\.problemText)
    }
}

extension [ItemReport] {
    /// Why none of the items can be played, or not all of them whole.
    var blockingReason: Reason {
        contains { if case .bad = $0.problem { true } else { false } } ? .badContent : .noContent
    }
}

extension ItemReport {
    /// What is wrong with the item itself, for a person, whatever plays instead.
    var problemText: String? {
        switch problem {
        case nil: nil
        case .missing: "\(itemPath): not there"
        case .bad(let why): "\(itemPath): \(why)"
        }
    }
}

extension Station {
    /// The content of a slot: the entries of all its variants, one after the other.
    func items(of slot: Slot) -> [ContentItem] {
        guard let timetable = active?.timetable else { return [] }
        return timetable.entries(of: slot).map { language, entry in
            ContentItem(
                source: .init(entry.source, upstream: slot.upstream), title: entry.title, language: language,
                fallback: entry.fallback.map { .channel(upstream: slot.upstream, path: $0) })
        }
    }

    mutating func startPreflights() {
        for index in playouts.indices
        where playouts[index].phase == .waiting
            && playouts[index].slot.scheduled - Self.preflightLead <= now.wall
        {
            if let retry = playouts[index].retryAt, retry > now.monotonic { continue }
            let playout = playouts[index]
            if playout.items.isEmpty {
                playouts[index].blocked = .noContent
                playouts[index].phase = .ready
                continue
            }
            emit(
                .preflight(
                    play: playout.play, items: playout.items, urgency: Urgency(playout.precedence),
                    scheduled: playout.slot.scheduled),
                for: .preflight(playout.play))
            playouts[index].phase = .preflighting
        }
    }

    /// Looks at the next slot's content as soon as it is known, so that a problem shows in the evening.
    mutating func checkNextContent() {
        guard trust != .untrusted, playouts.isEmpty,
            let next = upcoming?.slots.last, contentChecks[next.id] == nil,
            !purposes.values.contains(where: { if case .contentCheck = $0 { true } else { false } })
        else { return }
        let items = items(of: next)
        guard !items.isEmpty else {
            noteContent(ContentCheck(reports: []), of: next.id)
            return
        }
        if contentChecks.count > Self.slotsPerCall { forgetContentChecks() }
        let play = newPlay()
        emit(
            .preflight(play: play, items: items, urgency: .early, scheduled: next.scheduled),
            for: .contentCheck(slot: next.id, play))
    }

    /// Notes what an early look at a slot's content found; a problem is a fault in the evening.
    mutating func noteContent(_ check: ContentCheck, of slot: String) {
        contentChecks[slot] = check
        raise(.content(slot: slot), check.messages.map { "\(slot): \($0)" })
    }

    mutating func preflighted(_ play: PlayID, _ reports: [ItemReport]) {
        guard let index = index(of: play), case .preflighting = playouts[index].phase else {
            emit(.discard(play: play))
            return
        }
        playouts[index].reports = reports
        let slot = playouts[index].slot
        raise(.content(slot: slot.id), reports.compactMap(\.problemText).map { "\(slot.id): \($0)" })
        guard reports.contains(where: \.isPlayable) || slot.isByHand else {
            // It may arrive yet: it is looked at again until the slot is over.
            playouts[index].blocked = reports.blockingReason
            return lookAgain(index, at: now.monotonic + Self.preflightRetry)
        }
        if let reason = playouts[index].blocked, reason == .noContent || reason == .badContent {
            playouts[index].blocked = nil
        }
        playouts[index].phase = .ready
        if slot.isByHand { playouts[index].slot.becomeDue(at: now.wall) }
        if reports.contains(where: \.isPlayable) { return answerAsker(of: index) }
        // What a person handed over does not change any more.
        let reason = reports.blockingReason
        answerAsker(
            of: index, refusal: (reason, reports.compactMap(\.problemText).joined(separator: "; ")))
        finish(index, reason: reason)
    }

    /// Forgets what is known of a playout's content, and looks at it again at that instant.
    mutating func lookAgain(_ index: Int, at instant: MonotonicInstant) {
        playouts[index].phase = .waiting
        playouts[index].reports = []
        playouts[index].retryAt = instant
        emit(.discard(play: playouts[index].play))
    }

    /// Looks at content again: it may be another.
    mutating func forgetContentChecks(where isMeant: (ContentCheck) -> Bool = { _ in true }) {
        let forgotten = contentChecks.filter { isMeant($0.value) }.keys.sorted()
        for slot in forgotten {
            contentChecks[slot] = nil
            if !playouts.contains(where: { $0.slot.id == slot }) { clear(.content(slot: slot)) }
        }
        // A look under way may have seen what is there no more.
        for (id, purpose) in purposes {
            if case .contentCheck(_, let play) = purpose {
                purposes[id] = .contentCheck(slot: nil, play)
            }
        }
    }
}

extension Urgency {
    fileprivate init(_ precedence: Playout.Precedence) {
        switch precedence {
        case .normal: self = .normal
        case .priority: self = .priority
        case .person: self = .person
        case .emergency: self = .emergency
        }
    }
}

extension ContentItem.Source {
    init(_ source: Playlist.Source, upstream: String) {
        switch source {
        case .file(let path): self = .channel(upstream: upstream, path: path)
        case .live(let url): self = .live(url: url)
        case .input(let name): self = .input(name: name)
        case .refused(let line, let why): self = .refused(line: line, why: why)
        }
    }
}
