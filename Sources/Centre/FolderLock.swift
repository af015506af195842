import Glibc
import StationHost
import TerminalText

/// Keeps other commands of the centre away from a folder for as long as a descriptor lives.
enum FolderLock {
    /// Another command is waited for ten seconds.
    private static let tries = 200
    private static let milliseconds: Int32 = 50

    /// Locks a folder that is open.
    ///
    /// - Throws: `CentreError` when another command has it for too long.
    static func take(_ folder: borrowing Descriptor, _ path: String) throws(CentreError) {
        var tries = 0
        // Whoever has it writes a few files.
        while flock(folder.number, LOCK_EX | LOCK_NB) != 0, tries < Self.tries {
            tries += 1
            _ = poll(nil, 0, milliseconds)
        }
        guard tries < Self.tries else {
            throw CentreError(
                .refused,
                Phrase(
                    vi: "\(path): một lệnh loa-centre khác đang chạy; hãy đợi",
                    en: "\(path): another loa-centre is at work; wait for it"))
        }
    }
}
