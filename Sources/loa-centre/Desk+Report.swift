import Centre
import StationCore
import StationHost
import StationTrust
import TerminalText

/// `loa-centre report`: asks for the figures, and puts them where they are wanted.
extension Desk {
    func report(_ words: Words) throws {
        let surroundings = try Surroundings.system()
        let isCSV = words.has("--csv")
        if isCSV, isJSON { throw UsageError(message: ReportText.jsonOrCSV) }
        let period = try period(words, surroundings)
        let proofs = ProofFolder(words.operands[0], memory: words.value("--memory"))
        var reporting = Reporting(proofs, period, now: surroundings.now)
        reporting.stations = try words.list("--stations")
        reporting.groups = try words.list("--groups")
        let csv = ReportCSV(period)
        if isCSV { Terminal.print(ReportCSV.head) }
        let bar = ProgressBar()
        let report = try reporting.run(
            wantsRows: isCSV,
            progress: { bar.show(ReportText.reading[language], Int64($0), of: Int64($1)) },
            each: { station, rows in if isCSV { Terminal.print(csv.text(station, rows)) } })
        bar.clear()
        if let path = words.value("--html") {
            do throws(SystemError) {
                try DurableFile.replace(
                    path, with: ReportPage(report, language).bytes, mode: 0o644, surroundings.calls)
            } catch { throw CentreError(error) }
        }
        if isJSON {
            write(report)
        } else if !isCSV {
            Terminal.print(ReportText.text(report, language))
        }
    }

    /// Writes the report's JSON, a station after the other: all of them at once would take the memory of a browser.
    private func write(_ report: Report) {
        var text = String(JSON.object(report.jsonMembers).description.dropLast()) + ",\"stations\":["
        for (number, station) in report.stations.enumerated() {
            text += (number > 0 ? "," : "") + report.json(station).description
            if text.utf8.count > 1 << 20 {
                Terminal.print(text)
                text = ""
            }
        }
        Terminal.print(text + "]}\n")
    }

    private func period(_ words: Words, _ surroundings: Surroundings) throws(UsageError) -> ReportPeriod {
        let today = surroundings.zone.civilTime(at: surroundings.now).date
        let last = try date("--to", words) ?? today
        let first = try date("--from", words) ?? CivilDate(days: last.days - ReportPeriod.usualDays + 1)
        guard
            let period = ReportPeriod(
                from: first, to: last, zone: surroundings.zone, zoneName: Surroundings.zoneName)
        else {
            throw UsageError(
                message: UsageText.bad("--from", "\(first.text) --to \(last.text)", ReportText.expectedPeriod)
            )
        }
        return period
    }

    private func date(_ name: String, _ words: Words) throws(UsageError) -> CivilDate? {
        guard let text = words.value(name) else { return nil }
        guard let date = CivilDate(text: text) else {
            throw UsageError(message: UsageText.bad(name, text, ReportText.expectedDate))
        }
        return date
    }
}
