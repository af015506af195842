// A small part of XML 1.0 with namespaces, as much as CAP messages are written in, read strictly.
//
// There is no document type and so no entity but the five of the language: nothing in a message can name a file, a
// host, or itself a billion times.

/// An element with what stands in it.
struct XMLElement {
    /// The name without its prefix.
    let name: String
    /// The namespace; empty where there is none.
    let namespace: String
    /// The elements inside, in order.
    fileprivate(set) var children: [XMLElement] = []
    /// The text inside, all pieces joined.
    fileprivate(set) var text = ""

    /// The bounds of a document.
    enum Limits {
        /// The longest, in bytes: half an hour of speech in base64.
        static let bytes = 16 << 20
        static let depth = 16
        static let elements = 10_000
        static let attributes = 32
        static let nameBytes = 128
    }

    /// Why a document was not read.
    struct Problem: Error, Hashable {
        /// From 1.
        let line: Int
        /// In English, for whoever wrote the message's generator.
        let text: String
    }

    /// The first child of that name.
    subscript(name: String) -> XMLElement? { children.first { $0.name == name } }

    /// All children of that name.
    func all(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }

    /// The text of the first child of that name, without white space around it.
    func value(_ name: String) -> String? {
        guard let text = self[name]?.text else { return nil }
        let isSpace: (Character) -> Bool = \.isWhitespace
        let trimmed = String(text.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
        return trimmed.isEmpty ? nil : trimmed
    }

    /// Reads a document: its one outermost element.
    static func read(_ bytes: [UInt8]) throws(Problem) -> XMLElement {
        var parser = try XMLParser(bytes)
        return try parser.document()
    }
}

/// Reads a document from its first byte to its last.
private struct XMLParser {
    private let bytes: [UInt8]
    private var at = 0
    private var count = 0

    init(_ bytes: [UInt8]) throws(XMLElement.Problem) {
        self.bytes = bytes
        guard bytes.count <= XMLElement.Limits.bytes else {
            throw problem("longer than \(XMLElement.Limits.bytes) bytes")
        }
        guard String(validating: bytes, as: UTF8.self) != nil else { throw problem("not UTF-8") }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
    }

    private func problem(_ text: String) -> XMLElement.Problem {
        .init(line: 1 + bytes[..<min(at, bytes.count)].count { $0 == 0x0A }, text: text)
    }

    // MARK: The document

    mutating func document() throws(XMLElement.Problem) -> XMLElement {
        try skipMisc(isStart: true)
        guard take("<") else { throw problem("no element") }
        let element = try element(depth: 1, namespaces: [:])
        try skipMisc(isStart: false)
        guard at == bytes.count else { throw problem("something stands behind the document") }
        return element
    }

    /// Passes over white space, comments and processing instructions.
    private mutating func skipMisc(isStart: Bool) throws(XMLElement.Problem) {
        while true {
            skipSpace()
            if take("<!--") {
                try skipComment()
            } else if take("<?") {
                let instruction = try text(until: "?>")
                let isXML = instruction.hasPrefix("xml ") || instruction.hasPrefix("xml\n")
                if isXML, let place = instruction.range(of: "encoding=") {
                    let encoding = instruction[place...].dropFirst("encoding=".count).dropFirst().prefix(5)
                    guard encoding.lowercased() == "utf-8" else {
                        throw problem("an encoding other than UTF-8")
                    }
                }
            } else if matches("<!") {
                throw problem("a document type is not allowed")
            } else {
                return
            }
        }
    }

    private mutating func skipComment() throws(XMLElement.Problem) {
        let comment = try text(until: "-->")
        guard !comment.hasSuffix("-"), comment.range(of: "--") == nil else {
            throw problem("-- in a comment")
        }
    }

    // MARK: Elements

    /// Reads on behind the `<` of a start tag.
    private mutating func element(
        depth: Int, namespaces outer: [String: String]
    ) throws(XMLElement.Problem) -> XMLElement {
        count += 1
        guard depth <= XMLElement.Limits.depth, count <= XMLElement.Limits.elements else {
            throw problem(
                "more than \(XMLElement.Limits.depth) levels or \(XMLElement.Limits.elements) elements")
        }
        let name = try self.name()
        var namespaces = outer
        let isEmpty = try attributes(&namespaces)
        let parts = name.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= 2, !parts.contains("") else { throw problem("the name \(name)") }
        let prefix = parts.count == 2 ? parts[0] : ""
        guard let namespace = namespaces[prefix] ?? (prefix.isEmpty ? "" : nil) else {
            throw problem("the prefix \(prefix) has no namespace")
        }
        var element = XMLElement(name: parts[parts.count - 1], namespace: namespace)
        if !isEmpty { try content(of: &element, name, depth, namespaces) }
        return element
    }

