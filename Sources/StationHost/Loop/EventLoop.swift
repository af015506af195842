import CLinux
import Glibc
import StationCore
import StationTrust

/// The loop thread: owns the station, waits for the world, and carries out what the station wants.
///
/// It sleeps in one ppoll until something happens: the wake that the station asked for, a step of the wall clock, a
/// signal, a completion of another thread, or a line on the control socket. Nothing here blocks, and nothing polls.
final class EventLoop {
    /// The loop ends so soon after SIGTERM, whatever hangs: of the second that the daemon has, the rest is for the
    /// amplifier's command and the log's checkpoint.
    static let endWithin = Duration.milliseconds(700)

    private var station: Station
    private let parts: DaemonParts
    private let executor: Executor
    private let timers: Timers
    /// The reading of the clocks that holds for this wake.
    private var now: Now { parts.now }
    private var wake: MonotonicInstant
    private var nextFeed: MonotonicInstant
    private var reportedStall: String?
    /// When the daemon ends even if the station has not said so.
    private var deadline = MonotonicInstant.distantFuture

    /// The loop's own descriptors.
    struct Timers: ~Copyable {
        let wake: Descriptor
        let step: Descriptor
        let signals: Descriptor
        /// Tells of links and routes; nil where the kernel, or whoever confines the daemon, has none to tell of.
        let network: Descriptor?
        /// Tells of sound cards that come and go; nil where the kernel has none to tell of.
        let cards: CardWatch?

        /// Makes timers, and blocks the signals that the loop takes from then on.
        static func make() throws(SystemError) -> Timers {
            let wake = Descriptor(owning: try system("timerfd") { CLinux_boot_timer() })
            let step = Descriptor(owning: try system("timerfd") { CLinux_step_timer() })
            let signals = Descriptor(owning: try system("signalfd") { CLinux_signals() })
            let number = step.number
            _ = try system("timerfd") { CLinux_step_timer_arm(number) }
            let news = CLinux_network()
            return Timers(
                wake: wake, step: step, signals: signals,
                network: news < 0 ? nil : Descriptor(owning: news), cards: try? CardWatch())
        }
    }

    init(_ parts: DaemonParts, timers: consuming Timers) {
        self.parts = parts
        self.timers = timers
        wake = parts.now.monotonic
        nextFeed = parts.now.monotonic
        station = Station(settings: parts.loaded.settings, now: parts.now)
        executor = Executor(
            store: parts.store, sound: parts.sound, fetch: parts.fetch, mailbox: parts.mailbox,
            surroundings: parts.surroundings)
    }

    /// Runs until the daemon is to end.
    func run() {
        handle(.started(parts.store.recovery))
        parts.supervisor.ready()
        while !parts.hasEnded && now.monotonic < deadline {
            arm()
            var wanted = self.wanted
            parts.server.poll(into: &wanted)
            let timeout = timeout
            _ = wanted.withUnsafeMutableBufferPointer {
                CLinux_ppoll($0.baseAddress, UInt($0.count), timeout)
            }
            parts.now = Clocks.read()
            serve(wanted)
            feedWatchdog()
        }
        parts.supervisor.stopping()
    }

    private var wanted: [pollfd] {
        [
            timers.wake.number, timers.step.number, timers.signals.number, parts.mailbox.descriptor,
            parts.reloads.descriptor, network, timers.cards?.descriptor ?? -1,
        ].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    }

    /// ppoll passes over a negative one.
    private var network: Int32 {
        switch timers.network {
        case .some(let descriptor): descriptor.number
        case .none: -1
        }
    }

    private func serve(_ ready: [pollfd]) {
        // The step comes first: everything else that this wake decides must know of it.
        if ready[1].revents != 0 { takeStep() }
        if ready[2].revents != 0 { takeSignals() }
        if ready[3].revents != 0 { for event in parts.mailbox.take() { handle(event) } }
        if ready[4].revents != 0 { for result in parts.reloads.take() { take(result) } }
        if ready[5].revents != 0, CLinux_network_returned(network) == 1 { handle(.networkReturned) }
        if ready[6].revents != 0, timers.cards?.take() == true { handle(.cardsChanged) }
        for ask in parts.server.serve(ready.dropFirst(7), now: now) { take(ask) }
        if ready[0].revents != 0 {
            var count: UInt64 = 0
            _ = read(timers.wake.number, &count, 8)
        }
        if wake <= now.monotonic { handle(.wake) }
    }

