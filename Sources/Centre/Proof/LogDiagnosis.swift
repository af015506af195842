import Glibc
import StationHost
import StationTrust

/// Finds which entry or tile of a log does not fit its signed head.
///
/// Hashes are believed from the root down: those of the topmost tiles if they lead to the signed root, a tile below if
/// its hashes lead to the one above, an entry if its hash is the leaf. Where a tile is wrong or gone, what lies below
/// may lead to the same hash and is believed in its place, so that one wrong byte has one finding.
struct LogDiagnosis {
    let log: StoredLog
    let head: Checkpoint
    let known: StationMemory.Log?
    private(set) var findings: [LogFinding] = []

    private var file = StoredFile()
    /// The beginning of the log of what is believed, as far as it goes without a gap, up to the remembered size.
    private var reached = MerkleEdge()

    /// Prepares to look at a log whose head a trusted key has signed.
    init(_ log: StoredLog, head: Checkpoint, known: StationMemory.Log?) {
        (self.log, self.head) = (log, head)
        self.known = known.flatMap { $0.size <= head.size ? $0 : nil }
    }

    /// Looks at everything, one thing after the other.
    mutating func run() {
        guard let tops = believedTops() else { return tellWithoutRoot() }
        for (tile, hashes, isFile) in tops {
            if !isFile { tell(about: tile) }
            visit(hashes, level: tile.kind.level, index: tile.index)
        }
        if let known, reached.size == known.size, reached != known.edge {
            tell(LogText.forked(log, known, LogDifference.entries(log, known, now: reached, in: head.size)))
        }
    }

    private mutating func tell(_ finding: LogFinding) {
        if findings.count < LogResult.mostFindings { findings.append(finding) }
    }

    // MARK: From the root down

    /// The topmost tiles, the largest subtrees first, with hashes that lead to the signed root; nil if none do.
    private mutating func believedTops() -> [(tile: Tile, hashes: [MerkleHash], isFile: Bool)]? {
        let tiles = Tile.levels.reversed().compactMap { level in
            let count = head.count(at: level)
            let width = Int(count & 255)
            return width == 0 ? nil : Tile(.hashes(level: level), count >> Int64(Tile.height), width: width)
        }
        var files = tiles.map { tile in log.hashes(of: tile, &file).map { [(hashes: $0, isFile: true)] } ?? []
        }
        // What lies below is read only where the files themselves do not lead there.
        if let chosen = choose(from: files) { return zip(tiles, chosen).map { ($0, $1.hashes, $1.isFile) } }
        for (place, tile) in tiles.enumerated() {
            for hashes in below(tile) where !files[place].contains(where: { $0.hashes == hashes }) {
                files[place].append((hashes, false))
            }
        }
        return choose(from: files).map { chosen in zip(tiles, chosen).map { ($0, $1.hashes, $1.isFile) } }
    }

    /// One of each tile's sources, so that all lead to the signed root.
    private func choose(from sources: [[(hashes: [MerkleHash], isFile: Bool)]])
        -> [(hashes: [MerkleHash], isFile: Bool)]?
    {
        // Three of each level at the most, and a log has few levels.
        for number in 0..<sources.reduce(1, { $0 * $1.count }) {
            var rest = number
            let chosen = sources.map { choices in
                defer { rest /= choices.count }
                return choices[rest % choices.count]
            }
            let subtrees = chosen.flatMap { MerkleEdge(of: $0.hashes).subtrees }
            if MerkleEdge(size: head.size, subtrees: subtrees)?.root() == head.root { return chosen }
        }
        return nil
    }

    /// The hashes of a tile as the tiles below have them, and as the entries do, as far as these are there.
    private mutating func below(_ tile: Tile) -> [[MerkleHash]] {
        let level = tile.kind.level
        guard level > 0 else { return leaves(of: tile.index, width: tile.width).map { [$0] } ?? [] }
        let children =
            tile.index << Int64(Tile.height)..<(tile.index << Int64(Tile.height) + Int64(tile.width))
        return [children.hashes { rootOfTile(level - 1, $0) }, children.hashes { rootOfEntries(level, $0) }]
            .compactMap { $0 }
    }

