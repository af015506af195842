/// The right edge of a Merkle tree: all that an append needs and the root is made of (RFC 6962, section 2.1).
package struct MerkleEdge: Hashable, Sendable {
    /// How many leaves the tree has.
    package private(set) var size: Int64 = 0
    /// The roots of its perfect subtrees, the largest first; one for each bit of the size.
    package private(set) var subtrees: [MerkleHash] = []

    /// Makes the edge of a tree without leaves.
    package init() {}

    /// Makes the edge of a tree of that size; nil unless there is one subtree for each bit of it.
    package init?(size: Int64, subtrees: [MerkleHash]) {
        guard size >= 0, subtrees.count == size.nonzeroBitCount else { return nil }
        (self.size, self.subtrees) = (size, subtrees)
    }

    /// Appends a leaf.
    package mutating func append(_ leaf: MerkleHash) {
        append(perfect: leaf, level: 0)
    }

    /// Appends a perfect subtree of 2^level leaves; the size must be a multiple of that.
    package mutating func append(perfect subtree: MerkleHash, level: Int) {
        precondition(size & (1 << Int64(level) - 1) == 0, "a subtree begins where its size divides")
        var (hash, bits) = (subtree, size >> Int64(level))
        while bits & 1 == 1 {
            hash = MerkleHash.node(subtrees.removeLast(), hash)
            bits >>= 1
        }
        subtrees.append(hash)
        size += 1 << Int64(level)
    }

    /// The tree's root.
    package func root() -> MerkleHash {
        guard var root = subtrees.last else { return MerkleHash.empty }
        for subtree in subtrees.dropLast().reversed() { root = MerkleHash.node(subtree, root) }
        return root
    }
}

extension MerkleEdge {
    /// The edge of a tree with these leaves, or nodes.
    package init(of hashes: some Sequence<MerkleHash>) {
        for hash in hashes { append(hash) }
    }
}

extension MerkleHash {
    /// The root over hashes, those of a tile or of a part of one.
    package static func root(of hashes: some Sequence<MerkleHash>) -> MerkleHash {
        MerkleEdge(of: hashes).root()
    }
}