    private func handle(_ event: Event) {
        executor.observe(event)
        if case .completed(_, .appended) = event { parts.bell.ring() }
        wake = executor.carryOut(station.handle(event, at: now))
    }

    // MARK: Time

    private func arm() {
        // Zero would disarm the timer; what is due is due at once.
        _ = CLinux_boot_timer_arm(timers.wake.number, wake == .distantFuture ? 0 : max(1, wake.nanoseconds))
    }

    /// How long ppoll may sleep, beside the timers: until a time-out of the server or the watchdog.
    private var timeout: Int64 {
        var next = min(parts.server.deadline, deadline)
        if parts.supervisor.watchdogInterval != nil { next = min(next, nextFeed) }
        return next == .distantFuture ? -1 : max(0, (next - now.monotonic).nanoseconds)
    }

    private func takeStep() {
        var count: UInt64 = 0
        // The read fails with ECANCELED: that is how the kernel tells of a step.
        _ = read(timers.step.number, &count, 8)
        _ = CLinux_step_timer_arm(timers.step.number)
        handle(.clockStepped)
    }

    /// Feeds the watchdog while loop, decode and audio make progress (T39); the loop does, or this would not run.
    private func feedWatchdog() {
        guard let interval = parts.supervisor.watchdogInterval, nextFeed <= now.monotonic else { return }
        nextFeed = now.monotonic + interval / 2
        let stalled = parts.sound.stalledThread()
        if stalled == nil {
            parts.supervisor.alive()
        } else if reportedStall != stalled {
            note(.error, "the \(stalled ?? "") thread makes no progress: the watchdog is not fed")
        }
        reportedStall = stalled
    }

    // MARK: Signals and configuration

    private func takeSignals() {
        while true {
            switch CLinux_take_signal(timers.signals.number) {
            case 0: return
            case SIGHUP:
                parts.supervisor.reloading(at: CLinux_monotonic() / 1000)
                parts.reload()
            default:
                deadline = min(deadline, now.monotonic + Self.endWithin)
                handle(.terminate)
            }
        }
    }

    /// Takes a configuration whole, or not at all (T42).
    private func take(_ result: Result<LoadedConfiguration, ConfigurationFileError>) {
        defer { parts.supervisor.ready() }
        let problem: String
        switch result {
        case .failure(let error):
            for line in error.lines { note(.error, line) }
            problem =
                error.lines.first.map { $0 + (error.lines.count > 1 ? " (+\(error.lines.count - 1))" : "") }
                ?? ""
        case .success(let new):
            let keys = parts.loaded.keysThatNeedRestart(comparedTo: new)
            guard !keys.isEmpty else {
                parts.adopt(new)
                return handle(.configured(new.settings))
            }
            problem = "nothing of it is taken: a restart is needed for \(keys.joined(separator: ", "))"
            note(.error, "\(parts.configurationPath): \(problem)")
        }
        handle(.configurationRefused(problem))
    }

    // MARK: People

    private func take(_ ask: ControlServer.Ask) {
        switch ask {
        case .command(let id, let command, let person): handle(.command(id, command, person))
        case .verify(let id, let older):
            let (head, key) = station.provenHead
            let held = JournalCheck.Held(
                station: parts.loaded.configuration.station, head: head, key: key, older: older)
            parts.server.check(id, held, now: now)
        case .why(let id, let about):
            let question: Why.Question
            var next: JSON?
            if about.contains("@") {
                question = .slot(about)
            } else if let time = Moment.parse(about, zone: parts.loaded.zone, now: now.wall) {
                question = .time(time)
                // What is not known of the last 05:00 may be known of the next.
                next = Moment.parse(about, zone: parts.loaded.zone, now: now.wall + .seconds(86_400))
                    .flatMap { station.slotToCome(.time($0)) }
            } else {
                parts.server.answer(
                    id, Reply(.usage, ["error": "give a slot as in `loa next`, or a time such as 05:00"]),
                    now: now)
                return
            }
            let why = Why(
                question, next: station.slotToCome(question) ?? next, again: station.slotAfter(question))
            parts.server.explain(id, why, now: now)
        }
    }
}
