/// Proofs in a Merkle tree: that it has an entry, and that it begins with an older one.
///
/// They are made as RFC 6962 (sections 2.1.1 and 2.1.2) says and checked as RFC 9162 (2.1.3.2 and 2.1.4.2) says.
package enum MerkleProof {
    /// Gives the hash of the perfect subtree of 2^level leaves that begins at leaf index × 2^level.
    package typealias Nodes<Failure: Error> = (_ level: Int, _ index: Int64) throws(Failure) -> MerkleHash

    /// No proof has more hashes: one for each bit of a size, and one.
    package static let mostHashes = 64

    // MARK: Making

    /// The root of the tree of the first leaves.
    package static func root<Failure>(
        of size: Int64, _ nodes: Nodes<Failure>
    ) throws(Failure) -> MerkleHash {
        size == 0 ? MerkleHash.empty : try hash(0..<size, nodes)
    }

    /// The hashes that lead from a leaf to the root of the tree of the first `size` leaves, from below.
    package static func inclusion<Failure>(
        of index: Int64, in size: Int64, _ nodes: Nodes<Failure>
    ) throws(Failure) -> [MerkleHash] {
        precondition(0..<size ~= index)
        var (range, others): (Range<Int64>, [Range<Int64>]) = (0..<size, [])
        while range.count > 1 {
            let middle = split(range)
            let (left, right) = (range.lowerBound..<middle, middle..<range.upperBound)
            range = left.contains(index) ? left : right
            others.append(left.contains(index) ? right : left)
        }
        var proof: [MerkleHash] = []
        for other in others.reversed() { proof.append(try hash(other, nodes)) }
        return proof
    }

    /// The hashes that show that the tree of the first `size` leaves begins with that of the first `old`.
    package static func consistency<Failure>(
        from old: Int64, to size: Int64, _ nodes: Nodes<Failure>
    ) throws(Failure) -> [MerkleHash] {
        precondition(0...size ~= old)
        guard old > 0, old < size else { return [] }
        var (range, others): (Range<Int64>, [Range<Int64>]) = (0..<size, [])
        while range.upperBound != old {
            let middle = split(range)
            let (left, right) = (range.lowerBound..<middle, middle..<range.upperBound)
            range = old <= middle ? left : right
            others.append(old <= middle ? right : left)
        }
        // Where the old tree is one perfect subtree at the left edge, whoever checks has its root already.
        if range.lowerBound > 0 { others.append(range) }
        var proof: [MerkleHash] = []
        for other in others.reversed() { proof.append(try hash(other, nodes)) }
        return proof
    }

    /// The hash over leaves that are a subtree of some tree.
    private static func hash<Failure>(
        _ range: Range<Int64>, _ nodes: Nodes<Failure>
    ) throws(Failure) -> MerkleHash {
        let count = range.upperBound - range.lowerBound
        if count & (count - 1) == 0 {
            let level = count.trailingZeroBitCount
            return try nodes(level, range.lowerBound >> Int64(level))
        }
        let middle = split(range)
        let left = try hash(range.lowerBound..<middle, nodes)
        return MerkleHash.node(left, try hash(middle..<range.upperBound, nodes))
    }

    /// Behind the largest power of two that is smaller than the range.
    private static func split(_ range: Range<Int64>) -> Int64 {
        range.lowerBound + 1 << Int64(63 - (range.upperBound - range.lowerBound - 1).leadingZeroBitCount)
    }

    // MARK: Checking

    /// Whether a proof leads from the leaf of that index to the root of the tree of that size.
    package static func isIncluded(
        _ leaf: MerkleHash, at index: Int64, in size: Int64, root: MerkleHash, _ proof: [MerkleHash]
    ) -> Bool {
        guard 0 <= index, index < size, proof.count <= mostHashes else { return false }
        var (here, last, hash) = (index, size - 1, leaf)
        for other in proof {
            guard last > 0 else { return false }
            if here & 1 == 1 || here == last {
                hash = MerkleHash.node(other, hash)
                while here & 1 == 0, here > 0 { (here, last) = (here >> 1, last >> 1) }
            } else {
                hash = MerkleHash.node(hash, other)
            }
            (here, last) = (here >> 1, last >> 1)
        }
        return last == 0 && hash == root
    }

    /// Whether a proof shows that the tree of size `new` begins with that of size `old`.
    package static func isConsistent(
        from old: (size: Int64, root: MerkleHash), to new: (size: Int64, root: MerkleHash),
        _ proof: [MerkleHash]
    ) -> Bool {
        guard 0 <= old.size, old.size <= new.size, proof.count <= mostHashes else { return false }
        if old.size == new.size { return proof.isEmpty && old.root == new.root }
        if old.size == 0 { return proof.isEmpty && old.root == MerkleHash.empty }
        var rest = proof[...]
        var (here, last) = (old.size - 1, new.size - 1)
        while here & 1 == 1 { (here, last) = (here >> 1, last >> 1) }
        // Of a power of two the old root itself is where the proof begins.
        guard let first = old.size & (old.size - 1) == 0 ? old.root : rest.popFirst() else { return false }
        var (before, now) = (first, first)
        for other in rest {
            guard last > 0 else { return false }
            if here & 1 == 1 || here == last {
                (before, now) = (MerkleHash.node(other, before), MerkleHash.node(other, now))
                while here & 1 == 0, here > 0 { (here, last) = (here >> 1, last >> 1) }
            } else {
                now = MerkleHash.node(now, other)
            }
            (here, last) = (here >> 1, last >> 1)
        }
        return last == 0 && before == old.root && now == new.root
    }
}
