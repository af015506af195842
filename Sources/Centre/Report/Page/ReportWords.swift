package import TerminalText

/// Words for what a report tells, on its page and in its text.
package enum ReportWords {
    /// What became of slots.
    package static func verdict(_ verdict: SlotVerdict) -> Phrase {
        switch verdict {
        case .onTime: Phrase(vi: "đúng giờ", en: "on time")
        case .late: Phrase(vi: "trễ", en: "late")
        case .partial: Phrase(vi: "phát dở", en: "partial")
        case .missed: Phrase(vi: "không phát", en: "missed")
        case .unproven: Phrase(vi: "không chứng minh được", en: "unproven")
        }
    }

    /// The theme's own name, or words for its lack.
    package static func theme(_ name: String) -> Phrase {
        switch name {
        case "": Phrase(vi: "(không ghi chủ đề)", en: "(no theme given)")
        case StationFold.otherName: other
        default: Phrase(same: name)
        }
    }

    /// The group's own name, or words for its lack.
    package static func group(_ name: String) -> Phrase {
        name.isEmpty ? Phrase(vi: "(không thuộc nhóm nào)", en: "(in no group)") : Phrase(same: name)
    }

    /// A reason of the log.
    package static func reason(_ name: String) -> Phrase {
        name == StationFold.otherName ? other : Phrasebook.reason(name)
    }

    /// A class.
    package static func programmeClass(_ name: String) -> Phrase {
        switch name {
        case StationFold.otherName: other
        // In a table nobody has to be shouted at.
        case "emergency": Phrase(vi: "khẩn cấp", en: "emergency")
        default: Phrasebook.programmeClass(name)
        }
    }

    private static let other = Phrase(vi: "khác", en: "other")

    /// Why a log, or the end of it, does not count.
    package static func doubt(_ doubt: LogDoubt) -> Phrase {
        switch doubt {
        case .notEnrolled: Phrase(vi: "Chưa đăng ký khóa của trạm", en: "The station's key is not enrolled")
        case .unknownKey:
            Phrase(
                vi: "Nhật ký ký bằng khóa lạ: đổi bo mạch, hay trạm giả?",
                en: "Its log is signed by a key that is not enrolled: a new board, or no station at all?")
        case .headMissing: Phrase(vi: "Nhật ký không còn chữ ký", en: "The log's signed head is gone")
        case .rolledBack: Phrase(vi: "Nhật ký bị đưa về bản cũ", en: "The log went back to an older state")
        case .forked:
            Phrase(vi: "Trạm đã ký hai lịch sử khác nhau", en: "The station has signed two histories")
        case .tampered:
            Phrase(
                vi: "Nhật ký bị sửa: không khớp chữ ký", en: "The log was altered: it is not what was signed")
        case .incomplete:
            Phrase(
                vi: "Thiếu một phần nhật ký đã ký", en: "Parts of the log that were signed for are not there")
        case .unreadable: Phrase(vi: "Không đọc được tệp nhật ký", en: "The log's files cannot be read")
        case .lost:
            Phrase(
                vi: "Nhật ký bắt đầu lại: phần trước có thể đã mất, chưa ai xác nhận",
                en: "Its log began anew: some of the old one may be lost, and nobody has acknowledged it")
        }
    }

    /// What is wrong with a station.
    package static func cause(_ cause: Visit.Cause, _ figures: ReportFigures) -> String {
        let language = figures.language
        func counted(_ missed: Int, _ due: Int) -> String { "\(figures.count(missed))/\(figures.count(due))" }
        let phrase: Phrase
        switch cause {
        case .log(let doubt), .desk(let doubt): phrase = self.doubt(doubt)
        case .silent: phrase = Phrase(vi: "Không có tin gì từ trạm", en: "Nothing is heard of it")
        case .missing(let reason, let missed, let due):
            let why = self.reason(reason)[language]
            phrase = Phrase(
                vi: "Không phát \(counted(missed, due)) lượt: \(why)",
                en: "\(figures.count(missed)) of \(figures.count(due)) slots missed: \(why)")
        case .unproven(let slots):
            phrase = Phrase(
                vi: "\(figures.count(slots)) lượt phát ra card không chứng minh được gì",
                en: "\(figures.count(slots)) slots went to a card that proves nothing")
        case .fault(let code, let message):
            phrase = fault(code, message)
        case .stale(let upstream): phrase = stale(upstream)
        case .often(let reason, let missed, let due):
            let why = self.reason(reason)[language]
            phrase = Phrase(
                vi: "Hay không phát: \(counted(missed, due)) lượt trong 30 ngày gần nhất, phần lớn do \(why)",
                en:
                    "Often silent: \(figures.count(missed)) of \(figures.count(due)) slots in the last 30 days, "
                    + "mostly because \(why)")
        }
        return phrase[language]
    }

    /// What is wrong, without figures: what many stations have in common.
    package static func kind(_ cause: Visit.Cause) -> Phrase {
        switch cause {
        case .log(let doubt), .desk(let doubt): self.doubt(doubt)
        case .silent: Phrase(vi: "Không có tin gì từ trạm", en: "Nothing is heard of it")
        case .missing(let name, _, _):
            Phrase(
                vi: "Mất phần lớn lượt phát: \(reason(name)[.vietnamese])",
                en: "Most slots are missed: \(reason(name)[.english])")
        case .unproven:
            Phrase(vi: "Card âm thanh không chứng minh được gì", en: "Its sound card proves nothing")
        case .fault(let code, let message): fault(code, message)
        case .stale(let upstream): stale(upstream)
        case .often(let name, _, _):
            Phrase(
                vi: "Hay mất lượt phát: \(reason(name)[.vietnamese])",
                en: "Often silent: \(reason(name)[.english])")
        }
    }

    private static func stale(_ upstream: String) -> Phrase {
        Phrase(
            vi: "Không nhận được chương trình mới từ nguồn \(upstream)",
            en: "Nothing new comes to it from the upstream \(upstream)")
    }

    /// What a station says of itself, as the beginning of a line.
    private static func fault(_ code: String, _ message: String) -> Phrase {
        guard !message.isEmpty else { return Phrase(same: code) }
        let said = Phrasebook.translated(message)
        func capitalised(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }
        return Phrase(vi: capitalised(said[.vietnamese]), en: capitalised(said[.english]))
    }

    /// Where that is mended.
    package static func place(_ cause: Visit.Cause) -> Phrase {
        cause.isOnSite
            ? Phrase(vi: "đến trạm", en: "visit") : Phrase(vi: "tại trung tâm", en: "at the centre")
    }
}

