/// Steers a resampler so that a programme keeps to the clock: pure, on the decode thread.
///
/// Before each block the decode thread asks which correction the block shall be resampled with. The error is known
/// without waiting: the timeline tells when the next frame will leave, so the loop has no dead time although
/// seconds of sound lie between the resampler and the card. The card's measured rate is fed forward; only what is
/// left of the error is worked off, slowly.
package struct ClockLock: Sendable {
    /// The correction never goes further, in ppm: a pitch that nobody hears.
    package static let limit = 500.0
    /// Seconds in which an error is worked off to 1/e.
    private static let settling = 2.0
    /// A beginning that misses its instant by more nanoseconds was late, and the programme keeps to the clock from
    /// there: it is not hurried after its instant.
    private static let tolerance: Int64 = 1_000_000

    private let ordered: Int64
    private let mayBeginLate: Bool
    private var start: Int64
    private var hasBegun = false

    /// Locks to a programme whose frame 0 is to leave at `start` (CLOCK_MONOTONIC nanoseconds), or, if it may begin
    /// late, when it does.
    package init(start: Int64, mayBeginLate: Bool = false) {
        ordered = start
        self.start = start
        self.mayBeginLate = mayBeginLate
    }

    /// Frame 0 left at `instant`: that is final, whatever a timeline says later.
    package mutating func begin(at instant: Int64) {
        hasBegun = true
        place(instant)
    }

    private mutating func place(_ beginning: Int64) {
        start = mayBeginLate && abs(beginning - ordered) > Self.tolerance ? beginning : ordered
    }

    /// The correction for the next block, in ppm: produce (1 + ppm·10⁻⁶) times as many frames from the same content.
    ///
    /// - Parameters:
    ///   - frame: the programme's frame (of the card) that will be produced next: `ProgrammeRing.written`.
    ///   - content: how many frames of content were produced so far, at the nominal rate: seconds × rate.
    ///   - timeline: `ProgrammeRing.timeline`; while it is nil nothing is corrected.
    /// - Returns: the correction, within ±`limit`.
    package mutating func correction(frame: Int, content: Double, timeline: Timeline?) -> Double {
        guard let timeline else { return 0 }
        // The card has its place for frame 0 before that leaves, and what is decoded until then is locked to it too.
        if !hasBegun { place(timeline.instant(ofFrame: 0)) }
        let leaves = timeline.instant(ofFrame: Double(frame))
        let late = Double(leaves - start) * 1e-9 - content / timeline.rate
        // Late: fewer frames from the same content.
        let wanted = timeline.partsPerMillion - late / Self.settling * 1e6
        return min(max(wanted, -Self.limit), Self.limit)
    }
}
