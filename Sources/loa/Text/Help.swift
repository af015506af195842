package import TerminalText

/// The help of the command and of each verb.
package enum Help {
    /// The help of a verb, or of the whole command.
    package static func text(_ verb: Verb?, _ language: Language) -> String {
        let lines = verb.map { verbLines($0, language) } ?? commandLines(language)
        return TextWidth.printed(lines)
    }

    /// What is said to a command line that is not understood.
    package static func text(_ error: UsageError) -> String {
        TextWidth.printed([
            "loa: \(error.message[error.language])", Catalogue.tryHelp(error.verb)[error.language],
        ])
    }

    private static func commandLines(_ language: Language) -> [String] {
        let verbs = Verb.allCases.map { ["  \($0.brief)", $0.summary[language]] }
        return ["loa [--socket PATH] [--json] [--lang vi|en] VERB", "", verbsTitle[language]]
            + TextWidth.table(verbs) + ["", optionsTitle[language]] + options(language) + [""]
            + exitCodes(language)
    }

    private static func verbLines(_ verb: Verb, _ language: Language) -> [String] {
        wrapped("loa \(verb.usage)") + ["", verb.summary[language] + "."] + verb.details.map { $0[language] }
            + [""]
            + [optionsTitle[language]] + options(language) + [""] + exitCodes(language)
    }

    /// A usage on lines that fit into a terminal; what belongs to an option stays beside it.
    private static func wrapped(_ usage: String) -> [String] {
        usage.replacing(" [", with: "\n[").split(separator: "\n").map(String.init).reduce(into: []) {
            lines, part in
            if let last = lines.last, last.count + part.count < width {
                lines[lines.count - 1] = "\(last) \(part)"
            } else {
                lines.append(lines.isEmpty ? part : "    " + part)
            }
        }
    }

    /// Columns that every terminal has.
    private static let width = 80

    private static let verbsTitle = Phrase(vi: "Lệnh:", en: "Verbs:")
    private static let optionsTitle = Phrase(vi: "Tùy chọn chung:", en: "Options of every verb:")
    private static let codesTitle = Phrase(vi: "Mã kết thúc:", en: "Exit codes:")

    private static func options(_ language: Language) -> [String] {
        let rows: [(String, Phrase)] = [
            ("--socket PATH", Phrase(vi: "socket của loaphuongd", en: "the socket of loaphuongd")),
            (
                "--json",
                Phrase(
                    vi: "trả lời bằng JSON, không đổi giữa các phiên bản",
                    en: "answer in JSON, which stays stable")
            ),
            (
                "--lang vi|en",
                Phrase(vi: "ngôn ngữ (mặc định theo hệ thống)", en: "language (default: the locale's)")
            ),
            ("--help", Phrase(vi: "trợ giúp, cũng cho từng lệnh", en: "this help, also of a verb")),
            ("--version", Phrase(vi: "phiên bản", en: "the version")),
        ]
        return TextWidth.table(rows.map { ["  \($0.0)", $0.1[language]] })
    }

    private static func exitCodes(_ language: Language) -> [String] {
        [codesTitle[language]]
            + TextWidth.table(ExitCode.allCases.map { ["  \($0.rawValue)", $0.meaning[language]] })
    }
}

extension ExitCode {
    /// What the code says.
    fileprivate var meaning: Phrase {
        switch self {
        case .fine: Phrase(vi: "tốt", en: "fine")
        case .no:
            Phrase(
                vi: "câu trả lời là không: không được phép phát, hoặc có sự cố (tắt tiếng không phải sự cố)",
                en: "the answer is no: the guard refuses, or there is a fault (muted is no fault)")
        case .usage: Phrase(vi: "gõ sai lệnh", en: "the command line is not understood")
        case .unreachable: Phrase(vi: "không liên lạc được loaphuongd", en: "loaphuongd cannot be reached")
        case .unwritten: Phrase(vi: "không ghi được câu trả lời", en: "the answer could not be written")
        case .notPermitted: Phrase(vi: "người dùng này không có quyền", en: "this user may not")
        case .configuration: Phrase(vi: "cấu hình sai", en: "the configuration is wrong")
        }
    }
}

