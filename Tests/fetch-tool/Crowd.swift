import StationCore

/// Many stations that ask one server, by the schedule that stations go by.
struct Crowd {
    /// One question.
    struct Poll {
        let milliseconds: Int64
        /// Whether the server was there.
        let isAnswered: Bool
    }

    let count: Int
    /// From poll to poll, and how long they are watched, in seconds.
    let period: Int
    let seconds: Int
    /// When nobody is answered.
    let outage: Range<Int>
    /// Whether it is the stations that were away, all of them: no power, or no network.
    let isOfStations: Bool

    /// All questions, in their order.
    var polls: [Poll] {
        (0..<count).flatMap(polls).sorted { $0.milliseconds < $1.milliseconds }
    }

    private func polls(of station: Int) -> [Poll] {
        var schedule = PollSchedule(
            every: .seconds(period), station: "loa-\(station)", upstream: "xã",
            at: MonotonicInstant(nanoseconds: 0))
        let back = MonotonicInstant(nanoseconds: Int64(outage.upperBound) * 1_000_000_000)
        var polls: [Poll] = []
        while schedule.next.nanoseconds < Int64(seconds) * 1_000_000_000 {
            let now = schedule.next
            let isAway = outage.contains(Int(now.nanoseconds / 1_000_000_000))
            if isAway, isOfStations {
                schedule.failed(at: now)
                if schedule.next >= back { schedule.networkReturned(at: back) }
                continue
            }
            polls.append(Poll(milliseconds: now.nanoseconds / 1_000_000, isAnswered: !isAway))
            if isAway { schedule.failed(at: now) } else { schedule.succeeded(at: now) }
        }
        return polls
    }
}
