/// The texts between quotation marks of a Swift source, with `{}` for what is put into them.
struct Literals {
    private var source: ArraySlice<Character>
    private(set) var found: [String] = []

    init(_ text: String) {
        source = Array(text)[...]
        while let character = source.first {
            if source.starts(with: "//") {
                source = source.drop { !$0.isNewline }
            } else if source.starts(with: "\"\"\"") {
                source = source.dropFirst(3)
                while !source.isEmpty, !source.starts(with: "\"\"\"") { source.removeFirst() }
                source = source.dropFirst(3)
            } else if character == "\"" {
                found.append(literal())
            } else {
                source.removeFirst()
            }
        }
    }

    /// Those that a person could read: two words or more.
    var sentences: [String] {
        found.filter { text in
            text.split(separator: " ").count > 1 && text.contains { $0.isLowercase && $0.isLetter }
                && text.replacing("{}", with: "").contains { $0.isLetter }
        }
    }

    private mutating func literal() -> String {
        var text = ""
        source.removeFirst()
        while let character = source.popFirst(), character != "\"" {
            guard character == "\\" else {
                text.append(character)
                continue
            }
            if source.first == "(" {
                skipInterpolation()
                text += "{}"
            } else if let escaped = source.popFirst() {
                text.append(escaped == "n" ? "\n" : escaped)
            }
        }
        return text
    }

    private mutating func skipInterpolation() {
        var depth = 0
        while let character = source.first {
            if character == "\"" {
                _ = literal()
                continue
            }
            source.removeFirst()
            if character == "(" { depth += 1 }
            if character == ")" { depth -= 1 }
            if depth == 0 { return }
        }
    }
}
