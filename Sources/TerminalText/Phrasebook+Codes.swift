/// Words for the codes that more than one command shows: reasons of outcomes, and classes.
extension Phrasebook {
    /// Whether a word is the code of a reason.
    static func isReason(_ code: String) -> Bool { reason(code) != Phrase(same: code) }

    /// The reason of an outcome in a few words; a code that is not known here, as it is.
    package static func reason(_ code: String) -> Phrase {
        switch code {
        case "clock-untrusted": Phrase(vi: "đồng hồ không tin được", en: "the clock is not trusted")
        case "outside-hours": Phrase(vi: "ngoài giờ được phát", en: "outside the permitted hours")
        case "muted": Phrase(vi: "loa đang tắt tiếng", en: "the station is muted")
        case "no-content": Phrase(vi: "không có nội dung", en: "there is no content")
        case "bad-content": Phrase(vi: "nội dung hỏng", en: "the content is broken")
        case "device-missing": Phrase(vi: "không thấy card âm thanh", en: "the sound card is missing")
        case "device-busy": Phrase(vi: "card âm thanh đang bận", en: "the sound card is busy")
        case "device-stalled": Phrase(vi: "card âm thanh bị treo", en: "the sound card stalled")
        case "pre-empted": Phrase(vi: "nhường chương trình cấp cao hơn", en: "a higher class went first")
        case "overlap": Phrase(vi: "chương trình khác đang phát", en: "another programme was running")
        case "late": Phrase(vi: "đã quá muộn", en: "it was too late")
        case "power-lost": Phrase(vi: "mất điện hoặc máy khởi động lại", en: "the power or the daemon went")
        case "stopped-by-hand": Phrase(vi: "có người tại chỗ dừng", en: "a person stopped it")
        case "withdrawn": Phrase(vi: "trung tâm đã rút", en: "the centre withdrew it")
        case "permit-ended": Phrase(vi: "hết thời gian được phát", en: "its permitted time was over")
        case "off": Phrase(vi: "máy tắt", en: "the station was off")
        default: Phrase(same: code)
        }
    }

    /// A class, as Circular 39/2020/TT-BTTTT calls it.
    package static func programmeClass(_ code: String) -> Phrase {
        switch code {
        case "normal": Phrase(vi: "thông thường", en: "normal")
        case "priority": Phrase(vi: "ưu tiên", en: "priority")
        case "emergency": Phrase(vi: "KHẨN CẤP", en: "EMERGENCY")
        default: Phrase(same: code)
        }
    }
}
