// The examples of RFC 5545 section 3.8.5.3, each with the dates that the RFC lists.

import StationCore
import Testing

/// One example: dates are at 09:00 in New York unless they carry a time; `…` says that more follow.
struct RuleExample: CustomTestStringConvertible, Sendable {
    var rule: String
    var start = "19970902"
    var dates: String
    var testDescription: String { rule }
}

@Suite("Examples of RFC 5545")
struct RFC5545ExampleTests {
    static let examples = [
        RuleExample(
            rule: "RRULE:FREQ=DAILY;COUNT=10",
            dates: "19970902 19970903 19970904 19970905 19970906 19970907 19970908 19970909 19970910 19970911"
        ),
        RuleExample(
            rule: "RRULE:FREQ=DAILY;INTERVAL=2",
            dates: "19970902 19970904 19970906 19970908 19970910 19970912 …"),
        RuleExample(
            rule: "RRULE:FREQ=DAILY;INTERVAL=10;COUNT=5",
            dates: "19970902 19970912 19970922 19971002 19971012"),
        RuleExample(
            rule: "RRULE:FREQ=WEEKLY;COUNT=10",
            dates: "19970902 19970909 19970916 19970923 19970930 19971007 19971014 19971021 19971028 19971104"
        ),
        RuleExample(
            rule: "RRULE:FREQ=WEEKLY;UNTIL=19971224T000000Z",
            dates: """
                19970902 19970909 19970916 19970923 19970930 19971007 19971014 19971021 19971028 19971104 19971111 \
                19971118 19971125 19971202 19971209 19971216 19971223
                """),
        RuleExample(
            rule: "RRULE:FREQ=WEEKLY;INTERVAL=2;WKST=SU",
            dates: """
                19970902 19970916 19970930 19971014 19971028 19971111 19971125 19971209 19971223 19980106 19980120 …
                """),
        RuleExample(
            rule: "RRULE:FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH",
            dates: "19970902 19970904 19970909 19970911 19970916 19970918 19970923 19970925 19970930 19971002"
        ),
        RuleExample(
            rule: "RRULE:FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH",
            dates: "19970902 19970904 19970909 19970911 19970916 19970918 19970923 19970925 19970930 19971002"
        ),
        RuleExample(
            rule: "RRULE:FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR",
            start: "19970901",
            dates: """
                19970901 19970903 19970905 19970915 19970917 19970919 19970929 19971001 19971003 19971013 19971015 \
                19971017 19971027 19971029 19971031 19971110 19971112 19971114 19971124 19971126 19971128 19971208 \
                19971210 19971212 19971222
                """),
        RuleExample(
            rule: "RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH",
            dates: "19970902 19970904 19970916 19970918 19970930 19971002 19971014 19971016"),
        RuleExample(
            rule: "RRULE:FREQ=MONTHLY;COUNT=10;BYDAY=1FR", start: "19970905",
            dates: "19970905 19971003 19971107 19971205 19980102 19980206 19980306 19980403 19980501 19980605"
        ),
        RuleExample(
            rule: "RRULE:FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR", start: "19970905",
            dates: "19970905 19971003 19971107 19971205"),
        RuleExample(
            rule: "RRULE:FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU", start: "19970907",
            dates: "19970907 19970928 19971102 19971130 19980104 19980125 19980301 19980329 19980503 19980531"
        ),
        RuleExample(
            rule: "RRULE:FREQ=MONTHLY;COUNT=6;BYDAY=-2MO", start: "19970922",
            dates: "19970922 19971020 19971117 19971222 19980119 19980216"),
        RuleExample(
            rule: "RRULE:FREQ=MONTHLY;BYMONTHDAY=-3", start: "19970928",
            dates: "19970928 19971029 19971128 19971229 19980129 19980226 …"),
        RuleExample(
            rule: "RRULE:FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15",
            dates: "19970902 19970915 19971002 19971015 19971102 19971115 19971202 19971215 19980102 19980115"
        ),
        RuleExample(
            rule: "RRULE:FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1", start: "19970930",
            dates: "19970930 19971001 19971031 19971101 19971130 19971201 19971231 19980101 19980131 19980201"
        ),
        RuleExample(
            rule: "RRULE:FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15", start: "19970910",
            dates: "19970910 19970911 19970912 19970913 19970914 19970915 19990310 19990311 19990312 19990313"
        ),
        RuleExample(
            rule: "RRULE:FREQ=MONTHLY;INTERVAL=2;BYDAY=TU",
            dates: """
                19970902 19970909 19970916 19970923 19970930 19971104 19971111 19971118 19971125 19980106 19980113 \
                19980120 19980127 19980303 19980310 19980317 19980324 19980331 …
                """),
        RuleExample(
            rule: "RRULE:FREQ=YEARLY;COUNT=10;BYMONTH=6,7", start: "19970610",
            dates: "19970610 19970710 19980610 19980710 19990610 19990710 20000610 20000710 20010610 20010710"
        ),
        RuleExample(
            rule: "RRULE:FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3", start: "19970310",
            dates: "19970310 19990110 19990210 19990310 20010110 20010210 20010310 20030110 20030210 20030310"
        ),
        RuleExample(
            rule: "RRULE:FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200", start: "19970101",
            dates: "19970101 19970410 19970719 20000101 20000409 20000718 20030101 20030410 20030719 20060101"
        ),
        RuleExample(
            rule: "RRULE:FREQ=YEARLY;BYDAY=20MO", start: "19970519", dates: "19970519 19980518 19990517 …"),
        RuleExample(
            rule: "RRULE:FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", start: "19970512",
            dates: "19970512 19980511 19990517 …"),
        RuleExample(
            rule: "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=TH", start: "19970313",
            dates:
                "19970313 19970320 19970327 19980305 19980312 19980319 19980326 19990304 19990311 19990318 …"),
        RuleExample(
            rule: "RRULE:FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8", start: "19970605",
            dates: """
                19970605 19970612 19970619 19970626 19970703 19970710 19970717 19970724 19970731 19970807 19970814 \
                19970821 19970828 19980604 19980611 19980618 …
                """),
        RuleExample(
            rule: "EXDATE;TZID=America/New_York:19970902T090000\nRRULE:FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
            dates: "19980213 19980313 19981113 19990813 20001013 …"),
        RuleExample(
            rule: "RRULE:FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13", start: "19970913",
            dates:
                "19970913 19971011 19971108 19971213 19980110 19980207 19980307 19980411 19980509 19980613 …"),
        RuleExample(
            rule: "RRULE:FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
            start: "19961105",
            dates: "19961105 20001107 20041102 …"),
        RuleExample(
            rule: "RRULE:FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", start: "19970904",
            dates: "19970904 19971007 19971106"),
        RuleExample(
            rule: "RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2", start: "19970929",
            dates: "19970929 19971030 19971127 19971230 19980129 19980226 19980330 …"),
        // The RFC writes 17:00Z and means 17:00 in New York (erratum 3883).
        RuleExample(
            rule: "RRULE:FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T210000Z",
            dates: "19970902 19970902T120000 19970902T150000"),
        RuleExample(
            rule: "RRULE:FREQ=MINUTELY;INTERVAL=15;COUNT=6",
            dates: "19970902 19970902T091500 19970902T093000 19970902T094500 19970902T100000 19970902T101500"),
        RuleExample(
            rule: "RRULE:FREQ=MINUTELY;INTERVAL=90;COUNT=4",
            dates: "19970902 19970902T103000 19970902T120000 19970902T133000"),
        RuleExample(
            rule: "RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", start: "19970805",
            dates: "19970805 19970810 19970819 19970824"),
        RuleExample(
            rule: "RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", start: "19970805",
            dates: "19970805 19970817 19970819 19970831"),
        RuleExample(
            rule: "RRULE:FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5", start: "20070115",
            dates: "20070115 20070130 20070215 20070315 20070330"),
    ]

