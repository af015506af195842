import StationTrust
import TerminalText

/// What wants a look at a station, in words.
enum StatusText {
    private typealias Finding = StationState.Finding

    static func refused(_ refusal: StationStatus.Refusal, _ station: String) -> StationState.Finding {
        switch refusal {
        case .missing:
            Finding(
                code: .silent, message: Phrase(vi: "chưa từng báo về", en: "nothing was ever heard of it"))
        case .unreadable:
            Finding(code: .unreadable, message: Phrase(vi: "status.json hỏng", en: "status.json is none"))
        case .keyUnknown(let ids):
            Finding(
                code: .keyUnknown,
                message: Phrase(
                    vi:
                        "ký bằng khóa lạ (\(ids.joined(separator: ", "))): loa-centre enrol PROOFS \(station) KEY",
                    en: "signed by an unknown key (\(ids.joined(separator: ", "))): loa-centre enrol PROOFS "
                        + "\(station) KEY"))
        case .signatureBad(let id):
            Finding(
                code: .signatureBad,
                message: Phrase(
                    vi: "chữ ký không phải của khóa \(id)", en: "the signature is not that of the key \(id)"))
        }
    }

    static func memoryUnreadable(_ error: CentreError) -> StationState.Finding {
        Finding(code: .unreadable, message: error.message)
    }

    static func lost(_ origin: String) -> StationState.Finding {
        Finding(
            code: .lost,
            message: Phrase(
                vi: "nhật ký bắt đầu lại (\(origin)); mất gì: loa-centre verify",
                en: "its log began anew (\(origin)); what is lost: loa-centre verify"))
    }

    static func silent(_ time: Phrase) -> StationState.Finding {
        Finding(
            code: .silent,
            message: Phrase(vi: "im lặng từ \(time[.vietnamese])", en: "silent since \(time[.english])"))
    }

    static func timeBack(_ time: Phrase) -> StationState.Finding {
        Finding(
            code: .timeBack,
            message: Phrase(
                vi: "cũ hơn lần báo \(time[.vietnamese])",
                en: "older than what was heard on \(time[.english])"))
    }

    static func timeAhead(_ time: Phrase) -> StationState.Finding {
        Finding(
            code: .timeAhead,
            message: Phrase(
                vi: "đồng hồ chạy trước: \(time[.vietnamese])", en: "its clock is ahead: \(time[.english])"))
    }

    static func fault(_ fault: JSON) -> StationState.Finding {
        let name = Phrasebook.fault(fault["code"]?.text ?? "")
        let message = Phrasebook.translated(fault["message"]?.text ?? "")
        func text(_ language: Language) -> String {
            let since = fault["since"]?.text.map { " (\(Format(language: language).time($0)))" } ?? ""
            return [name[language], message[language]].filter { !$0.isEmpty }.joined(separator: ": ") + since
        }
        return Finding(code: .faulted, message: Phrase(vi: text(.vietnamese), en: text(.english)))
    }

    static func stale(_ upstream: JSON) -> StationState.Finding {
        let name = upstream["name"]?.text ?? ""
        let contact = upstream["lastContact"]?.text
        func text(_ language: Language) -> String { Format(language: language).time(contact) }
        return Finding(
            code: .stale,
            message: Phrase(
                vi: "nguồn \(name) đã cũ, liên lạc lần cuối \(text(.vietnamese))",
                en: "the upstream \(name) is stale, last contact \(text(.english))"))
    }

    static func notUploaded(_ since: Phrase) -> StationState.Finding {
        Finding(
            code: .notUploaded,
            message: Phrase(
                vi: "nhật ký chưa gửi về từ \(since[.vietnamese])",
                en: "its log has not been uploaded since \(since[.english])"))
    }
}
