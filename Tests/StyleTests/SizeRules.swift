/// How long a function and a file may be.
extension Rule {
    static let longestFunction = 70
    static let longestFile = 500

    static let sizes = [
        Rule(name: "long file", scope: { $0.isShipped && ($0.isSwift || $0.isC) }) { source in
            let count = source.lines.count - (source.text.hasSuffix("\n") ? 1 : 0)
            guard count > longestFile else { return [] }
            return [(1, "\(count) lines of at most \(longestFile): split what it owns")]
        },
        Rule(name: "long function", scope: { $0.isShipped && $0.isSwift }) { source in
            bodies(source).compactMap { line, count in
                guard count > longestFunction else { return nil }
                return (line, "\(count) lines of at most \(longestFunction): name its parts")
            }
        },
        Rule(name: "long function", scope: { $0.isShipped && $0.isC }) { source in
            let ends = matches(#"^\}"#, in: source.code).map {
                source.line(of: $0.lowerBound, in: source.code)
            }
            return matches(#"^\w[^;=]*\)\s*\{$"#, in: source.code).compactMap { place in
                let line = source.line(of: place.lowerBound, in: source.code)
                guard let end = ends.first(where: { $0 > line }), end - line >= longestFunction else {
                    return nil
                }
                return (line, "\(end - line + 1) lines of at most \(longestFunction): name its parts")
            }
        },
    ]

    /// Functions, initialisers, subscripts and computed properties: the first line, and how many they have.
    private static func bodies(_ source: Source) -> [(line: Int, count: Int)] {
        let words =
            #"^[ \t]*(?:(?:@\w+(?:\([^)]*\))?|[a-z]+(?:\(\w+\))?)[ \t]+)*(?:func|init|deinit|subscript|var)\b"#
        return matches(words, in: source.code).compactMap { place in
            guard let open = openingBrace(source.code, from: place.upperBound),
                let end = closingBrace(source.code, from: open)
            else { return nil }
            let line = source.line(of: place.lowerBound, in: source.code)
            return (line, source.line(of: end, in: source.code) - line + 1)
        }
    }

    /// The brace that opens the body of a declaration, if it has one.
    private static func openingBrace(_ code: String, from start: String.Index) -> String.Index? {
        let bytes = code.utf8
        var depth = 0
        var place = start
        while place < bytes.endIndex {
            switch bytes[place] {
            case UInt8(ascii: "("), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: ")"), UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: "{") where depth == 0: return place
            case UInt8(ascii: "}") where depth <= 0: return nil
            case UInt8(ascii: "\n") where depth == 0:
                let next = code[place...].drop(while: \.isWhitespace)
                let goesOn = ["{", "->", "throws", "async", "where", "rethrows"]
                guard goesOn.contains(where: next.hasPrefix) else { return nil }
            default: break
            }
            place = bytes.index(after: place)
        }
        return nil
    }

    private static func closingBrace(_ code: String, from open: String.Index) -> String.Index? {
        let bytes = code.utf8
        var depth = 0
        var place = open
        while place < bytes.endIndex {
            if bytes[place] == UInt8(ascii: "{") { depth += 1 }
            if bytes[place] == UInt8(ascii: "}") { depth -= 1 }
            if depth == 0 { return place }
            place = bytes.index(after: place)
        }
        return nil
    }
}
