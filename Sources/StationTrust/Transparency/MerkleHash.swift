import CCrypto

/// A hash in a Merkle tree: the 32 bytes of a SHA-256 digest, held in place.
///
/// A log of a million entries has two million of them; a `Digest` would be an allocation each.
package struct MerkleHash: Hashable, Sendable {
    /// Its length, in bytes.
    package static let byteCount = 32

    /// The bytes as they lie in a tile, whatever the machine's order of bytes is.
    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    /// Makes the hash of 32 bytes; nil for any other number.
    package init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        withUnsafeMutableBytes(of: &words) { $0.copyBytes(from: bytes) }
    }

    /// Lets somebody write the 32 bytes.
    private init(_ write: (UnsafeMutablePointer<UInt8>) -> Void) {
        withUnsafeMutableBytes(of: &words) { bytes in
            // Safety: the bytes of four words, which nothing but this closure reaches.
            if let bytes = bytes.bindMemory(to: UInt8.self).baseAddress { write(bytes) }
        }
    }

    /// Lets somebody read the 32 bytes.
    package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        withUnsafeBytes(of: words) { body($0) }
    }

    /// The 32 bytes.
    package var bytes: [UInt8] { withBytes { Array($0) } }

    package static func == (left: MerkleHash, right: MerkleHash) -> Bool { left.words == right.words }

    package func hash(into hasher: inout Hasher) { withBytes { hasher.combine(bytes: $0) } }
}

// Leaves and nodes as RFC 6962 (section 2.1) has them: a leaf begins with 0 and a node with 1, so that nobody can show a
// node as an entry.

extension MerkleHash {
    /// The hash of an entry.
    package static func leaf(_ entry: UnsafeRawBufferPointer) -> MerkleHash {
        MerkleHash { CCrypto_merkle(0, entry.baseAddress, entry.count, $0) }
    }

    /// The hash of an entry.
    package static func leaf(_ entry: [UInt8]) -> MerkleHash { entry.withUnsafeBytes(leaf) }

    /// The hash of the node over two.
    package static func node(_ left: MerkleHash, _ right: MerkleHash) -> MerkleHash {
        // Two of them lie behind each other without a gap.
        withUnsafeBytes(of: (left, right)) { both in
            MerkleHash { CCrypto_merkle(1, both.baseAddress, both.count, $0) }
        }
    }

    /// The root of a tree without entries: the hash of nothing.
    package static let empty = MerkleHash { CCrypto_merkle(-1, nil, 0, $0) }
}
