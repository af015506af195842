import Glibc
import StationCore
import StationHost
import StationTrust

/// Reads what is new of a log, from the first entry or from where the last time ended, and says only whether all fits.
///
/// That is the common case, and made to be fast: where anything does not fit, `LogDiagnosis` looks for what it is.
/// A bundle is hashed on each of two threads; memory does not grow with the log.
struct LogPass {
    /// What a log of which everything fits has become.
    struct Outcome {
        var edge: MerkleEdge
        var lastIndex: Int64
        /// What the full files look like from outside, before they were read.
        var files: String
        var entriesRead: Int64
        /// Entries that say less than they must, though they were signed so.
        var faults: [BundleScan.Fault]
    }

    /// A thread's part of a round, in bundles: some forty megabytes of files, and a hash for each is all that stays.
    private static let part: Int64 = 256
    /// A file system's clock ticks at least so often, in nanoseconds: with Linux's slowest 100 times a second, and once
    /// more to be sure.
    private static let tick: Int64 = 20_000_000
    /// Fewer new bundles are not worth a second thread.
    private static let leastShared: Int64 = 16

    let log: StoredLog
    let head: Checkpoint
    let known: StationMemory.Log?

    private var edge = MerkleEdge()
    private var lastIndex: Int64 = -1
    private var faults: [BundleScan.Fault] = []

    /// Prepares to read a log up to a head that a trusted key has signed.
    ///
    /// A remembered head that is larger says nothing here.
    init(_ log: StoredLog, head: Checkpoint, known: StationMemory.Log?) {
        (self.log, self.head) = (log, head)
        self.known = known.flatMap { $0.size <= head.size ? $0 : nil }
    }

    /// Reads what is new, or everything; nil if anything does not fit.
    mutating func run(readsAll: Bool, progress: (Int64) -> Void = { _ in }) -> Outcome? {
        settle()
        let files = look(upTo: head.size)
        if let known, !readsAll, known.files == (known.size == head.size ? files : look(upTo: known.size)) {
            begin(behind: known)
        }
        let start = edge.size
        while edge.size < head.size {
            guard readRound() else { return nil }
            progress(edge.size - start)
        }
        if let known, known.size == head.size, edge != known.edge { return nil }
        guard edge.root() == head.root, tilesFit(from: start) else { return nil }
        return Outcome(
            edge: edge, lastIndex: lastIndex, files: files,
            entriesRead: head.size - start, faults: faults)
    }

    // MARK: Where to begin

    /// Waits for the file system's clock to go past what the station has just put there.
    ///
    /// Who edits a file within the tick of its upload gives it no other time than it has: that was not seen. Now all
    /// that is edited from here on has a later one.
    private func settle() {
        guard let head = StoredFile.outside(of: log.folder + "/" + LogUpload.checkpoint),
            Clocks.read().wall.nanoseconds - head.changed < Self.tick
        else { return }
        _ = poll(nil, 0, Int32(Self.tick / 1_000_000))
    }

    /// Begins at the last tile that was full the last time: what came behind it is another file now.
    private mutating func begin(behind known: StationMemory.Log) {
        let bundles = known.size >> Int64(Tile.height)
        let subtrees = known.edge.subtrees.prefix(bundles.nonzeroBitCount)
        guard let begun = MerkleEdge(size: bundles << Int64(Tile.height), subtrees: Array(subtrees)) else {
            return
        }
        (edge, lastIndex) = (begun, begun.size == known.size ? known.lastIndex : -1)
    }

    /// What the files of the tiles that are full at a size look like from outside: a hash over where each lies on the
    /// disk, how long it is, and when anything about it changed last.
    ///
    /// That costs a look at each file and no reading of it, and finds what was edited, replaced, or moved there since.
    /// A disk that forgets, or root with a clock set back, escapes it: then everything must be read.
    private func look(upTo size: Int64) -> String {
        var hash = SHA256()
        for kind in [Tile.Kind.entries] + Tile.levels.map({ .hashes(level: $0) }) {
            for index in 0..<(size >> Int64(Tile.height * (kind.level + 1))) {
                // A head may promise more than any disk holds: what is not there will not be read either.
                guard let file = StoredFile.outside(of: log.path(of: Tile(kind, index))) else { break }
                withUnsafeBytes(of: (file.number, file.size, file.changed)) { hash.update($0) }
            }
            // Where one kind ends and the next begins.
            withUnsafeBytes(of: Int64.min) { hash.update($0) }
        }
        return "\(hash.finish())"
    }

