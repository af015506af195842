package import StationTrust

/// Why a slot sounded as it did, or did not: folds the log and picks what tells of it.
///
/// The log is long and read once: of everything but the slot itself only the newest entry of a kind is kept, because
/// what held when the slot ended is what explains it.
package struct Why: Sendable {
    /// What is asked about.
    package enum Question: Hashable, Sendable {
        case slot(String)
        /// The slot that sounded, or was due, at or nearest to that instant.
        case time(Instant)
    }

    /// A slot that is further from the time asked about is another one.
    static let reach = Duration.seconds(30 * 60)
    /// What happened so long before a slot, and until it was over, is told with it.
    private static let prelude = Duration.seconds(15 * 60)
    /// So many entries of one slot are kept, and so many kinds of others.
    private static let mostEntries = 64

    /// The members of an entry that `wants` looks at.
    package static let members = ["kind"]

    private let question: Question
    /// The slot as `next` has it, where it is still to come.
    private let next: JSON?
    /// Where that is when a time was asked about.
    private let nextAt: Instant?
    /// The programme's next slot, for one that is over.
    private let again: JSON?
    /// The newest entries of what people did and what broke, in order.
    private var recent: [JSON] = []
    /// The newest entry of each kind, by what it is about.
    private var newest: [(key: String, entry: JSON)] = []
    /// The entries of slots that have no outcome yet.
    private var open: [Begun] = []
    private var best: Found?

    /// A slot that has begun, with the timetable that was in force then.
    private struct Begun {
        var slot: String
        var entries: [JSON]
        var timetable: JSON?
    }

    /// A slot that may be meant.
    private struct Found {
        var distance: Duration
        var outcome: JSON?
        var entries: [JSON]
        var timetable: JSON?
    }

    /// Asks.
    ///
    /// - Parameters:
    ///   - question: the slot, or the time.
    ///   - next: the slot as `next` has it, where the timetable still has it to come.
    ///   - again: the next slot of the programme that was due then.
    package init(_ question: Question, next: JSON?, again: JSON? = nil) {
        self.question = question
        self.next = next
        self.again = again
        nextAt = next?["at"]?.text.flatMap(RFC3339.instant(of:))
    }

    /// Whether an entry may matter, by its `members`.
    package func wants(_ entry: JSON) -> Bool { entry["kind"] != nil }

    /// Folds an entry.
    package mutating func take(_ entry: JSON) {
        guard let kind = entry["kind"]?.text.flatMap(Entry.Kind.init) else { return }
        if [.boot, .clock, .device, .command, .fault].contains(kind) {
            recent = recent.suffix(Self.mostEntries - 1) + [entry]
        }
        switch kind {
        case .intent: takeIntent(entry)
        case .outcome: takeOutcome(entry)
        case .boot, .clock, .timetable, .device: keep(kind.rawValue, entry)
        case .command:
            let isAccepted = entry["accepted"]?.bool ?? true
            keep((isAccepted ? "command " : "refused ") + (entry["verb"]?.text ?? ""), entry)
        case .fault: keep("fault " + (entry["code"]?.text ?? ""), entry)
        }
    }

    private mutating func keep(_ key: String, _ entry: JSON) {
        newest.removeAll { $0.key == key }
        if newest.count >= Self.mostEntries { newest.removeFirst() }
        newest.append((key, entry))
    }

    private mutating func takeIntent(_ entry: JSON) {
        guard let slot = entry["slot"]?.text else { return }
        if let index = open.firstIndex(where: { $0.slot == slot }) {
            open[index].entries = open[index].entries.suffix(Self.mostEntries - 1) + [entry]
        } else {
            if open.count >= Self.mostEntries { open.removeFirst() }
            open.append(Begun(slot: slot, entries: [entry], timetable: newest(of: ["timetable"]).last))
        }
    }

    private mutating func takeOutcome(_ entry: JSON) {
        guard let slot = entry["slot"]?.text else { return }
        let begun = open.first { $0.slot == slot }
        open.removeAll { $0.slot == slot }
        defer { keep("outcome", entry) }
        guard let distance = distance(of: entry), distance <= best?.distance ?? Self.reach else { return }
        // Of several at one time, what was heard whole raises no question.
        let isPlayed = entry["result"]?.text == "played"
        if isPlayed, let best, best.distance == distance, best.outcome?["result"]?.text != "played" { return }
        let reason = entry["reason"]?.text.flatMap(Reason.init)
        let asked = Slot.isByHand(slot) ? newest(of: ["command play", "command test"]).suffix(1) : []
        let others = reason.map { explaining($0) } ?? []
        best = Found(
            distance: distance, outcome: entry,
            entries: Self.inOrder(
                (begun?.entries ?? []) + asked + others + happened(around: entry) + [entry]),
            timetable: begun?.timetable ?? newest(of: ["timetable"]).last)
    }

    /// What people did and what broke from a quarter of an hour before a slot until its outcome, and what was broken
    /// already.
    private func happened(around outcome: JSON) -> [JSON] {
        func wall(_ entry: JSON) -> Instant? { entry["wall"]?.text.flatMap(RFC3339.instant(of:)) }
        guard let due = outcome["scheduled"]?.text.flatMap(RFC3339.instant(of:)), let end = wall(outcome)
        else {
            return []
        }
        let then = recent.filter { entry in
            wall(entry).map { due - Self.prelude <= $0 && $0 <= end } ?? false
        }
        let standing = newest.map(\.entry).filter {
            $0["kind"]?.text == Entry.Kind.fault.rawValue && $0["state"]?.text == "raised" && wall($0) != nil
        }
        return then + standing
    }

    /// How far a slot's entry is from what is asked about; nil when it is another slot's.
    private func distance(of entry: JSON) -> Duration? {
        switch question {
        case .slot(let slot): return entry["slot"]?.text == slot ? .zero : nil
        case .time(let time):
            let times = ["scheduled", "startAt", "startedAt", "endedAt"].compactMap {
                entry[$0]?.text.flatMap(RFC3339.instant(of:))
            }
            guard let first = times.min(), let last = times.max() else { return nil }
            return time < first ? first - time : time > last ? time - last : .zero
        }
    }

    // MARK: What explains a reason

    /// The entries of others that tell why a slot ended so.
    private func explaining(_ reason: Reason) -> [JSON] {
        switch reason {
        case .clockUntrusted: newest(of: ["boot", "clock", "fault clock-untrusted"])
        case .outsideHours: newest(of: ["clock", "timetable"])
        case .muted: newest(of: ["command mute"])
        case .noContent, .badContent: newest(of: ["timetable", "fault content", "fault timetable"])
        case .deviceMissing, .deviceBusy, .deviceStalled:
            newest(of: ["device", "fault device"])
        case .preEmpted, .overlap: open.flatMap(\.entries) + newest(of: ["outcome"])
        case .late: newest(of: ["boot", "clock", "fault device", "fault content", "outcome"])
        case .powerLost, .off: newest(of: ["boot"])
        case .stoppedByHand: newest(of: ["command stop"])
        case .withdrawn: newest(of: ["timetable"])
        case .permitEnded: newest(of: ["command mute"])
        }
    }

    private func newest(of keys: [String]) -> [JSON] {
        newest.filter { keys.contains($0.key) }.map(\.entry)
    }

    private static func inOrder(_ entries: [JSON]) -> [JSON] {
        let sorted = entries.sorted { ($0["index"]?.integer ?? 0) < ($1["index"]?.integer ?? 0) }
        // One may tell of several things.
        return sorted.reduce(into: []) { told, entry in
            if told.last?["index"] == nil || told.last?["index"] != entry["index"] { told.append(entry) }
        }
    }

    // MARK: Answer

    /// The answer: `{slot, programme, title, scheduled, result, reason, outcome, next, again, timetable, entries}`.
    ///
    /// `result` is that of the outcome, `playing` where the slot has begun, `to-come` where it is due later, and null
    /// where nothing is known; `timetable` is the entry of the timetable that was in force; `entries` are those of the
    /// log that tell of it, in order; `again` is the next slot of the programme, where this one is over.
    package var answer: Reply {
        // What sounds now is nearer than what ended before it.
        let known = [best, running].compactMap(\.self).min { $0.distance < $1.distance }
        if let known, nextDistance.map({ known.distance <= $0 }) ?? true {
            return Reply(.fine, json(of: known.entries.last ?? .null, known))
        }
        if let next {
            return Reply(.fine, json(of: next, nil))
        }
        let about: JSON = if case .slot(let slot) = question { .string(slot) } else { .null }
        return Reply(
            .refused,
            [
                "error": "the log and the timetable know of no such slot", "slot": about, "outcome": .null,
                "next": .null, "again": .null, "timetable": .null, "entries": [],
            ])
    }

    private var nextDistance: Duration? {
        guard next != nil else { return nil }
        guard case .time(let time) = question, let at = nextAt else { return .zero }
        return .nanoseconds(abs((at - time).nanoseconds))
    }

    /// A slot that has begun and has no outcome yet.
    private var running: Found? {
        let found = open.compactMap { slot in
            slot.entries.last.flatMap(distance).map {
                Found(distance: $0, outcome: nil, entries: slot.entries, timetable: slot.timetable)
            }
        }
        return found.filter { $0.distance <= Self.reach }.min { $0.distance < $1.distance }
    }

    private func json(of entry: JSON, _ found: Found?) -> JSON {
        let (isToCome, outcome) = (found == nil, found?.outcome)
        let result: JSON = outcome?["result"] ?? (isToCome ? "to-come" : "playing")
        let isAgain =
            again?["slot"]?.text.map(Slot.programme(of:)) == entry["slot"]?.text.map(Slot.programme(of:))
        let against = (entry["against"]?.elements ?? []).compactMap {
            $0["reason"]?.text.flatMap(Reason.init)
        }
        let entries = found?.entries ?? Self.inOrder(against.flatMap { explaining($0) })
        return [
            "slot": entry["slot"] ?? .null, "programme": entry["programme"] ?? .null,
            "title": entry["title"] ?? .null, "class": entry["class"] ?? .null,
            "scheduled": entry["scheduled"] ?? entry["at"] ?? .null, "result": result,
            "reason": outcome?["reason"] ?? (isToCome ? entry["problem"] : nil) ?? .null,
            "outcome": outcome ?? .null, "next": isToCome ? entry : .null,
            "again": !isToCome && isAgain ? again ?? .null : .null,
            "timetable": found?.timetable ?? .null, "entries": .array(entries),
        ]
    }
}
