/// What crosses between the owner of a card and its audio thread: orders in, reports out. All but the ring is
/// trivially copied, because the audio thread may not count references.

/// When a programme's first frame shall leave the card.
package enum CardStart: Equatable, BitwiseCopyable, Sendable {
    /// At so many nanoseconds of CLOCK_MONOTONIC. If that is past, from the programme's beginning, at once.
    case at(Int64)
    /// As if it had left at so many nanoseconds of CLOCK_MONOTONIC: where that is past, the frames that would have
    /// been played by now are skipped (lateness rule JOIN).
    case joining(Int64)

    /// Those nanoseconds.
    var instant: Int64 {
        switch self {
        case .at(let instant), .joining(let instant): instant
        }
    }
}

/// One programme to play: the permit's part that the audio thread enforces, and when to start.
package struct CardOrder: BitwiseCopyable, Sendable {
    /// The caller's name for it in reports.
    package var id: UInt64
    /// When to start.
    package var start: CardStart
    /// CLOCK_MONOTONIC nanoseconds at which the sound must be over: the fade ends there, told or not (I1).
    package var permitEnd: Int64
    /// What the ring's frames are multiplied by, until `CardOutput.setGain` says otherwise.
    package var gain: Float
    /// Length of the fade at the permit's end, in milliseconds.
    package var fadeMilliseconds: Int

    /// Makes an order.
    package init(
        id: UInt64, start: CardStart, permitEnd: Int64, gain: Float = 1, fadeMilliseconds: Int = 50
    ) {
        self.id = id
        self.start = start
        self.permitEnd = permitEnd
        self.gain = gain
        self.fadeMilliseconds = fadeMilliseconds
    }
}

/// Why a card was lost.
package enum CardLoss: UInt8, BitwiseCopyable, Sendable {
    /// It is not there (ENODEV, ENOENT): unplugged, or not found at opening.
    case missing
    /// Somebody else has it (EBUSY).
    case busy
    /// It takes no sound: its position stood still, or a call did not return.
    case stalled
    /// It was suspended (ESTRPIPE).
    case suspended
    /// It ran dry (EPIPE).
    case xrun
    /// It refuses what is asked (EINVAL at its parameters), or answers with any other error.
    case refused
}

/// How a measured start was derived.
package enum CardMethod: UInt8, BitwiseCopyable, Sendable {
    /// From readings of the card's delay between two readings of the clock.
    case delayFit
    /// The same, from the edges of the steps in which the card's position moves.
    case envelopeFit
    /// Not at all: the PCM takes sound faster than real time (ALSA's `null`), so nothing about it proves a time.
    case unproven

    /// Its name in an outcome.
    package var name: String {
        switch self {
        case .delayFit: "delay-fit"
        case .envelopeFit: "envelope-fit"
        case .unproven: "unproven"
        }
    }
}

/// Why a programme ended.
package enum CardEnd: UInt8, BitwiseCopyable, Sendable {
    /// Its last frame left the card.
    case completed
    /// It was told to stop.
    case stopped
    /// The permit's end came.
    case permitEnded
    /// The card was not there when the programme, or the permit, ended.
    case deviceLost
}

/// What a programme came to.
package struct CardResult: Equatable, BitwiseCopyable, Sendable {
    /// Why it ended.
    package var cause: CardEnd
    /// Frames of the programme that the card consumed; never those merely handed to it.
    package var framesConsumed: Int
    /// Frames of the programme that were skipped to stay in position.
    package var framesSkipped: Int
    /// Frames of silence played because the producer was late.
    package var framesStarved: Int
    /// How often the card ran dry meanwhile.
    package var xruns: Int
    /// The highest absolute sample that was consumed; 1 is full scale.
    package var peak: Float
}

/// What the audio thread tells.
package enum CardReport: Equatable, BitwiseCopyable, Sendable {
    /// The card was opened.
    case opened(CardFormat)
    /// The card was lost, or could not be opened, with this errno. Told once, not at every try.
    case lost(code: Int32, CardLoss)
    /// The card was opened and closed again for a probe: 0, or with which errno it could not.
    case probed(code: Int32, CardLoss)
    /// The card runs again.
    case recovered
    /// The order's first frame left at this CLOCK_MONOTONIC instant, so far from the one asked for.
    case started(order: UInt64, instant: Int64, errorMicroseconds: Double, CardMethod)
    /// The first frame of an item left the card.
    case itemStarted(order: UInt64, item: Int)
    /// The last frame of an item left the card, or was skipped.
    case itemEnded(order: UInt64, item: Int, framesConsumed: Int, peak: Float)
    /// The order is over. Exactly one for each order.
    case ended(order: UInt64, CardResult)
    /// SCHED_FIFO or locked memory was refused with this errno. Told once; never fatal.
    case realtimeRefused(code: Int32)
}
