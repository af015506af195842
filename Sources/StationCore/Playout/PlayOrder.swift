/// The identity under which a slot's content is preflighted and played, once or, after an interruption, again.
package struct PlayID: Hashable, Comparable, Sendable {
    package let number: UInt64

    package init(_ number: UInt64) { self.number = number }

    package static func < (left: Self, right: Self) -> Bool { left.number < right.number }
}

/// An order to make sound.
///
/// Only a permit can give one.
package struct PlayOrder: Hashable, Sendable {
    /// What happens when the card is not ready at the start.
    package enum LateStart: Hashable, Sendable {
        /// Begin at the order's position whenever the card comes.
        case fromPosition
        /// Go to where the programme would be by then.
        case atClockPosition
    }

    /// Which play it is, and what it may do.
    package var play: PlayID
    package var permit: Permit
    /// When the first frame leaves the card.
    package var start: MonotonicInstant
    /// After this instant it is too late to begin.
    package var latestStart: MonotonicInstant
    package var lateStart: LateStart
    /// Where in the programme to begin: 0 is the first frame of its first item.
    package var position: Duration

    package init(
        play: PlayID, permit: Permit, start: MonotonicInstant, latestStart: MonotonicInstant,
        lateStart: LateStart, position: Duration
    ) {
        self.play = play
        self.permit = permit
        self.start = start
        self.latestStart = latestStart
        self.lateStart = lateStart
        self.position = position
    }
}
