/// What all plays of one slot measured together.
struct Measured: Hashable, Sendable {
    /// When its first sample left the card.
    var startedAt: Instant?
    var startErrorMicroseconds: Double?
    var startMethod: String?
    var framesConsumed: Int64 = 0
    var framesPlanned: Int64 = 0
    /// Frames a second.
    var rate: Int?
    var xruns = 0
    var items: [Int: Playback.Item] = [:]
    var isUnproven = false

    init() {}

    /// What was written down before the power went, without its items: the content may be another now.
    init(_ record: PositionRecord) {
        startedAt = record.startedAt
        startErrorMicroseconds = record.startErrorMicroseconds
        startMethod = record.startMethod
        isUnproven = record.isUnproven
        framesConsumed = record.framesConsumed
        framesPlanned = record.framesPlanned
        rate = record.rate
        xruns = record.xruns
    }

    /// The sum with one more play of the slot, whose clock reading is `now`.
    func adding(_ playback: Playback, at now: Now) -> Measured {
        var sum = self
        if let rate = playback.rate { sum.count(at: rate) }
        if sum.startedAt == nil, let started = playback.startedAt {
            sum.startedAt = now.wall(of: started)
            sum.startErrorMicroseconds = playback.startErrorMicroseconds
            sum.startMethod = playback.startMethod
        }
        sum.framesConsumed += playback.framesConsumed
        sum.framesPlanned = max(sum.framesPlanned, playback.framesPlanned)
        sum.xruns += playback.xruns
        sum.isUnproven = sum.isUnproven || playback.isUnproven
        for item in playback.items {
            sum.items[item.index, default: Playback.Item(index: item.index)].add(item)
        }
        return sum
    }

    /// Counts what was measured before in frames of another card.
    private mutating func count(at rate: Int) {
        defer { self.rate = rate }
        guard let before = self.rate, before != rate else { return }
        framesConsumed = framesConsumed.frames(from: before, to: rate)
        framesPlanned = 0
        items = items.mapValues { item in
            var item = item
            item.framesConsumed = item.framesConsumed.frames(from: before, to: rate)
            return item
        }
    }
}

extension Int64 {
    /// As many frames as last as long at another rate; none is lost to rounding.
    func frames(from old: Int, to new: Int) -> Int64 {
        guard old != new, old > 0 else { return self }
        return Int64((Double(self) * Double(new) / Double(old)).rounded(.up))
    }
}
