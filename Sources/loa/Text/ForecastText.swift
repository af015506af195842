import StationCore
import StationSimulator
import StationTrust
import TerminalText

/// What `loa simulate` says: the slots as they would go, and the faults that would show.
struct ForecastText {
    private let language: Language
    private let format: Format
    private let zone: ZoneFile

    /// Speaks that language, of times in that zone.
    init(_ language: Language, zone: ZoneFile) {
        self.language = language
        self.zone = zone
        format = Format(language: language)
    }

    // MARK: For a person

    /// A line for all that goes wrong, a line a slot with as much of its title as the columns of a terminal leave room
    /// for, then a line a fault, then how many of what.
    func report(
        _ forecast: Forecast, over period: Range<Instant>, with troubles: Forecast.Troubles, columns: Int?
    ) -> String {
        var lines = [Catalogue.simulated(time(period.lowerBound), time(period.upperBound))[language]]
        lines += TextWidth.table(rows(troubles))
        lines += TextWidth.table(forecast.outcomes.map(row), cutting: 2, to: columns)
        if forecast.outcomes.isEmpty { lines.append(Catalogue.noSlots[language]) }
        if !forecast.faults.isEmpty {
            lines += ["", Catalogue.faults[language] + ":"] + TextWidth.table(forecast.faults.map(row))
        }
        return TextWidth.printed(lines + ["", summary(forecast)])
    }

    private func row(_ outcome: JSON) -> [String] {
        let result = outcome["result"]?.text ?? ""
        let mark = result == "played" ? "✓" : result == "partial" ? "!" : "✗"
        let reason = outcome["reason"]?.text.map { Catalogue.reason($0)[language] }
        let seconds = outcome["framesConsumed"]?.number.flatMap { frames in
            outcome["rate"]?.number.map { frames / max(1, $0) }
        }
        return [
            mark, format.time(outcome["scheduled"]?.text), outcome["title"]?.text ?? "",
            [Catalogue.result(result)[language], reason].compactMap(\.self).joined(separator: ": "),
            seconds.map { $0 > 0 ? format.position($0) : "" } ?? "",
        ]
    }

    private func rows(_ troubles: Forecast.Troubles) -> [[String]] {
        var rows: [[String]] = []
        func add(_ from: Instant, _ until: Instant?, _ what: Phrase) {
            rows.append(["⚡", time(from), until.map { "→ " + time($0) } ?? "", what[language]])
        }
        if let step = troubles.clockStep {
            add(step.at, nil, Catalogue.stepped(format.microseconds(Double(step.by.nanoseconds) / 1000)))
        }
        for (stretch, what) in [
            (troubles.powerCut, Catalogue.powerAway), (troubles.networkDown, Catalogue.networkAway),
            (troubles.cardLost, Catalogue.cardAway),
        ] {
            if let stretch { add(stretch.lowerBound, stretch.upperBound, what) }
        }
        return rows
    }

    private func row(_ fault: Forecast.Fault) -> [String] {
        let until = fault.until.map { "→ " + time($0) } ?? "→ …"
        return [
            "✗", time(fault.since), until, Catalogue.fault(fault.code)[language],
            Phrasebook.translated(fault.message)[language],
        ]
    }

    private func summary(_ forecast: Forecast) -> String {
        func count(_ result: String) -> Int { forecast.outcomes.count { $0["result"]?.text == result } }
        return Catalogue.simulatedCounts(
            played: count("played"), partial: count("partial"), missed: count("missed"),
            faults: forecast.faults.count)[language]
    }

    private func time(_ instant: Instant) -> String { format.time(text(instant)) }

    private func text(_ instant: Instant) -> String {
        RFC3339.string(from: instant, offset: zone.offset(at: instant).seconds, fraction: .microseconds)
    }

    // MARK: For a program

    /// One object on one line.
    func json(_ forecast: Forecast, over period: Range<Instant>) -> String {
        let answer: JSON = [
            "from": .string(text(period.lowerBound)), "until": .string(text(period.upperBound)),
            "slots": .array(forecast.outcomes.map(slot)),
            "faults": .array(
                forecast.faults.map {
                    [
                        "code": .string($0.code), "message": .string($0.message),
                        "since": .string(text($0.since)),
                        "until": $0.until.map { .string(text($0)) } ?? .null,
                    ]
                }),
        ]
        return String(decoding: answer.bytes, as: UTF8.self) + "\n"
    }

    /// The members of an outcome that a simulation can know.
    private func slot(_ outcome: JSON) -> JSON {
        let names = [
            "slot", "programme", "title", "class", "upstream", "scheduled", "result", "reason", "startedAt",
            "endedAt", "framesPlanned", "framesConsumed", "rate",
        ]
        return .object(names.map { .init($0, outcome[$0] ?? .null) })
    }
}
