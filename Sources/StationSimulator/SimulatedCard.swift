package import StationCore

// A card, its decoders and its audio thread, computed: nothing happens between the instants at which something does.

/// A sound card that plays orders by the contract written at `Effect`.
///
/// Fault model. The card may be missing, held by somebody else, or take nothing for a while; it opens late; frames of
/// such an outage are lost, and the programme goes on where the clock puts it. Not modelled: damaged samples, and a
/// start that is off by less than a frame, which the tests on the simulated ALSA card measure.
package final class SimulatedCard {
    /// How the card is, whatever the station wants of it.
    package enum Condition: Hashable, Sendable {
        case sound
        case missing
        case busy
        case stalled

        /// What the station calls it.
        package var reason: Reason {
            switch self {
            case .missing: .deviceMissing
            case .busy: .deviceBusy
            case .sound, .stalled: .deviceStalled
            }
        }
    }

    /// What the sound path tells.
    package enum Report: Sendable {
        case state(CardState)
        case progress(PlayID, Playback)
        case ended(EffectID, PlayEnd, Playback)
    }

    /// Frames a second, and channels.
    package static let rate = 48_000
    package static let channels = 2

    /// How long opening takes.
    package var openLatency = Duration.milliseconds(150)
    /// After the first sample the first progress is told so soon, then every `progressInterval`.
    package var firstProgress = Duration.milliseconds(200)
    package var progressInterval = Duration.seconds(10)

    /// What the configuration calls it.
    private let name: String
    /// What is wrong with it.
    package private(set) var condition = Condition.sound
    /// Whether it is ALSA's `null`, which proves nothing.
    package var isNull = false
    private var isWanted = false
    /// When it will be open and running.
    private var readyAt: MonotonicInstant?
    private var isRunning = false
    private var current: SimulatedPlay?
    /// Takes over at its own start.
    private var next: SimulatedPlay?
    /// More orders than two at a time: the station must never give them.
    package private(set) var hasTooManyOrders = false

    /// When something happens next, if nobody interferes.
    package private(set) var nextAt: MonotonicInstant?

    /// Makes a closed card.
    package init(name: String) { self.name = name }

    /// Whether a play makes a sound now.
    package var isSounding: Bool { current?.isSounding ?? false }

    /// The play that makes a sound now.
    package var sounding: SimulatedPlay? { current.flatMap { $0.isSounding ? $0 : nil } }

    /// Why it cannot be had; nil when it can.
    package var problem: CardProblem? {
        condition == .sound ? nil : CardProblem(reason: condition.reason)
    }

    // MARK: What the station wants

    /// Opens it; it is open after `openLatency`.
    package func open(at now: MonotonicInstant) -> [Report] {
        isWanted = true
        defer { reschedule(now) }
        return tryToOpen(now)
    }

    /// Closes it; whatever plays falls silent, and ends when its time is over.
    package func close(at now: MonotonicInstant) -> [Report] {
        isWanted = false
        readyAt = nil
        isRunning = false
        current?.pause(at: now)
        reschedule(now)
        return [.state(.closed)]
    }

    /// Takes an order.
    package func play(_ play: SimulatedPlay, at now: MonotonicInstant) {
        if current == nil {
            current = play
        } else {
            hasTooManyOrders = hasTooManyOrders || next != nil
            next = play
        }
        reschedule(now)
    }

    /// Fades a play out and ends it.
    package func stop(_ play: PlayID, fade: Duration, at now: MonotonicInstant) -> [Report] {
        defer { reschedule(now) }
        if let run = next, run.order.play == play {
            next = nil
            return [run.ended(.stopped, at: now)]
        }
        guard var run = current, run.order.play == play else { return [] }
        guard run.isSounding else {
            current = nil
            return [run.ended(.stopped, at: now)]
        }
        run.stopAt = min(run.stopAt ?? .distantFuture, now + fade)
        current = run
        return []
    }

    /// Gives a play another permit.
    package func renew(_ play: PlayID, _ permit: Permit, at now: MonotonicInstant) {
        if current?.order.play == play { current?.order.permit = permit }
        if next?.order.play == play { next?.order.permit = permit }
        reschedule(now)
    }

    // MARK: What the world does to it

    /// Makes something go wrong with it, or right again.
    package func turn(_ condition: Condition, at now: MonotonicInstant) -> [Report] {
        guard condition != self.condition else { return [] }
        self.condition = condition
        defer { reschedule(now) }
        guard condition != .sound else { return tryToOpen(now) }
        guard isWanted else { return [] }
        isRunning = false
        readyAt = nil
        current?.pause(at: now)
        return [.state(.lost(name: name, reason: condition.reason))]
    }

    /// The daemon went, or the power.
    package func reset() {
        isWanted = false
        readyAt = nil
        isRunning = false
        current = nil
        next = nil
        nextAt = nil
    }

    private func tryToOpen(_ now: MonotonicInstant) -> [Report] {
        guard isWanted, !isRunning, readyAt == nil else { return [] }
        guard condition == .sound else {
            return [.state(.lost(name: name, reason: condition.reason))]
        }
        readyAt = now + openLatency
        return []
    }

    // MARK: Going on

    /// Does what is due.
    package func advance(to now: MonotonicInstant) -> [Report] {
        var reports: [Report] = []
        if let ready = readyAt, ready <= now {
            readyAt = nil
            isRunning = true
            reports.append(.state(.open(name: name, rate: Self.rate, channels: Self.channels)))
        }
        if isRunning { current?.soundIfDue(at: now) }
        endCurrent(now, into: &reports)
        if let run = next, run.order.start <= now || current == nil {
            if let old = current { reports.append(old.ended(.replaced, at: now)) }
            current = run
            next = nil
            if isRunning { current?.soundIfDue(at: now) }
            endCurrent(now, into: &reports)
        }
        if let progress = current?.progressAt, progress <= now, let run = current {
            reports.append(.progress(run.order.play, run.playback(at: now)))
            current?.progressAt = now + progressInterval
        }
        reschedule(now)
        return reports
    }

    private func endCurrent(_ now: MonotonicInstant, into reports: inout [Report]) {
        guard let run = current else { return }
        let ending = run.ending(condition.reason)
        guard ending.at <= now else { return }
        reports.append(run.ended(ending.end, at: now))
        current = nil
    }

    private func reschedule(_ now: MonotonicInstant) {
        var at = readyAt ?? .distantFuture
        if let run = current {
            at = min(at, run.ending(condition.reason).at)
            if isRunning, run.startedAt == nil || !run.isSounding { at = min(at, max(now, run.order.start)) }
            if run.startedAt != nil, run.progressAt == nil { current?.progressAt = now + firstProgress }
            if let progress = current?.progressAt { at = min(at, progress) }
        }
        if let run = next { at = min(at, current == nil ? now : run.order.start) }
        nextAt = at == .distantFuture ? nil : max(at, now)
    }
}

