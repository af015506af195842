import CLinux
import Glibc
import StationAudio
import StationCore

/// One play on the decode thread: from its order to its end, with what is measured on the way.
final class Feed {
    /// Sound that is decoded ahead, in seconds: it is made up at each wake-up, of which progress asks one a second.
    static let ringSeconds = 2
    /// Frames that are decoded at once.
    private static let chunk = 4096
    /// What the card gets with an order, where a decoder in another process has no more yet: as much as it buffers.
    private static let leastBeginningMilliseconds = 500
    /// How long a decoder in another process is left alone before it is asked again, in nanoseconds.
    private static let pause: Int64 = 20_000_000

    let effect: EffectID
    let order: PlayOrder
    let content: PreparedContent
    /// Whether it is on its way to its beginning, in steps that leave the thread free for the sound that runs.
    private(set) var isSeeking = false
    /// Whether the card got the order.
    private(set) var isRunning = false
    private(set) var hasStarted = false
    /// Another order takes over at its start.
    private(set) var isReplaced = false
    /// When the sound must be over, in CLOCK_MONOTONIC nanoseconds.
    private var permitEnd: Int64
    /// When it must be over by its permit alone.
    private var grantedEnd: Int64
    /// How loud it may be by now; the ring's frames are made for the order's own ceiling.
    private var ceilingDecibels: Double
    /// It was told to stop because it could no longer begin.
    var isTooLate = false
    /// Why the card was last lost while this play waited for it.
    var lastLoss = Reason.deviceMissing

    private var ring: ProgrammeRing?
    private var reader: ProgrammeReader?
    private var lock: ClockLock
    private var format: CardFormat?
    private var buffer: [Float] = []
    private var ends: [Int] = []
    private var startFrame = 0
    /// The first of the reader's marks that does not end before the play's own beginning.
    private var firstMark = 0
    /// Marks from there on whose beginning is in the ring.
    private var begunMarks = 0
    /// Whether the ring wants more at once.
    private var isBehind = false
    /// Whether it wants more, and a decoder in another process has none yet.
    private var isWaiting = false
    /// What the reader left when it had read everything.
    private var exactEnd: Int?
    private var lastTimeline: ProgrammeTimeline?
    private var playback = Playback()
    /// What the tenths of a second of each item came to, by its place in the content.
    private var gauges: [Int: LoudnessGauge] = [:]

    init(effect: EffectID, order: PlayOrder, content: PreparedContent) {
        self.effect = effect
        self.order = order
        self.content = content
        lock = ClockLock(
            start: Self.monotonic(order.start), mayBeginLate: order.lateStart == .fromPosition)
        grantedEnd = Self.monotonic(order.permit.end)
        permitEnd = grantedEnd
        ceilingDecibels = order.permit.ceilingDecibels
    }

    /// An instant of CLOCK_BOOTTIME as one of CLOCK_MONOTONIC, which the card goes by.
    static func monotonic(_ instant: MonotonicInstant) -> Int64 {
        instant == .distantFuture ? .max : instant.nanoseconds - CLinux_suspended()
    }