extension Report {
    /// The report in two sentences, for people who read no more.
    package func lead(_ figures: ReportFigures, visits: [Visit]) -> [String] {
        let language = figures.language
        let uncounted = stations.count { !$0.isVerified }
        let visited = Set(visits.filter(\.cause.isOnSite).map(\.station)).count
        let stationCount = figures.count(stations.count)
        func counted(_ count: Int, _ noun: String) -> String {
            "\(figures.count(count)) \(noun)\(count == 1 ? "" : "s")"
        }
        var sentences: [Phrase] = []
        if total.due == 0 {
            sentences.append(
                Phrase(
                    vi: "Không có lượt phát nào được chứng minh ở \(stationCount) trạm trong thời gian này.",
                    en: "No slot is proven at \(counted(stations.count, "station")) in this time."))
        } else {
            let (due, share) = (figures.count(total.due), figures.percent(total.onTime, of: total.due))
            sentences.append(
                Phrase(
                    vi:
                        "Trong \(due) lượt phát đến hạn ở \(stationCount) trạm, \(share) được phát trọn vẹn và đúng giờ.",
                    en:
                        "Of \(counted(total.due, "slot")) due at \(counted(stations.count, "station")), \(share) "
                        + "went out whole and on time."))
        }
        switch visited {
        case 0:
            sentences.append(Phrase(vi: "Không trạm nào cần người đến xem.", en: "No station needs a visit."))
        case 1: sentences.append(Phrase(vi: "1 trạm cần người đến xem.", en: "1 station needs a visit."))
        default:
            sentences.append(
                Phrase(
                    vi: "\(figures.count(visited)) trạm cần người đến xem.",
                    en: "\(figures.count(visited)) stations need a visit."))
        }
        if uncounted > 0 {
            sentences.append(
                Phrase(
                    vi: "\(figures.count(uncounted)) trạm không được tính vì nhật ký không kiểm chứng được.",
                    en: uncounted == 1
                        ? "1 station is not counted: its log cannot be verified."
                        : "\(figures.count(uncounted)) stations are not counted: their logs cannot be verified."
                ))
        }
        return sentences.map { $0[language] }
    }
}
