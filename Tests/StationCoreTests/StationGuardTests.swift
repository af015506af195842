import Testing

@testable import StationCore

/// The guard: hours, ceilings, mutes, limits.
struct StationGuardTests {
    private static let zone = ZoneFile(fixedOffset: 7 * 3600, abbreviation: "+07")

    private func rules(_ bands: [(from: Int, to: Int, ceiling: Double)]) -> GuardRules {
        GuardRules(
            bands: bands.map { .init(from: $0.from * 60, to: $0.to * 60, ceilingDecibels: $0.ceiling) },
            longestBroadcast: .seconds(7200), longestEmergency: .seconds(600), emergenciesPerDay: 2,
            emergencyCeilingDecibels: -1)
    }

    private func instant(_ time: String) throws -> Instant {
        try #require(RFC3339.instant(of: "2026-03-02T\(time)+07:00"))
    }

    private func now(_ time: String) throws -> Now {
        Now(
            wall: try instant(time), monotonic: MonotonicInstant(nanoseconds: 5_000_000_000),
            isSynchronised: true,
            errorMicroseconds: 0)
    }

    private func wish(
        _ programmeClass: ProgrammeClass = .normal, _ origin: Guard.Wish.Origin = .timetable, at time: String,
        until end: String? = nil, emergencies: Int = 0, isBegun: Bool = false
    ) throws -> Guard.Wish {
        Guard.Wish(
            origin: origin, programmeClass: programmeClass, start: try instant(time),
            hardEnd: try end.map(instant), zone: Self.zone, emergenciesToday: emergencies, isBegun: isBegun)
    }

    /// The reason of a refusal, or how many seconds the permit lasts and its level.
    private func answer(
        _ guardian: Guard, _ wish: Guard.Wish, at time: String, trust: ClockTrust = .synchronised
    ) throws
        -> String
    {
        let now = try now(time)
        switch guardian.judge(wish, at: now, trust: trust) {
        case .refused(let reason): return reason.rawValue
        case .permitted(let permit):
            return
                "\((now.wall(of: permit.end) - wish.start).components.seconds) s at \(permit.ceilingDecibels)"
        }
    }

    private static let day: [(Int, Int, Double)] = [(5, 11, -6), (11, 21, -9)]

    @Test(
        "the hours: their borders belong to what begins there",
        arguments: [
            ("04:59:59.999", "outside-hours"), ("05:00:00", "7200 s at -6.0"),
            ("10:59:56.999", "7200 s at -6.0"), ("10:59:57", "7200 s at -9.0"),
            ("11:00:00", "7200 s at -9.0"), ("20:00:00", "3600 s at -9.0"), ("20:59:59", "1 s at -9.0"),
            ("20:59:59.700", "permit-ended"), ("21:00:00", "outside-hours"), ("00:00:00", "outside-hours"),
        ])
    func hours(time: String, expected: String) throws {
        let guardian = Guard(rules: rules(Self.day), mute: nil, volumeDecibels: 0)
        #expect(try answer(guardian, wish(at: time), at: "04:00:00") == expected)
    }

    @Test(
        "a band may cross midnight, end at 24:00, or be the whole day",
        arguments: [
            (22, 2, "23:30:00", "7200 s at -6.0"), (22, 2, "01:00:00", "3600 s at -6.0"),
            (22, 2, "02:00:00", "outside-hours"),
            (22, 2, "21:59:59", "outside-hours"), (20, 24, "23:00:00", "3600 s at -6.0"),
            (20, 24, "00:00:00", "outside-hours"),
            (0, 24, "23:00:00", "7200 s at -6.0"), (6, 6, "05:00:00", "7200 s at -6.0"),
        ])
    func midnight(from: Int, to: Int, time: String, expected: String) throws {
        let guardian = Guard(rules: rules([(from, to, -6)]), mute: nil, volumeDecibels: 0)
        #expect(try answer(guardian, wish(at: time), at: time) == expected)
    }

    @Test(
        "bands that touch are one stretch; the lower level comes before the border, and the permit says when")
    func border() throws {
        let guardian = Guard(rules: rules(Self.day), mute: nil, volumeDecibels: 0)
        let now = try now("10:50:00")
        guard
            case .permitted(let permit) = guardian.judge(try wish(at: "10:50:00"), at: now, trust: .holdover)
        else {
            Issue.record("refused")
            return
        }
        #expect(now.wall(of: permit.ceilingEnd) == (try instant("10:59:57")))
        #expect(now.wall(of: permit.end) == (try instant("12:50:00")))
    }

