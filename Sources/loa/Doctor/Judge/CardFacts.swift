import Glibc
import StationAudio
import TerminalText

/// What was found of the sound card, and what that means.
struct CardFacts: Sendable {
    /// What the daemon says of it.
    enum Standing: Hashable, Sendable {
        case open(rate: Int64, channels: Int64)
        /// A reason such as `device-missing`.
        case lost(String)
        case closed
        /// It goes by another device than the configuration names by now.
        case other(String)
        /// There is no daemon to ask.
        case unknown
    }

    /// What opening it came to.
    enum Probe: Sendable {
        case opened(CardProbe.Found)
        case failed(CardError)
        /// The daemon has it, or needs it any moment: it is left alone.
        case leftAlone
        case unfinished
    }

    /// A card of this machine, as `/proc/asound/cards` has it.
    struct Card: Hashable, Sendable {
        var id: String
        var name: String
    }

    var device: String
    /// Frames a second, and channels, as configured.
    var rate: Int
    var channels: Int
    var standing: Standing
    var probe: Probe
    /// Who has a card open.
    var holders: [String]
    var cards: [Card]

    var findings: [Finding] {
        if case .open(let rate, let channels) = standing {
            return [
                .ok(
                    .card,
                    Phrase(
                        vi: "\(device): loaphuongd đang mở, \(rate) Hz, \(channels) kênh",
                        en: "\(device): the daemon has it open, \(rate) Hz, \(channels) ch"))
            ]
        }
        guard case .other(let used) = standing else { return probed }
        let restart = Finding.fault(
            .card,
            Phrase(
                vi: "loaphuongd vẫn dùng \(used), chưa phải \(device) như cấu hình",
                en: "the daemon still goes by \(used), not by \(device) as configured"),
            Phrase(same: "systemctl restart loaphuongd"))
        if case .leftAlone = probe { return [restart] }
        return [restart] + probed
    }

    private var probed: [Finding] {
        switch probe {
        case .opened(let found): return [opened(found)]
        case .failed(let error): return [failed(error)]
        case .unfinished: return [.unfinished(.card, Phrase(same: device))]
        case .leftAlone:
            if case .lost(let reason) = standing { return [lost(reason)] }
            return [
                .ok(
                    .card,
                    Phrase(
                        vi: "\(device): sắp đến giờ phát, để yên cho loaphuongd",
                        en: "\(device): a slot is near, it is left to the daemon"))
            ]
        }
    }

    private func opened(_ found: CardProbe.Found) -> Finding {
        let format = found.format
        if found.isNull {
            return .warning(
                .card,
                Phrase(
                    vi: "\(device): card giả (null) của ALSA: không ra tiếng, không có bằng chứng phát",
                    en: "\(device): ALSA's null: it makes no sound and proves nothing"),
                Phrase(
                    vi: "Đặt output.device là card thật: \(listed(.vietnamese))",
                    en: "Set output.device to a real card: \(listed(.english))"))
        }
        let text =
            "\(device): \(format.rate) Hz, \(format.channels) \(Words.channels[.english]), \(format.sample.name)"
        let vietnamese =
            "\(device): \(format.rate) Hz, \(format.channels) \(Words.channels[.vietnamese]), \(format.sample.name)"
        guard format.rate == rate, format.channels == channels else {
            return .warning(
                .card,
                Phrase(
                    vi: "\(vietnamese), không phải \(rate) Hz, \(channels) kênh như cấu hình; vẫn phát được",
                    en: "\(text), not \(rate) Hz, \(channels) ch as configured; it plays all the same"),
                Phrase(
                    same: "output: { rate: \(format.rate), channels: \(format.channels) }"))
        }
        return .ok(
            .card, Phrase(vi: "\(vietnamese), mở được", en: "\(text), can be opened"))
    }

    private enum Words {
        static let channels = Phrase(vi: "kênh", en: "ch")
        static let none = Phrase(vi: "máy này không có card nào", en: "this machine has none")
    }

    private func failed(_ error: CardError) -> Finding {
        if error.code == EACCES || error.code == EPERM {
            return .hidden(.card, Phrase(same: device))
        }
        switch error.loss {
        case .missing: return lost("device-missing")
        case .busy: return lost("device-busy")
        default:
            let why = Phrasebook.translated(String(cString: strerror(error.code)))
            return .fault(
                .card,
                Phrase(
                    vi: "\(device): không mở được: \(why[.vietnamese])",
                    en: "\(device): cannot be opened: \(why[.english])"),
                Phrase(
                    vi: "Thử plughw thay cho hw trong output.device, hoặc card khác: \(listed(.vietnamese))",
                    en: "Try plughw in place of hw in output.device, or another card: \(listed(.english))"))
        }
    }

    private func lost(_ reason: String) -> Finding {
        let words = Phrasebook.reason(reason)
        let message = Phrase(
            vi: "\(device): \(words[.vietnamese])\(held(.vietnamese, reason))",
            en: "\(device): \(words[.english])\(held(.english, reason))")
        switch reason {
        case "device-missing":
            return .fault(
                .card, message,
                Phrase(
                    vi:
                        "Kiểm tra dây và nguồn của card. Card đang có: \(listed(.vietnamese)). So với output.device.",
                    en: "Check its cable and power. Cards here: \(listed(.english)). Compare output.device."))
        case "device-busy":
            let holder = holders.first.map { " \($0)" } ?? ""
            return .fault(
                .card, message,
                Phrase(
                    vi: "Tắt chương trình đang giữ card\(holder); tìm bằng fuser -v /dev/snd/*",
                    en: "End the program that holds it\(holder); fuser -v /dev/snd/* finds it"))
        default:
            return .fault(
                .card, message,
                Catalogue.advice(reason)
                    ?? Phrase(vi: "Rút card ra cắm lại.", en: "Replug the card."))
        }
    }

    private func held(_ language: Language, _ reason: String) -> String {
        guard reason == "device-busy", !holders.isEmpty else { return "" }
        return " (\(holders.joined(separator: ", ")))"
    }

    /// The cards that there are, each with the name that the configuration would give it.
    private func listed(_ language: Language) -> String {
        guard !cards.isEmpty else { return Words.none[language] }
        return cards.map { "plughw:CARD=\($0.id) (\($0.name))" }.joined(separator: ", ")
    }
}
