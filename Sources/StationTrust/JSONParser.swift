/// Reads strict JSON (RFC 8259) from bytes: what two readers could understand differently is an error.
///
/// Refused beyond the RFC's grammar: a byte order mark, bytes that are not UTF-8, an escaped half of a surrogate
/// pair, a name that stands twice in one object (compared as UTF-8 bytes, for `é` has two spellings), an integer
/// beyond 64 bits, a decimal beyond the finite doubles, and whatever is longer or deeper than the caller allows.
///
/// It works on an array with checked indices: a hostile document cannot make it read beyond its end.
package struct JSONParser {
    /// How large a document may be.
    package struct Limits: Sendable {
        /// The longest document, in bytes.
        package var bytes: Int
        /// The most arrays and objects that may stand inside each other; bounds the stack.
        package var depth: Int

        /// Makes limits; 32 levels are far more than any contract of ours needs.
        package init(bytes: Int, depth: Int = 32) {
            self.bytes = bytes
            self.depth = depth
        }
    }

    private let bytes: [UInt8]
    private let start: Int
    private let end: Int
    private let limits: Limits
    private var at: Int
    private var depth = 0

    private init(_ bytes: [UInt8], _ range: Range<Int>, _ limits: Limits) throws(JSONError) {
        precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count)
        (self.bytes, start, end, at) = (bytes, range.lowerBound, range.upperBound, range.lowerBound)
        self.limits = limits
        guard range.count <= limits.bytes else {
            throw error(.tooLong(limit: limits.bytes), at: start + limits.bytes)
        }
        // Once for the whole document: a quote or a bracket cannot be a part of a longer sequence, so every
        // string cut out between two quotes is UTF-8 as well.
        do {
            _ = try UTF8Span(validating: bytes.span.extracting(range))
        } catch let failure {
            throw error(.notUTF8, at: start + failure.byteOffsets.lowerBound)
        }
    }

    /// Reads one document.
    ///
    /// - Parameters:
    ///   - bytes: holds the document.
    ///   - range: where it stands there, for a line of a larger buffer; nil for all of it.
    ///   - limits: bounds on its size and depth.
    /// - Returns: the document's value.
    /// - Throws: the first thing wrong, with its place relative to the start of the range.
    package static func parse(
        _ bytes: [UInt8], in range: Range<Int>? = nil, limits: Limits
    ) throws(JSONError) -> JSON {
        var parser = try JSONParser(bytes, range ?? 0..<bytes.count, limits)
        parser.skipSpace()
        let value = try parser.value()
        try parser.finish()
        return value
    }

    /// Reads some top-level members of a document that is an object, and only checks the grammar of the rest.
    ///
    /// Several times faster than `parse` where a few members of many lines are wanted. Only the wanted names are
    /// refused when they stand twice; everything else is as strict.
    ///
    /// - Parameters:
    ///   - names: the members wanted.
    ///   - bytes: holds the document.
    ///   - range: where it stands there; nil for all of it.
    ///   - limits: bounds on its size and depth.
    /// - Returns: an object with those of them that it has, in the document's order.
    /// - Throws: the first thing wrong, with its place relative to the start of the range.
    package static func members(
        _ names: [String], of bytes: [UInt8], in range: Range<Int>? = nil, limits: Limits
    ) throws(JSONError) -> JSON {
        var parser = try JSONParser(bytes, range ?? 0..<bytes.count, limits)
        parser.skipSpace()
        guard parser.peek == UInt8(ascii: "{") else { throw parser.unexpected("an object") }
        let members = try parser.members(names)
        try parser.finish()
        return .object(members)
    }

    // MARK: Grammar

    private mutating func finish() throws(JSONError) {
        skipSpace()
        if at < end { throw unexpected("nothing after the value") }
    }

    private mutating func value() throws(JSONError) -> JSON {
        switch peek {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"): return .object(try object())
        case UInt8(ascii: "["): return .array(try array())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: throw unexpected("a value")
        }
    }

    private mutating func word(_ word: String, _ value: JSON) throws(JSONError) -> JSON {
        let first = at
        for byte in word.utf8 {
            guard peek == byte else { throw unexpected("a value", at: first) }
            at += 1
        }
        return value
    }

    private mutating func array() throws(JSONError) -> [JSON] {
        var elements: [JSON] = []
        guard try enter(until: UInt8(ascii: "]")) else { return elements }
        repeat { elements.append(try value()) } while try another(until: UInt8(ascii: "]"))
        return elements
    }

    private mutating func object() throws(JSONError) -> [JSON.Member] {
        var members: [JSON.Member] = []
        guard try enter(until: UInt8(ascii: "}")) else { return members }
        var duplicates = DuplicateFinder()
        repeat {
            let place = at
            let name = try name()
            if duplicates.isIn(members, name) { throw error(.duplicateName(name), at: place) }
            try colon()
            members.append(.init(name, try value()))
        } while try another(until: UInt8(ascii: "}"))
        return members
    }

    /// Steps behind an opening bracket; false if the closing one follows at once.
    private mutating func enter(until close: UInt8) throws(JSONError) -> Bool {
        depth += 1
        if depth > limits.depth { throw error(.tooDeep(limit: limits.depth), at: at) }
        at += 1
        skipSpace()
        return !leave(close)
    }

    /// Steps behind a comma, or behind the closing bracket and answers false.
    private mutating func another(until close: UInt8) throws(JSONError) -> Bool {
        skipSpace()
        if leave(close) { return false }
        guard take(UInt8(ascii: ",")) else {
            throw unexpected("',' or '\(Character(Unicode.Scalar(close)))'")
        }
        skipSpace()
        return true
    }

    private mutating func leave(_ close: UInt8) -> Bool {
        guard take(close) else { return false }
        depth -= 1
        return true
    }

    private mutating func name() throws(JSONError) -> String {
        guard peek == UInt8(ascii: "\"") else { throw unexpected("a name in double quotes") }
        return try string()
    }

    private mutating func colon() throws(JSONError) {
        skipSpace()
        guard take(UInt8(ascii: ":")) else { throw unexpected("':'") }
        skipSpace()
    }

    // MARK: Numbers

    private mutating func number() throws(JSONError) -> JSON {
        let first = at
        let isNegative = take(UInt8(ascii: "-"))
        let digits = at
        var magnitude: UInt64 = 0
        var overflow = false
        while let digit = digit {
            let (product, high) = magnitude.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
            overflow = overflow || high || carry
            magnitude = sum
            at += 1
        }
        if at == digits { throw unexpected("a digit") }
        if bytes[digits] == UInt8(ascii: "0"), at > digits + 1 {
            throw unexpected("no digit after a leading 0", at: digits + 1)
        }
        if peek == UInt8(ascii: ".") || peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
            return try decimal(from: first)
        }
        let limit = UInt64(Int64.max) + (isNegative ? 1 : 0)
        guard !overflow, magnitude <= limit else { throw error(.numberTooLarge, at: first) }
        let number = Int64(truncatingIfNeeded: magnitude)
        return .integer(isNegative ? 0 &- number : number)
    }

    /// Reads on behind the whole part of a number that began at `first`.
    private mutating func decimal(from first: Int) throws(JSONError) -> JSON {
        if take(UInt8(ascii: ".")) { try skipDigits() }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try skipDigits()
        }
        guard let number = Double(text(first..<at)), number.isFinite else {
            throw error(.numberTooLarge, at: first)
        }
        return .decimal(number)
    }

    private mutating func skipDigits() throws(JSONError) {
        if digit == nil { throw unexpected("a digit") }
        while digit != nil { at += 1 }
    }

    private var digit: UInt8? {
        let digit = peek &- UInt8(ascii: "0")
        return digit < 10 ? digit : nil
    }

    // MARK: Strings

    private mutating func string() throws(JSONError) -> String {
        at += 1
        let first = at
        if try skipPlain() { return text(first..<(at - 1)) }
        var content = Array(bytes[first..<at])
        while true {
            let scalar = try escape()
            UTF8.encode(scalar)?.forEach { content.append($0) }
            let plain = at
            let isEnd = try skipPlain()
            content += bytes[plain..<(isEnd ? at - 1 : at)]
            if isEnd { return String(decoding: content, as: UTF8.self) }
        }
    }

    /// Steps to the next backslash, or behind the closing quote and says so.
    private mutating func skipPlain() throws(JSONError) -> Bool {
        var index = at
        while index < end {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                at = index + 1
                return true
            case UInt8(ascii: "\\"):
                at = index
                return false
            case 0..<0x20: throw unexpected("a control character only as an escape", at: index)
            default: index += 1
            }
        }
        throw unexpected("the closing '\"'", at: end)
    }

    /// Reads one escape; `at` stands on its backslash.
    private mutating func escape() throws(JSONError) -> Unicode.Scalar {
        let first = at
        let byte = at + 1 < end ? bytes[at + 1] : 0
        at += 2
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): break
        default: throw unexpected("an escape that JSON has", at: first)
        }
        let unit = try fourHexDigits()
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard unit < 0xDC00, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
            throw error(.loneSurrogate, at: first)
        }
        let low = try fourHexDigits()
        guard 0xDC00..<0xE000 ~= low,
            let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
        else { throw error(.loneSurrogate, at: first) }
        return scalar
    }

    private mutating func fourHexDigits() throws(JSONError) -> UInt32 {
        var number: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = Hexadecimal.digit(peek) else { throw unexpected("four hexadecimal digits") }
            number = number << 4 | UInt32(digit)
            at += 1
        }
        return number
    }

    // MARK: Skipping

    /// Reads the members of those names of an object and steps over the others.
    private mutating func members(_ names: [String]) throws(JSONError) -> [JSON.Member] {
        let wanted = names.map { (name: $0, bytes: Array($0.utf8)) }
        var members: [JSON.Member] = []
        guard try enter(until: UInt8(ascii: "}")) else { return members }
        repeat {
            let place = at
            try skipName()
            let found = wanted.first { isName($0.bytes, in: place..<at) }?.name
            try colon()
            guard let found else {
                try skipValue()
                continue
            }
            if members.contains(where: { $0.name.hasSameBytes(as: found) }) {
                throw error(.duplicateName(found), at: place)
            }
            members.append(.init(found, try value()))
        } while try another(until: UInt8(ascii: "}"))
        return members
    }

    /// Whether what stands in that range, quotes included, is the wanted name; escapes are rare and may be slow.
    private func isName(_ wanted: [UInt8], in range: Range<Int>) -> Bool {
        let raw = bytes[(range.lowerBound + 1)..<(range.upperBound - 1)]
        guard raw.count >= wanted.count else { return false }
        guard raw.contains(UInt8(ascii: "\\")) else {
            return raw.count == wanted.count && raw.elementsEqual(wanted)
        }
        var copy = self
        copy.at = range.lowerBound
        return (try? copy.string())?.utf8.elementsEqual(wanted) ?? false
    }

    /// Checks the grammar of a value without making one.
    private mutating func skipValue() throws(JSONError) {
        switch peek {
        case UInt8(ascii: "\""): try skipString()
        case UInt8(ascii: "["):
            guard try enter(until: UInt8(ascii: "]")) else { return }
            repeat { try skipValue() } while try another(until: UInt8(ascii: "]"))
        case UInt8(ascii: "{"):
            guard try enter(until: UInt8(ascii: "}")) else { return }
            repeat {
                try skipName()
                try colon()
                try skipValue()
            } while try another(until: UInt8(ascii: "}"))
        default: _ = try value()
        }
    }

    private mutating func skipName() throws(JSONError) {
        guard peek == UInt8(ascii: "\"") else { throw unexpected("a name in double quotes") }
        try skipString()
    }

    private mutating func skipString() throws(JSONError) {
        at += 1
        while try !skipPlain() { _ = try escape() }
    }

    // MARK: Bytes

    /// The next byte, or at the end NUL, which the grammar allows nowhere.
    private var peek: UInt8 { at < end ? bytes[at] : 0 }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard at < end, bytes[at] == byte else { return false }
        at += 1
        return true
    }

    private mutating func skipSpace() {
        while at < end {
            switch bytes[at] {
            case 0x20, 0x0A, 0x0D, 0x09: at += 1
            default: return
            }
        }
    }

    private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    // MARK: Errors

    private func unexpected(_ expected: String, at place: Int? = nil) -> JSONError {
        error(.expected(expected), at: place ?? at)
    }

    private func error(_ kind: JSONError.Kind, at place: Int) -> JSONError {
        var (line, column) = (1, 1)
        for byte in bytes[start..<min(place, end)] {
            if byte == 0x0A {
                (line, column) = (line + 1, 1)
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        return JSONError(kind: kind, offset: place - start, line: line, column: column)
    }
}

/// Finds a name that stands twice in an object: a few are compared one by one, many by a set.
///
/// Comparing each of n names with each other would let a document of one megabyte keep the reader busy for an hour.
private struct DuplicateFinder {
    private static let few = 32
    private var names: Set<ExactString> = []

    /// Whether a name is among the members so far; asked once for each name, in their order.
    mutating func isIn(_ members: [JSON.Member], _ name: String) -> Bool {
        guard members.count >= Self.few else {
            for member in members where member.name.hasSameBytes(as: name) { return true }
            return false
        }
        if names.isEmpty { names = Set(members.map { ExactString(text: $0.name) }) }
        return !names.insert(ExactString(text: name)).inserted
    }
}