    static func boot(_ monotonic: Int64) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: monotonic + CLinux_suspended())
    }

    /// The frame that stands at a position: the nearest, so that a frame's own position gives that frame.
    static func frame(at position: Duration, rate: Int) -> Int {
        let (seconds, rest) = max(0, position.nanoseconds).quotientAndRemainder(dividingBy: 1_000_000_000)
        return Int(seconds) * rate + (Int(rest) * rate + 500_000_000) / 1_000_000_000
    }

    /// The position of a frame, to the nearest nanosecond.
    static func position(ofFrame frame: Int, rate: Int) -> Duration {
        let (seconds, rest) = frame.quotientAndRemainder(dividingBy: rate)
        return .nanoseconds(Int64(seconds * 1_000_000_000 + (rest * 1_000_000_000 + rate / 2) / rate))
    }

    /// Prepares the decoding at a card's rate; `approach` then goes to its beginning.
    func prepare(_ format: CardFormat, channels: Int) {
        guard !isRunning, !isSeeking || format != self.format else { return }
        isSeeking = true
        startFrame = Self.frame(at: order.position, rate: format.rate)
        ends = content.ends(cardRate: format.rate)
        self.format = format
        let ring = ProgrammeRing(frames: Self.ringSeconds * format.rate, channels: channels)
        self.ring = ring
        buffer = [Float](repeating: 0, count: Self.chunk * channels)
        reader = ProgrammeReader(
            content.items.map {
                ProgrammeItem(
                    descriptor: $0.file.number, gainDecibels: $0.gainDecibels, frames: $0.frames,
                    rate: $0.rate)
            },
            output: ProgrammeOutput(
                rate: format.rate, channels: channels, ceilingDecibels: order.permit.ceilingDecibels,
                gainDecibels: order.permit.ceilingDecibels, startFrame: startFrame))
    }

    /// Makes a step towards its beginning; there, decodes the first seconds and gives the order to the card.
    ///
    /// - Returns: false when the card has its two orders already, or nothing decodes.
    func approach(_ card: CardOutput) -> Bool {
        isWaiting = !(reader?.isReady(frames: Self.chunk) ?? true)
        if isWaiting || reader?.seek() ?? false { return true }
        while fill() {}
        guard let ring, let format else { return false }
        // A jingle begins on time, whatever the decoder of what follows is doing.
        if isWaiting, ring.written < format.rate * Self.leastBeginningMilliseconds / 1000 { return true }
        isSeeking = false
        let start = Self.monotonic(order.start)
        isRunning = card.play(
            CardOrder(
                id: order.play.number,
                start: order.lateStart == .atClockPosition ? .joining(start) : .at(start),
                permitEnd: permitEnd, gain: volume), from: ring)
        return isRunning
    }

    /// Another permit: its ceiling holds for all that the card does not have yet, also of what is decoded already.
    func renew(_ permit: Permit, on card: CardOutput) {
        ceilingDecibels = permit.ceilingDecibels
        if isRunning { card.setGain(order: order.play.number, volume) }
        grantedEnd = Self.monotonic(permit.end)
        if !isReplaced { limit(to: grantedEnd, on: card) }
    }

    /// What brings what was limited to the order's ceiling to the permit's.
    private var volume: Float { amplitude(decibels: ceilingDecibels - order.permit.ceilingDecibels) }

    /// Ends where another order begins.
    func giveWay(to next: Feed, on card: CardOutput) {
        isReplaced = true
        limit(to: min(grantedEnd, Self.monotonic(next.order.start)), on: card)
    }

    /// Goes on after all: the order that was to take over has been stopped before its start.
    func keepOn(_ card: CardOutput) {
        guard isReplaced else { return }
        isReplaced = false
        limit(to: grantedEnd, on: card)
    }

    private func limit(to end: Int64, on card: CardOutput) {
        permitEnd = end
        if isRunning { card.limit(order: order.play.number, permitEnd: end) }
    }

    // MARK: Decoding

    /// Decodes one chunk into the ring.
    ///
    /// No more at once: decoding may be slower than the sound, and a stop or the card's fault does not wait for it.
    ///
    /// - Returns: whether there is room for another, and something to fill it with.
    @discardableResult
    func fill() -> Bool {
        (isBehind, isWaiting) = (false, false)
        guard let ring, let format, reader != nil, !ring.isAbandoned, ring.space >= Self.chunk else {
            return false
        }
        guard reader?.isReady(frames: Self.chunk) ?? true else {
            isWaiting = true
            return false
        }
        let correction = lock.correction(
            frame: ring.written, content: Double(contentFrame(of: ring.written) - startFrame),
            timeline: ring.timeline)
        reader?.ratioCorrectionPPM = -correction
        let count = buffer.withUnsafeMutableBufferPointer {
            reader?.read(into: $0, frames: Self.chunk) ?? 0
        }
        write(count, ring)
        if count < Self.chunk { finishReading(ring, format) }
        isBehind = reader != nil && ring.space >= Self.chunk
        return isBehind
    }

    /// Writes frames, with the beginnings of the items that lie in them.
    private func write(_ count: Int, _ ring: ProgrammeRing) {
        var done = 0
        while done < count {
            var end = count
            while let mark = nextMark {
                let at =
                    max(0, reader?.timeline.outputFrame(ofProgrammeFrame: mark.start) ?? 0) - ring.written
                if at > 0 {
                    end = min(end, done + at)
                    break
                }
                _ = ring.beginItem()
                begunMarks += 1
            }
            let samples = done * ring.channels..<end * ring.channels
            done += ring.write(buffer.span.extracting(samples))
        }
    }

    /// The next item to begin in the ring; one that ended before the play's own beginning never does.
    private var nextMark: ProgrammeMark? {
        guard let marks = reader?.marks else { return nil }
        while begunMarks == 0, firstMark < marks.count, let end = marks[firstMark].end, end <= startFrame {
            firstMark += 1
        }
        let index = firstMark + begunMarks
        return index < marks.count ? marks[index] : nil
    }

    private func finishReading(_ ring: ProgrammeRing, _ format: CardFormat) {
        // What was estimated from the preflight is known exactly now.
        if let end = reader?.marks.last?.end { exactEnd = end }
        ring.finish()
        lastTimeline = reader?.timeline
        reader = nil
    }

    /// The programme frame that an output frame plays.
    private func contentFrame(of outputFrame: Int) -> Int {
        guard let timeline = reader?.timeline ?? lastTimeline else { return startFrame + outputFrame }
        return timeline.position(ofOutputFrame: outputFrame).frame
    }

    // MARK: What was measured

    func started(at instant: Int64, errorMicroseconds: Double, _ method: CardMethod) {
        hasStarted = true
        playback.startedAt = Self.boot(instant)
        playback.startErrorMicroseconds = errorMicroseconds
        playback.startMethod = method.name
        playback.isUnproven = method == .unproven
        lock.begin(at: instant)
    }

    /// Whether the last item has not been measured to its end.
    private var isInItem = false

    /// The item that sounds now stands last.
    func itemStarted(_ item: Int) {
        let index = firstMark + item
        guard index < content.items.count else { return }
        isInItem = true
        playback.items.append(
            Playback.Item(index: content.items[index].index))
    }

    func itemEnded(_ item: Int, framesConsumed: Int, peak: Float) {
        let index = firstMark + item
        guard index < content.items.count, let last = playback.items.indices.last else { return }
        isInItem = false
        playback.items[last].framesConsumed = Int64(framesConsumed)
        playback.items[last].peakDecibels = peak > 0 ? decibels(amplitude: peak) : nil
    }

    private func takeLevels(_ ring: ProgrammeRing) {
        while let step = ring.takeLevel() {
            let place = firstMark + Int(step.item)
            guard step.item >= 0, place < content.items.count else { continue }
            gauges[content.items[place].index, default: LoudnessGauge()].take(step)
        }
    }

    /// What is measured so far.
    func measure(_ result: CardResult? = nil) -> Playback {
        if let ring { takeLevels(ring) }
        var now = playback
        for place in now.items.indices {
            guard let gauge = gauges[now.items[place].index] else { continue }
            now.items[place].loudness = gauge.loudness
            now.items[place].peakDecibels = now.items[place].peakDecibels ?? gauge.peakDecibels
        }
        guard let ring, let format else { return now }
        let end = exactEnd ?? ends.last ?? 0
        let position = min(end, contentFrame(of: ring.position))
        now.framesPlanned = Int64(end)
        now.rate = format.rate
        now.position = Self.position(ofFrame: position, rate: format.rate)
        let consumed = min(end, contentFrame(of: ring.consumed)) - startFrame
        now.framesConsumed = Int64(max(0, consumed))
        if let result {
            now.xruns = result.xruns
            let isWhole = result.cause == .completed && result.framesSkipped == 0
            now.framesConsumed = Int64(isWhole ? max(0, end - startFrame) : max(0, consumed))
            now.items = contentFrames(
                of: now.items, end: end, isWhole: isWhole, total: now.framesConsumed, ring.consumed)
            for place in now.items.indices {
                let item = content.items.first { $0.index == now.items[place].index }
                now.items[place].isChanged = item.map { !$0.file.isUnchanged } ?? false
            }
        } else if isInItem, let last = now.items.indices.last {
            // What the card took and no item before it had.
            let before = now.items.dropLast().reduce(0) { $0 + $1.framesConsumed }
            now.items[last].framesConsumed = max(0, now.framesConsumed - before)
        }
        return now
    }

    /// The items' frames in those of the programme: keeping to the clock, the card takes some more or some fewer.
    private func contentFrames(
        of items: [Playback.Item], end: Int, isWhole: Bool, total: Int64, _ cardFrames: Int
    ) -> [Playback.Item] {
        items.map { item in
            var item = item
            let place = content.items.firstIndex { $0.index == item.index }
            if isWhole, let place, place < ends.count {
                let start = max(startFrame, place > 0 ? ends[place - 1] : 0)
                // A file that was cut while it played ends the programme before its item's end.
                item.framesConsumed = Int64(max(0, min(end, ends[place]) - start))
            } else if cardFrames > 0 {
                let share = Double(item.framesConsumed) / Double(cardFrames)
                item.framesConsumed = Int64((share * Double(total)).rounded())
            }
            return item
        }
    }

    /// Whether anything of it could be decoded.
    var hasContent: Bool { (ring?.written ?? 0) > 0 }

    /// How long the thread may sleep before the ring wants more, in nanoseconds; nil when it has everything.
    var patience: Int64? {
        if isSeeking { return isWaiting ? Self.pause : 0 }
        guard reader != nil, let ring, let format else { return nil }
        if isWaiting { return Self.pause }
        if isBehind { return 0 }
        let ahead = Int64(ring.capacity - ring.space) * 1_000_000_000 / Int64(format.rate)
        return max(20_000_000, ahead / 4 * 3)
    }
}
