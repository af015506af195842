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
    private(set) var floor: Instant
    /// When the log begins; a battery-backed clock that never was synchronised is believed from then on.
    private let firstStart: Instant?
    private var isBatteryBacked: Bool
    private var holdover: Duration
    /// The last synchronised reading of this boot.
    private var lastSynchronised: Now?
    /// The last synchronised wall time that an earlier boot wrote down.
    private let lastSynchronisedOnDisk: Instant?

    init(
        buildDate: Instant, lastSynchronised: Instant?, firstStart: Instant?, isBatteryBacked: Bool,
        holdover: Duration
    ) {
        self.buildDate = buildDate
        floor = max(buildDate, lastSynchronised ?? .distantPast)
        self.firstStart = firstStart
        self.isBatteryBacked = isBatteryBacked
        self.holdover = holdover
        lastSynchronisedOnDisk = lastSynchronised
    }

    /// Goes by another configuration from now on; what it has seen of the clock stays.
    mutating func configure(buildDate: Instant, isBatteryBacked: Bool, holdover: Duration) {
        self.buildDate = buildDate
        self.isBatteryBacked = isBatteryBacked
        self.holdover = holdover
        floor = max(floor, buildDate)
    }

    /// Judges a reading; only synchronised time moves the floor.
    mutating func judge(_ now: Now) -> ClockTrust {
        if now.isSynchronised {
            guard now.wall >= buildDate else { return .untrusted }
            lastSynchronised = now
            floor = now.wall
            return .synchronised
        }
        guard now.wall >= floor else { return .untrusted }
        if let last = lastSynchronised {
            return isCarriedOn(now, from: last) ? .holdover : .untrusted
        }
        guard isBatteryBacked else { return .untrusted }
        let since = lastSynchronisedOnDisk ?? firstStart ?? now.wall
        return now.wall - since <= holdover ? .holdover : .untrusted
    }

    /// Whether the clock still runs on from its last synchronisation, neither set by hand nor left too long.
    private func isCarriedOn(_ now: Now, from last: Now) -> Bool {
        let elapsed = now.monotonic - last.monotonic
        let slew = Duration.nanoseconds(elapsed.nanoseconds / 1_000_000 * Self.holdoverPartsPerMillion)
        let deviation = (now.wall - last.wall) - elapsed
        return elapsed <= holdover
            && abs(deviation.nanoseconds) <= (Self.holdoverTolerance + slew).nanoseconds
    }
}
