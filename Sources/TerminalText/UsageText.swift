/// What both commands say about options and operands that they do not understand.
package enum UsageText {
    /// There is no such option.
    package static func unknownOption(_ name: String) -> Phrase {
        Phrase(vi: "không có tùy chọn \(name)", en: "there is no option \(name)")
    }
    /// An option may stand once.
    package static func twice(_ name: String) -> Phrase {
        Phrase(vi: "\(name) được ghi hai lần", en: "\(name) stands twice")
    }
    /// An option stands without its value.
    package static func needsValue(_ name: String) -> Phrase {
        Phrase(vi: "\(name) thiếu giá trị", en: "\(name) needs a value")
    }
    /// An option stands with a value that it does not take.
    package static func noValue(_ name: String) -> Phrase {
        Phrase(vi: "\(name) không nhận giá trị", en: "\(name) takes no value")
    }
    /// A word more than the line may have.
    package static func tooMuch(_ word: String) -> Phrase {
        Phrase(vi: "thừa: \(word)", en: "too much: \(word)")
    }
}
