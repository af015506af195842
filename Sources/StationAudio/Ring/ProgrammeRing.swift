import Synchronization

/// One programme on its way from the decode thread to the audio thread: finished frames, where its items begin,
/// where it ends, and where it is by now.
///
/// One per order, so that the next programme can be decoded while this one sounds. One thread writes; progress may
/// be read by any.
@safe  // Safety: the core lives as long as this object; its parts are atomic or have one writer by contract.
package final class ProgrammeRing: @unchecked Sendable {
    /// Item boundaries that may be on their way at a time.
    package static let boundaries = 256

    let core: UnsafeMutablePointer<ProgrammeCore>

    /// Makes a ring that holds at least so many frames of so many channels, locked in memory where that is allowed.
    package init(frames: Int, channels: Int) {
        // Safety: initialised at once, deinitialised once, below.
        unsafe core = .allocate(capacity: 1)
        unsafe core.initialize(to: ProgrammeCore(frames: frames, channels: channels))
    }

    deinit {
        // Safety: the card's owner keeps the ring until the audio thread has reported the order's end.
        unsafe core.deinitialize(count: 1)
        unsafe core.deallocate()
    }

    /// Samples of one frame.
    package var channels: Int { unsafe core.pointee.frames.channels }

    /// Frames that it holds.
    package var capacity: Int { unsafe core.pointee.frames.capacity }

    /// Begins the next item (the first is 0) at the next frame to be written.
    ///
    /// False if too many are on their way.
    package func beginItem() -> Bool { unsafe core.pointee.boundaries.push(core.pointee.frames.written) }

    /// Takes what was measured of the next tenth of a second that left, in their order; nil when there is no more yet.
    package func takeLevel() -> LevelStep? { unsafe core.pointee.levels.pop() }

    /// Writes as many whole frames of interleaved samples as fit, and says how many.
    package func write(_ samples: Span<Float>) -> Int {
        unsafe samples.withUnsafeBufferPointer { samples in
            guard let base = samples.baseAddress else { return 0 }
            return unsafe core.pointee.frames.write(base, count: samples.count / channels)
        }
    }

    /// Says that nothing follows.
    package func finish() { unsafe core.pointee.end.store(core.pointee.frames.written, ordering: .releasing) }

    /// Frames written so far: the programme frame that comes next.
    package var written: Int { unsafe core.pointee.frames.written }

    /// Frames that can be written now.
    package var space: Int { unsafe capacity - (core.pointee.frames.written - core.pointee.frames.taken) }

    /// Whether the order is over, so that writing is in vain.
    package var isAbandoned: Bool { unsafe core.pointee.abandoned.load(ordering: .acquiring) }

    /// Where the programme is: which frame leaves when.
    ///
    /// Nil until the card's clock is known.
    package var timeline: Timeline? { unsafe core.pointee.timeline.load() }

    /// Programme frames that the card consumed.
    package var consumed: Int { unsafe core.pointee.consumed.load(ordering: .relaxed) }

    /// The programme frame after the last that left: the position, skipped frames included.
    package var position: Int { unsafe core.pointee.position.load(ordering: .relaxed) }
}

/// What the two threads share of one programme.
struct ProgrammeCore: ~Copyable {
    let frames: FrameRing
    /// The frames at which items begin, in order.
    let boundaries = EventRing<Int>(capacity: ProgrammeRing.boundaries)
    /// What was measured of what left: a minute and a half of it, for the producer looks each second.
    let levels = EventRing<LevelStep>(capacity: 1024)
    /// The frame after the last; `.max` until the producer knows.
    let end = Atomic<Int>(.max)
    let abandoned = Atomic<Bool>(false)
    let consumed = Atomic<Int>(0)
    let position = Atomic<Int>(0)
    let timeline = PublishedTimeline()

    init(frames: Int, channels: Int) { self.frames = FrameRing(frames: frames, channels: channels) }
}
