/// One programme on its way from the decode thread to the audio thread: finished frames, where its items begin,
/// where it ends, and where it is by now.
///
/// One per order, so that the next programme can be decoded while this one sounds. One thread writes.
package final class ProgrammeRing: @unchecked Sendable {
    /// Samples of one frame.
    package let channels: Int
    /// Frames that it holds.
    package let capacity: Int

    /// Makes a ring that holds at least so many frames.
    package init(frames: Int, channels: Int) { fatalError() }

    /// Begins the next item (the first is 0) at the next frame to be written. False if too many are on their way.
    package func beginItem() -> Bool { fatalError() }

    /// Writes as many whole frames of interleaved samples as fit, and says how many.
    package func write(_ samples: Span<Float>) -> Int { fatalError() }

    /// Says that nothing follows.
    package func finish() {}

    /// Frames written so far: the programme frame that comes next.
    package var written: Int { fatalError() }

    /// Frames that can be written now.
    package var space: Int { fatalError() }

    /// Whether the order is over, so that writing is in vain.
    package var isAbandoned: Bool { fatalError() }

    /// Readable (eventfd) after space was made or the order ended.
    package var spaceDescriptor: Int32 { fatalError() }

    /// Where the programme is: which frame leaves when. Nil until its start was placed.
    package var timeline: Timeline? { fatalError() }

    /// Programme frames that the card consumed, for a progress display.
    package var consumed: Int { fatalError() }

    /// The programme frame that leaves next (position in the programme, skipped frames included).
    package var position: Int { fatalError() }
}

/// A straight line: which frame of a programme leaves the card at which instant.
package struct Timeline: Equatable, Sendable {
    /// The frame that leaves at `instant`.
    package var frame: Double
    /// CLOCK_MONOTONIC nanoseconds.
    package var instant: Int64
    /// Nominal frames a second.
    package var rate: Double
    /// How much faster than nominal the card runs, in ppm, as measured.
    package var partsPerMillion: Double

    /// When a frame leaves, in CLOCK_MONOTONIC nanoseconds.
    package func instant(ofFrame frame: Double) -> Double { fatalError() }
}
