/// What the sound path measured of one play, from its start to now or to its end.
///
/// Frames are those of the programme at the card's nominal rate, counted when the card consumed them.
package struct Playback: Hashable, Sendable {
    /// What was measured of one item, in the order of the preflight's items.
    package struct Item: Hashable, Sendable {
        package var index: Int
        package var framesConsumed: Int64
        /// The highest sample that was sent, in dB relative to full scale; nil when nothing was, or nothing but zeros.
        package var peakDecibels: Double?
        /// How loud what was sent was to the ear, measured once for all channels of the card that get the same.
        package var loudness: Loudness
        /// Whether its file was written to after it was hashed: nobody knows what sounded.
        package var isChanged = false

        package init(
            index: Int, framesConsumed: Int64 = 0, peakDecibels: Double? = nil,
            loudness: Loudness = Loudness()
        ) {
            self.index = index
            self.framesConsumed = framesConsumed
            self.peakDecibels = peakDecibels
            self.loudness = loudness
        }

        /// Adds what another play of the same recording came to.
        mutating func add(_ other: Item) {
            framesConsumed += other.framesConsumed
            peakDecibels = [peakDecibels, other.peakDecibels].compactMap(\.self).max()
            loudness.add(other.loudness)
            isChanged = isChanged || other.isChanged
        }
    }

    /// When the first frame left the card; nil while none has.
    package var startedAt: MonotonicInstant?
    /// The measured start less the ordered one, in microseconds.
    package var startErrorMicroseconds: Double?
    /// How the start was measured: `delay-fit`, `envelope-fit`, or `unproven` where the card proves nothing.
    package var startMethod: String?
    /// Where in the programme the card is.
    package var position: Duration
    package var framesConsumed: Int64
    /// All frames of the programme at the card's rate; 0 while the card's rate is unknown.
    package var framesPlanned: Int64
    /// Frames a second, by the card's nominal rate; nil while that is unknown.
    package var rate: Int?
    package var xruns: Int
    package var items: [Item]
    /// Whether the card takes frames faster than real time, so that nothing is proven.
    package var isUnproven: Bool

    package init(
        startedAt: MonotonicInstant? = nil, startErrorMicroseconds: Double? = nil, startMethod: String? = nil,
        position: Duration = .zero, framesConsumed: Int64 = 0, framesPlanned: Int64 = 0, rate: Int? = nil,
        xruns: Int = 0, items: [Item] = [], isUnproven: Bool = false
    ) {
        self.startedAt = startedAt
        self.startErrorMicroseconds = startErrorMicroseconds
        self.startMethod = startMethod
        self.position = position
        self.framesConsumed = framesConsumed
        self.framesPlanned = framesPlanned
        self.rate = rate
        self.xruns = xruns
        self.items = items
        self.isUnproven = isUnproven
    }
}

/// Why a play ended.
package enum PlayEnd: Hashable, Sendable {
    /// Its last frame left the card.
    case completed
    /// The station told it to stop.
    case stopped
    /// Another order took the card at its start.
    case replaced
    /// Its permit was over.
    case permitEnded
    /// The card could not be had in time, or not again.
    case device(Reason)
    /// Nothing of the content could be decoded.
    case badContent
    /// A file was written to after its preflight: nothing sounded, and it must be preflighted again.
    case contentChanged
}

/// What happens to the card.
package enum CardState: Hashable, Sendable {
    /// Open, and running.
    case open(name: String, rate: Int, channels: Int)
    /// Not to be had, and why: missing, busy (and who has it, as far as is known) or stalled. It is tried again.
    case lost(name: String, reason: Reason, holders: [String] = [])
    /// Closed, because nothing needs it.
    case closed
}

/// Why a card cannot be had.
package struct CardProblem: Hashable, Sendable {
    /// Missing, busy or stalled.
    package var reason: Reason
    /// Who has it, as far as is known.
    package var holders: [String]

    /// Makes it of its parts.
    package init(reason: Reason, holders: [String] = []) { (self.reason, self.holders) = (reason, holders) }
}
