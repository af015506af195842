import CLinux
import Glibc

/// One opened card on the audio thread: frames rendered, handed over, and left; its clock; what it holds.
///
/// A frame of the stream is counted from the card's last start. `rendered` ≥ `written` ≥ `consumed`. Whatever fails
/// is thrown as the call and its code; afterwards only `restart` or dropping this value is allowed.
@safe  // Safety: the buffers are owned by this value alone, and leave it for a call's duration at most.
struct CardStream: ~Copyable {
    /// A card that stands still for so long is lost; with the mixer's period, it is known within a second.
    static let stallNanoseconds: Int64 = 750_000_000
    /// After so long it is known whether anything paces the PCM.
    private static let pacingTime: Int64 = 150_000_000
    /// Frames rendered at a time: a round's worth, since each time costs calls of the system.
    static let chunk = 12_288
    /// How a position is searched for steps: for so long, reading so often; more often for the edge of one.
    private static let probe: Int64 = 45_000_000
    private static let probePause: Int64 = 200_000
    private static let edgePause: Int64 = 50_000
    /// Edges that make a stepped clock well known; then one is looked for so often.
    private static let wellKnown = 32
    private static let edgeInterval: Int64 = 2_000_000_000
    /// How far it must be from the frame that leaves to what is written over, besides two steps of the position.
    private static let rewindMilliseconds = 30

    let format: CardFormat
    /// Samples of a rendered frame.
    let channels: Int
    private(set) var clock: CardClock
    /// What the item that leaves is measured with.
    var meter: LevelMeter
    private(set) var rendered = 0
    private(set) var consumed = 0
    /// Whether the PCM takes sound faster than real time.
    ///
    /// Then its place is computed, and proves nothing.
    private(set) var isUnpaced: Bool
    var spans = CardSpans()

    /// Whether it was seen to take sound no faster than real time.
    private var isPaced = false
    private let pcm: PCM
    private var written = 0
    private var startedAt: Int64 = 0
    private var movedAt: Int64 = 0
    private var isProbed = false
    private var edgeAt: Int64 = 0
    /// Whether the card has refused to take sound back.
    private var keepsAll = false
    /// The frames rendered last, as floats: to fade what is buffered, and to know what left.
    private let history: UnsafeMutablePointer<Float>
    private let historyFrames: Int
    private let scratch: UnsafeMutablePointer<Float>
    private let wire: UnsafeMutableRawPointer

    /// Opens the card, and starts it with silence.
    ///
    /// Allocates, here and inside ALSA: the audio thread does this itself while nothing sounds, so that a PCM has one
    /// owner and no call needs a lock; while the card runs, it never does.
    ///
    /// - Parameters:
    ///   - settings: which card.
    ///   - rate: the rate that programmes under way were made for; nil if there are none.
    ///   - learnt: the clock of the stream before, if there was one.
    /// - Throws: whatever failed; then nothing is open.
    /// - Returns: a running stream, with silence buffered.
    static func open(_ settings: CardSettings, rate: Int?, learnt: CardClock?) throws(CardError) -> CardStream
    {
        let pcm = try PCM.open(settings, rate: rate)
        var stream = CardStream(pcm, channels: settings.channels, learnt: learnt)
        try stream.start()
        return stream
    }

    private init(_ pcm: consuming PCM, channels: Int, learnt: CardClock?) {
        format = pcm.format
        self.channels = channels
        isUnpaced = pcm.isNull
        clock = CardClock(rate: format.rate)
        meter = LevelMeter(rate: format.rate, channels: channels)
        if let learnt, learnt.rate == clock.rate { clock = learnt.restarted() }
        var frames = 1
        while frames < 2 * format.bufferFrames + Self.chunk { frames *= 2 }
        historyFrames = frames
        unsafe history = .allocate(capacity: frames * channels)
        unsafe history.initialize(repeating: 0, count: frames * channels)
        unsafe scratch = .allocate(capacity: Self.chunk * channels)
        unsafe scratch.initialize(repeating: 0, count: Self.chunk * channels)
        let wireBytes = Self.chunk * format.channels * format.sample.bytes
        unsafe wire = .allocate(byteCount: wireBytes, alignment: 16)
        unsafe wire.initializeMemory(as: UInt8.self, repeating: 0, count: wireBytes)
        self.pcm = pcm
    }

    deinit {
        unsafe history.deallocate()
        unsafe scratch.deallocate()
        unsafe wire.deallocate()
    }

    // MARK: Running

    /// Starts anew after an xrun, a suspension or a drop: all frames are counted from 0 again.
    mutating func restart() throws(CardError) {
        pcm.drop()
        clock = clock.restarted()
        try start()
    }

    private mutating func start() throws(CardError) {
        (rendered, written, consumed) = (0, 0, 0)
        spans.removeAll()
        try pcm.prepare()
        try silence(frames: idleFill)
        try pcm.start()
        startedAt = CLinux_monotonic()
        movedAt = startedAt
        isProbed = clock.isStepped
        edgeAt = 0
    }

