import StationCore
import StationTrust
import TerminalText

/// Makes proofs of what is in a station's logs.
package struct Prover {
    /// No more slots are named to somebody who has mistyped one, or does not know it.
    private static let mostSimilar = 24

    private let folder: ProofFolder
    private let station: String

    /// Looks at a station's logs in a store's folder.
    package init(_ folder: ProofFolder, _ station: String) { (self.folder, self.station) = (folder, station) }

    /// The proof of a slot's outcome, in the first log that has one.
    ///
    /// - Throws: `CentreError` where no head can be believed, the log does not fit its head, or no log has the slot.
    package func prove(_ slot: String) throws(CentreError) -> LogProof {
        let keys = try folder.memory(of: station).keys
        var hasHead = false
        var unsound: CentreError?
        var similar: [String] = []
        for log in folder.logs(of: station) {
            guard let head = SignedHead(of: log, trusting: keys).trusted else { continue }
            hasHead = true
            // One log that does not fit takes nothing from what the others prove.
            do throws(CentreError) {
                if let proof = try prove(slot, log, head, &similar) { return proof }
            } catch { unsound = unsound ?? error }
        }
        if let unsound { throw unsound }
        throw hasHead ? noOutcome(of: slot, similar) : headless
    }

    private func noOutcome(of slot: String, _ similar: [String]) -> CentreError {
        let list = similar.map { "\n  " + $0 }.joined()
        return CentreError(
            .refused,
            Phrase(
                vi: "\(station): nhật ký không có kết quả của \(slot)"
                    + (similar.isEmpty ? "" : "; có:\(list)"),
                en: "\(station): no log has an outcome of \(slot)"
                    + (similar.isEmpty ? "" : "; it has:\(list)")))
    }

    private var headless: CentreError {
        CentreError(
            .refused,
            Phrase(
                vi: "\(station): không có checkpoint nào ký bằng khóa được tin; xem: loa-centre verify",
                en: "\(station): there is no checkpoint that a trusted key has signed; see: loa-centre verify"
            ))
    }

    private func prove(
        _ slot: String, _ log: StoredLog, _ head: Checkpoint, _ similar: inout [String]
    ) throws(CentreError) -> LogProof? {
        var found: (entry: [UInt8], position: Int64)?
        let edge = try? log.readEntries(to: head.size) { position, entry in
            guard found == nil, let other = OutcomeSlot.slot(of: entry) else { return }
            if Slot.isSame(other, slot) {
                found = (Array(entry), position)
            } else if similar.count < Self.mostSimilar, OutcomeSlot.isSimilar(other, to: slot) {
                similar.append(other)
            }
        }
        guard let edge, edge.root() == head.root, let checkpoint = try? log.readCheckpoint() else {
            throw Self.unsound(log)
        }
        guard let found else { return nil }
        let hashes: [MerkleHash]
        do {
            hashes = try MerkleProof.inclusion(of: found.position, in: head.size) { level, index in
                try log.node(level, index, under: head)
            }
        } catch { throw Self.unsound(log) }
        let proof = LogProof(
            entry: found.entry, position: found.position, hashes: hashes, checkpoint: checkpoint)
        // The head may have been replaced meanwhile, a tile may be wrong: what is handed out has been checked.
        guard
            let key = SignedNote(checkpoint).flatMap({ note in
                (try? folder.memory(of: station))?.keys.first { note.isSigned(by: $0) }
            }), (try? proof.check(key)) != nil
        else { throw Self.unsound(log) }
        return proof
    }

    private static func unsound(_ log: StoredLog) -> CentreError {
        CentreError(
            .refused,
            Phrase(
                vi: "\(log.origin): nhật ký không khớp với checkpoint đã ký; xem: loa-centre verify",
                en: "\(log.origin): the log does not fit its signed checkpoint; see: loa-centre verify"))
    }
}

/// Finds the outcomes of slots among entries.
enum OutcomeSlot {
    /// The slot that an entry is the outcome of; nil where it is none.
    static func slot(of entry: UnsafeRawBufferPointer) -> String? {
        let limits = JSONParser.Limits(bytes: EntryBundle.mostEntryBytes)
        guard let members = try? JSONParser.members(["kind", "slot"], of: Array(entry), limits: limits),
            members["kind"]?.text == "outcome"
        else { return nil }
        return members["slot"]?.text
    }

    /// Whether a slot is on the day that somebody has named, or, where that is no day, has what they wrote in its name.
    static func isSimilar(_ slot: String, to wanted: String) -> Bool {
        let day =
            wanted.split(separator: "@", omittingEmptySubsequences: false).last.map { $0.prefix(10) } ?? ""
        return CivilDate(text: String(day)) == nil ? slot.contains(wanted) : slot.contains("@" + day)
    }
}
