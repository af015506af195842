import CLinux
import Glibc
import Synchronization

/// The owner's side of a card and its audio thread.
///
/// Used from one thread (the loop).
///
/// The card is opened by name when it is needed: `prepare` ahead of a slot, `play`, `release` afterwards.
@safe  // Safety: `shared` and `thread` live until the audio thread has ended, or for ever if it does not.
package final class CardOutput {
    /// What SCHED_FIFO is asked for with: above everything of our own, below the kernel's interrupt threads.
    private static let priority: Int32 = 40
    /// Orders at a time: the one that sounds, and the next.
    private static let orders = 2
    /// Places in the queue that a play of each order finds whatever else was asked for.
    private static let reserve = orders

    /// Readable (epoll) when `takeReports` has something to tell, also when the audio thread is stuck.
    package let reportDescriptor: Int32
    /// Where any thread stops an order.
    package let stops: CardStops

    private let shared: UnsafeMutablePointer<CardShared>
    private let thread: UnsafeMutablePointer<AudioThread>
    private var handle = unsafe CLinux_thread()
    private var isOpen = true
    /// The rings of orders whose end was not reported: the audio thread may be reading them.
    private var rings: [UInt64: ProgrammeRing] = [:]
    /// Ends and volumes that found no place in the queue yet; of each order the last one counts.
    private var unsent: [UInt64: (end: Int64?, gain: Float?)] = [:]
    private var firstReport: CardReport?

    /// Starts the audio thread; the card stays closed until `prepare` or `play`.
    ///
    /// - Throws: `CardError` if a thread or a descriptor cannot be made.
    package init(settings: CardSettings) throws(CardError) {
        let bell = CLinux_eventfd()
        let news = CLinux_eventfd()
        let deadMan = CLinux_timerfd()
        let poll = CLinux_epoll_pair(news, deadMan)
        guard min(bell, news, deadMan, poll) >= 0 else {
            for descriptor in [bell, news, deadMan, poll] where descriptor >= 0 { Glibc.close(descriptor) }
            throw CardError(call: .thread, code: -min(bell, news, deadMan, poll))
        }
        reportDescriptor = poll
        unsafe shared = .allocate(capacity: 1)
        stops = CardStops(bell: bell)
        unsafe shared.initialize(to: CardShared(stops: stops, news: news, deadMan: deadMan))
        unsafe thread = .allocate(capacity: 1)
        unsafe thread.initialize(to: AudioThread(settings: settings, shared: shared))
        var refused: Int32 = 0
        let error = unsafe CLinux_thread_start(
            &handle, "audio", Self.priority, &refused,
            { argument in
                // Safety: the argument is `thread` below, which lives as long as the thread.
                unsafe argument?.assumingMemoryBound(to: AudioThread.self).pointee.run()
                return nil
            }, thread)
        if refused != 0 { firstReport = .realtimeRefused(code: refused) }
        guard error == 0 else {
            isOpen = false
            free()
            throw CardError(call: .thread, code: error)
        }
        if refused != 0 { CLinux_eventfd_signal(news) }
    }

    deinit { _ = close() }

    /// Opens the card and feeds it with silence, ahead of a slot, so that the start can be placed.
    ///
    /// Five seconds make its clock well known, one will do.
    package func prepare() {
        unsafe shared.pointee.isWanted.store(true, ordering: .releasing)
        wake()
    }

    /// Closes the card as soon as nothing plays.
    ///
    /// The thread stays, asleep, for the next `prepare`.
    package func release() {
        unsafe shared.pointee.isWanted.store(false, ordering: .releasing)
        wake()
    }

    /// Tries whether the card can be had: opens and closes it, without a sound.
    ///
    /// The answer is `probed`, or what becomes of the card where it is wanted anyhow: `opened` or `lost`.
    package func probe() {
        unsafe shared.pointee.isProbeWanted.store(true, ordering: .releasing)
        wake()
    }

    /// Plays what the ring gets.
    ///
    /// Orders follow each other in the order given, two at most: the one that sounds, and the next.
    ///
    /// - Returns: false if there are two already.
    package func play(_ order: CardOrder, from ring: ProgrammeRing) -> Bool {
        guard isOpen, rings.count < Self.orders, rings[order.id] == nil else { return false }
        guard unsafe shared.pointee.commands.push(.play(order, ring.core)) else { return false }
        rings[order.id] = ring
        wake()
        return true
    }

    /// Gives an order another end, in CLOCK_MONOTONIC nanoseconds; too late once its last fade is buffered.
    package func limit(order: UInt64, permitEnd: Int64) {
        guard rings[order] != nil else { return }
        unsent[order, default: (nil, nil)].end = permitEnd
        send()
    }

    /// Gives an order another volume: its ring's frames times `gain`, from the next that the card gets on.
    ///
    /// What has not begun begins with it; what sounds goes over to it within a twentieth of a second. What is in the
    /// card's buffer is not changed any more.
    package func setGain(order: UInt64, _ gain: Float) {
        guard rings[order] != nil else { return }
        // What is no number is silence.
        unsent[order, default: (nil, nil)].gain = gain >= 0 ? gain : 0
        send()
    }

    /// Sends ends and volumes as far as there is room.
    private func send() {
        for (order, late) in unsent {
            if let end = late.end,
                unsafe shared.pointee.commands.push(.limit(order: order, end: end), leaving: Self.reserve)
            {
                unsent[order]?.end = nil
            }
            if let gain = late.gain,
                unsafe shared.pointee.commands.push(.setGain(order: order, gain), leaving: Self.reserve)
            {
                unsent[order]?.gain = nil
            }
        }
        unsent = unsent.filter { $0.value.end != nil || $0.value.gain != nil }
        wake()
    }

    /// What happened since the last call, in order.
    package func takeReports() -> [CardReport] {
        var taken: [CardReport] = []
        if let report = firstReport.take() { taken.append(report) }
        unsafe _ = CLinux_eventfd_take(shared.pointee.news)
        while let report = unsafe shared.pointee.reports.pop() {
            if case .ended(let order, _) = report {
                rings[order] = nil
                unsent[order] = nil
            }
            taken.append(report)
        }
        if unsafe CLinux_eventfd_take(shared.pointee.deadMan) != 0,
            unsafe !shared.pointee.isStallTold.exchange(true, ordering: .acquiringAndReleasing)
        {
            taken.append(.lost(code: ETIMEDOUT, .stalled))
        }
        if !unsent.isEmpty { send() }
        return taken
    }

    /// Wakes the audio thread: one that lives makes a round.
    package func wake() { CLinux_eventfd_signal(stops.bell) }

    /// Rounds that the audio thread made; for a watchdog, which wakes it between two looks.
    package var rounds: Int { unsafe shared.pointee.rounds.load(ordering: .relaxed) }

    /// The audio thread, for probes in tests.
    package var threadHandle: UInt { unsafe UInt(handle.handle) }

    /// Ends the audio thread at once, and waits for it, one second at most.
    ///
    /// - Returns: false if it is stuck in a call. Then it, its stack and its rings stay as they are.
    package func close() -> Bool {
        guard isOpen else { return true }
        isOpen = false
        unsafe shared.pointee.isClosing.store(true, ordering: .releasing)
        wake()
        guard unsafe CLinux_thread_join(&handle, 1_000_000_000) == 0 else {
            // Safety: leaked on purpose; the thread may still read them.
            for ring in rings.values { unsafe _ = Unmanaged.passRetained(ring) }
            return false
        }
        free()
        return true
    }

    private func free() {
        unsafe thread.deinitialize(count: 1)
        unsafe thread.deallocate()
        unsafe shared.deinitialize(count: 1)
        unsafe shared.deallocate()
        Glibc.close(reportDescriptor)
    }
}
