// What a channel is to a station: which file counts, which class is granted, which content may play.

import StationCore
import Testing

@Suite("Channel")
struct TimetableChannelTests {
    private func titles(_ compilation: Timetable.Compilation) -> [String] {
        compilation.timetable.slots(from: .distantPast, until: .distantFuture, limit: 99).map(\.title)
    }

    private func event(_ uid: String, _ title: String, _ lines: String = "") -> String {
        "UID:\(uid)\nSUMMARY:\(title)\nDTSTART:20260105T050000\n" + lines
    }

    @Test("the timetables for all, groups and station are united, and the more special one replaces")
    func special() throws {
        let files = [
            "schedule.ics": calendar(
                event("1", "all"), event("2", "all"), event("3", "all"), event("4", "all")),
            "groups/khmer/schedule.ics": calendar(
                event("2", "khmer"), event("3", "khmer"), event("5", "khmer")),
            "groups/ven/schedule.ics": calendar(event("2", "ven"), event("3", "ven"), event("6", "ven")),
            "groups/xa/schedule.ics": calendar(event("1", "not ours")),
            "stations/loa-1/schedule.ics": calendar(
                event("3", "station"), event("4", "x", "STATUS:CANCELLED")),
            "stations/loa-2/schedule.ics": calendar(event("1", "not ours")),
        ]
        let result = try Timetable.compile(files, groups: ["ven", "khmer"])
        #expect(titles(result) == ["all", "ven", "station", "khmer", "ven"])
        #expect(result.problems.isEmpty)
    }

    @Test("nobody without the keys of emergency/ replaces an emergency")
    func emergencyStays() throws {
        let result = try Timetable.compile([
            "emergency/schedule.ics": calendar(event("flood", "emergency", "PRIORITY:1")),
            "stations/loa-1/schedule.ics": calendar(event("flood", "other", "STATUS:CANCELLED")),
        ])
        #expect(titles(result) == ["emergency"])
    }

    struct ClassCase: Sendable {
        var says: String
        var path = "schedule.ics"
        var allowed = ProgrammeClass.allCases
        var granted: ProgrammeClass?
        var isReported = false
    }

    static let classes = [
        ClassCase(says: "PRIORITY:0", granted: .normal),
        ClassCase(says: "PRIORITY:9", granted: .normal),
        ClassCase(says: "PRIORITY:5", granted: .normal),
        ClassCase(says: "PRIORITY:4", granted: .priority),
        ClassCase(says: "PRIORITY:2", granted: .priority),
        ClassCase(says: "PRIORITY:1", granted: .priority, isReported: true),
        ClassCase(says: "PRIORITY:1", allowed: [.normal, .emergency], granted: .normal, isReported: true),
        ClassCase(says: "PRIORITY:1", path: "emergency/schedule.ics", granted: .emergency),
        ClassCase(says: "PRIORITY:1", path: "emergency/groups/g/schedule.ics", granted: .emergency),
        ClassCase(
            says: "PRIORITY:1", path: "emergency/schedule.ics", allowed: [.normal, .priority],
            granted: .priority,
            isReported: true),
        ClassCase(says: "PRIORITY:3", path: "emergency/schedule.ics", granted: .priority),
        ClassCase(says: "PRIORITY:2", allowed: [.normal], granted: .normal, isReported: true),
        ClassCase(says: "PRIORITY:5", allowed: [.priority], granted: nil, isReported: true),
        ClassCase(says: "PRIORITY:10", granted: nil, isReported: true),
        ClassCase(says: "DESCRIPTION:loa-class: priority\nPRIORITY:5", granted: .priority),
        ClassCase(says: "DESCRIPTION:Loa-Class:Emergency", granted: .priority, isReported: true),
        ClassCase(says: "DESCRIPTION:loa-class: urgent", granted: nil, isReported: true),
    ]

    @Test(
        "a class above what file and upstream may use is lowered to the highest that they may, and reported",
        arguments: classes)
    func grantedClass(_ example: ClassCase) throws {
        let result = try Timetable.compile(
            [example.path: calendar(event("1", "x", example.says), event("2", "y"))],
            classes: example.allowed,
            groups: ["g"])
        let slots = result.timetable.slots(from: .distantPast, until: .distantFuture, limit: 9)
        #expect(slots.first { $0.programme == "1" }?.programmeClass == example.granted)
        #expect(result.problems.contains { $0.line < 10 } == example.isReported, "\(result.problems)")
    }

