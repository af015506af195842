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
        let verbs = Verb.allCases.map { ["  \($0.usage)", $0.summary[language]] }
        return ["loa [--socket PATH] [--json] [--lang vi|en] VERB", "", verbsTitle[language]]
            + TextWidth.table(verbs) + ["", optionsTitle[language]] + options(language) + [""]
            + exitCodes(language)
    }

    private static func verbLines(_ verb: Verb, _ language: Language) -> [String] {
        ["loa \(verb.usage)", "", verb.summary[language] + "."] + verb.details.map { $0[language] } + [""]
            + [optionsTitle[language]] + options(language) + [""] + exitCodes(language)
    }

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
        case .notPermitted: Phrase(vi: "người dùng này không có quyền", en: "this user may not")
        case .configuration: Phrase(vi: "cấu hình sai", en: "the configuration is wrong")
        }
    }
}

extension Verb {
    /// The verb with its operands and options.
    var usage: String {
        switch self {
        case .status, .sync, .stop, .unmute, .test, .demo: rawValue
        case .next: "next [--days N]"
        case .log: "log [--since T] [--until T] [--follow]"
        case .why: "why SLOT|TIME"
        case .verify: "verify [--head NOTE]"
        case .play: "play FILE|PROGRAMME"
        case .mute: "mute --for D --reason R"
        case .volume: "volume [DB]"
        case .doctor: "doctor [--config FILE]"
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
        case .play: Phrase(vi: "Phát ngay một tệp hoặc chương trình", en: "Plays a file or programme now")
        case .stop: Phrase(vi: "Dừng ngay tiếng đang phát", en: "Stops the sound at once")
        case .mute: Phrase(vi: "Tắt tiếng một thời gian", en: "Mutes the station for a while")
        case .unmute: Phrase(vi: "Bật tiếng lại", en: "Ends the mute")
        case .volume: Phrase(vi: "Xem hoặc đặt âm lượng", en: "Shows or sets the volume")
        case .test: Phrase(vi: "Phát tiếng thử ngắn và nhỏ", en: "Plays a short, quiet test tone")
        case .doctor:
            Phrase(
                vi: "Khám cả máy: cái gì hỏng, phải làm gì", en: "Checks everything here, and says what to do"
            )
        case .demo:
            Phrase(vi: "Chạy thử tất cả, không cần cài đặt", en: "Shows the whole way, without installation")
        }
    }

    private static let verifyDetails = [
        Phrase(
            vi:
                "NOTE là tệp checkpoint đã lưu trước đây (hoặc nội dung của nó): nhật ký phải nối tiếp nó.",
            en:
                "NOTE is a checkpoint that was kept, as a file or its text: the log must go on from it."
        ),
        Phrase(
            vi: "Kết thúc bằng 1 nếu có gì sai; in khóa công khai để trung tâm enrol.",
            en: "Ends with 1 if anything is wrong; shows the public key that the centre enrols."),
    ]

    /// More about it, one line each.
    fileprivate var details: [Phrase] {
        switch self {
        case .status, .unmute: []
        case .next:
            [
                Phrase(
                    vi: "--days N: trong bao nhiêu ngày tới, 1 đến 31 (mặc định 7).",
                    en: "--days N: for so many days, 1 to 31 (default 7).")
            ]
        case .log:
            [
                Phrase(
                    vi: "T là giờ địa phương như 05:00 hoặc 2026-11-23T05:00, hoặc RFC 3339.",
                    en: "T is a local time such as 05:00 or 2026-11-23T05:00, or RFC 3339."),
                Phrase(
                    vi: "--follow: chờ và in tiếp các mục mới. Với --json, mỗi mục một dòng.",
                    en: "--follow: goes on with the entries to come. With --json, one entry a line."),
            ]
        case .why:
            [
                Phrase(
                    vi: "SLOT như trong loa next; TIME như 05:00 hoặc 2026-11-23T05:00.",
                    en: "SLOT as in loa next; TIME such as 05:00 or 2026-11-23T05:00.")
            ]
        case .verify: Self.verifyDetails
        case .sync:
            [
                Phrase(
                    vi: "Chờ đến khi tải xong; kết thúc bằng 1 nếu một trung tâm không trả lời.",
                    en: "Waits until everything is there; ends with 1 if an upstream failed.")
            ]
        case .play:
            [
                Phrase(
                    vi: "Vẫn trong giờ được phát và âm lượng tối đa; ghi vào nhật ký ai đã gọi.",
                    en: "Within the permitted hours and level; the log says who asked.")
            ]
        case .stop:
            [
                Phrase(
                    vi: "Luôn được phép, trong 200 ms.",
                    en: "Always works, within 200 ms.")
            ]
        case .mute:
            [
                Phrase(
                    vi: "D như 90m, 2h, 1d hoặc PT2H, nhiều nhất 31 ngày; R là lý do: đám tang, kỳ thi…",
                    en: "D such as 90m, 2h, 1d or PT2H, at most 31 days; R is why: a funeral, an exam…"),
                Phrase(vi: "Tin khẩn cấp đã xác thực vẫn phát.", en: "Verified emergencies still sound."),
            ]
        case .volume:
            [
                Phrase(
                    vi: "DB từ -60 đến 0; mức tối đa của từng khung giờ vẫn giữ.",
                    en: "DB from -60 to 0; the ceiling of each band of hours still holds.")
            ]
        case .test:
            [Phrase(vi: "Chỉ trong giờ được phát.", en: "Only within the permitted hours.")]
        case .doctor:
            [
                Phrase(
                    vi: "Không cần loaphuongd đang chạy; không phát ra tiếng. sudo thì thấy được nhiều hơn.",
                    en: "Needs no running loaphuongd, and makes no sound. With sudo it sees more."),
                Phrase(
                    vi: "--config FILE: tệp cấu hình (mặc định: tệp mà loaphuongd đang dùng).",
                    en: "--config FILE: the configuration (default: the one that loaphuongd goes by)."),
                Phrase(
                    vi: "✗ sự cố, ! cảnh báo, ✓ tốt. Kết thúc bằng 1 nếu có sự cố.",
                    en: "✗ a fault, ! a warning, ✓ fine. Ends with 1 if there is a fault."),
            ]
        case .demo:
            [
                Phrase(
                    vi: "Phát một chương trình của Playlists/ sau 5 giây, rồi in nhật ký.",
                    en: "Plays a programme of Playlists/ in 5 seconds, then prints the log.")
            ]
        }
    }
}
