import CLinux
import Glibc
import StationHost

/// A user with all groups, and what the modes of files let it do.
struct Account: Hashable, Sendable {
    /// The user that the service runs as.
    static let service = "loaphuong"
    private static let mostGroups: Int32 = 1024

    var name: String
    var uid: UInt32
    /// Its own group and the supplementary ones.
    var groups: Set<UInt32>

    /// The user of that name with the groups that it is listed in; nil where there is none.
    static func named(_ name: String) -> Account? {
        // Safety: getpwnam's buffer is static; one thread asks, and copies what it needs at once.
        guard let entry = getpwnam(name) else { return nil }
        let (uid, gid) = (entry.pointee.pw_uid, entry.pointee.pw_gid)
        var groups = [gid_t](repeating: 0, count: Int(mostGroups))
        var count = mostGroups
        let isWhole = getgrouplist(name, gid, &groups, &count) >= 0
        return Account(name: name, uid: uid, groups: Set(isWhole ? groups.prefix(Int(count)) : [gid]))
    }

    /// The user and groups that a process has; nil where there is none.
    static func running(_ process: Int32) -> Account? {
        let bytes = (try? readFile("/proc/\(process)/status", limit: 1 << 16)) ?? []
        var numbers: [Substring: [UInt32]] = [:]
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, ["Uid", "Gid", "Groups"].contains(parts[0]) else { continue }
            numbers[parts[0]] = parts[1].split { $0 == "\t" || $0 == " " }.compactMap { UInt32($0) }
        }
        guard let user = numbers["Uid"], user.count > 1, let group = numbers["Gid"], group.count > 1 else {
            return nil
        }
        return Account(
            name: name(of: user[1]), uid: user[1], groups: Set([group[1]] + (numbers["Groups"] ?? [])))
    }

    /// Who runs this command.
    static var own: Account {
        var groups = [gid_t](repeating: 0, count: Int(mostGroups))
        let count = getgroups(mostGroups, &groups)
        return Account(
            name: name(of: geteuid()), uid: geteuid(),
            groups: Set([getegid()] + groups.prefix(Int(max(0, count)))))
    }

    /// What a user is called.
    static func name(of uid: UInt32) -> String {
        // Safety: as above.
        getpwuid(uid).map { String(cString: $0.pointee.pw_name) } ?? "\(uid)"
    }

    /// What a group is called.
    static func groupName(of gid: UInt32) -> String {
        // Safety: as above.
        getgrgid(gid).map { String(cString: $0.pointee.gr_name) } ?? "\(gid)"
    }

    /// The number of a group; nil where there is none of that name.
    static func group(_ name: String) -> UInt32? {
        // Safety: as above.
        getgrnam(name).map { $0.pointee.gr_gid }
    }
}
