import Glibc
import TerminalText

/// What was found of the disk that the state lies on, and what that means.
struct DiskFacts: Sendable {
    /// A disk that takes longer for one small file keeps the log waiting, in nanoseconds.
    static let slow: Int64 = 1_000_000_000
    /// Fewer inodes than these are a disk that is full of small files.
    private static let fewInodes: UInt64 = 1000

    /// What the file system is, and what it has left.
    struct Room: Hashable, Sendable {
        /// For who is not root, in bytes.
        var freeBytes: Int64
        var freeInodes: UInt64
        /// Whether the file system counts inodes at all.
        var hasInodes: Bool
        var isReadOnly: Bool
        /// Such as `ext4`; nil where nothing tells.
        var kind: String?
        /// Where it is mounted; nil where nothing tells.
        var place: String?
        /// The device behind it, such as `mmcblk0p2`.
        var device: String?
        /// The errors that the file system itself has counted.
        var errors: Int64?
    }

    /// What writing a small file came to.
    enum Writing: Hashable, Sendable {
        /// It is on the medium after so many nanoseconds.
        case done(Int64)
        case failed(Int32)
        /// This user may not write there.
        case notPermitted
        case unfinished
        /// There is no folder yet.
        case noFolder
    }

    var state: String
    var reserveBytes: Int64
    var room: Room?
    var writing: Writing

    var findings: [Finding] {
        var found: [Finding] = []
        if let room { found += judge(room) }
        if let finding = judge(writing) { found.append(finding) }
        guard found.isEmpty else { return found }
        let free = room?.freeBytes ?? 0
        return [
            .ok(
                .disk,
                Phrase(
                    vi: "còn trống \(size(free, .vietnamese)), ghi được (\(time(.vietnamese)))",
                    en: "\(size(free, .english)) free, writable (\(time(.english)))"))
        ]
    }

    private func size(_ bytes: Int64, _ language: Language) -> String {
        Format(language: language).bytes(bytes)
    }

    private func time(_ language: Language) -> String {
        guard case .done(let time) = writing else { return "–" }
        return Format(language: language).microseconds(Double(time) / 1000)
    }

    private func judge(_ room: Room) -> [Finding] {
        var found: [Finding] = []
        if room.isReadOnly {
            found.append(
                .fault(
                    .disk,
                    Phrase(
                        vi: "\(state) nằm trên đĩa đang chỉ cho đọc: thường là thẻ nhớ hỏng",
                        en: "\(state) lies on a disk that is mounted read-only: often a card that fails"),
                    Phrase(
                        vi:
                            "Xem dmesg; thử mount -o remount,rw \(room.place ?? state); bị lại thì thay thẻ nhớ.",
                        en:
                            "See dmesg; try mount -o remount,rw \(room.place ?? state); if it returns replace the card."
                    )))
        }
        if room.freeBytes < reserveBytes { found.append(full(room)) }
        if room.hasInodes, room.freeInodes < Self.fewInodes {
            found.append(
                .fault(
                    .disk,
                    Phrase(
                        vi: "đĩa chỉ còn tạo được \(room.freeInodes) tệp (hết inode)",
                        en: "the disk has room for \(room.freeInodes) more files only (inodes)"),
                    Phrase(same: "df -i; du --inodes -x -d 2 / | sort -n | tail")))
        }
        if let errors = room.errors, errors > 0 {
            found.append(
                .warning(
                    .disk,
                    Phrase(
                        vi: "hệ thống tệp trên \(room.device ?? "?") đã ghi nhận \(errors) lỗi",
                        en:
                            "the file system on \(room.device ?? "?") has counted \(Format.counted(Int(errors), "error"))"
                    ),
                    Phrase(
                        vi: "Xem dmesg; kiểm tra khi khởi động: touch /forcefsck; lỗi tăng thì thay thẻ nhớ.",
                        en:
                            "See dmesg; have it checked at boot: touch /forcefsck; if they grow replace the card."
                    )
                ))
        }
        if ["tmpfs", "ramfs"].contains(room.kind) {
            found.append(
                .warning(
                    .disk,
                    Phrase(
                        vi: "\(state) nằm trong bộ nhớ: mất điện là mất hết lịch phát và nhật ký",
                        en: "\(state) lies in memory: a power cut takes timetable and log"),
                    Phrase(
                        vi: "Đặt state trong cấu hình vào một thư mục trên đĩa.",
                        en: "Set state in the configuration to a folder on a disk.")))
        }
        return found
    }

    private func full(_ room: Room) -> Finding {
        .fault(
            .disk,
            Phrase(
                vi: "chỉ còn trống \(size(room.freeBytes, .vietnamese)), ít hơn storage.reserveBytes"
                    + " (\(size(reserveBytes, .vietnamese)))",
                en: "\(size(room.freeBytes, .english)) free, less than storage.reserveBytes"
                    + " (\(size(reserveBytes, .english)))"),
            Phrase(
                vi: "Xem cái gì chiếm chỗ: du -xh -d 2 / | sort -h | tail; dọn bằng apt-get clean, journalctl"
                    + " --vacuum-size=50M",
                en: "See what takes it: du -xh -d 2 / | sort -h | tail; clear with apt-get clean, journalctl"
                    + " --vacuum-size=50M"))
    }

    private func judge(_ writing: Writing) -> Finding? {
        switch writing {
        case .done(let time) where time > Self.slow:
            return .warning(
                .disk,
                Phrase(
                    vi: "ghi một tệp nhỏ mất \(self.time(.vietnamese)): đĩa quá chậm",
                    en: "a small file took \(self.time(.english)) to write: the disk is slow"),
                Phrase(
                    vi: "Xem máy có đang ghi gì nhiều không (iotop); thẻ nhớ cũ thì thay.",
                    en: "See whether something writes a lot (iotop); replace an old card."))
        case .done: return nil
        // It is told already.
        case .failed(EROFS) where room?.isReadOnly == true: return nil
        case .failed(let code):
            let why = Phrasebook.translated(String(cString: strerror(code)))
            return .fault(
                .disk,
                Phrase(
                    vi: "không ghi được vào \(state): \(why[.vietnamese])",
                    en: "cannot write to \(state): \(why[.english])"),
                FaultAdvice.of("disk-unwritable") ?? why)
        case .notPermitted:
            return .hidden(.disk, Phrase(vi: "ghi thử vào \(state)", en: "writing to \(state), as a trial"))
        case .unfinished:
            return .unfinished(
                .disk, Phrase(vi: "ghi thử vào \(state)", en: "writing to \(state), as a trial"))
        case .noFolder:
            return .warning(
                .disk,
                Phrase(
                    vi: "chưa có thư mục \(state)", en: "there is no folder \(state) yet"),
                Phrase(
                    vi: "loaphuongd tạo nó khi chạy lần đầu: systemctl start loaphuongd",
                    en: "The daemon makes it when it first starts: systemctl start loaphuongd"))
        }
    }
}
