/// Words for how slots end and what faults are about, which commands of the station and of the centre show.
extension Phrasebook {
    /// How a slot ended.
    package static func result(_ code: String) -> Phrase {
        switch code {
        case "played": Phrase(vi: "đã phát", en: "played")
        case "partial": Phrase(vi: "phát DỞ", en: "PARTIAL")
        case "missed": Phrase(vi: "KHÔNG phát", en: "MISSED")
        default: Phrase(same: code)
        }
    }

    /// What a fault is about.
    package static func fault(_ code: String) -> Phrase {
        switch code {
        case "clock-untrusted": Phrase(vi: "đồng hồ", en: "clock")
        case "disk-unwritable": Phrase(vi: "đĩa không ghi được", en: "disk not writable")
        case "emergency": Phrase(vi: "tin khẩn cấp không phát", en: "emergency kept silent")
        case "timetable": Phrase(vi: "lịch phát", en: "timetable")
        case "content": Phrase(vi: "nội dung", en: "content")
        case "device": Phrase(vi: "card âm thanh", en: "sound card")
        case "amplifier": Phrase(vi: "tăng âm", en: "amplifier")
        case "stop-input": Phrase(vi: "nút dừng", en: "stop button")
        case "configuration": Phrase(vi: "cấu hình", en: "configuration")
        case "upstream": Phrase(vi: "trung tâm", en: "upstream")
        case "download": Phrase(vi: "tải chương trình", en: "download")
        case "storage": Phrase(vi: "lưu lịch phát", en: "keeping the timetable")
        case "proof": Phrase(vi: "gửi nhật ký", en: "proof of play")
        case "downtime-not-judged": Phrase(vi: "máy đã tắt lâu", en: "long downtime")
        default: Phrase(same: code)
        }
    }
}
