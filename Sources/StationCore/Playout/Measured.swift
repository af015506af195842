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
        for item in record.items {
            // Of one place two recordings may have sounded.
            let before = items[item.measured.index]
            items[item.measured.index] = Playback.Item(
                index: item.measured.index,
                framesConsumed: (before?.framesConsumed ?? 0) + item.measured.framesConsumed,
                peakDecibels: [before?.peakDecibels, item.measured.peakDecibels].compactMap { $0 }.max())
        }
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
        for item in playback.items {
            let before = sum.items[item.index]
            var both = Playback.Item(
                index: item.index, framesConsumed: (before?.framesConsumed ?? 0) + item.framesConsumed,
                peakDecibels: [before?.peakDecibels, item.peakDecibels].compactMap { $0 }.max())
            both.isChanged = item.isChanged || before?.isChanged ?? false
            sum.items[item.index] = both
        }
        return sum
    }
}
