import StationTrust

/// The station's mind: a value that turns events into effects and has no clock, file, thread or chance of its own.
///
/// `handle` is called with one event and the reading of both clocks, returns what is to be done, in order, and ends
/// with when it wants to be called again. Who carries the effects out keeps to the contract written at `Effect`.
package struct Station: Sendable {
    /// So long before its instant a slot's content is hashed and decoded.
    static let preflightLead = Duration.seconds(120)
    /// So long before its instant the card is opened and fed with silence, so that its rate is known by then.
    static let cardLead = Duration.seconds(10)
    /// So long before its instant the intent is written; it has to be durable by then.
    static let commitLead = Duration.seconds(5)
    /// If the disk has not answered so long before the start, the intent goes to `/run`.
    static let intentPatience = Duration.milliseconds(1500)
    /// A start that could not be known ahead is so far in the future: decoding ahead and the card's buffer need it.
    static let lateLead = Duration.milliseconds(700)
    /// A start nearer than this is not worth waiting for exactly: the late lead is taken.
    static let shortestLead = Duration.milliseconds(300)
    /// An amplifier may be told so much too late for its lead: a wake is never exact, and a slot's instant is.
    static let warmUpTolerance = Duration.milliseconds(100)
    /// A card that nobody needs is closed after that time.
    static let cardIdle = Duration.seconds(3)
    /// Content that was missing or bad is looked at again after that time, until its slot is over.
    static let preflightRetry = Duration.seconds(15)
    /// An amplifier's command that failed is given again after that time, after a second failure twice as long,
    /// and so on up to the longest.
    static let amplifierRetry = Duration.seconds(10)
    static let longestAmplifierRetry = Duration.seconds(60)
    /// What the guard refuses is asked again after that time: the hour may have opened.
    static let blockedRetry = Duration.seconds(30)
    /// The running slot's position is written down so often (DESIGN.md section 9 asks for 10 s).
    static let positionInterval = Duration.seconds(5)
    /// How far back a new timetable is searched for slots that may still be joined.
    static let joinReach = Playout.longestWait
    /// At most so many slots are judged in one call; the next wake is at once if there are more.
    static let slotsPerCall = 500
    /// So many slots to come are looked up together.
    static let slotsAtOnce = 16
    /// An armed start is ordered anew when a clock step moves it by more.
    static let armedTolerance = Duration.milliseconds(2)
    /// The fade with which a person, a withdrawal or a mute ends a sound.
    static let stopFade = Duration.milliseconds(50)
    /// The fade with which the daemon's end ends a sound: a person who presses stop then waits no longer (I12).
    static let shutdownFade = Duration.milliseconds(150)
    /// The station waits no longer for what has not answered when it is told to end; the daemon's loop, with one eye
    /// on the amplifier, even less.
    static let shutdownPatience = Duration.milliseconds(900)
    /// At most so many slots of one precedence are on their way at once; more could never all be heard.
    static let mostPlayouts = 64
    /// While the clock is not believed, its state is looked at so often at least: a slot may wait for it.
    static let clockPoll = Duration.seconds(10)
    /// When nobody has told the time for `eagerFor`, so often.
    static let patientClockPoll = Duration.seconds(60)
    static let eagerFor = Duration.seconds(600)
    /// While it is believed, so often: nothing but its state in the log hangs on that.
    static let believedClockPoll = Duration.seconds(3600)

    var settings: StationSettings
    var clock: ClockJudge
    var trust = ClockTrust.untrusted
    var log = LogSummary()
    var guardian: Guard
    /// What upstreams offer, and what of it is on the disk.
    var pull: Pull
    /// What the store has of the log, and when it gets more.
    var proof: ProofSchedule
    /// The repository that somebody brought, if one is read or was.
    var importing: Import?
    /// The timetable in force.
    var active: SignedTimetable?
    var playouts: [Playout] = []
    var faults = Faults()
    var card = CardState.closed
    /// Free bytes on the disk, once they were measured, and those of what was half fetched then.
    var freeBytes: Int64?
    var partBytes: Int64 = 0

    /// The reading of the clocks that holds for the call under way.
    var now: Now
    private(set) var boot = ""
    private(set) var isStarted = false
    /// When the daemon ends at the latest, once it was told to.
    var terminatesBy: MonotonicInstant?
    var isTerminating: Bool { terminatesBy != nil }
    private var isExiting = false
    private var effects: [Effect] = []
    private var lastEffect: UInt64 = 0
    private var lastPlay: UInt64 = 0
    /// The last entry that the disk was given, and the last of those that a disk was given which refused.
    private(set) var lastAppend = EffectID(0)
    private var refusedUntil = EffectID(0)
    private var lastStatus = ""
    /// What the command under way has put into the log; nil where that is nothing.
    var commandEntry: EffectID?
    var answers = HeldAnswers()
    private var wakeAt = MonotonicInstant.distantFuture
    var purposes = Purposes()

    /// When this run of the daemon began.
    private(set) var startedAt: MonotonicInstant
    /// Since when, in this run, the clock has been believed.
    var trustedSince: MonotonicInstant?
    /// When the log last believed the clock before this run; nil on a station's first start.
    private(set) var lastTrustedBefore: Instant?
    /// When the active timetable was taken in this run; the run's beginning for its first one.
    var dueFrom: MonotonicInstant
    /// Slots of an upstream that were due before its instant are not this timetable's to judge.
    var dueSince: [String: Instant]?
    /// Slots up to that instant have been taken from the timetable.
    var takenUntil = Instant.distantPast
    var hasMoreSlots = false
    /// What comes after `takenUntil`, as far as it was looked up.
    var upcoming: Upcoming?
    /// The slots of each emergency that nobody has heard, as far as they were looked up in the active timetable.
    var unheard: [[Slot]]?
    /// The first slot that was passed over because it is not due yet: from there on slots are taken again then.
    var postponedTo: Instant?
    var rates = EntryRate()
    var recoveredPosition: PositionRecord?
    var lastPositionAt: MonotonicInstant?
    var isCardWanted = false
    var cardIdleSince: MonotonicInstant?
    var isAmplifierOn = false
    var amplifierSince: MonotonicInstant?
    var amplifierOffAt: MonotonicInstant?
    /// When a command that failed is given again.
    var amplifierRetryAt: MonotonicInstant?
    var amplifierRetryDelay = Station.amplifierRetry
    /// It was on for its longest time, and stays off until nobody needs it.
    var isAmplifierSpent = false
    var nextStorageLook: MonotonicInstant
    var contentChecks: [String: ContentCheck] = [:]
    /// When content is looked at again, if nothing changes before.
    var nextLookAt: MonotonicInstant
    /// Why the card could not be had the last time that somebody tried; nil when it could.
    var cardLoss: Reason?
    /// When it was last tried whether it can.
    var lastProbeAt: MonotonicInstant?
    var lastTestTone: MonotonicInstant?

    /// Makes a station that has not heard yet what its disk remembers.
    package init(settings: StationSettings, now: Now) {
        self.settings = settings
        self.now = now
        startedAt = now.monotonic
        dueFrom = now.monotonic
        pull = Pull(settings, at: now.monotonic)
        proof = ProofSchedule(every: settings.proofInterval, station: settings.station, at: now.monotonic)
        nextStorageLook = now.monotonic
        nextLookAt = now.monotonic
        clock = ClockJudge(
            buildDate: settings.buildDate, lastSynchronised: nil, boot: "", firstStart: nil,
            isBatteryBacked: settings.isClockBatteryBacked, holdover: settings.holdover)
        guardian = Guard(rules: settings.rules, mute: nil, volumeDecibels: 0)
    }

    /// Decides what is to be done about an event.
    ///
    /// - Parameters:
    ///   - event: what happened.
    ///   - now: both clocks, read once for this call.
    /// - Returns: what to do, in order; the last is always `wake`.
    package mutating func handle(_ event: Event, at now: Now) -> [Effect] {
        effects.removeAll(keepingCapacity: true)
        let before = self.now
        self.now = now
        if case .started(let recovery) = event {
            start(recovery)
        } else if isStarted {
            observeClock(before: before, isStep: event.isClockStep)
            if effects.isEmpty, acknowledge(event) {
                emit(.wake(at: wakeAt))
                return effects
            }
            take(event)
        }
        if isStarted && !isExiting { advance() }
        if isTerminating && !isExiting { exitWhenQuiet() }
        let status = statusLine
        if status != lastStatus {
            lastStatus = status
            emit(.status(status))
        }
        wakeAt = isExiting ? .distantFuture : nextWake
        emit(.wake(at: wakeAt))
        return effects
    }

    /// Takes an event that only says that something is done on which nothing waits, or how much room there is.
    ///
    /// Every other event is one of these.
    /// - Returns: whether nothing is to be decided because of it: the wake that was asked for stands.
    private mutating func acknowledge(_ event: Event) -> Bool {
        guard case .completed(let id, let completion) = event, !faults.contains(.disk), answers.isEmpty
        else { return false }
        switch (purposes[id], completion) {
        case (.other, .done), (.other, .appended(.durable)): break
        case (.storage, .storage(let free, let parts, isReadOnly: false)):
            measured(freeBytes: free, partBytes: parts)
        case (.cardProbe, .probed(nil)) where !faults.contains(.device): break
        default: return false
        }
        _ = purposes.remove(id)
        return !pull.hasNews
    }

    // MARK: Effects

    mutating func emit(_ action: Effect.Action, for purpose: Purposes.Purpose = .other) {
        lastEffect += 1
        let id = EffectID(lastEffect)
        switch action {
        case .wake, .reply, .status, .exit: break
        default: purposes.append(id, purpose)
        }
        if case .append = action { lastAppend = id }
        effects.append(Effect(id: id, action: action))
    }

    /// Writes an entry.
    mutating func append(_ kind: Entry.Kind, _ body: [JSON.Member]) { emit(.append(newEntry(kind, body))) }

    /// Makes the next entry of the log, which is folded at once: the executor never loses one while it lives.
    mutating func newEntry(_ kind: Entry.Kind, _ body: [JSON.Member]) -> Entry {
        let entry = Entry(
            index: log.nextIndex, kind: kind, boot: boot, now: now, clock: trust, wallText: text(now.wall),
            body: body)
        let isFolded = log.fold(entry.json)
        precondition(isFolded, "an entry must follow the one before")
        return entry
    }

    mutating func newPlay() -> PlayID {
        lastPlay += 1
        return PlayID(lastPlay)
    }

    /// An instant as the log and the answers show it: RFC 3339, the station's offset, microseconds.
    func text(_ instant: Instant) -> String {
        RFC3339.string(
            from: instant, offset: settings.zone.offset(at: instant).seconds, fraction: .microseconds)
    }

    // MARK: Beginning and end

    private mutating func start(_ recovery: Recovery) {
        log = recovery.log
        boot = recovery.boot
        startedAt = now.monotonic
        dueFrom = now.monotonic
        lastTrustedBefore = log.lastTrusted
        recoveredPosition = recovery.position
        clock = ClockJudge(
            buildDate: settings.buildDate, lastSynchronised: log.lastSynchronised, boot: boot,
            firstStart: log.firstTrusted,
            isBatteryBacked: settings.isClockBatteryBacked, holdover: settings.holdover)
        trust = clock.judge(now)
        if trust != .untrusted { trustedSince = now.monotonic }
        guardian.mute = log.mute
        if let volume = log.volumeDecibels { guardian.volumeDecibels = volume }
        isStarted = true
        probeCard(within: .zero)
        append(
            .boot,
            [
                .init("version", .string(settings.version)), .init("station", .string(settings.station)),
                .init("zone", .string(settings.zoneName)),
                .init("groups", .array(settings.groups.map { .string($0) })),
                .init("tornBytes", .integer(recovery.tornBytes)),
            ])
        if recovery.durability != .durable { observeDisk(recovery.durability, lastAppend) }
        settlePlaysByHand()
        // Nobody knows how an earlier run left it (T38).
        if settings.amplifier != nil { setAmplifier(isOn: false) }
        if trust == .untrusted {
            raise(.clockUntrusted, "the clock is not to be believed: nothing plays by it")
        }
    }

    /// What a person played when the power went does not go on by itself.
    private mutating func settlePlaysByHand() {
        for intent in log.openIntents where Slot.isByHand(intent.slot) { settle(intent, reason: .powerLost) }
    }

    private mutating func observeClock(before: Now, isStep: Bool) {
        let step = (now.wall - before.wall) - (now.monotonic - before.monotonic)
        let judged = clock.judge(now)
        if judged != trust || isStep {
            let from = trust
            trust = judged
            nextLookAt = now.monotonic
            appendRated(
                .clock,
                [
                    .init("from", .string(from.rawValue)), .init("to", .string(judged.rawValue)),
                    .init("stepMicroseconds", .integer(step.nanoseconds / 1000)),
                    .init("errorMicroseconds", now.isSynchronised ? .integer(now.errorMicroseconds) : .null),
                ])
            if judged == .untrusted {
                trustedSince = nil
                raise(.clockUntrusted, "the clock is not to be believed: nothing plays by it")
            } else {
                if from == .untrusted { trustedSince = now.monotonic }
                clear(.clockUntrusted)
            }
        }
        if isStep {
            clockStepped(by: step)
            pull.clockStepped()
        }
    }

    // MARK: Events

    private mutating func take(_ event: Event) {
        switch event {
        case .started, .wake, .clockStepped: break
        case .fetched(let report): fetched(report)
        case .cardsChanged: probeCard(within: .zero)
        case .networkReturned:
            pull.networkReturned(at: now.monotonic)
            proof.networkReturned(at: now.monotonic)
        case .completed(let id, let completion): complete(id, completion)
        case .progress(let play, let playback): progress(play, playback)
        case .card(let state): cardChanged(state)
        case .logIsDurable: clear(.disk)
        case .logGrew(let lines): proof.grew(to: lines)
        case .stopPressed: stopPressed()
        case .stopInput(let problem): stopInputChanged(problem)
        case .command(let id, let command, let person): answer(command, id, from: person)
        case .configured(let settings): configure(settings)
        case .configurationRefused(let problem): raise(.configuration, problem)
        case .terminate: terminate()
        }
    }

    private mutating func complete(_ id: EffectID, _ completion: Completion) {
        guard let purpose = purposes.remove(id) else { return }
        if case .appended(let durability) = completion {
            observeDisk(durability, id)
            for (command, reply) in answers.written(id, durability) { emit(.reply(command, reply)) }
        }
        switch (purpose, completion) {
        case (.intent(let play), .appended): intentWritten(play)
        case (.preflight(let play), .preflighted(let reports)): preflighted(play, reports)
        case (.contentCheck(let slot, let play), .preflighted(let reports)):
            if let slot { looked(at: slot, reports) }
            emit(.discard(play: play))
        case (.play(let play), .played(let end, let playback)): played(play, end, playback)
        case (.adoption(let kind), let completion): adopted(kind, completion)
        case (.logFold, let completion): folded(completion)
        case (.logUpload, let completion): uploaded(completion)
        case (.importing, let completion): importOpened(completion)
        case (.export, .uploaded(.refused(let number))): beginOrigin(number)
        case (.statusUpload, let completion): proof.toldStatus(completion == .done, at: now.monotonic)
        case (.storage, .storage(let free, let parts, let isReadOnly)):
            measured(freeBytes: free, partBytes: parts)
            if isReadOnly { foundReadOnly() }
        case (.cardProbe, .probed(let problem)): probed(problem)
        case (.amplifier, .failed(let problem)):
            raise(.amplifier, problem)
            amplifierRetryAt = now.monotonic + amplifierRetryDelay
            amplifierRetryDelay = min(amplifierRetryDelay * 2, Self.longestAmplifierRetry)
        case (.amplifier, _):
            amplifierRetryDelay = Self.amplifierRetry
            if !isAmplifierSpent { clear(.amplifier) }
        default: break
        }
    }

    /// The fault ends when the disk has everything that was appended before it was last noticed.
    private mutating func observeDisk(_ durability: Durability, _ id: EffectID) {
        if durability != .durable { refusedUntil = lastAppend }
        switch durability {
        case .durable: if id >= refusedUntil { clear(.disk) }
        case .inRun: raise(.disk, "the disk does not take the log; it is kept in /run")
        case .inMemory: raise(.disk, "neither the disk nor /run takes the log; it is kept in memory")
        }
    }

    /// The disk takes nothing, and nobody has tried yet: the fault's own entry is what the disk gets to refuse, and by
    /// which the fault ends when it takes it.
    private mutating func foundReadOnly() {
        if !faults.contains(.disk) { raise(.disk, "the disk is read-only") }
    }

    private mutating func configure(_ settings: StationSettings) {
        if settings.amplifier == nil, isAmplifierOn { setAmplifier(isOn: false) }
        self.settings = settings
        clear(.configuration)
        guardian.rules = settings.rules
        clock.configure(
            buildDate: settings.buildDate, isBatteryBacked: settings.isClockBatteryBacked,
            holdover: settings.holdover)
        pull.pollNow(at: now.monotonic)
        proof.configure(every: settings.proofInterval, station: settings.station, at: now.monotonic)
        forgetContentChecks()
        for index in playouts.indices { rejudge(index) }
    }

    private mutating func terminate() {
        guard !isTerminating else { return }
        terminatesBy = now.monotonic + Self.shutdownPatience
        stopAll(.shutdown, fade: Self.shutdownFade)
    }

    /// Ends the daemon when nothing sounds and the last position is on disk, or when that takes too long.
    private mutating func exitWhenQuiet() {
        let isWaiting =
            playouts.contains { $0.phase == .ordered }
            || purposes.contains { $0 == .lastPosition } || !answers.isEmpty
        if let terminatesBy, isWaiting, now.monotonic < terminatesBy { return }
        if isAmplifierOn { setAmplifier(isOn: false) }
        isExiting = true
        emit(.exit)
    }
}

extension Event {
    fileprivate var isClockStep: Bool {
        if case .clockStepped = self { true } else { false }
    }
}

extension Slot {
    /// Whether the identity is that of something that a person at the station played.
    package static func isByHand(_ slot: String) -> Bool { slot.hasPrefix(byHandUpstream + "/") }
}
