@testable import Centre
import StationCore
import StationTrust
import Testing

/// What a station's entries come to.
struct FoldTests {
    private func fold(
        _ lines: [String], _ from: String = "2026-03-01", _ to: String = "2026-03-31",
        now: String = "2026-04-02T12:00:00+07:00"
    ) throws -> StationReport {
        var fold = StationFold(try ReportDesk.period(from, to))
        for line in lines { Array(line.utf8).withUnsafeBytes { fold.fold($0) } }
        let now = try #require(RFC3339.instant(of: now))
        return fold.report(of: "ap-3", now: now)
    }

    private static let verdicts: [(name: String, more: [String: JSON], verdict: SlotVerdict)] = [
        ("whole and on time", [:], .onTime),
        ("exactly a second late", ["startedAt": "2026-03-02T05:00:01.000000+07:00"], .onTime),
        ("a microsecond more", ["startedAt": "2026-03-02T05:00:01.000001+07:00"], .late),
        ("exactly a second early", ["startedAt": "2026-03-02T04:59:59.000000+07:00"], .onTime),
        ("written in another zone", ["startedAt": "2026-03-01T22:00:00Z"], .onTime),
        ("a start error of exactly a second", ["startErrorMicroseconds": 1_000_000], .onTime),
        ("a start error of more", ["startErrorMicroseconds": .decimal(-1_000_000.1)], .late),
        ("begun late by the rule, placed well", ["startedAt": "2026-03-02T05:07:00+07:00"], .late),
        ("no start told but its error", ["startedAt": .null], .onTime),
        ("no start told at all", ["startedAt": .null, "startErrorMicroseconds": .null], .late),
        ("partial", ["result": "partial", "reason": "stopped-by-hand"], .partial),
        ("missed", ["result": "missed", "reason": "off", "framesConsumed": 0], .missed),
        ("on a card that proves nothing", ["unproven": true], .unproven),
        ("partial there", ["unproven": true, "result": "partial"], .unproven),
        ("missed there", ["unproven": true, "result": "missed", "framesConsumed": 0], .missed),
    ]

    @Test("each outcome becomes one of five", arguments: 0..<verdicts.count)
    func verdict(number: Int) throws {
        let (name, more, verdict) = Self.verdicts[number]
        let report = try fold([Line(more: more).text])
        #expect(report.total.due == 1, "\(name)")
        #expect(report.total[verdict] == 1, "\(name): \(report.total)")
        let isHeard = verdict != .missed && verdict != .unproven
        #expect(report.total.milliseconds == (isHeard ? 600_000 : 0), "\(name)")
    }

    @Test(
        "minutes are frames by the rate that the outcome tells, or the card before it, or the highest usual one"
    )
    func rates() throws {
        let open = Line(kind: "device", more: ["state": "open", "rate": 24_000, "name": "hw:0"]).text
        #expect(try fold([Line().text]).total.milliseconds == 600_000)
        #expect(try fold([open, Line(index: 1).text]).total.milliseconds == 1_200_000)
        #expect(try fold([open, Line(index: 1, more: ["rate": 96_000]).text]).total.milliseconds == 300_000)
        #expect(try fold([open, Line(index: 1, more: ["rate": 1]).text]).total.milliseconds == 1_200_000)
        let other = Line(index: 1, kind: "device", more: ["state": "open", "rate": 12_000, "name": "hw:1"])
            .text
        #expect(try fold([open, other, Line(index: 2).text]).total.milliseconds == 2_400_000)
    }

    @Test("a programme of several themes counts in each, and once in the sum; twice the same theme is one")
    func themes() throws {
        let report = try fold([
            Line(more: more(["y tế", " việc làm ", "y tế", ""])).text,
            Line.outcome(1, "2026-03-03", "05:00:00", "b", more([])),
        ])
        #expect(report.total.due == 2)
        #expect(report.themes.mapValues(\.due) == ["y tế": 1, "việc làm": 1, "": 1])
    }

    private func more(_ categories: [String]) -> [String: JSON] {
        ["categories": .array(categories.map { .string($0) })]
    }

    @Test("classes and reasons are told apart, and what is not known is other")
    func classesAndReasons() throws {
        let report = try fold([
            Line.outcome(0, "2026-03-02", "05:00:00", "a", ["class": "emergency"]),
            Line.outcome(1, "2026-03-02", "05:00:00", "b", ["class": "fun"]),
            Line.missed(2, "2026-03-03", "power-lost"), Line.missed(3, "2026-03-04", "moon"),
            Line.outcome(4, "2026-03-05", "05:00:00", "c", ["result": "partial", "reason": "power-lost"]),
        ])
        #expect(report.classes.mapValues(\.due) == ["emergency": 1, "other": 1, "normal": 3])
        #expect(report.missedReasons == ["power-lost": 1, "other": 1])
        #expect(report.partialReasons == ["power-lost": 1])
    }