    private mutating func rootOfTile(_ level: Int, _ index: Int64) -> MerkleHash? {
        log.hashes(of: Tile(.hashes(level: level), index), &file).map { MerkleHash.root(of: $0) }
    }

    /// The hash of a node of a level of tiles, made of the entries below it.
    private mutating func rootOfEntries(_ level: Int, _ index: Int64) -> MerkleHash? {
        guard level > 1 else {
            return leaves(of: index, width: Tile.fullWidth).map { MerkleHash.root(of: $0) }
        }
        let first = index << Int64(Tile.height)
        return (first..<first + Int64(Tile.fullWidth)).hashes { rootOfEntries(level - 1, $0) }
            .map { MerkleHash.root(of: $0) }
    }

    /// The leaves of a bundle, if it is there and whole.
    private mutating func leaves(of index: Int64, width: Int) -> [MerkleHash]? {
        log.leaves(of: Tile(.entries, index, width: width), &file)
    }

    /// Goes through the hashes of a tile that are believed, and through all that lies below.
    private mutating func visit(_ hashes: [MerkleHash], level: Int, index: Int64) {
        if level == 0 { compare(index, hashes) }
        for (place, hash) in hashes.enumerated() {
            let node = index << Int64(Tile.height) + Int64(place)
            reach(hash, Tile.height * level, node)
            guard level > 0, findings.count < LogResult.mostFindings else { continue }
            guard let below = believed(Tile(.hashes(level: level - 1), node), hash) else { continue }
            visit(below, level: level - 1, index: node)
        }
    }

    /// The hashes of a full tile that lead to its root, its own or those of what lies below; nil where none do.
    private mutating func believed(_ tile: Tile, _ root: MerkleHash) -> [MerkleHash]? {
        if let hashes = log.hashes(of: tile, &file), MerkleHash.root(of: hashes) == root { return hashes }
        tell(about: tile)
        if let hashes = below(tile).first(where: { MerkleHash.root(of: $0) == root }) { return hashes }
        tell(LogText.nothingFits(log, tile.entries))
        return nil
    }

    /// Notes that the beginning of the log is known to there.
    private mutating func reach(_ hash: MerkleHash, _ level: Int, _ node: Int64) {
        guard let known, reached.size == node << Int64(level), reached.size + 1 << Int64(level) <= known.size
        else {
            return
        }
        reached.append(perfect: hash, level: level)
    }

    // MARK: Entries

    /// Compares a bundle's entries with the leaves that are believed.
    private mutating func compare(_ index: Int64, _ leaves: [MerkleHash]) {
        let bundle = Tile(.entries, index, width: leaves.count)
        do throws(SystemError) {
            let limit = EntryBundle.mostBytes(of: bundle.width)
            let isFull = try log.read(bundle, &file, limit: limit)
            let (found, isWhole) = looseLeaves(atMost: isFull ? Tile.fullWidth : bundle.width)
            let comparison = BundleComparison(Array(found.prefix(bundle.width)), with: leaves)
            if let finding = LogText.finding(comparison, log, bundle) {
                tell(finding)
            } else if !isWhole || found.count < (isFull ? Tile.fullWidth : bundle.width) {
                tell(LogText.malformed(log, bundle))
            }
        } catch { tell(about: bundle, error) }
    }

    /// The leaves of as many whole entries as the file begins with, and whether it is made of nothing else.
    private func looseLeaves(atMost most: Int) -> (leaves: [MerkleHash], isWhole: Bool) {
        file.bytes.withUnsafeBytes { bytes in
            var (leaves, offset): ([MerkleHash], Int) = ([], 0)
            // One more than there should be, to see that one was put in.
            while leaves.count <= most, offset + 2 <= bytes.count {
                let end = offset + 2 + Int(bytes[offset]) << 8 + Int(bytes[offset + 1])
                guard end <= bytes.count else { break }
                leaves.append(MerkleHash.leaf(UnsafeRawBufferPointer(rebasing: bytes[offset + 2..<end])))
                offset = end
            }
            return (leaves, offset == bytes.count && leaves.count <= most)
        }
    }

    // MARK: What is not there

