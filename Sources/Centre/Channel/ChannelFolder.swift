import Glibc
import StationCore
import StationHost
import StationTrust
import TerminalText

/// Reads the folder of a channel as its editor keeps it: calendars, playlists, and which other files there are.
///
/// Nothing outside of the folder is read, and what no station could take is a problem. Names and texts come out in
/// Unicode's form NFC: some systems write an accent as a letter of its own, and stations compare bytes.
struct ChannelFolder {
    /// The bounds of a folder.
    enum Limits {
        static let files = 50_000
        static let depth = 12
        static let playlists = 5000
        /// All calendars and playlists together, in bytes.
        static let textBytes = 64 << 20
        /// A target lies on the web server as `HASH.name`, and a file's name has at most 255 bytes.
        static let nameBytes = 255 - 65
        static let problems = 1000
    }

    /// What was found.
    struct Contents {
        /// Calendars and playlists, by path.
        var texts: [ChannelSource.File] = []
        /// All other files, in the order of their paths.
        var others: [String] = []
        var problems: [ChannelProblem] = []
        /// Names as the disk has them, where that is another form of Unicode.
        fileprivate(set) var spellings: [String: String] = [:]

        /// What the disk calls a file.
        func name(onDisk path: String) -> String { spellings[path] ?? path }
    }

    private let root: String
    private var paths: [String] = []
    private var contents = Contents()
    private var textBytes = 0

    /// Reads a folder.
    ///
    /// - Throws: when the folder itself cannot be read.
    static func read(_ path: String) throws(CentreError) -> Contents {
        var folder = ChannelFolder(root: path)
        try attempt { () throws(SystemError) in
            try folder.walk(try Descriptor.open(path, O_RDONLY | O_DIRECTORY), "", depth: 0)
        }
        folder.checkNames()
        folder.readTexts()
        return folder.contents
    }

    private init(root: String) { self.root = root }

    // MARK: What there is

    private mutating func walk(
        _ folder: borrowing Descriptor, _ path: String, depth: Int
    ) throws(SystemError) {
        // Hidden files are nobody's content. In the order of bytes: Swift's own takes two forms of one name for equal.
        let names = try names(in: folder, limit: Limits.files + 1)
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        for name in names where !name.hasPrefix(".") {
            let inner = path.isEmpty ? name : path + "/" + name
            do throws(SystemError) {
                try look(at: name, in: folder, inner, depth: depth)
            } catch {
                report(inner, Phrasebook.translated("\(error)"))
            }
        }
    }

    private mutating func look(
        at name: String, in folder: borrowing Descriptor, _ path: String, depth: Int
    ) throws(SystemError) {
        var information = stat()
        let number = folder.number
        _ = try system("stat \(path)") { fstatat(number, name, &information, AT_SYMLINK_NOFOLLOW) }
        switch information.st_mode & S_IFMT {
        case S_IFDIR:
            guard depth < Limits.depth else {
                return report(
                    path,
                    Phrase(
                        vi: "thư mục lồng nhau quá \(Limits.depth) lớp",
                        en: "more than \(Limits.depth) folders deep"))
            }
            let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
            let inner = Descriptor(owning: try system("open \(path)") { openat(number, name, flags) })
            try walk(inner, path, depth: depth + 1)
        case S_IFREG:
            paths.append(path.nfc)
            if !path.isNFC { contents.spellings[path.nfc] = path }
            if paths.count == Limits.files + 1 {
                report(path, Phrase(vi: "hơn \(Limits.files) tệp", en: "more than \(Limits.files) files"))
            }
        case S_IFLNK:
            report(
                path,
                Phrase(
                    vi: "là liên kết: hãy chép chính tệp đó vào đây",
                    en: "is a link: copy the file itself here"))
        default: report(path, Phrase(vi: "không phải tệp thường", en: "is no regular file"))
        }
    }

    // MARK: What it is called

