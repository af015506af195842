import CLinux
import Glibc
import Synchronization

/// One order on the audio thread: where it lies in the card's stream, what left of it, and how it ends.
@safe  // Safety: `core` is valid until the order's end was reported, which is this value's own last act.
struct Playing {
    /// Where the sound ends, in frames of the stream, and why.
    struct Cut {
        var frame: Int
        /// Frames before it over which the sound fades.
        var fade: Int
        var cause: CardEnd

        /// The cosine fade's factor at a frame.
        func gain(at frame: Int) -> Float {
            if frame >= self.frame { return 0 }
            if frame < self.frame - fade { return 1 }
            return fadeGain(Float(self.frame - frame) / Float(fade))
        }
    }

    var order: CardOrder
    let core: UnsafeMutablePointer<ProgrammeCore>
    /// The frame of the stream at which the programme's frame 0 lies, or would: programme frame q is heard at
    /// `offset` + q or never.
    ///
    /// Nil until it was placed.
    var offset: Int?
    /// The instant that the start was to hit.
    var aim: Int64 = 0
    /// Where the programme was when the stream was lost: where it goes on follows from it.
    var line: Timeline?
    var cut: Cut?
    /// What the ring's frames are multiplied by, and what by in the end.
    private var gain: Float
    var targetGain: Float
    /// Whether a frame was rendered, and whether one left.
    var hasSounded = false
    var hasStarted = false
    var result = CardResult(
        cause: .completed, framesConsumed: 0, framesSkipped: 0, framesStarved: 0, xruns: 0, peak: 0)
    private var item = -1
    private var itemConsumed = 0
    private var itemPeak: Float = 0

    init(order: CardOrder, core: UnsafeMutablePointer<ProgrammeCore>) {
        self.order = order
        unsafe self.core = unsafe core
        (gain, targetGain) = (order.gain, order.gain)
    }

    /// Frames of the programme; nil until the producer knows.
    var length: Int? {
        let end = unsafe core.pointee.end.load(ordering: .acquiring)
        return end == .max ? nil : end
    }

    // MARK: What left

    /// Counts frames that left, item by item, and tells where items begin and end.
    mutating func account(_ span: CardSpan, _ stream: inout CardStream, _ shared: borrowing CardShared) {
        if !hasStarted {
            hasStarted = true
            let error = stream.instant(ofFrame: span.card - span.programme) - aim
            shared.tell(
                .started(
                    order: order.id, instant: stream.instant(ofFrame: span.card),
                    errorMicroseconds: Double(error) * 1e-3, stream.method))
        }
        var (card, frame, left) = (span.card, span.programme, span.count)
        while left > 0 {
            var count = left
            while let boundary = unsafe core.pointee.boundaries.first() {
                if boundary > frame {
                    count = min(count, boundary - frame)
                    break
                }
                _ = unsafe core.pointee.boundaries.pop()
                beginItem(shared)
                stream.meter.begin()
            }
            itemConsumed += count
            measure(from: card, count: count, &stream)
            result.framesConsumed += count
            (card, frame, left) = (card + count, frame + count, left - count)
        }
        unsafe core.pointee.consumed.store(result.framesConsumed, ordering: .relaxed)
        unsafe core.pointee.position.store(frame, ordering: .relaxed)
    }

    private mutating func measure(from card: Int, count: Int, _ stream: inout CardStream) {
        itemPeak = max(itemPeak, stream.peak(from: card, count: count))
        result.peak = max(result.peak, itemPeak)
        let (core, number, peak) = unsafe (core, Int32(truncatingIfNeeded: item), itemPeak)
        stream.measure(from: card, count: count) { power in
            // Where nobody has taken them for long, the latest are lost.
            _ = unsafe core.pointee.levels.push(LevelStep(item: number, power: power, peak: peak))
        }
    }

    private mutating func beginItem(_ shared: borrowing CardShared) {
        endItem(shared)
        item += 1
        shared.tell(.itemStarted(order: order.id, item: item))
    }

