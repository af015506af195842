import CLinux

/// What sounds on the card: up to two orders, one after the other, and silence between.
///
/// On the audio thread.
///
/// The second order may be rendered while the end of the first is still buffered, so that a slot that begins when
/// another ends begins on its frame.
@safe  // Safety: `shared` outlives the audio thread, and rings their orders' ends.
struct Mixer {
    /// Sound that is always kept buffered, with silence if the producer is behind.
    private static let lowWaterMilliseconds = 150
    /// Between two rounds while sound is buffered: each costs a wake-up, and an unplugged card is noticed in one.
    private static let period: Int64 = 200_000_000
    /// Between two rounds while the clock is being learnt, or the producer is behind.
    private static let shortPeriod: Int64 = 20_000_000
    /// Readings that make the clock well known.
    private static let wellKnown = 32

    private let shared: UnsafeMutablePointer<CardShared>
    private var front: Playing?
    private var back: Playing?
    private var isStarving = false

    /// Makes a silent one.
    init(shared: UnsafeMutablePointer<CardShared>) { unsafe self.shared = unsafe shared }

    /// Whether there is an order.
    var isBusy: Bool { front != nil || back != nil }

    /// Adds an order behind the others; the owner sees to it that there are two at most.
    mutating func add(_ playing: Playing) {
        if front == nil { front = playing } else { back = playing }
    }

    /// Gives an order another end, if its fade has not begun.
    mutating func limit(_ order: UInt64, permitEnd: Int64) {
        if front?.order.id == order {
            front?.order.permitEnd = permitEnd
        } else if back?.order.id == order {
            back?.order.permitEnd = permitEnd
        }
    }

    /// Gives an order another volume, for what is rendered from now on.
    mutating func setGain(_ order: UInt64, _ gain: Float) {
        if front?.order.id == order {
            front?.targetGain = gain
        } else if back?.order.id == order {
            back?.targetGain = gain
        }
    }

    /// Does everything that is due with a running card, and says when to come back.
    mutating func round(_ stream: inout CardStream) throws(CardError) -> Int64 {
        try stream.observe()
        account(&stream)
        while let request = takeStop() { try stop(request.order, request.fadeMilliseconds, &stream) }
        endFinished(stream)
        try fill(&stream)
        publish(stream)
        return nextRound(stream)
    }

    /// Without a card: ends what is over by the clock, and keeps the producers' pace.
    mutating func roundWithoutCard(at now: Int64) {
        while let request = takeStop() { take(request.order)?.end(.stopped, unsafe shared.pointee) }
        front?.skip(at: now)
        back?.skip(at: now)
        if let front, front.isOver(at: now) { take(front.order.id)?.end(.deviceLost, unsafe shared.pointee) }
        if let back, back.isOver(at: now) { take(back.order.id)?.end(.deviceLost, unsafe shared.pointee) }
    }

    /// Ends every order: the thread ends.
    mutating func endAll(_ cause: CardEnd) {
        front?.end(cause, unsafe shared.pointee)
        back?.end(cause, unsafe shared.pointee)
        (front, back) = (nil, nil)
    }

    /// The stream is gone: what was buffered is lost, and each order remembers where it was.
    mutating func loseStream(_ stream: borrowing CardStream, _ error: CardError) {
        let now = CLinux_monotonic()
        if error.loss == .xrun { front?.result.xruns += 1 }
        front?.loseStream(stream, at: now)
        back?.loseStream(stream, at: now)
        // What was ending anyway has ended.
        if let cut = front?.cut { take(front?.order.id)?.end(cut.cause, unsafe shared.pointee) }
        if let cut = back?.cut { take(back?.order.id)?.end(cut.cause, unsafe shared.pointee) }
    }

    /// Takes an order out.
    private mutating func take(_ order: UInt64?) -> Playing? {
        if let front, front.order.id == order {
            (self.front, self.back) = (back, nil)
            return front
        }
        guard let back, back.order.id == order else { return nil }
        self.back = nil
        return back
    }

    // MARK: What left

    private mutating func account(_ stream: inout CardStream) {
        while let span = stream.spans.takeFirst(before: stream.consumed) {
            if front?.order.id == span.order {
                front?.account(span, &stream, unsafe shared.pointee)
            } else if back?.order.id == span.order {
                back?.account(span, &stream, unsafe shared.pointee)
            }
        }
    }

    private mutating func endFinished(_ stream: borrowing CardStream) {
        let now = CLinux_monotonic()
        if let front, let cause = front.finished(consumed: stream.consumed, now: now) {
            take(front.order.id)?.end(cause, unsafe shared.pointee)
        }
        if let back, let cause = back.finished(consumed: stream.consumed, now: now) {
            take(back.order.id)?.end(cause, unsafe shared.pointee)
        }
    }

    private func publish(_ stream: borrowing CardStream) {
        front?.publish(stream)
        back?.publish(stream)
    }

    // MARK: Stopping

