import CLinux
import Glibc
import StationAudio
import StationCore

/// What the decode thread does: one card, and at most the play that sounds and the one that takes over from it.
final class Player {
    /// How often the station hears how far a play is, in nanoseconds.
    private static let progressInterval: Int64 = 1_000_000_000

    /// So long before its start, in nanoseconds, a play that takes over is decoded whatever the other does.
    private static let takeOverLead: Int64 = 1_500_000_000

    private let settings: CardSettings
    private let jobs: Mailbox<DecodeThread.Job>
    private let report: (Event) -> Void
    private let card: CardOutput
    /// Where any thread stops what the card has.
    var stops: CardStops { card.stops }
    private var format: CardFormat?
    private var feeds: [Feed] = []
    private var isLost = false
    /// Why the card was last lost.
    private var loss = Reason.deviceMissing
    private var isWanted = false
    /// Who wants to know whether the card can be had.
    private var probe: EffectID?
    private var nextProgress = Int64.max
    /// Rounds that the audio thread had made at the last beat, before that woke it.
    private(set) var audioRounds = 0

    init(
        settings: CardSettings, jobs: Mailbox<DecodeThread.Job>, report: @escaping (Event) -> Void
    ) throws(CardError) {
        self.settings = settings
        self.jobs = jobs
        self.report = report
        card = try CardOutput(settings: settings)
    }

    /// Sleeps, then does what is due; false when the thread is to end.
    func round() -> Bool {
        var descriptors = [
            pollfd(fd: jobs.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: card.reportDescriptor, events: Int16(POLLIN), revents: 0),
        ]
        _ = CLinux_ppoll(&descriptors, UInt(descriptors.count), patience)
        for job in jobs.take() {
            if case .end = job { return false }
            carryOut(job)
        }
        for report in card.takeReports() { take(report) }
        for feed in feeds where feed.isRunning { feed.fill() }
        approach()
        giveUpLate()
        tellProgress()
        return true
    }

    /// How long to sleep, in nanoseconds.
    private var patience: Int64 {
        let now = CLinux_monotonic()
        var wait = nextProgress == .max ? Int64.max : max(0, nextProgress - now)
        for feed in feeds {
            if feed.isRunning || feed.isSeeking, let patience = feed.patience { wait = min(wait, patience) }
            // What is past its latest start is told to stop, or starts any moment: nothing to wake for.
            let left = Feed.monotonic(feed.order.latestStart) - now
            if !feed.hasStarted, left > 0 || isGivenUp(feed) { wait = min(wait, max(0, left)) }
        }
        return wait == .max ? -1 : wait
    }

    // MARK: What is asked

    private func carryOut(_ job: DecodeThread.Job) {
        switch job {
        case .openCard:
            isWanted = true
            card.prepare()
        case .closeCard:
            isWanted = false
            card.release()
            format = nil
            isLost = false
            report(.card(.closed))
        case .probeCard(let id): probeCard(id)
        case .play(let id, let order, let content): play(Feed(effect: id, order: order, content: content))
        case .stop(let play): stop(play)
        case .renew(let play, let permit): renew(play, permit)
        case .beat:
            audioRounds = card.rounds
            card.wake()
        case .end: break
        }
    }

    private func probeCard(_ id: EffectID) {
        probe = id
        // A card that is open, or was when it was lost, answers for itself.
        guard format == nil, !isLost else { return answerProbe(isLost ? loss : nil) }
        card.probe()
    }

    private func answerProbe(_ reason: Reason?) {
        guard let id = probe.take() else { return }
        let holders = reason == .deviceBusy ? CardHolder.names() : []
        report(.completed(id, .probed(reason.map { CardProblem(reason: $0, holders: holders) })))
    }

    private func play(_ feed: Feed) {
        // On this thread, which reads the files anyway: one that does not answer holds nobody else.
        guard feed.content.isUnchanged else {
            return report(.completed(feed.effect, .played(.contentChanged, Playback())))
        }
        // Who plays now is over where the new order begins.
        for other in feeds { other.giveWay(to: feed, on: card) }
        if isLost { feed.lastLoss = loss }
        feeds.append(feed)
        nextProgress = min(nextProgress, CLinux_monotonic() + Self.progressInterval)
        card.prepare()
        if let format { feed.prepare(format, channels: settings.channels) }
        approach()
    }

    /// Lets a play that is on its way to its beginning go on, the first of two; the card wants them in their order.
    private func approach() {
        guard let feed = feeds.first(where: \.isSeeking) else { return }
        if let next = feeds.last, next !== feed, next.isSeeking,
            Feed.monotonic(next.order.start) - CLinux_monotonic() < Self.takeOverLead
        {
            // Whoever takes over does not wait for it.
            return end(feed, .replaced, feed.measure())
        }
        if !feed.approach(card) { end(feed, .device(.deviceStalled), feed.measure()) }
    }

