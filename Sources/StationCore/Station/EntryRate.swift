import StationTrust

/// How often the log may say what may flap: a clock that is lost every minute, a card with a loose plug (I11, T34).
///
/// The first of a run is told at once; who reads on sees from the next entry how many were left out.
struct EntryRate: Sendable {
    /// What flaps by itself.
    enum Subject: Hashable, Sendable {
        case clock
        case device
        case fault(Faults.Code)

        var kind: Entry.Kind {
            switch self {
            case .clock: .clock
            case .device: .device
            case .fault: .fault
            }
        }
    }

    /// At most so many entries on one subject in an hour.
    static let perHour = 20
    /// So many subjects are kept apart.
    static let mostSubjects = 256

    private struct Count {
        var subject: Subject
        var since: MonotonicInstant
        var written = 0
        var leftOut = 0
        /// The last entry, if it was left out.
        var pending: [JSON.Member]?
    }
    /// In the order of `since`.
    private var counts: [Count] = []

    /// Counts one more entry.
    ///
    /// - Returns: how many were left out before this one; nil when it is to be left out too.
    mutating func admit(_ subject: Subject, _ body: [JSON.Member], at now: MonotonicInstant) -> Int? {
        var place = counts.firstIndex { $0.subject == subject }
        var leftOut = 0
        if let old = place, now - counts[old].since >= Self.hour {
            leftOut = counts.remove(at: old).leftOut
            place = nil
        }
        if place == nil {
            if counts.count >= Self.mostSubjects { counts.removeFirst() }
            counts.append(Count(subject: subject, since: now, leftOut: leftOut))
        }
        let index = place ?? counts.count - 1
        guard counts[index].written < Self.perHour else {
            counts[index].leftOut += 1
            counts[index].pending = body
            return nil
        }
        counts[index].written += 1
        defer { counts[index].leftOut = 0 }
        return counts[index].leftOut
    }

    /// Notes that the subject's state was told without being counted: what was left out is not its last one.
    mutating func tell(_ subject: Subject) {
        if let index = counts.firstIndex(where: { $0.subject == subject }) { counts[index].pending = nil }
    }

    /// The first last state whose hour is over.
    func due(at now: MonotonicInstant) -> (subject: Subject, body: [JSON.Member])? {
        counts.first { $0.pending != nil && now - $0.since >= Self.hour }.flatMap { count in
            count.pending.map { (count.subject, $0) }
        }
    }

    /// When the next last state is to be told.
    var nextDue: MonotonicInstant {
        counts.first { $0.pending != nil }.map { $0.since + Self.hour } ?? .distantFuture
    }

    private static let hour = Duration.seconds(3600)
}

extension Station {
    /// Writes an entry, unless there were too many on its subject lately.
    mutating func appendRated(_ subject: EntryRate.Subject, _ body: [JSON.Member]) {
        guard let leftOut = rates.admit(subject, body, at: now.monotonic) else { return }
        append(
            subject.kind, body + (leftOut > 0 ? [.init("leftOut", .integer(Int64(leftOut)))] : []))
    }

    /// Writes the last state of what flapped for more than an hour's entries.
    mutating func tellLastStates() {
        while let (subject, body) = rates.due(at: now.monotonic) { appendRated(subject, body) }
    }
}
