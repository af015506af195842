/// The report as a table for spreadsheets (RFC 4180): a row per station, day, class and set of themes.
///
/// UTF-8 with a byte order mark, without which spreadsheets take Vietnamese for another script. Times are whole
/// seconds and days `2026-03-31`: neither depends on where a decimal's comma is.
package struct ReportCSV {
    private let period: ReportPeriod

    /// Writes tables for a period.
    package init(_ period: ReportPeriod) { self.period = period }

    /// The byte order mark and the names of the columns.
    package static let head =
        "\u{FEFF}"
        + [
            "station", "name", "groups", "day", "state", "class", "themes", "slots", "on_time", "late",
            "partial", "missed", "unproven", "seconds", "reasons",
        ].joined(separator: ",") + "\r\n"

    /// A station's rows; a day that nothing verified speaks for is one row without slots.
    package func text(_ station: StationReport, _ rows: [ReportRow]) -> String {
        var text = ""
        let start = [station.station, station.name, station.groups.joined(separator: "; ")].map(Self.field)
            .joined(separator: ",")
        var rows = rows[...]
        for (day, cell) in station.days.enumerated() {
            if cell.state == .noReport {
                text += "\(start),\(period[day].text),no-report,,,0,0,0,0,0,0,0,\r\n"
            }
            while let row = rows.first, row.day == day {
                rows.removeFirst()
                text += "\(start),\(period[day].text),reported,\(line(row))\r\n"
            }
        }
        return text
    }

    private func line(_ row: ReportRow) -> String {
        let tally = row.tally
        let numbers = [tally.due, tally.onTime, tally.late, tally.partial, tally.missed, tally.unproven]
        let reasons = row.reasons.map { "\($0.name) \($0.slots)" }.joined(separator: "; ")
        return Self.field(row.programmeClass) + "," + Self.field(row.themes.joined(separator: "; ")) + ","
            + numbers.map(String.init).joined(separator: ",") + ",\(tally.milliseconds / 1000),"
            + Self.field(reasons)
    }

    /// A field as a spreadsheet takes it for text.
    ///
    /// What begins like a formula would be carried out by whoever opens the table: an apostrophe before it says that
    /// it is none.
    static func field(_ text: String) -> String {
        var text = text
        if let first = text.unicodeScalars.first, formula.contains(first) { text = "'" + text }
        let mustBeQuoted = text.unicodeScalars.contains { "\",;\r\n\t".unicodeScalars.contains($0) }
        guard mustBeQuoted else { return text }
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
            + "\""
    }

    private static let formula: Set<Unicode.Scalar> = [
        "=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠",
    ]
}
