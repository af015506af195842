/// A JSON5 value that remembers where it was written, so that a complaint about it can say so.
package struct JSON5: Equatable, Sendable {
    /// What kind of value it is, and which.
    package enum Content: Equatable, Sendable {
        case null
        case bool(Bool)
        /// A number without fraction or exponent.
        case integer(Int64)
        /// Any other number, `Infinity` and `NaN` included.
        case decimal(Double)
        case string(String)
        case array([JSON5])
        case object([Member])
    }

    /// One `name: value` of an object.
    package struct Member: Equatable, Sendable {
        /// The name, without its quotes.
        package let name: String
        /// Where the name stands.
        package let place: Place
        /// What stands behind the colon.
        package let value: JSON5
    }

    /// A character in a text.
    package struct Place: Hashable, Sendable {
        /// The line, counted from 1.
        package let line: Int
        /// The character in the line, counted from 1.
        package let column: Int

        /// Makes a place.
        package init(line: Int, column: Int) { (self.line, self.column) = (line, column) }
    }

    /// The value itself.
    package let content: Content
    /// Where the value begins.
    package let place: Place
}

/// What is wrong with a JSON5 text, and where.
package struct JSON5Error: Error, Hashable, Sendable {
    /// What was expected or what is not allowed, for a person.
    package let message: String
    /// Where it was noticed.
    package let place: JSON5.Place
}

extension JSON5 {
    /// The longest text, in bytes.
    package static let maximumBytes = 1 << 20
    /// The most arrays and objects that may stand inside each other.
    package static let maximumDepth = 32

    /// Reads a text in JSON5 (version 1.0.0); a name that stands twice in one object is an error here.
    ///
    /// - Parameter bytes: the text in UTF-8.
    /// - Returns: its one value.
    /// - Throws: the first thing wrong, with its place.
    package static func parse(_ bytes: [UInt8]) throws(JSON5Error) -> JSON5 {
        guard bytes.count <= maximumBytes else {
            throw JSON5Error(message: "longer than \(maximumBytes) bytes", place: Place(line: 1, column: 1))
        }
        do {
            _ = try UTF8Span(validating: bytes.span)
        } catch let failure {
            let before = String(decoding: bytes[..<failure.byteOffsets.lowerBound], as: UTF8.self)
            var parser = JSON5Parser(before)
            parser.skipToEnd()
            throw JSON5Error(message: "not UTF-8", place: parser.place)
        }
        var parser = JSON5Parser(String(decoding: bytes, as: UTF8.self))
        return try parser.document()
    }
}

/// Walks over the characters of a JSON5 text and knows the line and column it stands at.
private struct JSON5Parser {
    private let scalars: [Unicode.Scalar]
    private var at = 0
    private(set) var place = JSON5.Place(line: 1, column: 1)
    private var depth = 0

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    // MARK: Grammar

    mutating func document() throws(JSON5Error) -> JSON5 {
        try skipSpace()
        let value = try value()
        try skipSpace()
        if peek != nil { throw expected("nothing after the value") }
        return value
    }

    private mutating func value() throws(JSON5Error) -> JSON5 {
        let start = place
        guard let next = peek else { throw expected("a value") }
        switch next {
        case "{": return JSON5(content: .object(try object()), place: start)
        case "[": return JSON5(content: .array(try array()), place: start)
        case "\"", "'": return JSON5(content: .string(try string()), place: start)
        case "+", "-", ".", "0"..."9", "I", "N":
            return JSON5(content: try number(), place: start)
        default: break
        }
        guard isIdentifierStart(next) else { throw expected("a value") }
        let content: JSON5.Content
        switch try identifier() {
        case "null": content = .null
        case "true": content = .bool(true)
        case "false": content = .bool(false)
        case let word: throw error("expected a value, found \(word); a text needs quotes", at: start)
        }
        return JSON5(content: content, place: start)
    }

    private mutating func array() throws(JSON5Error) -> [JSON5] {
        var elements: [JSON5] = []
        try enter()
        while try !leave("]") {
            elements.append(try value())
            try comma(or: "]")
        }
        return elements
    }

    private mutating func object() throws(JSON5Error) -> [JSON5.Member] {
        var members: [JSON5.Member] = []
        var names: [[UInt8]: JSON5.Place] = [:]
        try enter()
        while try !leave("}") {
            let start = place
            let name = try name()
            if let first = names.updateValue(start, forKey: Array(name.utf8)) {
                throw error("the key \(name) stands twice, first in line \(first.line)", at: start)
            }
            try skipSpace()
            guard take(":") else { throw error("expected ':' after the key \(name)") }
            try skipSpace()
            members.append(.init(name: name, place: start, value: try value()))
            try comma(or: "}")
        }
        return members
    }

