import Glibc
import StationCore
import StationHost

/// The folder of a demo: a channel with one more event, keys and repository of its centre, a configuration, and room
/// for state and socket.
struct DemoStage {
    /// The station's identity: its own timetable is the most special of the channel.
    static let station = "demo"
    static let upstream = "playlists"
    /// The event's identity.
    static let programme = "demo@loa"
    /// Long enough for what is played, and an end for whatever goes wrong.
    private static let mostSeconds: Int64 = 60
    /// So far around the event no other programme may be due, or still be joined.
    private static let quiet = Duration.seconds(25 * 3600)
    private static let quietAfter = Duration.seconds(600)

    let folder: String
    var socket: String { folder + "/run/loa.sock" }
    var configuration: String { folder + "/station.json5" }
    var state: String { folder + "/state" }
    /// What the editor keeps.
    var channel: String { folder + "/channel" }
    /// The centre's keys, and what it serves.
    var keys: String { folder + "/keys" }
    var repository: String { folder + "/repository" }
    /// What the daemon has to say.
    var messages: String { folder + "/messages" }

    /// Where the example channel is: beside the build that this command belongs to, in this directory, or installed.
    static func playlists() -> String? {
        var candidates: [String] = []
        var path = executable
        while let slash = path.lastIndex(of: "/"), slash > path.startIndex {
            path = String(path[..<slash])
            candidates.append(path + "/Playlists")
        }
        candidates += ["Playlists", "/usr/share/loaphuong/Playlists"]
        return candidates.first { access($0 + "/schedule.ics", R_OK) == 0 }
    }

    /// The path of the running command.
    static var executable: String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        return String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Makes the folder.
    static func make() throws(SystemError) -> DemoStage {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        // A socket's path has at most 107 bytes.
        let base = parent.utf8.count <= 60 ? parent : "/tmp"
        var template = Array((base + "/loa-demo-XXXXXX").utf8CString)
        let isMade = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.map { mkdtemp($0) != nil } ?? false
        }
        guard isMade else {
            throw SystemError(call: "mkdtemp in \(base)", code: errno)
        }
        return DemoStage(
            folder: String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }

    /// Copies the example channel.
    ///
    /// - Throws: `SystemError` when a file cannot be read or written.
    func fill(from playlists: String) throws(SystemError) { try copy(playlists, to: channel) }

    /// Adds the event to the channel, and takes away what would be due around it.
    ///
    /// - Throws: `SystemError` when a file cannot be written.
    func add(eventAt instant: Instant) throws(SystemError) {
        let special = channel + "/stations/" + Self.station
        try make(channel + "/stations")
        try make(special)
        let quieted = others(around: instant)
        try write(special + "/schedule.ics", Self.calendar(instant, cancelling: quieted))
        try write(
            special + "/demo.m3u8",
            "#EXTM3U\n../../audio/nhac-hieu.wav\n../ap-3/audio/ve-sinh.wav\n")
    }

    /// Writes the configuration.
    ///
    /// - Parameters:
    ///   - url: where the repository is served.
    ///   - device: the ALSA name of the card.
    /// - Throws: `SystemError` when the file cannot be written.
    func configure(_ url: String, device: String) throws(SystemError) {
        try write(
            configuration,
            """
            {
              station: "\(Self.station)", name: "Loa Phường demo",
              upstreams: [{
                name: "\(Self.upstream)", url: "\(url)", root: "\(repository)/metadata/1.root.json", pollSeconds: 5,
              }],
              // The demo plays at any hour, and on machines whose kernel calls a good clock unsynchronised.
              hours: [{ from: "00:00", to: "24:00" }],
              clock: { batteryBacked: true },
              output: { device: "\(device)" },
              state: "\(state)", socket: "\(socket)",
            }

            """)
    }

    /// The other programmes of the channel that would be due around the event.
    private func others(around instant: Instant) -> [String] {
        guard let bytes = try? readFile(channel + "/schedule.ics", limit: ICalendarLimits.fileBytes)
        else {
            return []
        }
        let source = ChannelSource(
            upstream: Self.upstream, rank: 1, classes: [.normal],
            files: [.init(path: "schedule.ics", bytes: bytes)])
        let zones = ZoneFolder.system.zones
        let station = TimetableStation(id: Self.station, zone: zones.zone(named: "Asia/Ho_Chi_Minh") ?? .utc)
        let timetable = Timetable.compile([source], for: station, zones: zones).timetable
        let slots = timetable.slots(
            from: instant - Self.quiet, until: instant + Self.quietAfter, limit: 1000)
        var names: [String] = []
        for slot in slots where !names.contains(slot.programme) { names.append(slot.programme) }
        return names
    }

    private static func calendar(_ instant: Instant, cancelling others: [String]) -> String {
        let time = basicUTC(instant)
        var lines = [
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Loa Phuong//demo//EN", "BEGIN:VEVENT",
            "UID:\(programme)", "DTSTAMP:\(time)", "DTSTART:\(time)", "DURATION:PT\(mostSeconds)S",
            "SUMMARY:Loa Phường", "ATTACH:demo.m3u8", "END:VEVENT",
        ]
        for other in others {
            lines += [
                "BEGIN:VEVENT", "UID:\(other)", "DTSTAMP:\(time)", "DTSTART:\(time)", "STATUS:CANCELLED",
                "END:VEVENT",
            ]
        }
        return (lines + ["END:VCALENDAR", ""]).joined(separator: "\r\n")
    }

    /// An instant as `20261122T134500Z`.
    private static func basicUTC(_ instant: Instant) -> String {
        let text = RFC3339.string(from: instant, offset: 0).prefix(19)
        return text.filter { $0 != "-" && $0 != ":" } + "Z"
    }

    // MARK: Files

    private func make(_ path: String) throws(SystemError) {
        if mkdir(path, 0o755) < 0 && errno != EEXIST { throw SystemError(call: "mkdir \(path)", code: errno) }
    }

    private func write(_ path: String, _ text: String) throws(SystemError) {
        try write(path, Array(text.utf8))
    }

    private func write(_ path: String, _ bytes: [UInt8]) throws(SystemError) {
        let file = try Descriptor.open(path, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o644)
        let number = file.number
        let problem: SystemError? = bytes.withUnsafeBytes { buffer in
            do throws(SystemError) {
                try writeAll(number, buffer, path)
                return nil
            } catch { return error }
        }
        if let problem { throw problem }
    }

    private func copy(_ from: String, to target: String) throws(SystemError) {
        try make(target)
        for name in try namesInDirectory(from) where !name.hasPrefix(".") {
            let (source, copy) = (from + "/" + name, target + "/" + name)
            var information = stat()
            _ = try system("stat \(source)") { lstat(source, &information) }
            switch information.st_mode & S_IFMT {
            case S_IFDIR: try self.copy(source, to: copy)
            case S_IFREG: try write(copy, try readFile(source, limit: 64 << 20))
            default: break
            }
        }
    }

    /// Removes the folder with everything in it.
    func remove() { Self.remove(folder) }

    private static func remove(_ path: String) {
        guard unlink(path) < 0 else { return }
        for name in (try? namesInDirectory(path)) ?? [] { remove(path + "/" + name) }
        rmdir(path)
    }
}
