/// A text and who has signed it (C2SP signed-note), with Ed25519.
package struct SignedNote: Hashable, Sendable {
    /// A signature line.
    package struct Signature: Hashable, Sendable {
        /// The name of the key.
        package let name: String
        /// The first bytes of a hash over name and key: which of several keys of that name it is.
        package let keyID: [UInt8]
        /// What the key made of the text.
        package let bytes: [UInt8]
    }

    /// A longer note is none of ours, in bytes.
    package static let mostBytes = 1 << 16
    /// More signatures nobody looks at.
    private static let mostSignatures = 64
    private static let dash = "\u{2014} "

    /// The text, with the newline at its end.
    package let text: String
    /// Who has signed it; none of them is believed yet.
    package let signatures: [Signature]

    /// Signs a text, which ends in a newline.
    package init(_ text: String, signedBy key: SecretKey, named name: String) {
        let public_ = NoteKey(name, key.publicBytes)
        self.text = text
        signatures = [Signature(name: name, keyID: public_?.id ?? [], bytes: key.sign(Array(text.utf8)))]
    }

    /// Reads a note; nil if it is none.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count <= Self.mostBytes, !bytes.contains(where: { $0 < 0x20 && $0 != 0x0A }),
            let note = String(validating: bytes, as: UTF8.self), note.hasSuffix("\n"),
            let border = note.ranges(of: "\n\n").last
        else { return nil }
        let lines = note[border.upperBound...].dropLast().split(
            separator: "\n", omittingEmptySubsequences: false)
        guard 1...Self.mostSignatures ~= lines.count else { return nil }
        var signatures: [Signature] = []
        for line in lines {
            guard let signature = Self.signature(line) else { return nil }
            signatures.append(signature)
        }
        text = note[..<border.lowerBound] + "\n"
        self.signatures = signatures
    }

    private static func signature(_ line: Substring) -> Signature? {
        guard line.hasPrefix(dash) else { return nil }
        let words = line.dropFirst(dash.count).split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 2, NoteKey.isSound(name: words[0]),
            let bytes = Base64.bytes(words[1].utf8), bytes.count > 4
        else { return nil }
        return Signature(name: String(words[0]), keyID: Array(bytes[..<4]), bytes: Array(bytes[4...]))
    }

    /// The note as it is kept and sent.
    package var bytes: [UInt8] {
        let lines = signatures.map { "\(Self.dash)\($0.name) \(Base64.text($0.keyID + $0.bytes))\n" }
        return Array("\(text)\n\(lines.joined())".utf8)
    }

    /// Whether a line says that it is of a key; that is not believed yet.
    package func names(_ key: NoteKey) -> Bool {
        signatures.contains { $0.name == key.name && $0.keyID == key.id }
    }

    /// Whether a key has signed it: each line that claims to be of it must be.
    package func isSigned(by key: NoteKey) -> Bool {
        let own = signatures.filter { $0.name == key.name && $0.keyID == key.id }
        return !own.isEmpty && own.allSatisfy { key.verifies($0.bytes, of: Array(text.utf8)) }
    }
}

/// The public half of a key that signs notes, as Go's `note` package writes it: `NAME+ID+KEY`.
package struct NoteKey: Hashable, Sendable {
    private static let ed25519: UInt8 = 1

    /// Whose it is.
    package let name: String
    /// The 32 bytes of the key.
    package let publicBytes: [UInt8]

    /// Makes the key of a name; nil if the name or the key is none.
    package init?(_ name: String, _ publicBytes: [UInt8]) {
        guard Self.isSound(name: name[...]), publicBytes.count == 32 else { return nil }
        (self.name, self.publicBytes) = (name, publicBytes)
    }

    /// Reads `NAME+ID+KEY`; nil if it is none.
    package init?(text: String) {
        let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let bytes = Base64.bytes(parts[2].utf8), bytes.first == Self.ed25519,
            let key = NoteKey(String(parts[0]), Array(bytes.dropFirst())),
            Hexadecimal.text(key.id) == parts[1]
        else { return nil }
        self = key
    }

    /// `NAME+ID+KEY`.
    package var text: String {
        "\(name)+\(Hexadecimal.text(id))+\(Base64.text([Self.ed25519] + publicBytes))"
    }

    /// The first four bytes of a hash over name and key.
    package var id: [UInt8] {
        Array(SHA256.hash(Array(name.utf8) + [0x0A, Self.ed25519] + publicBytes).bytes.prefix(4))
    }

    /// Neither empty, nor with a space or a plus.
    static func isSound(name: Substring) -> Bool {
        !name.isEmpty && !name.contains { $0.isWhitespace || $0 == "+" }
    }

    /// Whether a signature over a message is this key's.
    package func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        PublicKey(keyType: "ed25519", scheme: "ed25519", text: Hexadecimal.text(publicBytes))?
            .verifies(signature, of: message) ?? false
    }
}
