import StationTrust

@testable import StationCore
@testable import StationSimulator

// I6, checked at the store, where an auditor stands: every head that ever was there, against what lies beside it.

/// Watches a store of logs and notes what must never be.
final class StoreWatch {
    /// What has been seen of a log: the leaves up to its last head, and who signed that.
    struct Log {
        var lines: [[UInt8]] = []
        var edge = MerkleEdge()
        var key: String
    }

    private(set) var violations: [String] = []
    private(set) var logs: [String: Log] = [:]
    /// How many heads there were.
    private(set) var heads = 0
    private let store: SimulatedProofStore
    /// Keys of all boards, as note keys of the station.
    private let keys: [NoteKey]

    init(_ store: SimulatedProofStore, station: String, boards: [String] = ["board-1", "board-2"]) {
        self.store = store
        keys = boards.compactMap { board in
            SecretKey(seed: SHA256.hash(board.utf8).bytes).flatMap {
                NoteKey(LogOrigin.keyName(of: station), $0.publicBytes)
            }
        }
        store.watcher = { [weak self] path, bytes in
            if path.hasSuffix("checkpoint") { self?.see(String(path.dropLast("checkpoint".count)), bytes) }
        }
    }

    func violate(_ what: String) { if violations.count < 20 { violations.append(what) } }

    private func see(_ folder: String, _ bytes: [UInt8]) {
        heads += 1
        guard let note = SignedNote(bytes), let head = Checkpoint(text: note.text) else {
            return violate("\(folder): no head")
        }
        guard let key = keys.first(where: { note.isSigned(by: $0) }) else {
            return violate("\(folder): nobody has signed it")
        }
        var log = logs[folder] ?? Log(key: key.text)
        if log.key != key.text { violate("\(folder): two boards have signed one log") }
        guard head.size >= log.edge.size else { return violate("I6: \(folder) rolled back to \(head.size)") }
        takeLines(&log, folder, to: head.size)
        guard log.edge.size == head.size else {
            return violate("\(folder): \(head.size) entries are not all there")
        }
        if log.edge.root() != head.root { violate("I6: \(folder) forks at \(head.size)") }
        for level in Tile.levels { look(at: level, folder, head.size) }
        logs[folder] = log
    }

    /// Takes in the entries between two heads, as they lie at the store.
    private func takeLines(_ log: inout Log, _ folder: String, to size: Int64) {
        for tile in Tile.added(.entries, from: log.edge.size, to: size) {
            guard let bytes = store.files[folder + tile.path] else { return }
            let lines = bytes.withUnsafeBytes { all in
                (EntryBundle.entries(in: all, atMost: Tile.fullWidth) ?? []).map { Array(all[$0]) }
            }
            for line in lines.dropFirst(Int(log.edge.size - tile.index * Int64(Tile.fullWidth))) {
                log.edge.append(MerkleHash.leaf(line))
                log.lines.append(line)
            }
        }
    }

    /// The last tile of each level that the head needs is there.
    private func look(at level: Int, _ folder: String, _ size: Int64) {
        let all = Tile.added(.hashes(level: level), from: max(0, size - 1) & ~0xFFFF, to: size)
        if let last = all.last, store.files[folder + last.path]?.count != last.width * MerkleHash.byteCount {
            violate("\(folder): \(last.path) is not there")
        }
    }

    /// Whether every line of a journal is in some log.
    func covers(_ journal: some Sequence<Entry>) -> Bool {
        let all = Set(logs.values.flatMap(\.lines))
        return journal.allSatisfy { all.contains($0.line) }
    }
}
