import StationCore
import TerminalText

// The parts of the page that are days: the calendar of all stations, and the map of groups and stations.

extension ReportPage {
    // MARK: Calendar

    func addCalendar(_ page: inout Markup) {
        addSection("days", &page) { section in
            let caption = say(
                "Bao nhiêu phần trăm lượt phát của tất cả các trạm không trọn vẹn hoặc không đúng giờ, từng ngày. Ô trống: "
                    + "dưới 0,5 %. Màu càng mạnh càng nhiều. Dấu –: không có lượt nào.",
                "How many percent of all stations' slots were not heard whole and on time, day by day. An empty cell: "
                    + "less than 0.5 %. The stronger the colour, the more. A dash: no slot at all.")
            let heads = [Head(say("Tháng", "Month"))] + (1...31).map { Head("\($0)") }
            addTable(&section, "cal", caption: caption, heads: heads) { table in
                var day = 0
                while day < report.period.count {
                    let (year, month, _) = report.period[day].parts
                    let first = day
                    while day < report.period.count, report.period[day].parts.month == month { day += 1 }
                    table.add("tr") { row in
                        row.add(
                            "th", "scope=\"row\"",
                            text: "\(report.period[first].shortMonth(language)) \(year)")
                        addMonth(first..<day, &row)
                    }
                }
            }
        }
    }

    private func addMonth(_ days: Range<Int>, _ row: inout Markup) {
        let before = report.period[days.lowerBound].parts.day - 1
        row.add(String(repeating: "<td class=\"o\"></td>", count: before))
        for day in days {
            let tally = report.days[day]
            guard tally.due > 0 else {
                row.add("<td>–</td>")
                continue
            }
            let percent = Double(tally.due - tally.onTime) / Double(tally.due) * 100
            let shown = Int(percent.rounded())
            row.add("<td class=\"q\(Self.level(percent))\">\(shown > 0 ? "\(shown)" : "")</td>")
        }
        row.add(String(repeating: "<td class=\"o\"></td>", count: max(0, 31 - before - days.count)))
    }

    /// Which of six shades a percentage has.
    private static func level(_ percent: Double) -> Int {
        [0.5, 2, 5, 10, 25].firstIndex { percent < $0 } ?? 5
    }

    // MARK: Map

    func addMap(_ page: inout Markup) {
        addSection("map", &page, startsPage: true) { section in
            section.add("p", text: mapNote)
            section.add("ul", "class=\"legend\"") { list in
                for (fill, words) in legend {
                    list.add("li") { item in
                        item.add(fill)
                        item.add(text: words)
                    }
                }
            }
            addTable(
                &section, "map",
                caption: say("Mỗi hàng một trạm, theo nhóm.", "A row for each station, by group."),
                heads: [
                    Head(say("Nhóm, trạm", "Group, station")),
                    Head(say("Đúng giờ", "On time"), isNumber: true),
                    Head(say("Không phát", "Missed"), isNumber: true, isWide: true),
                    Head(say("Phút", "Minutes"), isNumber: true, isWide: true), Head(days),
                ]
            ) { table in
                // A station of several groups stands under its first, so that it stands here once.
                let places = Dictionary(grouping: report.stations.indices) {
                    report.stations[$0].groups.first ?? ""
                }
                for name in places.keys.sorted(by: Self.comesBefore) {
                    addGroup(name, &table)
                    for place in places[name] ?? [] { addStation(report.stations[place], &table) }
                }
            }
        }
    }

    /// Names with numbers in them in the order of the numbers.
    private static func comesBefore(_ left: String, _ right: String) -> Bool {
        // What has no group comes last.
        guard !left.isEmpty, !right.isEmpty else { return !left.isEmpty && right.isEmpty }
        let (one, other) = (left.split(separator: " "), right.split(separator: " "))
        for (a, b) in zip(one, other) where a != b {
            if let a = Int(a), let b = Int(b), a != b { return a < b }
            return a < b
        }
        return one.count < other.count
    }

    private var mapNote: String {
        let unit = strip.stride == 1 ? say("một ngày", "a day") : say("một tuần", "a week")
        return say(
            "Mỗi vạch là \(unit). Vạch đậm từ dưới lên cao bằng phần không phát; ở hàng của nhóm, đầy là một phần tư.",
            "Each bar is \(unit). The dark bar from below is as high as the share of the slots that was missed; in a "
                + "group's row it is full at a quarter.")
    }

