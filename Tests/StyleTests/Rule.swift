import Foundation

/// A place that breaks a rule, and what to do there instead.
struct Finding: CustomStringConvertible {
    let path: String
    /// From 1.
    let line: Int
    let message: String

    var description: String { "\(path):\(line): \(message)" }
}

/// Something that a file must not do, and how to see it.
struct Rule: Sendable {
    let name: String
    /// Which files it is for.
    let scope: @Sendable (Source) -> Bool
    /// The lines that break it, each with the replacement.
    let find: @Sendable (Source) -> [(line: Int, message: String)]

    func findings(in source: Source) -> [Finding] {
        guard scope(source) else { return [] }
        return find(source).map {
            Finding(path: source.path, line: $0.line, message: "[\(name)] \($0.message)")
        }
    }

    /// A rule that bans what a regular expression finds in code.
    static func ban(
        _ name: String, _ pattern: String, instead: String, in scope: @escaping @Sendable (Source) -> Bool
    ) -> Rule {
        Rule(name: name, scope: scope) { source in
            Rule.matches(pattern, in: source.code).map {
                (source.line(of: $0.lowerBound, in: source.code), instead)
            }
        }
    }

    /// A rule that bans what a regular expression finds anywhere, comments and strings too.
    static func banText(
        _ name: String, _ pattern: String, instead: String, in scope: @escaping @Sendable (Source) -> Bool
    ) -> Rule {
        Rule(name: name, scope: scope) { source in
            Rule.matches(pattern, in: source.text).map {
                (source.line(of: $0.lowerBound, in: source.text), instead)
            }
        }
    }

    /// Where a regular expression (ICU's syntax, `^` and `$` at each line) matches.
    static func matches(_ pattern: String, in text: String) -> [Range<String.Index>] {
        // A pattern that is no expression fails the proof of its rule.
        guard let expression = try? NSRegularExpression(pattern: pattern, options: .anchorsMatchLines) else {
            return []
        }
        let whole = NSRange(text.startIndex..., in: text)
        return expression.matches(in: text, range: whole).compactMap { Range($0.range, in: text) }
    }
}

extension Rule {
    /// Every rule, in the order in which a reader meets them.
    static let all = borders + calls + determinism + sizes + comments + words
}
