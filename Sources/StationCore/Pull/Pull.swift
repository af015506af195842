// What a station asks of its upstreams and fetches of them, and when: one value, without a deed.

import StationTrust

/// Decides on polls, on what is fetched, on which timetable is active, and on what is let go.
package struct Pull: Sendable {
    /// What is to be done, in order.
    package enum Action: Sendable {
        /// Ask an upstream; it ends with a report.
        case poll(String)
        /// Fetch these, in this order, in place of those before.
        case want([RemoteFile])
        /// Remove these from the store.
        case evict([String])
        /// This timetable is the active one from now on, at one instant.
        case adopt(RemoteFile.Kind, SignedTimetable)
    }

    /// How it stands with an upstream, for people.
    package struct Standing: Hashable, Sendable {
        /// When it answered last, and when it had something new.
        package var lastContact: Instant?
        /// Likewise.
        package var lastChange: Instant?
        /// The version of its targets.
        package var targetsVersion: Int64?
        /// Why the last poll failed; nil if it did not.
        package var error: String?
    }

    /// An upstream that is silent for so many of its periods, and for an hour at least, is stale.
    static let stalePeriods = 3
    static let staleTime = Duration.seconds(3600)

    private struct Upstream: Sendable {
        let name: String
        let period: Duration
        var schedule: PollSchedule
        var isPolling = false
        var standing = Standing()
        /// When it answered last, or when it was first asked for.
        var lastAnswer: MonotonicInstant
    }

    private var upstreams: [Upstream]
    private var supply = Supply()
    private let bytesPerMonth: Int64
    private var usage: BulkUsage?
    /// What was wanted last, and whether it is to be said again: what failed is then tried again.
    private var wanted: [RemoteFile] = []
    private var isToBeSaidAgain = false
    private var hasFailed = false

    /// Begins to ask upstreams.
    ///
    /// - Parameters:
    ///   - upstreams: each with the time from poll to poll.
    ///   - station: the station's id.
    ///   - bytesPerMonth: the budget of bulk.
    ///   - now: the instant.
    package init(
        _ upstreams: [(name: String, period: Duration)], station: String, bytesPerMonth: Int64,
        at now: MonotonicInstant
    ) {
        self.bytesPerMonth = bytesPerMonth
        self.upstreams = upstreams.map { name, period in
            Upstream(
                name: name, period: period,
                schedule: PollSchedule(every: period, station: station, upstream: name, at: now),
                lastAnswer: now)
        }
    }

    // MARK: What happens

    /// Takes what fetching brought about.
    package mutating func take(_ report: FetchReport, at now: Now) {
        switch report {
        case .opened(let files): supply.stored = files
        case .offered: break
        case .polled(let name, let result): polled(name, result, at: now)
        case .stored(let contents):
            for content in contents {
                if let name = content.storeName { supply.stored[name] = content.length ?? 0 }
            }
        case .unfetchable: hasFailed = true
        case .used(let usage): self.usage = usage
        }
    }

    private mutating func polled(_ name: String, _ result: PollResult, at now: Now) {
        guard let index = upstreams.firstIndex(where: { $0.name == name }) else { return }
        upstreams[index].isPolling = false
        // Whatever failed to be fetched is tried again as often as its upstream is asked.
        (isToBeSaidAgain, hasFailed) = (isToBeSaidAgain || hasFailed, false)
        if case .failed(let why) = result {
            upstreams[index].schedule.failed(at: now.monotonic)
            upstreams[index].standing.error = why
            return
        }
        upstreams[index].schedule.succeeded(at: now.monotonic)
        upstreams[index].lastAnswer = now.monotonic
        upstreams[index].standing.error = nil
        upstreams[index].standing.lastContact = now.wall
        guard case .changed(let version, _) = result else { return }
        upstreams[index].standing.lastChange = now.wall
        upstreams[index].standing.targetsVersion = version
    }

    /// Takes a timetable that upstreams offer; it becomes active when it is ready.
    package mutating func offer(_ kind: RemoteFile.Kind, _ timetable: SignedTimetable) {
        supply.candidates[kind] = timetable
    }

    /// Takes the timetable that was active when the station ended.
    package mutating func recover(_ kind: RemoteFile.Kind, _ timetable: SignedTimetable) {
        supply.active[kind] = timetable
    }

    /// A way to the network came up.
    package mutating func networkReturned(at now: MonotonicInstant) {
        for index in upstreams.indices { upstreams[index].schedule.networkReturned(at: now) }
    }

    /// Somebody wants all upstreams to be asked now.
    package mutating func pollNow(at now: MonotonicInstant) {
        for index in upstreams.indices { upstreams[index].schedule.advance(to: now) }
    }

    // MARK: What is to be done

    /// What is to be done now.
    ///
    /// - Parameters:
    ///   - now: the instant.
    ///   - room: what may be kept on the disk.
    ///   - isPlaying: whether something sounds.
    /// - Returns: the deeds, in order; asked again, none of them comes again.
    package mutating func act(at now: Now, room: StorageRoom, isPlaying: Bool) -> [Action] {
        var actions: [Action] = []
        for index in upstreams.indices where !upstreams[index].isPolling {
            guard upstreams[index].schedule.next <= now.monotonic else { continue }
            upstreams[index].isPolling = true
            actions.append(.poll(upstreams[index].name))
        }
        for kind in RemoteFile.Kind.allCases where supply.isReady(kind, at: now.wall) {
            supply.adopt(kind)
            if let timetable = supply.active[kind] { actions.append(.adopt(kind, timetable)) }
        }
        let names = supply.evictable(at: now.wall, room: room, isPlaying: isPlaying)
        if !names.isEmpty {
            for name in names { supply.stored[name] = nil }
            actions.append(.evict(names))
        }
        let files = supply.wanted(at: now.wall, room: room)
        // A list that has only become shorter is known already.
        if isToBeSaidAgain && !files.isEmpty || !wanted.filter(Set(files).contains).elementsEqual(files) {
            actions.append(.want(files))
        }
        (wanted, isToBeSaidAgain) = (files, false)
        return actions
    }

    /// When the next poll is due; nil while all are under way.
    package var nextPoll: MonotonicInstant? {
        upstreams.filter { !$0.isPolling }.map(\.schedule.next).min()
    }

    // MARK: For people

    /// Whether bulk has to wait for the next month.
    package var isBudgetSpent: Bool { usage.map { $0.bytes >= bytesPerMonth } ?? false }

    /// How it stands with an upstream; nil if there is none of that name.
    package func standing(of upstream: String) -> Standing? {
        upstreams.first { $0.name == upstream }?.standing
    }

    /// Whether an upstream has not answered for long.
    package func isStale(_ upstream: String, at now: MonotonicInstant) -> Bool {
        guard let upstream = upstreams.first(where: { $0.name == upstream }) else { return false }
        return now - upstream.lastAnswer > max(upstream.period * Self.stalePeriods, Self.staleTime)
    }
}