    private var legend: [(String, String)] {
        func swatch(_ parts: String) -> String {
            "<svg viewBox=\"0 0 22 16\" aria-hidden=\"true\">\(parts)"
                + "<rect class=\"edge\" x=\".5\" y=\".5\" width=\"21\" height=\"15\"/></svg>"
        }
        let ok = "<rect class=\"ok\" width=\"22\" height=\"16\"/>"
        return [
            (swatch(ok), say("mọi lượt đúng giờ", "all on time")),
            (
                swatch(ok + "<rect class=\"missed\" y=\"8\" width=\"22\" height=\"8\"/>"),
                say("một nửa không phát", "half missed")
            ),
            (
                swatch(ok + "<rect class=\"late\" y=\"11\" width=\"22\" height=\"5\"/>"),
                say("trễ hoặc dở", "late or partial")
            ),
            (
                swatch("<rect fill=\"url(#d)\" width=\"22\" height=\"16\"/>"),
                say("không chứng minh được", "unproven")
            ),
            (
                swatch("<rect fill=\"url(#h)\" width=\"22\" height=\"16\"/>"),
                say("không có báo cáo", "no report")
            ),
            (swatch(""), say("không có lượt nào, hoặc chưa có trạm", "nothing due, or not in service")),
        ]
    }

    private func addGroup(_ name: String, _ table: inout Markup) {
        guard let group = report.groups[name] else { return }
        table.add("tr", "class=\"g\"") { row in
            row.add("th", "scope=\"rowgroup\"") { cell in
                cell.add("bdi", text: ReportWords.group(name)[language])
                cell.add(
                    "span", "class=\"note\"",
                    text: " · " + say("\(count(group.stations)) trạm", stations(group.stations)))
            }
            addNumbers(group.total, &row)
            row.add("td", "class=\"s\"") { cell in
                cell.add(axis)
                addStrip(group, &cell)
            }
        }
    }

    private func stations(_ number: Int) -> String { "\(count(number)) station\(number == 1 ? "" : "s")" }

    private func addStation(_ station: StationReport, _ table: inout Markup) {
        table.add("tr") { row in
            row.add("th", "scope=\"row\"") { cell in
                if !station.name.isEmpty {
                    cell.add("bdi", text: shortName(station))
                }
                cell.add("span", "class=\"id\"", text: station.station)
            }
            addNumbers(station.total, &row)
            row.add("td", "class=\"s\"") { cell in
                let spans = strip.spans { day in
                    let cell = station.days[day]
                    return (cell.tally, cell.state == .noReport ? 1 : 0, 1)
                }
                addStrip(
                    spans, full: 1, summary(station.total, daysWithoutReport: station.daysWithoutReport),
                    &cell)
            }
        }
    }

    /// The station's name without its group's, which stands above.
    private func shortName(_ station: StationReport) -> String {
        guard let group = station.groups.first, station.name.hasSuffix(", " + group) else {
            return station.name
        }
        return String(station.name.dropLast(group.count + 2))
    }

    private func addNumbers(_ tally: Tally, _ row: inout Markup) {
        row.add("td", "class=\"n\"", text: figures.percent(tally.onTime, of: tally.due))
        row.add("td", "class=\"n wide\"", text: count(tally.missed))
        row.add("td", "class=\"n wide\"", text: figures.minutes(tally.milliseconds))
    }

    private func addStrip(_ spans: [DayStrip.Span], full share: Double, _ title: String, _ page: inout Markup)
    {
        page.add("<svg viewBox=\"\(strip.viewBox)\" preserveAspectRatio=\"none\" role=\"img\">")
        page.add("title", text: title)
        page.add(strip.picture(spans, full: share) + "</svg>")
    }

    /// What a strip shows, for those who do not see it.
    private func summary(_ tally: Tally, daysWithoutReport: Int) -> String {
        var parts = [
            say("\(count(tally.missed)) lượt không phát", "\(count(tally.missed)) missed"),
            say(
                "\(count(tally.late + tally.partial)) trễ hoặc dở",
                "\(count(tally.late + tally.partial)) late or partial"),
        ]
        if tally.unproven > 0 {
            parts.append(
                say("\(count(tally.unproven)) không chứng minh được", "\(count(tally.unproven)) unproven"))
        }
        if daysWithoutReport > 0 {
            parts.append(
                say(
                    "\(count(daysWithoutReport)) ngày không có báo cáo",
                    "\(count(daysWithoutReport)) days without report"))
        }
        return parts.joined(separator: ", ")
    }

