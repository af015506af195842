// What a station asks of its upstreams and fetches of them, and when: one value, without a deed.

import StationTrust

/// Decides on polls, on what is fetched, on which timetable is active, and on what is let go.
package struct Pull: Sendable {
    /// What is to be done, in order.
    package enum Action: Sendable {
        /// Ask an upstream, which ends with a report; `isAsked` where a person waits for that.
        case poll(String, isAsked: Bool)
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
        /// Whether it is to be shown as a fault: it is not believed, or was not reached several times in a row.
        package var isFault = false
    }

    /// An upstream that is silent for so many of its periods is stale.
    static let stalePeriods = 3
    /// So many failures in a row are a fault; fewer are a network that comes and goes.
    static let mostFailures = 3
    /// While something is missing or too much, it is looked again so often.
    static let lookInterval = Duration.seconds(3600)
    /// So many files are told by name that could not be fetched.
    static let mostUnfetchable = 100
    /// And so often where something kept it from being let go.
    static let retryInterval = Duration.seconds(600)

    private struct Upstream: Sendable {
        let name: String
        let period: Duration
        var schedule: PollSchedule
        var isPolling = false
        var failures = 0
        /// Whether somebody wants it to be asked, and it has not been asked since.
        var isAskedFor = false
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
    /// What is wanted and could not be fetched when it was tried last, and why.
    package private(set) var unfetchable: [RemoteFile: String] = [:]
    /// Of that, what has been tried since the last list.
    private var given: Set<RemoteFile> = []
    /// When what the disk had spoiled was fetched anew: a disk that spoils everything must not use up the month.
    private var replaced: [String: MonotonicInstant] = [:]
    /// The emergencies that upstreams offered last, of those that were asked since the start.
    private var fetchedEmergencies = Manifest()
    /// Whether something has happened since the store was looked at, and when it is looked at without that.
    private(set) var hasNews = true
    private var lookAt = Instant.distantFuture
    /// Whether it is known what was in force when an earlier run ended: before, all that is stored seems unneeded.
    private var isRecovered = false
    /// What was under way when that was looked at last: its end may let another timetable in.
    private var playing: Set<String> = []

    /// Begins to ask the upstreams of a station.
    init(_ settings: StationSettings, at now: MonotonicInstant) {
        self.init(
            settings.upstreams.map { ($0.name, $0.pollInterval) }, station: settings.station,
            bytesPerMonth: settings.bytesPerMonth, at: now)
    }

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
        case .opened(let files):
            (supply.stored, hasNews) = (files, true)
        case .recovered(let timetables):
            (hasNews, isRecovered) = (true, true)
            // What was to come was made for the station as it was configured before.
            (supply.active, supply.candidates, supply.adopted) = (timetables, [:], [:])
            // A station that has nothing yet keeps nobody waiting.
            if timetables.isEmpty {
                for index in upstreams.indices { upstreams[index].schedule.advance(to: now.monotonic) }
            }
            for (upstream, channel) in timetables.values.flatMap(\.manifest.channels) {
                note(upstream, targetsVersion: channel.targetsVersion)
            }
        case .offered(let kind, let timetable, let fetched):
            hasNews = true
            offered(kind, timetable, fetched)
        case .polled(let name, let result): polled(name, result, at: now)
        case .stored(let contents):
            hasNews = true
            for content in contents {
                if let name = content.storeName { supply.stored[name] = content.length ?? 0 }
            }
        case .unfetchable(let file, let why):
            notHad()
            if unfetchable.count < Self.mostUnfetchable { unfetchable[file] = why }
            given.insert(file)
        case .passedOver(let upstream):
            notHad()
            given.formUnion(wanted.filter { upstream == nil || $0.upstream == upstream })
        case .used(let usage): self.usage = usage
        case .issued, .proofOpened, .proofUnsigned: break
        }
    }

    /// What is not had changes only what an emergency waits for, or a station that has nothing yet.
    private mutating func notHad() {
        hasFailed = true
        hasNews = hasNews || supply.isImpatient
    }

    private mutating func offered(
        _ kind: RemoteFile.Kind, _ timetable: SignedTimetable, _ fetched: Set<String>
    ) {
        if kind == .emergency {
            let channels = timetable.manifest.channels.filter { fetched.contains($0.key) }
            fetchedEmergencies = Manifest(channels)
        }
        let active = supply.active[kind]
        let isKnown =
            supply.adopted[kind] == nil && active?.manifest == timetable.manifest
            && active?.versions == timetable.versions && active?.problems == timetable.problems
        supply.candidates[kind] = isKnown ? nil : timetable
    }

    private mutating func note(_ upstream: String, targetsVersion: Int64?) {
        guard let index = upstreams.firstIndex(where: { $0.name == upstream }) else { return }
        upstreams[index].standing.targetsVersion = targetsVersion ?? upstreams[index].standing.targetsVersion
    }

    private mutating func polled(_ name: String, _ result: PollResult, at now: Now) {
        guard let index = upstreams.firstIndex(where: { $0.name == name }) else { return }
        upstreams[index].isPolling = false
        // Who asked meanwhile wants another answer.
        defer { if upstreams[index].isAskedFor { upstreams[index].schedule.advance(to: now.monotonic) } }
        // Whatever failed to be fetched is tried again as often as its upstream is asked.
        (isToBeSaidAgain, hasFailed) = (isToBeSaidAgain || hasFailed, false)
        hasNews = hasNews || isToBeSaidAgain
        if case .failed(let why, let isUnreachable) = result {
            upstreams[index].schedule.failed(at: now.monotonic)
            upstreams[index].failures += 1
            upstreams[index].standing.error = why
            upstreams[index].standing.isFault =
                !isUnreachable || upstreams[index].failures >= Self.mostFailures
            return
        }
        upstreams[index].schedule.succeeded(at: now.monotonic)
        upstreams[index].failures = 0
        upstreams[index].standing.isFault = false
        upstreams[index].lastAnswer = now.monotonic
        upstreams[index].standing.error = nil
        upstreams[index].standing.lastContact = now.wall
        // After a start the first answer is always another than the one before, which nobody remembers.
        guard case .changed(let version, _) = result, version != upstreams[index].standing.targetsVersion
        else { return }
        upstreams[index].standing.lastChange = now.wall
        upstreams[index].standing.targetsVersion = version
    }

    /// What was to be written down is written, or cannot be: from now on the station goes by it.
    package mutating func adopted(_ kind: RemoteFile.Kind) {
        hasNews = true
        if let timetable = supply.adopted.removeValue(forKey: kind) { supply.active[kind] = timetable }
    }

    /// A file of the store is not what it was: it is fetched again, but not again and again.
    ///
    /// - Returns: its name, to be removed; nil if nobody knows it, or if it was removed for that not long ago.
    mutating func spoiled(_ content: TUF.Content, at now: MonotonicInstant) -> String? {
        replaced = replaced.filter { now - $0.value < Self.lookInterval }
        guard let name = content.storeName, supply.stored[name] != nil, replaced[name] == nil else {
            return nil
        }
        supply.stored[name] = nil
        replaced[name] = now
        hasNews = true
        return name
    }

    /// The clock was set: what was to be looked at then is looked at now.
    package mutating func clockStepped() { hasNews = true }

    /// The room on the disk was measured: that matters where it is too little, or was.
    mutating func measured(_ room: StorageRoom, at now: Now) {
        // Who looks soon anyhow has just let something go, which need not be counted yet.
        let isUnseen = supply.isOverfull(room) && lookAt > now.wall + Self.retryInterval
        hasNews = hasNews || isCramped || isUnseen
    }

    /// A way to the network came up.
    package mutating func networkReturned(at now: MonotonicInstant) {
        for index in upstreams.indices { upstreams[index].schedule.networkReturned(at: now) }
    }

    /// Somebody wants all upstreams to be asked now, or the one of that name.
    package mutating func pollNow(_ name: String? = nil, at now: MonotonicInstant) {
        for index in upstreams.indices where name == nil || upstreams[index].name == name {
            upstreams[index].schedule.advance(to: now)
            upstreams[index].isAskedFor = true
        }
    }

    // MARK: What is to be done

    /// What is to be done now.
    ///
    /// - Parameters:
    ///   - now: the instant.
    ///   - room: what may be kept on the disk.
    ///   - playing: the slots that have begun, also those that are interrupted, and those that wait for the loudspeaker.
    ///   - isTimeKnown: whether the clock is believed; by another nothing is let go, and nothing ordinary is switched.
    /// - Returns: the deeds, in order; asked again, none of them comes again.
    mutating func act(
        at now: Now, room: StorageRoom, playing: Set<String>, isTimeKnown: Bool = true
    ) -> [Action] {
        var actions: [Action] = []
        for index in upstreams.indices where !upstreams[index].isPolling {
            guard upstreams[index].schedule.next <= now.monotonic else { continue }
            actions.append(.poll(upstreams[index].name, isAsked: upstreams[index].isAskedFor))
            (upstreams[index].isPolling, upstreams[index].isAskedFor) = (true, false)
        }
        hasNews = hasNews || self.playing != playing
        self.playing = playing
        guard hasNews || lookAt <= now.wall else { return actions }
        for kind in RemoteFile.Kind.allCases
        where supply.isReady(kind, at: now.wall, given: given, playing: playing, isTimeKnown: isTimeKnown) {
            guard let timetable = supply.candidates.removeValue(forKey: kind) else { continue }
            supply.adopted[kind] = timetable
            actions.append(.adopt(kind, timetable))
        }
        actions += look(at: now, room: room, isQuiet: isRecovered && playing.isEmpty && isTimeKnown)
        hasNews = false
        return actions
    }

    /// Looks at what is on the disk and what should be.
    private mutating func look(at now: Now, room: StorageRoom, isQuiet: Bool) -> [Action] {
        var actions: [Action] = []
        let names = isQuiet ? supply.evictable(at: now.wall, room: room) : []
        if !names.isEmpty {
            for name in names { supply.stored[name] = nil }
            actions.append(.evict(names))
        }
        let (files, isCut) = supply.wanted(at: now.wall, room: room)
        isCramped = isCut
        // A list that has only become shorter is known already.
        if isToBeSaidAgain && !files.isEmpty || !wanted.filter(Set(files).contains).elementsEqual(files) {
            actions.append(.want(files))
            given = []
        }
        let all = Set(files)
        unfetchable = unfetchable.filter { all.contains($0.key) }
        (wanted, isToBeSaidAgain) = (files, false)
        lookAt = supply.nextLastCall(after: now.wall) ?? .distantFuture
        if !files.isEmpty { lookAt = min(lookAt, now.wall + Self.lookInterval) }
        if supply.isOverfull(room) { lookAt = min(lookAt, now.wall + Self.retryInterval) }
        return actions
    }

    /// When there may be something to do, if nothing happens before.
    package func nextDue(at now: Now) -> MonotonicInstant {
        let poll = nextPoll ?? .distantFuture
        return lookAt == .distantFuture ? poll : min(poll, now.monotonic(of: lookAt))
    }

    /// When the next poll is due; nil while all are under way.
    package var nextPoll: MonotonicInstant? {
        upstreams.lazy.filter { !$0.isPolling }.map(\.schedule.next).min()
    }

    // MARK: For people

    /// Whether the disk has no room for all that is wanted.
    private(set) var isCramped = false

    /// Whether bulk has to wait for the next month.
    package var isBudgetSpent: Bool { usage.map { $0.bytes >= bytesPerMonth } ?? false }

    /// How it stands with an upstream; nil if there is none of that name.
    package func standing(of upstream: String) -> Standing? {
        upstreams.first { $0.name == upstream }?.standing
    }

    /// What the station goes by: emergencies and what is ordinary; nil before there is any.
    package var active: SignedTimetable? {
        guard let emergency = supply.active[.emergency] else { return supply.active[.ordinary] }
        return supply.active[.ordinary].map(emergency.joined) ?? emergency
    }

    /// The emergencies in force.
    package var emergencies: SignedTimetable? { supply.active[.emergency] }

    /// Whether an upstream's emergencies in force were fetched since the start: only those sound by a clock that is
    /// not believed (I8).
    package func areFresh(emergenciesOf upstream: String) -> Bool {
        guard let fetched = fetchedEmergencies.channels[upstream] else { return false }
        return supply.active[.emergency]?.manifest.channels[upstream] == fetched
    }

    /// What content takes on the disk, in bytes.
    package var contentBytes: Int64 { supply.bytes }

    /// What is still to be fetched.
    package var missing: [RemoteFile] { wanted }

    /// What of that is under way, or has its turn yet.
    package var coming: [RemoteFile] { wanted.filter { !given.contains($0) } }

    /// Whether a file is not there yet and may still come.
    func isComing(_ content: TUF.Content) -> Bool {
        supply.isMissing(content) && wanted.contains { $0.content == content && !given.contains($0) }
    }

    /// Whether an upstream has yet to answer what somebody asked.
    package func isAsked(_ upstream: String) -> Bool {
        upstreams.contains { $0.name == upstream && ($0.isPolling || $0.isAskedFor) }
    }

    /// Whether an upstream has not answered for long.
    package func isStale(_ upstream: String, at now: MonotonicInstant) -> Bool {
        guard let upstream = upstreams.first(where: { $0.name == upstream }) else { return false }
        return now - upstream.lastAnswer > upstream.period * Self.stalePeriods
    }
}
