import TerminalText

/// Text of a page of HTML: what comes from elsewhere goes in by `add(text:)` only, which leaves nothing to be carried out.
struct Markup {
    private(set) var bytes: [UInt8] = []

    /// Adds what is markup already.
    mutating func add(_ markup: String) { bytes += markup.utf8 }

    /// Adds text that anybody may have written: titles and names are hostile until they are escaped.
    mutating func add(text: String) { bytes += Self.escaped(text).utf8 }

    /// Adds an element with markup in it.
    mutating func add(_ tag: String, _ attributes: String = "", _ body: (inout Markup) -> Void) {
        add("<\(tag)\(attributes.isEmpty ? "" : " " + attributes)>")
        body(&self)
        add("</\(tag)>")
    }

    /// Adds an element with nothing but text.
    mutating func add(_ tag: String, _ attributes: String = "", text: String) {
        add(tag, attributes) { $0.add(text: text) }
    }

    /// The text as it stands in a page, in an attribute too: no markup, no control characters, no turned writing.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in TextWidth.harmless(text).unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            // Not characters in HTML.
            case "\u{FFFE}", "\u{FFFF}": continue
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
