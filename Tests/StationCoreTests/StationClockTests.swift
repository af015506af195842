import Testing

@testable import StationCore

/// How far the wall clock is believed.
struct StationClockTests {
    private static let build: Int64 = 1_760_000_000
    private static let day: Int64 = 86_400

    /// A reading so many seconds after the day of the build, and so many after the boot.
    private func now(_ wall: Int64, boot: Int64, synchronised: Bool = false) -> Now {
        Now(
            wall: Instant(seconds: Self.build + wall),
            monotonic: MonotonicInstant(nanoseconds: boot * 1_000_000_000),
            isSynchronised: synchronised, errorMicroseconds: 0)
    }

    private func judge(
        last: Int64? = nil, lastBoot: String = "earlier", first: Int64? = nil, battery: Bool = false,
        holdoverDays: Int64 = 30
    ) -> ClockJudge {
        ClockJudge(
            buildDate: Instant(seconds: Self.build),
            lastSynchronised: last.map {
                .init(
                    wall: Instant(seconds: Self.build + $0), monotonic: now(0, boot: 100).monotonic,
                    boot: lastBoot)
            }, boot: "this",
            firstStart: first.map { Instant(seconds: Self.build + $0) }, isBatteryBacked: battery,
            holdover: .seconds(holdoverDays * Self.day))
    }

    @Test(
        "nobody told the time in this boot",
        arguments: [
            // wall, last synchronised, first start, battery → trust
            (Self.day, nil, nil, false, ClockTrust.untrusted), (Self.day, nil, nil, true, .holdover),
            (-1, nil, nil, true, .untrusted), (Self.day, 2 * Self.day, nil, true, .untrusted),
            (2 * Self.day, 2 * Self.day, nil, true, .holdover),
            (2 * Self.day, Self.day, nil, false, .untrusted),
            (31 * Self.day, Self.day, nil, true, .holdover),
            (31 * Self.day + 1, Self.day, nil, true, .untrusted),
            (31 * Self.day, nil, Self.day, true, .holdover),
            (31 * Self.day + 1, nil, Self.day, true, .untrusted),
        ] as [(Int64, Int64?, Int64?, Bool, ClockTrust)])
    func coldBoot(wall: Int64, last: Int64?, first: Int64?, battery: Bool, expected: ClockTrust) {
        var judge = judge(last: last, first: first, battery: battery)
        #expect(judge.judge(now(wall, boot: 20)) == expected)
    }

    @Test("a synchronised clock is believed, but never before the program was built")
    func synchronised() {
        var judge = judge(last: 100 * Self.day)
        #expect(judge.judge(now(Self.day, boot: 20, synchronised: true)) == .synchronised)
        #expect(judge.judge(now(-1, boot: 21, synchronised: true)) == .untrusted)
    }

    @Test(
        "after a synchronisation the clock is carried on, unless somebody sets it, or for too long",
        arguments: [
            // seconds since, how far the wall clock deviates → trust
            (3600, 0, .holdover), (3600, 1, .holdover), (3600, 3, .untrusted), (3600, -3, .untrusted),
            (Self.day, 43, .holdover), (Self.day, 45, .untrusted), (30 * Self.day, 0, .holdover),
            (30 * Self.day + 1, 0, .untrusted),
        ] as [(Int64, Int64, ClockTrust)])
    func holdover(elapsed: Int64, deviation: Int64, expected: ClockTrust) {
        var judge = judge()
        #expect(judge.judge(now(Self.day, boot: 100, synchronised: true)) == .synchronised)
        // Before the floor nothing is believed; a deviation backwards must not be hidden by that.
        #expect(judge.judge(now(Self.day + elapsed + deviation, boot: 100 + elapsed)) == expected)
    }

    @Test(
        "a restart in the same boot goes on from what was synchronised before it, as if it had not been",
        arguments: [
            // the boot that wrote it, seconds since, how far the wall clock deviates → trust
            ("this", 3600, 0, .holdover), ("this", 3600, 3, .untrusted), ("this", 3600, -3, .untrusted),
            ("this", 30 * Self.day + 1, 0, .untrusted), ("earlier", 3600, 0, .untrusted),
            ("", 3600, 0, .untrusted),
        ] as [(String, Int64, Int64, ClockTrust)])
    func restarted(boot: String, elapsed: Int64, deviation: Int64, expected: ClockTrust) {
        var judge = judge(last: Self.day, lastBoot: boot)
        #expect(judge.judge(now(Self.day + elapsed + deviation, boot: 100 + elapsed)) == expected)
    }

    @Test("a false synchronisation in 2099 does not outlive the next true one")
    func falseSynchronisation() {
        var judge = judge()
        let century = 73 * 365 * Self.day
        #expect(judge.judge(now(century, boot: 100, synchronised: true)) == .synchronised)
        #expect(judge.judge(now(Self.day, boot: 110)) == .untrusted)
        #expect(judge.judge(now(Self.day, boot: 120, synchronised: true)) == .synchronised)
        #expect(judge.judge(now(Self.day + 10, boot: 130)) == .holdover)
    }

    @Test("another configuration holds at once, and what was seen of the clock stays")
    func configured() {
        var judge = judge(last: Self.day)
        #expect(judge.judge(now(2 * Self.day, boot: 20)) == .untrusted)
        judge.configure(
            buildDate: Instant(seconds: Self.build), isBatteryBacked: true, holdover: .seconds(30 * Self.day))
        #expect(judge.judge(now(2 * Self.day, boot: 21)) == .holdover)
        judge.configure(
            buildDate: Instant(seconds: Self.build), isBatteryBacked: true, holdover: .seconds(3600))
        #expect(judge.judge(now(2 * Self.day, boot: 22)) == .untrusted)
    }
}