    private mutating func endItem(_ shared: borrowing CardShared) {
        guard item >= 0 else { return }
        shared.tell(
            .itemEnded(order: order.id, item: item, framesConsumed: itemConsumed, peak: itemPeak))
        (itemConsumed, itemPeak) = (0, 0)
    }

    /// Ends the order, and lets the producer know.
    ///
    /// Nothing of it may be used afterwards.
    consuming func end(_ cause: CardEnd, _ shared: borrowing CardShared) {
        endItem(shared)
        result.cause = cause
        // What would have been heard while there was no card was skipped, also what the producer never made.
        if cause == .deviceLost, line != nil, let length {
            result.framesSkipped = max(result.framesSkipped, length - result.framesConsumed)
        }
        unsafe core.pointee.abandoned.store(true, ordering: .releasing)
        shared.tell(.ended(order: order.id, result))
    }

    // MARK: The stream comes and goes

    /// Remembers where the programme is, for the stream is gone at `now`.
    mutating func loseStream(_ stream: borrowing CardStream, at now: Int64) {
        if let offset { line = stream.timeline(offset: offset, at: now) }
        for index in 0..<stream.spans.count where stream.spans[index].order == order.id {
            result.framesSkipped += stream.spans[index].count
        }
        offset = nil
        if cut?.cause == .completed { cut = nil }
    }

    /// Without a card: skips what would have been heard by now, so that the producer keeps pace.
    mutating func skip(at now: Int64) {
        guard let line else { return }
        skip(to: Int(line.frame(at: now)))
    }

    /// Whether it is over without a card: by its permit, or because it would have been played by now.
    func isOver(at now: Int64) -> Bool {
        if now >= order.permitEnd { return true }
        guard let line, let length else { return false }
        return line.frame(at: now) >= Double(length)
    }

    /// Why it is over, if it is: its sound has left, or it may no longer begin.
    func finished(consumed: Int, now: Int64) -> CardEnd? {
        if let cut { return consumed >= cut.frame ? cut.cause : nil }
        return offset == nil && now >= order.permitEnd ? .permitEnded : nil
    }

    /// Lets the producer know which frame leaves when; before the start, when it will.
    func publish(_ stream: borrowing CardStream) {
        guard stream.isSettled else { return }
        if let offset {
            unsafe core.pointee.timeline.store(stream.timeline(offset: offset, at: CLinux_monotonic()))
        } else if case .at(let instant) = order.start, line == nil {
            unsafe core.pointee.timeline.store(stream.timeline(offset: 0, at: instant).beginning)
        }
    }

    /// The next frame of the stream whose leaving is worth a report.
    var nextEvent: Int? { hasStarted ? cut?.frame : offset }

    // MARK: Rendering

    /// How many frames of silence lie before the programme; its place is found when it is near.
    mutating func silenceAhead(_ stream: inout CardStream, upTo limit: Int) throws(CardError) -> Int {
        if offset == nil, try !place(&stream, upTo: limit) { return limit }
        guard let offset else { return 0 }
        // Frames that were rendered and lost with a stream are gone: silence until the ring's next is due.
        let due = offset + (hasSounded ? unsafe core.pointee.frames.taken : 0)
        return max(0, min(limit, (line == nil ? offset : due) - stream.rendered))
    }

    /// Finds the frame of the stream for the programme's first; false if it is not near, or the clock not known.
    private mutating func place(_ stream: inout CardStream, upTo limit: Int) throws(CardError) -> Bool {
        guard stream.isSettled else { return false }
        if let line {
            let frame = line.frame(at: stream.instant(ofFrame: stream.rendered))
            offset = stream.rendered - Int(frame.rounded())
            return true
        }
        aim = order.start.instant
        var target = Int(stream.frame(at: aim).rounded())
        if target >= stream.rendered + limit { return false }
        if target < stream.rendered, stream.spans.count == 0 {
            // Late, and only silence is buffered: take some of it back.
            try stream.retreat(to: target)
            guard stream.isSettled else { return false }
        }
        if case .at = order.start { target = max(target, stream.rendered) }
        offset = target
        return true
    }

