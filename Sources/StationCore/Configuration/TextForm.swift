/// A form that a text of the configuration must have, and the words for it.
package struct TextForm: Sendable {
    /// What is expected, for a complaint.
    package let expected: String
    /// Whether a text has the form.
    package let matches: @Sendable (String) -> Bool

    /// The text, if this is one that has the form.
    func text(_ content: JSON5.Content) -> String? {
        guard case .string(let text) = content, matches(text) else { return nil }
        return text
    }
}

extension TextForm {
    /// What names a file or folder of a channel and a part of a URL, on every file system and in every URL.
    package static let name = TextForm(
        expected: "1 to 64 letters without accents, digits, - _ or ."
    ) { text in
        1...64 ~= text.utf8.count && text.utf8.first != UInt8(ascii: ".")
            && text.utf8.allSatisfy { isASCIILetterOrDigit($0) || "-_.".utf8.contains($0) }
    }

    /// What only people read.
    static let title = TextForm(expected: "a text of 1 to 200 characters") { text in
        1...200 ~= text.unicodeScalars.count && hasNoControls(text)
    }

    /// A name below `/usr/share/zoneinfo`, and nothing that could lead out of it.
    static let zone = TextForm(expected: "a time zone such as \"Asia/Ho_Chi_Minh\"") { text in
        text.utf8.count <= 64
            && text.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
                !part.isEmpty && part.utf8.allSatisfy { isASCIILetterOrDigit($0) || "_+-".utf8.contains($0) }
            }
    }

    /// A language tag of BCP 47, in its common form.
    static let language = TextForm(expected: "a language tag such as \"vi\" or \"km\"") { text in
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        return text.utf8.count <= 35 && 2...3 ~= parts[0].utf8.count
            && parts[0].utf8.allSatisfy { UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 }
            && parts.dropFirst().allSatisfy {
                1...8 ~= $0.utf8.count && $0.utf8.allSatisfy(isASCIILetterOrDigit)
            }
    }

    /// An absolute path.
    static let path = TextForm(expected: "an absolute path") { text in
        text.hasPrefix("/") && text.utf8.count <= 4000 && hasNoControls(text)
    }

    /// An absolute path that fits `sockaddr_un` with its closing NUL (unix(7)).
    static let socketPath = TextForm(expected: "an absolute path of at most 107 bytes") { text in
        path.matches(text) && text.utf8.count <= 107
    }

    /// Where a repository is: on a web server, or a folder on this computer.
    static let repository = TextForm(
        expected: "an https:// or http:// URL, the absolute path of a folder, or its file: URL"
    ) { text in
        webURL.matches(text) || path.matches(text) || FileURL.path(text).map(path.matches) == true
    }

    /// Where HTTP requests go.
    ///
    /// A password belongs into a header, where it is kept secret.
    static let webURL = TextForm(expected: "an https:// or http:// URL without user, password, ? and #") {
        text in
        isWebURL(text, schemes: ["https", "http"]) && !text.contains { "@?#".contains($0) }
    }

    /// Where a proxy is; user and password may stand in it.
    static let proxyURL = TextForm(expected: "a URL such as \"http://proxy:3128\"") { text in
        isWebURL(text, schemes: ["http", "https", "socks5", "socks5h"])
            && !text.contains { "?#".contains($0) }
    }

    /// A host, as it stands in a URL, without a port.
    static let host = TextForm(expected: "the name of a host, such as \"radio.example.vn\"") { text in
        1...253 ~= text.utf8.count && text.utf8.first != UInt8(ascii: ".")
            && text.utf8.allSatisfy { isASCIILetterOrDigit($0) || "-.".utf8.contains($0) }
    }

    /// The name of an ALSA PCM.
    static let pcm = TextForm(expected: "the name of an ALSA device") { text in
        1...256 ~= text.utf8.count && hasNoControls(text)
    }

    /// One of a command's words.
    ///
    /// Control characters are refused, NUL above all: it would cut the word.
    static let argument = TextForm(expected: "a text of at most 1000 characters") { text in
        text.unicodeScalars.count <= 1000 && hasNoControls(text)
    }

    /// The name of a header field: a token of RFC 9110, section 5.6.2.
    static let headerName = TextForm(expected: "the name of a header field") { text in
        1...64 ~= text.utf8.count
            && text.utf8.allSatisfy { isASCIILetterOrDigit($0) || "!#$%&'*+-.^_`|~".utf8.contains($0) }
    }

    /// The value of a header field.
    ///
    /// A line end in it would be a field of its own.
    static let headerValue = TextForm(expected: "a text in ASCII without control characters") { text in
        text.utf8.count <= 4000 && text.utf8.allSatisfy { 0x20..<0x7F ~= $0 }
    }

    private static func isWebURL(_ text: String, schemes: [String]) -> Bool {
        guard text.utf8.count <= 2000, text.utf8.allSatisfy({ 0x21..<0x7F ~= $0 }),
            let scheme = schemes.first(where: { text.hasPrefix("\($0)://") })
        else { return false }
        let host = text.dropFirst(scheme.utf8.count + 3).prefix { $0 != "/" }
        return host.utf8.last.map(isASCIILetterOrDigit) == true || host.hasSuffix("]")
    }

    private static func hasNoControls(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    }
}

private func isASCIILetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
    default: false
    }
}
