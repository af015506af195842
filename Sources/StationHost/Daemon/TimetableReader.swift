import Glibc
import StationCore
import StationTrust

/// Makes timetables of folders, and remembers the last good one of each upstream.
///
/// Folder thread.
final class TimetableReader {
    var loaded: LoadedConfiguration {
        didSet { lastDigest = nil }
    }
    private let zones: ZoneFolder
    /// The last source of each upstream that had a timetable.
    private var good: [String: ChannelSource] = [:]
    /// For each upstream the digest of its folder as it was read last.
    private var digests: [String: Digest] = [:]
    /// For each upstream the digest of what decides its slots.
    private var versions: [String: Digest] = [:]
    private var contentBytes: Int64 = 0
    /// Whether every upstream was read the last time.
    private(set) var isWhole = false
    /// What the active timetable was made of; nil when it must be made anew.
    private var lastDigest: Digest?

    init(_ loaded: LoadedConfiguration, zones: ZoneFolder) {
        self.loaded = loaded
        self.zones = zones
    }

    /// Reads all folders.
    ///
    /// - Parameter begins: hears of each upstream before it is read: it may be one that does not answer.
    /// - Returns: a timetable if anything has changed, and what could not be taken.
    func read(begins: (_ upstream: String) -> Void) -> [Event] {
        var refusals: [(upstream: String, problem: String)] = []
        var problems: [TimetableProblem] = []
        var sources: [ChannelSource] = []
        var newVersions = versions
        var bytes: Int64 = 0
        for upstream in loaded.configuration.upstreams {
            begins(upstream.name)
            do throws(SystemError) {
                let contents = try ChannelFolder.read(
                    upstream.folder, calendars: loaded.station.calendarPaths)
                bytes += contents.bytes
                if let last = good[upstream.name], let problem = Self.incompleteness(of: contents) {
                    refusals.append((upstream.name, problem))
                    sources.append(last)
                    continue
                }
                sources.append(source(upstream, contents))
                digests[upstream.name] = contents.digest
                newVersions[upstream.name] = version(upstream, contents)
                problems += contents.problems.map {
                    TimetableProblem(upstream: upstream.name, file: $0.file, line: 1, message: $0.message)
                }
            } catch {
                refusals.append((upstream.name, "\(error)"))
                // The last good timetable stays (I9).
                if let last = good[upstream.name] { sources.append(last) }
            }
        }
        contentBytes = bytes
        isWhole = refusals.isEmpty
        let digest = SHA256.hash(
            loaded.configuration.upstreams.flatMap { digests[$0.name]?.bytes ?? [] }
                + refusals.flatMap { Array("\($0.upstream): \($0.problem)".utf8) })
        guard digest != lastDigest else { return [] }
        lastDigest = digest
        let timetable = compile(sources, newVersions, &problems, &refusals)
        return (timetable.map { [.timetable($0)] } ?? [])
            + refusals.map { .timetableRefused(upstream: $0.upstream, $0.problem) }
    }

    /// What decides an upstream's slots: its calendars and playlists, and whose station this is.
    ///
    /// The slots of a downtime are judged by the last active timetable, which is this one while the version is the
    /// same: a recording that was replaced meanwhile takes no slot out of the log.
    private func version(_ upstream: Configuration.Upstream, _ contents: ChannelFolder.Contents) -> Digest {
        let station = loaded.station
        let words: [[String]] = [
            [station.id, loaded.configuration.timeZone], station.groups, station.languages,
            upstream.classes.map(\.rawValue), upstream.live ? upstream.liveHosts : [],
        ]
        let text = words.map { $0.joined(separator: "\u{0}") }.joined(separator: "\u{1}")
        return SHA256.hash(contents.textDigest.bytes + Array(text.utf8))
    }

    /// What shows that a folder is only half there: a share that is not mounted, a calendar that is being copied.
    ///
    /// Only where there was a whole one before: what never was whole plays as far as it goes.
    private static func incompleteness(of contents: ChannelFolder.Contents) -> String? {
        let calendars = contents.files.filter { $0.path.hasSuffix(".ics") }
        if calendars.isEmpty { return "it has no schedule.ics" }
        let end = Array("END:VCALENDAR".utf8)
        let blank: Set<UInt8> = [0x0A, 0x0D, 0x20, 0x09]
        for calendar in calendars {
            let last = calendar.bytes.reversed().drop { blank.contains($0) }.prefix(end.count).reversed()
            if Array(last) != end {
                return "\(calendar.path) does not end with END:VCALENDAR: it is not whole"
            }
        }
        return nil
    }

    /// Reads all folders as if nothing had been read before.
    func readAnew(begins: (_ upstream: String) -> Void) -> [Event] {
        lastDigest = nil
        return read(begins: begins)
    }

    private func source(_ upstream: Configuration.Upstream, _ contents: ChannelFolder.Contents)
        -> ChannelSource
    {
        ChannelSource(
            upstream: upstream.name, rank: upstream.rank, classes: upstream.classes,
            liveHosts: upstream.live ? upstream.liveHosts : [], files: contents.files, audio: contents.audio)
    }

    /// Compiles sources; an upstream with a calendar without any event keeps its last good timetable.
    ///
    /// Where there is none yet, its other calendars are better than silence.
    private func compile(
        _ sources: [ChannelSource], _ newVersions: [String: Digest], _ problems: inout [TimetableProblem],
        _ refusals: inout [(upstream: String, problem: String)]
    ) -> ActiveTimetable? {
        var newVersions = newVersions
        var sources = sources
        var compiled = Timetable.compile(sources, for: loaded.station, zones: zones.zones)
        problems += compiled.problems
        let refused = compiled.refused.filter { $0.isEmpty || good[$0.upstream] != nil }
        if !refused.isEmpty {
            for refusal in refused {
                refusals.append((refusal.upstream, Self.text(of: refusal, compiled.problems)))
                newVersions[refusal.upstream] = versions[refusal.upstream]
            }
            let names = Set(refused.map(\.upstream))
            sources = sources.compactMap { names.contains($0.upstream) ? good[$0.upstream] : $0 }
            compiled = Timetable.compile(sources, for: loaded.station, zones: zones.zones)
        }
        guard !sources.isEmpty else { return nil }
        versions = newVersions
        for source in sources { good[source.upstream] = source }
        return ActiveTimetable(timetable: compiled.timetable, versions: versions, problems: problems)
    }

    /// Which calendar is refused, and what is wrong with its first event, if that is known.
    private static func text(
        of refusal: Timetable.Compilation.Refusal, _ problems: [TimetableProblem]
    ) -> String {
        let first = problems.first {
            $0.upstream == refusal.upstream && $0.file == refusal.file && $0.line > 1 && $0.severity == .error
        }
        guard let first else {
            return "no event of \(refusal.file) is understood; an empty timetable must say X-LOA-EMPTY:TRUE"
        }
        return "no event of \(refusal.file) is understood: line \(first.line): \(first.message)"
    }

    func measure() -> Completion {
        var information = statvfs()
        let path = loaded.configuration.state
        guard statvfs(path, &information) == 0 else {
            return .failed("\(SystemError(call: "statvfs \(path)", code: errno))")
        }
        return .storage(
            freeBytes: Int64(clamping: UInt64(information.f_bavail) * UInt64(information.f_frsize)),
            contentBytes: contentBytes)
    }
}
