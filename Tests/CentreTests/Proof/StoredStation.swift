@testable import Centre
import Foundation
import ScratchFolders
import StationCore
import StationTrust
import Testing

/// A station that puts its proofs into a store's folder, and is as honest as a test wants it to be.
final class StoredStation {
    let name: String
    let number: Int64
    private let folder: ScratchFolder
    private let key: SecretKey
    private(set) var entries: [[UInt8]] = []
    private var leaves: [MerkleHash] = []
    /// How many entries the tiles at the store have.
    private var stored: Int64 = 0

    /// A station whose store is the folder's `proofs`; each board has a key of its own.
    init(_ folder: ScratchFolder, _ name: String = "ap-3", number: Int64 = 1, board: UInt8 = 7) throws {
        (self.folder, self.name, self.number) = (folder, name, number)
        key = try #require(SecretKey(seed: Array(repeating: board, count: 32)))
    }

    var proofs: ProofFolder { ProofFolder(folder.path + "/proofs") }
    var log: StoredLog { StoredLog(station: name, number: number, in: proofs) }
    var noteKey: NoteKey {
        get throws { try #require(NoteKey("loa/\(name)", key.publicBytes)) }
    }
    /// Where a file of its log lies, below the test's folder.
    func file(_ path: String) -> String { "proofs/\(log.name(path))" }

    // MARK: Entries

    /// A line as long as those of real stations: some 600 bytes.
    static func entry(_ index: Int, _ title: String = "Bản tin sáng") -> [UInt8] {
        let boot = "6a1c7a44-9a0e-4a43-8f5e-0d5a3c1e2b77"
        return Array(
            (#"{"index":\#(index),"kind":"outcome","boot":"\#(boot)","monotonicNanoseconds":1\#(index)000000000,"#
                + #""wall":"2026-11-23T05:10:00.000012+07:00","clock":"synchronised","slot":"xa/tin-\#(index)@"#
                + #"2026-11-23T05:00:00+07:00","programme":"tin","title":"\#(title)","class":"normal","upstream":"xa","#
                + #""categories":["giảm nghèo"],"scheduled":"2026-11-23T05:00:00+07:00","result":"played","#
                + #""startedAt":"2026-11-23T05:00:00.000021+07:00","startErrorMicroseconds":21,"#
                + #""endedAt":"2026-11-23T05:10:00.000012+07:00","framesPlanned":28800000,"framesConsumed":28800000,"#
                + #""xruns":0,"volumeDecibels":-6.5,"items":[]}"#).utf8)
    }

    /// Writes so many more entries into its journal, numbered on.
    func write(_ count: Int, _ title: String = "Bản tin sáng") {
        for index in entries.count..<entries.count + count { append(Self.entry(index, title)) }
    }

    func append(_ entry: [UInt8]) {
        entries.append(entry)
        leaves.append(MerkleHash.leaf(entry))
    }

    /// Becomes what an older copy of its disk says.
    func restore(to count: Int) {
        entries = Array(entries.prefix(count))
        leaves = Array(leaves.prefix(count))
        stored = min(stored, Int64(count))
    }

    // MARK: The store

    /// The hash of a perfect subtree.
    private func node(_ level: Int, _ index: Int64) -> MerkleHash {
        guard level > 0 else { return leaves[Int(index)] }
        return MerkleHash.node(node(level - 1, 2 * index), node(level - 1, 2 * index + 1))
    }

    func root(_ size: Int64? = nil) -> MerkleHash {
        MerkleProof.root(of: size ?? Int64(entries.count), node)
    }

    /// Puts up what is new: tiles first, the head last.
    func upload() throws {
        try putTiles()
        try putHead()
    }

    func putTiles() throws {
        let size = Int64(entries.count)
        for tile in Tile.added(.entries, from: stored, to: size) {
            try folder.write(file(tile.path), EntryBundle.bytes(entries[tile.range]))
        }
        for level in Tile.levels {
            for tile in Tile.added(.hashes(level: level), from: stored, to: size) {
                let hashes = tile.range.map { node(Tile.height * level, Int64($0)).bytes }
                try folder.write(file(tile.path), hashes.joined())
            }
        }
        stored = size
    }

    /// Puts up a head, of all entries or of what a test says.
    func putHead(size: Int64? = nil, root: MerkleHash? = nil, origin: String? = nil) throws {
        let size = size ?? Int64(entries.count)
        let head = Checkpoint(origin: origin ?? log.origin, size: size, root: root ?? self.root(size))
        let note = SignedNote(head.text, signedBy: key, named: LogOrigin.keyName(of: name))
        try folder.write(file("checkpoint"), note.bytes)
    }
}

extension Tile {
    /// The numbers of its hashes, or entries, in their level.
    fileprivate var range: Range<Int> {
        let first = Int(index) * Tile.fullWidth
        return first..<first + width
    }
}
