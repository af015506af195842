/// How far the wall clock may be believed (DESIGN.md section 4).
package enum ClockTrust: String, Hashable, Sendable {
    /// The kernel says that the clock is synchronised, and by how much it may err.
    case synchronised
    /// It was synchronised earlier in this boot, or a battery carried it through the power cut.
    case holdover
    /// Anything else. By such a clock nothing is broadcast but what a person at the station asks for.
    case untrusted
}

/// Judges the wall clock from wake to wake.
struct ClockJudge: Sendable {
    /// How far a held-over clock may stand from where the monotonic clock puts it before somebody must have set it:
    /// one second, and 500 ppm of the time since the last synchronisation (the most that a kernel slews).
    static let holdoverTolerance = Duration.seconds(1)
    static let holdoverPartsPerMillion: Int64 = 500

    /// No clock is right that shows less than the day on which the program was built.
    private var buildDate: Instant
    /// The last synchronised wall time that is known; a clock that nobody synchronises is wrong before it.
    ///
    /// A synchronised clock is not held against it: one false synchronisation in 2099 would silence the
    /// station until then.
    private var synchronisedFloor: Instant
    /// When each upstream's timestamp was signed, as far as that may be believed.
    private var issues: [String: Instant] = [:]
    /// The latest of the build, the last synchronised time and what upstreams have signed: it is later than that.
    var floor: Instant { max(synchronisedFloor, issues.values.max() ?? .distantPast) }
    /// A signature so much ahead of a clock that was synchronised in this boot is wrong, not the clock.
    static let issueTolerance = Duration.seconds(3600)
    /// When the log begins; a battery-backed clock that never was synchronised is believed from then on.
    private let firstStart: Instant?
    private var isBatteryBacked: Bool
    private var holdover: Duration
    /// The last synchronised reading of this boot, as far as anybody knows.
    private var lastSynchronised: Reading?
    /// The last synchronised wall time that was written down.
    private let lastSynchronisedOnDisk: Instant?

    /// Both clocks at one instant.
    private struct Reading {
        let wall: Instant
        let monotonic: MonotonicInstant
    }

    /// Begins with what an earlier run wrote down.
    ///
    /// One of the same boot, which was killed or upgraded, had a clock that runs on: what was synchronised then is
    /// carried on now. After a power cut only a battery could have done that.
    init(
        buildDate: Instant, lastSynchronised: LogSummary.Synchronisation?, boot: String, firstStart: Instant?,
        isBatteryBacked: Bool, holdover: Duration
    ) {
        self.buildDate = buildDate
        synchronisedFloor = max(buildDate, lastSynchronised?.wall ?? .distantPast)
        self.firstStart = firstStart
        self.isBatteryBacked = isBatteryBacked
        self.holdover = holdover
        lastSynchronisedOnDisk = lastSynchronised?.wall
        if let last = lastSynchronised, last.boot == boot, !boot.isEmpty {
            self.lastSynchronised = Reading(wall: last.wall, monotonic: last.monotonic)
        }
    }

    /// Goes by another configuration from now on; what it has seen of the clock stays.
    mutating func configure(buildDate: Instant, isBatteryBacked: Bool, holdover: Duration) {
        self.buildDate = buildDate
        self.isBatteryBacked = isBatteryBacked
        self.holdover = holdover
        synchronisedFloor = max(synchronisedFloor, buildDate)
    }

    /// Judges a reading; only synchronised time moves the floor.
    mutating func judge(_ now: Now) -> ClockTrust {
        if now.isSynchronised {
            guard now.wall >= buildDate else { return .untrusted }
            // A signature from the future was wrong.
            if lastSynchronised == nil {
                issues = issues.filter { $0.value <= now.wall + Self.issueTolerance }
            }
            lastSynchronised = Reading(wall: now.wall, monotonic: now.monotonic)
            synchronisedFloor = now.wall
            return .synchronised
        }
        // A centre's own clock may be some minutes fast.
        guard now.wall >= synchronisedFloor, now.wall + Self.issueTolerance >= floor else {
            return .untrusted
        }
        if let last = lastSynchronised {
            return isCarriedOn(now, from: last) ? .holdover : .untrusted
        }
        guard isBatteryBacked else { return .untrusted }
        let since = lastSynchronisedOnDisk ?? firstStart ?? now.wall
        return now.wall - since <= holdover ? .holdover : .untrusted
    }

    /// Until when a clock that is held over goes on to be believed if nobody synchronises it; nil where it is not.
    func holdoverEnd(at now: Now) -> Instant? {
        if let last = lastSynchronised { return now.wall + (holdover - (now.monotonic - last.monotonic)) }
        guard isBatteryBacked else { return nil }
        return (lastSynchronisedOnDisk ?? firstStart ?? now.wall) + holdover
    }

    /// Takes when an upstream says that it signed; another signature of its takes that one's place.
    ///
    /// One dated 2099 must not silence a station: where the clock was synchronised in this boot it is held against
    /// that, and else against the longest time that the clock is held over.
    mutating func noteIssue(_ instant: Instant, by upstream: String, at now: Now) {
        let isCarriedOn = lastSynchronised.map { self.isCarriedOn(now, from: $0) } ?? false
        let base = lastSynchronised?.wall ?? lastSynchronisedOnDisk ?? firstStart ?? buildDate
        let latest =
            now.isSynchronised || isCarriedOn
            ? now.wall + Self.issueTolerance : max(base, buildDate) + holdover
        issues[upstream] = instant <= latest ? instant : nil
    }

    /// Whether the clock still runs on from its last synchronisation, neither set by hand nor left too long.
    private func isCarriedOn(_ now: Now, from last: Reading) -> Bool {
        let elapsed = now.monotonic - last.monotonic
        let slew = Duration.nanoseconds(elapsed.nanoseconds / 1_000_000 * Self.holdoverPartsPerMillion)
        let deviation = (now.wall - last.wall) - elapsed
        return elapsed <= holdover
            && abs(deviation.nanoseconds) <= (Self.holdoverTolerance + slew).nanoseconds
    }
}
