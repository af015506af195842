package import StationCore

/// What all stations of a store broadcast in a period: the sums, and each station's own.
package struct Report: Sendable {
    /// The days that it is about.
    package let period: ReportPeriod
    /// When it was made.
    package let made: Instant
    /// Whom it was narrowed down to; empty for all.
    package var chosen: [String] = []
    /// Every station, in order of their ids.
    package private(set) var stations: [StationReport] = []
    /// What became of all slots.
    package private(set) var total = Tally()
    /// The same by day, and by name of theme, class and group.
    package private(set) var days: [Tally]
    package private(set) var themes: [String: Tally] = [:]
    package private(set) var classes: [String: Tally] = [:]
    package private(set) var groups: [String: GroupReport] = [:]
    /// Why slots were not heard, or not whole: how many each, by reason.
    package private(set) var missedReasons: [String: Int] = [:]
    package private(set) var partialReasons: [String: Int] = [:]
    /// What people at stations played by hand: how often, and how long in milliseconds.
    package private(set) var byHand = (slots: 0, milliseconds: Int64(0))
    /// Stations that nothing speaks for on a day, by day.
    package private(set) var silentStations: [Int]
    /// Stations that were in service on a day, by day.
    package private(set) var servingStations: [Int]

    /// What the stations of one group have in common.
    package struct GroupReport: Sendable {
        /// How many stations it has.
        package var stations = 0
        /// What became of their slots, on all days and on each.
        package var total = Tally()
        package var days: [Tally]
        /// Stations' days that nothing speaks for: their number, and by day.
        package var daysWithoutReport = 0
        package var silentStations: [Int]
    }

    /// A report of no station.
    package init(_ period: ReportPeriod, made: Instant) {
        (self.period, self.made) = (period, made)
        days = Array(repeating: Tally(), count: period.count)
        silentStations = Array(repeating: 0, count: period.count)
        servingStations = silentStations
    }

    /// Adds a station, which comes behind those that are there.
    package mutating func add(_ station: StationReport) {
        stations.append(station)
        total.add(station.total)
        for (day, cell) in station.days.enumerated() {
            days[day].add(cell.tally)
            if cell.state == .noReport { silentStations[day] += 1 }
            if cell.state != .outside { servingStations[day] += 1 }
        }
        for (name, tally) in station.themes { themes[name, default: Tally()].add(tally) }
        for (name, tally) in station.classes { classes[name, default: Tally()].add(tally) }
        missedReasons.merge(station.missedReasons, uniquingKeysWith: +)
        partialReasons.merge(station.partialReasons, uniquingKeysWith: +)
        byHand.slots += station.byHand.slots
        byHand.milliseconds += station.byHand.milliseconds
        // A station is asked into every group that it names, and into the one without a name where it has none.
        for group in station.groups.isEmpty ? [""] : Set(station.groups).sorted() {
            var sum =
                groups[group]
                ?? GroupReport(
                    days: Array(repeating: Tally(), count: period.count),
                    silentStations: Array(repeating: 0, count: period.count))
            sum.stations += 1
            sum.total.add(station.total)
            for (day, cell) in station.days.enumerated() {
                sum.days[day].add(cell.tally)
                if cell.state == .noReport {
                    sum.silentStations[day] += 1
                    sum.daysWithoutReport += 1
                }
            }
            groups[group] = sum
        }
    }
}
