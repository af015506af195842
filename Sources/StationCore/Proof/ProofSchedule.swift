// When a station's log and its status go to their store: one value, without a deed.

package import StationTrust

/// Decides when the tree over the log is made, when the log is uploaded, and when the status.
struct ProofSchedule: Sendable {
    /// What is to be done.
    enum Action: Hashable, Sendable {
        /// Make the tree over so many lines of the journal.
        case fold(lines: Int64)
        /// Put the status into the store.
        case tellStatus
        /// Bring the store's log up to that head; sparing ends behind a full bundle.
        case upload(LogHead, isSparing: Bool)
    }

    /// A station that tells its status so seldom is taken to pay for its network by the request.
    ///
    /// Its log goes up once a day; others' logs go up with each status.
    static let sparing = Duration.seconds(3600)
    /// From upload to upload of a log whose requests are spared.
    static let day = Duration.seconds(86_400)
    /// A day is over so much earlier: else a station that is switched on every morning would be late every other day.
    private static let dayEarlier = Duration.seconds(3600)
    /// A fault that comes or goes is told after that time, with those that come with it.
    static let faultDelay = Duration.seconds(5)
    /// From one telling to the next, at the least: a loose plug must not use up a month's bytes.
    static let faultInterval = Duration.seconds(900)
    /// So many failures in a row are a fault; fewer are a network that comes and goes.
    static let mostFailures = 3
    /// No second log begins sooner after one: a disk that gives something else each time must not make thousands.
    static let originInterval = Duration.seconds(86_400)

    /// What is due where there is a store.
    private struct Store: Sendable {
        var status: PollSchedule
        var log: PollSchedule
        let isSparing: Bool
        var failures = 0
    }

    private var store: Store?
    /// How many lines of the journal are durable, once that is known, and over how many the tree was asked for last.
    private var lines: Int64?
    private var foldedLines: Int64?
    private var isFolding = false
    private var foldFailures = 0
    private var isTellingStatus = false
    private var toldStatusAt: MonotonicInstant?
    private var isUploading = false
    /// Whether the log is to go up as soon as nothing sounds.
    private var isLogDue = false
    /// Whether a person wants it to, however little there is, and whether the upload under way is for that.
    private var isAskedFor = false
    private var isUploadAskedFor = false
    private var originBegunAt: MonotonicInstant?
    /// The tree over the log; nil before it was made.
    private(set) var head: LogHead?
    /// What the station's key is called, with its public half; nil before it was made.
    private(set) var key: String?
    /// The last head that the store took, and when.
    private var uploaded: (origin: String, size: Int64)?
    private(set) var uploadedAt: Instant?

    /// Begins.
    ///
    /// - Parameters:
    ///   - interval: from status to status; nil without a store.
    ///   - station: the station's id.
    ///   - now: the instant.
    init(every interval: Duration?, station: String, at now: MonotonicInstant) {
        configure(every: interval, station: station, at: now)
    }

    /// Goes by another configuration.
    mutating func configure(every interval: Duration?, station: String, at now: MonotonicInstant) {
        store = interval.map { interval in
            let isSparing = interval >= Self.sparing
            func schedule(_ period: Duration) -> PollSchedule {
                PollSchedule(every: period, station: station, upstream: "proof", at: now)
            }
            return Store(
                status: schedule(interval), log: schedule(isSparing ? Self.day : interval),
                isSparing: isSparing)
        }
    }

    /// How many entries of a log are at the store, as far as the station knows.
    func uploaded(of origin: String) -> Int64 { uploaded?.origin == origin ? uploaded?.size ?? 0 : 0 }

    /// How many entries of the journal are in a log of the store when another one begins.
    ///
    /// The first entry of every log but the first is one from further on: an entry more in two logs is better than one
    /// in none.
    func covered(_ origin: LogOrigin, named name: String) -> Int64 {
        let size = uploaded(of: name)
        return min(lines ?? 0, origin.number == 1 ? size : origin.from + max(0, size - 1))
    }

    // MARK: What happens

    /// So many lines of the journal are durable.
    mutating func grew(to lines: Int64) { self.lines = lines }

    /// The key is there, and what was uploaded by an earlier run is known.
    mutating func opened(_ report: ProofOpening) {
        key = report.key
        uploaded = report.head.map { ($0.origin, $0.size) }
        uploadedAt = report.uploadedAt
    }

    /// The tree was made, or could not be.
    mutating func folded(_ head: LogHead?) {
        isFolding = false
        foldFailures = head == nil ? foldFailures + 1 : 0
        self.head = head ?? self.head
    }

    /// The status is in the store, or is not.
    mutating func toldStatus(_ isThere: Bool, at now: MonotonicInstant) {
        isTellingStatus = false
        toldStatusAt = now
        if isThere { store?.status.succeeded(at: now) } else { store?.status.failed(at: now) }
    }

