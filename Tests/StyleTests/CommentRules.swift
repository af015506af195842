/// What must be said: who owns what, what a declaration means, why something unsafe is safe.
extension Rule {
    static let comments = [
        Rule(name: "what the file owns", scope: { $0.isShipped && ($0.isSwift || $0.isC) }) { source in
            // A C file's own header says it.
            let name = source.path.split(separator: "/").last?.dropLast(2) ?? ""
            if source.path.hasSuffix(".c"), source.lines.first == "#include \"\(name).h\"" { return [] }
            let first = source.lines.enumerated().first { _, line in
                let words = line.split(separator: " ")
                return !words.isEmpty && !line.hasPrefix("#") && !words.prefix(3).contains("import")
            }
            guard let first, !["//", "/*"].contains(where: first.element.hasPrefix) else { return [] }
            return [(first.offset + 1, "begin with a comment: what this file owns, and on what thread")]
        },
        Rule(name: "doc comment", scope: { $0.isSwift && $0.isShipped }, find: undocumented),
        Rule(name: "safety", scope: { $0.isSwift && $0.isShipped }) { source in
            unsafeLines(source).compactMap { line in
                let near = source.lines[max(0, line - 5)..<line]
                guard !near.contains(where: { $0.contains("Safety:") }) else { return nil }
                return (line, "say why it is safe: `// Safety: …` on the line or just above")
            }
        },
        Rule(name: "path that is not there", scope: { $0.path == "README.md" }) { source in
            matches(#"(?<=`)[\w.+/-]+(?=`)"#, in: source.text).compactMap { place in
                let path = String(source.text[place])
                guard looksLikePath(path), !exists(path) else { return nil }
                return (source.line(of: place.lowerBound, in: source.text), "no \(path) is in the project")
            }
        },
        banText(
            "lint off", #"swift-format-ignore(-file|(?!: \w+))"#,
            instead: "name the one rule that is ignored: `// swift-format-ignore: RULE`, and say why",
            in: { $0.isSwift && $0.target != "StyleTests" }),
    ]

    /// Whether words of the text mean a file or folder of the project.
    private static func looksLikePath(_ words: String) -> Bool {
        let folders: Set = ["Sources", "Tests", "Playlists", "systemd"]
        let first = words.prefix { $0 != "/" }
        return words.hasSuffix(".swift") || folders.contains(String(first))
            || first.hasPrefix("Station") && words.contains("/")
    }

    /// Whether a file, or a folder with files, has that path or one that ends with it.
    private static func exists(_ path: String) -> Bool {
        let path = path.hasSuffix("/") ? String(path.dropLast()) : path
        return Source.all.contains { ("/" + $0.path + "/").contains("/" + path + "/") }
    }

    /// Lines, from 1, that switch one of the compiler's checks off, or use what it does not promise.
    static func unsafeLines(_ source: Source) -> [Int] {
        let words =
            #"@unchecked\b|\b(nonisolated|unowned)\(unsafe\)|@_\w+|\bunsafeBitCast\b|\bUnmanaged\b|@preconcurrency\b"#
        return matches(words, in: source.code).map { source.line(of: $0.lowerBound, in: source.code) }
    }

    /// Declarations for other targets without a doc comment.
    private static func undocumented(_ source: Source) -> [(line: Int, message: String)] {
        // What a protocol of the standard library asks for is documented there, and what an initialiser that cannot
        // fail takes, at the properties.
        let witness =
            #"\bfunc (==|<|\+|-|hash|encode|next)\s*[(<]|(package|convenience) init\((?!.*\bthrows\b)|\bvar (description|debugDescription|customMirror|hashValue)\b"#
        let declaration =
            #"^\s*(@\w+(\([^)]*\))?\s+)*package\s+([a-z]+(\([a-z]+\))?\s+)*(struct|enum|class|protocol|func|var|let|init|subscript|typealias|actor|macro)\b"#
        let property =
            #"^\s*package\s+(static\s+)?((private|fileprivate|internal)\(set\)\s+)?(let|var)\s+\w+[^{]*$"#
        return source.codeLines.enumerated().compactMap { number, line in
            let text = String(line)
            guard text.contains("package"), !matches(declaration, in: text).isEmpty,
                matches(witness, in: text).isEmpty
            else { return nil }
            // One comment may speak for properties that stand together, and a type's for those it begins with.
            let isProperty = !matches(property, in: text).isEmpty
            let above = source.lines[..<number].last { line in
                let text = line.drop(while: \.isWhitespace)
                let isPlainComment = text.hasPrefix("//") && !text.hasPrefix("///")
                let isSibling = isProperty && !matches(property, in: String(line)).isEmpty
                return !text.hasPrefix("@") && !isPlainComment && !isSibling
            }
            let comment = above?.drop(while: \.isWhitespace) ?? ""
            let isTypesOwn = isProperty && comment.contains(/\b(struct|class) \w+.*\{$/)
            guard !comment.hasPrefix("///"), !comment.hasSuffix("*/"), !isTypesOwn else { return nil }
            return (number + 1, "say what it is: `///`, a one-line summary first; units, errors, thread")
        }
    }
}
