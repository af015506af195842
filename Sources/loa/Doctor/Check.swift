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
