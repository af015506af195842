/// A point of wall-clock time, in nanoseconds since 1970-01-01T00:00:00Z without leap seconds.
///
/// Wall time can step; whatever must not jump is measured in `MonotonicInstant`.
package struct Instant: Hashable, Comparable, Sendable {
    /// Nanoseconds since 1970-01-01T00:00:00Z; reaches from 1677 to 2262.
    package var nanoseconds: Int64

    /// Makes the instant so many nanoseconds after 1970-01-01T00:00:00Z.
    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// Makes the instant so many whole seconds after 1970-01-01T00:00:00Z, clamped to what 64 bits hold.
    package init(seconds: Int64) {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        nanoseconds = overflow ? (seconds < 0 ? .min : .max) : product
    }

    /// Whole seconds since 1970, rounded down.
    package var seconds: Int64 {
        let (quotient, remainder) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        return remainder < 0 ? quotient - 1 : quotient
    }

    package static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }

    package static func + (left: Self, right: Duration) -> Self {
        Self(nanoseconds: left.nanoseconds.addingClamped(right.nanoseconds))
    }

    package static func - (left: Self, right: Duration) -> Self {
        Self(nanoseconds: left.nanoseconds.subtractingClamped(right.nanoseconds))
    }

    package static func - (left: Self, right: Self) -> Duration {
        .nanoseconds(left.nanoseconds.subtractingClamped(right.nanoseconds))
    }

    /// Earlier than every other instant.
    package static let distantPast = Self(nanoseconds: .min)
    /// Later than every other instant.
    package static let distantFuture = Self(nanoseconds: .max)
}

/// A point of the clock that counts since boot and through suspension (CLOCK_BOOTTIME), in nanoseconds.
///
/// It never steps. It is slewed with the wall clock, so a difference of two is wall time while nobody steps it.
package struct MonotonicInstant: Hashable, Comparable, Sendable {
    /// Nanoseconds since boot.
    package var nanoseconds: Int64

    /// Makes the instant so many nanoseconds after boot.
    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    package static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }

    package static func + (left: Self, right: Duration) -> Self {
        Self(nanoseconds: left.nanoseconds.addingClamped(right.nanoseconds))
    }

    package static func - (left: Self, right: Duration) -> Self {
        Self(nanoseconds: left.nanoseconds.subtractingClamped(right.nanoseconds))
    }

    package static func - (left: Self, right: Self) -> Duration {
        .nanoseconds(left.nanoseconds.subtractingClamped(right.nanoseconds))
    }

    /// Later than every other instant.
    package static let distantFuture = Self(nanoseconds: .max)
}

extension Duration {
    /// The duration in whole nanoseconds, clamped to what 64 bits hold (292 years).
    package var nanoseconds: Int64 { Int64(clamping: attoseconds / 1_000_000_000) }
}

extension Int64 {
    /// The sum, or the nearest representable value.
    func addingClamped(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }

    /// The difference, or the nearest representable value.
    func subtractingClamped(_ other: Int64) -> Int64 {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow ? (other < 0 ? .max : .min) : difference
    }
}
