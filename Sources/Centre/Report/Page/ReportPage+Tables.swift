import StationCore
import StationTrust
import TerminalText

// The parts of the page that are tables and bars: what needs somebody, themes, reasons, classes.

extension ReportPage {
    /// So many stations are named with each thing that is wrong.
    private static let mostNamed = 6

    /// What needs somebody, in a few lines: how many stations have which trouble.
    func addNeeds(_ page: inout Markup) {
        addSection("needs", &page) { section in
            guard !visits.isEmpty else {
                section.add("p", text: say("Không có gì.", "Nothing does."))
                return
            }
            var kinds: [(name: String, visits: [Visit])] = []
            for visit in visits {
                let name = ReportWords.kind(visit.cause)[language]
                if let place = kinds.firstIndex(where: { $0.name == name }) {
                    kinds[place].visits.append(visit)
                } else {
                    kinds.append((name, [visit]))
                }
            }
            addTable(
                &section,
                caption: say(
                    "Khẩn nhất ở trên. Danh sách đầy đủ ở phần Việc ở từng trạm.",
                    "The most urgent first. The full list, station by station, is below."),
                heads: [
                    Head(say("Điều gì", "What")), Head(say("Trạm", "Stations"), isNumber: true),
                    Head(say("Lâu nhất từ", "Longest since"), isNumber: true),
                    Head(say("Trạm nào", "Which"), isWide: true),
                    Head(say("Làm ở đâu", "Where")),
                ]
            ) { table in
                for kind in kinds { addKind(kind.name, kind.visits, &table) }
            }
        }
    }

    private func addKind(_ name: String, _ visits: [Visit], _ table: inout Markup) {
        table.add("tr") { row in
            row.add("th", "scope=\"row\"", text: name)
            row.add("td", "class=\"n\"", text: count(visits.count))
            row.add("td", "class=\"n\"", text: visits.compactMap(\.since).min()?.text(language) ?? "–")
            row.add("td", "class=\"wide\"") { cell in
                for (number, visit) in visits.prefix(Self.mostNamed).enumerated() {
                    cell.add(number > 0 ? ", " : "")
                    cell.add("bdi", text: visit.name.isEmpty ? visit.station : visit.name)
                }
                let rest = visits.count - Self.mostNamed
                if rest > 0 {
                    cell.add(text: say(" và \(count(rest)) trạm khác", " and \(count(rest)) more"))
                }
            }
            row.add("td") { cell in
                if let first = visits.first {
                    cell.add("span", "class=\"tag\"", text: ReportWords.place(first.cause)[language])
                }
            }
        }
    }

    /// All of it, for whoever travels.
    func addVisits(_ page: inout Markup) {
        guard !visits.isEmpty else { return }
        addSection("visits", &page, startsPage: true) { section in
            let caption = say(
                "Khẩn nhất ở trên; cùng mức thì lâu nhất ở trên.",
                "The most urgent first; of equals what has lasted longest.")
            addTable(
                &section, caption: caption,
                heads: [
                    Head(say("Trạm", "Station")), Head(say("Điều gì", "What")),
                    Head(say("Từ", "Since"), isNumber: true),
                    Head(say("Làm ở đâu", "Where")),
                ]
            ) { table in
                for visit in visits.prefix(Self.mostVisits) {
                    table.add("tr") { row in
                        row.add("th", "scope=\"row\"") { addName(visit.station, visit.name, &$0) }
                        row.add("td", "class=\"what\"", text: ReportWords.cause(visit.cause, figures))
                        row.add("td", "class=\"n\"", text: visit.since?.text(language) ?? "–")
                        row.add("td") {
                            $0.add("span", "class=\"tag\"", text: ReportWords.place(visit.cause)[language])
                        }
                    }
                }
            }
            if visits.count > Self.mostVisits {
                let rest = count(visits.count - Self.mostVisits)
                section.add(
                    "p", text: say("Và \(rest) việc khác: xem --json.", "And \(rest) more: see --json."))
            }
        }
    }

    /// A station by its name, with its id below.
    func addName(_ station: String, _ name: String, _ page: inout Markup) {
        if !name.isEmpty {
            page.add("bdi", text: name)
            page.add("<br>")
        }
        page.add("span", "class=\"id\"", text: station)
    }

    // MARK: Themes, classes, reasons

    func addThemes(_ page: inout Markup) {
        addSection("themes", &page) { section in
            let caption = say(
                "Số phút mà card âm thanh đã thật sự phát. Chương trình có hai chủ đề được tính ở cả hai.",
                "Minutes that sound cards really consumed. A programme of two themes counts in both.")
            let sorted = report.themes.sorted {
                ($1.value.milliseconds, $0.key) < ($0.value.milliseconds, $1.key)
            }
            addBars(
                &section, caption, say("Chủ đề", "Theme"),
                sorted.map { (ReportWords.theme($0.key)[language], $0.value) })
        }
    }

