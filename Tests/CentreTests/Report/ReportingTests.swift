@testable import Centre
import StationCore
import StationTrust
import Testing

/// What of a store's folder counts, and what needs somebody.
struct ReportingTests {
    private let store: ReportDesk

    init() throws { store = try ReportDesk() }

    private func days(_ numbers: ClosedRange<Int>, from index: Int = 0) -> [String] {
        numbers.map { Line.outcome(index + $0 - numbers.lowerBound, "2026-03-\($0 < 10 ? "0" : "")\($0)") }
    }

    @Test("an enrolled station counts up to its head, and the report tells which")
    func sound() throws {
        try store.station(says: days(1...31))
        let report = try store.report()
        #expect(report.total.onTime == 31 && report.total.due == 31)
        let log = try #require(report.stations.first?.logs.first)
        #expect(log.origin == "loa/ap-3" && log.head?.size == 31 && log.doubt == nil)
        #expect(report.visits.isEmpty)
    }

    @Test("nothing counts of a station that nobody has enrolled, or that signs with another key")
    func unknown() throws {
        try store.station("ap-1", enrolled: false, says: days(1...5))
        try store.station("ap-2", says: days(1...5))
        try store.station("ap-2", board: 9, enrolled: false, says: days(1...9))
        let report = try store.report()
        #expect(report.total.due == 0)
        #expect(report.stations.map { $0.logs.first?.doubt } == [.notEnrolled, .unknownKey])
        #expect(Set(report.visits.map(\.cause.code)) == ["not-enrolled", "unknown-key"])
    }

    @Test(
        "an entry that was edited takes all of what the head covers with it, but not what was verified before"
    )
    func tampered() throws {
        let station = try store.station(says: days(1...10))
        _ = try store.desk.verify()
        for line in days(11...20, from: 10) { station.append(Array(line.utf8)) }
        try station.upload()
        #expect(try store.report().total.due == 20)
        let file = station.file("tile/entries/000.p/20")
        try store.desk.changeEntries(file) {
            $0[15] = Array(Line.outcome(15, "2026-03-15", "05:00:00", "x").utf8)
        }
        let report = try store.report()
        #expect(report.total.due == 10)
        #expect(report.stations[0].logs[0].doubt == .tampered && report.stations[0].logs[0].head?.size == 10)
        try store.desk.changeEntries(file) {
            $0[2] = Array(Line.outcome(2, "2026-03-03", "05:00:00", "x").utf8)
        }
        #expect(try store.report().total.due == 0)
    }

    @Test("a rolled-back head, a missing bundle and a missing head are told apart")
    func doubts() throws {
        let station = try store.station(says: days(1...10))
        _ = try store.desk.verify()
        try station.putHead(size: 5)
        var log = try #require(try store.report().stations.first?.logs.first)
        #expect(log.doubt == .rolledBack && log.head?.size == 10)
        try station.putHead()
        try store.desk.remove(station.file("tile/entries/000.p/10"))
        log = try #require(try store.report().stations.first?.logs.first)
        #expect(log.doubt == .incomplete && log.head == nil)
        try station.putTiles()
        try store.desk.remove(station.file("checkpoint"))
        log = try #require(try store.report().stations.first?.logs.first)
        #expect(log.doubt == .incomplete || log.doubt == .headMissing)
    }

    @Test(
        "a slot that stands in two logs of a station counts once, and a new log is told until it is acknowledged"
    )
    func twice() throws {
        try store.station(says: days(1...10))
        let second = [
            Line(index: 100, kind: "fault", more: ["code": "proof", "origin": "loa/ap-3/2", "from": 7]).text
        ]
        try store.station(number: 2, says: second + days(8...15, from: 101))
        var report = try store.report()
        #expect(report.total.due == 15)
        #expect(report.stations[0].logs.map(\.doubt) == [nil, .lost])
        _ = try store.desk.verify(acknowledging: ["ap-3"])
        report = try store.report()
        #expect(report.stations[0].logs.map(\.doubt) == [nil, nil])
    }

