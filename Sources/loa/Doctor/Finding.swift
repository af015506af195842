import TerminalText

/// What is checked at a station; the raw values are codes that stay as they are.
enum Check: String, CaseIterable, Sendable {
    case configuration, service, daemon, fault, mute, slot, card, mixer, decoders, clock
    case batteryClock = "battery-clock"
    case timeService = "ntp"
    case zone, disk, upstream, proof, keys, permissions, amplifier
    case stopInput = "stop-input"

    /// What it is called.
    var name: Phrase {
        switch self {
        case .configuration: Phrase(vi: "Cấu hình", en: "Configuration")
        case .service: Phrase(vi: "Dịch vụ", en: "Service")
        case .daemon: Phrase(vi: "loaphuongd", en: "Daemon")
        case .fault: Phrase(vi: "Sự cố", en: "Fault")
        case .mute: Phrase(vi: "Tắt tiếng", en: "Mute")
        case .slot: Phrase(vi: "Sắp phát", en: "Next")
        case .card: Phrase(vi: "Card âm thanh", en: "Sound card")
        case .mixer: Phrase(vi: "Âm lượng card", en: "Mixer")
        case .decoders: Phrase(vi: "Bộ giải mã", en: "Decoders")
        case .clock: Phrase(vi: "Đồng hồ", en: "Clock")
        case .batteryClock: Phrase(vi: "Pin đồng hồ", en: "Battery clock")
        case .timeService: Phrase(vi: "Đồng bộ giờ", en: "NTP")
        case .zone: Phrase(vi: "Múi giờ", en: "Time zone")
        case .disk: Phrase(vi: "Đĩa", en: "Disk")
        case .upstream: Phrase(vi: "Trung tâm", en: "Upstream")
        case .proof: Phrase(vi: "Gửi nhật ký", en: "Proof of play")
        case .keys: Phrase(vi: "Khóa", en: "Keys")
        case .permissions: Phrase(vi: "Quyền", en: "Permissions")
        case .amplifier: Phrase(vi: "Tăng âm", en: "Amplifier")
        case .stopInput: Phrase(vi: "Nút dừng", en: "Stop input")
        }
    }
}

/// One line of a diagnosis: what was found, and unless all is well what to do about it.
struct Finding: Hashable, Sendable {
    /// How bad it is; the raw values are codes that stay as they are.
    enum Verdict: String, Comparable, CaseIterable, Sendable {
        case ok, warning, fault

        static func < (left: Self, right: Self) -> Bool { left.order < right.order }

        private var order: Int {
            switch self {
            case .ok: 0
            case .warning: 1
            case .fault: 2
            }
        }
    }

    let check: Check
    let verdict: Verdict
    let message: Phrase
    /// A command or a step; nil where all is well.
    let advice: Phrase?

    static func ok(_ check: Check, _ message: Phrase) -> Finding {
        Finding(check: check, verdict: .ok, message: message, advice: nil)
    }

    static func warning(_ check: Check, _ message: Phrase, _ advice: Phrase) -> Finding {
        Finding(check: check, verdict: .warning, message: message, advice: advice)
    }

    static func fault(_ check: Check, _ message: Phrase, _ advice: Phrase) -> Finding {
        Finding(check: check, verdict: .fault, message: message, advice: advice)
    }

    /// What has not ended in the time that a diagnosis takes.
    static func unfinished(_ check: Check, _ what: Phrase) -> Finding {
        .warning(
            check,
            Phrase(
                vi: "\(what[.vietnamese]): chưa xong trong thời gian kiểm tra, nên bỏ dở",
                en: "\(what[.english]): did not end in the time of this check, and was cut short"),
            Phrase(
                vi: "Chạy lại loa doctor; nếu vẫn vậy thì bộ phận này đang treo.",
                en: "Run loa doctor again; if it stays so, that part hangs."))
    }

    /// What this user may not look at.
    static func hidden(_ check: Check, _ what: Phrase) -> Finding {
        .warning(
            check,
            Phrase(
                vi: "\(what[.vietnamese]): người dùng này không được xem",
                en: "\(what[.english]): this user may not look"),
            Phrase(vi: "Chạy với quyền root: sudo loa doctor", en: "Run it as root: sudo loa doctor"))
    }
}