    func addClasses(_ page: inout Markup) {
        addSection("classes", &page) { section in
            let caption = say(
                "Cấp theo Thông tư 39/2020/TT-BTTTT.", "Classes as in Circular 39/2020/TT-BTTTT.")
            let sorted = StationFold.classes.compactMap { name in
                report.classes[name].map { (ReportWords.programmeClass(name)[language], $0) }
            }
            addBars(&section, caption, say("Cấp", "Class"), sorted)
        }
    }

    private func addBars(
        _ page: inout Markup, _ caption: String, _ what: String, _ rows: [(name: String, tally: Tally)]
    ) {
        guard !rows.isEmpty else { return page.add("p", text: say("Không có gì.", "Nothing.")) }
        let most = max(1, rows.map(\.tally.milliseconds).max() ?? 1)
        addTable(
            &page, caption: caption,
            heads: [
                Head(what), Head(say("Phút", "Minutes"), isNumber: true), Head(""),
                Head(say("Lượt", "Slots"), isNumber: true, isWide: true),
                Head(say("Đúng giờ", "On time"), isNumber: true),
                Head(say("Trễ", "Late"), isNumber: true, isWide: true),
                Head(say("Dở", "Partial"), isNumber: true, isWide: true),
                Head(say("Không phát", "Missed"), isNumber: true),
            ]
        ) { table in
            for (name, tally) in rows {
                table.add("tr") { row in
                    row.add("th", "scope=\"row\"") { $0.add("bdi", text: name) }
                    row.add("td", "class=\"n\"", text: figures.minutes(tally.milliseconds))
                    row.add("td", "class=\"bar\"") {
                        addBar(tally.milliseconds, of: most, "class=\"ok\"", &$0)
                    }
                    row.add("td", "class=\"n wide\"", text: count(tally.due))
                    row.add("td", "class=\"n\"", text: figures.percent(tally.onTime, of: tally.due))
                    row.add("td", "class=\"n wide\"", text: count(tally.late))
                    row.add("td", "class=\"n wide\"", text: count(tally.partial))
                    row.add("td", "class=\"n\"", text: count(tally.missed))
                }
            }
        }
    }

    /// A bar as long as a part of the longest one.
    private func addBar(_ part: Int64, of most: Int64, _ fill: String, _ page: inout Markup) {
        let width = Self.short(Double(part) / Double(most) * 199)
        page.add(
            "<svg viewBox=\"0 0 200 16\" preserveAspectRatio=\"none\" width=\"100%\" height=\"16\" aria-hidden=\"true\">"
                + "<rect \(fill) x=\".5\" y=\"1\" width=\"\(width)\" height=\"14\"/>"
                + "<rect class=\"edge\" x=\".5\" y=\"1\" width=\"\(width)\" height=\"14\"/></svg>")
    }

    func addReasons(_ page: inout Markup) {
        addSection("reasons", &page) { section in
            let names = Set(report.missedReasons.keys).union(report.partialReasons.keys)
            guard !names.isEmpty else {
                section.add("p", text: say("Không lượt nào bị lỡ.", "No slot was missed."))
                return
            }
            func missed(_ name: String) -> Int { report.missedReasons[name] ?? 0 }
            func partial(_ name: String) -> Int { report.partialReasons[name] ?? 0 }
            let sorted = names.sorted { (missed($1), partial($1), $0) < (missed($0), partial($0), $1) }
            let most = max(1, sorted.map(missed).max() ?? 1)
            addTable(
                &section,
                caption: say(
                    "Mỗi lượt không phát, hay phát dở, đều có một lý do trong nhật ký của trạm.",
                    "Each slot that was missed or partial has one reason in its station's log."),
                heads: [
                    Head(say("Lý do", "Reason")), Head(say("Không phát", "Missed"), isNumber: true), Head(""),
                    Head(say("Phát dở", "Partial"), isNumber: true),
                ]
            ) { table in
                for name in sorted {
                    table.add("tr") { row in
                        row.add("th", "scope=\"row\"", text: ReportWords.reason(name)[language])
                        row.add("td", "class=\"n\"", text: count(missed(name)))
                        row.add("td", "class=\"bar\"") {
                            addBar(Int64(missed(name)), of: Int64(most), "class=\"missed\"", &$0)
                        }
                        row.add("td", "class=\"n\"", text: count(partial(name)))
                    }
                }
            }
        }
    }
}
