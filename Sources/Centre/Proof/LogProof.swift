import StationCore
package import StationTrust
import TerminalText

/// The proof that a log has an entry: a small text that anybody can check with the station's public key.
///
/// It has the form of C2SP tlog-proof. The entry itself is its `extra` data, of which the leaf's hash is made.
package struct LogProof: Hashable, Sendable {
    private static let form = "c2sp.org/tlog-proof@v1"
    private static let extra = "extra "
    private static let index = "index "
    /// An entry in base64, a checkpoint, and a hash for each bit of a size.
    package static let mostBytes = 4 * EntryBundle.mostEntryBytes / 3 + SignedNote.mostBytes + 8192

    /// The entry, as the log has it.
    package let entry: [UInt8]
    /// Its position.
    package let position: Int64
    /// From its leaf's sibling to the root's child.
    package let hashes: [MerkleHash]
    /// The signed head, as the station wrote it.
    package let checkpoint: [UInt8]

    init(entry: [UInt8], position: Int64, hashes: [MerkleHash], checkpoint: [UInt8]) {
        (self.entry, self.position, self.hashes, self.checkpoint) = (entry, position, hashes, checkpoint)
    }

    /// Reads a proof; nil if it is none.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count <= Self.mostBytes, let border = Self.border(in: bytes),
            let head = String(validating: bytes[..<border], as: UTF8.self)
        else { return nil }
        var lines = head.split(separator: "\n", omittingEmptySubsequences: false)[...]
        guard lines.popFirst() == Self.form[...], let extra = lines.popFirst(), extra.hasPrefix(Self.extra),
            let entry = Base64.bytes(extra.dropFirst(Self.extra.count).utf8), let index = lines.popFirst(),
            index.hasPrefix(Self.index), let position = Int64(index.dropFirst(Self.index.count)),
            position >= 0,
            String(position) == index.dropFirst(Self.index.count), lines.count <= MerkleProof.mostHashes
        else { return nil }
        var hashes: [MerkleHash] = []
        for line in lines {
            guard let hash = Base64.bytes(line.utf8).flatMap({ MerkleHash($0) }) else { return nil }
            hashes.append(hash)
        }
        (self.entry, self.position, self.hashes) = (entry, position, hashes)
        checkpoint = Array(bytes[(border + 2)...])
    }

    /// Where the first empty line is.
    private static func border(in bytes: [UInt8]) -> Int? {
        bytes.indices.dropLast().first { bytes[$0] == 0x0A && bytes[$0 + 1] == 0x0A }
    }

    /// The proof as a file.
    package var bytes: [UInt8] {
        let lines =
            [Self.form, Self.extra + Base64.text(entry), Self.index + "\(position)"]
            + hashes.map { Base64.text($0.bytes) }
        return Array(lines.map { $0 + "\n" }.joined().utf8) + [0x0A] + checkpoint
    }

    /// What a proof shows.
    package struct Claim: Hashable, Sendable {
        /// The signed head that it is a proof under.
        package let head: Checkpoint
        /// The entry.
        package let entry: JSON
    }

    /// Why a proof shows nothing.
    package enum Refusal: Error, Hashable, Sendable {
        /// The head is not signed by that key, or is none of its logs'.
        case head
        /// The hashes do not lead from the entry to the signed root.
        case path
        /// The entry is no JSON.
        case entry
    }

    /// Checks the proof with a station's key.
    package func check(_ key: NoteKey) throws(Refusal) -> Claim {
        guard let note = SignedNote(checkpoint), note.isSigned(by: key),
            let head = Checkpoint(text: note.text),
            head.origin == key.name || head.origin.hasPrefix(key.name + "/")
        else { throw .head }
        guard
            MerkleProof.isIncluded(
                MerkleHash.leaf(entry), at: position, in: head.size, root: head.root, hashes)
        else { throw .path }
        let limits = JSONParser.Limits(bytes: EntryBundle.mostEntryBytes)
        guard let json = try? JSONParser.parse(entry, limits: limits) else { throw .entry }
        return Claim(head: head, entry: json)
    }
}

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
                try TileNodes.hash(log, head, level, index)
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

/// Finds nodes of a log's tree in its tiles.
enum TileNodes {
    /// Why there is no such node.
    struct Missing: Error {}

    /// The hash of the perfect subtree of 2^level leaves that begins at leaf index × 2^level.
    static func hash(
        _ log: StoredLog, _ head: Checkpoint, _ level: Int, _ index: Int64
    ) throws -> MerkleHash {
        let (tileLevel, inner) = (level / Tile.height, Int64(level % Tile.height))
        let first = index << inner
        let tileIndex = first >> Int64(Tile.height)
        let width = min(head.count(at: tileLevel) - tileIndex << Int64(Tile.height), Int64(Tile.fullWidth))
        var file = StoredFile()
        guard width > 0,
            let hashes = log.hashes(of: Tile(.hashes(level: tileLevel), tileIndex, width: Int(width)), &file)
        else { throw Missing() }
        let place = Int(first & 255)
        guard place + 1 << Int(inner) <= hashes.count else { throw Missing() }
        return MerkleHash.root(of: Array(hashes[place..<place + 1 << Int(inner)]))
    }
}
