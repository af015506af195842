import StationCore
import StationHost
import StationTrust
import TerminalText

/// Checks one log against what is remembered of it; `LogVerdict` says what it finds.
struct LogCheck {
    private let log: StoredLog
    private let keys: [NoteKey]
    private let known: StationMemory.Log?
    private var result: LogResult

    /// What the log has become, where all that is signed is there.
    private var seen: StationMemory.Log?

    /// Checks a log.
    ///
    /// - Parameters:
    ///   - log: where it lies.
    ///   - memory: which keys are trusted, and what the log was the last time.
    ///   - readsAll: whether what was read the last time is read again.
    ///   - progress: told now and then how many entries of it were read.
    /// - Returns: what was found, and what the log has become, which is nil unless all that is signed is there and fits.
    static func check(
        _ log: StoredLog, _ memory: StationMemory, readsAll: Bool,
        progress: (Int64) -> Void = { _ in }
    ) -> (result: LogResult, seen: StationMemory.Log?) {
        var check = LogCheck(log, memory)
        check.run(readsAll: readsAll, progress)
        return (check.result, check.result.verdict.isRemembered ? check.seen : nil)
    }

    private init(_ log: StoredLog, _ memory: StationMemory) {
        self.log = log
        keys = memory.keys
        known = memory[log.origin]
        result = LogResult(origin: log.origin)
        result.rememberedSize = known?.size
    }

    private mutating func run(readsAll: Bool, _ progress: (Int64) -> Void) {
        guard let head = head() else { return }
        (result.size, result.root) = (head.size, Base64.text(head.root.bytes))
        if let known, head.size <= known.size, compareHeads(head, known) { return }
        // A station may put up more while this is read; its head stays true, so a second look is enough.
        for _ in 0..<2 {
            var pass = LogPass(log, head: head, known: known)
            if let outcome = pass.run(readsAll: readsAll, progress: progress) { return take(outcome, head) }
            var diagnosis = LogDiagnosis(log, head: head, known: known)
            diagnosis.run()
            guard diagnosis.findings.isEmpty else {
                diagnosis.findings.forEach { result.add($0) }
                return
            }
        }
        result.add(LogText.unsteady(log))
    }

    // MARK: Head

    /// The head, if a trusted key has signed it for this log.
    private mutating func head() -> Checkpoint? {
        switch SignedHead(of: log, trusting: keys) {
        case .trusted(let head): return head
        case .missing: result.add(LogText.headMissing(log, known?.size))
        case .malformed: result.add(LogText.headMalformed(log))
        case .unreadable(let error): result.add(LogText.headUnreadable(log, error))
        case .keyUnknown(let ids): result.add(LogText.keyUnknown(log, ids))
        case .signatureBad(let id): result.add(LogText.signatureBad(log, id))
        case .ofAnother(let origin): result.add(LogText.headOfAnother(log, origin))
        }
        return nil
    }

    /// Compares a head with a remembered one that is not smaller; true where there is nothing else to be found.
    private mutating func compareHeads(_ head: Checkpoint, _ known: StationMemory.Log) -> Bool {
        guard head.size < known.size else {
            guard head.root != known.root else { return false }
            // Two signed heads of one size: nothing in the folder can make that good.
            let edge = try? log.readEntries(to: head.size) { _, _ in }
            result.add(
                LogText.forked(log, known, LogDifference.entries(log, known, now: edge, in: head.size)))
            return true
        }
        // What it signs must be there as it is in any log; how the remembered one ended is another question.
        var pass = LogPass(log, head: head, known: nil)
        let outcome = pass.run(readsAll: true)
        if outcome == nil {
            var diagnosis = LogDiagnosis(log, head: head, known: nil)
            diagnosis.run()
            diagnosis.findings.forEach { result.add($0) }
        }
        result.entriesRead = head.size
        result.add(older(head, known, outcome?.edge))
        return true
    }

    /// Whether a smaller head is the beginning of the remembered one, as far as anything here can tell.
    private func older(_ head: Checkpoint, _ known: StationMemory.Log, _ edge: MerkleEdge?) -> LogFinding {
        var before = MerkleEdge()
        // The entries behind it may still be there, in the tiles of then.
        let then = try? log.readEntries(to: known.size) { position, entry in
            if position < head.size { before.append(MerkleHash.leaf(entry)) }
        }
        let isThere = then == known.edge
        let isFork =
            isThere
            ? before.root() != head.root
            : edge.map { LogDifference.isCertain($0, known.edge) } ?? false
        if isFork {
            let entries = LogDifference.entries(log, known, now: edge, in: head.size)
            return LogText.forked(log, known, entries)
        }
        return LogText.rolledBack(log, head.size, known.size, isThere: isThere)
    }

    // MARK: What all of it makes

    private mutating func take(_ outcome: LogPass.Outcome, _ head: Checkpoint) {
        result.entriesRead = outcome.entriesRead
        for fault in outcome.faults { result.add(LogText.fault(fault, log)) }
        var seen = StationMemory.Log(
            origin: log.origin, edge: outcome.edge, root: head.root, lastIndex: outcome.lastIndex,
            files: outcome.files, isAcknowledged: known?.isAcknowledged ?? (log.number == 1))
        if outcome.lastIndex < 0 { seen.lastIndex = known?.lastIndex ?? -1 }
        self.seen = seen
        guard log.number > 1 else { return }
        guard let beginning = LogBeginning(of: log, head.size) else {
            return result.add(LogText.beginningMissing(log))
        }
        if !seen.isAcknowledged {
            result.add(LogText.newOrigin(log, from: beginning.from, beginning.message))
        }
    }
}
