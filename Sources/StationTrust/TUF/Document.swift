// A signed file: what is signed, by whom, and whether that is enough. And how one is signed.

extension TUF {
    /// A signed file of metadata, read but not yet believed.
    package struct Document: Sendable {
        /// One signature of it, by the key of that id.
        struct Signature: Sendable {
            let keyID: String
            let bytes: [UInt8]
        }

        /// The role that it is said to be of.
        package let role: String
        /// What is signed, unknown fields included.
        package let signed: JSON
        /// The signed part's canonical form: what the signatures are for.
        let canonical: [UInt8]
        let signatures: [Signature]

        /// Reads a file.
        ///
        /// - Parameters:
        ///   - bytes: the file, as it came.
        ///   - role: the role that it is said to be of.
        /// - Throws: why nobody could have signed it; no signature is checked yet.
        package init(_ bytes: [UInt8], of role: String) throws(Refusal) {
            self.role = role
            let limit = Limit.bytes(of: role)
            guard bytes.count <= limit else { throw Refusal(role, .tooLong(limit: limit)) }
            let json: JSON
            do throws(JSONError) {
                json = try JSONParser.parse(bytes, limits: .init(bytes: limit))
            } catch { throw Refusal(role, .notJSON(error)) }
            let fields = Fields(json, role)
            signed = try fields.object("signed")
            do throws(CanonicalFormError) {
                canonical = try signed.canonicalBytes()
            } catch { throw Refusal(role, .malformed("a number")) }
            signatures = try Self.signatures(fields)
        }

        /// Reads the signatures.
        ///
        /// A key id that stands twice makes the whole file suspect; a signature that is empty (somebody is still to
        /// sign) or no hexadecimal number just does not count.
        private static func signatures(_ fields: Fields) throws(Refusal) -> [Signature] {
            var signatures: [Signature] = []
            var seen: Set<ExactString> = []
            for element in try fields.array("signatures") {
                let entry = Fields(element, fields.subject)
                let (keyID, text) = (try entry.text("keyid"), try entry.text("sig"))
                guard seen.insert(ExactString(text: keyID)).inserted else {
                    throw Refusal(fields.subject, .duplicateSignature(keyID))
                }
                guard let bytes = Hexadecimal.bytes(text), !bytes.isEmpty else { continue }
                signatures.append(Signature(keyID: keyID, bytes: bytes))
            }
            return signatures
        }

        /// Checks that as many of the role's keys signed it as must.
        ///
        /// A key counts once, whatever ids it has: one holder of a key written in two ways is still one.
        func check(_ signers: Signers, keys: ByteMap<JSON>) throws(Refusal) {
            var counted: [PublicKey] = []
            for signature in signatures where signers.keyIDs.contains(where: signature.keyID.hasSameBytes) {
                guard let json = keys[signature.keyID], let key = PublicKey(json),
                    key.verifies(signature.bytes, of: canonical),
                    !counted.contains(where: key.isSame)
                else { continue }
                counted.append(key)
                if counted.count >= signers.threshold { return }
            }
            throw Refusal(role, .tooFewSignatures(valid: counted.count, threshold: signers.threshold))
        }
    }

    /// Who may sign for a role, and how many of them must.
    package struct Signers: Hashable, Sendable {
        /// The ids of the keys; none stands twice.
        package let keyIDs: [String]
        /// How many different ones must sign, at least 1.
        package let threshold: Int

        init(_ fields: Fields) throws(Refusal) {
            let ids = try fields.texts("keyids")
            guard Set(ids.map(ExactString.init)).count == ids.count else { throw fields.malformed("keyids") }
            let threshold = try fields.integer("threshold")
            guard threshold >= 1 else { throw fields.malformed("threshold") }
            (keyIDs, self.threshold) = (ids, Int(threshold))
        }
    }

    /// Reads the keys that a role may refer to; each id must be the SHA-256 of the key's canonical form.
    static func keys(_ fields: Fields) throws(Refusal) -> ByteMap<JSON> {
        try fields.byName("keys") { member throws(Refusal) in
            guard let id = keyID(of: member.value), id.hasSameBytes(as: member.name) else {
                throw Refusal(fields.subject, .wrongKeyID(member.name))
            }
            return member.value
        }
    }

    /// The id of a key: the SHA-256 of its canonical form, unknown fields included; nil if it has no such form.
    package static func keyID(of key: JSON) -> String? {
        guard key.members != nil, let bytes = try? key.canonicalBytes() else { return nil }
        return SHA256.hash(bytes).description
    }
}

extension PublicKey {
    /// Reads a key's object of metadata; nil if no signature of it can be checked here.
    init?(_ json: JSON) {
        guard let type = json["keytype"]?.text, let scheme = json["scheme"]?.text,
            let text = json["keyval"]?["public"]?.text
        else { return nil }
        self.init(keyType: type, scheme: scheme, text: text)
    }
}

extension SecretKey {
    /// The public half, as metadata gives it.
    package var json: JSON {
        [
            "keytype": "ed25519", "keyval": ["public": .string(Hexadecimal.text(publicBytes))],
            "scheme": "ed25519",
        ]
    }
}

extension TUF {
    /// The file that those keys sign.
    ///
    /// - Throws: `CanonicalFormError` if what is to be signed has no canonical form.
    package static func file(_ signed: JSON, signedBy keys: [SecretKey]) throws(CanonicalFormError) -> [UInt8]
    {
        let message = try signed.canonicalBytes()
        let signatures = keys.map { key -> JSON in
            [
                "keyid": .string(keyID(of: key.json) ?? ""),
                "sig": .string(Hexadecimal.text(key.sign(message))),
            ]
        }
        return JSON.object([.init("signatures", .array(signatures)), .init("signed", signed)]).bytes
    }
}