    /// The log is in the store.
    mutating func uploaded(_ size: Int64, of origin: String, at now: Now) {
        isUploading = false
        uploaded = (origin, size)
        uploadedAt = now.wall
        store?.log.succeeded(at: now.monotonic)
        // Who asked while it was under way wants what came since, and what it spared.
        if isAskedFor { store?.log.advance(to: now.monotonic) }
        store?.failures = 0
    }

    /// The log is not in the store, for a reason that is the store's, the network's or the log's.
    mutating func failed(at now: MonotonicInstant) {
        gaveWay(at: now)
        store?.failures += 1
    }

    /// The log is not in the store yet, and goes there a little later.
    mutating func gaveWay(at now: MonotonicInstant) {
        isUploading = false
        isAskedFor = isAskedFor || isUploadAskedFor
        store?.log.failed(at: now)
    }

    /// The store's head contradicts the journal.
    ///
    /// - Returns: whether another log may begin now.
    mutating func mayBeginOrigin(at now: MonotonicInstant) -> Bool {
        isUploading = false
        if let originBegunAt, now - originBegunAt < Self.originInterval {
            store?.log.failed(at: now)
            return false
        }
        originBegunAt = now
        // Its entries are to go up as soon as they are durable; before the first one is, there is no tree.
        (head, isLogDue, isAskedFor) = (nil, true, true)
        return true
    }

    /// Whether uploads have failed so often that it is a fault.
    var isFailing: Bool { store.map { $0.failures >= Self.mostFailures } ?? false }
    /// Whether the tree could not be made several times in a row: once it cannot where the entry that begins a log is
    /// not on the disk yet.
    var isUnreadable: Bool { foldFailures >= Self.mostFailures }

    /// A fault came or went: the centre is to know it before the next hour.
    mutating func faultsChanged(at now: MonotonicInstant) {
        store?.status.advance(
            to: max(now + Self.faultDelay, toldStatusAt.map { $0 + Self.faultInterval } ?? now))
    }

    /// A way to the network came up.
    mutating func networkReturned(at now: MonotonicInstant) {
        store?.status.networkReturned(at: now)
        store?.log.networkReturned(at: now)
    }

    /// Somebody wants the log to be at the store.
    mutating func uploadNow(at now: MonotonicInstant) {
        store?.status.advance(to: now)
        store?.log.advance(to: now)
        isAskedFor = true
    }

    // MARK: What is to be done

    /// What is to be done now; asked again, nothing of it comes again.
    ///
    /// - Parameters:
    ///   - now: the instant.
    ///   - origin: the log that entries go to, and its name.
    ///   - isQuiet: whether nothing sounds or is about to.
    ///   - isTimeKnown: whether the clock is believed.
    /// - Returns: the deeds, in order.
    mutating func act(
        at now: Now, origin: (origin: LogOrigin, name: String), isQuiet: Bool, isTimeKnown: Bool
    ) -> [Action] {
        var actions: [Action] = []
        if !isFolding, let lines, lines != foldedLines {
            (isFolding, foldedLines) = (true, lines)
            actions.append(.fold(lines: lines))
        }
        guard let store, key != nil else { return actions }
        if !isTellingStatus, store.status.next <= now.monotonic {
            isTellingStatus = true
            actions.append(.tellStatus)
        }
        if !isLogDue, !isUploading, store.log.next <= now.monotonic {
            isLogDue = isDayOver(at: now, isTimeKnown: isTimeKnown)
            if !isLogDue { self.store?.log.succeeded(at: now.monotonic) }
        }
        guard isLogDue, isQuiet, !isUploading, !isFolding, let head, head.origin == origin.origin else {
            return actions
        }
        isLogDue = false
        guard head.size > uploaded(of: origin.name) else {
            isAskedFor = false
            self.store?.log.succeeded(at: now.monotonic)
            return actions
        }
        (isUploading, isUploadAskedFor, isAskedFor) = (true, isAskedFor, false)
        return actions + [.upload(head, isSparing: store.isSparing && !isUploadAskedFor)]
    }

    /// Whether a log whose requests are spared is to go up: a station that starts every hour must not send it as often.
    private func isDayOver(at now: Now, isTimeKnown: Bool) -> Bool {
        guard store?.isSparing == true, !isAskedFor, isTimeKnown, let uploadedAt else { return true }
        let age = now.wall - uploadedAt
        return age < .zero || age >= Self.day - Self.dayEarlier
    }

    /// When there may be something to do, if nothing happens before.
    var nextDue: MonotonicInstant {
        guard let store, key != nil else { return .distantFuture }
        return min(
            isTellingStatus ? .distantFuture : store.status.next,
            isLogDue || isUploading ? .distantFuture : store.log.next)
    }
}

/// What is known of a log at the start.
package struct ProofOpening: Hashable, Sendable {
    /// The public half of the station's key, as verifiers of notes take it.
    package var key: String
    /// The last head that the store took, and when that was.
    package var head: Checkpoint?
    /// Likewise.
    package var uploadedAt: Instant?

    /// Makes it of its parts.
    package init(key: String, head: Checkpoint?, uploadedAt: Instant?) {
        (self.key, self.head, self.uploadedAt) = (key, head, uploadedAt)
    }
}
