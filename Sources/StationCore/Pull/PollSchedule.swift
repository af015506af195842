// When a station asks an upstream whether there is anything new.

import StationTrust

/// The instants at which one upstream is polled (DESIGN.md section 7).
///
/// Every station has a grid of its own, one period wide, at a place that hangs on its name and the upstream's: ten
/// thousand stations spread out by themselves, also after a server of all of them was away.
package struct PollSchedule: Sendable {
    /// After the first failure the next poll comes after that time, then after twice as much, up to a period.
    ///
    /// Shorter periods have no poll beside their own: a server that comes back would be asked by all at once.
    static let firstRetry = Duration.seconds(60)
    /// When the network returns, the poll comes within the station's fraction of a period, of this at the most.
    static let returnSpread = Duration.seconds(30)

    private let period: Duration
    /// The station's own fractions, of 2³², of the period and of the time within which it returns; the same in every
    /// run, and nothing to do with each other.
    private let fraction: Int64
    private let returnFraction: Int64
    private var failures = 0
    /// When the next poll is due.
    package private(set) var next: MonotonicInstant

    /// Begins to poll, as if the network had just returned.
    ///
    /// - Parameters:
    ///   - period: from poll to poll.
    ///   - station: the station's id.
    ///   - upstream: the upstream's name.
    ///   - now: the instant.
    package init(every period: Duration, station: String, upstream: String, at now: MonotonicInstant) {
        self.period = period
        let hash = SHA256.hash("\(station)/\(upstream)".utf8).bytes
        fraction = hash[..<4].reduce(0) { $0 << 8 | Int64($1) }
        returnFraction = hash[4..<8].reduce(0) { $0 << 8 | Int64($1) }
        next = .distantFuture
        networkReturned(at: now)
    }

    /// The upstream answered.
    package mutating func succeeded(at now: MonotonicInstant) {
        failures = 0
        next = grid(after: now)
    }

    /// It did not: soon again at first, then with the grid.
    package mutating func failed(at now: MonotonicInstant) {
        // 2¹⁶ times the first is longer than any period.
        let delay = Self.firstRetry * (1 << min(failures, 16))
        failures += 1
        next = min(grid(after: now), now + delay)
    }

    /// A way to the network came up.
    ///
    /// Whose turn it is soon anyhow waits for it: one poll is enough.
    package mutating func networkReturned(at now: MonotonicInstant) {
        let spread = min(period, Self.returnSpread)
        let turn = grid(after: now)
        let own = turn - now < spread ? turn : now + Self.part(returnFraction, of: spread)
        // A link that flaps must not put it off.
        next = min(next, own)
    }

    /// The next poll is due at once, if it was due later.
    package mutating func advance(to now: MonotonicInstant) { next = min(next, now) }

    private static func part(_ fraction: Int64, of time: Duration) -> Duration {
        .nanoseconds(Int64((Int128(time.nanoseconds) * Int128(fraction)) >> 32))
    }

    /// The first instant of the grid that is later.
    private func grid(after now: MonotonicInstant) -> MonotonicInstant {
        let (width, start) = (period.nanoseconds, Self.part(fraction, of: period).nanoseconds)
        let passed = (now.nanoseconds - start).flooredQuotient(by: width)
        return MonotonicInstant(nanoseconds: start + (passed + 1) * width)
    }
}
