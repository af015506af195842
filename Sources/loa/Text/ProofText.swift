import StationTrust
import TerminalText

/// What `verify` says of the log to a person.
struct ProofText {
    private let language: Language

    init(_ language: Language) { self.language = language }

    /// Whether all is well, and what is not.
    func verified(_ answer: JSON) -> String {
        let problems = answer["problems"]?.elements ?? []
        let lines = answer["lines"]?.integer ?? 0
        var text = [(problems.isEmpty ? Self.whole(lines) : Self.broken)[language]]
        text += problems.map { "  ✗ " + Phrasebook.translated($0["message"]?.text ?? "")[language] }
        if let size = answer["uploaded"]?["size"]?.integer, answer["uploaded"]?["ok"]?.bool == true {
            text.append(Self.uploaded(size)[language])
        }
        if answer["head"]?["ok"]?.bool == true, let size = answer["head"]?["size"]?.integer {
            text.append(Self.goesOn(size)[language])
        }
        if let origin = answer["origin"]?.text, origin.split(separator: "/").count > 2 {
            text.append(Self.laterLog(origin)[language])
        }
        let key = answer["key"]?.text
        let rows = [
            (Self.log, answer["origin"]?.text), (Self.root, answer["rootHash"]?.text), (Self.key, key),
            // What the centre is told by telephone, and `loa-centre enrol` shows too.
            (Self.fingerprint, key.flatMap { NoteKey(text: $0) }?.fingerprint),
        ]
        text += TextWidth.table(rows.compactMap { name, value in value.map { ["  \(name[language])", $0] } })
        return TextWidth.printed(text)
    }

    private static let broken = Phrase(vi: "Nhật ký KHÔNG nguyên vẹn:", en: "The log is NOT whole:")
    private static func whole(_ lines: Int64) -> Phrase {
        Phrase(
            vi: "Nhật ký trên ổ đĩa này nguyên vẹn: \(lines) mục, đúng như lúc ghi.",
            en: "The log on this disk is whole: \(lines) entries, as they were written.")
    }
    private static func uploaded(_ size: Int64) -> Phrase {
        Phrase(
            vi: "Nối tiếp đúng phần trung tâm đã có (\(size) mục).",
            en: "It goes on from what the centre has (\(size) entries).")
    }
    private static func goesOn(_ size: Int64) -> Phrase {
        Phrase(
            vi: "Nối tiếp đúng checkpoint đã đưa (\(size) mục).",
            en: "It goes on from the head that was given (\(size) entries).")
    }
    private static func laterLog(_ origin: String) -> Phrase {
        Phrase(
            vi:
                "! Đây là \(origin), một nhật ký bắt đầu lại: kho có nhật ký cũ hơn không khớp ổ đĩa này (mất ổ, bản sao "
                + "cũ, bo mạch khác, hoặc bị sửa). Phần mất là gì: loa-centre verify",
            en:
                "! This is \(origin), a log that began anew: the store has an earlier one that is not of this disk (a lost "
                + "disk, an old image, another board, or an edit). What is missing: loa-centre verify")
    }
    private static let log = Phrase(vi: "Nhật ký", en: "Log")
    private static let root = Phrase(vi: "Mã gốc", en: "Root")
    private static let key = Phrase(vi: "Khóa của trạm", en: "Station's key")
    private static let fingerprint = Phrase(vi: "Vân tay khóa", en: "Its fingerprint")
}
