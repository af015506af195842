/// A slot on its way to its outcome: from the minutes before its instant to the end of its sound.
struct Playout: Sendable {
    /// Who goes before whom.
    ///
    /// A person at the station goes before every programme but an emergency.
    enum Precedence: Int, Comparable, Sendable {
        case normal
        case priority
        case person
        case emergency

        static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    }

    /// How far the slot has come.
    enum Phase: Hashable, Sendable {
        /// Its content has not been looked at.
        case waiting
        /// Its content is being hashed and decoded.
        case preflighting
        /// Its content is known; it waits for its instant, the guard or the loudspeaker.
        case ready
        /// Its intent is on the way to the disk.
        case committing
        /// The order was given; silence until its start, then sound.
        case ordered
        /// A higher class took the loudspeaker; it goes on afterwards.
        case interrupted
    }

    /// Why a running play is told to stop.
    enum StopCause: Hashable, Sendable {
        /// The clock moved before the first sample: it is ordered again for its instant as it is now.
        case rearm
        /// A higher class wants the place that this one is armed for.
        case giveWay
        /// The daemon ends; the slot stays open and goes on after the restart.
        case shutdown
        /// The slot ends with that reason.
        case reason(Reason)

        /// Of two causes the graver one counts: what a person stopped must not go on after a restart.
        var gravity: Int {
            switch self {
            case .rearm: 0
            case .giveWay: 1
            case .shutdown: 2
            case .reason: 3
            }
        }
    }

    var slot: Slot
    /// What tells its slot from others, by whatever name.
    let identity: String
    var items: [ContentItem]
    var play: PlayID
    var phase: Phase = .waiting
    var reports: [ItemReport] = []
    /// When the first frame is to leave the card.
    var start: MonotonicInstant = .distantFuture
    var permit: Permit?
    /// How loud an earlier run played it at the most, in dB relative to full scale.
    var recordedVolume: Double?
    /// Where in the programme the next play begins.
    var position = Duration.zero
    /// Where the clock would put it, if its rule goes by the clock: the instant of its first frame.
    var clockOrigin: Instant?
    /// Its intent is in the log, or on the way there.
    var isBegun = false
    /// An earlier run of the daemon began it.
    var isResumed = false
    /// Its intent, while the disk has it and `/run` has not been asked.
    var unwrittenIntent: Entry?
    /// When `/run` is asked, if the disk has not answered by then.
    var rescueAt: MonotonicInstant = .distantFuture
    /// When content that could not be played is looked at again.
    var retryAt: MonotonicInstant?
    var stopCause: StopCause?
    /// What kept it from starting, the last time that somebody looked.
    var blocked: Reason?
    /// What interrupted it, if it goes on or has gone on since.
    var interruption: Reason?
    /// What took some of its sound away without ending it: a card that was lost, a beginning that was missed.
    var shortfall: Reason?
    /// What earlier plays of the slot measured, those before a restart included.
    var measured = Measured()
    /// What sounded before a restart, in frames of that card.
    var recorded: [PositionRecord.Item] = []
    private var recordedRate: Int?
    /// When the last of them ended.
    var soundedUntil: Instant?
    /// What the play under way measures.
    var current = Playback()

    /// Who waits to hear whether it can be played, if a person asked for it.
    var asker: CommandID?

    /// Whether the play under way has made a sound.
    var isSounding: Bool { phase == .ordered && current.startedAt != nil }

    /// Whether it holds the loudspeaker, or will at its start without another decision.
    var holdsLoudspeaker: Bool { phase == .committing || phase == .ordered }

    var precedence: Precedence {
        if slot.isByHand { return .person }
        switch slot.programmeClass {
        case .normal: return .normal
        case .priority: return .priority
        case .emergency: return .emergency
        }
    }

    /// Whether an earlier play of it made a sound.
    var hasSounded: Bool { measured.startedAt != nil }
    /// Whether an earlier run, which left no record of it, had reached its start.
    private(set) var mayHaveSounded = false

    /// How long its playable content sounds; what is live has no end of its own.
    var plannedDuration: Duration {
        var sum = Duration.zero
        for report in reports where report.isPlayable {
            guard report.duration > .zero else { return Self.endless }
            sum += report.duration
        }
        return sum
    }

    private static let endless = Duration.seconds(366 * 86_400)

    /// The last instant at which it may begin, by its rule; begun slots may go on until their window ends.
    ///
    /// Without a hard end the window is as long as the content and the lateness that the rule allows.
    var latestStart: Instant { min(slot.scheduled + Self.longestWait, latestStartByRule) }

    private var latestStartByRule: Instant {
        if isResumed || hasSounded { return windowEnd }
        return min(latestBeginning, slot.expires ?? .distantFuture)
    }

    private var latestBeginning: Instant {
        switch slot.late {
        case .skip: return slot.scheduled + .seconds(1)
        case .within(let allowance): return min(slot.scheduled + allowance, slot.hardEnd ?? .distantFuture)
        case .join: return slot.hardEnd ?? joinEnd
        }
    }

    private var joinEnd: Instant {
        reports.isEmpty ? slot.scheduled + Self.longestUnknownContent : slot.scheduled + plannedDuration
    }

    private var windowEnd: Instant {
        if let hardEnd = slot.hardEnd { return hardEnd }
        guard case .within(let allowance) = slot.late else { return joinEnd }
        return joinEnd + allowance
    }

