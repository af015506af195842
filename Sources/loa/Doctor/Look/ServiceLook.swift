import Glibc
import StationHost

/// Asks systemd about the daemon's service, and the kernel about its process.
enum ServiceLook {
    static let unit = "loaphuongd"
    private static let properties = [
        "LoadState", "ActiveState", "SubState", "Result", "UnitFileState", "NRestarts", "WatchdogUSec",
        "User",
        "NeedDaemonReload",
    ]
    private static let programs = ["/usr/bin/systemctl", "/bin/systemctl"]

    /// The unit's properties, asked for until a deadline of CLOCK_MONOTONIC.
    static func unit(by deadline: Int64, root: String = "") -> ServiceFacts.Unit {
        guard access(root + "/run/systemd/system", F_OK) == 0,
            let program = programs.first(where: { access(root + $0, X_OK) == 0 })
        else { return .noSystemd }
        let words = [root + program, "show", unit, "--no-pager", "-p", properties.joined(separator: ",")]
        guard let answer = try? CapturedCommand(words, by: deadline), answer.code != nil else {
            return .unfinished
        }
        return .known(parse(answer.output))
    }

    /// The lines `NAME=VALUE`.
    static func parse(_ text: String) -> [String: String] {
        text.split(separator: "\n").reduce(into: [:]) { result, line in
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { result[String(parts[0])] = String(parts[1]) }
        }
    }

    /// Whether the program of a process was replaced on the disk; nil where this user may not see.
    static func isProgramReplaced(_ process: Int32) -> Bool? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/\(process)/exe", &buffer, buffer.count - 1)
        guard count > 0 else { return nil }
        let path = String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return path.hasSuffix(" (deleted)")
    }

    /// The user with whose login a process ends: one of a service of theirs, who does not linger.
    static func loginOwner(_ process: Int32, root: String = "") -> String? {
        let bytes = (try? readFile("\(root)/proc/\(process)/cgroup", limit: 4096)) ?? []
        let parts = String(decoding: bytes, as: UTF8.self).split { $0 == "/" || $0 == "\n" }
        let prefix = "user@", suffix = ".service"
        guard let part = parts.first(where: { $0.hasPrefix(prefix) && $0.hasSuffix(suffix) }),
            let uid = UInt32(part.dropFirst(prefix.count).dropLast(suffix.count))
        else { return nil }
        let name = Account.name(of: uid)
        return access("\(root)/var/lib/systemd/linger/\(name)", F_OK) == 0 ? nil : name
    }
}