    private mutating func enter() throws(JSON5Error) {
        depth += 1
        if depth > JSON5.maximumDepth {
            throw error("more than \(JSON5.maximumDepth) values inside each other")
        }
        advance()
        try skipSpace()
    }

    private mutating func leave(_ close: Unicode.Scalar) throws(JSON5Error) -> Bool {
        if take(close) {
            depth -= 1
            return true
        }
        if peek == nil { throw expected("'\(close)'") }
        return false
    }

    private mutating func comma(or close: Unicode.Scalar) throws(JSON5Error) {
        try skipSpace()
        if take(",") { return try skipSpace() }
        guard peek == close else { throw expected("',' or '\(close)'") }
    }

    private mutating func name() throws(JSON5Error) -> String {
        guard let next = peek, next != "\"", next != "'" else { return try string() }
        guard isIdentifierStart(next) || next == "\\" else { throw expected("a key") }
        return try identifier()
    }

    private mutating func identifier() throws(JSON5Error) -> String {
        var name = String.UnicodeScalarView()
        while let next = peek, isIdentifierPart(next) || next == "\\" {
            let start = place
            advance()
            guard next == "\\" else {
                name.append(next)
                continue
            }
            guard take("u"), let scalar = Unicode.Scalar(try hexDigits(4)),
                name.isEmpty ? isIdentifierStart(scalar) : isIdentifierPart(scalar)
            else { throw error("this escape does not belong in a key", at: start) }
            name.append(scalar)
        }
        return String(name)
    }

