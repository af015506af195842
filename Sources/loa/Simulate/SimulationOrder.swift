import StationCore

/// What `loa simulate` was asked for, with times as they were typed: the station's zone is not known yet.
package struct SimulationOrder: Hashable, Sendable {
    /// A stretch of time as it was typed: `T`, `T/T` or `T/D`.
    package struct Stretch: Hashable, Sendable {
        /// As it was typed.
        package let text: String

        /// Takes what was typed.
        package init(_ text: String) { self.text = text }
    }

    /// For so many days.
    package var days = 7
    /// When it begins; nil for now.
    package var start: String?
    /// By how much the clock is set, and when, as `D` or `D@T`.
    package var clockStep: String?
    package var powerCut: Stretch?
    package var networkDown: Stretch?
    package var cardLost: Stretch?
    /// The configuration; nil for the daemon's own, or the usual one.
    package var configuration: String?

    /// A week without trouble.
    package init() {}
}

/// Reads times of the days to come as people type them, in the station's zone.
struct TypedTimes {
    let zone: ZoneFile
    /// A time without a date is the first one from there on.
    let start: Instant

    /// An instant; nil where it is none.
    func instant(_ text: String) -> Instant? {
        guard text.contains(":"), text.utf8.count <= "00:00:00".utf8.count else {
            return Moment.parse(text, zone: zone, now: start)
        }
        // The last one before a day later is the first one from here on.
        return Moment.parse(text, zone: zone, now: start + .nanoseconds(86_400_000_000_000 - 1))
    }

    /// A length that may be negative, such as `-1h`, `+90s` or `PT2M`.
    func signed(_ text: String) -> Duration? {
        let isNegative = text.hasPrefix("-") || text.hasPrefix("−")
        let rest = isNegative || text.hasPrefix("+") ? String(text.dropFirst()) : text
        return Duration(typed: rest).map { isNegative ? .zero - $0 : $0 }
    }

    /// A stretch: from a time to another, or for so long; where only its beginning was typed, for `usual`.
    func stretch(_ stretch: SimulationOrder.Stretch, usual: Duration) -> Range<Instant>? {
        let parts = stretch.text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let from = parts.first.flatMap({ instant(String($0)) }) else { return nil }
        guard parts.count == 2 else { return from..<(from + usual) }
        let text = String(parts[1])
        let until =
            Duration(typed: text).map { from + $0 } ?? TypedTimes(zone: zone, start: from).instant(text)
        guard let until, until > from else { return nil }
        return from..<until
    }
}
