import Centre
import StationTrust
import TerminalText

/// What `loa-centre report` says: its help, its complaints, and the report as text.
enum ReportText {
    static let usage = [
        "loa-centre report PROOFS [--from D] [--to D] [--html FILE] [--json | --csv]",
        "                  [--groups A,B] [--stations C,D] [--memory DIR]",
    ]

    static let summary = Phrase(
        vi: "Báo cáo đã phát gì, ở đâu, bao lâu, và vì sao không",
        en: "Reports what was broadcast where, and why not")

    static let details = [
        Phrase(
            vi:
                "D: ngày như 2026-03-31, theo giờ Việt Nam, tính cả ngày đầu và ngày cuối. Mặc định: 30 ngày đến hôm nay.",
            en:
                "D: a day such as 2026-03-31 in Vietnam's zone, first and last included. Default: 30 days up to today."
        ),
        Phrase(
            vi: "Chỉ tính những mục dẫn đến chữ ký của khóa đã đăng ký (enrol); mọi mục được kiểm tra lại.",
            en:
                "Counts only entries that lead to the signature of an enrolled key; all of them are checked again."
        ),
        Phrase(
            vi: "--html FILE: một trang đứng riêng, không cần mạng, in được. Ngôn ngữ theo --lang.",
            en:
                "--html FILE: one page that stands alone, without network, and can be printed; in the language of --lang."
        ),
        Phrase(
            vi:
                "--csv: mỗi trạm, ngày, cấp và nhóm chủ đề một dòng; cộng lại không trùng. seconds là số giây đã phát.",
            en:
                "--csv: a row per station, day, class and set of themes; their sums are right. seconds were broadcast."
        ),
        Phrase(
            vi:
                "--json: slots = onTime + late + partial + missed + unproven ở total, themes, classes, groups, days, stations.",
            en:
                "--json: slots = onTime + late + partial + missed + unproven in total, themes, classes, groups, days, "
                + "stations."),
        Phrase(
            vi: "--memory DIR: nơi nhớ khóa và đầu nhật ký (mặc định PROOFS/.loa-centre).",
            en: "--memory DIR: where keys and heads are remembered (default PROOFS/.loa-centre)."),
    ]

    static let reading = Phrase(vi: "Đọc nhật ký", en: "Reading logs")
    static let jsonOrCSV = Phrase(vi: "chỉ một trong --json và --csv", en: "only one of --json and --csv")
    static let expectedDate = Phrase(vi: "một ngày như 2026-03-31", en: "a day such as 2026-03-31")
    static let expectedPeriod = Phrase(
        vi: "ngày đầu trước ngày cuối, nhiều nhất mười năm",
        en: "the first day before the last, at most ten years")

    /// So many lines of the list of what needs somebody are shown.
    private static let mostVisits = 30

    /// The report for a terminal.
    static func text(_ report: Report, _ language: Language) -> String {
        let figures = ReportFigures(language)
        let visits = report.visits
        var lines = report.lead(figures, visits: visits) + [""]
        func heading(_ phrase: Phrase) { lines += [phrase[language]] }
        func tallies(_ rows: [(name: String, tally: Tally)]) {
            lines += table(rows, figures) + [""]
        }
        let themes = report.themes.sorted {
            ($1.value.milliseconds, $0.key) < ($0.value.milliseconds, $1.key)
        }
        heading(Phrase(vi: "Theo chủ đề:", en: "By theme:"))
        tallies(themes.map { (ReportWords.theme($0.key)[language], $0.value) })
        heading(Phrase(vi: "Theo cấp:", en: "By class:"))
        tallies(
            report.classes.sorted { $0.key < $1.key }.map {
                (ReportWords.programmeClass($0.key)[language], $0.value)
            })
        heading(Phrase(vi: "Theo nhóm:", en: "By group:"))
        tallies(
            report.groups.sorted { $0.key < $1.key }.map {
                (ReportWords.group($0.key)[language], $0.value.total)
            })
        if !report.missedReasons.isEmpty {
            heading(Phrase(vi: "Không phát vì:", en: "Missed because:"))
            let reasons = report.missedReasons.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            lines +=
                TextWidth.table(
                    reasons.map { ["  " + ReportWords.reason($0.key)[language], figures.count($0.value)] })
                + [""]
        }
        heading(Phrase(vi: "Theo trạm:", en: "By station:"))
        lines += stations(report, figures) + [""]
        if !visits.isEmpty {
            heading(Phrase(vi: "Cần người xem:", en: "What needs somebody:"))
            lines += TextWidth.table(
                visits.prefix(mostVisits).map { visit in
                    [
                        "  " + visit.station, visit.since?.text(language) ?? "–",
                        ReportWords.place(visit.cause)[language],
                        ReportWords.cause(visit.cause, figures),
                    ]
                })
            if visits.count > mostVisits {
                let rest = figures.count(visits.count - mostVisits)
                lines.append(Phrase(vi: "  và \(rest) việc khác", en: "  and \(rest) more")[language])
            }
        }
        return TextWidth.printed(lines)
    }

    private static func head(_ language: Language) -> [String] {
        [
            "", Phrase(vi: "lượt", en: "slots")[language], Phrase(vi: "đúng giờ", en: "on time")[language],
            Phrase(vi: "trễ", en: "late")[language], Phrase(vi: "dở", en: "partial")[language],
            Phrase(vi: "không phát", en: "missed")[language],
            Phrase(vi: "không rõ", en: "unproven")[language],
            Phrase(vi: "phút", en: "minutes")[language],
        ]
    }

    private static func cells(_ tally: Tally, _ figures: ReportFigures) -> [String] {
        [figures.count(tally.due), figures.percent(tally.onTime, of: tally.due)]
            + [tally.late, tally.partial, tally.missed, tally.unproven].map(figures.count)
            + [figures.minutes(tally.milliseconds)]
    }

    private static func table(_ rows: [(name: String, tally: Tally)], _ figures: ReportFigures) -> [String] {
        aligned([head(figures.language)] + rows.map { ["  " + $0.name] + cells($0.tally, figures) })
    }

    private static func stations(_ report: Report, _ figures: ReportFigures) -> [String] {
        let language = figures.language
        let head =
            head(language) + [
                Phrase(vi: "ngày không báo cáo", en: "days without report")[language],
                Phrase(vi: "đã kiểm chứng đến mục", en: "verified up to entry")[language],
            ]
        return aligned(
            [head]
                + report.stations.map { station in
                    let logs = station.logs.map { log in
                        let size = figures.count(Int(log.head?.size ?? 0))
                        return log.doubt.map { "\(size) (\(ReportWords.doubt($0)[language]))" } ?? size
                    }
                    return ["  " + station.station] + cells(station.total, figures)
                        + [figures.count(station.daysWithoutReport), logs.joined(separator: ", ")]
                })
    }

    /// A table whose columns of figures stand to the right: all but the first, and the last where it has words.
    private static func aligned(_ rows: [[String]]) -> [String] {
        var widths: [Int: Int] = [:]
        for row in rows {
            for (column, cell) in row.enumerated() {
                widths[column] = max(widths[column] ?? 0, TextWidth.columns(TextWidth.harmless(cell)))
            }
        }
        return TextWidth.table(
            rows.map { row in
                row.enumerated().map { column, cell in
                    guard 1...8 ~= column else { return cell }
                    let gap = (widths[column] ?? 0) - TextWidth.columns(TextWidth.harmless(cell))
                    return String(repeating: " ", count: max(0, gap)) + cell
                }
            })
    }
}
