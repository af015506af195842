import Glibc
import Synchronization

/// Interleaved float frames from one thread to one other, without locks: decode thread → audio thread.
///
/// Positions are frames since the beginning and never wrap (64 bits hold six million years).
@safe  // Safety: the storage never leaves this type, and each side only touches the frames that are its own.
struct FrameRing: ~Copyable {
    let channels: Int
    /// Frames that it holds; a power of two.
    let capacity: Int
    private let samples: UnsafeMutablePointer<Float>
    private let tail = Atomic<Int>(0)
    private let head = Atomic<Int>(0)

    /// Makes a ring that holds at least so many frames, locked in memory where that is allowed.
    init(frames: Int, channels: Int) {
        precondition(frames > 0 && frames <= 1 << 24 && channels > 0, "a ring of seconds, not of hours")
        var capacity = 1
        while capacity < frames { capacity *= 2 }
        self.capacity = capacity
        self.channels = channels
        let count = capacity * channels
        // Safety: owned by this value alone; initialised here as a whole, which also brings its pages in.
        unsafe samples = .allocate(capacity: count)
        unsafe samples.initialize(repeating: 0, count: count)
        _ = unsafe mlock(samples, count * MemoryLayout<Float>.stride)
    }

    deinit {
        unsafe munlock(samples, capacity * channels * MemoryLayout<Float>.stride)
        unsafe samples.deallocate()
    }

    /// Frames ever written.
    var written: Int { tail.load(ordering: .acquiring) }

    /// Frames ever taken or skipped: the number of the frame that comes next.
    var taken: Int { head.load(ordering: .acquiring) }

    /// Writes as many of `count` interleaved frames as fit, and says how many.
    ///
    /// Producer only.
    @_noLocks  // Safety: a leaf of the audio thread; the compiler proves that it neither allocates nor locks.
    func write(_ source: UnsafePointer<Float>, count: Int) -> Int {
        let end = tail.load(ordering: .relaxed)
        let fitting = min(count, capacity - (end - head.load(ordering: .acquiring)))
        let place = end & (capacity - 1)
        let first = min(fitting, capacity - place)
        // Safety: `fitting` frames from `end` on are free until `tail` says otherwise; `source` has `count` of them.
        unsafe copy(source, to: samples + place * channels, count: first * channels)
        unsafe copy(source + first * channels, to: samples, count: (fitting - first) * channels)
        tail.store(end + fitting, ordering: .releasing)
        return fitting
    }

    /// Takes up to `count` frames, and says how many.
    ///
    /// Consumer only.
    @_noLocks  // Safety: as above.
    func read(into target: UnsafeMutablePointer<Float>, count: Int) -> Int {
        let start = head.load(ordering: .relaxed)
        let available = min(count, tail.load(ordering: .acquiring) - start)
        let place = start & (capacity - 1)
        let first = min(available, capacity - place)
        // Safety: the producer does not touch frames between `head` and `tail`; `target` has room for `count`.
        unsafe copy(samples + place * channels, to: target, count: first * channels)
        unsafe copy(samples, to: target + first * channels, count: (available - first) * channels)
        head.store(start + available, ordering: .releasing)
        return available
    }

    /// Skips frames until `frame` comes next, as far as they were written, and says how many.
    ///
    /// Consumer only.
    @_noLocks  // Safety: as above.
    func skip(to frame: Int) -> Int {
        let start = head.load(ordering: .relaxed)
        let target = max(start, min(frame, tail.load(ordering: .acquiring)))
        head.store(target, ordering: .releasing)
        return target - start
    }
}

/// Copies samples one by one: the library's way branches to code that could count references, so it is
/// rejected in a function that may not.
///
/// The optimiser makes a `memcpy` of it.
@_noLocks  // Safety: as above; both sides have `count` samples, which the callers computed from their bounds.
@inline(__always)
private func copy(_ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, count: Int) {
    var index = 0
    while index < count {
        unsafe target[index] = source[index]
        index += 1
    }
}