    /// Frames that are kept buffered while nothing sounds: little, so that a programme can begin soon.
    var idleFill: Int { min(format.bufferFrames, format.rate * 3 / 10) }

    /// Frames that are buffered, or waiting to be.
    var level: Int { rendered - consumed }

    /// Reads the card's position, and lets the clock learn.
    ///
    /// - Throws: an xrun and the like; ETIMEDOUT if the card stands still.
    mutating func observe() throws(CardError) {
        try readBurst()
        guard !isUnpaced else { return }
        if !isProbed {
            // Once per stream: a position that moves in steps says so within two of them.
            isProbed = true
            _ = try watchForStep(limit: Self.probe, pause: Self.probePause)
        } else if clock.isStepped, CLinux_monotonic() >= edgeAt {
            _ = try watchForStep(limit: Self.probe, pause: Self.edgePause)
            edgeAt = clock.points < Self.wellKnown ? 0 : CLinux_monotonic() + Self.edgeInterval
        }
    }

    /// Reads the position some times one after the other; the median counts.
    private mutating func readBurst() throws(CardError) {
        var readings = InlineArray<7, CardReading>(repeating: CardReading(before: 0, after: 0, frame: 0))
        let before = consumed
        for index in readings.indices { readings[index] = try reading() }
        // A position that does not move tells nothing of when it will.
        if !isUnpaced, consumed > before { clock.take(readings.span) }
    }

    /// Reads the position for so long as it takes to see it make a step, or `limit` nanoseconds.
    ///
    /// - Returns: whether it moved in a step.
    private mutating func watchForStep(limit: Int64, pause: Int64) throws(CardError) -> Bool {
        let begin = CLinux_monotonic()
        var last = try reading()
        while !isUnpaced, last.after - begin < limit {
            CLinux_pause(pause)
            let next = try reading()
            if clock.take(edgeFrom: last, to: next) { return true }
            last = next
        }
        return false
    }

    private mutating func reading() throws(CardError) -> CardReading {
        let before = CLinux_monotonic()
        let delay = try pcm.delay()
        let after = CLinux_monotonic()
        var frame = min(written, written - delay)
        let elapsed = Double(after - startedAt) * 1e-9 * Double(format.rate)
        if !isPaced, !isUnpaced {
            // 50 ms: what a card may take into a queue of its own when it starts. A sound server's first answers may
            // be nonsense, so none is believed beyond that until it had time to settle.
            let possible = Int(elapsed * 1.1 + Double(format.rate) * 0.05)
            if after - startedAt > Self.pacingTime {
                (isPaced, isUnpaced) = (frame <= possible, frame > possible)
            }
            frame = min(frame, possible)
        }
        if isUnpaced { frame = min(written, Int(elapsed)) }
        if frame > consumed {
            consumed = frame
            movedAt = after
        } else if after - movedAt > Self.stallNanoseconds {
            throw CardError(call: .delay, code: ETIMEDOUT)
        }
        return CardReading(before: before, after: after, frame: frame)
    }

    /// Whether the card has consumed anything since its start.
    var hasMoved: Bool { consumed > 0 }

    // MARK: Time

    /// Which frame of the stream leaves at an instant of CLOCK_MONOTONIC.
    func frame(at instant: Int64) -> Double {
        if isUnpaced { return Double(instant - startedAt) * 1e-9 * Double(format.rate) }
        return clock.frame(at: instant)
    }

    /// When a frame of the stream leaves.
    func instant(ofFrame frame: Int) -> Int64 {
        if isUnpaced { return startedAt + Int64(Double(frame) * 1e9 / Double(format.rate)) }
        return clock.instant(ofFrame: Double(frame))
    }

    /// The programme whose frame 0 lies at `offset`, as a line through an instant.
    func timeline(offset: Int, at instant: Int64) -> Timeline {
        Timeline(
            frame: frame(at: instant) - Double(offset), instant: instant, rate: Double(format.rate),
            partsPerMillion: isUnpaced ? 0 : clock.partsPerMillion)
    }

    /// How much that can be believed.
    var method: CardMethod { isUnpaced ? .unproven : clock.method }

    /// Whether the clock has been read often enough to place a start.
    var isSettled: Bool { isUnpaced || (isPaced && clock.points >= 3) }

    // MARK: Sound

    /// Renders `count` ≤ `chunk` frames at the end of the stream: `body` fills them, they are zero before.
    mutating func render(
        _ count: Int, _ body: (UnsafeMutablePointer<Float>) -> Void
    ) throws(CardError) {
        // Safety: scratch holds `chunk` frames.
        unsafe scratch.update(repeating: 0, count: count * channels)
        unsafe body(scratch)
        try handOver(count)
    }

    /// Renders silence.
    mutating func silence(frames: Int) throws(CardError) {
        var left = frames
        while left > 0 {
            let count = min(left, Self.chunk)
            unsafe try render(count) { _ in }
            left -= count
            if rendered > written { return }  // full
        }
    }

