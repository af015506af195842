/// Steers a resampler so that a programme keeps to the clock: pure, on the decode thread.
///
/// Before each block the decode thread asks which correction the block shall be resampled with. The error is known
/// without waiting: the timeline tells when the next frame will leave, so the loop has no dead time although
/// seconds of sound lie between the resampler and the card.
package struct ClockLock: Sendable {
    /// The resampler's ratio never moves further, in ppm: half of what is heard as a change of pitch by nobody.
    package static let limit = 500.0

    /// Locks to a programme whose frame 0 is to leave at `start` (CLOCK_MONOTONIC nanoseconds).
    package init(start: Int64) { fatalError() }

    /// The correction for the next block, in ppm: produce (1 + ppm·10⁻⁶) times as many frames from the same content.
    ///
    /// - Parameters:
    ///   - frame: the programme frame (of the card) that will be produced next: `ProgrammeRing.written`.
    ///   - content: how many nominal frames of content were produced so far: seconds of content × nominal rate.
    package mutating func correction(frame: Int, content: Double, timeline: Timeline?) -> Double { fatalError() }

    /// How late the programme was at the last block, in microseconds: positive is behind the clock.
    package var errorMicroseconds: Double { fatalError() }
}
