import TerminalText

/// What is said about a command line of `loa-centre` that is not understood.
extension UsageText {
    static let noVerb = Phrase(vi: "thiếu lệnh", en: "a command is missing")
    static func unknownVerb(_ word: String) -> Phrase {
        Phrase(vi: "không có lệnh \(word)", en: "there is no command \(word)")
    }
    static func missing(_ name: String) -> Phrase { Phrase(vi: "thiếu \(name)", en: "\(name) is missing") }
    static func bad(_ name: String, _ value: String, _ expected: Phrase) -> Phrase {
        Phrase(
            vi: "\(name) \(value): cần \(expected[.vietnamese])",
            en: "\(name) \(value): expected \(expected[.english])")
    }
}
