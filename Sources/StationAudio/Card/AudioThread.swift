import CLinux
import Glibc
import Synchronization

/// The audio thread: from rings of finished frames to the card.
///
/// Owns the card alone.
///
/// While a card runs it neither allocates nor locks nor logs nor touches a file. It opens and closes the card itself,
/// which allocates inside ALSA, only while nothing sounds: so a PCM has one owner and needs no lock, and a card that
/// opens slowly holds up nobody else. It sleeps on a clock of its own, not in ALSA: what a card's descriptors do
/// differs from driver to driver; what time it is does not.
@safe  // Safety: `shared` outlives the thread, by `CardOutput.close`.
struct AudioThread: ~Copyable {
    /// Between two rounds while there is no card.
    private static let shortPeriod: Int64 = 20_000_000
    /// Between two tries to open: each second of a card that is back already is a second that the village misses.
    private static let retryInterval: Int64 = 400_000_000
    /// A round that takes longer than planned by so much is a stall.
    ///
    /// Opening may take longer: a sound server starts.
    private static let patience: Int64 = 800_000_000
    private static let openingPatience: Int64 = 5_000_000_000

    private let settings: CardSettings
    private let shared: UnsafeMutablePointer<CardShared>
    private var stream: CardStream?
    /// The clock of the stream before, which knows the card's rate.
    private var learnt: CardClock?
    private var mixer: Mixer
    /// The rate that the owner was told: programmes are made for it until the card is closed.
    private var rate: Int?
    private var isLost = false
    private var retryAt: Int64 = 0

    /// Makes it; `run` is the thread's body.
    init(settings: CardSettings, shared: UnsafeMutablePointer<CardShared>) {
        self.settings = settings
        unsafe self.shared = unsafe shared
        mixer = unsafe Mixer(shared: shared)
        Self.makeTypes()
        _ = unsafe shared.pointee.stops.take(order: 0)
    }

    /// Uses each generic type that the thread uses, on the owner's thread: an unoptimised program makes them at their
    /// first use, and allocates for it.
    private static func makeTypes() {
        var clock = CardClock(rate: 48_000)
        let readings = InlineArray<7, CardReading>(repeating: CardReading(before: 0, after: 0, frame: 0))
        clock.take(readings.span)
        var spans = CardSpans()
        spans.append(CardSpan(order: 0, card: 0, programme: 0, count: 1))
        spans.cut(order: 0, at: 1)
        _ = spans.takeFirst(before: 1)
        var meter = LevelMeter(rate: 48_000, channels: 1)
        meter.begin()
        let levels = EventRing<LevelStep>(capacity: 1)
        let second = [Float](repeating: 0, count: 48_000)
        unsafe second.withUnsafeBufferPointer { samples in
            unsafe meter.measure(samples) { _ = levels.push(LevelStep(item: 0, power: $0, peak: 0)) }
        }
    }

    /// Runs until the owner closes.
    mutating func run() {
        while unsafe !shared.pointee.isClosing.load(ordering: .acquiring) {
            unsafe shared.pointee.rounds.wrappingAdd(1, ordering: .relaxed)
            sleep(until: round())
        }
        stream = nil
        mixer.endAll(.stopped)
        unsafe CLinux_timerfd_arm(shared.pointee.deadMan, 0)
    }

    /// Sleeps until an instant (`.max`: until somebody rings), with the dead man's switch set behind it.
    private func sleep(until wake: Int64) {
        let now = CLinux_monotonic()
        if wake == .max {
            unsafe CLinux_timerfd_arm(shared.pointee.deadMan, 0)
            unsafe CLinux_wait_readable(shared.pointee.stops.bell, -1)
        } else {
            unsafe CLinux_timerfd_arm(shared.pointee.deadMan, max(now, wake) + Self.patience)
            unsafe CLinux_wait_readable(shared.pointee.stops.bell, max(0, wake - now))
        }
        unsafe _ = CLinux_eventfd_take(shared.pointee.stops.bell)
    }

