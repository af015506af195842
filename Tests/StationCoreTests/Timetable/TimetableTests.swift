// What a timetable makes of events: times on the wall, exceptions, lengths, order, and finding a slot again.

import StationCore
import Testing

@Suite("Timetable")
struct TimetableTests {
    private let vietnam = "Asia/Ho_Chi_Minh"

    private func timetable(_ event: String) throws -> Timetable {
        let result = try Timetable.compile(["schedule.ics": calendar(event)])
        #expect(result.problems.map(\.description) == [])
        return result.timetable
    }

    // MARK: The wall

    @Test("T5: Monday 05:00 in Vietnam is Monday there, though UTC still has Sunday")
    func weekday() throws {
        let timetable = try timetable(
            "DTSTART;TZID=Asia/Ho_Chi_Minh:20260105T050000\nRRULE:FREQ=WEEKLY;BYDAY=MO")
        let slots = timetable.slots(from: .distantPast, until: .distantFuture, limit: 3)
        #expect(
            slots.map { RFC3339.string(from: $0.scheduled, offset: 0) } == [
                "2026-01-04T22:00:00+00:00", "2026-01-11T22:00:00+00:00", "2026-01-18T22:00:00+00:00",
            ])
        #expect(
            slots.map { $0.id.suffix(26) } == [
                "@2026-01-05T05:00:00+07:00", "@2026-01-12T05:00:00+07:00", "@2026-01-19T05:00:00+07:00",
            ])
    }

    @Test(
        "T6: 02:30 in the spring gap plays at 03:30, and 01:30 in the autumn overlap plays once, the first time"
    )
    func nights() throws {
        let zone = "America/New_York"
        let spring = try timetable("DTSTART;TZID=\(zone):20260306T023000\nRRULE:FREQ=DAILY;COUNT=4")
        #expect(
            try spring.times(from: "20260101", until: "20270101", zone: zone)
                == ["20260306T023000", "20260307T023000", "20260308T033000", "20260309T023000"])
        let autumn = try timetable("DTSTART;TZID=\(zone):20261031T013000\nRRULE:FREQ=DAILY;COUNT=3")
        #expect(
            autumn.slots(from: .distantPast, until: .distantFuture, limit: 9).map(\.scheduled)
                == [
                    try instant("2026-10-31T01:30:00-04:00"), try instant("2026-11-01T01:30:00-04:00"),
                    try instant("2026-11-02T01:30:00-05:00"),
                ])
    }

    @Test("T6: a slot that a gap moved is found when asked from inside the hour to which it was moved")
    func insideGap() throws {
        let zone = "America/New_York"
        let timetable = try timetable("DTSTART;TZID=\(zone):20260301T023000\nRRULE:FREQ=DAILY")
        let expected = try instant("2026-03-08T03:30:00-04:00")
        #expect(timetable.next(after: try instant("2026-03-08T03:15:00-04:00"))?.scheduled == expected)
        let slot = try #require(timetable.next(after: try instant("2026-03-08T01:00:00-05:00")))
        #expect(slot.scheduled == expected && timetable.slot(id: slot.id) == slot)
    }

    @Test("two civil times that a gap makes one instant are one slot")
    func oneInstant() throws {
        let zone = "Europe/Berlin"
        let timetable = try timetable(
            "DTSTART;TZID=\(zone):20260329T003000\nRRULE:FREQ=HOURLY;UNTIL=20260329T040000Z")
        #expect(
            try timetable.times(from: "20260101", until: "20270101", zone: zone)
                == [
                    "20260329T003000", "20260329T013000", "20260329T033000", "20260329T043000",
                    "20260329T053000",
                ])
    }

    @Test("an UNTIL in UTC inside the doubled hour is exact")
    func untilInOverlap() throws {
        // 01:45 comes first at 05:45Z; an UNTIL of 06:30Z (01:30, the second time) does not exclude it.
        let timetable = try timetable(
            "DTSTART;TZID=America/New_York:20261031T014500\nRRULE:FREQ=DAILY;UNTIL=20261101T063000Z")
        #expect(timetable.slots(from: .distantPast, until: .distantFuture, limit: 9).count == 2)
    }

    @Test("T6: a programme from 23:55 to 00:10 has its end on the next day")
    func midnight() throws {
        let timetable = try timetable("DTSTART:20261231T235500\nDTEND:20270101T001000\nRRULE:FREQ=DAILY")
        let slot = try #require(timetable.next(after: try instant("2026-12-31T23:54:59+07:00")))
        #expect(slot.scheduled == (try instant("2026-12-31T23:55:00+07:00")))
        #expect(slot.hardEnd == (try instant("2027-01-01T00:10:00+07:00")))
    }

    @Test("a time without a zone is on the station's wall, one with Z is not")
    func floating() throws {
        let text = calendar("DTSTART:20260601T050000", "DTSTART:20260601T050000Z")
        for (zone, offset) in [(vietnam, "+07:00"), ("Europe/Berlin", "+02:00")] {
            let slots = try Timetable.compile(["schedule.ics": text], zone: zone).timetable
                .slots(from: .distantPast, until: .distantFuture, limit: 9)
            #expect(
                Set(slots.map(\.scheduled))
                    == [try instant("2026-06-01T05:00:00\(offset)"), try instant("2026-06-01T05:00:00Z")])
        }
    }

    @Test("DTEND gives all slots the same seconds, DURATION the same time on the wall")
    func lengths() throws {
        // The night of 28 March 2026 has one hour less in Berlin.
        let exact = try timetable(
            "DTSTART;TZID=Europe/Berlin:20260327T120000\nDTEND;TZID=Europe/Berlin:20260328T120000\nRRULE:FREQ=DAILY;COUNT=2"
        )
        let nominal = try timetable(
            "DTSTART;TZID=Europe/Berlin:20260327T120000\nDURATION:P1D\nRRULE:FREQ=DAILY;COUNT=2")
        let last = try instant("2026-03-28T12:00:00+01:00")
        let end = try instant("2026-03-29T12:00:00+02:00")
        #expect(exact.next(after: last - .seconds(1))?.hardEnd == last + .seconds(86_400))
        #expect(nominal.next(after: last - .seconds(1))?.hardEnd == end)
    }

    // MARK: Exceptions

    static let exceptions: [(String, String, String)] = [
        (
            "EXDATE takes an instance away", "EXDATE;TZID=Asia/Ho_Chi_Minh:20260106T050000,20260108T050000",
            "5 7 9"
        ),
        ("EXDATE in UTC names the same instant", "EXDATE:20260105T220000Z", "5 7 8 9"),
        ("EXDATE as a date takes the day's instance", "EXDATE;VALUE=DATE:20260106", "5 7 8 9"),
        ("EXDATE takes DTSTART away, and COUNT still counts it", "EXDATE:20260105T050000", "6 7 8 9"),
        ("RDATE adds", "RDATE:20260111T050000,20260110T050000", "5 6 7 8 9 10 11"),
        ("RDATE that the rule has too is one slot", "RDATE:20260106T050000", "5 6 7 8 9"),
        ("EXDATE takes away an RDATE", "RDATE:20260111T050000\nEXDATE:20260111T050000", "5 6 7 8 9"),
        ("two rules are united", "RRULE:FREQ=DAILY;INTERVAL=4;COUNT=3", "5 6 7 8 9 13"),
    ]

    @Test("exceptions", arguments: exceptions)
    func exception(_ name: String, _ lines: String, _ days: String) throws {
        let timetable = try timetable("DTSTART:20260105T050000\nRRULE:FREQ=DAILY;COUNT=5\n" + lines)
        let expected = days.split(separator: " ").map {
            "202601" + ($0.count == 1 ? "0" : "") + $0 + "T050000"
        }
        #expect(
            try timetable.times(from: "20260101", until: "20270101", zone: vietnam) == expected, "\(name)")
    }

    @Test("a period of RDATE has its own end, by an end or by a length")
    func periods() throws {
        let timetable = try timetable(
            """
            DTSTART:20260105T050000
            DURATION:PT10M
            RDATE;VALUE=PERIOD:20260106T050000/PT5M,20260107T050000/20260107T052000
            """)
        let ends = timetable.slots(from: .distantPast, until: .distantFuture, limit: 9).map { slot in
            slot.hardEnd.map { $0 - slot.scheduled }
        }
        #expect(ends == [.seconds(600), .seconds(300), .seconds(1200)])
    }

    private let series =
        "UID:s\nSUMMARY:A\nDTSTART:20260105T050000\nDURATION:PT30M\nRRULE:FREQ=DAILY;COUNT=6\nATTACH:a.wav"

    @Test("a moved instance keeps its identity, a cancelled one is gone")
    func moved() throws {
        let result = try Timetable.compile([
            "schedule.ics": calendar(
                series,
                "UID:s\nSUMMARY:B\nRECURRENCE-ID:20260106T050000\nDTSTART:20260106T170000\nATTACH:b.wav",
                "UID:s\nRECURRENCE-ID:20260107T050000\nSTATUS:CANCELLED",
                "UID:s\nRECURRENCE-ID;VALUE=DATE:20260108\nDTSTART:20260109T060000\nDTEND:20260109T061000\nATTACH:c.wav"
            )
        ])
        #expect(result.problems.isEmpty)
        let slots = result.timetable.slots(from: .distantPast, until: .distantFuture, limit: 99)
        #expect(
            slots.map { $0.id } == [
                "xa/s@2026-01-05T05:00:00+07:00", "xa/s@2026-01-06T05:00:00+07:00",
                "xa/s@2026-01-09T05:00:00+07:00",
                "xa/s@2026-01-08T05:00:00+07:00", "xa/s@2026-01-10T05:00:00+07:00",
            ])
        #expect(slots[1].scheduled == (try instant("2026-01-06T17:00:00+07:00")) && slots[1].title == "B")
        #expect(slots[1].hardEnd == nil && slots[1].contents[0].reference == .file("b.wav"))
        for slot in slots { #expect(result.timetable.slot(id: slot.id) == slot) }
        #expect(result.timetable.slot(id: "xa/s@2026-01-07T05:00:00+07:00") == nil)
    }

    @Test("THISANDFUTURE shifts its instance and those after it, and single exceptions win over it")
    func thisAndFuture() throws {
        let result = try Timetable.compile([
            "schedule.ics": calendar(
                series,
                """
                UID:s
                SUMMARY:later
                RECURRENCE-ID;RANGE=THISANDFUTURE:20260107T050000
                DTSTART:20260107T061500
                DURATION:PT5M
                """, "UID:s\nRECURRENCE-ID:20260109T050000\nDTSTART:20260109T230000")
        ])
        #expect(result.problems.isEmpty)
        let slots = result.timetable.slots(from: .distantPast, until: .distantFuture, limit: 99)
        let zone = try SystemZones.zone(vietnam)
        #expect(
            slots.map { text(zone.civilTime(at: $0.scheduled)) } == [
                "20260105T050000", "20260106T050000", "20260107T061500", "20260108T061500", "20260109T230000",
                "20260110T061500",
            ])
        #expect(slots.map(\.title) == ["A", "A", "later", "later", "", "later"])
        #expect(slots[3].hardEnd == slots[3].scheduled + .seconds(300))
        #expect(slots[3].contents == slots[0].contents)
        #expect(slots[3].id == "xa/s@2026-01-08T05:00:00+07:00")
        for slot in slots { #expect(result.timetable.slot(id: slot.id) == slot) }
        // Asked from between the old and the new time, the shifted slot is still to come.
        let between = try instant("2026-01-08T05:30:00+07:00")
        #expect(result.timetable.next(after: between) == slots[3])
    }

    @Test("a series that is cancelled from an instance on ends before it")
    func cancelledFuture() throws {
        let result = try Timetable.compile([
            "schedule.ics": calendar(
                series, "UID:s\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260107T050000\nSTATUS:CANCELLED")
        ])
        #expect(
            try result.timetable.times(from: "20260101", until: "20270101", zone: vietnam)
                == ["20260105T050000", "20260106T050000"])
    }

    @Test("the highest SEQUENCE of an event counts wherever it stands, and a cancelled series plays nothing")
    func sequence() throws {
        let new = "UID:s\nSEQUENCE:2\nDTSTART:20260105T060000"
        let old = "UID:s\nSEQUENCE:1\nDTSTART:20260105T050000"
        for events in [[new, old], [old, new]] {
            let result = try Timetable.compile(["schedule.ics": calendar(events[0], events[1])])
            #expect(
                try result.timetable.times(from: "20260101", until: "20270101", zone: vietnam) == [
                    "20260105T060000"
                ])
        }
        let cancelled = try Timetable.compile([
            "schedule.ics": calendar(
                series, "UID:s\nSEQUENCE:1\nSTATUS:CANCELLED",
                "UID:s\nRECURRENCE-ID:20260106T050000\nDTSTART:20260106T170000")
        ])
        #expect(cancelled.timetable.next(after: .distantPast) == nil)
    }

    @Test("an exception without its series, or of no instance, plays by itself")
    func orphans() throws {
        let alone = try Timetable.compile([
            "schedule.ics": calendar("UID:s\nRECURRENCE-ID:20260106T050000\nDTSTART:20260106T170000")
        ])
        #expect(alone.timetable.next(after: .distantPast)?.id == "xa/s@2026-01-06T05:00:00+07:00")
        let stray = try Timetable.compile([
            "schedule.ics": calendar(series, "UID:s\nRECURRENCE-ID:20260106T060000\nDTSTART:20260106T170000")
        ])
        #expect(stray.timetable.slots(from: .distantPast, until: .distantFuture, limit: 99).count == 7)
        #expect(stray.problems.map(\.severity) == [.warning])
    }

    @Test("an exception that is not understood still takes the instance away that it was to replace")
    func brokenException() throws {
        let result = try Timetable.compile([
            "schedule.ics": calendar(series, "UID:s\nRECURRENCE-ID:20260106T050000\nDTSTART:tomorrow")
        ])
        #expect(result.problems.count == 1)
        #expect(
            try result.timetable.times(from: "20260101", until: "20270101", zone: vietnam).prefix(2)
                == ["20260105T050000", "20260107T050000"])
    }

    // MARK: Order and questions

    @Test("slots of one instant come by class, then rank, then UID")
    func order() throws {
        let text = calendar(
            "UID:b\nDTSTART:20260105T050000\nPRIORITY:3", "UID:a\nDTSTART:20260105T050000",
            "UID:c\nDTSTART:20260105T050000\nPRIORITY:2",
            "UID:0\nDTSTART:20260105T050001")
        let sources = [("huyen", 2), ("xa", 1)].map { name, rank in
            ChannelSource(
                upstream: name, rank: rank, classes: ProgrammeClass.allCases,
                files: [.init(path: "schedule.ics", bytes: Array(text.utf8))])
        }
        let station = TimetableStation(id: "loa-1", zone: try SystemZones.zone(vietnam))
        let timetable = Timetable.compile(sources, for: station, zones: SystemZones.all).timetable
        let slots = timetable.slots(from: .distantPast, until: .distantFuture, limit: 99)
        let expected = ["xa/b", "xa/c", "huyen/b", "huyen/c", "xa/a", "huyen/a", "xa/0", "huyen/0"]
        #expect(slots.map { "\($0.upstream)/\($0.programme)" } == expected)
        for limit in 1...8 {
            #expect(
                timetable.slots(from: .distantPast, until: .distantFuture, limit: limit)
                    == Array(slots.prefix(limit)))
        }
    }

    @Test("any window and any limit give the same slots as asking for all")
    func windows() throws {
        var events: [String] = []
        for index in 0..<60 {
            let frequency = ["DAILY", "WEEKLY", "HOURLY", "MINUTELY;INTERVAL=7", "MONTHLY"][index % 5]
            events.append(
                """
                UID:e\(index)
                DTSTART;TZID=\(index % 2 == 0 ? "Europe/Berlin" : "Asia/Ho_Chi_Minh"):202603\(10 + index % 20)T0\(index % 10)\(10 + index % 50)00
                RRULE:FREQ=\(frequency)\(index % 3 == 0 ? ";COUNT=40" : "")
                ATTACH:a.wav
                """)
        }
        let text =
            "BEGIN:VCALENDAR\r\n" + events.map { "BEGIN:VEVENT\r\n\($0)\r\nEND:VEVENT\r\n" }.joined()
            + "END:VCALENDAR\r\n"
        let timetable = try Timetable.compile(["schedule.ics": text]).timetable
        let start = try instant("2026-03-20T00:00:00Z")
        let all = timetable.slots(from: start, until: start + .seconds(14 * 86_400), limit: 1_000_000)
        #expect(all.count > 5000)
        for day in 0..<14 {
            let from = start + .seconds(day * 86_400 + day * 777)
            for (until, limit) in [(from + .seconds(3600), 1000), (.distantFuture, 1), (.distantFuture, 70)] {
                let expected = all.filter { $0.scheduled >= from && $0.scheduled < until }.prefix(limit)
                #expect(timetable.slots(from: from, until: until, limit: limit) == Array(expected))
            }
        }
    }

    @Test(
        "an identity that the timetable does not have finds nothing",
        arguments: [
            "", "@", "xa/s", "xa/s@", "xa/s@yesterday", "xa/t@2026-01-05T05:00:00+07:00",
            "tinh/s@2026-01-05T05:00:00+07:00",
            "xa/s@2026-01-05T05:00:01+07:00", "xa/s@2026-01-11T05:00:00+07:00",
            "xa/s@2026-01-04T05:00:00+07:00",
        ])
    func unknownIdentity(_ id: String) throws {
        let timetable = try Timetable.compile(["schedule.ics": calendar(series)]).timetable
        #expect(timetable.slot(id: id) == nil)
        #expect(timetable.slot(id: "xa/s@2026-01-05T05:00:00+07:00") != nil)
        // The same instant in another zone's words is the same slot.
        #expect(timetable.slot(id: "xa/s@2026-01-04T22:00:00Z") != nil)
    }
}
