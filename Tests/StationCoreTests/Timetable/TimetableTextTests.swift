// The small formats: civil dates, RFC 3339, ISO 8601 durations, and playlists.

import Foundation
import StationCore
import Testing

@Suite("Civil dates")
struct CivilTimeTests {
    @Test("every day from 1600 to 2400 follows the one before, with Foundation's weekday at both ends")
    func days() throws {
        var date = try #require(CivilDate(year: 1600, month: 1, day: 1))
        let end = try #require(CivilDate(year: 2400, month: 12, day: 31))
        var (year, month, day) = date.parts
        while date < end {
            date = CivilDate(days: date.days + 1)
            day += 1
            if day > CivilDate.length(ofMonth: month, year: year) { (month, day) = (month + 1, 1) }
            if month > 12 { (year, month) = (year + 1, 1) }
            guard date.parts == (year, month, day), CivilDate(year: year, month: month, day: day) == date
            else {
                Issue.record("\(date.parts) is not \((year, month, day))")
                return
            }
        }
        #expect(CivilDate(year: 1600, month: 1, day: 1)?.weekday == .saturday)
        #expect(CivilDate(year: 2400, month: 12, day: 31)?.weekday == .sunday)
    }

    @Test(
        "a day that does not exist is none",
        arguments: [
            (2026, 2, 29), (1900, 2, 29), (2026, 4, 31), (2026, 0, 1), (2026, 13, 1), (2026, 1, 0),
            (-1, 1, 1), (10_000, 1, 1),
        ])
    func invalid(year: Int, month: Int, day: Int) {
        #expect(CivilDate(year: year, month: month, day: day) == nil)
    }

    @Test(
        "weeks are those of ISO 8601",
        arguments: [
            (2026, 1, 1, 2026, 1, 53), (2021, 1, 3, 2020, 53, 53), (2021, 1, 4, 2021, 1, 52),
            (2024, 12, 30, 2025, 1, 52),
            (2027, 1, 1, 2026, 53, 53), (2000, 1, 1, 1999, 52, 52),
        ])
    func weeks(year: Int, month: Int, day: Int, weekYear: Int, number: Int, count: Int) throws {
        let week = try #require(CivilDate(year: year, month: month, day: day)).week(startingOn: .monday)
        #expect(week == (weekYear, number, count))
    }
}

@Suite("RFC 3339 and ISO 8601")
struct TimeTextTests {
    @Test(
        "an instant is written with the zone's offset",
        arguments: [
            (0, 0, "1970-01-01T00:00:00+00:00"),
            (1_767_564_000_000_000_000, 25_200, "2026-01-05T05:00:00+07:00"),
            (-1, -12_600, "1969-12-31T20:29:59-03:30"), (999_999_999, 3600, "1970-01-01T01:00:00+01:00"),
            // Saigon's local mean time has seconds, RFC 3339 has none: the instant stays right.
            (0, 25_590, "1970-01-01T07:06:00+07:06"),
        ])
    func write(nanoseconds: Int64, offset: Int, text: String) throws {
        #expect(RFC3339.string(from: Instant(nanoseconds: nanoseconds), offset: offset) == text)
        let read = try #require(RFC3339.parse(text))
        #expect(read.instant.seconds == Instant(nanoseconds: nanoseconds).seconds)
    }

