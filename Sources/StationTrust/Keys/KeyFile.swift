/// Ed25519 keys as files hold them: PKCS#8 in PEM (RFC 8410 section 10.3), which `openssl` and python-tuf read too.
package enum KeyFile {
    /// What stands before the 32 bytes of a secret key: version 0, id-Ed25519, an octet string in an octet string.
    private static let secretPrefix: [UInt8] = [
        0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
    ]
    /// What stands before the 32 bytes of a public one (RFC 8410 section 4): id-Ed25519, a bit string.
    private static let publicPrefix: [UInt8] = [
        0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00,
    ]
    private static let secretLabel = "PRIVATE KEY"
    private static let publicLabel = "PUBLIC KEY"

    /// The file of a secret key, by its seed of 32 bytes.
    package static func secret(seed: [UInt8]) -> String { block(secretLabel, secretPrefix + seed) }

    /// The file of its public half.
    package static func `public`(_ key: SecretKey) -> String {
        block(publicLabel, publicPrefix + key.publicBytes)
    }

    /// The secret keys of a text, which may hold several one behind the other; nil where one of them is none.
    package static func secrets(_ text: String) -> [SecretKey]? {
        guard let blocks = blocks(text, secretLabel), !blocks.isEmpty else { return nil }
        var keys: [SecretKey] = []
        for bytes in blocks {
            guard bytes.starts(with: secretPrefix),
                let key = SecretKey(seed: Array(bytes.dropFirst(secretPrefix.count)))
            else { return nil }
            keys.append(key)
        }
        return keys
    }

    /// A public key as metadata has it, from PEM or from 64 hexadecimal digits; nil if it is no Ed25519 key.
    package static func publicKey(_ text: String) -> JSON? {
        let digits = text.filter { !$0.isWhitespace }
        var bytes = Hexadecimal.bytes(digits)
        if let block = blocks(text, publicLabel)?.first, block.starts(with: publicPrefix) {
            bytes = Array(block.dropFirst(publicPrefix.count))
        }
        guard let bytes, bytes.count == 32 else { return nil }
        let hexadecimal = Hexadecimal.text(bytes)
        guard PublicKey(keyType: "ed25519", scheme: "ed25519", text: hexadecimal) != nil else { return nil }
        return [
            "keytype": "ed25519", "keyval": ["public": .string(hexadecimal)], "scheme": "ed25519",
        ]
    }

    private static func block(_ label: String, _ bytes: [UInt8]) -> String {
        var text = Base64.text(bytes)[...]
        var lines: [Substring] = []
        while !text.isEmpty {
            lines.append(text.prefix(64))
            text = text.dropFirst(64)
        }
        return "-----BEGIN \(label)-----\n" + lines.joined(separator: "\n") + "\n-----END \(label)-----\n"
    }

    /// What stands between the marks of each block of that label; nil if one is not base64 or has no end.
    private static func blocks(_ text: String, _ label: String) -> [[UInt8]]? {
        var blocks: [[UInt8]] = []
        var body: [UInt8]?
        for line in text.split(whereSeparator: \.isNewline) {
            if line == "-----BEGIN \(label)-----" {
                guard body == nil else { return nil }
                body = []
            } else if line == "-----END \(label)-----" {
                guard let bytes = body.flatMap(Base64.bytes) else { return nil }
                blocks.append(bytes)
                body = nil
            } else {
                body? += Array(line.utf8)
            }
        }
        return body == nil ? blocks : nil
    }
}
