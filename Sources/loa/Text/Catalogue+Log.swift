import TerminalText

/// The words of the log's entries and of what commands answer.
extension Catalogue {
    // MARK: Entries

    static let started = Phrase(vi: "khởi động", en: "started")
    static let newTimetable = Phrase(vi: "lịch phát mới", en: "new timetable")
    static let refused = Phrase(vi: "BỊ TỪ CHỐI", en: "REFUSED")

    static func repaired(_ size: String) -> Phrase {
        Phrase(vi: "sửa đuôi nhật ký (\(size))", en: "repaired the log's end (\(size))")
    }
    static func stepped(_ step: String) -> Phrase {
        Phrase(vi: "giờ nhảy \(step)", en: "stepped by \(step)")
    }
    static func events(_ count: Int64) -> Phrase {
        Phrase(vi: "\(count) sự kiện", en: count == 1 ? "1 event" : "\(count) events")
    }
    static func problems(_ count: Int64) -> Phrase {
        Phrase(vi: "\(count) LỖI", en: count == 1 ? "1 PROBLEM" : "\(count) PROBLEMS")
    }
    static func about(_ title: String) -> Phrase {
        Phrase(vi: "chuẩn bị phát: \(title)", en: "about to play: \(title)")
    }
    static func startError(_ time: String) -> Phrase {
        Phrase(vi: "lệch giờ \(time)", en: "start error \(time)")
    }
    static func asked(_ verb: String, by person: String) -> Phrase {
        Phrase(vi: "\(person) gọi \(verb)", en: "\(person) asked to \(verb)")
    }
    static func faultRaised(_ name: String) -> Phrase { Phrase(vi: "SỰ CỐ: \(name)", en: "FAULT: \(name)") }
    static func faultOver(_ name: String) -> Phrase {
        Phrase(vi: "hết sự cố: \(name)", en: "fault over: \(name)")
    }
    static func toCome(_ title: String, _ time: String) -> Phrase {
        Phrase(vi: "sẽ phát: \(title) · \(time)", en: "to come: \(title) · \(time)")
    }

    /// A programme's title, of which one is the daemon's own.
    static func title(_ title: String) -> Phrase {
        title == "test tone" ? Phrasebook.translated(title) : Phrase(vi: title, en: title)
    }

    // MARK: Answers to commands

    static func plays(_ title: String) -> Phrase { Phrase(vi: "Phát: \(title)", en: "Playing: \(title)") }
    static func stopped(_ titles: String) -> Phrase {
        Phrase(vi: "Đã dừng: \(titles).", en: "Stopped: \(titles).")
    }
    static let nothingToStop = Phrase(vi: "Không có gì đang phát.", en: "Nothing was playing.")
    static func repeatsEnded(_ titles: String) -> Phrase {
        Phrase(vi: "Không phát lại nữa: \(titles).", en: "Will not sound again: \(titles).")
    }
    static func muted(until time: String) -> Phrase {
        Phrase(
            vi: "Đã tắt tiếng đến \(time). Chỉ tin khẩn cấp vẫn phát.",
            en: "Muted until \(time); only emergencies sound.")
    }
    static let unmuted = Phrase(vi: "Đã bật tiếng lại.", en: "No longer muted.")
    static func volume(_ level: String) -> Phrase { Phrase(vi: "Âm lượng \(level)", en: "Volume \(level)") }

    // MARK: Refusals

    static func refusal(_ reason: String) -> Phrase {
        Phrase(vi: "Không được phép: \(reason).", en: "Not permitted: \(reason).")
    }
    static func cannotPlay(_ problem: String) -> Phrase {
        Phrase(vi: "Không phát được: \(problem).", en: "Cannot be played: \(problem).")
    }
    static func nothingOfThatName(_ what: String) -> Phrase {
        Phrase(
            vi: "Không có tệp hay chương trình nào tên là \(what). Xem các chương trình: loa next --days 31",
            en: "There is no file and no programme \(what). For the programmes see: loa next --days 31")
    }
    static let mayNotRead = Phrase(
        vi: "Bạn không có quyền xem. Cần là root hoặc thuộc nhóm loaphuong.",
        en: "You may not look: only root and the group loaphuong may.")
    static let mayNotAct = Phrase(
        vi: "Bạn không có quyền điều khiển. Cần là root hoặc thuộc nhóm loaphuong-operators.",
        en: "You may not do that: only root and the group loaphuong-operators may.")
    static func howToJoin(_ group: String) -> Phrase {
        Phrase(
            vi: "Người quản trị chạy: usermod -aG \(group) TÊN (có hiệu lực ngay)",
            en: "An administrator runs: usermod -aG \(group) NAME (it takes effect at once)")
    }
    static let noAnswer = Phrase(
        vi: "loaphuongd không trả lời kịp. Thử: systemctl status loaphuongd",
        en: "loaphuongd did not answer in time. Try: systemctl status loaphuongd")
    static func missing(_ count: Int64) -> Phrase {
        Phrase(vi: "⋯ thiếu \(count) mục ở đây", en: "⋯ \(count) entries are missing here")
    }
    static func notRegular(_ path: String) -> Phrase {
        Phrase(
            vi: "\(path) không phải tệp thường (là thư mục, ống dẫn hoặc thiết bị)",
            en: "\(path) is not a regular file (but a directory, pipe or device)")
    }
    static func unreachable(_ socket: String) -> Phrase {
        Phrase(
            vi: "Không kết nối được loaphuongd ở \(socket). Thử: systemctl status loaphuongd",
            en: "Cannot reach loaphuongd at \(socket). Try: systemctl status loaphuongd")
    }
}