    /// The months, or the days of a short period, above a strip.
    private var axis: String {
        let marks: [(bar: Int, text: String)]
        if report.period.count <= 62 {
            marks = (0..<report.period.count).compactMap { day in
                let date = report.period[day]
                let number = date.parts.day
                if day == 0 || number == 1 { return (day, "\(number) \(date.shortMonth(language))") }
                return number % 5 == 0 && number < 30 && day > 3 ? (day, "\(number)") : nil
            }
        } else {
            let count = strip.months.count
            let every = count > 40 ? 12 : count > 15 ? 3 : count > 7 ? 2 : 1
            marks = strip.months.filter { ($0.date.parts.month - 1) % every == 0 }.map { month in
                let isYear = month.date.parts.month == 1
                return (month.bar, isYear ? "\(month.date.parts.year)" : month.date.shortMonth(language))
            }
        }
        let spans = marks.map { mark in
            "<span style=\"left:\(Self.short(Double(mark.bar) / Double(strip.bars) * 100))%\">\(Markup.escaped(mark.text))</span>"
        }
        return "<div class=\"axis\" aria-hidden=\"true\">\(spans.joined())</div>"
    }

    // MARK: Groups

    /// All groups, those first in which the most was not heard on time.
    func addGroups(_ page: inout Markup) {
        guard report.groups.count > 1 else { return }
        addSection("groups", &page) { section in
            let sorted = report.groups.sorted { left, right in
                let (one, other) = (left.value.total.shareOnTime ?? 2, right.value.total.shareOnTime ?? 2)
                return one == other ? Self.comesBefore(left.key, right.key) : one < other
            }
            addTable(
                &section, "map",
                caption: say(
                    "Nhóm kém nhất ở trên. Trạm thuộc nhiều nhóm được tính ở mỗi nhóm. Vạch của nhóm đầy khi một phần tư số "
                        + "lượt không phát; ký hiệu như ở phần Từng trạm.",
                    "The worst first. A station of several groups counts in each of them. A group's bar is full when a "
                        + "quarter of its slots was missed; the signs are those of the stations below."),
                heads: [
                    Head(say("Nhóm", "Group")), Head(say("Trạm", "Stations"), isNumber: true, isWide: true),
                    Head(say("Đúng giờ", "On time"), isNumber: true),
                    Head(say("Không phát", "Missed"), isNumber: true),
                    Head(say("Không báo cáo", "No report"), isNumber: true, isWide: true, isSpare: true),
                    Head(say("Phút", "Minutes"), isNumber: true, isWide: true),
                ], last: axis
            ) { table in
                for (name, group) in sorted { addGroupLine(name, group, &table) }
            }
        }
    }

    private func addGroupLine(_ name: String, _ group: Report.GroupReport, _ table: inout Markup) {
        table.add("tr") { row in
            row.add("th", "scope=\"row\"") { $0.add("bdi", text: ReportWords.group(name)[language]) }
            row.add("td", "class=\"n wide\"", text: count(group.stations))
            row.add("td", "class=\"n\"", text: figures.percent(group.total.onTime, of: group.total.due))
            row.add("td", "class=\"n\"", text: count(group.total.missed))
            row.add("td", "class=\"n wide spare\"", text: count(group.daysWithoutReport))
            row.add("td", "class=\"n wide\"", text: figures.minutes(group.total.milliseconds))
            row.add("td", "class=\"s\"") { addStrip(group, &$0) }
        }
    }

    /// The share of a group's slots that fills a bar: of many stations few fail on one day.
    private static let groupShare = 0.25

    private func addStrip(_ group: Report.GroupReport, _ page: inout Markup) {
        let spans = strip.spans { day in (group.days[day], group.silentStations[day], group.stations) }
        addStrip(
            spans, full: Self.groupShare, summary(group.total, daysWithoutReport: group.daysWithoutReport),
            &page)
    }
}
