import TerminalText

/// Why a slot did not sound as planned, and what a technician can do about it.
extension Catalogue {
    /// The reason in a few words.
    static func reason(_ code: String) -> Phrase { Phrasebook.reason(code) }

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
                vi: "Kiểm tra dây USB và nguồn của card, rồi cat /proc/asound/cards; so với output.device.",
                en:
                    "Check the card's cable and power, then cat /proc/asound/cards; compare output.device."
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
