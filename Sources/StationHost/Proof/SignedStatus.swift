package import StationTrust

/// What the centre is to know of a station beside its log, signed as TUF signs its files: over its canonical JSON.
package enum SignedStatus {
    /// What it is called beside the log.
    package static let fileName = "status.json"

    /// The file.
    ///
    /// - Returns: nil where the status has no canonical form.
    package static func bytes(_ status: JSON, signedBy key: SecretKey, named name: NoteKey) -> [UInt8]? {
        guard let text = try? status.canonicalBytes() else { return nil }
        let signature: JSON = [
            "keyid": .string(Hexadecimal.text(name.id)), "sig": .string(Hexadecimal.text(key.sign(text))),
        ]
        return JSON.object([.init("signed", status), .init("signatures", [signature])]).bytes
    }
}
