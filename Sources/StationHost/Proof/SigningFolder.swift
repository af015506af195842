import Glibc
package import StationCore
package import StationTrust

/// What the station keeps to sign its log with: its key, and the last head that the store took.
///
/// Fetch thread, and whoever reads.
///
///     STATE/proof/BOARD.pem        the secret key, one for each board that the disk was in, mode 0600
///     STATE/proof/checkpoint       the last head that the store took, signed
///
/// What a crash leaves: a key is there whole or not at all, and no head was signed with one that is not. A head that
/// the store took and that is not written down here is found at the store the next time.
package struct SigningFolder: Sendable {
    private static let keyBytes = 4096

    /// Its path.
    package let path: String
    private let calls: DiskCalls

    /// The folder of a station's state.
    package init(state: String, calls: DiskCalls = .kernel) {
        path = state + "/proof"
        self.calls = calls
    }

    /// The board's key; made at first start.
    ///
    /// - Parameters:
    ///   - board: which board this is.
    ///   - random: gives so many bytes that nobody can foresee.
    /// - Returns: the key.
    /// - Throws: `SystemError` when there is none and none can be written.
    package func key(
        board: String = Board.identity(), random: (Int) -> [UInt8]? = systemRandom(_:)
    ) throws(SystemError) -> SecretKey {
        let file = "\(path)/\(board).pem"
        if let key = try readKey(file) { return key }
        guard let seed = random(32), let key = SecretKey(seed: seed) else {
            throw SystemError(call: "make a key", code: ENODATA)
        }
        try DurableFile.makeDirectory(path, mode: 0o750)
        try DurableFile.replace(file, with: Array(KeyFile.secret(seed: seed).utf8), mode: 0o600, calls)
        return key
    }

    /// Where the key of this board lies, once it was made.
    package var keyPath: String { "\(path)/\(Board.identity()).pem" }

    /// The board's key, if it was made; nil if not.
    package func existingKey(board: String = Board.identity()) -> SecretKey? {
        (try? readKey("\(path)/\(board).pem")) ?? nil
    }

    private func readKey(_ file: String) throws(SystemError) -> SecretKey? {
        do throws(SystemError) {
            let text = String(decoding: try readFile(file, limit: Self.keyBytes), as: UTF8.self)
            // A file that is no key any more is damage: another key is another station to whoever trusts this one.
            guard let key = KeyFile.secrets(text)?.first else {
                throw SystemError(call: "read the key \(file)", code: EBADMSG)
            }
            return key
        } catch {
            if error.code == ENOENT { return nil }
            throw error
        }
    }

    /// The last head that the store took, and when that was by this machine's clock.
    package func uploadedHead() -> (note: SignedNote, head: Checkpoint, at: Instant)? {
        guard let bytes = try? readFile(checkpointPath, limit: SignedNote.mostBytes),
            let note = SignedNote(bytes), let head = Checkpoint(text: note.text)
        else { return nil }
        var information = stat()
        guard stat(checkpointPath, &information) == 0 else { return nil }
        return (note, head, Instant(seconds: Int64(information.st_mtim.tv_sec)))
    }

    /// Writes down a head that the store took.
    package func keep(_ checkpoint: [UInt8]) throws(SystemError) {
        try DurableFile.replace(checkpointPath, with: checkpoint, calls)
    }

    private var checkpointPath: String { path + "/checkpoint" }
}
