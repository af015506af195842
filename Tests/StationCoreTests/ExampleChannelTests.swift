import Foundation
import StationCore
import Testing

/// `Playlists/` is what an editor starts from: it must be right, and small.
struct ExampleChannelTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Playlists")

    /// All files of the channel by their paths in it.
    private static func files() throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
            let url = folder.appending(path: path)
            if try url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true {
                files[path] = Array(try Data(contentsOf: url))
            }
        }
        return files
    }

    private static func compile(
        _ id: String, groups: [String] = [], languages: [String] = ["vi"]
    ) throws -> Timetable.Compilation {
        let files = try files()
        let texts = files.filter { $0.key.hasSuffix(".ics") || $0.key.hasSuffix(".m3u8") }.sorted {
            $0.key < $1.key
        }
        let channel = ChannelSource(
            upstream: "xa", rank: 1, classes: ProgrammeClass.allCases,
            files: texts.map { ChannelSource.File(path: $0.key, bytes: $0.value) },
            audio: Set(files.keys).subtracting(texts.map(\.key)))
        let zone = ZoneFile(fixedOffset: 7 * 3600, abbreviation: "+07")
        let station = TimetableStation(id: id, groups: groups, languages: languages, zone: zone)
        return Timetable.compile([channel], for: station, zones: Zones { _ in zone })
    }

    /// The slots of a day, as `HH:MM title`.
    private static func day(_ date: String, _ timetable: Timetable) throws -> [String] {
        let start = try #require(RFC3339.parse("\(date)T00:00:00+07:00")).instant
        return timetable.slots(from: start, until: start + .seconds(86_400), limit: 100).map { slot in
            let minutes = (slot.scheduled - start).nanoseconds / 60_000_000_000
            return "\(MinuteOfDay(Int(minutes / 60), Int(minutes % 60))) \(slot.title)"
        }
    }

    static let stations: [(String, [String], [String])] = [
        ("ap-1", [], ["vi"]), ("ap-2", ["khmer"], ["km", "vi"]), ("ap-3", ["ven-bien"], ["vi"]),
    ]

    @Test("it has no problem for any station, and each slot has something to play", arguments: stations)
    func whole(id: String, groups: [String], languages: [String]) throws {
        let compilation = try Self.compile(id, groups: groups, languages: languages)
        #expect(compilation.problems.map { "\($0)" } == [])
        #expect(compilation.refused == [])
        let start = try #require(RFC3339.parse("2027-01-01T00:00:00+07:00")).instant
        let slots = compilation.timetable.slots(
            from: start, until: start + .seconds(86_400 * 60), limit: 1000)
        #expect(slots.count > 150)
        for slot in slots { #expect(!compilation.timetable.entries(of: slot).isEmpty, "\(slot.id)") }
    }

    @Test("its days are those of the editor's plan")
    func days() throws {
        let everywhere = try Self.compile("ap-1").timetable
        #expect(
            try Self.day("2026-11-24", everywhere) == [
                "05:00 Bản tin sáng", "05:20 Bản tin khuyến nông", "17:00 Bản tin chiều",
                "18:00 Nhắc ngày tiêm chủng",
            ])
        // The first days of Tết 2027: later, and not at all.
        #expect(try Self.day("2027-02-06", everywhere).contains("06:00 Chúc Tết và bản tin sáng"))
        #expect(try !Self.day("2027-02-06", everywhere).contains { $0.hasPrefix("05:00") })
        #expect(try !Self.day("2027-02-07", everywhere).contains { $0.contains("Bản tin sáng") })
        // The station's own afternoon edition replaces that of all; the group's programmes come to it.
        let own = try Self.compile("ap-3", groups: ["ven-bien"]).timetable
        #expect(
            try Self.day("2026-12-05", own) == [
                "05:00 Bản tin sáng", "05:20 Sức khỏe cho mọi nhà", "06:15 Ngày thứ bảy tình nguyện",
                "10:45 Độ mặn các cống", "17:35 Bản tin chiều",
            ])
    }

    @Test("a station plays the variants of its languages, in its order")
    func languages() throws {
        func played(_ languages: [String]) throws -> [String] {
            let timetable = try Self.compile("ap-2", languages: languages).timetable
            let start = try #require(RFC3339.parse("2026-11-26T05:20:00+07:00")).instant
            let slot = try #require(timetable.slots(from: start, until: start + .seconds(60), limit: 1).first)
            return timetable.entries(of: slot).map { "\($0.language ?? "–"):\($0.entry.title ?? "–")" }
        }
        #expect(try played(["vi"]) == ["vi:Nhạc hiệu", "vi:Vay vốn hộ nghèo", "vi:Lời chào"])
        let both = try played(["km", "vi"])
        #expect(both.first == "km:Nhạc hiệu")
        #expect(both.dropFirst(2) == ["vi:Nhạc hiệu", "vi:Vay vốn hộ nghèo", "vi:Lời chào"])
    }

    @Test("it is small, in three formats, and its calendars are written as RFC 5545 has them")
    func form() throws {
        let files = try Self.files()
        #expect(files.values.reduce(0) { $0 + $1.count } < 2_500_000)
        for format in ["wav", "mp3", "opus"] { #expect(files.keys.contains { $0.hasSuffix(".\(format)") }) }
        for (path, bytes) in files where path.hasSuffix(".ics") {
            #expect(bytes.suffix(2) == [0x0D, 0x0A], "\(path)")
            for line in bytes.dropLast(2).split(separator: 0x0A, omittingEmptySubsequences: false).dropLast()
            {
                #expect(line.last == 0x0D && line.count <= 76, "\(path)")
            }
        }
    }
}
