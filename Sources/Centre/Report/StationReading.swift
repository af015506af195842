import StationCore
import StationTrust

/// Reads all logs of one station for a report, and counts nothing whose hashes do not lead to a signed head.
struct StationReading {
    let proofs: ProofFolder
    let period: ReportPeriod
    let now: Instant

    /// What is found of a station, and its finest rows if they are wanted.
    func read(_ station: String, wantsRows: Bool) -> (report: StationReport, rows: [ReportRow]) {
        var fold = StationFold(period)
        var logs: [StationReport.Log] = []
        var keys: [NoteKey] = []
        do throws(CentreError) {
            let memory = try proofs.memory(of: station)
            keys = memory.keys
            for log in proofs.logs(of: station) { logs.append(read(log, memory, &fold)) }
            // What was seen once and is not there any more.
            for known in memory.logs where !logs.contains(where: { $0.origin == known.origin }) {
                logs.append(.init(origin: known.origin, head: nil, doubt: .headMissing))
            }
        } catch {
            logs = [.init(origin: LogOrigin.keyName(of: station), head: nil, doubt: .unreadable)]
        }
        var report = fold.report(of: station, now: now)
        report.logs = logs
        report.keys = keys
        report.condition = StationCondition(of: station, in: proofs, trusting: keys)
        report.name = report.condition?.name ?? ""
        if report.groups.isEmpty { report.groups = report.condition?.groups ?? [] }
        return (report, wantsRows ? fold.rows : [])
    }

    /// Folds a log up to what is signed, or not at all.
    ///
    /// What was verified before counts up to there, though what has come since does not fit.
    private func read(
        _ log: StoredLog, _ memory: StationMemory, _ fold: inout StationFold
    ) -> StationReport.Log {
        var result = StationReport.Log(origin: log.origin)
        guard !memory.keys.isEmpty else {
            result.doubt = .notEnrolled
            return result
        }
        let known = memory[log.origin]
        let found = SignedHead(of: log, trusting: memory.keys)
        let head = found.trusted
        switch found {
        case .trusted: break
        case .missing: result.doubt = .headMissing
        case .keyUnknown: result.doubt = .unknownKey
        case .malformed, .signatureBad, .ofAnother: result.doubt = .tampered
        case .unreadable: result.doubt = .unreadable
        }
        if let head, let known, head.size == known.size, head.root != known.root { result.doubt = .forked }
        if let head, let known, head.size < known.size { result.doubt = .rolledBack }
        let remembered = known.map { Checkpoint(origin: $0.origin, size: $0.size, root: $0.root) }
        var edge = MerkleEdge()
        fold.beginLog()
        for target in [remembered, result.doubt == nil ? head : nil].compactMap(\.self)
        where target.size > edge.size || target != result.head {
            let before = fold
            do throws(LogReadingFailure) {
                edge = try extend(edge, to: target, of: max(target.size, head?.size ?? 0), log, &fold)
                result.head = target
            } catch {
                fold = before
                result.doubt = error.doubt
                return result
            }
        }
        if result.doubt == nil, known?.isAcknowledged != true, log.number > 1 { result.doubt = .lost }
        return result
    }

    private struct LogReadingFailure: Error {
        var doubt: LogDoubt
    }

    private func extend(
        _ edge: MerkleEdge, to target: Checkpoint, of size: Int64, _ log: StoredLog, _ fold: inout StationFold
    ) throws(LogReadingFailure) -> MerkleEdge {
        let found: MerkleEdge
        do {
            found = try log.readEntries(from: edge, to: target.size, of: size) { _, entry in fold.fold(entry)
            }
        } catch let failure as StoredLog.Failure {
            switch failure {
            case .missing: throw LogReadingFailure(doubt: .incomplete)
            case .malformed: throw LogReadingFailure(doubt: .tampered)
            case .unreadable: throw LogReadingFailure(doubt: .unreadable)
            }
        } catch {
            throw LogReadingFailure(doubt: .unreadable)
        }
        guard found.root() == target.root else { throw LogReadingFailure(doubt: .tampered) }
        return found
    }
}
