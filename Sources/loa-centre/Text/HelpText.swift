import TerminalText

/// The help of the command and of each of its verbs.
enum HelpText {
    static let tryHelp = Phrase(vi: "Xem: loa-centre --help", en: "Try: loa-centre --help")

    static func text(_ command: CentreCommand?, _ language: Language) -> String {
        TextWidth.printed(command.map { lines($0, language) } ?? lines(language))
    }

    private static func lines(_ language: Language) -> [String] {
        ["loa-centre COMMAND … [--lang vi|en]", ""]
            + TextWidth.table(CentreCommand.allCases.map { ["  \($0.rawValue)", $0.summary[language]] })
            + [
                "",
                Phrase(vi: "Chi tiết: loa-centre LỆNH --help", en: "More: loa-centre COMMAND --help")[
                    language], "",
            ]
            + codes(language)
    }

    private static func lines(_ command: CentreCommand, _ language: Language) -> [String] {
        command.usage.map { "loa-centre \($0)" } + ["", command.summary[language] + "."]
            + command.details.map { $0[language] } + [""] + codes(language)
    }

    private static func codes(_ language: Language) -> [String] {
        [Phrase(vi: "Mã kết thúc:", en: "Exit codes:")[language]]
            + TextWidth.table(ExitCode.allCases.map { ["  \($0.rawValue)", $0.meaning[language]] })
    }
}

extension ExitCode {
    fileprivate var meaning: Phrase {
        switch self {
        case .fine: Phrase(vi: "tốt", en: "fine")
        case .no:
            Phrase(
                vi: "câu trả lời là không: có lỗi trong thư mục, hoặc bạn không đồng ý",
                en: "the answer is no: the folder has errors, or you declined")
        case .usage: Phrase(vi: "gõ sai lệnh", en: "the command line is not understood")
        case .notPermitted: Phrase(vi: "người dùng này không có quyền", en: "this user may not")
        case .configuration:
            Phrase(vi: "khóa hoặc kho không dùng được", en: "keys or repository cannot be used")
        }
    }
}

extension CentreCommand {
    fileprivate var usage: [String] {
        switch self {
        case .`init`: ["init REPO --keys DIR [--threshold ROLE=N[/M]]…"]
        case .publish: ["publish PLAYLISTS REPO --keys DIR [--yes] [--dry-run] [--json]"]
        case .refresh: ["refresh REPO --keys DIR"]
        case .alert:
            [
                "alert REPO --keys DIR (--audio FILE | --cap FILE) --for D [--every D] [--title T]",
                "      [--groups A,B] [--stations C,D]",
                "alert REPO --keys DIR --cancel",
            ]
        case .preview: ["preview PLAYLISTS [--station ID] [--groups A,B] [--days N] [--json]"]
        case .key:
            [
                "key add REPO --keys DIR --role ROLE [--key PUBLIC] [--threshold N]",
                "key revoke REPO --keys DIR --role ROLE --key ID [--threshold N]",
                "key renew REPO --keys DIR",
            ]
        case .delegate:
            ["delegate REPO --keys DIR --role NAME --path PATTERN… --key PUBLIC… --metadata FILE"]
        }
    }

    fileprivate var summary: Phrase {
        switch self {
        case .`init`: Phrase(vi: "Tạo khóa và kho chương trình", en: "Makes keys and a repository")
        case .publish:
            Phrase(
                vi: "Kiểm tra thư mục, ký và đưa lên", en: "Checks a channel's folder, signs and publishes it"
            )
        case .refresh:
            Phrase(vi: "Ký lại dấu thời gian (cho timer)", en: "Signs a new timestamp (for a timer)")
        case .alert: Phrase(vi: "Phát ngay tin khẩn cấp", en: "Puts an emergency on air, as fast as can be")
        case .preview: Phrase(vi: "Xem sắp phát gì", en: "Shows what will be on air")
        case .key: Phrase(vi: "Thêm, bỏ, gia hạn khóa", en: "Adds or revokes a key, or renews the root")
        case .delegate:
            Phrase(vi: "Giao đường dẫn cho trung tâm khác", en: "Hands paths on to another centre's key")
        }
    }

    fileprivate var details: [Phrase] {
        let keys = Phrase(
            vi: "--keys DIR: thư mục có root/ targets/ emergency/ online/; có thể ghi nhiều lần. "
                + "--keys-fd N: khóa PEM đọc từ tệp đang mở số N, ví dụ --keys-fd 3 3< <(gpg -d khoa.gpg).",
            en: "--keys DIR: a folder with root/ targets/ emergency/ online/; may be given several times. "
                + "--keys-fd N: keys in PEM from the open file N, such as --keys-fd 3 3< <(gpg -d keys.gpg).")
        switch self {
        case .`init`:
            return [
                Phrase(
                    vi: "ROLE là root, targets, emergency hoặc online; targets=2/3: cần 2 trong 3 khóa.",
                    en:
                        "ROLE is root, targets, emergency or online; targets=2/3: two of three keys must sign."
                )
            ]
        case .publish:
            return [
                keys,
                Phrase(
                    vi: "Mỗi tệp được giải mã đến hết; hỏi trước khi ký, trừ khi có --yes.",
                    en: "Every file is decoded to its end; it asks before it signs, unless there is --yes."),
            ]
        case .refresh:
            return [
                Phrase(
                    vi: "Chỉ cần khóa online/. Chạy mỗi ngày.", en: "Needs online/ only. Run it every day.")
            ]
        case .alert:
            return [
                keys,
                Phrase(
                    vi: "D như 30m, 2h hoặc PT2H, nhiều nhất 24 giờ. Chỉ cần khóa emergency/ và online/.",
                    en: "D such as 30m, 2h or PT2H, 24 hours at the most. Needs emergency/ and online/ only."),
            ]
        case .preview:
            return [
                Phrase(
                    vi: "--days N: 1 đến 31 (mặc định 7).", en: "--days N: 1 to 31 (default 7).")
            ]
        case .key, .delegate: return [keys]
        }
    }
}
