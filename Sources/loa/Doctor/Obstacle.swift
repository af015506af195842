import Glibc
import StationHost

/// Why a user cannot use a file.
enum Obstacle: Hashable, Sendable {
    /// There is none.
    case missing(String)
    /// The modes of that file or folder forbid it.
    case forbidden(String)
    /// Whoever asks may not look at it.
    case hidden(String)

    /// What keeps a user from a file, as far as modes say; nil if nothing does.
    static func before(_ path: String, _ wish: FileMode.Wish, for account: Account) -> Obstacle? {
        var folder = ""
        for part in path.split(separator: "/").dropLast() {
            folder += "/" + part
            if let obstacle = obstacle(folder, .execute, account) { return obstacle }
        }
        return obstacle(path, wish, account)
    }

    private static func obstacle(_ path: String, _ wish: FileMode.Wish, _ account: Account) -> Obstacle? {
        do throws(SystemError) {
            return try FileMode.of(path).permits(wish, to: account) ? nil : .forbidden(path)
        } catch {
            return error.code == EACCES ? .hidden(path) : .missing(path)
        }
    }
}
