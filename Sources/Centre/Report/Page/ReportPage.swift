import StationCore
import StationTrust
package import TerminalText

/// The report as one page of HTML that stands alone: no network, no script, everything in it readable as text.
package struct ReportPage {
    let report: Report
    let language: Language
    let figures: ReportFigures
    let visits: [Visit]
    let strip: DayStrip
    /// So many lines the list of what needs somebody has, and so many stations are told of closely.
    static let mostVisits = 200
    static let mostDetails = 60

    /// Makes the page of a report.
    package init(_ report: Report, _ language: Language) {
        (self.report, self.language) = (report, language)
        figures = ReportFigures(language)
        visits = report.visits
        strip = DayStrip(report.period)
    }

    func say(_ vi: String, _ en: String) -> String { Phrase(vi: vi, en: en)[language] }

    /// The page, in UTF-8.
    package var bytes: [UInt8] {
        var page = Markup()
        page.add("<!DOCTYPE html>\n<html lang=\"\(language.rawValue)\">\n<head><meta charset=\"utf-8\">")
        page.add("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">")
        // Whatever stood in it, the page could not carry it out or send it anywhere.
        page.add(
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';style-src 'unsafe-inline'\">"
        )
        page.add("<meta name=\"generator\" content=\"loa-centre report\">")
        page.add("title", text: "\(title) · \(days)")
        page.add("<style>\n\(PageStyle.css)\n</style></head>\n<body>\n")
        page.add(definitions)
        addHeader(&page)
        page.add("\n<main>\n")
        addNeeds(&page)
        addThemes(&page)
        addReasons(&page)
        addClasses(&page)
        addGroups(&page)
        addCalendar(&page)
        addMap(&page)
        addVisits(&page)
        addDetails(&page)
        addMethod(&page)
        addEvidence(&page)
        page.add("</main>\n")
        page.add("footer") { footer in
            footer.add(
                "p", "class=\"foot\"", text: say("Lập bằng", "Made by") + " loa-centre report · " + made)
        }
        page.add("\n</body>\n</html>\n")
        return page.bytes
    }

    // MARK: Parts

    var title: String { say("Báo cáo phát thanh", "Broadcast report") }

    var days: String {
        let (first, last) = (report.period.first.text(language), report.period.last.text(language))
        return first == last ? first : "\(first) – \(last)"
    }

    var made: String {
        let text = report.text(report.made)
        return Format(language: language).time(text) + " (\(Surroundings.zoneMark(text)))"
    }

    /// What pictures use in common: patterns, and the borders of months.
    private var definitions: String {
        let months = strip.months.dropFirst().map { "M\($0.bar * strip.width) 0v\(DayStrip.height)" }.joined()
        return """
            <svg width="0" height="0" aria-hidden="true" focusable="false" style="position:absolute"><defs>\
            <pattern id="h" width="4" height="4" patternUnits="userSpaceOnUse"><path class="hatch" d="M-1 1l2-2M0 4l4-4\
            M3 5l2-2" stroke-width="1"/></pattern>\
            <pattern id="d" width="4" height="4" patternUnits="userSpaceOnUse"><rect class="paper" width="4" height="4"/>\
            <rect class="dots" x="1" y="1" width="1.6" height="1.6"/></pattern>\
            <pattern id="l" width="6" height="6" patternUnits="userSpaceOnUse"><rect class="late" width="6" height="6"/>\
            <path class="ink" d="M0 6l6-6" stroke-width=".8"/></pattern>\
            <pattern id="p" width="5" height="5" patternUnits="userSpaceOnUse"><rect class="partial" width="5" height="5"/>\
            <path d="M2.5 0v5" stroke="#fff" stroke-width="1"/></pattern>\
            <path id="m" class="months" d="\(months)"/></defs></svg>
            """
    }

    private func addHeader(_ page: inout Markup) {
        page.add("header") { header in
            header.add("p", "class=\"kind\"", text: title)
            header.add("h1", text: days)
            header.add("p", "class=\"lead\"") { lead in
                lead.add(text: report.lead(figures, visits: visits).joined(separator: " "))
            }
            if !report.chosen.isEmpty {
                header.add(
                    "p", "class=\"note\"",
                    text: say("Chỉ tính: ", "Narrowed down to: ")
                        + report.chosen.joined(separator: ", "))
            }
            addFigures(&header)
            addWhole(&header)
            header.add("p", "class=\"note\"", text: headerNote)
            addNavigation(&header)
        }
    }

    private var headerNote: String {
        say(
            "Ngày tính theo giờ \(report.period.zoneName). Lập lúc \(made). Chỉ tính những gì nhật ký của trạm chứng "
                + "minh được bằng chữ ký.",
            "Days are those of \(report.period.zoneName). Made on \(made). Only what the stations' signed logs prove "
                + "is counted.")
    }

    private func addFigures(_ page: inout Markup) {
        let total = report.total
        let withoutReport = report.silentStations.reduce(0, +)
        let served = report.servingStations.reduce(0, +)
        let figures: [(name: String, figure: String, more: String)] = [
            (
                say("Trọn vẹn và đúng giờ", "Whole and on time"),
                self.figures.percent(total.onTime, of: total.due),
                say("\(count(total.onTime)) lượt", "\(count(total.onTime)) slots")
            ),
            (
                say("Thời gian đã phát", "Time broadcast"),
                count(Int(total.milliseconds / 3_600_000)) + say(" giờ", " h"),
                say(
                    "\(self.figures.minutes(total.milliseconds)) phút, đo tại card",
                    "\(self.figures.minutes(total.milliseconds)) minutes, as the cards consumed them")
            ),
            (
                say("Không phát", "Missed"), count(total.missed),
                self.figures.percent(total.missed, of: total.due) + say(" số lượt", " of slots")
            ),
            (
                say("Trạm cần người đến", "Stations to visit"), count(visited),
                say("trong \(count(report.stations.count)) trạm", "of \(count(report.stations.count))")
            ),
            (
                say("Ngày không có báo cáo", "Days without report"),
                self.figures.percent(withoutReport, of: served),
                say(
                    "\(count(withoutReport)) trong \(count(served)) ngày × trạm",
                    "\(count(withoutReport)) of \(count(served)) station days")
            ),
        ]
        page.add("dl", "class=\"key\"") { list in
            for figure in figures {
                list.add("div") { box in
                    box.add("dt", text: figure.name)
                    box.add("dd") { value in
                        value.add(text: figure.figure)
                        value.add("small", text: figure.more)
                    }
                }
            }
        }
    }

    func count(_ number: Int) -> String { figures.count(number) }

    private var visited: Int { Set(visits.filter(\.cause.isOnSite).map(\.station)).count }

    private static let fills: [SlotVerdict: String] = [
        .onTime: "class=\"ok\"", .late: "fill=\"url(#l)\"", .partial: "fill=\"url(#p)\"",
        .missed: "class=\"missed\"",
        .unproven: "fill=\"url(#d)\"",
    ]

    /// All slots as one bar.
    private func addWhole(_ page: inout Markup) {
        let total = report.total
        guard total.due > 0 else { return }
        let parts = SlotVerdict.allCases.filter { total[$0] > 0 }
        let told = parts.map {
            "\(ReportWords.verdict($0)[language]) \(figures.percent(total[$0], of: total.due))"
        }
        page.add("<svg class=\"whole\" viewBox=\"0 0 1000 30\" preserveAspectRatio=\"none\" role=\"img\">")
        page.add("title", text: told.joined(separator: ", "))
        var x = 0.0
        for verdict in parts {
            let width = Double(total[verdict]) / Double(total.due) * 1000
            page.add(
                "<rect \(Self.fills[verdict] ?? "") x=\"\(Self.short(x))\" width=\"\(Self.short(width))\" height=\"30\"/>"
            )
            x += width
        }
        page.add("<rect class=\"edge\" width=\"1000\" height=\"30\"/></svg>")
        page.add("ul", "class=\"legend\"") { list in
            for verdict in SlotVerdict.allCases where verdict != .unproven || total.unproven > 0 {
                list.add("li") { item in
                    item.add(Self.swatch(Self.fills[verdict] ?? ""))
                    item.add(
                        text: "\(ReportWords.verdict(verdict)[language]) \(count(total[verdict])) ("
                            + figures.percent(total[verdict], of: total.due) + ")")
                }
            }
        }
    }

    static func swatch(_ fill: String) -> String {
        "<svg viewBox=\"0 0 22 16\" aria-hidden=\"true\"><rect \(fill) width=\"22\" height=\"16\"/>"
            + "<rect class=\"edge\" x=\".5\" y=\".5\" width=\"21\" height=\"15\"/></svg>"
    }

    /// A coordinate with one digit behind the point.
    static func short(_ number: Double) -> String {
        let tenths = Int((number * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }

    private var places: [(id: String, name: String)] {
        [
            ("needs", say("Việc cần làm", "What needs somebody")), ("themes", say("Chủ đề", "Themes")),
            ("reasons", say("Vì sao không phát", "Why slots were missed")),
            ("classes", say("Cấp", "Classes")),
            ("groups", say("Nhóm", "Groups")), ("days", say("Từng ngày", "Day by day")),
            ("map", say("Từng trạm", "Stations day by day")),
            ("visits", say("Việc ở từng trạm", "To do, station by station")),
            ("method", say("Cách tính", "How it was computed")), ("evidence", say("Bằng chứng", "Evidence")),
        ]
    }

    private func addNavigation(_ page: inout Markup) {
        page.add("nav", "aria-label=\"\(Markup.escaped(say("Mục lục", "Contents")))\"") { nav in
            nav.add("ul") { list in
                for place in places {
                    list.add("li") { $0.add("a", "href=\"#\(place.id)\"", text: place.name) }
                }
            }
        }
    }

    /// A section with its heading, which the contents lead to.
    func addSection(
        _ id: String, _ page: inout Markup, startsPage: Bool = false, _ body: (inout Markup) -> Void
    ) {
        let name = places.first { $0.id == id }?.name ?? id
        page.add(
            "section", "id=\"\(id)\" aria-labelledby=\"\(id)-h\"" + (startsPage ? " class=\"page\"" : "")
        ) { section in
            section.add("h2", "id=\"\(id)-h\"", text: name)
            body(&section)
        }
        page.add("\n")
    }

    /// The head of a column: of numbers, which stand to the right; one that a phone, or paper, does without.
    struct Head {
        let name: String
        let style: String

        init(_ name: String, isNumber: Bool = false, isWide: Bool = false, isSpare: Bool = false) {
            self.name = name
            let classes = (isNumber ? ["n"] : []) + (isWide ? ["wide"] : []) + (isSpare ? ["spare"] : [])
            style = classes.isEmpty ? "" : " class=\"\(classes.joined(separator: " "))\""
        }
    }

    /// A table in a box of its own that scrolls where it is too wide; `last` is the head of a column of pictures.
    func addTable(
        _ page: inout Markup, _ style: String = "", caption: String, heads: [Head],
        last: String? = nil, _ rows: (inout Markup) -> Void
    ) {
        page.add(
            "div", "class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"\(Markup.escaped(caption))\""
        ) { box in
            box.add("table", style.isEmpty ? "" : "class=\"\(style)\"") { table in
                table.add("caption", text: caption)
                table.add("thead") { head in
                    head.add("tr") { row in
                        for head in heads { row.add("th", "scope=\"col\"\(head.style)", text: head.name) }
                        // What a picture's column begins with is an axis; its name is for those who do not see it.
                        if let last {
                            row.add("th", "scope=\"col\" aria-label=\"\(Markup.escaped(days))\"") {
                                $0.add(last)
                            }
                        }
                    }
                }
                table.add("tbody", "", rows)
            }
        }
    }
}