    @Test("an example has the dates that the RFC lists", arguments: examples)
    func example(_ example: RuleExample) throws {
        var expected = example.dates.split(separator: " ").map {
            $0.contains("T") ? String($0) : $0 + "T090000"
        }
        let isEndless = expected.last == "…T090000"
        if isEndless { expected.removeLast() }
        #expect(try find(example.rule, example.start, isEndless ? expected.count : 1000) == expected)
    }

    @Test(
        "two ways of writing one thing give the same days",
        arguments: [
            (
                "19980101", "FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA",
                "FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1", 93
            ),
            (
                "19970902", "FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40",
                "FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10,11,12,13,14,15,16", 1000
            ),
        ])
    func pairs(start: String, one: String, other: String, count: Int) throws {
        let found = try find("RRULE:" + one, start, 1000)
        #expect(found.count == count)
        #expect(try find("RRULE:" + other, start, 1000) == found)
    }

    @Test("a day that a month does not have is left out, and not counted")
    func daily() throws {
        let found = try find("RRULE:FREQ=DAILY;UNTIL=19971224T000000Z", "19970902", 1000)
        #expect(found.count == 113 && found.last == "19971223T090000")
        #expect(
            try find("RRULE:FREQ=MONTHLY;COUNT=4", "19970131", 1000)
                == ["19970131T090000", "19970331T090000", "19970531T090000", "19970731T090000"])
    }

    private func find(_ rule: String, _ start: String, _ count: Int) throws -> [String] {
        let event = "DTSTART;TZID=America/New_York:\(start)T090000\n\(rule)"
        let result = try Timetable.compile(["schedule.ics": calendar(event)])
        #expect(result.problems.isEmpty)
        return try result.timetable.times(
            from: "19900101", until: "22610101", zone: "America/New_York", limit: count)
    }
}
