import TerminalText

/// What is said about a command line that is not understood.
enum UsageText {
    static let noVerb = Phrase(vi: "thiếu lệnh", en: "a command is missing")
    static func unknownVerb(_ word: String) -> Phrase {
        Phrase(vi: "không có lệnh \(word)", en: "there is no command \(word)")
    }
    static func unknownOption(_ name: String) -> Phrase {
        Phrase(vi: "không có tùy chọn \(name)", en: "there is no option \(name)")
    }
    static func twice(_ name: String) -> Phrase {
        Phrase(vi: "\(name) được ghi hai lần", en: "\(name) stands twice")
    }
    static func needsValue(_ name: String) -> Phrase {
        Phrase(vi: "\(name) thiếu giá trị", en: "\(name) needs a value")
    }
    static func noValue(_ name: String) -> Phrase {
        Phrase(vi: "\(name) không nhận giá trị", en: "\(name) takes no value")
    }
    static func tooMuch(_ word: String) -> Phrase { Phrase(vi: "thừa: \(word)", en: "too much: \(word)") }
    static func missing(_ name: String) -> Phrase { Phrase(vi: "thiếu \(name)", en: "\(name) is missing") }
    static func bad(_ name: String, _ value: String, _ expected: Phrase) -> Phrase {
        Phrase(
            vi: "\(name) \(value): cần \(expected[.vietnamese])",
            en: "\(name) \(value): expected \(expected[.english])")
    }
}
