import TerminalText

/// What to do about a fault that the daemon shows.
enum FaultAdvice {
    /// The advice for a fault's code; nil for one that is not known here.
    static func of(_ code: String) -> Phrase? {
        switch code {
        case "clock-untrusted": Catalogue.advice("clock-untrusted")
        case "disk-unwritable":
            Phrase(
                vi: "Xem df -h và dmesg; đĩa đầy thì xóa bớt, thẻ nhớ hỏng hoặc bị khóa ghi thì thay.",
                en: "Look at df -h and dmesg: make room on a full disk, replace a worn or read-only card.")
        case "timetable":
            Phrase(
                vi: "Báo trung tâm sửa đúng tệp và dòng đã nêu, rồi loa sync; phần còn lại vẫn phát.",
                en: "Have the centre mend the file and line named, then loa sync; the rest plays.")
        case "content": Catalogue.advice("bad-content")
        case "device":
            Phrase(
                vi: "Xem mục Card âm thanh ở đây; cắm lại card, hoặc sửa output.device.",
                en: "See Sound card here; replug the card, or mend output.device.")
        case "amplifier":
            Phrase(
                vi: "Xem mục Tăng âm ở đây; chạy thử lệnh amplifier.on và off bằng người dùng loaphuong.",
                en: "See Amplifier here; try the commands amplifier.on and off as the user loaphuong.")
        case "configuration":
            Phrase(
                vi: "Sửa chỗ đã nêu rồi systemctl reload loaphuongd; nếu nói cần khởi động lại thì restart.",
                en: "Mend what is named, then systemctl reload loaphuongd; where it asks for it, restart.")
        case "upstream":
            Phrase(
                vi: "Xem mục Trung tâm ở đây; kiểm tra mạng, rồi loa sync. Lịch đã có vẫn phát.",
                en: "See Upstream here; check the network, then loa sync. The timetable that is here plays.")
        case "download":
            Phrase(
                vi:
                    "Kiểm tra mạng, chỗ trống và network.bytesPerMonth, rồi loa sync; tệp thiếu thì báo trung tâm.",
                en:
                    "Check network, room and network.bytesPerMonth, then loa sync; ask the centre for a missing file."
            )
        case "storage":
            Phrase(
                vi: "Thư mục state không ghi được lịch mới: xem mục Đĩa và Quyền ở đây.",
                en: "The state folder does not take the new timetable: see Disk and Permissions here.")
        case "emergency":
            Phrase(
                vi: "Hôm nay đã đủ số tin khẩn cấp: hỏi trung tâm; nếu cần hơn, tăng emergency.perDay.",
                en:
                    "The day's emergencies are used up: ask the centre; if more are needed raise emergency.perDay."
            )
        case "proof":
            Phrase(
                vi: "Xem mục Gửi nhật ký ở đây; kiểm tra proof.url và mật khẩu hoặc chứng chỉ. Loa vẫn phát.",
                en:
                    "See Proof of play here; check proof.url and its password or certificate. The station plays."
            )
        case "stop-input":
            Phrase(
                vi: "Xem mục Nút dừng ở đây; kiểm tra dây nút bấm và stopInput. Lệnh loa stop vẫn dừng được.",
                en:
                    "See Stop input here; check the button's wire and stopInput. The command loa stop still works."
            )
        default: nil
        }
    }
}
