import TerminalText

/// The help of the command and of each of its verbs.
enum HelpText {
    /// Where more is said, about that command or about all of them.
    static func tryHelp(_ command: CentreCommand?) -> Phrase {
        let line = "loa-centre" + (command.map { " \($0.rawValue)" } ?? "") + " --help"
        return Phrase(vi: "Xem: \(line)", en: "Try: \(line)")
    }

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
        command.usage + ["", command.summary[language] + "."]
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
                vi: "bị từ chối hoặc không làm được, có ghi lý do; hoặc bạn không đồng ý",
                en: "refused, or it failed, and says why; or you declined")
        case .usage: Phrase(vi: "gõ sai lệnh", en: "the command line is not understood")
        case .unwritten: Phrase(vi: "không ghi được câu trả lời", en: "the answer could not be written")
        case .notPermitted: Phrase(vi: "người dùng này không có quyền", en: "this user may not")
        case .configuration:
            Phrase(vi: "khóa hoặc kho không dùng được", en: "keys or repository cannot be used")
        }
    }
}

extension CentreCommand {
    fileprivate var usage: [String] {
        switch self {
        case .`init`: ["loa-centre init REPO --keys DIR [--threshold ROLE=N[/M]]… [--reuse-keys]"]
        case .publish: ["loa-centre publish PLAYLISTS REPO --keys DIR [--yes] [--dry-run] [--json]"]
        case .refresh: ["loa-centre refresh REPO --keys DIR"]
        case .alert:
            [
                "loa-centre alert REPO --keys DIR (--audio FILE | --cap FILE) --for D [--every D] [--title T]",
                "                 [--groups A,B] [--stations C,D]",
                "loa-centre alert REPO --keys DIR --cancel",
            ]
        case .preview:
            ["loa-centre preview PLAYLISTS [--station ID] [--groups A,B] [--days N] [--json]"]
        case .key:
            [
                "loa-centre key add REPO --keys DIR --role ROLE [--key PUBLIC] [--threshold N]",
                "loa-centre key revoke REPO --keys DIR --role ROLE --key ID [--threshold N]",
                "loa-centre key renew REPO --keys DIR",
            ]
        case .sign: ["loa-centre sign PLAYLISTS OUT --keys DIR --role NAME --path PATTERN…"]
        case .delegate:
            [
                "loa-centre delegate REPO --keys DIR --role NAME --metadata FILE",
                "                    [--path PATTERN…] [--key PUBLIC…] [--threshold N]",
                "loa-centre delegate REPO --keys DIR --role NAME --remove",
            ]
        case .enrol, .status, .verify, .prove, .check: proofUsage
        case .report: ReportText.usage
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
            Phrase(
                vi: "Ký lại dấu thời gian, chạy mỗi ngày",
                en: "Signs a new timestamp: run it every day, from a timer")
        case .alert: Phrase(vi: "Phát ngay tin khẩn cấp", en: "Puts an emergency on air, as fast as can be")
        case .preview: Phrase(vi: "Xem sắp phát gì", en: "Shows what will be on air")
        case .key: Phrase(vi: "Thêm, bỏ, gia hạn khóa", en: "Adds or revokes a key, or renews the root")
        case .sign:
            Phrase(
                vi: "Kiểm tra và ký phần chương trình mà trung tâm khác giao",
                en: "Checks and signs the paths that another centre hands on to you")
        case .delegate:
            Phrase(vi: "Giao đường dẫn cho trung tâm khác", en: "Hands paths on to another centre's key")
        case .enrol, .status, .verify, .prove, .check: proofSummary
        case .report: ReportText.summary
        }
    }

    fileprivate var details: [Phrase] {
        let keys = Phrase(
            vi: "--keys DIR: thư mục có root/ targets/ emergency/ online/; có thể ghi nhiều lần. "
                + "--keys-fd N: khóa PEM đọc từ tệp đang mở số N, ví dụ --keys-fd 3 3< <(gpg -d khoa.gpg).",
            en: "--keys DIR: a folder with root/ targets/ emergency/ online/; may be given several times. "
                + "--keys-fd N: keys in PEM from the open file N, such as --keys-fd 3 3< <(gpg -d keys.gpg).")
        switch self {
        case .`init`: return Self.initDetails
        case .publish: return [keys] + Self.publishDetails
        case .refresh:
            return [
                Phrase(
                    vi: "Chỉ cần khóa online/. Quá 7 ngày không chạy, trạm không nhận gì mới nữa.",
                    en: "Needs online/ only. After 7 days without it stations take nothing new any more.")
            ]
        case .alert: return [keys] + Self.alertDetails
        case .preview:
            return [
                Phrase(
                    vi: "Không cần kho hay khóa. --days N: 1 đến 31 (mặc định 7).",
                    en: "Needs neither repository nor keys. --days N: 1 to 31 (default 7).")
            ]
        case .key: return [keys] + Self.keyDetails
        case .sign: return Self.signDetails
        case .delegate: return [keys] + Self.delegateDetails
        case .enrol, .status, .verify, .prove, .check: return proofDetails
        case .report: return ReportText.details
        }
    }

    private static let initDetails = [
        Phrase(
            vi:
                "REPO: thư mục mà web server phục vụ. --keys DIR: thư mục riêng, nơi tạo khóa; không nằm trong REPO.",
            en: "REPO: the folder that the web server serves. --keys DIR: a private folder, outside of REPO, "
                + "in which keys are made."),
        Phrase(
            vi: "ROLE là root, targets, emergency hoặc online; targets=2/3: cần 2 trong 3 khóa.",
            en: "ROLE is root, targets, emergency or online; targets=2/3: two of three keys must sign."),
        Phrase(
            vi: "--reuse-keys: dùng khóa đã có trong DIR; hai kho chung khóa thì tin tệp của nhau.",
            en: "--reuse-keys: uses keys that DIR has already; repositories that share keys believe each "
                + "other's files."),
    ]

