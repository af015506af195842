/// A language that the command speaks.
package enum Language: String, Sendable, CaseIterable {
    case vietnamese = "vi"
    case english = "en"

    /// The language of a locale: Vietnamese where it is Vietnamese, else English.
    ///
    /// The first of LC_ALL, LC_MESSAGES and LANG that is set and not empty decides (POSIX, section 8.2).
    package init(environment: [String: String]) {
        let names = ["LC_ALL", "LC_MESSAGES", "LANG"]
        let locale = names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
        let language = locale.prefix { !"_.@-".contains($0) }
        self = language.lowercased() == "vi" ? .vietnamese : .english
    }
}

/// One message in every language: it cannot be made without all of them.
package struct Phrase: Hashable, Sendable {
    private let vi: String
    private let en: String

    /// Makes a message.
    package init(vi: String, en: String) { (self.vi, self.en) = (vi, en) }

    /// Makes a message that is the same everywhere: a name, a number.
    package init(same text: String) { (vi, en) = (text, text) }

    /// The message in that language.
    package subscript(language: Language) -> String {
        switch language {
        case .vietnamese: vi
        case .english: en
        }
    }
}
