import Glibc
import StationCore
import Synchronization

/// How many files of content may be open at once; any thread.
///
/// Each is kept open from its preflight until its slot is over. Without a bound some long playlists would leave no
/// descriptor for the log, the card and the people.
final class FileAllowance: Sendable {
    /// So many descriptors are kept for everything else.
    static let reserve = 256
    /// Whatever the system says, so many files may be open: one slot must always find its own.
    static let least = 64
    /// So many, and at most half of all, are left to emergencies: no crowd of long playlists silences a warning.
    static let emergencyShare = 512

    private let most: Int
    private let mostOrdinary: Int
    private let held = Atomic<Int>(0)

    init(most: Int) {
        self.most = most
        mostOrdinary = most - min(Self.emergencyShare, most / 2)
    }

    /// What the process' limit leaves for content.
    static func ofProcess() -> FileAllowance {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return FileAllowance(most: max(least, Int(clamping: limit.rlim_cur) - reserve))
    }

    fileprivate func take(for urgency: Urgency) throws(SystemError) {
        let most = urgency == .emergency ? most : mostOrdinary
        guard held.wrappingAdd(1, ordering: .relaxed).newValue <= most else {
            give()
            throw SystemError(call: "keep more than \(most) files open", code: EMFILE)
        }
    }

    fileprivate func give() { held.wrappingSubtract(1, ordering: .relaxed) }
}

/// A file of content that is kept open; it closes, and leaves its place to another, when its last owner goes.
final class HeldFile: Sendable {
    private let file: Descriptor
    private let allowance: FileAllowance
    private let facts: Facts
    /// The number, for as long as this object lives.
    var number: Int32 { file.number }

    /// Opens a file if another may be open.
    init(
        _ allowance: FileAllowance, for urgency: Urgency, _ open: () throws(SystemError) -> Descriptor
    ) throws(SystemError) {
        try allowance.take(for: urgency)
        do throws(SystemError) {
            file = try open()
        } catch {
            allowance.give()
            throw error
        }
        self.allowance = allowance
        facts = Facts(of: file.number)
    }

    /// Whether nobody has written to it since it was opened.
    var isUnchanged: Bool { Facts(of: file.number) == facts }

    /// What tells of a write.
    ///
    /// Nobody can set the time of the inode's change; but it also changes when the file gets another name, or none,
    /// or other rights, as each does that is replaced by a new recording. Then its own time and its size decide.
    private struct Facts: Equatable {
        private var content: [Int64] = []
        private var inode: [Int64] = []
        private var changed: [Int64] = []

        init(of descriptor: Int32) {
            var found = stat()
            guard fstat(descriptor, &found) == 0 else { return }
            content = [Int64(found.st_size), Int64(found.st_mtim.tv_sec), Int64(found.st_mtim.tv_nsec)]
            inode = [Int64(found.st_nlink), Int64(found.st_mode), Int64(found.st_uid), Int64(found.st_gid)]
            changed = [Int64(found.st_ctim.tv_sec), Int64(found.st_ctim.tv_nsec)]
        }

        static func == (left: Self, right: Self) -> Bool {
            left.content == right.content && (left.changed == right.changed || left.inode != right.inode)
        }
    }

    deinit { allowance.give() }
}
