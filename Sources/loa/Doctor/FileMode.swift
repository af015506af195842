import Glibc
import StationHost

/// Who owns a file, and who may do what with it.
struct FileMode: Hashable, Sendable {
    var mode: UInt32
    var owner: UInt32
    var group: UInt32

    /// What somebody wants to do with a file.
    enum Wish: UInt32, Sendable {
        case execute = 1
        case write = 2
        case read = 4
    }

    /// Looks at a file, at its end where it is a link.
    static func of(_ path: String) throws(SystemError) -> FileMode {
        var information = stat()
        _ = try system("stat \(path)") { stat(path, &information) }
        return FileMode(
            mode: information.st_mode, owner: information.st_uid, group: information.st_gid)
    }

    /// Whether a user may do that, by the three triples of mode bits.
    func permits(_ wish: Wish, to account: Account) -> Bool {
        // Root passes, but for programs that nobody may run; a directory it may always enter.
        if account.uid == 0 { return wish != .execute || isDirectory || mode & 0o111 != 0 }
        let triple = owner == account.uid ? mode >> 6 : account.groups.contains(group) ? mode >> 3 : mode
        return triple & wish.rawValue != 0
    }

    var isDirectory: Bool { mode & S_IFMT == S_IFDIR }
    /// Whether anybody at all may read it.
    var isWorldReadable: Bool { mode & 0o004 != 0 }
}
