package import StationCore
package import StationTrust

// The report as JSON: stable, for programs. What it means is said in the command's help.

extension Report {
    /// All but the stations, as `--json` has it.
    package var jsonMembers: [JSON.Member] {
        [
            .init("from", .string(period.first.text)), .init("to", .string(period.last.text)),
            .init("zone", .string(period.zoneName)),
            .init("made", .string(text(made))),
            .init("chosen", .array(chosen.map { .string($0) })),
            .init("total", .object(total.jsonMembers)),
            .init(
                "byHand", ["slots": .integer(Int64(byHand.slots)), "seconds": .seconds(byHand.milliseconds)]),
            .init("missedReasons", .counts(missedReasons)), .init("partialReasons", .counts(partialReasons)),
            .init("themes", .tallies(themes, named: "theme")),
            .init("classes", .tallies(classes, named: "class")),
            .init(
                "groups",
                .array(
                    groups.sorted { $0.key < $1.key }.map { name, group in
                        .object(
                            [
                                .init("group", .string(name)),
                                .init("stations", .integer(Int64(group.stations))),
                            ]
                                + group.total.jsonMembers
                                + [.init("daysWithoutReport", .integer(Int64(group.daysWithoutReport)))])
                    })),
            .init(
                "days",
                .array(
                    days.indices.map { day in
                        .object(
                            [.init("day", .string(period[day].text))] + days[day].jsonMembers(withTime: false)
                                + [
                                    .init("stations", .integer(Int64(servingStations[day]))),
                                    .init("stationsWithoutReport", .integer(Int64(silentStations[day]))),
                                ])
                    })),
            .init("visits", .array(visits.map { $0.json(period) })),
        ]
    }

    /// An instant in RFC 3339 in the centre's zone.
    package func text(_ instant: Instant) -> String {
        RFC3339.string(from: instant, offset: period.zone.offset(at: instant).seconds)
    }
}

extension Report {
    /// One station, as a member of `stations`.
    package func json(_ station: StationReport) -> JSON {
        .object(
            [
                .init("station", .string(station.station)), .init("name", .string(station.name)),
                .init("groups", .array(station.groups.map { .string($0) })),
            ] + station.total.jsonMembers + [
                .init("daysWithoutReport", .integer(Int64(station.daysWithoutReport))),
                .init(
                    "byHand",
                    [
                        "slots": .integer(Int64(station.byHand.slots)),
                        "seconds": .seconds(station.byHand.milliseconds),
                    ]),
                .init("missedReasons", .counts(station.missedReasons)),
                .init("partialReasons", .counts(station.partialReasons)),
                .init("themes", .tallies(station.themes, named: "theme")),
                .init("classes", .tallies(station.classes, named: "class")),
                .init("lastEntry", station.lastHeard.map { .string(text($0)) } ?? .null),
                .init("lastStatus", station.condition.map { .string(text($0.time)) } ?? .null),
                .init(
                    "faults",
                    .array(
                        (station.condition?.faults ?? []).map { fault in
                            [
                                "code": .string(fault.code),
                                "since": fault.since.map { .string(text($0)) } ?? .null,
                                "message": .string(fault.message),
                            ]
                        })),
                .init("logs", .array(station.logs.map(\.json))),
                .init("unreadableEntries", .integer(Int64(station.unreadable))),
                .init("days", .array(jsonDays(of: station))),
            ])
    }

    /// The days on which a station was in service.
    private func jsonDays(of station: StationReport) -> [JSON] {
        station.days.enumerated().compactMap { day, cell in
            guard cell.state != .outside else { return nil }
            return .object(
                [
                    .init("day", .string(period[day].text)),
                    .init("state", cell.state == .reported ? "reported" : "no-report"),
                ] + cell.tally.jsonMembers(withTime: false))
        }
    }
}

extension Tally {
    var jsonMembers: [JSON.Member] { jsonMembers(withTime: true) }

    func jsonMembers(withTime: Bool) -> [JSON.Member] {
        [
            .init("slots", .integer(Int64(due))), .init("onTime", .integer(Int64(onTime))),
            .init("late", .integer(Int64(late))), .init("partial", .integer(Int64(partial))),
            .init("missed", .integer(Int64(missed))), .init("unproven", .integer(Int64(unproven))),
        ] + (withTime ? [.init("seconds", .seconds(milliseconds))] : [])
    }
}

extension StationReport.Log {
    var json: JSON {
        [
            "origin": .string(origin), "verifiedSize": .integer(head?.size ?? 0),
            "root": head.map { .string(Base64.text($0.root.bytes)) } ?? .null,
            "doubt": doubt.map { .string($0.rawValue) } ?? .null,
        ]
    }
}

extension JSON {
    /// Whole seconds: nobody is credited with one that was not heard to its end.
    fileprivate static func seconds(_ milliseconds: Int64) -> JSON { .integer(milliseconds / 1000) }

    fileprivate static func counts(_ counts: [String: Int]) -> JSON {
        .object(counts.sorted { $0.key < $1.key }.map { .init($0.key, .integer(Int64($0.value))) })
    }

    fileprivate static func tallies(_ tallies: [String: Tally], named name: String) -> JSON {
        .array(
            tallies.sorted { $0.key < $1.key }.map { key, tally in
                .object([.init(name, .string(key))] + tally.jsonMembers)
            })
    }
}
