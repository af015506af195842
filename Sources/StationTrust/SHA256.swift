import CCrypto

/// A SHA-256 computation that takes its input in pieces.
package struct SHA256: ~Copyable {
    // Safety: owned by this value alone and freed in deinit; libcrypto's context is used by one thread at a time
    // because the struct cannot be copied.
    private let context: OpaquePointer

    /// Begins a computation.
    package init() {
        guard let context = CCrypto_sha256_new() else { fatalError("SHA-256: out of memory") }
        self.context = context
    }

    deinit { CCrypto_sha256_free(context) }

    /// Adds bytes to what is hashed.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        precondition(CCrypto_sha256_update(context, bytes.baseAddress, bytes.count) == 1)
    }

    /// Adds bytes to what is hashed.
    package mutating func update(_ bytes: ArraySlice<UInt8>) {
        let context = context
        bytes.withUnsafeBytes { piece in
            precondition(CCrypto_sha256_update(context, piece.baseAddress, piece.count) == 1)
        }
    }

    /// Ends the computation.
    package consuming func finish() -> Digest {
        var bytes = [UInt8](repeating: 0, count: 32)
        precondition(CCrypto_sha256_final(context, &bytes) == 1)
        return Digest(bytes: bytes)
    }

    /// The digest of some bytes at once.
    package static func hash(_ bytes: some Sequence<UInt8>) -> Digest {
        var hash = SHA256()
        Array(bytes).withUnsafeBytes { hash.update($0) }
        return hash.finish()
    }
}

/// The 32 bytes of a SHA-256 digest.
package struct Digest: Hashable, Sendable, CustomStringConvertible {
    /// The digest itself.
    package let bytes: [UInt8]

    /// 64 lower-case hexadecimal digits.
    package var description: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
