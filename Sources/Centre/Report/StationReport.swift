package import StationCore
package import StationTrust

/// What a report says of one station.
package struct StationReport: Sendable {
    /// One log of it, and how much of that was counted.
    package struct Log: Hashable, Sendable {
        /// Which log.
        package let origin: String
        /// The signed head up to which every entry was read and hashed; nil where none was.
        package var head: Checkpoint?
        /// Why what lies behind that head, or all of it, does not count; nil where all counts.
        package var doubt: LogDoubt?
    }

    /// Its id, which is its folder's name.
    package let station: String
    /// What people call it, as its own signed status says; empty where it says nothing.
    package var name = ""
    /// What it belongs to, as its newest `boot` entry says.
    package var groups: [String] = []
    /// The program's version, likewise.
    package var version: String?
    /// Its logs, the first one first.
    package var logs: [Log] = []
    /// The keys that are believed to be its own.
    package var keys: [NoteKey] = []
    /// Each day of the period.
    package var days: [DayCell]
    /// What became of all slots of the period.
    package var total = Tally()
    /// The same by theme, where a slot of two themes counts in both, and by class; by name.
    package var themes: [String: Tally] = [:]
    package var classes: [String: Tally] = [:]
    /// Why slots were not heard, or not whole: how many each, by reason.
    package var missedReasons: [String: Int] = [:]
    package var partialReasons: [String: Int] = [:]
    /// What people at the station played by hand, which was never due: how often, and how long in milliseconds.
    package var byHand = (slots: 0, milliseconds: Int64(0))
    /// When the first and the last verified entry was written, by a clock that was believed.
    package var firstHeard: Instant?
    package var lastHeard: Instant?
    /// What its newest status says; nil where there is none that a trusted key has signed.
    package var condition: StationCondition?
    /// Entries that are none, or say too little to be counted.
    package var unreadable = 0
    /// The latest days on which most of what was due was missed, and mostly why.
    package var trouble: Trouble?
    /// What its last days say, where it misses slots again and again.
    package var often: Often?

    /// Misses of the last days.
    package struct Often: Hashable, Sendable {
        /// Slots that were due, and that were missed.
        package var due: Int
        package var missed: Int
        /// The most frequent reason.
        package var reason: String
    }

    /// Days without a break, up to the last one on which anything was due, on which at least half was missed.
    package struct Trouble: Hashable, Sendable {
        /// The first of them, by its number in the period.
        package var since: Int
        /// Slots of these days that were due, and that were missed.
        package var due: Int
        package var missed: Int
        /// The most frequent reason.
        package var reason: String
    }

    /// How many days nothing verified speaks for.
    package var daysWithoutReport: Int { days.count { $0.state == .noReport } }

    /// Whether any of its entries were counted.
    package var isVerified: Bool { logs.contains { ($0.head?.size ?? 0) > 0 } }

    init(_ station: String, _ period: ReportPeriod) {
        self.station = station
        days = Array(repeating: DayCell(), count: period.count)
    }
}

/// Why entries of a log do not count.
package enum LogDoubt: String, Hashable, Sendable, CaseIterable {
    /// Nobody has enrolled a key of the station.
    case notEnrolled = "not-enrolled"
    /// Its head is signed by no enrolled key: another board, or not the station at all.
    case unknownKey = "unknown-key"
    /// It has no head.
    case headMissing = "head-missing"
    /// Its head is older than one that was seen.
    case rolledBack = "rolled-back"
    /// What lies there is not what was signed.
    case tampered
    /// The station's key has signed another history of it.
    case forked
    /// Entries that were signed for are not there.
    case incomplete
    /// Files cannot be read.
    case unreadable
    /// It was begun anew, and nobody has acknowledged that: its entries count, what was lost before does not.
    case lost
}

/// What a station says of itself, as far as a report needs it.
package struct StationCondition: Hashable, Sendable {
    /// One fault that is there.
    package struct Fault: Hashable, Sendable {
        /// Its code, and since when it is there, and what it says.
        package var code: String
        package var since: Instant?
        package var message: String

        /// Makes a fault.
        package init(code: String, since: Instant?, message: String) {
            (self.code, self.since, self.message) = (code, since, message)
        }
    }

    /// An upstream that does not reach it.
    package struct Stale: Hashable, Sendable {
        /// Its name, and when something came of it last.
        package var upstream: String
        package var lastContact: Instant?
    }

    /// What people call it.
    package var name = ""
    /// When it said so.
    package var time: Instant
    /// For how long nothing more may be heard of it before it counts as silent.
    package var patience: Duration
    /// What is wrong with it.
    package var faults: [Fault] = []
    /// What does not reach it.
    package var stale: [Stale] = []
    /// What it belongs to.
    package var groups: [String] = []
}

/// A row of the finest table that a report makes: one station, one day, one class, one set of themes.
///
/// No slot stands in two rows, so that their sums are right.
package struct ReportRow: Hashable, Sendable {
    /// The day's number in the period.
    package var day: Int
    /// The themes of the slots' programme.
    package var themes: [String]
    /// Their class.
    package var programmeClass: String
    /// What became of them.
    package var tally: Tally
    /// Why they were not heard or not whole, and how many each, in order of the reasons' names.
    package var reasons: [Reason]

    /// A reason and how many slots it befell.
    package struct Reason: Hashable, Sendable {
        /// Its name in the log, and how often it occurs.
        package var name: String
        package var slots: Int
    }
}

