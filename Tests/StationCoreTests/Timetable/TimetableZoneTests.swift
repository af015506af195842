// Zone files that are broken, the rules of their footers, and the names that lead to a zone.

import Foundation
import StationCore
import Testing

@Suite("Zones")
struct TimetableZoneTests {
    private func bytes(_ name: String) throws -> [UInt8] {
        Array(try #require(FileManager.default.contents(atPath: "/usr/share/zoneinfo/\(name)")))
    }

    @Test("a zone file that is cut anywhere, or with any byte changed, is refused or read, and never traps")
    func damage() throws {
        let whole = try bytes("Europe/Berlin")
        for length in 0..<whole.count {
            #expect(throws: ZoneFileError.self) { try ZoneFile(bytes: Array(whole.prefix(length))) }
        }
        for position in stride(from: 0, to: whole.count, by: 3) {
            var changed = whole
            changed[position] ^= 0xFF
            guard let zone = try? ZoneFile(bytes: changed) else { continue }
            _ = zone.offset(at: Instant(seconds: 4_000_000_000))
            _ = zone.instant(of: CivilTime(seconds: 1_700_000_000))
        }
    }

    @Test("a zone that counts leap seconds is refused")
    func leapSeconds() throws {
        let bytes = try bytes("right/Asia/Ho_Chi_Minh")
        #expect(throws: ZoneFileError.self) { try ZoneFile(bytes: bytes) }
    }

    /// A file of version 3 without transitions, whose footer alone speaks.
    private func zone(footer: String, version: UInt8 = 0x33) throws -> ZoneFile {
        func block(_ timeSize: Int) -> [UInt8] {
            Array("TZif".utf8) + [version] + [UInt8](repeating: 0, count: 15)
                + [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 4]
                + [0, 0, 0, 0, 0, 0] + Array("UTC\0".utf8)
        }
        return try ZoneFile(bytes: block(4) + block(8) + Array("\n\(footer)\n".utf8))
    }

    static let footers: [(footer: String, time: String, offset: Int)] = [
        ("<+07>-7", "2100-06-01T00:00:00Z", 25_200),
        ("EST5EDT,M3.2.0,M11.1.0", "2100-03-14T06:59:59Z", -18_000),
        ("EST5EDT,M3.2.0,M11.1.0", "2100-03-14T07:00:00Z", -14_400),
        ("EST5EDT,M3.2.0,M11.1.0", "2100-11-07T05:59:59Z", -14_400),
        ("EST5EDT,M3.2.0,M11.1.0", "2100-11-07T06:00:00Z", -18_000),
        // Daylight-saving time all year (RFC 9636 section 3.3.1).
        ("XXX3EDT4,0/0,J365/23", "2100-01-01T03:59:59Z", -14_400),
        ("XXX3EDT4,0/0,J365/23", "2100-01-01T04:00:00Z", -14_400),
        ("XXX3EDT4,0/0,J365/23", "2100-07-01T00:00:00Z", -14_400),
        // Hours beyond a day: Greenland's change on the Saturday before the last Sunday, at 22:00.
        ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2100-03-28T00:59:59Z", -7200),
        ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2100-03-28T01:00:00Z", -3600),
        ("AAA0BBB,M1.1.0/167,M12.5.0/-167", "2100-01-09T22:59:59Z", 0),
        ("AAA0BBB,M1.1.0/167,M12.5.0/-167", "2100-01-09T23:00:00Z", 3600),
        // J60 is 1 March in leap years too, 59 is then 29 February.
        ("AAA0BBB,J60/0,J300", "2104-02-29T23:59:59Z", 0),
        ("AAA0BBB,J60/0,J300", "2104-03-01T00:00:00Z", 3600),
        ("AAA0BBB,59/0,J300", "2104-02-29T00:00:00Z", 3600),
        ("AAA-5:30:15BBB-6,J1,J2", "2100-06-01T00:00:00Z", 19_815),
    ]

    @Test("the rule of a footer holds for all time to come", arguments: footers)
    func rule(footer: String, time: String, offset: Int) throws {
        #expect(try zone(footer: footer).offset(at: instant(time)).seconds == offset)
    }

    @Test(
        "a footer that is no rule makes the file unreadable",
        arguments: [
            "X", "EST", "EST5EDT", "EST25", "EST5EDT,M3.2.0", "EST5EDT,M13.1.0,M1.1.0", "<+07-7",
            "EST5EDT,J0,J1", "EST5EDT,M3.2.0/168,M11.1.0", "EST5x",
        ])
    func badFooter(_ footer: String) {
        #expect(throws: ZoneFileError.self) { try zone(footer: footer) }
    }

    @Test("a file of version 1 is read by its 32 bits")
    func versionOne() throws {
        let bytes = try bytes("Asia/Ho_Chi_Minh")
        var old = bytes
        old[4] = 0
        let zone = try ZoneFile(bytes: old)
        #expect(zone.offset(at: try instant("2026-01-01T00:00:00Z")).seconds == 25_200)
    }

    @Test("a file of version 2 and up is read by its 64 bits")
    func farPast() throws {
        let zone = try SystemZones.zone("Europe/Berlin")
        #expect(zone.offset(at: try instant("1890-01-01T00:00:00Z")).abbreviation == "LMT")
        #expect(zone.offset(at: try instant("2261-07-01T00:00:00Z")).abbreviation == "CEST")
    }

    static let names: [(tzid: String, definition: String, zone: String?)] = [
        ("Asia/Ho_Chi_Minh", "", "Asia/Ho_Chi_Minh"),
        ("SE Asia Standard Time", "", "Asia/Bangkok"),
        ("\"W. Europe Standard Time\"", "", "Europe/Berlin"),
        ("/mozilla.org/20050126_1/America/Argentina/Ushuaia", "", "America/Argentina/Ushuaia"),
        ("/freeassociation.sourceforge.net/Asia/Ho_Chi_Minh", "", "Asia/Ho_Chi_Minh"),
        ("/citadel.org/20230101_1/UTC", "", "UTC"),
        ("Hà Nội", "X-LIC-LOCATION:Asia/Ho_Chi_Minh", "Asia/Ho_Chi_Minh"),
        ("Giờ riêng", "X-LIC-LOCATION:SE Asia Standard Time", "Asia/Bangkok"),
        // A zone of the system is believed before what the file says about it.
        ("Europe/Berlin", "BEGIN:STANDARD\nTZOFFSETTO:+0500\nEND:STANDARD", "Europe/Berlin"),
        (
            "One offset",
            "BEGIN:STANDARD\nTZOFFSETTO:+0700\nEND:STANDARD\nBEGIN:STANDARD\nTZOFFSETTO:+0700\nEND:STANDARD",
            "Etc/GMT-7"
        ),
        (
            "Two offsets",
            "BEGIN:STANDARD\nTZOFFSETTO:+0100\nEND:STANDARD\nBEGIN:DAYLIGHT\nTZOFFSETTO:+0200\nEND:DAYLIGHT",
            nil
        ),
        // Texts that Windows displays; the offset tells cities of one name apart, and must not be wrong.
        ("\"(UTC+07:00) Bangkok, Hanoi, Jakarta\"", "", "Asia/Bangkok"),
        ("\"(GMT+07:00) Bangkok, Hanoi, Jakarta\"", "", "Asia/Bangkok"),
        ("\"(UTC+08:00) Kuala Lumpur, Singapore\"", "", "Asia/Singapore"),
        ("\"(UTC+08:00) Beijing, Chongqing, Hong Kong, Urumqi\"", "", "Asia/Shanghai"),
        ("\"(UTC+09:00) Osaka, Sapporo, Tokyo\"", "", "Asia/Tokyo"),
        ("\"(UTC-07:00) La Paz, Mazatlan\"", "", "America/Mazatlan"),
        ("\"(UTC-08:00) Pacific Time (US & Canada)\"", "", "America/Los_Angeles"),
        ("\"(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna\"", "", "Europe/Berlin"),
        ("\"(UTC+00:00) Dublin, Edinburgh, Lisbon, London\"", "", "Europe/London"),
        ("\"(UTC+09:00) Bangkok, Hanoi, Jakarta\"", "", nil), ("\"(UTC+07:00\"", "", nil),
        ("\"(UTC+7) Bangkok\"", "", nil), ("\"(UTC+07:00) ../Bangkok\"", "", nil),
        ("No offset", "BEGIN:STANDARD\nTZOFFSETTO:seven\nEND:STANDARD", nil),
        ("Nothing inside", "", nil),
        ("Asia", "", nil),
        ("tzdata.zi", "", nil),
        ("../../../etc/localtime", "", nil),
    ]

    @Test(
        "a TZID leads to a zone of the system, or to one fixed offset, or to a problem: never to UTC",
        arguments: names)
    func named(tzid: String, definition: String, zone: String?) throws {
        var text = calendar("DTSTART;TZID=\(tzid):20260705T050000", "DTSTART:20260101T000000")
        if !definition.isEmpty {
            let lines = definition.split(separator: "\n").map { $0 + "\r\n" }.joined()
            let name = tzid.replacing("\"", with: "")
            // Behind the events: the order of components is free.
            text = text.replacing(
                "END:VCALENDAR",
                with: "BEGIN:VTIMEZONE\r\nTZID:\(name)\r\n\(lines)END:VTIMEZONE\r\nEND:VCALENDAR")
        }
        let result = try Timetable.compile(["schedule.ics": text])
        let slots = result.timetable.slots(from: .distantPast, until: .distantFuture, limit: 9)
        guard let zone else {
            #expect(slots.count == 1 && result.problems.map(\.line) == [7])
            return
        }
        let expected = try SystemZones.zone(zone).instant(of: try civil("20260705T050000"))
        #expect(slots.last?.scheduled == expected && result.problems.isEmpty)
    }

    /// A VTIMEZONE with the rules of central Europe, written as Outlook does.
    private func european(rule: String = "FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10") -> String {
        """
        BEGIN:VTIMEZONE
        TZID:Riêng
        BEGIN:STANDARD
        DTSTART:16011028T030000
        RRULE:\(rule)
        TZOFFSETFROM:+0200
        TZOFFSETTO:+0100
        END:STANDARD
        BEGIN:DAYLIGHT
        DTSTART:16010325T020000
        RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
        TZOFFSETFROM:+0100
        TZOFFSETTO:+0200
        END:DAYLIGHT
        END:VTIMEZONE
        """
    }

    @Test("the rules of a VTIMEZONE hold where its TZID is unknown, on both sides of each change")
    func described() throws {
        func event(_ zone: String) -> String {
            "DTSTART;TZID=\(zone):20260101T023000\nRRULE:FREQ=DAILY;COUNT=800"
        }
        let instants = try [event("Riêng"), event("Europe/Berlin")].map { event in
            try Timetable.compile(["schedule.ics": calendar(event, head: european())]).timetable
                .slots(from: .distantPast, until: .distantFuture, limit: 1000).map(\.scheduled)
        }
        #expect(instants[0].count == 800 && instants[0] == instants[1])
    }

    @Test(
        "rules that are not the same every year are not guessed at: the zone is a problem",
        arguments: [
            "FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10;UNTIL=20301027T010000Z",
            "FREQ=YEARLY;BYMONTH=10;BYMONTHDAY=28",
            "FREQ=YEARLY;INTERVAL=2;BYDAY=-1SU;BYMONTH=10", "FREQ=YEARLY;BYDAY=-2SU;BYMONTH=10", "FREQ=OFTEN",
        ])
    func undescribed(rule: String) throws {
        let result = try Timetable.compile([
            "schedule.ics": calendar("DTSTART;TZID=Riêng:20260101T023000", head: european(rule: rule))
        ])
        #expect(result.problems.first?.message == "the time zone Riêng is not known")
    }

    @Test("every name of Windows leads to a zone that this system has")
    func windows() throws {
        for name in WindowsZoneNames.common {
            let result = try Timetable.compile([
                "schedule.ics": calendar("DTSTART;TZID=\"\(name)\":20260705T050000")
            ])
            #expect(result.problems.isEmpty, "\(name)")
        }
    }
}

/// Names that Outlook writes most, as Windows lists them.
enum WindowsZoneNames {
    static let common = [
        "SE Asia Standard Time", "Singapore Standard Time", "China Standard Time", "Tokyo Standard Time",
        "Korea Standard Time", "Taipei Standard Time", "India Standard Time", "Myanmar Standard Time",
        "W. Europe Standard Time", "Central Europe Standard Time", "Central European Standard Time",
        "Romance Standard Time", "GMT Standard Time", "Greenwich Standard Time", "FLE Standard Time",
        "GTB Standard Time", "Russian Standard Time", "Turkey Standard Time", "Israel Standard Time",
        "Eastern Standard Time", "Central Standard Time", "Mountain Standard Time", "Pacific Standard Time",
        "Alaskan Standard Time", "Hawaiian Standard Time", "Atlantic Standard Time",
        "SA Pacific Standard Time",
        "AUS Eastern Standard Time", "New Zealand Standard Time", "UTC", "UTC+12", "Dateline Standard Time",
        "Central Asia Standard Time", "Mountain Standard Time (Mexico)", "Greenland Standard Time",
        "Argentina Standard Time", "US Eastern Standard Time", "Nepal Standard Time",
    ]
}
