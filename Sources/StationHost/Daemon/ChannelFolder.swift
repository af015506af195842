import Glibc
import StationCore
import StationTrust

/// Reads the folder of an upstream: its calendars, its playlists, and which audio files it has.
///
/// Folder thread.
///
/// Nothing outside of the folder is read: links are reported and passed over.
struct ChannelFolder {
    /// The bounds of a folder; what lies beyond them is reported and not read.
    enum Limits {
        static let files = 50_000
        static let depth = 12
        static let playlists = 5000
        /// All calendars and playlists together, in bytes.
        static let textBytes = 256 << 20
        static let pathBytes = 1024
    }

    /// What was found.
    struct Contents {
        var files: [ChannelSource.File] = []
        var audio: Set<String> = []
        var problems: [(file: String, message: String)] = []
        /// Over everything that was read, and over name, size and time of the rest.
        var digest = SHA256.hash([])
        /// Over the calendars and playlists alone: another recording does not make another timetable.
        var textDigest = SHA256.hash([])
        /// What the whole folder takes, in bytes.
        var bytes: Int64 = 0
    }

    /// What the file system says of a file.
    private struct Facts {
        var path: String
        var bytes: Int64
        /// The last change, in nanoseconds since 1970.
        var changed: Int64
    }

    private let root: String
    private let calendars: Set<String>
    private var facts: [Facts] = []
    private var contents = Contents()
    private var textBytes = 0
    private var isFull = false

    /// Reads a folder.
    ///
    /// - Parameters:
    ///   - path: the folder.
    ///   - calendars: the calendars that concern the station, relative to it.
    /// - Returns: what was found.
    /// - Throws: `SystemError` when the folder itself cannot be read.
    static func read(_ path: String, calendars: [String]) throws(SystemError) -> Contents {
        var folder = ChannelFolder(root: path, calendars: Set(calendars))
        try folder.walk(try Descriptor.open(path, O_RDONLY | O_DIRECTORY), "", depth: 0)
        folder.readFiles()
        return folder.contents
    }

    private init(root: String, calendars: Set<String>) {
        self.root = root
        self.calendars = calendars
    }

    // MARK: What there is

    private mutating func walk(
        _ folder: borrowing Descriptor, _ path: String, depth: Int
    ) throws(SystemError) {
        // Hidden files are nobody's content, and no playlist can name what is no UTF-8.
        for name in try names(in: folder, limit: Limits.files).sorted() where !isFull && !name.hasPrefix(".")
        {
            let inner = path.isEmpty ? name : path + "/" + name
            guard inner.utf8.count <= Limits.pathBytes else { continue }
            do {
                try look(at: name, in: folder, inner, depth: depth)
            } catch {
                // Gone since the folder was listed, which is nobody's fault.
                if error.code != ENOENT { report(inner, "\(error)") }
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
            guard depth < Limits.depth else { return report(path, "more than \(Limits.depth) folders deep") }
            let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
            let inner = Descriptor(owning: try system("open \(path)") { openat(number, name, flags) })
            try walk(inner, path, depth: depth + 1)
        case S_IFREG:
            guard facts.count < Limits.files else {
                isFull = true
                return report(path, "more than \(Limits.files) files: from here on none is read")
            }
            let time = information.st_mtim
            facts.append(
                Facts(
                    path: path, bytes: Int64(information.st_size),
                    changed: Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)))
        case S_IFLNK: report(path, "a link, which is not followed: it may lead out of the folder")
        default: break
        }
    }

    // MARK: What it says

    private mutating func readFiles() {
        var hash = SHA256()
        var textHash = SHA256()
        var playlists = 0
        for file in facts {
            contents.bytes += file.bytes
            let isPlaylist = file.path.lowercased().hasSuffix(".m3u8")
            var text: [UInt8]?
            if calendars.contains(file.path) || isPlaylist && playlists < Limits.playlists {
                if isPlaylist { playlists += 1 }
                text = read(file, limit: isPlaylist ? Playlist.maximumBytes : ICalendarLimits.fileBytes)
            } else if !isPlaylist {
                contents.audio.insert(file.path)
            }
            let head = "\(file.path)\u{0}\(file.bytes)\u{0}\(text == nil ? file.changed : 0)\u{0}"
            hash.update(Array(head.utf8)[...])
            hash.update((text ?? [])[...])
            guard let text else { continue }
            textHash.update(Array(head.utf8)[...])
            textHash.update(text[...])
            contents.files.append(ChannelSource.File(path: file.path, bytes: text))
        }
        contents.digest = hash.finish()
        contents.textDigest = textHash.finish()
    }

    private mutating func read(_ file: Facts, limit: Int) -> [UInt8]? {
        do {
            let descriptor = try ContentFile.open(file.path, below: root)
            // One byte more than may be: whoever reads it says that it is too large.
            let bytes = try readAll(descriptor.number, from: 0, limit: limit + 1, file.path)
            textBytes += bytes.count
            guard textBytes <= Limits.textBytes else {
                report(file.path, "more than \(Limits.textBytes >> 20) MiB of calendars and playlists")
                return nil
            }
            return bytes
        } catch {
            report(file.path, "\(error)")
            return nil
        }
    }

    private mutating func report(_ path: String, _ message: String) {
        guard contents.problems.count < Timetable.maximumProblems else { return }
        contents.problems.append((path, message))
    }
}
