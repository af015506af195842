import StationCore
import StationTrust
import TerminalText

// The parts of the page for whoever doubts it: stations closely, how it was computed, heads and keys.

extension ReportPage {
    // MARK: Stations closely

    func addDetails(_ page: inout Markup) {
        let places = visits.map(\.place).reduce(into: [Int]()) { places, place in
            if !places.contains(place) { places.append(place) }
        }
        guard !places.isEmpty else { return }
        page.add("section", "id=\"details\" aria-labelledby=\"details-h\"") { section in
            section.add(
                "h2", "id=\"details-h\"",
                text: say("Các trạm cần người xem, chi tiết", "The stations that need somebody, closely"))
            for place in places.prefix(Self.mostDetails) { addDetails(report.stations[place], &section) }
            if places.count > Self.mostDetails {
                let rest = count(places.count - Self.mostDetails)
                section.add(
                    "p",
                    text: say("Và \(rest) trạm khác: xem --json.", "And \(rest) stations more: see --json."))
            }
        }
        page.add("\n")
    }

    private func addDetails(_ station: StationReport, _ page: inout Markup) {
        page.add("h3", "id=\"s-\(Markup.escaped(station.station))\"") { head in
            head.add("bdi", text: station.name.isEmpty ? station.station : station.name)
            head.add(" ")
            if !station.name.isEmpty { head.add("span", "class=\"id\"", text: station.station) }
        }
        let tally = station.total
        var lines: [String] = []
        if tally.due > 0 {
            let parts = SlotVerdict.allCases.filter { tally[$0] > 0 }.map {
                "\(ReportWords.verdict($0)[language]) \(count(tally[$0]))"
            }
            lines.append(
                say("\(count(tally.due)) lượt: ", "\(count(tally.due)) slots: ")
                    + parts.joined(separator: ", ") + ".")
        }
        let reasons = station.missedReasons.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        if !reasons.isEmpty {
            lines.append(
                say("Không phát vì: ", "Missed because: ")
                    + reasons.map { "\(ReportWords.reason($0.key)[language]) (\(count($0.value)))" }.joined(
                        separator: "; ") + ".")
        }
        let missing = ranges { station.days[$0].state == .noReport }
        if !missing.isEmpty { lines.append(say("Không có báo cáo: ", "No report: ") + missing + ".") }
        let bad = ranges { station.days[$0].due > 0 && station.days[$0][.missed] * 2 >= station.days[$0].due }
        if !bad.isEmpty {
            lines.append(say("Ngày mất từ một nửa: ", "Days with half or more missed: ") + bad + ".")
        }
        if let heard = station.lastHeard {
            lines.append(say("Mục cuối đã kiểm chứng: ", "Last verified entry: ") + shown(heard) + ".")
        }
        if let condition = station.condition {
            lines.append(say("Trạng thái cuối: ", "Last status: ") + shown(condition.time) + ".")
        }
        page.add("p", text: lines.joined(separator: " "))
    }

    private func shown(_ instant: Instant) -> String { Format(language: language).time(report.text(instant)) }

    /// Days as ranges, the latest of them.
    private func ranges(_ isIn: (Int) -> Bool) -> String {
        var ranges: [ClosedRange<Int>] = []
        for day in 0..<report.period.count where isIn(day) {
            if let last = ranges.last, last.upperBound == day - 1 {
                ranges[ranges.count - 1] = last.lowerBound...day
            } else {
                ranges.append(day...day)
            }
        }
        let most = 8
        let text = ranges.suffix(most).map { range in
            let (first, last) = (
                report.period[range.lowerBound].text(language), report.period[range.upperBound].text(language)
            )
            return range.count == 1 ? first : "\(first) – \(last)"
        }
        let rest = ranges.count - most
        let more = rest > 0 ? [say("và \(rest) lần trước đó", "and \(rest) times before")] : []
        return (text + more).joined(separator: ", ")
    }

    // MARK: Method

    func addMethod(_ page: inout Markup) {
        addSection("method", &page, startsPage: true) { section in
            section.add("ul") { list in
                for line in method { list.add("li", text: line) }
            }
            section.add("h3", text: say("Tự kiểm tra", "Check it yourself"))
            section.add(
                "p",
                text: say(
                    "Không cần tin trung tâm hay trạm. Với thư mục bằng chứng và danh sách khóa ở dưới, bất kỳ ai cũng tính "
                        + "lại được:",
                    "Neither the centre nor the stations need be trusted. With the folder of proofs and the keys below, "
                        + "anybody gets the same figures:"))
            let period = "--from \(report.period.first.text) --to \(report.period.last.text)"
            for line in [
                "loa-centre enrol PROOFS STATION KEY --memory DIR", "loa-centre verify PROOFS --memory DIR",
                "loa-centre report PROOFS --memory DIR \(period) --json",
            ] { section.add("p") { $0.add("code", text: line) } }
            section.add(
                "p",
                text: say(
                    "Nhật ký theo chuẩn mở C2SP tlog-tiles (cây băm RFC 6962, chữ ký Ed25519): công cụ khác cũng kiểm tra được.",
                    "The logs are in an open form, C2SP tlog-tiles (hash tree of RFC 6962, Ed25519 signatures): other tools "
                        + "can check them, too."))
        }
    }

