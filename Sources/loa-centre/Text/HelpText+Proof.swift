import TerminalText

/// What the commands about proofs take, and their help.
extension CentreCommand {
    var proofGrammar: Grammar {
        switch self {
        case .enrol:
            Grammar(operands: ["PROOFS", "STATION", "KEY"], values: ["--memory"], flags: ["--remove"])
        case .status: Grammar(operands: ["PROOFS"], values: ["--memory"], flags: ["--json"])
        case .verify:
            Grammar(
                operands: ["PROOFS"], values: ["--memory"], repeated: ["--acknowledge"],
                flags: ["--json", "--all"])
        case .prove: Grammar(operands: ["PROOFS", "STATION", "SLOT"], values: ["--out", "--memory"])
        default: Grammar(operands: ["FILE"], values: ["--key"], flags: ["--json"])
        }
    }

    var proofUsage: [String] {
        switch self {
        case .enrol: ["loa-centre enrol PROOFS STATION KEY [--remove] [--memory DIR]"]
        case .status: ["loa-centre status PROOFS [--json] [--memory DIR]"]
        case .verify:
            ["loa-centre verify PROOFS [--all] [--acknowledge STATION]… [--json] [--memory DIR]"]
        case .prove: ["loa-centre prove PROOFS STATION SLOT [--out FILE] [--memory DIR]"]
        default: ["loa-centre check FILE --key KEY [--json]"]
        }
    }

    var proofSummary: Phrase {
        switch self {
        case .enrol: Phrase(vi: "Tin khóa nhật ký của một trạm", en: "Trusts a station's log key")
        case .status:
            Phrase(
                vi: "Trạm nào im lặng, cũ hoặc có sự cố",
                en: "Says which stations are silent, stale, or have a fault")
        case .verify:
            Phrase(vi: "Kiểm tra nhật ký của mọi trạm", en: "Checks the logs of all stations")
        case .prove:
            Phrase(
                vi: "Xuất bằng chứng một buổi phát, ai cũng kiểm tra được",
                en: "Writes the proof of one slot, for anybody to check")
        default:
            Phrase(
                vi: "Kiểm tra một bằng chứng bằng khóa của trạm",
                en: "Checks such a proof with the station's key")
        }
    }

    var proofDetails: [Phrase] {
        switch self {
        case .enrol: [Self.proofs, Self.stationKey, Self.remove, Self.memory]
        case .status: [Self.proofs, Self.told, Self.memory]
        case .verify: [Self.proofs, Self.remembered, Self.all, Self.acknowledged, Self.memory]
        case .prove: [Self.proofs, Self.slot, Self.memory]
        default: [Self.checked]
        }
    }

    private static let proofs = Phrase(
        vi: "PROOFS: thư mục kho mà các trạm gửi bằng chứng vào, mỗi trạm một thư mục.",
        en: "PROOFS: the store's folder, in which each station has a folder of its own.")
    private static let memory = Phrase(
        vi:
            "--memory DIR: nơi nhớ khóa và đầu nhật ký (mặc định PROOFS/.loa-centre); kiểm toán viên nên dùng thư mục riêng.",
        en:
            "--memory DIR: where keys and heads are remembered (PROOFS/.loa-centre by default); an auditor takes a folder "
            + "of their own.")
    private static let stationKey = Phrase(
        vi: "KEY: khóa loa/STATION+… hoặc tệp chứa khóa; xem tại trạm bằng loa verify, đừng lấy từ kho.",
        en:
            "KEY: loa/STATION+…, or a file that holds it; the station shows it with loa verify. Do not take it from the "
            + "store.")
    private static let remove = Phrase(
        vi: "--remove: không tin khóa này nữa.", en: "--remove: the key is trusted no more.")
    private static let told = Phrase(
        vi: "Im lặng: quá 3 × uploadSeconds không báo. Cũ: nguồn cũ, hoặc nhật ký chưa gửi quá 2 ngày.",
        en:
            "Silent: no status for 3 × uploadSeconds. Stale: an upstream is, or the log was not uploaded for 2 days."
    )
    private static let remembered = Phrase(
        vi:
            "Đầu nhật ký được nhớ khi mọi thứ khớp. Lần sau chỉ đọc phần mới, và đọc lại hết nếu tệp cũ nào bị thay đổi.",
        en:
            "A head is remembered when all fits. The next time only what is new is read, or all of it again where an old "
            + "file has changed.")
    private static let all = Phrase(
        vi:
            "--all: đọc lại tất cả; chỉ vậy mới thấy tệp cũ bị sửa mà thời gian tệp được đặt lùi, hoặc đĩa hỏng dần.",
        en:
            "--all: reads everything again; only that finds an old file that was edited with the store's clock set back, "
            + "or that has rotted on the disk.")
    private static let acknowledged = Phrase(
        vi: "--acknowledge STATION: đã biết vì sao trạm bắt đầu nhật ký mới (đổi bo mạch, hỏng đĩa).",
        en:
            "--acknowledge STATION: it is known why the station has begun a new log (another board, a lost disk)."
    )
    private static let slot = Phrase(
        vi:
            "SLOT: UPSTREAM/UID@GIỜ như trong loa log; ngày (2026-10-05) hoặc một phần tên thì liệt kê. --out FILE: tệp .tlog-proof (C2SP tlog-proof); không có thì in ra.",
        en:
            "SLOT: UPSTREAM/UID@TIME as in loa log; a day (2026-10-05) or part of a name lists what there is. --out FILE: a .tlog-proof (C2SP tlog-proof); printed without it."
    )
    private static let checked = Phrase(
        vi: "KEY: khóa công khai của trạm, hoặc tệp chứa khóa. Không cần kho, mạng hay tin ai khác.",
        en:
            "KEY: the station's public key, or a file that holds it. Needs no store, no network, and trust in nobody "
            + "else.")
}
