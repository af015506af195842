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