    /// A record before this is that of the start: from there on the village would hear the beginning twice.
    static let longestBeginning = Duration.seconds(2)

    /// No slot waits longer for its beginning, whatever its rule says; its outcome tells of the day it was due.
    static let longestWait = Duration.seconds(86_400)

    /// What is taken for the length of content that nobody has measured yet.
    static let longestUnknownContent = Duration.seconds(4 * 3600)

    /// Makes a playout of a slot that has not been begun.
    init(slot: Slot, items: [ContentItem], play: PlayID) {
        self.slot = slot
        identity = Slot.identity(of: slot.id)
        self.items = items
        self.play = play
        clockOrigin = slot.late == .join ? slot.scheduled : nil
    }

    /// Takes up a slot that an earlier run began: at the last recorded position, or where it would be by now.
    ///
    /// Without a record nobody knows whether it was heard, and a record of its first seconds would have the village
    /// hear its beginning twice: then it goes on by the clock (I3). In the same boot that is the clock which nobody
    /// can set; after another the wall clock may have been set back to before the start, and says nothing of what was
    /// heard: then it goes on behind its beginning.
    mutating func resume(
        _ intent: LogSummary.OpenIntent, _ record: PositionRecord?, boot: String, at now: Now
    ) {
        isBegun = true
        isResumed = true
        let record = record.flatMap { Slot.isSame($0.slot, slot.id) ? $0 : nil }
        if let record {
            measured = Measured(record)
            (recorded, recordedRate) = (record.items, record.rate)
            recordedVolume = record.volumeDecibels
            soundedUntil = record.wall
        }
        let isSameBoot = intent.boot == boot
        let start = isSameBoot ? now.wall(of: intent.startMonotonic) : intent.startAt
        mayHaveSounded = record != nil || !isSameBoot || start <= now.wall
        interruption = .powerLost
        if let record, record.position >= Self.longestBeginning {
            position = record.position
        } else {
            let origin = isSameBoot ? start : record?.startedAt ?? start
            clockOrigin = slot.late == .join ? origin - (intent.startAt - slot.scheduled) : origin
            if !isSameBoot { position = Self.longestBeginning }
        }
    }

    /// How loud it is played at the most, or was by an earlier run; in dB relative to full scale.
    var volumeDecibels: Double? { permit?.ceilingDecibels ?? recordedVolume }

    /// Where in the programme a play that starts then begins.
    func position(at start: Instant) -> Duration {
        clockOrigin.map { max(position, start - $0) } ?? position
    }

    /// What was measured of the items, with all that is known of each; those of content that is not known any more too.
    func items(_ sum: Measured) -> [PositionRecord.Item] {
        var others = recorded
        if let old = recordedRate, let rate = sum.rate, rate != old {
            for index in others.indices {
                others[index].measured.framesConsumed =
                    others[index].measured.framesConsumed.frames(from: old, to: rate)
            }
        }
        let known = reports.enumerated().map { index, report in
            var measured = sum.items[index] ?? Playback.Item(index: index)
            // What sounded of a recording that is there no more stays that recording's.
            others.removeAll { item in
                guard item.measured.index == index, item.path == report.path, item.sha256 == report.sha256
                else { return false }
                measured.add(item.measured)
                return true
            }
            return PositionRecord.Item(
                measured, path: report.path, sha256: measured.isChanged ? nil : report.sha256,
                language: items[index].language)
        }
        return known + others
    }

    /// What the next run must know of the items that sounded; only the last of them may go on.
    func itemsToRecord(_ sum: Measured) -> [PositionRecord.Item] {
        var sounded = items(sum).filter { $0.measured.framesConsumed > 0 }
        let last = sounded.map(\.measured.index).max()
        for place in sounded.indices where sounded[place].measured.index != last {
            sounded[place].measured.loudness = sounded[place].measured.loudness.condensed
        }
        return sounded
    }

    /// Whether its content would be over by now, by the clock that it goes by.
    func isOver(at now: Instant) -> Bool {
        clockOrigin != nil && !reports.isEmpty && position(at: now) >= plannedDuration
    }

    /// Whether enough of it is left, and enough of its slot for an interrupted item.
    func fits(from start: Instant) -> Bool {
        let position = position(at: start)
        guard position < plannedDuration else { return false }
        guard phase == .interrupted, let hardEnd = slot.hardEnd else { return true }
        return start + restOfItem(at: position) <= hardEnd
    }

    /// How much of the item is left in which `position` lies.
    private func restOfItem(at position: Duration) -> Duration {
        var end = Duration.zero
        for report in reports where report.isPlayable && report.duration > .zero {
            end += report.duration
            if position < end { return end - position }
        }
        return .zero
    }

    /// Where the item begins in which `position` lies; the interrupted item goes on from its beginning.
    func beginningOfItem(at position: Duration) -> Duration {
        var beginning = Duration.zero
        for report in reports where report.isPlayable {
            guard beginning + report.duration <= position else { return beginning }
            beginning += report.duration
        }
        return beginning
    }
}

extension Slot {
    /// The upstream's name of what a person at the station plays; no configured upstream may have it.
    package static let byHandUpstream = "local"

    /// Whether it is to sound as soon as can be, whatever the clock says.
    var isAtOnce: Bool { isByHand || isWithoutClock }

    /// Whether a person at the station asked for it.
    package var isByHand: Bool { upstream == Self.byHandUpstream }
}