    /// Reads the attributes up to the end of the tag; whether the element has no content.
    private mutating func attributes(_ namespaces: inout [String: String]) throws(XMLElement.Problem) -> Bool
    {
        var seen: Set<String> = []
        while true {
            let hadSpace = skipSpace()
            if take("/>") { return true }
            if take(">") { return false }
            guard hadSpace else { throw problem("no space before an attribute") }
            let name = try self.name()
            guard seen.insert(name).inserted, seen.count <= XMLElement.Limits.attributes else {
                throw problem("the attribute \(name) stands twice, or there are too many")
            }
            skipSpace()
            guard take("=") else { throw problem("the attribute \(name) has no value") }
            skipSpace()
            let value = try attributeValue()
            if name == "xmlns" { namespaces[""] = value }
            if name.hasPrefix("xmlns:") { namespaces[String(name.dropFirst(6))] = value }
        }
    }

    private mutating func attributeValue() throws(XMLElement.Problem) -> String {
        let quote = at < bytes.count ? bytes[at] : 0
        guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
            throw problem("no quotation mark")
        }
        at += 1
        var value: [UInt8] = []
        while at < bytes.count, bytes[at] != quote {
            guard bytes[at] != UInt8(ascii: "<") else { throw problem("< in an attribute") }
            try takeCharacter(&value)
        }
        guard at < bytes.count else { throw problem("an attribute has no end") }
        at += 1
        return String(decoding: value, as: UTF8.self)
    }

    private mutating func content(
        of element: inout XMLElement, _ name: String, _ depth: Int, _ namespaces: [String: String]
    ) throws(XMLElement.Problem) {
        var text: [UInt8] = []
        while at < bytes.count {
            if take("</") {
                guard try self.name() == name else {
                    throw problem("the end of another element than \(name)")
                }
                skipSpace()
                guard take(">") else { throw problem("an end tag is not closed") }
                element.text = String(decoding: text, as: UTF8.self)
                return
            } else if take("<!--") {
                try skipComment()
            } else if take("<![CDATA[") {
                let characters = Array(try self.text(until: "]]>").utf8)
                guard characters.allSatisfy(Self.isCharacter) else { throw problem("a control character") }
                text += characters
            } else if take("<?") {
                _ = try self.text(until: "?>")
            } else if matches("<!") {
                throw problem("a declaration inside the document")
            } else if take("<") {
                element.children.append(try self.element(depth: depth + 1, namespaces: namespaces))
            } else {
                guard !matches("]]>") else { throw problem("]]> in a text") }
                try takeCharacter(&text)
            }
        }
        throw problem("\(name) has no end")
    }

    // MARK: Characters

    /// Whether a byte may stand in a text (XML 1.0 section 2.2), as itself or as a part of a character.
    private static func isCharacter(_ byte: UInt8) -> Bool {
        byte >= 0x20 || [0x09, 0x0A, 0x0D].contains(byte)
    }

    /// Takes a character, or what a reference stands for.
    private mutating func takeCharacter(_ output: inout [UInt8]) throws(XMLElement.Problem) {
        let byte = bytes[at]
        guard byte == UInt8(ascii: "&") else {
            guard Self.isCharacter(byte) else { throw problem("a control character") }
            output.append(byte)
            at += 1
            return
        }
        at += 1
        let name = try text(until: ";", atMost: 10)
        let entities = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'"]
        if let entity = entities[name] {
            output += entity.utf8
            return
        }
        let digits = name.dropFirst(name.hasPrefix("#x") ? 2 : 1)
        let isNumber = digits.allSatisfy { $0.isASCII && $0.isHexDigit }
        guard name.hasPrefix("#"), isNumber,
            let number = UInt32(digits, radix: name.hasPrefix("#x") ? 16 : 10),
            let scalar = Unicode.Scalar(number), number >= 0x20 || [0x09, 0x0A, 0x0D].contains(number),
            number != 0xFFFE, number != 0xFFFF
        else { throw problem("the entity &\(name); is not known") }
        output += String(scalar).utf8
    }

    private mutating func name() throws(XMLElement.Problem) -> String {
        let start = at
        while at < bytes.count, Self.isNameByte(bytes[at], isFirst: at == start) { at += 1 }
        guard at > start, at - start <= XMLElement.Limits.nameBytes else {
            throw problem("a name is missing")
        }
        return String(decoding: bytes[start..<at], as: UTF8.self)
    }

    private static func isNameByte(_ byte: UInt8, isFirst: Bool) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), 0x80...,
            UInt8(ascii: "_"), UInt8(ascii: ":"):
            true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."): !isFirst
        default: false
        }
    }

    private mutating func text(until end: String, atMost limit: Int = .max) throws(XMLElement.Problem)
        -> String
    {
        let start = at
        while at < bytes.count, at - start <= limit {
            if take(end) { return String(decoding: bytes[start..<(at - end.utf8.count)], as: UTF8.self) }
            at += 1
        }
        throw problem("\(end) is missing")
    }

    @discardableResult
    private mutating func skipSpace() -> Bool {
        let start = at
        while at < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[at]) { at += 1 }
        return at > start
    }

    private func matches(_ text: String) -> Bool {
        let text = text.utf8
        return at + text.count <= bytes.count && bytes[at..<(at + text.count)].elementsEqual(text)
    }

    private mutating func take(_ text: String) -> Bool {
        guard matches(text) else { return false }
        at += text.utf8.count
        return true
    }
}

extension String {
    /// Where a text begins in this one.
    fileprivate func range(of text: String) -> Index? {
        indices.first { self[$0...].utf8.starts(with: text.utf8) }
    }
}