    /// Tells what is wrong with the file of a tile or bundle that was looked for.
    private mutating func tell(about tile: Tile, _ error: SystemError? = nil) {
        var error = error
        if error == nil {
            do throws(SystemError) {
                _ = try log.read(tile, &file, limit: tile.width * MerkleHash.byteCount)
            } catch let failure { error = failure }
        }
        switch error?.code {
        case nil, EFBIG, EINVAL, ELOOP: tell(LogText.edited(log, tile))
        case ENOENT, ENOTDIR: tell(LogText.missing(log, tile, verdict(ofMissing: tile)))
        default: if let error { tell(LogText.unreadable(log, tile, error)) }
        }
    }

    /// What a file that is not there says about the log: whether it was there once.
    private mutating func verdict(ofMissing tile: Tile) -> LogVerdict {
        let next = tile.index + 1
        let isLast = head.count(at: tile.kind.level) <= next << Int64(Tile.height)
        if let known, tile.entries.lowerBound < known.size {
            let count = known.size >> Int64(Tile.height * tile.kind.level)
            let width = Int(min(count - tile.index << Int64(Tile.height), Int64(Tile.fullWidth)))
            // It was smaller then, and that file may still be there: its full one has not arrived.
            if width == 0 { return isLast ? .incomplete : .truncated }
            let isStillThere =
                StoredFile.outside(of: log.path(of: Tile(tile.kind, tile.index, width: width))) != nil
            return isStillThere ? .incomplete : .truncated
        }
        guard !isLast else { return .incomplete }
        // Stations send them in order: what lies behind a gap shows that it was filled.
        let following = Int(
            min(head.count(at: tile.kind.level) - next << Int64(Tile.height), Int64(Tile.fullWidth)))
        let isFollowed = [following, Tile.fullWidth].contains {
            StoredFile.outside(of: log.path(of: Tile(tile.kind, next, width: $0))) != nil
        }
        return isFollowed ? .truncated : .incomplete
    }

    /// Tells what can be told where nothing leads to the signed root: what is not there, or else that all of it is
    /// something else.
    private mutating func tellWithoutRoot() {
        for kind in [Tile.Kind.entries] + Tile.levels.map({ .hashes(level: $0) }) {
            tellMissing(kind)
        }
        if let known, let edge = edge(at: known.size) {
            if edge != known.edge {
                tell(LogText.rootDiffers(log, LogDifference.entries(log, known, now: edge, in: head.size)))
            } else if findings.isEmpty, known.size < head.size {
                tell(LogText.rootDiffers(log, known.size..<head.size))
            }
        }
        if findings.isEmpty { tell(LogText.rootDiffers(log, 0..<head.size)) }
    }

    /// The tree of the first entries as they are, in the files of then or of now.
    private func edge(at size: Int64) -> MerkleEdge? {
        for whole in [size, head.size] {
            if let edge = try? log.readEntries(to: size, of: whole, { _, _ in }) { return edge }
        }
        return nil
    }

    /// Tells of the tiles of a kind that are not there, or too short; of a run of them only the first.
    private mutating func tellMissing(_ kind: Tile.Kind) {
        var (index, count) = (Int64(0), head.count(at: kind.level))
        while count > 0, findings.count < LogResult.mostFindings {
            let tile = Tile(kind, index, width: Int(min(count, Int64(Tile.fullWidth))))
            let isThere = [tile, Tile(kind, index)].contains {
                StoredFile.outside(of: log.path(of: $0)) != nil
            }
            if !isThere {
                let verdict = verdict(ofMissing: tile)
                tell(LogText.missing(log, tile, verdict))
                // A head may promise more than any disk holds.
                if verdict == .incomplete { return }
            }
            (index, count) = (index + 1, count - Int64(tile.width))
        }
    }
}

extension Range where Bound == Int64 {
    /// One hash for each number; nil as soon as there is none.
    fileprivate func hashes(_ hash: (Int64) -> MerkleHash?) -> [MerkleHash]? {
        var hashes: [MerkleHash] = []
        for number in self {
            guard let hash = hash(number) else { return nil }
            hashes.append(hash)
        }
        return hashes
    }
}

extension Tile {
    /// The positions of the entries that a tile stands for.
    var entries: Range<Int64> {
        let bits = Int64(Tile.height * kind.level)
        let first = (index << Int64(Tile.height)) << bits
        return first..<first + Int64(width) << bits
    }
}
