/// What all plays of one slot measured together.
struct Measured: Hashable, Sendable {
    /// When its first sample left the card.
    var startedAt: Instant?
    var startErrorMicroseconds: Double?
    var startMethod: String?
    var framesConsumed: Int64 = 0
    var framesPlanned: Int64 = 0
    var xruns = 0
    var items: [Int: Playback.Item] = [:]
    var isUnproven = false

    init() {}

    /// What was written down before the power went.
    init(_ record: PositionRecord) {
        startedAt = record.startedAt
        startErrorMicroseconds = record.startErrorMicroseconds
        startMethod = record.startMethod
        isUnproven = record.isUnproven
        framesConsumed = record.framesConsumed
        framesPlanned = record.framesPlanned
        xruns = record.xruns
        // Of one place two recordings may have sounded.
        for item in record.items { add(item.measured) }
    }

    /// The sum with one more play of the slot, whose clock reading is `now`.
    func adding(_ playback: Playback, at now: Now) -> Measured {
        var sum = self
        if sum.startedAt == nil, let started = playback.startedAt {
            sum.startedAt = now.wall(of: started)
            sum.startErrorMicroseconds = playback.startErrorMicroseconds
            sum.startMethod = playback.startMethod
        }
        sum.framesConsumed += playback.framesConsumed
        sum.framesPlanned = max(sum.framesPlanned, playback.framesPlanned)
        sum.xruns += playback.xruns
        sum.isUnproven = sum.isUnproven || playback.isUnproven
        for item in playback.items { sum.add(item) }
        return sum
    }

    private mutating func add(_ item: Playback.Item) {
        guard var sum = items[item.index] else { return items[item.index] = item }
        sum.framesConsumed += item.framesConsumed
        sum.peakDecibels = [sum.peakDecibels, item.peakDecibels].compactMap { $0 }.max()
        sum.isChanged = sum.isChanged || item.isChanged
        items[item.index] = sum
    }
}
