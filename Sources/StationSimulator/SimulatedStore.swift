package import StationCore

/// A disk and a `/run` in memory, by the contract written at `Effect`.
///
/// Fault model. An append is *written* when it is taken up and *durable* when it completes; between the two a power
/// cut keeps it or not, as the world decides. A disk that refuses either has nothing of the entry or has it all the
/// same (a time-out after success is the common case). A disk that stalls answers nothing until it goes on. `/run` is
/// lost with the power and only then. Not modelled: damage to what was durable, which no station can repair.
package final class SimulatedStore {
    /// How the disk behaves.
    package enum Behaviour: Hashable, Sendable {
        case sound
        /// Refuses, and has nothing of the entry.
        case refuses
        /// Refuses, and has it all the same.
        case refusesButKeeps
        /// Does not answer.
        case stalls
    }

    /// What the store has been asked to do and has not done.
    private enum Job: Sendable {
        case append(EffectID, Entry)
        case record(EffectID, PositionRecord)
    }

    /// What the disk does with what it is asked.
    package var behaviour = Behaviour.sound
    /// Whether `/run` refuses too.
    package var isRunFull = false
    /// The log on disk, in order; survives everything.
    package private(set) var entries: [Entry] = []
    package private(set) var position: PositionRecord?
    private var summary = LogSummary()
    private var jobs: [Job] = []
    /// Entries that a refusing disk has all the same, after `entries`.
    private var doubtful: [Entry] = []
    /// The end of the disk's log is anybody's guess.
    private var isDoubtful = false
    /// Entries that were appended and are not on disk, as far as the station's side knows.
    private var backlog: [Entry] = []
    private var run: [Int64: Entry] = [:]
    /// Bytes of an entry that a power cut left half written; the recovery cuts them.
    private var tornBytes: Int64 = 0

    /// Makes an empty store.
    package init() {}

    /// How many entries survive everything.
    package var lines: Int64 { Int64(entries.count) }

    /// Has a log on the disk of which only the summary counts.
    package func begin(with log: LogSummary) { summary = log }

    /// The disk as it was once.
    struct Image {
        fileprivate var entries: [Entry]
        fileprivate var summary: LogSummary
        fileprivate var position: PositionRecord?
    }

    var image: Image { Image(entries: entries, summary: summary, position: position) }

    /// Puts another disk in; an empty one for nil.
    func restore(_ image: Image?) {
        (entries, summary, position) = (
            image?.entries ?? [], image?.summary ?? LogSummary(), image?.position
        )
        (tornBytes, run) = (0, [:])
    }

    /// Whether something waits to be done.
    package var hasWork: Bool { !jobs.isEmpty && behaviour != .stalls }

    /// Takes up an effect that is the store's.
    ///
    /// - Returns: the completion, for the one effect that does not wait; nil for others, and for effects that are
    ///   not the store's.
    package func carryOut(_ effect: Effect) -> Completion? {
        switch effect.action {
        case .append(let entry): jobs.append(.append(effect.id, entry))
        case .recordPosition(let record): jobs.append(.record(effect.id, record))
        case .appendInRun(let entry): return .appended(keepInRun(through: entry))
        default: break
        }
        return nil
    }

    /// Does the next thing that waits.
    package func work() -> (EffectID, Completion)? {
        guard hasWork else { return nil }
        switch jobs.removeFirst() {
        case .append(let id, let entry): return (id, .appended(append(entry)))
        case .record(let id, let record):
            guard behaviour == .sound else { return (id, .failed("the disk refuses")) }
            position = record
            return (id, .done)
        }
    }

    private func append(_ entry: Entry) -> Durability {
        backlog.append(entry)
        guard behaviour == .sound else {
            // The next attempt begins by cutting what the last one left behind, and fails there.
            doubtful = behaviour == .refusesButKeeps && !isDoubtful ? backlog : []
            isDoubtful = true
            return keep(backlog)
        }
        // The doubtful end is cut, and everything is written again.
        flush()
        return .durable
    }

    /// Puts on a disk that works again what it refused before.
    ///
    /// - Returns: whether there was something, and the disk has taken it.
    package func retry() -> Bool {
        guard behaviour == .sound, !backlog.isEmpty else { return false }
        flush()
        return true
    }

    private func flush() {
        doubtful = []
        isDoubtful = false
        take(backlog)
        backlog = []
        // Not what `/run` took for an append that the disk has not come to.
        run = run.filter { $0.key >= summary.nextIndex }
    }

    private func take(_ new: [Entry]) {
        for entry in new where summary.fold(entry.json) { entries.append(entry) }
    }

    private func keep(_ entries: [Entry]) -> Durability {
        guard !isRunFull else { return .inMemory }
        for entry in entries { run[entry.index] = entry }
        return .inRun
    }

    private func keepInRun(through last: Entry) -> Durability {
        let waiting = jobs.compactMap { job in
            if case .append(_, let entry) = job, entry.index <= last.index { entry } else { nil }
        }
        return keep(backlog + waiting)
    }

    /// Ends the daemon without a warning.
    ///
    /// - Parameters:
    ///   - losesPower: whether `/run` goes too.
    ///   - keptInFlight: so many of the entries that were written and not yet durable are on the disk all the same.
    ///   - isTorn: whether of the next one there are some bytes.
    package func crash(losesPower: Bool, keptInFlight: Int, isTorn: Bool = false) {
        let written = jobs.compactMap { job in if case .append(_, let entry) = job { entry } else { nil } }
        let inFlight = behaviour == .refuses ? [] : (behaviour == .sound ? written.prefix(keptInFlight) : [])
        if isTorn, written.count > inFlight.count {
            tornBytes = Int64(written[inFlight.count].terminatedLine.count / 2)
        }
        if !doubtful.isEmpty { take(doubtful) }
        if backlog.isEmpty { take(Array(inFlight)) }
        if losesPower { run = [:] }
        jobs = []
        backlog = []
        doubtful = []
        isDoubtful = false
    }

    /// What the disk remembers; `/run`'s entries are put on the disk where it takes them.
    package func recover(boot: String) -> Recovery {
        let kept = run.values.sorted { $0.index < $1.index }.filter { $0.index >= summary.nextIndex }
        var log = summary
        let usable = kept.filter { log.fold($0.json) }
        if behaviour == .sound {
            take(usable)
            run = [:]
        } else {
            backlog = usable
        }
        defer { tornBytes = 0 }
        return Recovery(
            log: log, position: position, boot: boot, tornBytes: tornBytes,
            durability: backlog.isEmpty ? .durable : .inRun)
    }
}
