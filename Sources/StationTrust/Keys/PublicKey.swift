import CCrypto

/// A public key that can check signatures.
///
/// It is made where a signature is to be checked and does not leave that thread; metadata keeps keys as JSON.
package struct PublicKey {
    /// How a key signs, by its name in TUF.
    package enum Scheme: String, Sendable {
        /// RFC 8032; the key is 64 hexadecimal digits, the signature 64 bytes.
        case ed25519
        /// NIST P-256 with SHA-256; the key is PEM, the signature DER.
        case ecdsaP256 = "ecdsa-sha2-nistp256"
        /// RSASSA-PSS (RFC 8017) with SHA-256 and a salt of any length; the key is PEM, of 2,048 to 8,192 bits.
        case rsaPSS = "rsassa-pss-sha256"

        /// The names that a key type has in metadata; an older one for ECDSA is still met with.
        var keyTypes: [String] {
            switch self {
            case .ed25519: ["ed25519"]
            case .ecdsaP256: ["ecdsa", "ecdsa-sha2-nistp256"]
            case .rsaPSS: ["rsa"]
            }
        }

        fileprivate var number: CCrypto_scheme {
            switch self {
            case .ed25519: CCrypto_ed25519
            case .ecdsaP256: CCrypto_ecdsa_p256
            case .rsaPSS: CCrypto_rsa_pss
            }
        }
    }

    /// How it signs.
    package let scheme: Scheme
    private let handle: KeyHandle

    /// Reads a key as metadata gives it.
    ///
    /// It is nil if it is of a kind that is not known here, or not a key of the kind that it claims to be.
    ///
    /// - Parameters:
    ///   - keyType: its `keytype`, which must fit the scheme.
    ///   - scheme: its `scheme`.
    ///   - text: `public` of its `keyval`: hexadecimal digits or PEM.
    package init?(keyType: String, scheme: String, text: String) {
        guard let scheme = Scheme(rawValue: scheme), scheme.keyTypes.contains(keyType) else { return nil }
        let key: OpaquePointer?
        if scheme == .ed25519 {
            guard let bytes = Hexadecimal.bytes(text), bytes.count == 32 else { return nil }
            key = CCrypto_key_ed25519(bytes)
        } else {
            var text = text
            key = text.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) { pem in
                    pem.baseAddress.flatMap { CCrypto_key_pem(scheme.number, $0, pem.count) }
                }
            }
        }
        guard let key else { return nil }
        self.scheme = scheme
        handle = KeyHandle(key)
    }

    /// Whether the signature is this key's for the message.
    package func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        CCrypto_key_verify(
            handle.key, scheme.number, signature, signature.count, message, message.count) == 1
    }

    /// Whether both are one key, however they are written: hexadecimal digits have two cases, PEM many forms.
    package func isSame(as other: PublicKey) -> Bool {
        scheme == other.scheme && CCrypto_key_equal(handle.key, other.handle.key) == 1
    }
}

/// A secret Ed25519 key.
package struct SecretKey {
    private let handle: KeyHandle
    /// The 32 bytes of its public half.
    package let publicBytes: [UInt8]

    /// Makes the key of its 32 bytes; nil unless there are 32.
    ///
    /// A new key is 32 bytes from the system's generator of random numbers: whoever calls may ask for them, this
    /// target asks nobody.
    package init?(seed: [UInt8]) {
        guard seed.count == 32, let key = CCrypto_key_ed25519_secret(seed) else { return nil }
        handle = KeyHandle(key)
        var bytes = [UInt8](repeating: 0, count: 32)
        guard CCrypto_key_ed25519_public(key, &bytes) == 1 else { return nil }
        publicBytes = bytes
    }

    /// The 64 bytes of the signature of a message.
    package func sign(_ message: [UInt8]) -> [UInt8] {
        var signature = [UInt8](repeating: 0, count: 64)
        precondition(CCrypto_key_ed25519_sign(handle.key, &signature, message, message.count) == 1)
        return signature
    }
}

/// Owns a key of libcrypto's.
private final class KeyHandle {
    // Safety: made by CCrypto, used by nobody after deinit, and nothing here changes it.
    let key: OpaquePointer

    init(_ key: OpaquePointer) { self.key = key }

    deinit { CCrypto_key_free(key) }
}