    /// A stop of one of the orders, with its fade; the one behind first, which the other's end moves to the front.
    private func takeStop() -> (order: UInt64, fadeMilliseconds: Int)? {
        if let order = back?.order.id, let fade = unsafe shared.pointee.stops.take(order: order) {
            return (order, fade)
        }
        if let order = front?.order.id, let fade = unsafe shared.pointee.stops.take(order: order) {
            return (order, fade)
        }
        return nil
    }

    /// Fades what is buffered of an order, from some milliseconds ahead of what leaves now; where the card cannot
    /// take sound back, drops it.
    private mutating func stop(
        _ order: UInt64, _ fadeMilliseconds: Int, _ stream: inout CardStream
    ) throws(CardError) {
        let isFront = front?.order.id == order
        guard let playing = isFront ? front : back, playing.order.id == order else { return }
        guard let offset = playing.offset else {
            take(order)?.end(.stopped, unsafe shared.pointee)
            return
        }
        let next = isFront ? back?.offset ?? .max : .max
        let fade = max(1, fadeMilliseconds * stream.format.rate / 1000)
        let first = try stream.rewrite { first, frame in
            if frame < offset || frame >= next { return 1 }
            // What has not begun does not begin.
            if offset >= first || frame >= first + fade { return 0 }
            return fadeGain(Float(first + fade - frame) / Float(fade))
        }
        account(&stream)
        guard let first else {
            loseStream(stream, CardError(call: .delay, code: 0))
            take(order)?.end(.stopped, unsafe shared.pointee)
            return try stream.restart()
        }
        let cut =
            offset >= first
            ? Playing.Cut(frame: first, fade: 0, cause: .stopped)
            : Playing.Cut(frame: first + fade, fade: fade, cause: .stopped)
        if let earlier = playing.cut, earlier.frame <= cut.frame { return }
        stream.spans.cut(order: order, at: cut.frame)
        if isFront { front?.cut = cut } else { back?.cut = cut }
    }

    // MARK: Filling

    private mutating func fill(_ stream: inout CardStream) throws(CardError) {
        isStarving = false
        let isSounding = front?.offset != nil || back?.offset != nil
        while true {
            let room = try stream.room(fill: isSounding ? stream.format.bufferFrames : stream.idleFill)
            guard room > 0, try renderNext(&stream, upTo: min(room, CardStream.chunk)) > 0 else { return }
        }
    }

    /// Renders at the end of the stream, and says how many frames: 0 if the producer shall be waited for.
    private mutating func renderNext(_ stream: inout CardStream, upTo limit: Int) throws(CardError) -> Int {
        if var playing = front, (playing.cut?.frame ?? .max) > stream.rendered {
            let count = try render(&playing, &stream, upTo: limit)
            front = playing
            return count
        }
        if var playing = back, (playing.cut?.frame ?? .max) > stream.rendered {
            let count = try render(&playing, &stream, upTo: limit)
            back = playing
            return count
        }
        try stream.silence(frames: limit)
        return limit
    }

    private mutating func render(
        _ playing: inout Playing, _ stream: inout CardStream, upTo limit: Int
    ) throws(CardError) -> Int {
        let silent = try playing.silenceAhead(&stream, upTo: limit)
        if silent > 0 {
            try stream.silence(frames: silent)
            return silent
        }
        guard playing.offset != nil else { return 0 }  // the card was started anew on the way
        let count = playing.framesToCut(stream, upTo: limit)
        // The cut is here: whoever comes next renders.
        if count == 0 { return try endRendering(&playing, &stream, upTo: limit) }
        let low = Self.lowWaterMilliseconds * stream.format.rate / 1000
        let lacking = low - stream.level
        let available = playing.available(at: stream.rendered, upTo: count)
        isStarving = isStarving || available < count
        let rendered = available > 0 ? available : min(count, max(0, lacking))
        guard rendered > 0 else { return 0 }
        try playing.render(rendered, available: available, &stream)
        return rendered
    }

    /// Goes on behind the end of an order.
    private mutating func endRendering(
        _ playing: inout Playing, _ stream: inout CardStream, upTo limit: Int
    ) throws(CardError) -> Int {
        if playing.order.id == front?.order.id, var next = back {
            front = playing
            let count = try render(&next, &stream, upTo: limit)
            back = next
            return count
        }
        try stream.silence(frames: limit)
        return limit
    }

    private func nextRound(_ stream: borrowing CardStream) -> Int64 {
        let now = CLinux_monotonic()
        let isLearning = !stream.isUnpaced && stream.clock.points < Self.wellKnown
        var wake = now + (isLearning || isStarving ? Self.shortPeriod : Self.period)
        // Early enough to fill up a small buffer; late enough for what shall be told to have happened.
        let spare = Int64(stream.level) * 1_000_000_000 / Int64(stream.format.rate) / 2
        wake = min(wake, now + max(spare, Self.shortPeriod / 4))
        if let event = front?.nextEvent ?? back?.nextEvent {
            let instant = stream.instant(ofFrame: event) + 2_000_000
            if instant > now { wake = min(wake, instant) }
        }
        return wake
    }
}
