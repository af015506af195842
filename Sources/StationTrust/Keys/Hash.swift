import CCrypto

/// What content is hashed with.
package enum HashAlgorithm: String, Sendable, CaseIterable {
    case sha256, sha512

    fileprivate var number: CCrypto_algorithm {
        switch self {
        case .sha256: CCrypto_sha256
        case .sha512: CCrypto_sha512
        }
    }

    /// The length of a digest, in bytes.
    package var byteCount: Int { Int(number.rawValue) }
}

/// A hash that takes its input in pieces.
package struct Hash: ~Copyable {
    // Safety: owned by this value alone and freed in deinit; libcrypto's context is used by one thread at a time
    // because the struct cannot be copied.
    private let context: OpaquePointer
    private let count: Int

    /// Begins a computation.
    package init(_ algorithm: HashAlgorithm) {
        guard let context = CCrypto_hash_new(algorithm.number) else { fatalError("hash: out of memory") }
        self.context = context
        count = algorithm.byteCount
    }

    deinit { CCrypto_hash_free(context) }

    /// Adds bytes to what is hashed.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        precondition(CCrypto_hash_update(context, bytes.baseAddress, bytes.count) == 1)
    }

    /// Ends the computation: the digest's bytes.
    package consuming func finish() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        precondition(CCrypto_hash_final(context, &bytes) == 1)
        return bytes
    }

    /// The digest of some bytes at once.
    package static func digest(of bytes: some Sequence<UInt8>, _ algorithm: HashAlgorithm) -> [UInt8] {
        var hash = Hash(algorithm)
        let isDone: Void? = bytes.withContiguousStorageIfAvailable { hash.update(UnsafeRawBufferPointer($0)) }
        if isDone == nil { Array(bytes).withUnsafeBytes { hash.update($0) } }
        return hash.finish()
    }
}

/// A SHA-256 computation that takes its input in pieces.
package struct SHA256: ~Copyable {
    private var hash = Hash(.sha256)

    /// Begins a computation.
    package init() {}

    /// Adds bytes to what is hashed.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) { hash.update(bytes) }

    /// Adds bytes to what is hashed.
    package mutating func update(_ bytes: ArraySlice<UInt8>) {
        bytes.withUnsafeBytes { hash.update($0) }
    }

    /// Ends the computation.
    package consuming func finish() -> Digest { Digest(bytes: hash.finish()) }

    /// The digest of some bytes at once.
    package static func hash(_ bytes: some Sequence<UInt8>) -> Digest {
        Digest(bytes: Hash.digest(of: bytes, .sha256))
    }
}

/// The 32 bytes of a SHA-256 digest.
package struct Digest: Hashable, Sendable, CustomStringConvertible {
    /// The digest itself.
    package let bytes: [UInt8]

    /// 64 lower-case hexadecimal digits.
    package var description: String { Hexadecimal.text(bytes) }

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// Reads what `description` says; nil for anything but 64 hexadecimal digits.
    package init?(text: String) {
        guard let bytes = Hexadecimal.bytes(text), bytes.count == 32 else { return nil }
        self.bytes = bytes
    }
}
