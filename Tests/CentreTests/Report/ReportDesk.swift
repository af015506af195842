@testable import Centre
import StationCore
import StationHost
import StationTrust
import Testing

/// A store of stations whose logs a test writes, and the reports that are made of it.
struct ReportDesk {
    let desk: ProofDesk
    /// A day behind all that tests tell of.
    var now = "2026-04-02T12:00:00+07:00"
    private static let zone = ZoneFolder.system.zones.zone(named: Surroundings.zoneName)

    init() throws { desk = try ProofDesk() }

    /// A station with these entries, enrolled and uploaded.
    @discardableResult
    func station(
        _ name: String = "ap-3", number: Int64 = 1, board: UInt8 = 7, enrolled: Bool = true,
        says lines: [String]
    ) throws -> StoredStation {
        let station = try desk.station(name, number: number, board: board)
        if enrolled { try desk.enrol(station) }
        for line in lines { station.append(Array(line.utf8)) }
        try station.upload()
        return station
    }

    static func period(_ from: String, _ to: String) throws -> ReportPeriod {
        let (first, last) = (try #require(CivilDate(text: from)), try #require(CivilDate(text: to)))
        let zone = try #require(zone)
        return try #require(ReportPeriod(from: first, to: last, zone: zone, zoneName: Surroundings.zoneName))
    }

    func reporting(_ from: String = "2026-03-01", _ to: String = "2026-03-31") throws -> Reporting {
        let now = try #require(RFC3339.instant(of: now))
        return Reporting(desk.proofs, try Self.period(from, to), now: now)
    }

    func report(_ from: String = "2026-03-01", _ to: String = "2026-03-31") throws -> Report {
        try reporting(from, to).run()
    }
}

/// An entry as a test wants it.
struct Line {
    var index = 0
    var kind = "outcome"
    var boot = "b"
    var wall = "2026-03-02T05:10:00.000000+07:00"
    var clock = "synchronised"
    /// More members, or others in place of the outcome's own.
    var more: [String: JSON] = [:]

    /// The members of an outcome that was heard whole and on time.
    private static let outcome: [JSON.Member] = [
        .init("slot", "xa/tin@2026-03-02T05:00:00+07:00"), .init("programme", "tin"),
        .init("title", "Bản tin sáng"), .init("class", "normal"), .init("upstream", "xa"),
        .init("categories", ["giảm nghèo"]), .init("scheduled", "2026-03-02T05:00:00.000000+07:00"),
        .init("result", "played"), .init("reason", .null),
        .init("startedAt", "2026-03-02T05:00:00.000000+07:00"),
        .init("startErrorMicroseconds", .decimal(12.5)), .init("endedAt", "2026-03-02T05:10:00+07:00"),
        .init("framesPlanned", 28_800_000), .init("framesConsumed", 28_800_000), .init("items", []),
    ]

    var json: JSON {
        var members: [JSON.Member] = [
            .init("index", .integer(Int64(index))), .init("kind", .string(kind)),
            .init("boot", .string(boot)),
            .init("monotonicNanoseconds", 1), .init("wall", .string(wall)), .init("clock", .string(clock)),
        ]
        if kind == "outcome" { members += Self.outcome }
        for (name, value) in more.sorted(by: { $0.key < $1.key }) {
            if let place = members.firstIndex(where: { $0.name == name }) {
                members[place].value = value
            } else {
                members.append(.init(name, value))
            }
        }
        return .object(members)
    }

    var text: String { json.description }

    /// An outcome of a slot on a day, at an hour: `2026-03-02`, `05:00:00`.
    static func outcome(
        _ index: Int, _ day: String = "2026-03-02", _ time: String = "05:00:00", _ programme: String = "tin",
        _ more: [String: JSON] = [:]
    ) -> String {
        let at = "\(day)T\(time)"
        var all: [String: JSON] = [
            "slot": .string("xa/\(programme)@\(at)+07:00"), "scheduled": .string("\(at).000000+07:00"),
            "startedAt": .string("\(at).000000+07:00"),
        ]
        all.merge(more) { $1 }
        return Line(index: index, wall: "\(at).000000+07:00", more: all).text
    }

    static func missed(_ index: Int, _ day: String, _ reason: String, _ time: String = "05:00:00") -> String {
        outcome(
            index, day, time, "tin",
            [
                "result": "missed", "reason": .string(reason), "startedAt": .null,
                "startErrorMicroseconds": .null, "framesConsumed": 0,
            ])
    }
}
