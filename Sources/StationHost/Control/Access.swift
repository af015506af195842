import CLinux
import Glibc
import StationCore

/// Who may read and who may act, by what the kernel says of the other end of the socket (SO_PEERCRED, SO_PEERGROUPS).
///
/// In a group is whose process has it, however it came by it, and also who is listed in it since they logged in.
package struct Access: Sendable {
    /// Whose members may read.
    package static let readers = "loaphuong"
    /// Whose members may read and act.
    package static let operators = "loaphuong-operators"

    /// Root, and the user that the daemon runs as: they could read and change everything without asking.
    private let owners: [UInt32]
    /// Whether a user, with the groups of their process, is in a group; never where there is no such group.
    private let isMember: @Sendable (_ uid: UInt32, _ groups: [UInt32], _ group: String) -> Bool
    /// Of a process with more supplementary groups none counts but its own.
    private static let mostGroups: Int32 = 1024

    /// Decides by the given users and groups.
    package init(owners: [UInt32], isMember: @escaping @Sendable (UInt32, [UInt32], String) -> Bool) {
        self.owners = owners
        self.isMember = isMember
    }

    /// Decides by this machine's users and groups.
    package static var system: Access {
        Access(owners: [0, geteuid()]) { uid, groups, group in
            CLinux_is_member(uid, groups, Int32(groups.count), group) == 1
        }
    }

    /// Whether a user may read, and whether they may act.
    package func decide(uid: UInt32, groups: [UInt32]) -> (mayRead: Bool, mayAct: Bool) {
        let mayAct = owners.contains(uid) || isMember(uid, groups, Self.operators)
        return (mayAct || isMember(uid, groups, Self.readers), mayAct)
    }

    /// Who is at the other end of a connection; nil when they may not even read, or the kernel does not say.
    func person(at descriptor: Int32) -> Person? {
        var (uid, gid, pid): (uid_t, gid_t, pid_t) = (0, 0, 0)
        guard CLinux_peer(descriptor, &uid, &gid, &pid) == 0 else { return nil }
        let (mayRead, mayAct) = decide(uid: uid, groups: [gid] + Self.groups(at: descriptor))
        guard mayRead else { return nil }
        // Safety: getpwuid's buffer is static; only the loop thread asks, and copies the name at once.
        let name = getpwuid(uid).map { String(cString: $0.pointee.pw_name) }
        return Person(uid: uid, name: name ?? "\(uid)", mayAct: mayAct)
    }

    /// The supplementary groups of the process at the other end of a connection.
    static func groups(at descriptor: Int32) -> [UInt32] {
        var groups = [gid_t](repeating: 0, count: Int(mostGroups))
        let count = CLinux_peer_groups(descriptor, &groups, mostGroups)
        return Array(groups.prefix(Int(count)))
    }
}
