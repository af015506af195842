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

    /// An upstream as `status` shows it.
    package struct Upstream: Hashable, Sendable {
        package var name: String
        package var url: String

        package init(name: String, url: String) {
            self.name = name
            self.url = url
        }
    }

    /// Who the station is, and which version of the program runs.
    package var station: String
    package var name: String
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
    /// How often the upstreams are asked.
    package var pollInterval: Duration

    package init(
        station: String, name: String, version: String, buildDate: Instant, zoneName: String, zone: ZoneFile,
        rules: GuardRules, amplifier: Amplifier?, isClockBatteryBacked: Bool, holdover: Duration,
        deviceName: String, upstreams: [Upstream], pollInterval: Duration
    ) {
        self.station = station
        self.name = name
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
        self.pollInterval = pollInterval
    }
}
