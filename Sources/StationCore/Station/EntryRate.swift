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
        var since: MonotonicInstant
        var written = 0
        var leftOut = 0
    }
    private var counts: [Subject: Count] = [:]

    /// Counts one more entry.
    ///
    /// - Returns: how many were left out before this one; nil when it is to be left out too.
    mutating func admit(_ subject: Subject, at now: MonotonicInstant) -> Int? {
        if counts.count >= Self.mostSubjects {
            counts = counts.filter { now - $0.value.since < .seconds(3600) }
        }
        if counts.count >= Self.mostSubjects { counts = [:] }
        var count = counts[subject] ?? Count(since: now)
        if now - count.since >= .seconds(3600) { (count.since, count.written) = (now, 0) }
        let isAdmitted = count.written < Self.perHour
        defer { counts[subject] = count }
        guard isAdmitted else {
            count.leftOut += 1
            return nil
        }
        count.written += 1
        defer { count.leftOut = 0 }
        return count.leftOut
    }
}

extension Station {
    /// Writes an entry, unless there were too many on its subject lately.
    mutating func appendRated(_ subject: EntryRate.Subject, _ body: [JSON.Member]) {
        guard let leftOut = rates.admit(subject, at: now.monotonic) else { return }
        append(
            subject.kind, body + (leftOut > 0 ? [.init("leftOut", .integer(Int64(leftOut)))] : []))
    }
}
