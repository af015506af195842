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

    @Test("a server that was away for all is not asked by all at once when it is back")
    func serverOutage() {
        let back: Int64 = 7200
        let polls = (0..<10_000).map { station in
            var schedule = schedule(station)
            while schedule.next < instant(back) { schedule.failed(at: schedule.next) }
            return schedule.next
        }
        #expect(polls.allSatisfy { $0 < instant(back + 60) })
        #expect(peak(polls) < 1.5)
    }

    @Test("after a failure it asks soon again, then less and less often, and never less than once a period")
    func backOff() {
        var schedule = schedule(1)
        schedule.succeeded(at: schedule.next)
        var waits: [Duration] = []
        for _ in 0..<8 {
            let now = schedule.next
            schedule.failed(at: now)
            waits.append(schedule.next - now)
        }
        #expect(waits.first == .seconds(5) && waits.allSatisfy { $0 <= Self.minute })
        #expect(waits.suffix(3).allSatisfy { $0 == Self.minute })
    }

    @Test("when the network returns, each asks within its own part of half a minute")
    func networkReturns() {
        let polls = (0..<1000).map { station in
            var schedule = schedule(station)
            schedule.networkReturned(at: instant(1000))
            return schedule.next
        }
        #expect(polls.allSatisfy { $0 >= instant(1000) && $0 < instant(1030) })
        #expect(Set(polls).count > 900)
    }
}
