import TerminalText

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
