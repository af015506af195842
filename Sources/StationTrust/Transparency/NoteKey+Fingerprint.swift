extension NoteKey {
    /// What two people compare by telephone: the SHA-256 of the key's 32 bytes, in groups of four digits.
    package var fingerprint: String {
        let digits = Array(SHA256.hash(publicBytes).description)
        return stride(from: 0, to: digits.count, by: 4).map { String(digits[$0..<$0 + 4]) }.joined(
            separator: " ")
    }
}
