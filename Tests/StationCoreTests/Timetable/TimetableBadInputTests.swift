// Broken, hostile and endless calendars: each problem with its file and line, and everything else still plays.

import StationCore
import Testing

/// A broken event or line between two good events; `lines` are those of the problems, counted from its BEGIN as 1.
struct BrokenEvent: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var lines: String
    var problems: [Int]
    var plays = false
}

@Suite("Bad input")
struct TimetableBadInputTests {
    static let good =
        "BEGIN:VEVENT\r\nUID:good-%\r\nDTSTART:20260105T050000\r\nATTACH:a.wav\r\nEND:VEVENT\r\n"
    static let start = "UID:x\nDTSTART:20260105T060000\nATTACH:a.wav\n"

    static let broken = [
        BrokenEvent(testDescription: "no colon", lines: start + "SUMMARY", problems: [5]),
        BrokenEvent(testDescription: "no name", lines: start + ":x", problems: [5]),
        BrokenEvent(testDescription: "a space in the name", lines: start + "SUM MARY:x", problems: [5]),
        BrokenEvent(
            testDescription: "a parameter without =", lines: start + "SUMMARY;LANGUAGE:x", problems: [5]),
        BrokenEvent(testDescription: "an open quotation", lines: start + "SUMMARY;X=\"a:b", problems: [5]),
        BrokenEvent(testDescription: "NUL", lines: start + "SUMMARY:a\0b", problems: [5]),
        BrokenEvent(
            testDescription: "an escape character", lines: start + "SUMMARY:\u{1B}[2J", problems: [5]),
        BrokenEvent(testDescription: "END of something else", lines: start + "END:VALARM", problems: [5]),
        BrokenEvent(
            testDescription: "a line of 70 kB",
            lines: start + "SUMMARY:" + String(repeating: "x", count: 70_000), problems: [5]),
        BrokenEvent(testDescription: "no UID", lines: "DTSTART:20260105T060000\nATTACH:a.wav", problems: [1]),
        BrokenEvent(testDescription: "an empty UID", lines: "UID:\nDTSTART:20260105T060000", problems: [2]),
        BrokenEvent(
            testDescription: "a UID of two lines", lines: "UID:a\\nb\nDTSTART:20260105T060000", problems: [2]),
        BrokenEvent(testDescription: "no DTSTART", lines: "UID:x\nATTACH:a.wav", problems: [1]),
        BrokenEvent(
            testDescription: "nothing to play", lines: "UID:x\nDTSTART:20260105T060000", problems: [1]),
        BrokenEvent(
            testDescription: "all day", lines: "UID:x\nDTSTART;VALUE=DATE:20260105\nATTACH:a.wav",
            problems: [3]),
        BrokenEvent(
            testDescription: "30 February", lines: "UID:x\nDTSTART:20260230T050000\nATTACH:a.wav",
            problems: [3]),
        BrokenEvent(
            testDescription: "24:00", lines: "UID:x\nDTSTART:20260105T240000\nATTACH:a.wav", problems: [3]),
        BrokenEvent(
            testDescription: "an offset behind the time",
            lines: "UID:x\nDTSTART:20260105T050000+07\nATTACH:a.wav", problems: [3]),
        BrokenEvent(
            testDescription: "the year 3000", lines: "UID:x\nDTSTART:30000105T050000\nATTACH:a.wav",
            problems: [3]),
        BrokenEvent(
            testDescription: "an unknown zone",
            lines: "UID:x\nDTSTART;TZID=Asia/Sai_Gon:20260105T050000\nATTACH:a.wav", problems: [3]),
        BrokenEvent(
            testDescription: "a zone that climbs",
            lines: "UID:x\nDTSTART;TZID=/../../etc/passwd:20260105T050000\nATTACH:a.wav", problems: [3]),
        BrokenEvent(
            testDescription: "a zone with leap seconds",
            lines: "UID:x\nDTSTART;TZID=right/Asia/Ho_Chi_Minh:20260105T050000\nATTACH:a.wav", problems: [3]),
        BrokenEvent(
            testDescription: "DTEND before DTSTART", lines: start + "DTEND:20260105T055959", problems: [5]),
        BrokenEvent(
            testDescription: "DTEND is DTSTART", lines: start + "DTEND:20260105T060000", problems: [5],
            plays: true),
        BrokenEvent(testDescription: "a negative DURATION", lines: start + "DURATION:-PT5M", problems: [5]),
        BrokenEvent(testDescription: "a DURATION of months", lines: start + "DURATION:P1M", problems: [5]),
        BrokenEvent(testDescription: "X-LOA-LATE unknown", lines: start + "X-LOA-LATE:SOON", problems: [5]),
        BrokenEvent(
            testDescription: "PRIORITY that is no number", lines: start + "PRIORITY:high", problems: [5]),
        BrokenEvent(
            testDescription: "SEQUENCE that is no number", lines: start + "SEQUENCE:-1", problems: [5]),
        BrokenEvent(
            testDescription: "an attachment inside",
            lines: start + "ATTACH;ENCODING=BASE64;VALUE=BINARY:AAAA", problems: [5]),
        BrokenEvent(testDescription: "an EXDATE that is none", lines: start + "EXDATE:soon", problems: [5]),
        BrokenEvent(
            testDescription: "a period that ends first",
            lines: start + "RDATE;VALUE=PERIOD:20260106T050000/20260106T040000", problems: [5]),
        BrokenEvent(testDescription: "EXRULE", lines: start + "EXRULE:FREQ=DAILY", problems: [5]),
        BrokenEvent(testDescription: "a rule without FREQ", lines: start + "RRULE:COUNT=3", problems: [5]),
        BrokenEvent(
            testDescription: "an unknown part", lines: start + "RRULE:FREQ=DAILY;BYEASTER=0", problems: [5]),
        BrokenEvent(
            testDescription: "COUNT and UNTIL",
            lines: start + "RRULE:FREQ=DAILY;COUNT=3;UNTIL=20270101T000000Z", problems: [5]),
        BrokenEvent(
            testDescription: "a part twice", lines: start + "RRULE:FREQ=DAILY;BYHOUR=1;BYHOUR=2",
            problems: [5]),
        BrokenEvent(
            testDescription: "INTERVAL=0", lines: start + "RRULE:FREQ=DAILY;INTERVAL=0", problems: [5]),
        BrokenEvent(testDescription: "COUNT=0", lines: start + "RRULE:FREQ=DAILY;COUNT=0", problems: [5]),
        BrokenEvent(
            testDescription: "a COUNT beyond the bound", lines: start + "RRULE:FREQ=DAILY;COUNT=100001",
            problems: [5]),
        BrokenEvent(testDescription: "BYHOUR=24", lines: start + "RRULE:FREQ=DAILY;BYHOUR=24", problems: [5]),
        BrokenEvent(
            testDescription: "BYMONTHDAY=0", lines: start + "RRULE:FREQ=MONTHLY;BYMONTHDAY=0", problems: [5]),
        BrokenEvent(
            testDescription: "a numbered day in a week", lines: start + "RRULE:FREQ=WEEKLY;BYDAY=1MO",
            problems: [5]),
        BrokenEvent(
            testDescription: "BYWEEKNO in a month", lines: start + "RRULE:FREQ=MONTHLY;BYWEEKNO=1",
            problems: [5]),
        BrokenEvent(
            testDescription: "BYSETPOS alone", lines: start + "RRULE:FREQ=MONTHLY;BYSETPOS=1", problems: [5]),
        BrokenEvent(
            testDescription: "a number of 30 digits",
            lines: start + "RRULE:FREQ=DAILY;INTERVAL=" + String(repeating: "9", count: 30), problems: [5]),
        BrokenEvent(
            testDescription: "too long a list",
            lines: start + "RRULE:FREQ=DAILY;BYHOUR=1" + String(repeating: ",1", count: 1000), problems: [5]),
        BrokenEvent(
            testDescription: "a rule that never hits",
            lines: start + "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", problems: [1], plays: true),
        BrokenEvent(
            testDescription: "a rule that hits once in 2,000 years",
            lines: start + "RRULE:FREQ=YEARLY;INTERVAL=1000;BYMONTH=2;BYMONTHDAY=29", problems: [1],
            plays: true),
        BrokenEvent(
            testDescription: "days that never hit", lines: start + "RRULE:FREQ=DAILY;BYMONTH=4;BYMONTHDAY=31",
            problems: [1], plays: true),
        BrokenEvent(
            testDescription: "seconds that never hit",
            lines: start + "RRULE:FREQ=SECONDLY;INTERVAL=2;BYSECOND=1", problems: [1], plays: true),
        BrokenEvent(
            testDescription: "hours that never hit", lines: start + "RRULE:FREQ=HOURLY;INTERVAL=24;BYHOUR=7",
            problems: [1], plays: true),
        BrokenEvent(
            testDescription: "a place that never is", lines: start + "RRULE:FREQ=YEARLY;BYMONTH=1;BYSETPOS=9",
            problems: [1], plays: true),
        BrokenEvent(
            testDescription: "a rule without end", lines: start + "RRULE:FREQ=MINUTELY", problems: [],
            plays: true),
        BrokenEvent(
            testDescription: "more than one a minute", lines: start + "RRULE:FREQ=SECONDLY;INTERVAL=59",
            problems: [1]),
        BrokenEvent(
            testDescription: "more than one a minute, from the second month on",
            lines: start + "RRULE:FREQ=SECONDLY;BYMONTHDAY=1", problems: [1]),
        BrokenEvent(
            testDescription: "many times of one day",
            lines: start + "RRULE:FREQ=DAILY;BYHOUR=1,2;BYMINUTE="
                + (0..<60).map(String.init).joined(separator: ",") + ";BYSECOND="
                + (0..<60).map(String.init).joined(separator: ","), problems: [1]),
        BrokenEvent(
            testDescription: "often, and soon over", lines: start + "RRULE:FREQ=SECONDLY;COUNT=1000",
            problems: [], plays: true),
        BrokenEvent(
            testDescription: "an alarm that is broken", lines: start + "BEGIN:VALARM\nnonsense\nEND:VALARM",
            problems: [6], plays: true),
        BrokenEvent(
            testDescription: "components 9 deep",
            lines: start + String(repeating: "BEGIN:X\n", count: 9) + String(repeating: "END:X\n", count: 9),
            problems: [12], plays: true),
        BrokenEvent(
            testDescription: "lower case",
            lines: "uid:x\ndtstart:20260105T060000\nattach:a.wav\nrrule:freq=daily;count=2", problems: [],
            plays: true),
    ]

