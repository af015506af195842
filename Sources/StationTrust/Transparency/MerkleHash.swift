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
    fileprivate init(_ write: (UnsafeMutableRawBufferPointer) -> Void) {
        withUnsafeMutableBytes(of: &words) { write($0) }
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

/// Hashes leaves and nodes as RFC 6962 (section 2.1) has them, one after the other, for one thread.
///
/// A leaf begins with 0 and a node with 1, so that nobody can show a node as an entry.
package final class MerkleHasher {
    // Safety: owned by this object alone, used by its owner's thread, freed in deinit.
    private let context: OpaquePointer
    private static let leaf: [UInt8] = [0]
    private static let node: [UInt8] = [1]

    /// Makes a hasher.
    package init() {
        guard let context = CCrypto_hash_new(CCrypto_sha256) else { fatalError("hash: out of memory") }
        self.context = context
    }

    deinit { CCrypto_hash_free(context) }

    /// The hash of an entry.
    package func leaf(_ entry: UnsafeRawBufferPointer) -> MerkleHash {
        update(Self.leaf)
        update(entry)
        return finish()
    }

    /// The hash of an entry.
    package func leaf(_ entry: [UInt8]) -> MerkleHash { entry.withUnsafeBytes(leaf) }

    /// The hash of the node over two.
    package func node(_ left: MerkleHash, _ right: MerkleHash) -> MerkleHash {
        update(Self.node)
        // Two of them lie behind each other without a gap: each call into libcrypto costs as much as a hash's half.
        withUnsafeBytes(of: (left, right)) { update($0) }
        return finish()
    }

    /// The root of a tree without entries.
    package var empty: MerkleHash { finish() }

    private func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes(update) }

    private func update(_ bytes: UnsafeRawBufferPointer) {
        precondition(CCrypto_hash_update(context, bytes.baseAddress, bytes.count) == 1)
    }

    private func finish() -> MerkleHash {
        let hash = MerkleHash { buffer in
            guard let bytes = buffer.bindMemory(to: UInt8.self).baseAddress else { return }
            precondition(CCrypto_hash_final(context, bytes) == 1)
        }
        precondition(CCrypto_hash_again(context) == 1)
        return hash
    }
}
