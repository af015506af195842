import StationCore

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
    private func signed(_ text: String) -> Duration? {
        let isNegative = text.hasPrefix("-") || text.hasPrefix("−")
        let rest = isNegative || text.hasPrefix("+") ? String(text.dropFirst()) : text
        return Duration(typed: rest).map { isNegative ? .zero - $0 : $0 }
    }

    /// A step of the clock: by how much, and when; where only that was typed, at `usual`.
    func step(_ text: String, usual: Instant) -> (by: Duration, at: Instant)? {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        guard let by = parts.first.flatMap({ signed(String($0)) }) else { return nil }
        guard parts.count == 2 else { return (by, usual) }
        return instant(String(parts[1])).map { (by, max($0, start)) }
    }

    /// A stretch: from a time to another, or for so long; where only its beginning was typed, for `usual`.
    func stretch(_ text: String, usual: Duration) -> Range<Instant>? {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let from = parts.first.flatMap({ instant(String($0)) }) else { return nil }
        guard parts.count == 2 else { return from..<(from + usual) }
        let end = String(parts[1])
        let until =
            Duration(typed: end).map { from + $0 } ?? TypedTimes(zone: zone, start: from).instant(end)
        guard let until, until > from else { return nil }
        return from..<until
    }
}