    @Test(
        "attack list, RRULE that never ends or yields nothing for 1,000 years: a broken event is reported by line, and the ones around it play",
        arguments: broken)
    func brokenEvent(_ example: BrokenEvent) throws {
        let lines = example.lines.split(separator: "\n").map { $0 + "\r\n" }.joined()
        let text =
            "BEGIN:VCALENDAR\r\n" + Self.good.replacing("%", with: "1") + "BEGIN:VEVENT\r\n" + lines
            + "END:VEVENT\r\n"
            + Self.good.replacing("%", with: "2") + "END:VCALENDAR\r\n"
        let result = try Timetable.compile(["schedule.ics": text])
        let found = Set(
            result.timetable.slots(from: .distantPast, until: .distantFuture, limit: 20).map(\.programme))
        #expect(found == (example.plays ? ["good-1", "good-2", "x"] : ["good-1", "good-2"]))
        #expect(result.problems.map { $0.line - 6 } == example.problems, "\(result.problems)")
        #expect(result.problems.allSatisfy { $0.file == "schedule.ics" && $0.upstream == "xa" })
        #expect(result.refused.isEmpty)
    }

    /// A whole file; `one` and `two` are good events.
    struct Shape: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var text: String
        var problems: [Int] = []
        var plays = 1

        init(_ name: String, _ parts: [String], problems: [Int] = [], plays: Int = 1) {
            testDescription = name
            text = parts.joined()
            self.problems = problems
            self.plays = plays
        }
    }

    static let one = good.replacing("%", with: "1")
    static let two = good.replacing("%", with: "2")
    static let begin = "BEGIN:VCALENDAR\r\n"
    static let end = "END:VCALENDAR\r\n"

    static let shapes: [Shape] = [
        Shape("nothing at all", [""], problems: [1, 1], plays: 0),
        Shape("no calendar", ["hello\r\n"], problems: [1, 1, 1], plays: 0),
        Shape("no END:VCALENDAR", [begin, one], problems: [6]),
        Shape(
            "cut inside the last event", [begin, one, "BEGIN:VEVENT\r\nUID:x\r\nDTST"], problems: [9, 7, 9]),
        Shape("an event without END", [begin, "BEGIN:VEVENT\r\nUID:x\r\n", one, end], problems: [2]),
        Shape(
            "an alarm without END", [begin, one.replacing("END", with: "BEGIN:VALARM\r\nEND"), two, end],
            problems: [6]),
        Shape("bare line feeds", [(begin + one + end).replacing("\r\n", with: "\n")]),
        Shape("CR CR LF", [(begin + one + end).replacing("\r\n", with: "\r\r\n")]),
        Shape("a byte order mark", ["\u{FEFF}", begin, one, end]),
        Shape("empty lines", ["\r\n\r\n", begin, "\r\n", one, "\r\n", end, "\r\n"]),
        Shape("two calendars", [begin, one, end, begin, two, end], plays: 2),
        Shape("no end of the last line", [begin, one, "END:VCALENDAR"]),
        Shape("one event twice", [begin, one, one, end], problems: [7]),
    ]

    @Test("broken files", arguments: shapes)
    func shape(_ example: Shape) throws {
        let result = try Timetable.compile(["schedule.ics": example.text])
        #expect(result.problems.map(\.line) == example.problems, "\(result.problems)")
        let slots = result.timetable.slots(from: .distantPast, until: .distantFuture, limit: 9)
        #expect(slots.count == example.plays)
        #expect(result.refused.isEmpty == (example.plays > 0))
    }

    @Test("a line that is folded inside a character is joined again, with its first line's number")
    func folding() throws {
        let title = Array("SUMMARY:Bản tin sáng của phường\r\n".utf8)
        var folded: [UInt8] = []
        for (index, byte) in title.enumerated() {
            folded.append(byte)
            if index < title.count - 2 { folded += index % 2 == 0 ? [0x0D, 0x0A, 0x20] : [0x0A, 0x09] }
        }
        let head = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n"
        let tail =
            "UID:x\r\nDTSTART:20260105T050000\r\nATTACH:a.wav\r\nPRIORITY:x\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        func compile(_ tail: String) throws -> Timetable.Compilation {
            let source = ChannelSource(
                upstream: "xa", rank: 0, classes: [.normal],
                files: [.init(path: "schedule.ics", bytes: Array(head.utf8) + folded + Array(tail.utf8))])
            let station = TimetableStation(id: "a", zone: .utc)
            return Timetable.compile([source], for: station, zones: SystemZones.all)
        }
        let good = try compile(tail.replacing("PRIORITY:x\r\n", with: ""))
        #expect(good.timetable.next(after: .distantPast)?.title == "Bản tin sáng của phường")
        let lines = folded.count { $0 == 0x0A }
        #expect(try compile(tail).problems.first?.line == 2 + lines + 4)
    }

    @Test("a value that is not UTF-8 is reported, and only its event is lost")
    func encoding() throws {
        let text =
            "BEGIN:VCALENDAR\r\n" + Self.good
            + "BEGIN:VEVENT\r\nUID:x\r\nSUMMARY:\u{1}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        let bytes = Array(text.utf8).map { $0 == 1 ? 0xE1 : $0 }
        let source = ChannelSource(
            upstream: "xa", rank: 0, classes: [.normal], files: [.init(path: "schedule.ics", bytes: bytes)])
        let result = Timetable.compile(
            [source], for: TimetableStation(id: "a", zone: .utc), zones: SystemZones.all)
        #expect(result.problems.map(\.line) == [9])
        #expect(result.timetable.slots(from: .distantPast, until: .distantFuture, limit: 9).count == 1)
    }

    @Test("attack list, a line of 10 MB: it costs its event and no more")
    func hugeLine() throws {
        let huge =
            "BEGIN:VEVENT\r\nUID:x\r\nDESCRIPTION:" + String(repeating: "0123456789", count: 1_000_000)
            + "\r\nEND:VEVENT\r\n"
        let text = "BEGIN:VCALENDAR\r\n" + huge + Self.good + "END:VCALENDAR\r\n"
        let result = try Timetable.compile(["schedule.ics": text])
        #expect(result.problems.map(\.line) == [4])
        #expect(result.timetable.slots(from: .distantPast, until: .distantFuture, limit: 9).count == 1)
    }

    @Test("100,000 events load, each slot is found, and what is beyond is reported once")
    func manyEvents() throws {
        var text = "BEGIN:VCALENDAR\r\n"
        for number in 0..<(Timetable.maximumEvents + 5) {
            let minute = number % 60 < 10 ? "0\(number % 60)" : "\(number % 60)"
            let rule = number % 10 == 0 ? "RRULE:FREQ=WEEKLY\r\n" : ""
            text +=
                "BEGIN:VEVENT\r\nUID:e\(number)\r\nDTSTART:202601\(10 + number % 20)T1\(number % 10)\(minute)00\r\n\(rule)ATTACH:a.wav\r\nEND:VEVENT\r\n"
        }
        let result = try Timetable.compile(["schedule.ics": text + "END:VCALENDAR\r\n"])
        #expect(result.timetable.programmeCount == Timetable.maximumEvents)
        #expect(result.problems.count == 1 && result.problems[0].message.contains("100000 events"))
        let next = try #require(result.timetable.next(after: try instant("2026-01-20T00:00:00+07:00")))
        #expect(next.scheduled == (try instant("2026-01-20T10:10:00+07:00")))
        #expect(result.timetable.slot(id: next.id) == next)
    }

    @Test("attack list, 10^6 events: the first 100,000 are read")
    func millionEvents() throws {
        var text = "BEGIN:VCALENDAR\n"
        for number in 0..<1_000_000 {
            let name = String(number, radix: 36)
            text += "BEGIN:VEVENT\nUID:\(name)\nDTSTART:20260105T050000\nATTACH:a\nEND:VEVENT\n"
        }
        text += "END:VCALENDAR\n"
        #expect(text.utf8.count < ICalendarLimits.fileBytes)
        let result = try Timetable.compile(["schedule.ics": text])
        #expect(result.timetable.programmeCount == Timetable.maximumEvents)
        #expect(result.problems.count == 1 && result.problems[0].message.contains("100000 events"))
    }

    @Test("attack list, deep nesting: a million components in each other are one problem, the rest plays")
    func deepNesting() throws {
        let deep = String(repeating: "BEGIN:X\r\n", count: 1_000_000)
        let result = try Timetable.compile(["schedule.ics": Self.begin + deep + Self.one + Self.end])
        #expect(result.problems.map(\.line) == [10, 2])
        #expect(result.timetable.slots(from: .distantPast, until: .distantFuture, limit: 9).count == 1)
    }

    @Test("attack list, names that differ only in Unicode form: one programme, one playlist, one file")
    func forms() throws {
        let (short, long) = ("tin-s\u{E1}ng", "tin-sa\u{301}ng")
        let events = [short, long].map {
            "BEGIN:VEVENT\r\nUID:\($0)\r\nDTSTART:20260105T050000\r\n"
                + "ATTACH:\($0).m3u8\r\nEND:VEVENT\r\n"
        }
        let text = Self.begin + events.joined() + Self.end
        let source = ChannelSource(
            upstream: "xa", rank: 0, classes: [.normal],
            files: [
                .init(path: "schedule.ics", bytes: Array(text.utf8)),
                .init(path: short + ".m3u8", bytes: Array("\(long).wav\n".utf8)),
                .init(path: long + ".m3u8", bytes: Array("\(short).wav\n".utf8)),
            ], audio: [short + ".wav", long + ".wav"])
        let result = Timetable.compile(
            [source], for: TimetableStation(id: "a", zone: .utc), zones: SystemZones.all)
        let slots = result.timetable.slots(from: .distantPast, until: .distantFuture, limit: 9)
        #expect(slots.count == 1 && result.problems.count == 1, "\(result.problems)")
        #expect(slots.allSatisfy { result.timetable.entries(of: $0).count == 1 })
    }

    @Test("attack list, RRULE that yields nothing for 1,000 years: many use the budget up, the rest plays")
    func manyEmptyRules() throws {
        let events = (0..<2000).map {
            "BEGIN:VEVENT\r\nUID:\($0)\r\nDTSTART:20260105T060000\r\nATTACH:a.wav\r\n"
                + "RRULE:FREQ=YEARLY;BYYEARDAY=366;BYMONTH=1\r\nEND:VEVENT\r\n"
        }
        let last = Self.two.replacing("ATTACH", with: "RRULE:FREQ=DAILY\r\nATTACH")
        let text = Self.begin + Self.one + events.joined() + last + Self.end
        let result = try Timetable.compile(["schedule.ics": text])
        #expect(result.timetable.next(after: .distantPast)?.programme == "good-1")
        // Nothing is left of the budget for a rule behind them: that is what bounds the search.
        let slots = result.timetable.slots(from: .distantPast, until: .distantFuture, limit: 5000)
        #expect(!slots.contains { $0.programme == "good-2" })
    }

    @Test("problems are bounded, and the last one says how many are left out")
    func manyProblems() throws {
        let events = (0..<1500).map { "BEGIN:VEVENT\r\nUID:\($0)\r\nEND:VEVENT\r\n" }.joined()
        let result = try Timetable.compile([
            "schedule.ics": "BEGIN:VCALENDAR\r\n" + events + Self.good + "END:VCALENDAR\r\n"
        ])
        #expect(result.problems.count == Timetable.maximumProblems)
        #expect(result.problems.last?.message == "501 more problems are not listed")
        #expect(result.timetable.next(after: .distantPast) != nil)
    }

    @Test(
        "no rule can make the compiler count or search for ever",
        arguments: [
            "FREQ=SECONDLY;COUNT=1000", "FREQ=YEARLY;COUNT=10", "FREQ=SECONDLY;INTERVAL=2;BYSECOND=1",
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        ])
    func budget(_ rule: String) throws {
        let start = try civil("20260101T050000")
        func expand(_ budget: inout Int) throws -> Recurrence {
            try Recurrence(rule: RecurrenceRule(rule), start: start, zone: .utc, budget: &budget)
        }
        var enough = 1_000_000
        _ = try expand(&enough)
        #expect(enough < 1_000_000)
        var none = 0
        #expect(throws: RecurrenceError.self) { try expand(&none) }
    }
}
