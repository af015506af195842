// The slots that come next, kept between questions: for who asks again at every wake.

/// Answers "what comes next" from a timetable without working it out anew each time.
///
/// Asked with a time that only goes on, it looks into the timetable once for every `Agenda.length` slots; a time
/// that jumps, in either direction, costs one look more and changes no answer.
package struct Agenda: Sendable {
    /// How many slots are kept.
    package static let length = 64

    /// The timetable that is asked.
    package let timetable: Timetable
    /// The slots after `start`, without a gap.
    private var slots: [Slot] = []
    private var start = Instant.distantFuture
    /// No slot between `start` and here is missing from `slots`.
    private var end = Instant.distantPast

    /// Makes the agenda of a timetable.
    package init(_ timetable: Timetable) { self.timetable = timetable }

    /// The first slot that is scheduled later than an instant: `Timetable.next(after:)`.
    package mutating func next(after instant: Instant) -> Slot? {
        if instant < start || instant >= end {
            start = instant
            slots = timetable.slots(
                from: instant + .nanoseconds(1), until: .distantFuture, limit: Self.length)
            // Where there are fewer than asked for, there are no others.
            end = slots.count < Self.length ? .distantFuture : slots.last?.scheduled ?? .distantFuture
        }
        return slots.first { $0.scheduled > instant }
    }
}