    @Test("what needs somebody: the silent, those that miss most of their slots, those that prove nothing")
    func visits() throws {
        try store.station("ap-1", says: days(1...20))
        try store.station(
            "ap-2", says: days(1...20) + (21...31).map { Line.missed($0, "2026-03-\($0)", "device-missing") })
        try store.station(
            "ap-3",
            says: days(1...28)
                + (29...31).map { Line.outcome($0, "2026-03-\($0)", "05:00:00", "tin", ["unproven": true]) })
        try store.station(
            "ap-4", says: days(1...20) + (21...31).map { Line.missed($0, "2026-03-\($0)", "muted") })
        let visits = try store.report().visits
        try #require(visits.map(\.station) == ["ap-1", "ap-2", "ap-3"])
        #expect(visits.map(\.since?.text) == ["2026-03-20", "2026-03-21", "2026-03-29"])
        #expect(visits[0].cause == .silent)
        #expect(visits[1].cause == .missing(reason: "device-missing", missed: 11, due: 11))
        #expect(visits[2].cause == .unproven(slots: 3))
    }

    @Test("an index as large as numbers go, and a day of sound too many, are told and break nothing")
    func absurd() throws {
        try store.station(
            says: [
                Line.outcome(Int.max, "2026-03-02"), Line.outcome(1, "2026-03-03"),
                Line.outcome(
                    2, "2026-03-04", "05:00:00", "tin",
                    ["framesConsumed": 9_000_000_000_000_000, "rate": 4000]),
            ])
        let station = try #require(try store.report().stations.first)
        #expect(station.total.due == 2 && station.unreadable == 1)
    }

    @Test(
        "what stations say of themselves: what is stale and what is a fault, and silence as `status` counts it"
    )
    func conditions() throws {
        let noon = try #require(RFC3339.instant(of: "2026-03-31T12:00:00+07:00"))
        let stale = JSON.Member(
            "upstreams",
            [
                ["name": "xa", "stale": true, "lastContact": "2026-03-29T05:00:00+07:00"],
                ["name": "tinh", "stale": false],
            ])
        for number in 1...4 { try store.station("ap-\(number)", says: days(1...31)) }
        try store.desk.tell("ap-1", at: noon, [stale])
        let fault: JSON = [
            "code": "upstream", "message": "xa: it is gone", "since": "2026-03-30T05:00:00+07:00",
        ]
        try store.desk.tell("ap-2", at: noon, [stale, .init("faults", [fault])])
        // It promises a status each five minutes.
        try store.desk.tell("ap-3", at: noon, age: 901)
        try store.desk.tell("ap-4", at: noon, age: 899)
        var store = store
        store.now = "2026-03-31T12:00:00+07:00"
        let visits = try store.report().visits
        #expect(visits.map(\.station) == ["ap-3", "ap-2", "ap-1"])
        #expect(visits.first?.cause == .silent && visits.last?.cause == .stale(upstream: "xa"))
        #expect(visits[1].cause == .fault(code: "upstream", message: "xa: it is gone"))
        #expect(visits.last?.since?.text == "2026-03-29")
    }

    @Test("many stations come in order, each with its groups, and can be chosen")
    func many() throws {
        for number in 10..<60 {
            let boot = Line(kind: "boot", more: ["groups": [.string("xã \(number % 3)"), "tỉnh"]])
            try store.station("ap-\(number)", says: [boot.text] + days(1...2, from: 1))
        }
        var reporting = try store.reporting()
        var order: [String] = []
        let report = try reporting.run(
            wantsRows: true,
            each: { station, rows in
                order.append(station.station)
                #expect(rows.count == 2)
            })
        #expect(order == (10..<60).map { "ap-\($0)" })
        #expect(report.groups.mapValues(\.stations) == ["xã 0": 16, "xã 1": 17, "xã 2": 17, "tỉnh": 50])
        #expect(
            report.groups["tỉnh"]?.total == report.total && report.days.prefix(3).map(\.due) == [50, 50, 0])
        reporting.groups = ["xã 1"]
        #expect(try reporting.run().stations.count == 17)
        (reporting.groups, reporting.stations) = ([], ["ap-11"])
        #expect(try reporting.run().stations.map(\.station) == ["ap-11"])
        reporting.stations = ["ap-99"]
        #expect(throws: CentreError.self) { try reporting.run() }
    }
}
