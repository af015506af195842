/// What the station goes by: its configuration, with the zone resolved.
package struct StationSettings: Sendable {
    /// The amplifier's switching times.
    package struct Amplifier: Hashable, Sendable {
        /// How long before the first sample it is switched on.
        package var lead: Duration
        /// How long after the last sample it stays on.
        package var tail: Duration
        /// It is never on for longer.
        package var longest: Duration

        package init(lead: Duration, tail: Duration, longest: Duration) {
            self.lead = lead
            self.tail = tail
            self.longest = longest
        }
    }

    /// An upstream as `status` shows it, and how often it is asked.
    package struct Upstream: Hashable, Sendable {
        package var name: String
        package var url: String
        /// From poll to poll.
        package var pollInterval: Duration

        package init(name: String, url: String, pollInterval: Duration) {
            (self.name, self.url, self.pollInterval) = (name, url, pollInterval)
        }
    }

    /// Who the station is, and which version of the program runs.
    package var station: String
    package var name: String
    /// The groups whose timetables it follows.
    package var groups: [String]
    package var version: String
    /// The day on which the program was built: no clock is right before it.
    package var buildDate: Instant
    package var zoneName: String
    package var zone: ZoneFile
    package var rules: GuardRules
    package var amplifier: Amplifier?
    package var isClockBatteryBacked: Bool
    package var holdover: Duration
    package var deviceName: String
    package var upstreams: [Upstream]
    /// The bytes a month that what can wait may take.
    package var bytesPerMonth: Int64
    /// The most bytes that content may take on the disk, and those that must stay free there.
    package var quotaBytes: Int64
    package var reserveBytes: Int64
    /// How often the centre is told how the station is; nil without a store for the log.
    package var proofInterval: Duration?

    package init(
        station: String, name: String, groups: [String] = [], version: String, buildDate: Instant,
        zoneName: String, zone: ZoneFile,
        rules: GuardRules, amplifier: Amplifier?, isClockBatteryBacked: Bool, holdover: Duration,
        deviceName: String, upstreams: [Upstream], bytesPerMonth: Int64, quotaBytes: Int64,
        reserveBytes: Int64, proofInterval: Duration? = nil
    ) {
        self.station = station
        self.name = name
        self.groups = groups
        self.proofInterval = proofInterval
        self.version = version
        self.buildDate = buildDate
        self.zoneName = zoneName
        self.zone = zone
        self.rules = rules
        self.amplifier = amplifier
        self.isClockBatteryBacked = isClockBatteryBacked
        self.holdover = holdover
        self.deviceName = deviceName
        self.upstreams = upstreams
        self.bytesPerMonth = bytesPerMonth
        (self.quotaBytes, self.reserveBytes) = (quotaBytes, reserveBytes)
    }
}