/// An order under way at a simulated card.
package struct SimulatedPlay: Sendable {
    /// What was ordered.
    package fileprivate(set) var order: PlayOrder
    /// The effect that ordered it.
    package let effect: EffectID
    /// The programme's items that can be played, with their indexes and lengths.
    private let items: [(index: Int, duration: Duration, isSilence: Bool)]
    private let length: Duration
    /// When its first frame left the card.
    package private(set) var startedAt: MonotonicInstant?
    /// The instant at which position zero would have been.
    private var origin = MonotonicInstant.distantFuture
    /// The position at which the present stretch of sound began; nil in silence.
    private var soundingFrom: Duration?
    /// The stretches that have sounded, by position.
    private var stretches: [(from: Duration, to: Duration)] = []
    fileprivate var stopAt: MonotonicInstant?
    fileprivate var progressAt: MonotonicInstant?

    private let isUnproven: Bool

    init(
        _ effect: EffectID, order: PlayOrder, reports: [ItemReport],
        isSilence: (ItemReport) -> Bool = { _ in false }, isUnproven: Bool = false
    ) {
        self.isUnproven = isUnproven
        self.effect = effect
        self.order = order
        items = reports.enumerated().filter(\.element.isPlayable).map {
            ($0.offset, $0.element.duration, isSilence($0.element))
        }
        let isEndless = items.contains { $0.duration == .zero }
        length = isEndless ? .seconds(1 << 30) : items.reduce(.zero) { $0 + $1.duration }
    }

    /// Whether samples leave the card.
    package var isSounding: Bool { soundingFrom != nil }

    /// Where in the programme the first sample was.
    package var startedFrom: Duration? { stretches.first?.from ?? soundingFrom }

    /// Begins, or goes on after an outage, where the order and the clock put it.
    fileprivate mutating func soundIfDue(at now: MonotonicInstant) {
        guard soundingFrom == nil, now >= order.start else { return }
        if startedAt == nil {
            guard now <= order.latestStart else { return }
            let late = order.lateStart == .atClockPosition ? now - order.start : .zero
            origin = now - (order.position + late)
            guard now - origin < length else {
                // It is over before the card came.
                order.latestStart = now
                return
            }
            startedAt = now
        }
        guard now - origin < length else { return }
        soundingFrom = now - origin
    }

    fileprivate mutating func pause(at now: MonotonicInstant) {
        guard let from = soundingFrom else { return }
        stretches.append((from, now - origin))
        soundingFrom = nil
    }

    /// When and how it ends if nothing changes.
    fileprivate func ending(_ outage: Reason) -> (at: MonotonicInstant, end: PlayEnd) {
        var at = order.latestStart
        var end = PlayEnd.device(outage)
        if startedAt != nil {
            at = origin + length
            if isSounding { end = .completed }
        }
        if order.permit.end <= at {
            at = order.permit.end
            if isSounding { end = .permitEnded }
        }
        if let stopAt, stopAt <= at { (at, end) = (stopAt, .stopped) }
        return (at, end)
    }

    fileprivate func ended(_ end: PlayEnd, at now: MonotonicInstant) -> SimulatedCard.Report {
        .ended(effect, end, playback(at: now))
    }

    /// What the card has consumed.
    package func playback(at now: MonotonicInstant) -> Playback {
        guard let startedAt else {
            return Playback(
                position: order.position, framesPlanned: Self.frames(length), rate: SimulatedCard.rate)
        }
        var all = stretches
        if let from = soundingFrom { all.append((from, now - origin)) }
        return Playback(
            startedAt: startedAt,
            startErrorMicroseconds: Double((startedAt - order.start).nanoseconds) / 1000,
            startMethod: isUnproven ? "unproven" : "delay-fit", position: min(length, now - origin),
            framesConsumed: all.reduce(0) { $0 + Self.frames($1.to) - Self.frames($1.from) },
            framesPlanned: Self.frames(length), rate: SimulatedCard.rate, items: measuredItems(all),
            isUnproven: isUnproven)
    }

    private func measuredItems(_ stretches: [(from: Duration, to: Duration)]) -> [Playback.Item] {
        var beginning = Duration.zero
        var measured: [Playback.Item] = []
        for item in items {
            let end = item.duration == .zero ? length : beginning + item.duration
            var sum = Playback.Item(index: item.index)
            for stretch in stretches where stretch.from < end && stretch.to > beginning {
                let frames =
                    Self.frames(min(end, stretch.to)) - Self.frames(max(beginning, stretch.from))
                sum.framesConsumed += frames
                sum.peakDecibels = item.isSilence ? nil : Self.peakDecibels
                sum.loudness.add(
                    blocks: Int(max(0, frames / (Int64(SimulatedCard.rate) / 10) - 3)),
                    power: item.isSilence ? 0 : Self.power)
            }
            if sum.framesConsumed > 0 { measured.append(sum) }
            beginning = end
        }
        return measured
    }

    /// What every recording sounds like that is not silence.
    private static let peakDecibels = -3.0
    /// The mean square of −16 LUFS: 10^((−16 + 0.691) / 10).
    private static let power = 0.029451

    private static func frames(_ duration: Duration) -> Int64 {
        let nanoseconds = duration.nanoseconds
        return nanoseconds / 1_000_000_000 * Int64(SimulatedCard.rate)
            + nanoseconds % 1_000_000_000 * Int64(SimulatedCard.rate) / 1_000_000_000
    }
}