    // MARK: Entries

    /// Reads the next bundles, on two threads if they are many; false if anything does not fit.
    private mutating func readRound() -> Bool {
        let width = Int64(Tile.fullWidth)
        let (first, end) = (edge.size / width, (head.size + width - 1) / width)
        let count = min(end - first, 2 * Self.part)
        let half = count < Self.leastShared ? 0 : count / 2
        let (theirs, ours) = (first + count - half..<first + count, first..<first + count - half)
        let (log, size) = (log, head.size)
        guard !theirs.isEmpty, let queue = try? JobQueue<BundleScan.Outcome>(),
            (try? Thread.start("verify") { queue.put(BundleScan.scan(log, theirs, of: size)) }) != nil
        else { return take(BundleScan.scan(log, first..<first + count, of: size)) }
        let mine = BundleScan.scan(log, ours, of: size)
        // The other thread has always an answer: it reads files and nothing else.
        let others = queue.wait() ?? []
        return take(mine) && others.allSatisfy { take($0) }
    }

    private mutating func take(_ outcome: BundleScan.Outcome) -> Bool {
        guard outcome.isWhole else { return false }
        if let (first, last) = outcome.indexes {
            if first <= lastIndex { faults.append(.init(position: edge.size, code: .indexNotGrowing)) }
            lastIndex = last
        }
        faults += outcome.faults
        for root in outcome.roots {
            guard isKnown(upTo: edge.size + Int64(Tile.fullWidth)) else { return false }
            edge.append(perfect: root, level: Tile.height)
        }
        for leaf in outcome.tail {
            guard isKnown(upTo: edge.size + 1) else { return false }
            edge.append(leaf)
        }
        return true
    }

    /// Whether the log goes on from the remembered head, if that ends before a position that is not far.
    private func isKnown(upTo end: Int64) -> Bool {
        guard let known, edge.size <= known.size, known.size < end else { return true }
        if known.size == edge.size { return edge == known.edge }
        // It ended inside of a bundle that is full now: its leaves, up to there.
        var (edge, file) = (edge, StoredFile())
        let tile = Tile(.hashes(level: 0), edge.size >> Int64(Tile.height))
        guard let leaves = log.hashes(of: tile, &file) else { return false }
        for leaf in leaves.prefix(Int(known.size - edge.size)) { edge.append(leaf) }
        return edge == known.edge
    }

    // MARK: Tiles

    /// Whether the tiles above the leaves' are there and have the hashes that they should, from the top down.
    private mutating func tilesFit(from start: Int64) -> Bool {
        var file = StoredFile()
        for level in Tile.levels.dropFirst().reversed() {
            // The last one at each level is looked at every time: it is small, and may be edited behind a remembered head.
            let (count, bits) = (head.count(at: level), Int64(Tile.height * level))
            let from = min(start, max(count - 1, 0) << bits)
            for tile in Tile.added(.hashes(level: level), from: from, to: head.size) {
                guard let hashes = log.hashes(of: tile, &file) else { return false }
                guard MerkleEdge(of: hashes).subtrees == expected(of: tile, &file) else { return false }
            }
        }
        return true
    }

    /// What the subtrees of a tile should be: of a full one a hash in the tile above, of a partial one a part of the
    /// edge.
    private func expected(of tile: Tile, _ file: inout StoredFile) -> [MerkleHash]? {
        guard tile.isPartial else {
            let (parent, place) = head.parent(of: tile)
            return log.hashes(of: parent, &file).map { [$0[place]] }
        }
        return edge.subtrees(of: tile.kind.level)
    }
}
