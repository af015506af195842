import TerminalText

/// What is said about a command line that is not understood.
extension Catalogue {
    static let noVerb = Phrase(vi: "thiếu lệnh", en: "a verb is missing")
    static func unknownVerb(_ word: String) -> Phrase {
        Phrase(vi: "không có lệnh \(word)", en: "there is no verb \(word)")
    }
    static func notForVerb(_ name: String, _ verb: String) -> Phrase {
        Phrase(vi: "\(verb) không có tùy chọn \(name)", en: "\(verb) has no option \(name)")
    }
    static let needsOperand = Phrase(vi: "thiếu đối tượng của lệnh", en: "the verb needs an operand")
    static let badLanguage = Phrase(vi: "--lang là vi hoặc en", en: "--lang is vi or en")
    static func badIdleness(_ text: String) -> Phrase {
        Phrase(
            vi: "--idle-for \(text): cần thời lượng như 30m, 2h hoặc PT30M, nhiều nhất 7 ngày",
            en: "--idle-for \(text): expected a duration such as 30m, 2h or PT30M, at most 7 days")
    }
    static let gridOrList = Phrase(vi: "chỉ một trong --grid và --list", en: "only one of --grid and --list")
    static let badDays = Phrase(vi: "--days từ 1 đến 31", en: "--days is a number from 1 to 31")
    static let badLevel = Phrase(
        vi: "âm lượng tính bằng dB, từ -60 đến 0", en: "the volume is in dB, from -60 to 0")
    static let muteNeeds = Phrase(
        vi: "mute cần --for (bao lâu) và --reason (vì sao)",
        en: "mute needs --for (how long) and --reason (why)")
    static func badDuration(_ text: String) -> Phrase {
        Phrase(
            vi: "--for \(text): cần thời lượng như 90m, 2h, 1d hoặc PT2H, nhiều nhất 31 ngày",
            en: "--for \(text): expected a duration such as 90m, 2h, 1d or PT2H, at most 31 days")
    }
    static func tryHelp(_ verb: Verb?) -> Phrase {
        let command = verb.map { "loa \($0.rawValue) --help" } ?? "loa --help"
        return Phrase(vi: "Xem: \(command)", en: "Try: \(command)")
    }
}