    /// Ends a play that the card does not have; one that it has was stopped there, past this thread.
    private func stop(_ play: PlayID) {
        guard let feed = feeds.first(where: { $0.order.play == play }), !feed.isRunning else { return }
        end(feed, .stopped, feed.measure())
    }

    private func renew(_ play: PlayID, _ permit: Permit) {
        feeds.first { $0.order.play == play }?.renew(permit, on: card)
    }

    // MARK: What the card tells

    private func take(_ report: CardReport) {
        switch report {
        case .opened(let opened):
            format = opened
            answerProbe(nil)
            if !isLost { tellOpen(opened) }
            for feed in feeds { feed.prepare(opened, channels: settings.channels) }
            approach()
        case .lost(let code, let loss):
            isLost = true
            let reason = Reason(loss)
            note(.warning, "card \(settings.device): \(reason.rawValue) (errno \(code))")
            self.loss = reason
            answerProbe(reason)
            for feed in feeds { feed.lastLoss = reason }
            let holders = reason == .deviceBusy ? CardHolder.names() : []
            self.report(.card(.lost(name: settings.device, reason: reason, holders: holders)))
        case .probed(let code, let loss):
            answerProbe(code == 0 ? nil : Reason(loss))
        case .recovered:
            isLost = false
            if let format { tellOpen(format) }
        case .started(let order, let instant, let error, let method):
            guard let feed = feed(order) else { return }
            feed.started(at: instant, errorMicroseconds: error, method)
            self.report(.progress(feed.order.play, feed.measure()))
        case .itemStarted(let order, let item): feed(order)?.itemStarted(item)
        case .itemEnded(let order, let item, let frames, let peak):
            feed(order)?.itemEnded(item, framesConsumed: frames, peak: peak)
        case .ended(let order, let result):
            guard let feed = feed(order) else { return }
            end(feed, meaning(of: result, feed), feed.measure(result))
        case .realtimeRefused(let code):
            note(.notice, "real-time scheduling is refused (errno \(code)); playing without it")
        }
    }

    private func tellOpen(_ format: CardFormat) {
        report(.card(.open(name: settings.device, rate: format.rate, channels: format.channels)))
    }

    private func feed(_ order: UInt64) -> Feed? { feeds.first { $0.order.play.number == order } }

    private func meaning(of result: CardResult, _ feed: Feed) -> PlayEnd {
        switch result.cause {
        case .completed: feed.hasContent ? .completed : .badContent
        case .stopped: feed.isTooLate ? .device(feed.lastLoss) : .stopped
        case .permitEnded: feed.isReplaced ? .replaced : .permitEnded
        case .deviceLost: .device(feed.lastLoss)
        }
    }

    private func end(_ feed: Feed, _ end: PlayEnd, _ playback: Playback) {
        feeds.removeAll { $0 === feed }
        if !feed.hasStarted { for other in feeds { other.keepOn(card) } }
        if feeds.isEmpty { nextProgress = .max }
        if !isWanted, feeds.isEmpty { card.release() }
        report(.completed(feed.effect, .played(end, playback)))
    }

    // MARK: What time brings

    /// What could not begin in time does not begin.
    private func giveUpLate() {
        let now = CLinux_monotonic()
        for feed in feeds where !feed.hasStarted && !feed.isTooLate {
            guard Feed.monotonic(feed.order.latestStart) < now, isGivenUp(feed) else { continue }
            feed.isTooLate = true
            if feed.isRunning {
                card.stops.ask(order: feed.order.play.number, fadeMilliseconds: 0)
            } else {
                end(feed, .device(feed.lastLoss), feed.measure())
            }
        }
    }

    /// Whether it does not begin after its latest start, because there is no card.
    private func isGivenUp(_ feed: Feed) -> Bool { !feed.isTooLate && (isLost || format == nil) }

    private func tellProgress() {
        let now = CLinux_monotonic()
        guard now >= nextProgress else { return }
        nextProgress = now + Self.progressInterval
        for feed in feeds where feed.hasStarted { report(.progress(feed.order.play, feed.measure())) }
    }
}

extension Reason {
    fileprivate init(_ loss: CardLoss) {
        switch loss {
        case .missing: self = .deviceMissing
        case .busy: self = .deviceBusy
        case .stalled, .suspended, .xrun, .refused: self = .deviceStalled
        }
    }
}