    @Test("a station plays what is for everybody, then its languages in its own order, and nothing else")
    func languages() throws {
        let text = calendar(
            event(
                "1", "x",
                "ATTACH;X-LOA-LANGUAGE=km:km.wav\nATTACH;X-LOA-LANGUAGE=vi-VN:vi.wav\nATTACH:all.wav\nATTACH;X-LOA-LANGUAGE=cjm:cjm.wav"
            ),
            event("2", "y", "ATTACH;X-LOA-LANGUAGE=km:km.wav"))
        func paths(_ languages: [String]) throws -> [[ContentReference]] {
            try Timetable.compile(["schedule.ics": text], languages: languages).timetable
                .slots(from: .distantPast, until: .distantFuture, limit: 9).map {
                    $0.contents.map(\.reference)
                }
        }
        #expect(
            try paths(["vi", "km"]) == [
                [.file("all.wav"), .file("vi.wav"), .file("km.wav")], [.file("km.wav")],
            ])
        #expect(try paths(["VI"]) == [[.file("all.wav"), .file("vi.wav")]])
        #expect(try paths([])[0].count == 4)
    }

    static let attachments: [(attach: String, path: String, reference: ContentReference?)] = [
        ("a.wav", "schedule.ics", .file("a.wav")),
        ("./tin/../a.wav", "schedule.ics", .file("a.wav")),
        ("B%E1%BA%A3n%20tin.M3U8", "schedule.ics", .playlist("Bản tin.M3U8")),
        ("Bản tin.mp3", "schedule.ics", .file("Bản tin.mp3")),
        ("a.wav", "groups/g/schedule.ics", .file("groups/g/a.wav")),
        ("../../a.wav", "groups/g/schedule.ics", .file("a.wav")),
        ("https://radio.example/live", "schedule.ics", .live("https://radio.example/live")),
        ("https://RADIO.example:8443/live", "schedule.ics", .live("https://RADIO.example:8443/live")),
        ("../a.wav", "schedule.ics", nil),
        ("tin/../../a.wav", "schedule.ics", nil),
        ("%2e%2e/a.wav", "schedule.ics", nil),
        ("/etc/passwd", "schedule.ics", nil),
        ("%2Fetc/passwd", "schedule.ics", nil),
        ("..%2F%CC%81/etc/passwd", "schedule.ics", nil),
        ("%2F%CC%81etc/passwd", "schedule.ics", nil),
        ("a%00.wav", "schedule.ics", nil),
        ("a%C3.wav", "schedule.ics", nil),
        ("100%.wav", "schedule.ics", nil),
        ("a.wav?x=1", "schedule.ics", nil),
        ("", "schedule.ics", nil),
        ("tin/", "schedule.ics", nil),
        ("file:///etc/passwd", "schedule.ics", nil),
        ("http://radio.example/live", "schedule.ics", nil),
        ("https://other.example/live", "schedule.ics", nil),
        ("https://radio.example@other.example/", "schedule.ics", nil),
        ("https://other.example\\@radio.example/", "schedule.ics", nil),
        ("https:radio.example/", "schedule.ics", nil),
        ("CID:part1@x", "schedule.ics", nil),
        ("../a.wav", "emergency/schedule.ics", nil),
        ("a.wav", "emergency/schedule.ics", .file("emergency/a.wav")),
    ]

    @Test(
        "attack list, ../../etc/passwd, absolute path, NUL: ATTACH is resolved against its file and never leaves the channel",
        arguments: attachments)
    func attachment(attach: String, path: String, reference: ContentReference?) throws {
        let playlist = "a.wav\n"
        let files = [
            path: calendar(event("1", "x", "DURATION:PT10M\nATTACH:\(attach)"), event("2", "y")),
            "Bản tin.M3U8": playlist,
        ]
        let result = try Timetable.compile(files, groups: ["g"], liveHosts: ["radio.example"])
        let slots = result.timetable.slots(from: .distantPast, until: .distantFuture, limit: 9)
        #expect(slots.first { $0.programme == "1" }?.contents.first?.reference == reference)
        #expect(slots.contains { $0.programme == "2" }, "the other event plays on")
        #expect(result.problems.isEmpty == (reference != nil), "\(result.problems)")
        if reference == nil {
            #expect(result.problems.first?.file == path && result.problems.first?.line == 10)
        }
    }

    static let live: [(lines: String, path: String, plays: Bool)] = [
        ("DURATION:PT1H\nATTACH:https://radio.example/a", "schedule.ics", true),
        ("ATTACH:https://radio.example/a", "schedule.ics", false),
        ("DURATION:PT1H\nATTACH:list.m3u8", "schedule.ics", true),
        ("ATTACH:list.m3u8", "schedule.ics", false),
        ("DURATION:PT1H\nATTACH:input.m3u8", "schedule.ics", true),
        ("ATTACH:input.m3u8", "schedule.ics", false),
        ("PRIORITY:1\nDURATION:PT1H\nATTACH:https://radio.example/a", "emergency/schedule.ics", false),
        ("PRIORITY:1\nDURATION:PT1H\nATTACH:list.m3u8", "emergency/schedule.ics", false),
    ]

    @Test("what is live needs an end and is never an emergency", arguments: live)
    func liveEntry(lines: String, path: String, plays: Bool) throws {
        let files = [
            path: calendar(event("1", "x", lines)), "list.m3u8": "https://radio.example/b\n",
            "emergency/list.m3u8": "https://radio.example/b\n", "input.m3u8": "input:FM\n",
        ]
        let result = try Timetable.compile(files, liveHosts: ["radio.example"])
        #expect((result.timetable.next(after: .distantPast) != nil) == plays)
        #expect(result.problems.isEmpty == plays)
    }

    @Test(
        "a file that the channel does not have is reported where it is named, and the slot stays to be missed"
    )
    func missing() throws {
        let files = [
            "schedule.ics": calendar(
                event("1", "x", "ATTACH:gone.wav"), event("2", "y", "ATTACH:list.m3u8"),
                event("3", "z", "ATTACH:gone.m3u8")),
            "list.m3u8": "#EXTM3U\na.wav\n\ngone.mp3\n",
        ]
        let result = try Timetable.compile(files, audio: ["a.wav"])
        #expect(
            result.problems.map(\.description) == [
                "xa/schedule.ics:9: the channel has no file gone.wav",
                "xa/list.m3u8:4: the channel has no file gone.mp3",
                "xa/schedule.ics:23: the channel has no playlist gone.m3u8",
            ])
        #expect(titles(result) == ["x", "y", "z"])
    }

    @Test("names that differ only in their code points are one file, opened by its own name")
    func normalisation() throws {
        let decomposed = "Ba\u{309}n tin.mp3"
        let files = [
            "schedule.ics": calendar(
                event("1", "x", "ATTACH:B\u{1EA3}n tin.mp3"), event("2", "y", "ATTACH:l.m3u8")),
            "l.m3u8": "B\u{1EA3}n tin.mp3\n",
        ]
        let result = try Timetable.compile(files, audio: [decomposed])
        #expect(result.problems.isEmpty)
        for slot in result.timetable.slots(from: .distantPast, until: .distantFuture, limit: 9) {
            guard case .file(let path) = result.timetable.entries(of: slot).first?.entry.source else {
                Issue.record("no entry")
                continue
            }
            #expect(path.utf8.elementsEqual(decomposed.utf8))
        }
    }

    @Test("a calendar without an event is refused unless it says that it means it")
    func empty() throws {
        let empty = try Timetable.compile(["schedule.ics": calendar()]).refused
        #expect(empty.map(\.file) == ["schedule.ics"] && empty.map(\.isEmpty) == [true])
        let refused = try Timetable.compile([
            "schedule.ics": calendar(event("1", "x")), "emergency/schedule.ics": calendar("DTSTART:never"),
        ]).refused
        #expect(refused.map(\.file) == ["emergency/schedule.ics"] && refused.map(\.isEmpty) == [false])
        let meant = try Timetable.compile(["schedule.ics": calendar(head: "X-LOA-EMPTY:TRUE")])
        #expect(meant.refused.isEmpty && meant.problems.isEmpty)
    }

    @Test("an unknown loa- line or X-LOA- property is reported, and the event plays")
    func unknownWords() throws {
        let result = try Timetable.compile([
            "schedule.ics": calendar(
                event("1", "x", "X-LOA-LAET:SKIP\nDESCRIPTION:loa-atach: b.wav\\nloa-late: skip"))
        ])
        #expect(result.problems.map(\.severity) == [.warning, .warning])
        #expect(result.timetable.next(after: .distantPast)?.late == .skip)
    }
}
