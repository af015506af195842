/// A JSON value that keeps the order of its members, tells integers from decimals, and is written one way only.
///
/// Foundation's coders do neither: their key order changes from call to call, `1.0` becomes `1`, and what the
/// log hashes must be the same bytes on every station.
package enum JSON: Sendable {
    case null
    case bool(Bool)
    /// A number without fraction or exponent.
    case integer(Int64)
    /// A number with one; never infinite, never NaN.
    case decimal(Double)
    case string(String)
    case array([JSON])
    /// Members in the order in which they are written; no name stands twice.
    case object([Member])

    /// One `"name": value` of an object.
    package struct Member: Sendable {
        /// What comes before the colon.
        package var name: String
        /// What comes behind it.
        package var value: JSON

        /// Makes a member.
        package init(_ name: String, _ value: JSON) {
            self.name = name
            self.value = value
        }
    }
}

extension JSON {
    /// The member of that name, if this is an object that has one.
    package subscript(name: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        for member in members where member.name.hasSameBytes(as: name) { return member.value }
        return nil
    }

    /// The text, if this is a string.
    package var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The number, if this is an integer.
    package var integer: Int64? {
        if case .integer(let number) = self { number } else { nil }
    }

    /// The number, if this is one of either kind.
    package var number: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .decimal(let number): number
        default: nil
        }
    }

    /// The truth value, if this is one.
    package var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The elements, if this is an array.
    package var elements: [JSON]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    /// The members, if this is an object.
    package var members: [Member]? {
        if case .object(let members) = self { members } else { nil }
    }
}

/// Two values are equal if they are written with the same bytes.
///
/// Swift's strings are equal where Unicode calls them so (`é` has two spellings); what is hashed and signed is not.
extension JSON: Hashable {
    package static func == (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.integer(let left), .integer(let right)): left == right
        case (.decimal(let left), .decimal(let right)): left.bitPattern == right.bitPattern
        case (.string(let left), .string(let right)): left.hasSameBytes(as: right)
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)):
            left == right
        default: false
        }
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}

extension JSON.Member: Hashable {
    package static func == (left: Self, right: Self) -> Bool {
        left.name.hasSameBytes(as: right.name) && left.value == right.value
    }
}

extension String {
    /// Whether the other text has the same UTF-8 bytes, not just the same meaning to Unicode.
    func hasSameBytes(as other: String) -> Bool {
        // What Unicode calls different is different, and the library finds that out fastest.
        utf8.count == other.utf8.count && self == other && utf8.elementsEqual(other.utf8)
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension JSON: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral {
    package init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(elements.map { Member($0.0, $0.1) })
    }
    package init(arrayLiteral elements: JSON...) { self = .array(elements) }
}

extension JSON: CustomStringConvertible {
    /// The value on one line in UTF-8, without a space, members in their order.
    package var bytes: [UInt8] {
        var output: [UInt8] = []
        write(to: &output)
        return output
    }

    /// The value on one line.
    package var description: String { String(decoding: bytes, as: UTF8.self) }

    /// Appends the value on one line to a buffer.
    package func write(to output: inout [UInt8]) {
        switch self {
        case .null: output += "null".utf8
        case .bool(let value): output += (value ? "true" : "false").utf8
        case .integer(let number): output += "\(number)".utf8
        case .decimal(let number): output += (number.isFinite ? "\(number)" : "null").utf8
        case .string(let text): Self.write(text, to: &output, escaping: Self.escape)
        case .array(let elements):
            Self.write(elements, between: "[", "]", to: &output) { $0.write(to: &$1) }
        case .object(let members):
            Self.write(members, between: "{", "}", to: &output) { member, output in
                Self.write(member.name, to: &output, escaping: Self.escape)
                output.append(UInt8(ascii: ":"))
                member.value.write(to: &output)
            }
        }
    }

    /// Appends elements between brackets, with commas between them.
    static func write<Element, Failure>(
        _ elements: [Element], between open: Unicode.Scalar, _ close: Unicode.Scalar,
        to output: inout [UInt8],
        _ write: (Element, inout [UInt8]) throws(Failure) -> Void
    ) throws(Failure) {
        output.append(UInt8(ascii: open))
        for (index, element) in elements.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            try write(element, &output)
        }
        output.append(UInt8(ascii: close))
    }

    /// Appends a text in quotes; what `escape` gives stands in a byte's place.
    static func write(_ text: String, to output: inout [UInt8], escaping escape: (UInt8) -> [UInt8]?) {
        var text = text
        output.append(UInt8(ascii: "\""))
        text.withUTF8 { bytes in
            var plain = 0
            for (index, byte) in bytes.enumerated() {
                guard let escape = escape(byte) else { continue }
                output += bytes[plain..<index]
                output += escape
                plain = index + 1
            }
            output += bytes[plain...]
        }
        output.append(UInt8(ascii: "\""))
    }

    private static func escape(_ byte: UInt8) -> [UInt8]? {
        switch byte {
        case UInt8(ascii: "\""): Array(#"\""#.utf8)
        case UInt8(ascii: "\\"): Array(#"\\"#.utf8)
        case 0x0A: Array(#"\n"#.utf8)
        case 0x0D: Array(#"\r"#.utf8)
        case 0x09: Array(#"\t"#.utf8)
        case 0..<0x20, 0x7F: Array(#"\u00"#.utf8) + Hexadecimal.text([byte]).utf8
        default: nil
        }
    }
}