    /// Frames that may be rendered now, if the card's buffer is filled up to `fill`.
    mutating func room(fill: Int) throws(CardError) -> Int {
        try flush()
        if rendered > written { return 0 }
        let wanted = min(fill, format.bufferFrames) - level
        return wanted > 0 && !isUnpaced ? min(wanted, try pcm.room()) : max(0, wanted)
    }

    /// The highest absolute sample of frames that were rendered lately.
    func peak(from frame: Int, count: Int) -> Float {
        let (first, second) = unsafe lately(from: frame, count: count)
        return unsafe max(magnitude(first), magnitude(second))
    }

    /// Measures frames that were rendered lately, and tells the weighted mean square of each tenth of a second.
    mutating func measure(from frame: Int, count: Int, tell: (Float) -> Void) {
        let (first, second) = unsafe lately(from: frame, count: count)
        unsafe meter.measure(first, tell: tell)
        unsafe meter.measure(second, tell: tell)
    }

    /// Frames that were rendered lately, in the two parts of the history that they lie in.
    private func lately(
        from frame: Int, count: Int
    ) -> (UnsafeBufferPointer<Float>, UnsafeBufferPointer<Float>) {
        // Safety: within the history, whatever is asked for.
        let place = frame & (historyFrames - 1)
        let count = min(count, historyFrames)
        let whole = min(count, historyFrames - place)
        return unsafe (
            .init(start: history + place * channels, count: whole * channels),
            .init(start: history, count: (count - whole) * channels)
        )
    }

    /// Renders what is buffered anew, with `gain` at each frame from the returned one on, as soon as can be.
    ///
    /// - Returns: the first frame that was rendered anew; nil if the card cannot take sound back. Then only `restart`
    ///   is left.
    mutating func rewrite(_ gain: (_ first: Int, _ frame: Int) -> Float) throws(CardError) -> Int? {
        try readBurst()
        let first = min(rendered, consumed + margin)
        let last = rendered
        guard try rewind(to: first) else { return nil }
        while rendered < last {
            let (base, count) = (rendered, min(Self.chunk, last - rendered))
            for index in 0..<count {
                let factor = gain(first, base + index)
                for channel in 0..<channels {
                    // Safety: the history holds two buffers, so also all that was taken back.
                    unsafe scratch[index * channels + channel] =
                        factor * history[((base + index) & (historyFrames - 1)) * channels + channel]
                }
            }
            try handOver(count)
            guard rendered == written else { break }
        }
        return first
    }

    /// Takes back silence that is buffered from a frame on, as far as can be.
    ///
    /// The card may start anew for it.
    mutating func retreat(to frame: Int) throws(CardError) {
        try readBurst()
        let target = max(frame, consumed + margin)
        let end = written
        guard target < rendered, !keepsAll, try !rewind(to: target) else { return }
        keepsAll = true
        if written != end { try restart() }
    }

    private var margin: Int { format.rate * Self.rewindMilliseconds / 1000 + 2 * clock.step }

    /// Takes back what is buffered from a frame on; believed only if the card's delay shrinks by as much.
    ///
    /// A sound server may say yes and play what it has all the same.
    private mutating func rewind(to frame: Int) throws(CardError) -> Bool {
        if isUnpaced || frame == rendered {
            (rendered, written) = (frame, frame)
            return true
        }
        if rendered > written { return false }
        let slack = format.rate / 100 + 2 * clock.step
        let before = try pcm.delay()
        // What is late for another reason than this buffer is in a buffer further on: a sound server's.
        guard abs(format.bufferFrames - (try pcm.room()) - before) < slack else { return false }
        let taken = pcm.rewind(written - frame)
        guard taken > 0 else { return false }
        written -= taken
        let after = try pcm.delay()
        guard taken == rendered - frame, abs(before - taken - after) < slack else { return false }
        rendered = written
        return true
    }

    // MARK: Handing over

    /// Frames as the card wants them, of which the card did not take all: it gets them first next time.
    private mutating func flush() throws(CardError) {
        guard rendered > written else { return }
        let frameBytes = format.channels * format.sample.bytes
        let taken = unsafe try pcm.write(wire, count: rendered - written)
        let left = rendered - written - taken
        if taken > 0, left > 0 {
            unsafe wire.copyMemory(from: wire + taken * frameBytes, byteCount: left * frameBytes)
        }
        written += taken
    }

    private mutating func handOver(_ count: Int) throws(CardError) {
        // Safety: `count` is at most a chunk, which scratch holds and the history is longer than.
        let place = rendered & (historyFrames - 1)
        let whole = min(count, historyFrames - place)
        unsafe (history + place * channels).update(from: scratch, count: whole * channels)
        unsafe history.update(from: scratch + whole * channels, count: (count - whole) * channels)
        unsafe store(scratch, channels: channels, frames: count, as: format, to: wire)
        rendered += count
        try flush()
    }
}