    private static let publishDetails = [
        Phrase(
            vi:
                "Mỗi tệp được giải mã đến hết; hỏi trước khi ký, trừ khi có --yes. --dry-run: chỉ xem thay đổi.",
            en: "Every file is decoded to its end; it asks before it signs, unless there is --yes. "
                + "--dry-run: shows what would change, and signs nothing."),
        Phrase(
            vi:
                "groups/ và stations/ thêm vào lịch chung; UID trùng thì chương trình riêng thay chương trình chung.",
            en: "groups/ and stations/ add to what is for all; with an equal UID theirs takes its place."),
    ]

    private static let alertDetails = [
        Phrase(
            vi:
                "D như 30m, 2h hoặc PT2H, nhiều nhất 24 giờ. --every: phát lại. Không có --groups, --stations: mọi trạm.",
            en:
                "D such as 30m, 2h or PT2H, 24 hours at the most. --every: again and again. Without --groups and "
                + "--stations it is for all."),
        Phrase(
            vi: "--cap: bản tin CAP 1.2; --for không bắt buộc nếu bản tin có expires. --cancel: hủy mọi tin.",
            en:
                "--cap: a message of CAP 1.2; --for may be left out where that has expires. --cancel: ends all."
        ),
        Phrase(
            vi: "Chỉ cần khóa emergency/ và online/. Trạm cần \"emergency\" trong classes của nguồn này.",
            en: "Needs emergency/ and online/ only. Stations need \"emergency\" in this upstream's classes."),
    ]

    private static let keyDetails = [
        Phrase(
            vi:
                "ROLE là root, targets, emergency hoặc online. Cần khóa root/ (emergency: targets/) và online/.",
            en:
                "ROLE is root, targets, emergency or online. Needs root/ (for emergency: targets/) and online/."
        ),
        Phrase(
            vi:
                "add không có --key: tạo khóa mới trong DIR. PUBLIC: tệp .pub.pem hoặc 64 chữ số thập lục phân. "
                + "ID: đầu mã khóa, cũng là tên tệp khóa.",
            en: "add without --key makes a key in DIR. PUBLIC: a file .pub.pem, or 64 hexadecimal digits. "
                + "ID: the beginning of a key's id, which is its file's name too."),
    ]

    private static let signDetails = [
        Phrase(
            vi:
                "PLAYLISTS: thư mục như của publish, chỉ có các đường dẫn được giao; không có emergency/. Tệp được kiểm tra "
                + "như publish, chép vào OUT/targets/; ký vào OUT/NAME.json. Giao cả OUT cho trung tâm kia: họ chạy delegate.",
            en:
                "PLAYLISTS: a folder as publish takes it, with nothing but the paths that were handed on, and no "
                + "emergency/. Its files are checked as publish does, copied to OUT/targets/, and signed in "
                + "OUT/NAME.json. Hand all of OUT over to the other centre, which runs delegate."),
        pattern,
        Phrase(
            vi:
                "--keys DIR: thư mục riêng; khóa trong DIR/targets/, chưa có thì tạo. Đừng dùng khóa của kho khác. "
                + "Trước khi hết hạn (1 năm) 60 ngày, chạy lại sẽ gia hạn.",
            en:
                "--keys DIR: a private folder; all keys of DIR/targets/ sign, and one is made where there is none. "
                + "Not the keys of a repository. Run again within 60 days of its end (1 year) it is renewed."),
    ]

    private static let pattern = Phrase(
        vi:
            "PATTERN như \"stations/ap-3/*\" hay \"groups/xa-3/*\": dấu * không vượt qua dấu /; có thể ghi nhiều lần.",
        en:
            "PATTERN such as \"stations/ap-3/*\" or \"groups/xa-3/*\": a * crosses no /; may be given several times."
    )

    private static let delegateDetails = [
        Phrase(
            vi:
                "FILE: NAME.json do trung tâm kia ký (loa-centre sign, hay công cụ TUF khác). Tệp của nó lấy từ targets/ cạnh "
                + "FILE, nếu chưa có trong kho.",
            en:
                "FILE is NAME.json as the other centre has signed it (loa-centre sign, or another tool of TUF). Its files "
                + "are taken from targets/ beside it, where the repository does not have them yet."),
        pattern,
        Phrase(
            vi:
                "--key PUBLIC: tệp .pub.pem hoặc 64 chữ số; nhiều khóa thì --threshold N: cần N khóa ký (mặc định 1).",
            en:
                "--key PUBLIC: a file .pub.pem, or 64 digits; of several, --threshold N must sign (default 1)."
        ),
        Phrase(
            vi:
                "Lần đầu cần --path và --key. Về sau chỉ ghi điều thay đổi: --path, --key (mọi khóa, cả khóa cũ vẫn "
                + "dùng) hoặc --threshold; không ghi gì: nhận bản mới.",
            en:
                "--path and --key are needed the first time. Later only what changes: --path, --key (all of the keys, "
                + "the old ones that stay too) or --threshold; with none of them it takes a newer file."),
        Phrase(
            vi: "--remove: thu hồi; trạm không tin tệp của vai trò đó nữa.",
            en: "--remove takes all of it back: stations do not believe the role's files any more."),
    ]
}
