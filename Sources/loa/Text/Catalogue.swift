import TerminalText

/// Every word that answers are made of, in Vietnamese and English.
///
/// What the daemon names by a code (a state, a reason, a fault) has its words here; a code that is not known here is
/// shown as it is, so that an older `loa` still answers.
package enum Catalogue {
    // MARK: Names of things

    static let state = Phrase(vi: "Trạng thái", en: "State")
    static let clock = Phrase(vi: "Đồng hồ", en: "Clock")
    static let playing = Phrase(vi: "Đang phát", en: "Playing")
    static let next = Phrase(vi: "Sắp phát", en: "Next")
    static let upstream = Phrase(vi: "Nguồn", en: "Upstream")
    static let device = Phrase(vi: "Card âm thanh", en: "Sound card")
    static let disk = Phrase(vi: "Đĩa", en: "Disk")
    static let log = Phrase(vi: "Nhật ký", en: "Log")
    static let faults = Phrase(vi: "Sự cố", en: "Faults")
    static let none = Phrase(vi: "không có", en: "none")
    static let nothing = Phrase(vi: "không", en: "nothing")
    static let ready = Phrase(vi: "sẵn sàng", en: "ready")
    static let notReady = Phrase(vi: "CHƯA sẵn sàng", en: "NOT ready")
    static let notChecked = Phrase(vi: "chưa kiểm tra nội dung", en: "not checked yet")
    static let stale = Phrase(vi: "đã cũ", en: "stale")
    static let unproven = Phrase(
        vi: "không có bằng chứng (card thử)", en: "unproven (a card without a clock)")
    static let neverContacted = Phrase(vi: "chưa liên lạc được", en: "not reached yet")
    static let noSlots = Phrase(vi: "Không có chương trình nào sắp phát.", en: "No slot is to come.")
    /// What follows behind the last day that is shown.
    static func more(_ count: Int, _ next: String) -> Phrase {
        Phrase(
            vi: "Sau đó còn \(count) buổi, đầu tiên là \(next): loa next --list",
            en: "After that \(Format.counted(count, "more slot")), the first \(next): loa next --list")
    }
    static func andMore(_ count: Int) -> Phrase {
        Phrase(vi: "và \(count) buổi nữa", en: "and \(count) more")
    }
    static func slots(_ count: Int) -> Phrase {
        Phrase(vi: "\(count) buổi", en: Format.counted(count, "slot"))
    }
    static let noEntries = Phrase(vi: "Không có mục nào.", en: "No entries.")

    static let asking = Phrase(vi: "đang hỏi trung tâm", en: "asking upstreams")
    static func stillToCome(_ files: Int64, _ size: String) -> Phrase {
        Phrase(
            vi: "còn tải \(files) tệp, \(size)",
            en: files == 1 ? "1 file to come, \(size)" : "\(files) files to come, \(size)")
    }
    static func contact(_ time: String) -> Phrase { Phrase(vi: "liên lạc \(time)", en: "contact \(time)") }
    static func version(_ number: String) -> Phrase {
        Phrase(vi: "phiên bản \(number)", en: "version \(number)")
    }
    static func within(_ error: String) -> Phrase { Phrase(vi: "sai số ±\(error)", en: "error ±\(error)") }
    static func mutedUntil(_ time: String) -> Phrase {
        Phrase(vi: "ĐANG TẮT TIẾNG đến \(time)", en: "MUTED until \(time)")
    }
    static func since(_ time: String) -> Phrase { Phrase(vi: "từ \(time)", en: "since \(time)") }
    static func until(_ time: String) -> Phrase { Phrase(vi: "đến \(time)", en: "until \(time)") }
    static func free(_ size: String) -> Phrase { Phrase(vi: "còn trống \(size)", en: "\(size) free") }
    static func content(_ size: String) -> Phrase {
        Phrase(vi: "chương trình \(size)", en: "programmes \(size)")
    }
    static func entries(_ count: Int64) -> Phrase {
        Phrase(vi: "\(count) mục", en: count == 1 ? "1 entry" : "\(count) entries")
    }
    static func uploaded(_ count: Int64) -> Phrase { Phrase(vi: "đã gửi \(count)", en: "\(count) uploaded") }
    static func channels(_ count: Int64) -> Phrase {
        Phrase(vi: "\(count) kênh", en: count == 1 ? "1 channel" : "\(count) channels")
    }
    static func xruns(_ count: Int64) -> Phrase {
        Phrase(vi: "\(count) lần hụt tiếng", en: count == 1 ? "1 xrun" : "\(count) xruns")
    }

    // MARK: What is carried to and fro

    static func noSuchFolder(_ path: String) -> Phrase {
        Phrase(
            vi: "\(path) không phải thư mục nào: USB đã được gắn (mount) chưa?",
            en: "\(path) is no folder: is the stick mounted?")
    }
    /// No repository lies there, but perhaps in a folder beside it or below it.
    static func noRepository(_ path: String, _ near: String?) -> Phrase {
        let (vi, en) = near.map { ("; có phải \($0)?", "; is it \($0)?") } ?? ("", "")
        return Phrase(
            vi: "\(path) không phải kho của trung tâm: cần có metadata/ và targets/" + vi,
            en: "\(path) is no centre's repository: that has metadata/ and targets/" + en)
    }
    static func exporting(_ entries: Int64) -> Phrase {
        Phrase(vi: "chép \(entries) mục nhật ký", en: "writing \(entries) entries")
    }
    static func exported(_ station: String, _ size: Int64) -> Phrase {
        Phrase(
            vi: "Đã chép nhật ký của \(station): \(size) mục, có chữ ký.",
            en: "The log of \(station) is written and signed: \(size) entries.")
    }
    static let whatToDoWithExport = Phrase(
        vi: "Rút USB được rồi. Ở trung tâm: loa-centre enrol (lần đầu), rồi loa-centre verify thư mục đó.",
        en:
            "The stick may be pulled out. At the centre: loa-centre enrol (once), then loa-centre verify that folder."
    )
    static let exportAdvice = Phrase(
        vi: "USB phải còn chỗ và ghi được (thử lại với sudo). Phần của loa trên USB hỏng thì xóa thư mục"
            + " mang tên loa, hoặc dùng USB khác, rồi chép lại.",
        en:
            "The stick needs room, and you the right to write (try sudo). Where the station's folder on it is damaged,"
            + " remove that folder or take another stick, and export again.")
    static let importAdvice = Phrase(
        vi:
            "Bản chép cũ, thiếu, hỏng hoặc của nơi khác thì không được dùng; chương trình đang có vẫn phát. Xin trung"
            + " tâm chép lại nguyên kho (loa-centre refresh trước khi chép).",
        en:
            "Nothing old, damaged, missing or of others is used, and what was there plays on. Have the centre copy the"
            + " whole repository again (loa-centre refresh before that).")

    // MARK: Codes of the daemon

    /// What the station is doing.
    static func state(_ code: String) -> Phrase {
        switch code {
        case "idle": Phrase(vi: "chờ", en: "idle")
        case "arming": Phrase(vi: "chuẩn bị phát", en: "arming")
        case "playing": Phrase(vi: "đang phát", en: "playing")
        case "muted": Phrase(vi: "đang tắt tiếng", en: "muted")
        case "faulted": Phrase(vi: "CÓ SỰ CỐ", en: "FAULTED")
        default: Phrase(same: code)
        }
    }

    /// A class, as Circular 39/2020/TT-BTTTT calls it.
    static func programmeClass(_ code: String) -> Phrase { Phrasebook.programmeClass(code) }

    /// How far the clock is believed.
    static func trust(_ code: String) -> Phrase {
        switch code {
        case "synchronised": Phrase(vi: "đã đồng bộ", en: "synchronised")
        case "holdover": Phrase(vi: "tự chạy (tin được)", en: "holdover (trusted)")
        case "untrusted": Phrase(vi: "KHÔNG tin được", en: "NOT trusted")
        default: Phrase(same: code)
        }
    }

    /// What has become of the card.
    static func deviceState(_ code: String) -> Phrase {
        switch code {
        case "open": Phrase(vi: "đang mở", en: "open")
        case "closed": Phrase(vi: "đang đóng", en: "closed")
        case "lost": Phrase(vi: "MẤT", en: "LOST")
        default: reason(code)
        }
    }

    /// How a slot ended.
    static func result(_ code: String) -> Phrase { Phrasebook.result(code) }

    /// What a fault is about.
    static func fault(_ code: String) -> Phrase { Phrasebook.fault(code) }
}