extension StationFold {
    /// What the fold says of the station; the logs are told by whoever read them.
    func report(of station: String, now: Instant) -> StationReport {
        var report = StationReport(station, period)
        (report.groups, report.version, report.unreadable) = (groups, version, unreadable)
        (report.firstHeard, report.lastHeard) = (firstHeard, lastHeard)
        report.byHand = (byHand.slots, byHand.milliseconds)
        var reasons: [[Int: Int]] = Array(repeating: [:], count: period.count)
        for (key, count) in counts {
            let day = Int(key.day)
            report.total.add(key.verdict, slots: count.slots, milliseconds: count.milliseconds)
            report.days[day][key.verdict] += count.slots
            report.classes[Self.classes[Int(key.programmeClass)], default: Tally()]
                .add(key.verdict, slots: count.slots, milliseconds: count.milliseconds)
            let names = themes[Int(key.themes)]
            for theme in names.isEmpty ? [""] : names {
                report.themes[theme, default: Tally()]
                    .add(key.verdict, slots: count.slots, milliseconds: count.milliseconds)
            }
            guard key.reason != Self.noReason else { continue }
            let reason = Self.reasons[Int(key.reason)]
            switch key.verdict {
            case .missed:
                report.missedReasons[reason, default: 0] += count.slots
                reasons[day][Int(key.reason), default: 0] += count.slots
            case .partial: report.partialReasons[reason, default: 0] += count.slots
            case .onTime, .late, .unproven: break
            }
        }
        mark(&report.days, now: now)
        report.trouble = Self.trouble(report.days, reasons)
        report.often = Self.often(report.days, reasons)
        return report
    }

    /// What nobody speaks for is told from what was before the station's time, or is not over.
    private func mark(_ days: inout [DayCell], now: Instant) {
        let today = period.zone.civilTime(at: now).date.days - period.first.days
        let begun = firstHeard.map { period.zone.civilTime(at: $0).date.days - period.first.days }
        for day in days.indices {
            if isReported[day] {
                days[day].state = .reported
            } else if day < today, begun.map({ day >= $0 }) ?? true {
                days[day].state = .noReport
            }
        }
    }

    /// Misses that somebody has to look into; what was ordered so is none.
    static func isTrouble(_ reason: String) -> Bool {
        ![Reason.muted, .withdrawn, .stoppedByHand, .preEmpted, .overlap, .outsideHours, .permitEnded, .late]
            .contains { $0.rawValue == reason }
    }

    private static func trouble(_ days: [DayCell], _ reasons: [[Int: Int]]) -> StationReport.Trouble? {
        var (since, due, missed): (Int?, Int, Int) = (nil, 0, 0)
        var sums: [Int: Int] = [:]
        for day in days.indices.reversed() where days[day].due > 0 {
            let troubles = reasons[day].filter { isTrouble(Self.reasons[$0.key]) }
            let count = troubles.values.reduce(0, +)
            guard count * 2 >= days[day].due else { break }
            (since, due, missed) = (day, due + days[day].due, missed + count)
            sums.merge(troubles, uniquingKeysWith: +)
        }
        let most = sums.max { ($0.value, $1.key) < ($1.value, $0.key) }
        guard let since, let most else { return nil }
        return .init(since: since, due: due, missed: missed, reason: Self.reasons[most.key])
    }

    /// So many of its last days show whether a station misses slots again and again, if that share is missed.
    private static let recentDays = 30
    private static let oftenMissed = 0.05

    /// What the last days say, if at least half of what they missed is for one reason that somebody has to look into.
    private static func often(_ days: [DayCell], _ reasons: [[Int: Int]]) -> StationReport.Often? {
        let recent = days.indices.suffix(recentDays)
        let (due, missed) = recent.reduce((0, 0)) { ($0.0 + days[$1].due, $0.1 + days[$1][.missed]) }
        var sums: [Int: Int] = [:]
        for day in recent {
            sums.merge(reasons[day].filter { isTrouble(Self.reasons[$0.key]) }, uniquingKeysWith: +)
        }
        let most = sums.max { ($0.value, $1.key) < ($1.value, $0.key) }
        guard due > 0, Double(missed) >= oftenMissed * Double(due), let most, most.value * 2 >= missed
        else { return nil }
        return .init(due: due, missed: missed, reason: Self.reasons[most.key])
    }

    /// The finest rows, in order of day, class and themes; days that nobody speaks for have none.
    var rows: [ReportRow] {
        struct Place: Hashable {
            var day: Int32
            var programmeClass: UInt8
            var themes: Int32
        }
        var rows: [Place: ReportRow] = [:]
        for (key, count) in counts {
            let place = Place(day: key.day, programmeClass: key.programmeClass, themes: key.themes)
            var row =
                rows[place]
                ?? ReportRow(
                    day: Int(key.day), themes: themes[Int(key.themes)],
                    programmeClass: Self.classes[Int(key.programmeClass)], tally: Tally(), reasons: [])
            row.tally.add(key.verdict, slots: count.slots, milliseconds: count.milliseconds)
            if key.reason != Self.noReason {
                let name = Self.reasons[Int(key.reason)]
                if let index = row.reasons.firstIndex(where: { $0.name == name }) {
                    row.reasons[index].slots += count.slots
                } else {
                    row.reasons.append(.init(name: name, slots: count.slots))
                }
            }
            rows[place] = row
        }
        let order = rows.keys.sorted { left, right in
            (left.day, left.programmeClass, themes[Int(left.themes)].joined(separator: "\u{1F}"))
                < (right.day, right.programmeClass, themes[Int(right.themes)].joined(separator: "\u{1F}"))
        }
        return order.compactMap { place in
            rows[place].map { row in
                var row = row
                row.reasons.sort { $0.name < $1.name }
                return row
            }
        }
    }
}
