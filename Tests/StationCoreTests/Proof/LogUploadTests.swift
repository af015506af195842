import StationTrust
import Testing

@testable import StationCore

/// One upload, request by request, against a store that is a dictionary.
struct LogUploadTests {
    /// The leaves of a log whose tree may be damaged until it is made again.
    private final class Leaves: LogLeaves {
        var isDamaged = false
        private let lines: [[UInt8]]
        private(set) var readings = 0

        init(_ count: Int, _ text: String = "entry") {
            lines = (0..<count).map { Array("\(text) \($0)".utf8) }
        }

        func node(_ level: Int, _ index: Int64) throws(LogLeavesError) -> MerkleHash {
            guard level > 0 else { return MerkleHash.leaf(isDamaged ? [0] : lines[Int(index)]) }
            return MerkleHash.node(try node(level - 1, 2 * index), try node(level - 1, 2 * index + 1))
        }

        func entries(_ tile: Tile) throws(LogLeavesError) -> [UInt8] {
            let first = Int(tile.index) * Tile.fullWidth
            return EntryBundle.bytes(lines[first..<first + tile.width])
        }

        func readAgain() throws(LogLeavesError) {
            isDamaged = false
            readings += 1
        }

        var root: MerkleHash { MerkleHash.root(of: lines.map { MerkleHash.leaf($0) }) }
    }

    private let key: SecretKey
    private let other: SecretKey

    init() throws {
        key = try #require(SecretKey(seed: Array(repeating: 7, count: 32)))
        other = try #require(SecretKey(seed: Array(repeating: 9, count: 32)))
    }

    private func checkpoint(_ leaves: Leaves, _ size: Int64, by key: SecretKey, origin: String = "loa/s")
        -> [UInt8]
    {
        SignedNote(
            Checkpoint(origin: origin, size: size, root: leaves.root).text, signedBy: key, named: "loa/s"
        ).bytes
    }

    /// Brings a store up to so many entries.
    private func run(_ leaves: Leaves, _ size: Int64, _ root: MerkleHash, _ files: inout [String: [UInt8]])
        -> LogUploadEnd?
    {
        let head = LogHead(origin: .first, size: size, root: root)
        var upload = LogUpload(.init(station: "s", head: head, isSparing: false), key: key, leaves: leaves)
        var step = upload.start()
        for _ in 0..<100 {
            switch step {
            case .ended(let end): return end
            case .get(let path): step = upload.resume(with: files[path].map { .bytes($0) } ?? .missing)
            case .put(let path, let bytes):
                files[path] = bytes
                step = upload.resume(with: .put)
            }
        }
        return nil
    }

    @Test("A damaged tree beside a good journal is made again, and no other log begins")
    func damagedTree() {
        let leaves = Leaves(5)
        let root = leaves.root
        var files = ["checkpoint": checkpoint(Leaves(3), 3, by: key)]
        leaves.isDamaged = true
        #expect(run(leaves, 5, root, &files) == .done(size: 5))
        #expect(leaves.readings == 1)
    }

    @Test(
        "A head that is none of this journal is left as it is: another log begins, behind all that are there")
    func otherJournal() {
        let leaves = Leaves(5)
        var files = [
            "checkpoint": checkpoint(Leaves(3, "another"), 3, by: key), "2/checkpoint": [0x0A],
            "3/checkpoint": [0x0A],
        ]
        let before = files
        #expect(run(leaves, 5, leaves.root, &files) == .refused(next: 4))
        #expect(files == before && leaves.readings == 1)
    }

    @Test("Another board's head is left as it is, whatever it says")
    func otherBoard() {
        let leaves = Leaves(5)
        var files = ["checkpoint": checkpoint(Leaves(3), 3, by: other)]
        let before = files
        #expect(run(leaves, 5, leaves.root, &files) == .refused(next: 2))
        #expect(files == before)
    }

    @Test("A head that is not what the station signed is no reason for another log")
    func forgedHead() throws {
        let leaves = Leaves(5)
        let good = checkpoint(Leaves(3), 3, by: key)
        var lines = String(decoding: good, as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false)
        lines[1] = "4"
        var files = ["checkpoint": Array(lines.joined(separator: "\n").utf8)]
        let before = files
        guard case .failed = run(leaves, 5, leaves.root, &files) else {
            Issue.record("it went on")
            return
        }
        #expect(files == before)
    }
}
