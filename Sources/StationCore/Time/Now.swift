/// What the clocks say, read once per wake and handed to every decision of that wake.
///
/// Wall and monotonic time are of different types so that neither can be taken for the other.
package struct Now: Hashable, Sendable {
    /// The wall clock (CLOCK_REALTIME).
    package var wall: Instant
    /// The clock that never steps (CLOCK_BOOTTIME).
    package var monotonic: MonotonicInstant
    /// Whether the kernel says that the wall clock is synchronised, with a bounded error (adjtimex).
    package var isSynchronised: Bool
    /// The kernel's bound of the wall clock's error in microseconds; meaningless unless synchronised.
    package var errorMicroseconds: Int64

    /// Makes a reading of both clocks.
    package init(wall: Instant, monotonic: MonotonicInstant, isSynchronised: Bool, errorMicroseconds: Int64) {
        self.wall = wall
        self.monotonic = monotonic
        self.isSynchronised = isSynchronised
        self.errorMicroseconds = errorMicroseconds
    }

    // Both are asked for at each step: a Duration in between would calculate with 128 bits.

    /// The monotonic instant at which the wall clock will show `instant` if nobody steps it.
    package func monotonic(of instant: Instant) -> MonotonicInstant {
        MonotonicInstant(
            nanoseconds: monotonic.nanoseconds.addingClamped(
                instant.nanoseconds.subtractingClamped(wall.nanoseconds)))
    }

    /// What the wall clock showed, or will show, at `instant` if nobody steps it.
    package func wall(of instant: MonotonicInstant) -> Instant {
        Instant(
            nanoseconds: wall.nanoseconds.addingClamped(
                instant.nanoseconds.subtractingClamped(monotonic.nanoseconds)))
    }
}