    @Test("microseconds are written whole, and read back with any fraction")
    func fractions() {
        let time = Instant(nanoseconds: 1_234_567_899)
        #expect(
            RFC3339.string(from: time, offset: 0, fraction: .microseconds)
                == "1970-01-01T00:00:01.234567+00:00")
        let before = Instant(nanoseconds: -1)
        #expect(
            RFC3339.string(from: before, offset: 0, fraction: .microseconds)
                == "1969-12-31T23:59:59.999999+00:00")
        #expect(RFC3339.parse("1970-01-01T00:00:01.5Z")?.instant.nanoseconds == 1_500_000_000)
        #expect(RFC3339.parse("1970-01-01t00:00:01.123456789z")?.instant.nanoseconds == 1_123_456_789)
        #expect(
            RFC3339.parse("2016-12-31T23:59:60Z")?.instant == RFC3339.parse("2016-12-31T23:59:59Z")?.instant)
    }

    @Test(
        "what is not RFC 3339 is refused",
        arguments: [
            "", "2026-01-05", "2026-01-05T05:00:00", "2026-01-05T05:00Z", "2026-1-5T05:00:00Z",
            "2026-02-30T05:00:00Z",
            "2026-01-05T24:00:00Z", "2026-01-05T05:60:00Z", "2026-01-05T05:00:61Z", "2026-01-05T05:00:00.Z",
            "2026-01-05T05:00:00.1234567890Z", "2026-01-05T05:00:00+7", "2026-01-05T05:00:00+24:00",
            "2026-01-05T05:00:00Zx",
            "0001-01-01T00:00:00Z", "9999-01-01T00:00:00Z", "２０２６-01-05T05:00:00Z",
        ])
    func refused(_ text: String) { #expect(RFC3339.parse(text) == nil) }

    @Test(
        "durations are read",
        arguments: [
            ("PT10M", 600_000), ("P30D", 2_592_000_000), ("P1DT2H", 93_600_000), ("P2W", 1_209_600_000),
            ("-PT1M30S", -90_000), ("+P1D", 86_400_000), ("PT0S", 0), ("PT0.5S", 500), ("PT1H30S", 3_630_000),
            ("PT0,25S", 250), ("PT90M", 5_400_000), ("PT26H", 93_600_000), ("PT1H30M", 5_400_000),
        ])
    func durations(text: String, milliseconds: Int) throws {
        #expect(try #require(ISODuration(text)).exact == .milliseconds(milliseconds))
    }

    @Test(
        "what is no duration is refused",
        arguments: [
            "", "P", "PT", "10M", "P1Y", "P1M", "P1DT", "PT1S1M", "PT1M1M", "P1D1W", "PT1.5M", "P0.5D",
            "PT.5S", "PT1.S",
            "PT1234567890S", "PT１S", "--PT1S", "PT1S ", "pt1s",
        ])
    func refusedDuration(_ text: String) { #expect(ISODuration(text) == nil) }
}

@Suite("Playlist")
struct PlaylistTests {
    private func read(_ text: String, path: String = "tin/list.m3u8") -> (Playlist, [String]) {
        let (playlist, problems) = Playlist.read(Array(text.utf8), path: path, liveHosts: ["radio.example"])
        return (playlist, problems.map { "\($0.line): \($0.message)" })
    }

    @Test("a playlist holds files, streams and inputs, with titles, lengths and fallbacks")
    func whole() {
        let (playlist, problems) = read(
            """
            \u{FEFF}#EXTM3U\r
            #EXT-X-VERSION:3\r
            #EXTINF:12.5,Nhạc hiệu, buổi sáng\r
            ../chime.wav\r
            \r
            #EXTINF:-1 tvg-id="x",Trực tiếp\r
            #LOA-FALLBACK:../dự phòng.mp3\r
            https://radio.example/live.m3u8\r
            input:FM\r
            5:30 tin #1.opus
            """)
        #expect(problems == [])
        #expect(
            playlist.entries == [
                .init(source: .file("chime.wav"), title: "Nhạc hiệu, buổi sáng"),
                .init(
                    source: .live("https://radio.example/live.m3u8"), title: "Trực tiếp",
                    fallback: "dự phòng.mp3"),
                .init(source: .input("FM")), .init(source: .file("tin/5:30 tin #1.opus")),
            ])
        #expect(playlist.lines == [4, 8, 9, 10])
    }

    static let refused: [(line: String, why: String)] = [
        ("../../etc/passwd", "climbs out"), ("/etc/passwd", "not relative"), ("a\0.wav", "NUL"),
        ("a\u{1B}.wav", "control"), (String(repeating: "x", count: 4096), "longer than"),
        ("../../\u{301}/etc/passwd", "climbs out"), ("/\u{301}etc/passwd", "not relative"),
        ("..", "names no file"), ("tin/", "names no file"), ("http://radio.example/a", "not https"),
        ("file:///etc/passwd", "not https"), ("https://other.example/a", "host"),
        ("https://a@radio.example/", "host"),
        ("https:radio.example", "not https"), ("other.m3u8", "playlist inside"), ("input:", "names no input"),
        ("#LOA-FALLBACK:../../x", "climbs out"),
        ("#LOA-FALLBACK:https://radio.example/", "file of the channel"),
        (String(repeating: "x", count: 2000), "longer than"),
        (String(repeating: "x", count: 20_000), "more than"),
    ]

    @Test(
        "attack list, ../../etc/passwd, absolute path, NUL, 4,096-byte name: a line of a playlist that must not play is reported, is an entry that cannot play, and the others play",
        arguments: refused)
    func refusedLine(line: String, why: String) {
        let (playlist, problems) = read("a.wav\n\(line)\nb.wav\n")
        let files = playlist.entries.filter { if case .file = $0.source { true } else { false } }
        #expect(files.map(\.source) == [.file("tin/a.wav"), .file("tin/b.wav")])
        let others = playlist.entries.compactMap {
            if case .refused(_, let why) = $0.source { why } else { nil }
        }
        #expect(line.hasPrefix("#") ? others.isEmpty : others.count == 1 && others[0].contains(why))
        #expect(
            problems.count == 1 && problems[0].hasPrefix("2: ") && problems[0].contains(why), "\(problems)")
    }

    @Test("attack list, a line of 10 MB: a playlist that has one is refused, and so is one of deep nesting")
    func hugeLine() {
        let huge = String(repeating: "0123456789", count: 1_000_000)
        for text in [huge, "#EXTINF:" + huge, "a.wav\n" + huge] {
            let (playlist, problems) = read(text)
            #expect(playlist.entries.isEmpty && problems.count == 1)
        }
        // Playlists have no nesting: one that names itself names no sound.
        let (playlist, problems) = read("list.m3u8\na.wav\n")
        #expect(playlist.entries.last?.source == .file("tin/a.wav") && problems.count == 1)
    }

    @Test("a playlist below emergency/ stands alone")
    func emergency() {
        let (playlist, problems) = read("../a.wav\n../\u{301}.wav\nb.wav\n", path: "emergency/list.m3u8")
        #expect(playlist.entries.last?.source == .file("emergency/b.wav") && problems.count == 2)
    }

    @Test("what should play instead of a line that must not play does, and behind many such lines the rest")
    func behindRefused() {
        let bad = Array(repeating: "../../x.wav", count: 200).joined(separator: "\n")
        let (playlist, problems) = read("#LOA-FALLBACK:b.wav\n\(bad)\na.wav\n")
        #expect(playlist.entries.first?.fallback == "tin/b.wav")
        #expect(playlist.entries.count == 201 && playlist.entries.last?.source == .file("tin/a.wav"))
        #expect(problems.count == Playlist.maximumProblems)
    }

    @Test("bytes that are not UTF-8 are reported, an empty playlist too")
    func bytes() {
        let bytes: [UInt8] = [0x61, 0x0A, 0xFF, 0xFE, 0x0A, 0x62]
        let (playlist, problems) = Playlist.read(bytes, path: "l.m3u8", liveHosts: [])
        #expect(playlist.entries.count == 3 && problems.map(\.line) == [2])
        #expect(read("#EXTM3U\n").1 == ["1: no entry"])
    }

    @Test("entries, problems and bytes are bounded")
    func bounds() {
        let (many, message) = read(String(repeating: "a.wav\n", count: Playlist.maximumEntries + 7))
        #expect(many.entries.count == Playlist.maximumEntries && message.count == 1)
        #expect(read(String(repeating: "/x\n", count: 500)).1.count == Playlist.maximumProblems)
        #expect(read(String(repeating: "#", count: Playlist.maximumBytes + 1)).1.count == 1)
    }
}