    private func isIdentifierStart(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "$", "_": return true
        default: break
        }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
            .letterNumber:
            return true
        default: return false
        }
    }

    private func isIdentifierPart(_ scalar: Unicode.Scalar) -> Bool {
        if isIdentifierStart(scalar) || scalar == "\u{200C}" || scalar == "\u{200D}" { return true }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .decimalNumber, .connectorPunctuation: return true
        default: return false
        }
    }

    // MARK: Numbers

    private mutating func number() throws(JSON5Error) -> JSON5.Content {
        let start = place
        let isNegative = peek == "-"
        if isNegative || peek == "+" { advance() }
        let content: JSON5.Content
        if peek == "I" || peek == "N" {
            let word = try identifier()
            guard word == "Infinity" || word == "NaN" else {
                throw error("expected a value, found \(word); a text needs quotes", at: start)
            }
            content = .decimal(word == "NaN" ? .nan : isNegative ? -.infinity : .infinity)
        } else if peek == "0", peek(1) == "x" || peek(1) == "X" {
            content = try hexadecimal(isNegative, from: start)
        } else {
            content = try decimal(isNegative, from: start)
        }
        if let next = peek, isIdentifierPart(next) || next == "." {
            throw error("a number may not go on with \(found)")
        }
        return content
    }

    private mutating func hexadecimal(
        _ isNegative: Bool, from start: JSON5.Place
    ) throws(JSON5Error) -> JSON5.Content {
        advance(2)
        let digits = takeAll { $0.properties.isASCIIHexDigit }
        if digits.isEmpty { throw expected("a hexadecimal digit") }
        guard let number = Int64((isNegative ? "-" : "") + digits, radix: 16) else {
            throw error("a number too large", at: start)
        }
        return .integer(number)
    }

    private mutating func decimal(
        _ isNegative: Bool, from start: JSON5.Place
    ) throws(JSON5Error) -> JSON5.Content {
        let sign = isNegative ? "-" : ""
        let whole = takeAll(isDigit)
        if whole.count > 1, whole.first == "0" { throw error("a number may not begin with 0", at: start) }
        var isInteger = true
        var fraction = ""
        if take(".") {
            isInteger = false
            fraction = takeAll(isDigit)
        }
        if whole.isEmpty, fraction.isEmpty { throw expected("a digit") }
        var exponent = "0"
        if take("e") || take("E") {
            isInteger = false
            exponent = take("-") ? "-" : ""
            if exponent.isEmpty { _ = take("+") }
            let digits = takeAll(isDigit)
            if digits.isEmpty { throw expected("a digit") }
            exponent += digits
        }
        if isInteger {
            guard let number = Int64(sign + whole) else { throw error("a number too large", at: start) }
            return .integer(number)
        }
        let text = "\(sign)\(whole.isEmpty ? "0" : whole).\(fraction.isEmpty ? "0" : fraction)e\(exponent)"
        guard let number = Double(text), number.isFinite else { throw error("a number too large", at: start) }
        return .decimal(number)
    }

    private func isDigit(_ scalar: Unicode.Scalar) -> Bool { "0"..."9" ~= scalar }

    // MARK: Strings

    private mutating func string() throws(JSON5Error) -> String {
        let start = place
        guard let quote = peek else { throw expected("a key") }
        advance()
        var text = String.UnicodeScalarView()
        while let next = peek {
            switch next {
            case quote:
                advance()
                return String(text)
            case "\n", "\r": throw error("a text ends on its line, or the line ends with a backslash")
            case "\\":
                if let scalar = try escape() { text.append(scalar) }
            default:
                text.append(next)
                advance()
            }
        }
        throw error("this text has no closing \(quote)", at: start)
    }

    /// Reads one escape; nil for a line continuation.
    private mutating func escape() throws(JSON5Error) -> Unicode.Scalar? {
        let start = place
        advance()
        guard let next = peek else { throw error("a backslash at the end") }
        if isLineEnd(next) {
            advance()
            if next == "\r" { _ = take("\n") }
            return nil
        }
        advance()
        switch next {
        case "b": return "\u{8}"
        case "f": return "\u{C}"
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "v": return "\u{B}"
        case "x": return Unicode.Scalar(try hexDigits(2))
        case "u": return try unicode(from: start)
        case "0":
            if let digit = peek, isDigit(digit) { throw error("JSON5 has no octal escapes", at: start) }
            return "\0"
        case "1"..."9": throw error("JSON5 has no octal escapes", at: start)
        default: return next
        }
    }

    /// Reads on behind `\u`.
    private mutating func unicode(from start: JSON5.Place) throws(JSON5Error) -> Unicode.Scalar {
        let unit = try hexDigits(4)
        if let scalar = Unicode.Scalar(unit) { return scalar }
        if unit < 0xDC00, take("\\"), take("u") {
            let low = try hexDigits(4)
            let pair = 0x10000 + (unit - 0xD800) << 10 + (low & 0x3FF)
            if 0xDC00..<0xE000 ~= low, let scalar = Unicode.Scalar(pair) { return scalar }
        }
        throw error("half of a surrogate pair", at: start)
    }

    private mutating func hexDigits(_ count: Int) throws(JSON5Error) -> UInt32 {
        var number: UInt32 = 0
        for _ in 0..<count {
            guard let next = peek, next.properties.isASCIIHexDigit, let digit = Character(next).hexDigitValue
            else { throw expected("\(count) hexadecimal digits") }
            number = number << 4 | UInt32(digit)
            advance()
        }
        return number
    }

    // MARK: Space and comments

    private mutating func skipSpace() throws(JSON5Error) {
        while let next = peek {
            if next == "/" {
                try skipComment()
            } else if isSpace(next) {
                advance()
            } else {
                return
            }
        }
    }

    private mutating func skipComment() throws(JSON5Error) {
        let start = place
        switch peek(1) {
        case "/":
            while let next = peek, !isLineEnd(next) { advance() }
        case "*":
            advance(2)
            while !(peek == "*" && peek(1) == "/") {
                if peek == nil { throw error("this comment has no end", at: start) }
                advance()
            }
            advance(2)
        default: throw error("a comment begins with // or /*")
        }
    }

    private func isLineEnd(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "\n" || scalar == "\r" || scalar == "\u{2028}" || scalar == "\u{2029}"
    }

    private func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\t", "\u{B}", "\u{C}", "\u{FEFF}": true
        default: isLineEnd(scalar) || scalar.properties.generalCategory == .spaceSeparator
        }
    }

    // MARK: Characters

    private var peek: Unicode.Scalar? { peek(0) }

    private func peek(_ ahead: Int) -> Unicode.Scalar? {
        at + ahead < scalars.count ? scalars[at + ahead] : nil
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard peek == scalar else { return false }
        advance()
        return true
    }

    private mutating func takeAll(_ belongs: (Unicode.Scalar) -> Bool) -> String {
        var text = String.UnicodeScalarView()
        while let next = peek, belongs(next) {
            text.append(next)
            advance()
        }
        return String(text)
    }

    private mutating func advance(_ count: Int = 1) {
        for _ in 0..<count where at < scalars.count {
            // An editor counts CR LF as one line end, and does not count U+2028 as one.
            let isNewLine = scalars[at] == "\n" || scalars[at] == "\r" && peek(1) != "\n"
            place =
                isNewLine
                ? JSON5.Place(line: place.line + 1, column: 1)
                : JSON5.Place(line: place.line, column: place.column + 1)
            at += 1
        }
    }

    mutating func skipToEnd() { advance(scalars.count) }

    // MARK: Errors

    private var found: String {
        guard let next = peek else { return "the end" }
        return isLineEnd(next) ? "the end of the line" : "'\(next)'"
    }

    private func expected(_ expected: String) -> JSON5Error { error("expected \(expected), found \(found)") }

    private func error(_ message: String, at other: JSON5.Place? = nil) -> JSON5Error {
        JSON5Error(message: message, place: other ?? place)
    }
}