    private mutating func checkNames() {
        var seen: Set<String> = []
        for path in paths {
            let name = path.split(separator: "/").last ?? ""
            if !seen.insert(path).inserted {
                report(
                    path,
                    Phrase(
                        vi: "có hai tệp tên này, chỉ khác cách mã hóa chữ có dấu (Unicode): đổi tên một tệp",
                        en: "two files have this name, in two forms of Unicode: rename one of them"))
            }
            if !TUF.isSound(path: path) || name.utf8.count > Limits.nameBytes {
                report(
                    path,
                    Phrase(
                        vi: "tên có ký tự điều khiển, hoặc dài hơn \(Limits.nameBytes) byte "
                            + "(cả đường dẫn: \(TUF.Limit.pathBytes))",
                        en: "a name with a control character, or of more than \(Limits.nameBytes) bytes "
                            + "(\(TUF.Limit.pathBytes) for the whole path)"))
            }
        }
    }

    // MARK: What it says

    private mutating func readTexts() {
        var playlists = 0
        for path in paths {
            let isPlaylist = path.lowercased().hasSuffix(".m3u8")
            let isCalendar = path.hasSuffix(".ics")
            guard isPlaylist || isCalendar else {
                contents.others.append(path)
                continue
            }
            if isPlaylist { playlists += 1 }
            guard playlists <= Limits.playlists else {
                report(
                    path,
                    Phrase(
                        vi: "hơn \(Limits.playlists) danh sách", en: "more than \(Limits.playlists) playlists"
                    ))
                break
            }
            if isCalendar, !Self.isTimetable(path) {
                warn(
                    path,
                    Phrase(
                        vi: "không trạm nào đọc: chỉ đọc schedule.ics, groups/TÊN/schedule.ics, "
                            + "stations/MÃ/schedule.ics và như vậy trong emergency/",
                        en: "no station reads it: they read schedule.ics, groups/NAME/schedule.ics, "
                            + "stations/ID/schedule.ics, and the same below emergency/"))
                continue
            }
            read(path, limit: isPlaylist ? Playlist.maximumBytes : ICalendarLimits.fileBytes)
        }
    }

    private static func isTimetable(_ path: String) -> Bool {
        var parts = path.split(separator: "/")[...]
        if parts.first == "emergency" { parts = parts.dropFirst() }
        return parts.last == "schedule.ics"
            && (parts.count == 1
                || parts.count == 3 && (parts.first == "groups" || parts.first == "stations"))
    }

    private mutating func read(_ path: String, limit: Int) {
        do throws(SystemError) {
            let descriptor = try ContentFile.open(contents.name(onDisk: path), below: root)
            // One byte more than may be: whoever compiles it says that it is too large.
            let bytes = try readAll(descriptor.number, from: 0, limit: limit + 1, path)
            textBytes += bytes.count
            guard textBytes <= Limits.textBytes else {
                return report(
                    path,
                    Phrase(
                        vi: "lịch và danh sách dài hơn \(Limits.textBytes >> 20) MiB",
                        en: "more than \(Limits.textBytes >> 20) MiB of calendars and playlists"))
            }
            // What is no UTF-8 is for whoever compiles it to tell.
            let text = String(validating: bytes, as: UTF8.self)?.nfc
            contents.texts.append(ChannelSource.File(path: path, bytes: text.map { Array($0.utf8) } ?? bytes))
        } catch {
            report(path, Phrasebook.translated("\(error)"))
        }
    }

    private mutating func report(_ path: String, _ message: Phrase) { add(.error, path, message) }

    private mutating func warn(_ path: String, _ message: Phrase) { add(.warning, path, message) }

    private mutating func add(_ severity: ChannelProblem.Severity, _ path: String, _ message: Phrase) {
        guard contents.problems.count < Limits.problems else { return }
        contents.problems.append(ChannelProblem(severity, path, message))
    }
}
