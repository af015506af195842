/// Which frames in the card's buffer are which frames of a programme: from handing over to leaving.

/// Frames of one order that lie side by side both in the card's stream and in the programme.
struct CardSpan: BitwiseCopyable, Equatable, Sendable {
    var order: UInt64
    /// Where it begins in the stream, and in the programme.
    var card: Int
    var programme: Int
    var count: Int
}

/// The spans that were handed over and have not left, oldest first; bounded, nothing is allocated.
struct CardSpans: Sendable {
    /// Each needs a hole before it, and holes are as long as what the buffer lacked: some ten fit in a buffer.
    static let capacity = 64

    private var spans = InlineArray<64, CardSpan>(
        repeating: CardSpan(order: 0, card: 0, programme: 0, count: 0))
    private(set) var count = 0

    /// Whether another hole can be remembered.
    var hasRoom: Bool { count < Self.capacity }

    /// The spans, oldest first.
    subscript(index: Int) -> CardSpan { spans[index] }

    /// Adds frames behind all others.
    mutating func append(_ span: CardSpan) {
        guard span.count > 0 else { return }
        if count > 0 {
            let last = spans[count - 1]
            let adjoins = last.card + last.count == span.card && last.programme + last.count == span.programme
            if last.order == span.order, adjoins {
                spans[count - 1].count += span.count
                return
            }
        }
        precondition(hasRoom, "asked before appending")
        spans[count] = span
        count += 1
    }

    /// Takes the first span, or the part of it, that lies before a frame of the stream.
    mutating func takeFirst(before card: Int) -> CardSpan? {
        guard count > 0, spans[0].card < card else { return nil }
        var taken = spans[0]
        let rest = taken.card + taken.count - card
        if rest > 0 {
            taken.count -= rest
            spans[0].card += taken.count
            spans[0].programme += taken.count
            spans[0].count = rest
            return taken
        }
        removeFirst()
        return taken
    }

    /// Forgets what an order has at and after a frame of the stream: it will not leave.
    mutating func cut(order: UInt64, at card: Int) {
        var kept = 0
        for index in 0..<count {
            var span = spans[index]
            if span.order == order { span.count = min(span.count, card - span.card) }
            guard span.count > 0 else { continue }
            spans[kept] = span
            kept += 1
        }
        count = kept
    }

    /// Forgets everything: the stream is gone.
    mutating func removeAll() { count = 0 }

    private mutating func removeFirst() {
        for index in 1..<max(1, count) { spans[index - 1] = spans[index] }
        count -= 1
    }
}
