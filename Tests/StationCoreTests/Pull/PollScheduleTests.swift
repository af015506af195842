import StationTrust
import Testing

@testable import StationCore

/// How stations spread their polls, and how soon they are back after an outage.
struct PollScheduleTests {
    private static let minute = Duration.seconds(60)

    private func schedule(_ station: Int, at seconds: Int64 = 0) -> PollSchedule {
        PollSchedule(every: Self.minute, station: "xa-\(station)", upstream: "huyen", at: instant(seconds))
    }

    private func instant(_ seconds: Int64) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: seconds * 1_000_000_000)
    }

    /// The most polls in any second, in parts of the average.
    private func peak(_ polls: [MonotonicInstant]) -> Double {
        let seconds = polls.map { $0.nanoseconds / 1_000_000_000 }
        let counts = Dictionary(grouping: seconds, by: { $0 }).mapValues(\.count)
        let average = Double(polls.count) / Double((seconds.max() ?? 0) - (seconds.min() ?? 0) + 1)
        return Double(counts.values.max() ?? 0) / average
    }

    @Test("ten thousand stations spread over the period, and each keeps its place")
    func spread() {
        let stations = (0..<10_000).map { station in
            var schedule = schedule(station)
            schedule.succeeded(at: schedule.next)
            let first = schedule.next
            schedule.succeeded(at: first)
            #expect(schedule.next - first == Self.minute)
            return first
        }
        #expect(peak(stations.map { MonotonicInstant(nanoseconds: $0.nanoseconds % 60_000_000_000) }) < 1.5)
    }

    @Test(
        "a server that was away for all, for long or not, is not asked by all at once when it is back",
        arguments: [5, 30, 60, 600, 7200])
    func serverOutage(back: Int64) {
        let polls = (0..<10_000).flatMap { station in
            var schedule = schedule(station)
            schedule.succeeded(at: schedule.next)
            schedule.succeeded(at: schedule.next)
            var polls: [MonotonicInstant] = []
            while schedule.next < instant(180 + back + 60) {
                let now = schedule.next
                if now >= instant(180 + back) { polls.append(now) }
                if now > instant(180), now < instant(180 + back) {
                    schedule.failed(at: now)
                } else {
                    schedule.succeeded(at: now)
                }
            }
            return polls
        }
        #expect(polls.count == 10_000 && peak(polls) < 1.5)
    }

    @Test("when the network returns to all at once, nobody asks twice within half a minute")
    func everybodyReturns() {
        let polls = (0..<10_000).flatMap { station in
            var schedule = schedule(station)
            schedule.succeeded(at: instant(1000))
            schedule.networkReturned(at: instant(1000))
            let first = schedule.next
            schedule.succeeded(at: first)
            return [first, schedule.next]
        }
        // All of them within half of their period: twice the average is what that takes.
        let seconds = polls.filter { $0 < instant(1030) }.map { $0.nanoseconds / 1_000_000_000 }
        let most = Dictionary(grouping: seconds, by: { $0 }).values.map(\.count).max() ?? 0
        #expect(Double(most) < 1.25 * 2 * 10_000 / 60)
    }

    @Test("after a failure it asks soon again, then less and less often, and never less than once a period")
    func backOff() {
        let period = Duration.seconds(1800)
        var schedule = PollSchedule(every: period, station: "xa-1", upstream: "huyen", at: instant(0))
        schedule.succeeded(at: schedule.next)
        var waits: [Duration] = []
        for _ in 0..<8 {
            let now = schedule.next
            schedule.failed(at: now)
            waits.append(schedule.next - now)
        }
        #expect(Array(waits.prefix(4)) == [60, 120, 240, 480].map { Duration.seconds($0) })
        #expect(waits.allSatisfy { $0 <= period } && waits.suffix(2).allSatisfy { $0 == period })
    }

    @Test("when the network returns, each asks within its own part of half a minute")
    func networkReturns() {
        let polls = (0..<1000).map { station in
            var schedule = schedule(station)
            schedule.succeeded(at: instant(1000))
            schedule.networkReturned(at: instant(1000))
            return schedule.next
        }
        #expect(polls.allSatisfy { $0 >= instant(1000) && $0 < instant(1030) })
        #expect(Set(polls).count > 900)
    }
}
