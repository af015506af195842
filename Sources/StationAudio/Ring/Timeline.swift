import Synchronization

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

    /// Makes the line through one point.
    package init(frame: Double, instant: Int64, rate: Double, partsPerMillion: Double) {
        self.frame = frame
        self.instant = instant
        self.rate = rate
        self.partsPerMillion = partsPerMillion
    }

    private var framesPerNanosecond: Double { rate * (1 + partsPerMillion * 1e-6) * 1e-9 }

    /// The same line with its frame 0 at the instant.
    var beginning: Timeline {
        Timeline(frame: 0, instant: instant, rate: rate, partsPerMillion: partsPerMillion)
    }

    /// When a frame leaves, in CLOCK_MONOTONIC nanoseconds.
    package func instant(ofFrame frame: Double) -> Int64 {
        instant + Int64(((frame - self.frame) / framesPerNanosecond).rounded())
    }

    /// Which frame leaves at an instant.
    package func frame(at instant: Int64) -> Double {
        frame + Double(instant - self.instant) * framesPerNanosecond
    }
}

/// A timeline that one thread publishes and others read, without locks: a sequence lock, odd while it is written.
struct PublishedTimeline: ~Copyable {
    private let sequence = Atomic<Int>(0)
    private let frame = Atomic<UInt64>(0)
    private let instant = Atomic<Int64>(0)
    private let rate = Atomic<UInt64>(0)
    private let partsPerMillion = Atomic<UInt64>(0)

    /// Publishes a line.
    ///
    /// One thread only.
    func store(_ line: Timeline) {
        let count = sequence.load(ordering: .relaxed)
        sequence.store(count + 1, ordering: .relaxed)
        atomicMemoryFence(ordering: .releasing)
        frame.store(line.frame.bitPattern, ordering: .relaxed)
        instant.store(line.instant, ordering: .relaxed)
        rate.store(line.rate.bitPattern, ordering: .relaxed)
        partsPerMillion.store(line.partsPerMillion.bitPattern, ordering: .relaxed)
        sequence.store(count + 2, ordering: .releasing)
    }

    /// The line published last, or nil if none was.
    func load() -> Timeline? {
        while true {
            let before = sequence.load(ordering: .acquiring)
            if before == 0 { return nil }
            let line = Timeline(
                frame: Double(bitPattern: frame.load(ordering: .relaxed)),
                instant: instant.load(ordering: .relaxed),
                rate: Double(bitPattern: rate.load(ordering: .relaxed)),
                partsPerMillion: Double(bitPattern: partsPerMillion.load(ordering: .relaxed)))
            atomicMemoryFence(ordering: .acquiring)
            if before.isMultiple(of: 2), sequence.load(ordering: .relaxed) == before { return line }
        }
    }
}
