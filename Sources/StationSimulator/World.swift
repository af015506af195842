package import StationCore
package import StationTrust

/// What a world shows to whoever watches it.
package enum Observation {
    /// The station decided about an event.
    case decided(Event, Now, [Effect])
    /// The card, or a play at it, may have changed.
    case sound
    /// The daemon ended without a warning; the power with it, or not.
    case crashed(losesPower: Bool)
    /// The daemon ended as it was told to.
    case exited
}

/// Watches a world.
package protocol WorldObserver: AnyObject {
    /// Is called after each thing that happened, at the world's time.
    func world(_ world: World, shows observation: Observation)
}

/// A station's surroundings in virtual time: clock, disk, card, content, people; it drives the production `Station`.
///
/// One thread, no chance of its own: what happens is ordered by (time, insertion), and of one instant deeds go before
/// what is on its way to the station, then disk, card, and last the station's own wake. By itself a world has no
/// faults: whoever wants some schedules `Deed`s.
package final class World {
    /// How long things take.
    package struct Latencies: Sendable {
        /// An append with its fsync, or the replacement of the position record.
        package var disk = Duration.milliseconds(5)
        /// From the sound path, or anything else that completes, to the station.
        package var report = Duration.milliseconds(2)
        /// A preflight of content that sounds for a minute.
        package var preflightPerMinute = Duration.milliseconds(300)
        /// From the power to the daemon's start.
        package var boot = Duration.seconds(18)
        /// All that is wanted at one time, from a server that has it.
        package var download = Duration.milliseconds(50)

        package init() {}
    }

    /// What the wall clock shows when the power returns.
    package enum WallAtBoot: Hashable, Sendable {
        /// A battery carried it on, this far off.
        case carried(off: Duration)
        /// 1970-01-01.
        case epoch
        /// What it showed when the power went.
        case lastShutdown
        /// So much less than it should.
        case behind(Duration)
    }

    /// True time.
    package private(set) var time: Instant
    package var latencies = Latencies()
    package var settings: StationSettings
    package var library = SimulatedLibrary()
    package var wallAtBoot = WallAtBoot.carried(off: .zero)
    /// The time after a boot at which the clock is synchronised; nil if never.
    package var synchronisesAfter: Duration? = .zero
    package var freeBytes: Int64 = 8 << 30
    /// The disk and the card.
    package internal(set) var store = SimulatedStore()
    package internal(set) var card: SimulatedCard
    /// Whether the daemon runs.
    package internal(set) var isRunning = false
    /// The station's mind; before the first start, and while the daemon does not run, one that knows nothing new.
    package internal(set) var station: Station
    /// Whether the amplifier is on, and whether its commands fail.
    package internal(set) var isAmplifierOn = false
    package var amplifierFails = false
    /// What the station answered last.
    package internal(set) var lastReply: (id: CommandID, reply: Reply)?
    /// The last line for the service supervisor.
    package internal(set) var status = ""
    /// Ends the daemon after so many more effects have been carried out, between two of them.
    package var crashPoint: CrashPoint?
    /// A station that decides so often at one instant will never let time go on.
    package static let mostDecisionsAtOnce = 20_000
    /// Whether it did, so that the world stands still.
    package private(set) var isStuck = false
    private var decisionsAtOnce = 0
    private var lastDecisionAt: Instant?
    /// How many effects have been carried out since the world began.
    package internal(set) var effectCount = 0
    /// Who sees every effect as it happens.
    package weak var observer: (any WorldObserver)?
    /// Changes what the station decided before it is carried out: for proving that an observer sees it.
    package var tamper: (([Effect]) -> [Effect])?

    /// Where to end the daemon without a warning.
    package struct CrashPoint: Sendable {
        package var afterEffects: Int
        package var losesPower: Bool
        package var outage: Duration

        package init(afterEffects: Int, losesPower: Bool, outage: Duration) {
            self.afterEffects = afterEffects
            self.losesPower = losesPower
            self.outage = outage
        }
    }

    var bootedAt: Instant
    /// The wall clock less true time.
    package internal(set) var wallOffset = Duration.zero
    var isSynchronised = false
    /// Whether anybody has told the time since the boot.
    package internal(set) var wasSynchronised = false
    var boots = 0
    /// The identity of the boot in which it all began, where that was not the world's own.
    var firstBoot: String?
    var hasPower = false
    /// Counts daemons and boots, so that what was meant for an earlier one can be told.
    var generation = 0
    var wakeAt: MonotonicInstant?
    var diskAt: Instant?
    private var toldLines: Int64 = 0
    var agenda = Agenda()
    var server = SimulatedServer()
    /// What the disk has of content, in bytes, by name; and the timetables that were written down as active.
    package var stored: [String: Int64] = [:]
    var adopted: [RemoteFile.Kind: SignedTimetable] = [:]
    /// Which files upstreams have, of those that they offer.
    package var serves: (RemoteFile) -> Bool = { _ in true }
    /// Whether there is a way to the upstreams.
    package internal(set) var hasNetwork = true
    /// Whether what the server has was carried here, and is read without it.
    var isImporting = false
    /// Where the log goes; without a store it stays here.
    var proof: Proof?
    /// Which board the disk is in.
    package internal(set) var board = "board-1"
    var savedImage: DiskImage?
    var prepared: [PlayID: (items: [ContentItem], reports: [ItemReport])] = [:]
    /// For a command to the daemon to end: when it is to be started again.
    var restartAfter: Duration?
    var keptInFlight = 0
    var isTornAtCrash = false
    var commandCount: UInt64 = 0
    var wallAtShutdown: Instant

    /// What is on its way to the station.
    enum Delivery {
        case event(Event)
        /// A preflight's result is looked up when it is over.
        case preflight(EffectID, PlayID, [ContentItem])
        case poll(upstream: String, at: Instant)
        case download([RemoteFile])
        case adoption(EffectID, RemoteFile.Kind, Manifest)
        case upload(EffectID, LogUpload, LogUpload.Step)
    }

    /// Makes a world without power at an instant of true time.
    package init(settings: StationSettings, at time: Instant) {
        self.settings = settings
        self.time = time
        let instant = Now(
            wall: time, monotonic: MonotonicInstant(nanoseconds: 0), isSynchronised: false,
            errorMicroseconds: 0)
        station = Station(settings: settings, now: instant)
        card = SimulatedCard(name: settings.deviceName)
        bootedAt = time
        wallAtShutdown = time
    }

    /// Sends the log to a store from the next start on.
    package func keepProof(in store: SimulatedProofStore) { proof = Proof(store: store) }

    /// The log on the disk.
    package var log: [Entry] { store.entries }

    /// How many pieces of content are held ready for a play.
    package var preparedCount: Int { prepared.count }

    /// Every file that anybody has signed for.
    package var signed: Set<TUF.Content> { server.signed }

    // MARK: Time

    /// What the clocks of the machine say.
    package var now: Now {
        Now(
            wall: time + wallOffset, monotonic: monotonic, isSynchronised: isSynchronised,
            errorMicroseconds: 500)
    }

    /// Since the boot; no boot takes less than a second to here.
    package var monotonic: MonotonicInstant { MonotonicInstant(nanoseconds: (time - bootedAt).nanoseconds) }

    func instant(of monotonic: MonotonicInstant) -> Instant { bootedAt + .nanoseconds(monotonic.nanoseconds) }

    /// Lets everything happen until an instant of true time.
    package func run(until end: Instant) {
        while !isStuck, let source = nextSource(until: end) { step(source) }
        time = max(time, end)
    }

    private enum Source { case agenda, disk, card, wake }

    private func nextSource(until end: Instant) -> Source? {
        var best: Source?
        var at = end
        if let next = agenda.nextAt, next <= at { (best, at) = (.agenda, next) }
        if let disk = diskAt, disk < at || best == nil && disk == at { (best, at) = (.disk, disk) }
        if let next = card.nextAt {
            let card = instant(of: next)
            if card < at || best == nil && card == at { (best, at) = (.card, card) }
        }
        if isRunning, let next = wakeAt {
            let wake = instant(of: next)
            if wake < at || best == nil && wake == at { (best, at) = (.wake, wake) }
        }
        if best != nil { time = max(time, at) }
        return best
    }

    private func step(_ source: Source) {
        switch source {
        case .agenda:
            switch agenda.popNext() {
            case .deed(let deed)?: carryOut(deed)
            case .delivery(let delivery)?: deliver(delivery)
            case nil: break
            }
        case .disk:
            diskAt = nil
            if let (id, completion) = store.work() {
                tellGrowth()
                handle(.completed(id, completion))
            }
            armDisk()
        case .card:
            report(card.advance(to: monotonic))
            observer?.world(self, shows: .sound)
        case .wake:
            wakeAt = nil
            handle(.wake)
        }
    }

    func armDisk() { if diskAt == nil, store.hasWork { diskAt = time + latencies.disk } }

    /// Tells the station how much of its log is durable, where somebody wants to know.
    func tellGrowth() {
        guard proof != nil, store.lines != toldLines else { return }
        toldLines = store.lines
        handle(.logGrew(lines: toldLines))
    }

    func report(_ reports: [SimulatedCard.Report]) {
        for report in reports {
            switch report {
            case .state(let state): send(.card(state))
            case .progress(let play, let playback): send(.progress(play, playback))
            case .ended(let id, let end, let playback): send(.completed(id, .played(end, playback)))
            }
        }
    }

    func send(_ event: Event) { send(.event(event), after: latencies.report) }

    func send(_ delivery: Delivery, after delay: Duration) {
        agenda.insert(.delivery(delivery), at: time + delay)
    }

    // MARK: The station

    /// Gives the station an event, and carries out what it decides.
    func handle(_ event: Event) {
        guard isRunning else { return }
        let now = now
        decisionsAtOnce = lastDecisionAt == time ? decisionsAtOnce + 1 : 0
        lastDecisionAt = time
        isStuck = isStuck || decisionsAtOnce > Self.mostDecisionsAtOnce
        var effects = station.handle(event, at: now)
        if let tamper { effects = tamper(effects) }
        observer?.world(self, shows: .decided(event, now, effects))
        let before = generation
        for effect in effects {
            carryOut(effect)
            guard generation == before else { return }
        }
        armDisk()
    }

    func startDaemon() {
        guard hasPower, !isRunning else { return }
        generation += 1
        server.forgetTold()
        let recovery = store.recover(boot: boots == 0 ? firstBoot ?? "boot-0" : "boot-\(boots)")
        station = Station(settings: settings, now: now)
        isRunning = true
        toldLines = 0
        handle(.started(recovery))
        guard isRunning else { return }
        send(.fetched(.opened(stored)))
        send(.fetched(.recovered(adopted)))
        openProof()
    }

    /// Ends the daemon as `kill -9` or a power cut does.
    func crash(losesPower: Bool, isTorn: Bool = false) {
        let wasRunning = isRunning
        endDaemon()
        store.crash(losesPower: losesPower, keptInFlight: keptInFlight, isTorn: isTorn)
        if losesPower { isAmplifierOn = false }
        if wasRunning || losesPower { observer?.world(self, shows: .crashed(losesPower: losesPower)) }
    }

    func endDaemon() {
        isImporting = false
        generation += 1
        isRunning = false
        wakeAt = nil
        diskAt = nil
        agenda.forgetDeliveries()
        card.reset()
        prepared = [:]
    }
}
