package import StationCore
import StationTrust

/// A station that somebody has to look after, and why.
package struct Visit: Hashable, Sendable {
    /// What is wrong, the most urgent first.
    package enum Cause: Hashable, Sendable {
        /// Its log is not what was signed, or is older than what was seen.
        case log(LogDoubt)
        /// Nothing is heard of it.
        case silent
        /// At least half of what was due is missed, day after day, mostly for that reason.
        case missing(reason: String, missed: Int, due: Int)
        /// It plays to a card that proves nothing.
        case unproven(slots: Int)
        /// It says so itself.
        case fault(code: String, message: String)
        /// It lives, but an upstream does not reach it.
        case stale(upstream: String)
        /// It misses slots again and again, mostly for that reason.
        case often(reason: String, missed: Int, due: Int)
        /// What its log lost, or whose it is, is for the centre to decide.
        case desk(LogDoubt)

        /// What comes first is the most urgent.
        var urgency: Int {
            switch self {
            case .log: 0
            case .silent: 1
            case .missing: 2
            case .unproven: 3
            case .fault: 4
            case .stale: 5
            case .desk: 6
            case .often: 7
            }
        }

        /// A name that stays as it is.
        package var code: String {
            switch self {
            case .log(let doubt), .desk(let doubt): doubt.rawValue
            case .silent: "silent"
            case .missing: "missing"
            case .unproven: "unproven"
            case .fault(let code, _): code
            case .stale: "stale"
            case .often: "often-missed"
            }
        }

        /// Whether somebody has to travel; else it is done at the desk.
        package var isOnSite: Bool {
            switch self {
            case .log, .desk: false
            default: true
            }
        }
    }

    /// The station, and its place in the report.
    package let station: String
    package let name: String
    package let place: Int
    package let cause: Cause
    /// Since when, as far as anybody knows.
    package let since: CivilDate?

    func json(_ period: ReportPeriod) -> JSON {
        var members: [JSON.Member] = [
            .init("station", .string(station)), .init("name", .string(name)),
            .init("cause", .string(cause.code)),
            .init("onSite", .bool(cause.isOnSite)), .init("since", since.map { .string($0.text) } ?? .null),
        ]
        switch cause {
        case .missing(let reason, let missed, let due), .often(let reason, let missed, let due):
            members += [
                .init("reason", .string(reason)), .init("missed", .integer(Int64(missed))),
                .init("slots", .integer(Int64(due))),
            ]
        case .unproven(let slots): members.append(.init("slots", .integer(Int64(slots))))
        case .fault(_, let message): members.append(.init("message", .string(message)))
        case .stale(let upstream): members.append(.init("upstream", .string(upstream)))
        case .log, .silent, .desk: break
        }
        return .object(members)
    }
}

extension Report {
    /// A station that promises nothing, for it has no status, sends its log once a day.
    private static let unpromised = Duration.seconds(2 * 86_400)

    /// What needs somebody, the most urgent first, and of equals what has lasted longest.
    package var visits: [Visit] {
        stations.enumerated().flatMap { place, station in visits(station, place) }
            .sorted { left, right in
                let (one, other) = (left.cause.urgency, right.cause.urgency)
                if one != other { return one < other }
                let (since, otherSince) = (left.since?.days ?? .min, right.since?.days ?? .min)
                return (since, left.station) < (otherSince, right.station)
            }
    }

    /// The latest instant of which a station could have told.
    private var reference: Instant { min(made, period.end) }

    private func visits(_ station: StationReport, _ place: Int) -> [Visit] {
        func visit(_ cause: Visit.Cause, since: CivilDate?) -> Visit {
            Visit(station: station.station, name: station.name, place: place, cause: cause, since: since)
        }
        var found: [Visit] = []
        for doubt in Set(station.logs.compactMap(\.doubt)).sorted(by: { $0.rawValue < $1.rawValue }) {
            switch doubt {
            case .tampered, .forked, .rolledBack, .headMissing, .incomplete, .unreadable:
                found.append(visit(.log(doubt), since: nil))
            case .notEnrolled, .unknownKey, .lost: found.append(visit(.desk(doubt), since: nil))
            }
        }
        // Whose log nobody may believe is not silent, too.
        let isBelieved = station.isVerified
        let heard = [station.lastHeard, station.condition?.time].compactMap(\.self).max()
        let patience = station.condition?.patience ?? Self.unpromised
        if station.logs.isEmpty, !station.keys.isEmpty, heard.map({ reference - $0 > patience }) ?? true {
            found.append(visit(.silent, since: heard.map { period.zone.civilTime(at: $0).date }))
        } else if isBelieved, let heard, reference - heard > patience {
            found.append(visit(.silent, since: period.zone.civilTime(at: heard).date))
        } else if let trouble = station.trouble {
            found.append(
                visit(
                    .missing(reason: trouble.reason, missed: trouble.missed, due: trouble.due),
                    since: period[trouble.since]))
        } else if let unproven = latelyUnproven(station) {
            found.append(visit(.unproven(slots: unproven.slots), since: period[unproven.since]))
        } else if let often = station.often {
            let cause = Visit.Cause.often(reason: often.reason, missed: often.missed, due: often.due)
            found.append(visit(cause, since: nil))
        }
        if let condition = station.condition, reference - condition.time <= patience {
            for fault in condition.faults where !Self.isTold(fault, by: found) {
                found.append(
                    visit(
                        .fault(code: fault.code, message: fault.message),
                        since: fault.since.map { period.zone.civilTime(at: $0).date }))
            }
            for stale in condition.stale where !Self.isTold(stale, by: found) {
                found.append(
                    visit(
                        .stale(upstream: stale.upstream),
                        since: stale.lastContact.map { period.zone.civilTime(at: $0).date }))
            }
        }
        return found
    }

    /// Whether a fault of the station is why it misses slots, which is told already.
    private static func isTold(_ fault: StationCondition.Fault, by visits: [Visit]) -> Bool {
        visits.contains { visit in
            switch visit.cause {
            case .missing(let reason, _, _), .often(let reason, _, _):
                fault.code == "device" && reason.hasPrefix("device-") || fault.code == reason
                    || fault.code == "content" && reason.hasSuffix("-content")
            default: false
            }
        }
    }

    /// Whether a fault tells of the upstream already, by its name.
    private static func isTold(_ stale: StationCondition.Stale, by visits: [Visit]) -> Bool {
        visits.contains { visit in
            guard case .fault("upstream", let message) = visit.cause else { return false }
            return message.hasPrefix(stale.upstream + ":")
        }
    }

    /// The last days with slots, as far back as each has unproven ones.
    private func latelyUnproven(_ station: StationReport) -> (since: Int, slots: Int)? {
        var (since, slots): (Int?, Int) = (nil, 0)
        for day in station.days.indices.reversed() where station.days[day].due > 0 {
            guard station.days[day][.unproven] > 0 else { break }
            (since, slots) = (day, slots + station.days[day][.unproven])
        }
        return since.map { ($0, slots) }
    }
}