extension Verb {
    /// The options of every verb, and of each its own: by name, and whether a value follows.
    static let allOptions = allCases.reduce(
        into: ["--json": false, "--socket": true, "--lang": true]
    ) { options, verb in options.merge(verb.options) { one, _ in one } }

    /// Its own options, as its usage has them.
    var options: [String: Bool] {
        let words = usage.split(separator: " ")
        return words.indices.reduce(into: [:]) { options, index in
            let word = words[index], following = words.dropFirst(index + 1).first
            let name = word.filter { $0 != "[" && $0 != "]" }
            guard name.hasPrefix("--") else { return }
            options[name] = following.map { !"|[-".contains($0.prefix(1)) } ?? false
        }
    }

    /// The usage as the list of all verbs has it, where a long one would leave no room for what the verb does.
    var brief: String { usage.count <= 40 ? usage : "\(rawValue) [--option…]" }

    /// The verb with its operands and options.
    var usage: String {
        switch self {
        case .sync, .stop, .unmute, .test, .demo: rawValue
        case .status: "status [--idle-for D]"
        case .next: "next [--days N] [--grid | --list]"
        case .log: "log [--since T] [--until T] [--follow]"
        case .import: "import PATH [--upstream NAME]"
        case .export: "export PATH"
        case .why: "why SLOT|TIME"
        case .verify: "verify [--head NOTE]"
        case .play: "play FILE|PROGRAMME"
        case .mute: "mute --for D --reason R"
        case .volume: "volume [DB]"
        case .doctor: "doctor [--config FILE]"
        case .simulate:
            "simulate [--days N] [--at T] [--clock-step D] [--power-cut T] [--network-down T] [--card-lost T]"
                + " [--config FILE]"
        }
    }

    /// What it does, in one line.
    var summary: Phrase {
        switch self {
        case .status:
            Phrase(vi: "Loa đang làm gì, có sự cố gì", en: "What the station is doing, and its faults")
        case .next:
            Phrase(vi: "Sắp phát gì, đã sẵn sàng chưa", en: "The slots to come, and whether they are ready")
        case .log: Phrase(vi: "Nhật ký, cũ trước mới sau", en: "The log's entries, oldest first")
        case .why:
            Phrase(vi: "Vì sao lúc đó phát như vậy, hoặc im", en: "Why a slot sounded as it did, or did not")
        case .verify:
            Phrase(
                vi: "Kiểm tra nhật ký có bị sửa, mất không", en: "Checks that the log is whole and unchanged")
        case .sync: Phrase(vi: "Hỏi các trung tâm ngay, tải chương trình mới", en: "Asks all upstreams now")
        case .import:
            Phrase(
                vi: "Nhận chương trình từ USB, không cần mạng",
                en: "Takes programmes from a stick, without a network")
        case .export:
            Phrase(vi: "Chép nhật ký ra USB cho trung tâm", en: "Writes the log to a stick, for the centre")
        case .play: Phrase(vi: "Phát ngay một tệp hoặc chương trình", en: "Plays a file or programme now")
        case .stop: Phrase(vi: "Dừng ngay tiếng đang phát", en: "Stops the sound at once")
        case .mute: Phrase(vi: "Tắt tiếng một thời gian", en: "Mutes the station for a while")
        case .unmute: Phrase(vi: "Bật tiếng lại", en: "Ends the mute")
        case .volume: Phrase(vi: "Xem hoặc đặt âm lượng", en: "Shows or sets the volume")
        case .test: Phrase(vi: "Phát tiếng thử ngắn và nhỏ", en: "Plays a short, quiet test tone")
        case .simulate:
            Phrase(
                vi: "Những ngày tới sẽ phát gì, cũng khi có sự cố",
                en: "What would be played, also if things go wrong")
        case .doctor:
            Phrase(
                vi: "Khám cả máy: cái gì hỏng, phải làm gì", en: "Checks everything here, and says what to do"
            )
        case .demo:
            Phrase(vi: "Chạy thử tất cả, không cần cài đặt", en: "Shows the whole way, without installation")
        }
    }
}
