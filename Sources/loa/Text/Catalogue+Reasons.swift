/// Why a slot did not sound as planned, and what a technician can do about it.
extension Catalogue {
    /// Whether a word is the code of a reason.
    static func isReason(_ code: String) -> Bool { reason(code) != Phrase(same: code) }

    /// The reason in a few words.
    static func reason(_ code: String) -> Phrase {
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

    /// What to do about a play by hand that finds the loudspeaker taken.
    static let stopFirst = Phrase(
        vi: "Chờ chương trình đang phát kết thúc, hoặc dừng nó: loa stop",
        en: "Wait for the programme that is playing, or end it: loa stop")

    /// What to do about a reason; nil where nothing is wrong with the station.
    static func advice(_ code: String) -> Phrase? {
        switch code {
        case "clock-untrusted":
            Phrase(
                vi:
                    "Kiểm tra mạng và đồng bộ giờ (timedatectl). Máy có pin đồng hồ: đặt clock.batteryBacked.",
                en:
                    "Check the network and time synchronisation (timedatectl). With a battery-backed clock set"
                    + " clock.batteryBacked.")
        case "outside-hours":
            Phrase(
                vi: "Xem lại giờ hẹn của chương trình, hoặc khung giờ hours trong cấu hình.",
                en: "Check the programme's time, or hours in the configuration.")
        case "muted": Phrase(vi: "Bật tiếng lại: loa unmute", en: "Unmute it: loa unmute")
        case "no-content":
            Phrase(
                vi: "Chương trình không có tệp nào cho ngôn ngữ của loa này, hoặc tệp chưa tải về.",
                en: "The programme has no file in this station's languages, or it has not arrived.")
        case "bad-content":
            Phrase(
                vi: "Tệp âm thanh thiếu, cụt hoặc không giải mã được. Báo trung tâm gửi lại; xem loa log.",
                en:
                    "A sound file is missing, cut or cannot be decoded. Ask the centre for it again; see loa log."
            )
        case "device-missing":
            Phrase(
                vi: "Kiểm tra dây USB và nguồn của card, rồi aplay -l; so với output.device trong cấu hình.",
                en:
                    "Check the card's cable and power, then aplay -l; compare output.device in the configuration."
            )
        case "device-busy":
            Phrase(
                vi: "Chương trình khác đang giữ card: fuser -v /dev/snd/*",
                en: "Another program holds the card: fuser -v /dev/snd/*")
        case "device-stalled":
            Phrase(
                vi: "Card nhận dữ liệu nhưng không phát. Rút ra cắm lại, hoặc thay card.",
                en: "The card takes sound but does not play it. Replug it, or replace it.")
        case "late", "overlap":
            Phrase(
                vi: "Nếu vẫn muốn phát trễ, trung tâm đặt X-LOA-LATE dài hơn.",
                en: "If it should play late all the same, the centre sets a longer X-LOA-LATE.")
        case "power-lost", "off":
            Phrase(
                vi: "Kiểm tra nguồn điện và bộ lưu điện; xem last -x và journalctl.",
                en: "Check mains and battery; see last -x and journalctl.")
        case "permit-ended":
            Phrase(
                vi: "Nội dung dài hơn thời lượng được phát; trung tâm rút ngắn hoặc nới lịch.",
                en: "The content is longer than its permitted time; the centre shortens it or moves its end.")
        default: nil
        }
    }
}
