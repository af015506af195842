import StationCore
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
    static func volume(_ level: String) -> Phrase { Phrase(vi: "âm lượng \(level)", en: "volume \(level)") }
    static func loudness(_ level: String) -> Phrase {
        Phrase(vi: "độ to \(level) LUFS", en: "loudness \(level) LUFS")
    }
    static func interrupted(_ reason: String) -> Phrase {
        Phrase(vi: "bị ngắt quãng: \(reason)", en: "interrupted: \(reason)")
    }
    /// An upstream, and the version of its targets.
    static func timetable(_ upstream: String, _ version: Int64) -> Phrase {
        Phrase(vi: "\(upstream) bản \(version)", en: "\(upstream) version \(version)")
    }
    static let noSound = Phrase(vi: "KHÔNG CÓ TIẾNG", en: "NOT A SOUND")
    static let allSilent = Phrase(
        vi: "KHÔNG CÓ TIẾNG: âm thanh đã phát là im lặng", en: "NOT A SOUND: what was played is silence")
    static func silent(_ paths: String) -> Phrase {
        Phrase(vi: "KHÔNG CÓ TIẾNG trong \(paths)", en: "NOT A SOUND in \(paths)")
    }
    /// Who asked: a user's name, or what stands for whoever pressed the button.
    static func person(_ name: String) -> Phrase {
        name == Person.atStopInput.name ? Phrase(vi: "nút dừng", en: "the stop button") : Phrase(same: name)
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

    /// The same programme's next slot, where one that is over was asked about.
    static func again(_ title: String, _ time: String) -> Phrase {
        Phrase(vi: "lần tới: \(title) · \(time)", en: "next time: \(title) · \(time)")
    }
    static let fromTheLog = Phrase(vi: "Trong nhật ký:", en: "From the log:")
    static let coming = Phrase(vi: "đang tải về", en: "on its way")
    static func by(_ person: String) -> Phrase { Phrase(vi: "do \(person)", en: "by \(person)") }
    static func heldBy(_ holders: String) -> Phrase {
        Phrase(vi: "\(holders) đang giữ", en: "held by \(holders)")
    }
    static func permitted(_ hours: String) -> Phrase {
        Phrase(vi: "giờ được phát: \(hours)", en: "permitted: \(hours)")
    }
    static func mayInterrupt(_ title: String, _ time: String) -> Phrase {
        Phrase(
            vi: "nhường cho chương trình cấp cao hơn: \(title), \(time)",
            en: "a higher class goes first: \(title), \(time)")
    }
    static func mayDelay(_ title: String, _ time: String) -> Phrase {
        Phrase(
            vi: "chờ chương trình đang phát kết thúc: \(title), \(time)",
            en: "waits for what is still running: \(title), \(time)")
    }

    static func begun(_ title: String, _ time: String) -> Phrase {
        Phrase(
            vi: "đã bắt đầu, chưa kết thúc: \(title) · \(time)", en: "begun, not over yet: \(title) · \(time)"
        )
    }

    // MARK: What was measured of a slot

    static let beginning = Phrase(vi: "Bắt đầu", en: "Began")
    static let end = Phrase(vi: "Kết thúc", en: "Ended")
    static let sound = Phrase(vi: "Tiếng", en: "Sound")
    static let file = Phrase(vi: "Tệp", en: "File")
    static let timetableRow = Phrase(vi: "Lịch", en: "Timetable")
    static let notHeard = Phrase(vi: "không được phát", en: "not heard")
    static let unknownContent = Phrase(
        vi: "tệp bị ghi đè khi đang phát, không rõ nội dung",
        en: "written to while it played: nobody knows what sounded")
    static func startMethod(_ code: String) -> Phrase {
        switch code {
        case "delay-fit": Phrase(vi: "đo tại card", en: "measured at the card")
        case "envelope-fit": Phrase(vi: "đo theo nhịp của card", en: "measured by the card's steps")
        case "unproven": Phrase(vi: "không đo được", en: "not measured")
        default: Phrase(same: code)
        }
    }
    static func late(_ time: String) -> Phrase { Phrase(vi: "trễ \(time)", en: "\(time) late") }
    static func peak(_ level: String) -> Phrase { Phrase(vi: "đỉnh \(level)", en: "peak \(level)") }
    static func heard(_ time: String, of planned: String) -> Phrase {
        Phrase(vi: "đã phát \(time) trên \(planned)", en: "\(time) of \(planned) heard")
    }

    static func heardAtLeast(_ time: String, of planned: String) -> Phrase {
        Phrase(vi: "đã phát ít nhất \(time) trên \(planned)", en: "at least \(time) of \(planned) heard")
    }

    /// More than all of it: what was interrupted began anew.
    static func heardAgain(_ time: String, of planned: String) -> Phrase {
        Phrase(
            vi: "đã phát \(time), kể cả phần phát lại (dài \(planned))",
            en: "\(time) heard, what was repeated included (it is \(planned) long)")
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
    static let decoding = Phrase(vi: "giải mã các tệp", en: "decoding the files")
    static func simulated(_ from: String, _ until: String) -> Phrase {
        Phrase(vi: "Mô phỏng từ \(from) đến \(until):", en: "Simulated from \(from) to \(until):")
    }
    static let powerAway = Phrase(vi: "mất điện", en: "the power is off")
    static let networkAway = Phrase(vi: "mất mạng", en: "the network is away")
    static let cardAway = Phrase(vi: "mất card âm thanh", en: "the sound card is gone")
    static func simulatedCounts(played: Int, partial: Int, missed: Int, faults: Int) -> Phrase {
        Phrase(
            vi: "Phát trọn \(played), dở dang \(partial), không phát \(missed); sự cố \(faults).",
            en: "Played \(played), partial \(partial), missed \(missed); faults \(faults).")
    }
    static func badTime(_ text: String) -> Phrase {
        Phrase(
            vi:
                "\(text): cần giờ như 05:00 hoặc 2026-11-23T05:00, khoảng như 05:00/10m, hoặc độ lệch như -1h",
            en:
                "\(text): expected a time such as 05:00 or 2026-11-23T05:00, a stretch such as 05:00/10m, or a step such as -1h"
        )
    }
    static let idle = Phrase(
        vi: "Loa im, và chưa đến giờ phát nào.", en: "Nothing sounds, and nothing is due so soon.")
    static let sounding = Phrase(vi: "Loa đang phát.", en: "The station is sounding.")
    static func due(_ title: String, at time: String) -> Phrase {
        Phrase(vi: "Sắp phát: \(title), \(time).", en: "Due soon: \(title), \(time).")
    }
    static let unknownIdleness = Phrase(
        vi: "Không rõ loa có im không.", en: "It is not known whether the station is idle.")
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
    static func volumeNow(_ level: String) -> Phrase {
        Phrase(vi: "Âm lượng \(level)", en: "Volume \(level)")
    }

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
    static let unrecorded = Phrase(
        vi: "Đã làm, nhưng nhật ký chưa xuống được ổ đĩa: mất điện bây giờ là mất lệnh này. Xem: loa status",
        en: "Done, but the disk has not taken the log yet: a power cut now forgets it. See: loa status")
    static func missing(_ count: Int64) -> Phrase {
        Phrase(vi: "⋯ thiếu \(count) mục ở đây", en: "⋯ \(count) entries are missing here")
    }
    static let daemonEnded = Phrase(
        vi: "loaphuongd đã dừng, không còn mục mới. Xem: systemctl status loaphuongd",
        en: "loaphuongd has ended: no more entries come. See: systemctl status loaphuongd")
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