    /// Does what is due, and says when to come back.
    private mutating func round() -> Int64 {
        takeCommands()
        let isNeeded = unsafe mixer.isBusy || shared.pointee.isWanted.load(ordering: .acquiring)
        guard isNeeded else {
            if let idle = stream.take() { learnt = idle.clock }
            (isLost, retryAt, rate) = (false, 0, nil)
            if unsafe shared.pointee.isProbeWanted.exchange(false, ordering: .acquiringAndReleasing) {
                probe()
            }
            return .max
        }
        unsafe shared.pointee.isProbeWanted.store(false, ordering: .releasing)
        if stream == nil { open() }
        // A card may take its time to open, and is not lost for that.
        let began = CLinux_monotonic()
        guard var running = stream.take() else { return wakeWithoutCard(at: began) }
        do throws(CardError) {
            // If the owner has told of a stall, it shall hear of its end, however short it was.
            isLost = unsafe isLost || shared.pointee.isStallTold.load(ordering: .acquiring)
            let wake = try mixer.round(&running)
            if isLate(since: began) { throw CardError(call: .write, code: ETIMEDOUT) }
            if isLost, running.hasMoved { recover() }
            stream = consume running
            return wake
        } catch {
            // A call that held us up is the cause of whatever came of it.
            lose(running, isLate(since: began) ? CardError(call: error.call, code: ETIMEDOUT) : error)
            return CLinux_monotonic()
        }
    }

    private func isLate(since began: Int64) -> Bool { CLinux_monotonic() - began > Self.patience }

    private mutating func takeCommands() {
        while let command = unsafe shared.pointee.commands.pop() {
            switch command {
            case .play(let order, let core): unsafe mixer.add(Playing(order: order, core: core))
            case .limit(let order, let end): mixer.limit(order, permitEnd: end)
            case .setGain(let order, let gain): mixer.setGain(order, gain)
            }
        }
    }

    // MARK: The card comes and goes

    private mutating func open() {
        let now = CLinux_monotonic()
        guard now >= retryAt else { return }
        unsafe CLinux_timerfd_arm(shared.pointee.deadMan, now + Self.openingPatience)
        do throws(CardError) {
            let opened = try CardStream.open(settings, rate: rate, learnt: learnt)
            rate = opened.format.rate
            unsafe shared.pointee.tell(.opened(opened.format))
            stream = consume opened
        } catch {
            tellLost(error)
            delayRetry()
        }
        unsafe CLinux_timerfd_arm(shared.pointee.deadMan, CLinux_monotonic() + Self.patience)
    }

    /// Tries whether the card can be had, for an owner who looks ahead; it is not kept.
    private func probe() {
        unsafe CLinux_timerfd_arm(shared.pointee.deadMan, CLinux_monotonic() + Self.openingPatience)
        do throws(CardError) {
            _ = try PCM.open(settings, rate: nil)
            unsafe shared.pointee.tell(.probed(code: 0, .missing))
        } catch {
            unsafe shared.pointee.tell(.probed(code: error.code, error.loss))
        }
        // A stall that the owner saw meanwhile is over.
        unsafe shared.pointee.isStallTold.store(false, ordering: .releasing)
    }

    /// Saves what the stream knew, and tries the gentlest way back.
    private mutating func lose(_ lost: consuming CardStream, _ error: CardError) {
        mixer.loseStream(lost, error)
        tellLost(error)
        learnt = lost.clock
        // Dry or suspended: it is still there. All else is closed, and opened by name when it answers again.
        guard error.loss == .xrun || error.loss == .suspended else { return delayRetry() }
        do throws(CardError) {
            try lost.restart()
            stream = consume lost
        } catch {
            delayRetry()
        }
    }

    private mutating func delayRetry() { retryAt = CLinux_monotonic() + Self.retryInterval }

    private mutating func tellLost(_ error: CardError) {
        guard !isLost else { return }
        isLost = true
        // If the owner saw the dead man's switch go off, it has told itself.
        if error.loss == .stalled,
            unsafe shared.pointee.isStallTold.exchange(true, ordering: .acquiringAndReleasing)
        {
            return
        }
        unsafe shared.pointee.tell(.lost(code: error.code, error.loss))
    }

    /// Believes that the card is back when it has consumed something, not when it could be opened.
    private mutating func recover() {
        isLost = false
        unsafe shared.pointee.isStallTold.store(false, ordering: .releasing)
        unsafe shared.pointee.tell(.recovered)
    }

    private mutating func wakeWithoutCard(at now: Int64) -> Int64 {
        mixer.roundWithoutCard(at: now)
        return min(max(retryAt, now + Self.shortPeriod), now + Self.retryInterval)
    }
}