    @Test("no hours at all are no hours")
    func noHours() throws {
        let guardian = Guard(rules: rules([]), mute: nil, volumeDecibels: 0)
        #expect(try answer(guardian, wish(at: "12:00:00"), at: "12:00:00") == "outside-hours")
    }

    @Test("a slot's hard end bounds the permit, and one that is over is refused")
    func hardEnd() throws {
        let guardian = Guard(rules: rules(Self.day), mute: nil, volumeDecibels: 0)
        #expect(
            try answer(guardian, wish(at: "06:00:00", until: "06:10:00"), at: "06:00:00") == "600 s at -6.0")
        #expect(
            try answer(guardian, wish(at: "06:10:00", until: "06:10:00"), at: "06:00:00") == "permit-ended")
    }

    @Test(
        "the volume holds down what people hear every day, not an emergency; nothing is louder than full scale"
    )
    func volume() throws {
        let quiet = Guard(rules: rules(Self.day), mute: nil, volumeDecibels: -20)
        #expect(try answer(quiet, wish(at: "06:00:00"), at: "06:00:00") == "7200 s at -20.0")
        #expect(try answer(quiet, wish(.emergency, at: "06:00:00"), at: "06:00:00") == "600 s at -1.0")
        let loud = Guard(rules: rules([(0, 24, 12)]), mute: nil, volumeDecibels: 0)
        #expect(try answer(loud, wish(at: "06:00:00"), at: "06:00:00") == "7200 s at 0.0")
    }

    @Test("a mute silences everything but an emergency, until its end")
    func mute() throws {
        let muted = Guard(
            rules: rules(Self.day), mute: Mute(until: try instant("06:00:00"), reason: "thi"),
            volumeDecibels: 0)
        #expect(try answer(muted, wish(at: "05:59:59"), at: "05:00:00") == "muted")
        #expect(try answer(muted, wish(.priority, .person, at: "05:59:59"), at: "05:00:00") == "muted")
        #expect(try answer(muted, wish(at: "06:00:00"), at: "05:00:00") == "7200 s at -6.0")
        #expect(try answer(muted, wish(.emergency, at: "05:30:00"), at: "05:00:00") == "600 s at -1.0")
    }

    @Test(
        "emergencies pass closed hours, so many a day; one that has begun counts as itself, not as one more")
    func emergencies() throws {
        let guardian = Guard(rules: rules(Self.day), mute: nil, volumeDecibels: 0)
        #expect(
            try answer(guardian, wish(.emergency, at: "03:00:00", emergencies: 1), at: "03:00:00")
                == "600 s at -1.0")
        #expect(
            try answer(guardian, wish(.emergency, at: "03:00:00", emergencies: 2), at: "03:00:00")
                == "permit-ended")
        let begun = try wish(.emergency, at: "03:00:00", emergencies: 2, isBegun: true)
        #expect(try answer(guardian, begun, at: "03:00:00") == "600 s at -1.0")
    }

    @Test("by a clock that nobody believes only a person is heard, at the lowest level, at any hour")
    func untrusted() throws {
        let guardian = Guard(rules: rules(Self.day), mute: nil, volumeDecibels: 0)
        #expect(
            try answer(guardian, wish(at: "06:00:00"), at: "06:00:00", trust: .untrusted) == "clock-untrusted"
        )
        #expect(
            try answer(guardian, wish(.emergency, at: "06:00:00"), at: "06:00:00", trust: .untrusted)
                == "clock-untrusted")
        #expect(
            try answer(guardian, wish(.normal, .person, at: "03:00:00"), at: "03:00:00", trust: .untrusted)
                == "7200 s at -9.0")
        let muted = Guard(
            rules: rules(Self.day), mute: Mute(until: .distantPast, reason: ""), volumeDecibels: 0)
        #expect(
            try answer(muted, wish(.normal, .person, at: "03:00:00"), at: "03:00:00", trust: .untrusted)
                == "muted")
    }

    @Test("what sounded before an interruption is taken off the longest broadcast")
    func alreadySounded() throws {
        let guardian = Guard(rules: rules(Self.day), mute: nil, volumeDecibels: 0)
        var late = try wish(at: "06:00:00", isBegun: true)
        late.alreadySounded = .seconds(7000)
        #expect(try answer(guardian, late, at: "06:00:00") == "200 s at -6.0")
    }
}
