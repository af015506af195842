import StationTrust

/// Where a log stops being the one that was remembered.
enum LogDifference {
    /// The entries among which the first other one is: one, if the last bundle of then is still there beside that of now.
    ///
    /// `now` is the tree of the log's first entries as they are now, `size` how many it has now.
    static func entries(
        _ log: StoredLog, _ known: StationMemory.Log, now: MerkleEdge?, in size: Int64
    ) -> Range<Int64> {
        let both = min(size, known.size)
        let range = now.map { among($0, known.edge) } ?? 0..<both
        return exact(log, known, from: range.lowerBound, in: size).map { $0..<$0 + 1 } ?? range
    }

    /// The first subtree of two trees that is not the same; what lies behind the last that both have, if all are.
    private static func among(_ left: MerkleEdge, _ right: MerkleEdge) -> Range<Int64> {
        var start: Int64 = 0
        for (one, other) in zip(zip(left.size.powers, left.subtrees), zip(right.size.powers, right.subtrees))
        {
            guard one.0 == other.0 else { break }
            guard one.1 == other.1 else { return start..<start + one.0 }
            start += one.0
        }
        return start..<max(start + 1, min(left.size, right.size))
    }

    /// Whether two trees have a subtree at the same place that is not the same.
    static func isCertain(_ left: MerkleEdge, _ right: MerkleEdge) -> Bool {
        zip(zip(left.size.powers, left.subtrees), zip(right.size.powers, right.subtrees))
            .prefix { $0.0 == $1.0 }.contains { $0.1 != $1.1 }
    }

    private static func exact(
        _ log: StoredLog, _ known: StationMemory.Log, from start: Int64, in size: Int64
    ) -> Int64? {
        let (index, width) = (known.size >> Int64(Tile.height), Int(known.size & 255))
        let begin = index << Int64(Tile.height)
        guard start >= begin, size > begin, width > 0 else { return nil }
        let then = Tile(.entries, index, width: width)
        let now = Tile(.entries, index, width: Int(min(size - begin, Int64(Tile.fullWidth))))
        var file = StoredFile()
        guard then != now, let old = log.leaves(of: then, &file),
            let new = log.leaves(of: now, &file)
        else { return nil }
        // The file of then is believed if it leads to the remembered root.
        let subtrees = known.edge.subtrees.suffix(width.nonzeroBitCount)
        guard MerkleEdge(of: old).subtrees == Array(subtrees) else { return nil }
        let first = zip(old, new).enumerated().first { $0.element.0 != $0.element.1 }
        return first.map { begin + Int64($0.offset) }
    }
}

extension Int64 {
    /// The powers of two that it is the sum of, the largest first.
    fileprivate var powers: [Int64] {
        (0..<63).reversed().map { 1 << Int64($0) }.filter { self & $0 != 0 }
    }
}