    @Test(
        "a slot lies on its civil day in Vietnam, whatever zone it is written in, and outside the period nowhere"
    )
    func midnight() throws {
        let report = try fold(
            [
                Line.outcome(0, "2026-03-01", "00:00:00", "a"),
                Line.outcome(1, "2026-03-31", "23:59:59", "b"),
                Line.outcome(2, "2026-02-28", "23:59:59", "c"),
                Line.outcome(3, "2026-04-01", "00:00:00", "d"),
                Line.outcome(4, "2026-03-05", "05:00:00", "e", ["scheduled": "2026-03-05T18:30:00Z"]),
            ])
        #expect(report.total.due == 3)
        #expect(report.days.map(\.due).enumerated().filter { $0.element > 0 }.map(\.offset) == [0, 5, 30])
    }

    @Test("a slot counts once by its identity, the first outcome being the one that was written at the time")
    func once() throws {
        let utc = Line(
            index: 2,
            more: [
                "slot": "xa/tin@2026-03-01T22:00:00Z", "result": "missed", "reason": "off",
                "framesConsumed": 0,
            ])
        let report = try fold([Line().text, Line(index: 1).text, utc.text])
        #expect(report.total.due == 1)
        #expect(report.total.onTime == 1)
    }

    @Test("what people played by hand was never due")
    func byHand() throws {
        let report = try fold([Line(more: ["slot": "local/x@2026-03-02T05:00:00+07:00"]).text])
        #expect(report.total.due == 0)
        #expect(report.byHand.slots == 1 && report.byHand.milliseconds == 600_000)
    }

    @Test(
        "days that no entry speaks for have no report; those before the first entry, and today, are outside")
    func silence() throws {
        let day = { (number: Int, index: Int, boot: String) in
            Line(index: index, kind: "clock", boot: boot, wall: "2026-03-0\(number)T05:00:00.000000+07:00")
                .text
        }
        let report = try fold(
            // From the 3rd to the 5th the station ran on, and had nothing to say; then it was off, and lost an entry.
            [day(3, 0, "a"), day(5, 1, "a"), day(7, 2, "b"), day(9, 4, "b")], "2026-03-01", "2026-03-12",
            now: "2026-03-11T12:00:00+07:00")
        let states = report.days.map(\.state)
        #expect(states[0..<2].allSatisfy { $0 == .outside })
        #expect(states[2..<5].allSatisfy { $0 == .reported })
        #expect(states[5] == .noReport && states[6] == .reported && states[7] == .noReport)
        #expect(states[8] == .reported && states[9] == .noReport)
        #expect(states[10...].allSatisfy { $0 == .outside })
        #expect(report.daysWithoutReport == 3)
    }

    @Test("after a downtime the outcomes speak for its days, and what was not judged has no report")
    func downtime() throws {
        let unjudged = Line(
            index: 1, kind: "fault", boot: "b", wall: "2026-03-20T05:00:00.000000+07:00",
            more: [
                "code": "downtime-not-judged", "from": "2026-03-02T05:00:00+07:00",
                "to": "2026-03-18T05:00:00+07:00",
            ])
        let report = try fold([
            Line(kind: "boot", boot: "a", wall: "2026-03-02T05:00:00.000000+07:00").text, unjudged.text,
            Line.missed(2, "2026-03-18", "off"), Line.missed(3, "2026-03-19", "off"),
        ])
        #expect(report.days[17].state == .reported && report.days[17][.missed] == 1)
        #expect((2...16).allSatisfy { report.days[$0].state == .noReport && report.days[$0].due == 0 })
    }

    @Test("a clock that nobody believes speaks for no day")
    func untrusted() throws {
        let line = Line(kind: "clock", wall: "2026-03-05T05:00:00.000000+07:00", clock: "untrusted").text
        let report = try fold([line])
        #expect(report.lastHeard == nil)
        #expect(!report.days.contains { $0.state == .reported })
    }

    @Test("an entry in another order, with escapes or with space in it, is as good")
    func otherForms() throws {
        let plain = Line.outcome(0, "2026-03-02", "05:00:00", "tin", ["rate": 24_000])
        let json = try JSONParser.parse(Array(plain.utf8), limits: .init(bytes: 1 << 16))
        let members = try #require(json.members)
        let turned = JSON.object(members.reversed()).description
        let spaced =
            " " + plain.replacing("\":", with: "\" : ").replacing("\"outcome\"", with: "\"outc\\u006fme\"")
        let expected = try fold([plain])
        for form in [turned, spaced] {
            let found = try fold([form])
            #expect(found.total == expected.total && found.days == expected.days, "\(form)")
            #expect(found.lastHeard == expected.lastHeard && found.total.due == 1)
        }
    }

    @Test(
        "what is no entry is counted as such, and a boot entry tells groups and version",
        arguments: [
            "", "{}", "[1]", #"{"index":0,"kind":"outcome"}"#, #"{"index":00,"kind":"boot","boot":"b","#,
            Line(more: ["scheduled": "soon"]).text, Line(more: ["result": "sung"]).text,
            Line(wall: "soon").text,
        ])
    func unreadable(line: String) throws {
        let boot = Line(kind: "boot", more: ["groups": ["xã A", "Khmer"], "version": "1.2.0"]).text
        let report = try fold([boot, line])
        #expect(report.groups == ["xã A", "Khmer"] && report.version == "1.2.0")
        #expect(report.unreadable == 1, "\(line)")
    }
}
