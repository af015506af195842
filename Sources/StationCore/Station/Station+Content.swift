import StationTrust

// What slots play: each item is hashed and decoded to its end before its slot.

extension [ItemReport] {
    /// Why none of the items can be played, or not all of them whole.
    var blockingReason: Reason {
        contains { $0.problem != nil && $0.problem != .missing } ? .badContent : .noContent
    }
}

extension ItemReport {
    /// What is wrong with the item itself, for a person, whatever plays instead.
    var problemText: String? {
        switch problem {
        case nil: nil
        case .missing: "\(itemPath): not there"
        case .bad(let why): "\(itemPath): \(why)"
        case .spoiled: "\(itemPath): the disk has not kept it; it is fetched again"
        }
    }
}

extension Station {
    /// The content of a slot: the entries of all its variants, one after the other.
    func items(of slot: Slot) -> [ContentItem] { active?.items(of: slot) ?? [] }

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
            if !playout.slot.isByHand { lookAtSurroundings() }
        }
    }

    /// Whether an item is not there yet and may still come.
    func isComing(_ item: ContentItem) -> Bool {
        if case .target(_, _, let content?) = item.source { pull.isComing(content) } else { false }
    }

    /// Whether a slot came too late, with the timetable that has it, for its content to be there when it is looked at.
    private func cameTooLate(_ slot: Slot) -> Bool {
        log.timetableChange(of: slot.versionName).map { slot.scheduled - Self.preflightLead < $0 } ?? false
    }

    /// Lets what the disk has spoiled or lost be fetched again.
    mutating func replaceSpoiled(_ reports: [ItemReport], of items: [ContentItem]) {
        let names = zip(reports, items).compactMap { report, item -> String? in
            guard report.problem == .spoiled || report.problem == .missing,
                case .target(_, _, let content?) = item.source
            else { return nil }
            return pull.spoiled(content, at: now.monotonic)
        }
        if !names.isEmpty { emit(.evict(names)) }
    }

    mutating func preflighted(_ play: PlayID, _ reports: [ItemReport]) {
        guard let index = index(of: play), case .preflighting = playouts[index].phase else {
            emit(.discard(play: play))
            return
        }
        playouts[index].reports = reports
        replaceSpoiled(reports, of: playouts[index].items)
        let slot = playouts[index].slot
        // Where nothing can be played yet it is looked at again.
        let isLookedAtAgain = cameTooLate(slot) && !reports.contains(where: \.isPlayable) && !slot.isByHand
        let problems = zip(reports, playouts[index].items).compactMap { report, item in
            isLookedAtAgain && isComing(item) ? nil : report.problemText
        }
        raise(.content(slot: slot.id), problems.map { "\(slot.id): \($0)" })
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

extension SignedTimetable {
    /// The content of a slot: the entries of all its variants, one after the other.
    package func items(of slot: Slot) -> [ContentItem] {
        timetable.entries(of: slot).map { language, entry in
            ContentItem(
                source: source(entry.source, of: slot.upstream), title: entry.title, language: language,
                fallback: entry.fallback.map { source(.file($0), of: slot.upstream) })
        }
    }

    /// Where an entry's content comes from, and what it must be.
    private func source(_ entry: Playlist.Source, of upstream: String) -> ContentItem.Source {
        switch entry {
        case .file(let path): .target(upstream: upstream, path: path, content(of: path, upstream: upstream))
        case .live(let url): .live(url: url)
        case .input(let name): .input(name: name)
        case .refused(let line, let why): .refused(line: line, why: why)
        }
    }
}
