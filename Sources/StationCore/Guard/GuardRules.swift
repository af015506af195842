/// What the guard goes by: configured rules, and what a person at the station said.
package struct GuardRules: Hashable, Sendable {
    /// A band of local hours in which the station may sound.
    package struct Band: Hashable, Sendable {
        /// Minutes after local midnight, 0…1439.
        package var from: Int
        /// Minutes after local midnight, 1…1440; at or before `from` the band crosses midnight.
        package var to: Int
        /// The highest level in the band, in dB relative to full scale.
        package var ceilingDecibels: Double

        package init(from: Int, to: Int, ceilingDecibels: Double) {
            self.from = from
            self.to = to
            self.ceilingDecibels = ceilingDecibels
        }

        /// How many seconds of the band are left at this second of the day; nil when it is outside.
        func secondsLeft(atSecondOfDay second: Int) -> Int? {
            let start = from * 60
            let end = (to <= from ? to + 1440 : to) * 60
            if second >= start && second < end { return end - second }
            let tomorrow = second + 86_400
            return tomorrow >= start && tomorrow < end ? end - tomorrow : nil
        }
    }

    /// When it may sound; they do not overlap.
    package var bands: [Band]
    /// No single broadcast lasts longer, normal and priority.
    package var longestBroadcast: Duration
    /// No single emergency lasts longer.
    package var longestEmergency: Duration
    /// So many emergencies may begin on one local day.
    package var emergenciesPerDay: Int
    /// The highest level of an emergency, in dB relative to full scale.
    package var emergencyCeilingDecibels: Double

    package init(
        bands: [Band], longestBroadcast: Duration, longestEmergency: Duration, emergenciesPerDay: Int,
        emergencyCeilingDecibels: Double
    ) {
        self.bands = bands
        self.longestBroadcast = longestBroadcast
        self.longestEmergency = longestEmergency
        self.emergenciesPerDay = emergenciesPerDay
        self.emergencyCeilingDecibels = emergencyCeilingDecibels
    }
}

/// A local mute, with its reason and its end.
package struct Mute: Hashable, Sendable {
    package var until: Instant
    package var reason: String

    package init(until: Instant, reason: String) {
        self.until = until
        self.reason = reason
    }
}