    private var method: [String] {
        [
            say(
                "Đúng giờ: tiếng đầu tiên rời card âm thanh lệch không quá 1 giây, và cả chương trình đã phát. Trễ: trọn vẹn "
                    + "nhưng lệch hơn 1 giây. Dở: chỉ một phần. Không phát: không có gì.",
                "On time: the first sample left the sound card within 1 second of its time, and all of the programme was "
                    + "heard. Late: whole, but more than 1 second off. Partial: some of it. Missed: none of it."
            ),
            say(
                "Số phút là số khung âm mà card đã phát, chia cho tốc độ của card; không phải thời lượng dự kiến.",
                "Minutes are the frames that the card consumed, divided by its rate; not what was planned."),
            say(
                "Không chứng minh được: phát ra một card giả (null). Không tính là đã phát, không tính phút.",
                "Unproven: it went to a card that only pretends (null). It counts neither as heard nor as minutes."
            ),
            say(
                "Không có báo cáo: không mục nào đã kiểm chứng nói về ngày đó. Không tính là phát, cũng không tính là lỡ.",
                "No report: no verified entry speaks for that day. It counts neither as heard nor as missed."),
            say(
                "Kiểm chứng: từng mục của nhật ký được băm lại khi lập báo cáo này, và phải dẫn đến một chữ ký của khóa mà trung "
                    + "tâm đã đăng ký cho trạm. Mục nào không như vậy thì không được tính.",
                "Verified: for this report every entry was hashed again, and has to lead to a signature by a key that the "
                    + "centre has enrolled for its station. What does not is not counted."),
            say(
                "Một lượt phát chỉ được tính một lần, dù đứng trong hai nhật ký của trạm. Người tại trạm tự phát \(count(report.byHand.slots)) "
                    + "lần (\(figures.hours(report.byHand.milliseconds))): không tính ở trên.",
                "A slot counts once, though it may stand in two logs of its station. What people at the stations played by "
                    + "hand, \(count(report.byHand.slots)) times (\(figures.hours(report.byHand.milliseconds))), is not counted above."
            ),
        ]
    }

    // MARK: Evidence

    func addEvidence(_ page: inout Markup) {
        addSection("evidence", &page, startsPage: true) { section in
            addTable(
                &section, "proof",
                caption: say(
                    "Nhật ký của từng trạm được tính đến đầu đã ký này. Ai giữ trang này có thể chứng minh nếu sau này nhật ký "
                        + "bị sửa.",
                    "Each station's log was counted up to this signed head. Whoever keeps this page can show if a log is "
                        + "changed later."),
                heads: [
                    Head(say("Nhật ký", "Log")), Head(say("Số mục", "Entries"), isNumber: true),
                    Head(say("Gốc cây băm; khóa", "Root of the tree; key")), Head(say("Ghi chú", "Remark")),
                ]
            ) { table in
                for station in report.stations {
                    for (number, log) in station.logs.enumerated() {
                        addLog(station, log, number == 0, &table)
                    }
                    guard station.logs.isEmpty else { continue }
                    table.add("tr") { row in
                        row.add("th", "scope=\"row\"") { $0.add("code", text: station.station) }
                        row.add("td", "class=\"n\"", text: "0")
                        row.add("<td>–</td>")
                        row.add("td", text: say("Không có nhật ký", "There is no log"))
                    }
                }
            }
        }
    }

    private func addLog(
        _ station: StationReport, _ log: StationReport.Log, _ isFirst: Bool, _ table: inout Markup
    ) {
        table.add("tr") { row in
            row.add("th", "scope=\"row\"") { $0.add("code", text: log.origin) }
            row.add("td", "class=\"n\"", text: count(Int(log.head?.size ?? 0)))
            row.add("td") { cell in
                cell.add("code", text: log.head.map { Base64.text($0.root.bytes) } ?? "–")
                for key in isFirst ? station.keys : [] {
                    cell.add("<br>")
                    cell.add("code", "class=\"id\"", text: key.text)
                }
            }
            row.add("td", text: log.doubt.map { ReportWords.doubt($0)[language] } ?? "")
        }
    }
}