    /// Frames until the sound ends, at most `limit`: by the programme's length or by the permit, whichever is first.
    mutating func framesToCut(_ stream: borrowing CardStream, upTo limit: Int) -> Int {
        guard let offset else { return 0 }
        let here = stream.rendered
        let fade = order.fadeMilliseconds * stream.format.rate / 1000
        if cut == nil {
            let permit = Int(stream.frame(at: order.permitEnd))
            let end = length.map { offset + $0 } ?? .max
            if permit < end, permit < here + limit + fade {
                cut = Cut(frame: max(here, permit), fade: fade, cause: .permitEnded)
            } else if end <= here {
                cut = Cut(frame: here, fade: 0, cause: .completed)
            }
        }
        let end = length.map { max(here, offset + $0) } ?? .max
        return min(limit, (cut?.frame ?? .max) - here, end - here)
    }

    /// Frames that the ring has for a frame of the stream and those behind it.
    ///
    /// Skips what is too late.
    mutating func available(at frame: Int, upTo limit: Int) -> Int {
        guard let offset else { return 0 }
        skip(to: frame - offset)
        let taken = unsafe core.pointee.frames.taken
        guard taken == frame - offset else { return 0 }
        return min(limit, unsafe core.pointee.frames.written - taken)
    }

    /// Renders frames of the ring, or, if it has none, silence in their place.
    mutating func render(_ count: Int, available: Int, _ stream: inout CardStream) throws(CardError) {
        let here = stream.rendered
        guard let offset, available > 0, stream.spans.hasRoom else {
            try starve(count, &stream)
            return
        }
        let (core, cut, channels) = unsafe (core, cut, stream.channels)
        // Only what sounds has to go over softly: not what begins, or comes back after the card was lost.
        let isSounding = hasSounded && line == nil
        var volume = Volume(
            gain: isSounding ? gain : targetGain, target: targetGain, rate: stream.format.rate)
        defer { gain = volume.gain }
        unsafe try stream.render(count) { samples in
            _ = unsafe core.pointee.frames.read(into: samples, count: count)
            if !volume.isNone { unsafe volume.apply(to: samples, count, channels) }
            guard let cut, here + count > cut.frame - cut.fade else { return }
            for index in 0..<count {
                let gain = cut.gain(at: here + index)
                for channel in 0..<channels { unsafe samples[index * channels + channel] *= gain }
            }
        }
        stream.spans.append(CardSpan(order: order.id, card: here, programme: here - offset, count: count))
        hasSounded = true
        line = nil
    }

    private mutating func starve(_ count: Int, _ stream: inout CardStream) throws(CardError) {
        try stream.silence(frames: count)
        if hasSounded { result.framesStarved += count }
        // What has not begun begins late, whole.
        if case .at = order.start, !hasSounded, line == nil, let offset { self.offset = offset + count }
    }

    private mutating func skip(to frame: Int) {
        result.framesSkipped += unsafe core.pointee.frames.skip(to: frame)
    }
}

/// A volume on its way to another.
private struct Volume {
    var gain: Float
    let target: Float
    /// The most that it changes from one frame to the next: from silence to full scale in a twentieth of a second.
    private let step: Float

    init(gain: Float, target: Float, rate: Int) {
        (self.gain, self.target) = (gain, target)
        step = 20 / Float(rate)
    }

    /// Whether nothing is changed.
    var isNone: Bool { gain == 1 && target == 1 }

    mutating func apply(to samples: UnsafeMutablePointer<Float>, _ frames: Int, _ channels: Int) {
        // Safety: the caller has so many frames of so many channels.
        for frame in 0..<frames {
            gain += max(-step, min(step, target - gain))
            for channel in 0..<channels { unsafe samples[frame * channels + channel] *= gain }
        }
    }
}

/// A raised cosine from 0 to 1.
func fadeGain(_ share: Float) -> Float { 0.5 - 0.5 * cosf(.pi * share) }
