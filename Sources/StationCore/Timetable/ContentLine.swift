// One content line of a calendar (RFC 5545 section 3.1): name, parameters, value, and the escapes inside them.

/// Why a content line was refused.
struct ContentLineError: Error {
    var description: String
}

extension ContentLine {
    /// Reads an unfolded line.
    init(_ bytes: [UInt8], line: Int) throws(ContentLineError) {
        guard bytes.count <= ICalendarLimits.lineBytes else {
            throw ContentLineError(description: "a line of more than \(ICalendarLimits.lineBytes) bytes")
        }
        var hasQuotes = false
        for byte in bytes {
            if byte < 0x20 && byte != 0x09 || byte == 0x7F {
                throw ContentLineError(description: "a control character (\(byte)) in the line")
            }
            if byte == 0x22 { hasQuotes = true }
        }
        var position = 0
        while position < bytes.count, Self.isNameByte(bytes[position]) { position += 1 }
        guard position > 0, position < bytes.count else {
            throw ContentLineError(description: "not a line of the form NAME:VALUE")
        }
        self.init(
            name: String(decoding: bytes[..<position], as: UTF8.self).uppercased(), parameters: [], value: "",
            line: line)
        while position < bytes.count, bytes[position] == UInt8(ascii: ";") {
            position += 1
            parameters.append(try Self.parameter(bytes, &position, hasQuotes))
        }
        guard position < bytes.count, bytes[position] == UInt8(ascii: ":") else {
            throw ContentLineError(description: "not a line of the form NAME:VALUE")
        }
        guard let value = String(validating: bytes[(position + 1)...], as: UTF8.self) else {
            throw ContentLineError(description: "the value is not UTF-8")
        }
        self.value = value
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (0x41...0x5A).contains(byte & 0xDF) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "-")
    }

    /// `NAME=VALUE,"VALUE"…` up to the next `;` or `:` outside of quotes.
    private static func parameter(
        _ bytes: [UInt8], _ position: inout Int, _ hasQuotes: Bool
    ) throws(ContentLineError) -> Parameter {
        let start = position
        while position < bytes.count, isNameByte(bytes[position]) { position += 1 }
        guard position > start, position < bytes.count, bytes[position] == UInt8(ascii: "=") else {
            throw ContentLineError(description: "a parameter that is no NAME=VALUE")
        }
        var result = Parameter(
            name: String(decoding: bytes[start..<position], as: UTF8.self).uppercased(), values: [])
        repeat {
            position += 1
            let isQuoted = position < bytes.count && bytes[position] == UInt8(ascii: "\"")
            if isQuoted { position += 1 }
            let start = position
            while position < bytes.count, !isEnd(bytes[position], isQuoted) { position += 1 }
            guard let value = String(validating: bytes[start..<position], as: UTF8.self) else {
                throw ContentLineError(description: "the parameter \(result.name) is not UTF-8")
            }
            if isQuoted {
                guard position < bytes.count else {
                    throw ContentLineError(description: "a quotation mark has no second one")
                }
                position += 1
            }
            result.values.append(unescapedCarets(value))
        } while position < bytes.count && bytes[position] == UInt8(ascii: ",")
        return result
    }

    private static func isEnd(_ byte: UInt8, _ isQuoted: Bool) -> Bool {
        if isQuoted { return byte == UInt8(ascii: "\"") }
        return byte == UInt8(ascii: ";") || byte == UInt8(ascii: ":") || byte == UInt8(ascii: ",")
    }

    /// Undoes the escapes of parameter values: `^n`, `^'` and `^^` (RFC 6868).
    private static func unescapedCarets(_ value: String) -> String {
        guard value.utf8.contains(UInt8(ascii: "^")) else { return value }
        var result = ""
        var characters = value.makeIterator()
        while let character = characters.next() {
            guard character == "^" else {
                result.append(character)
                continue
            }
            switch characters.next() {
            case "n": result.append("\n")
            case "'": result.append("\"")
            case "^": result.append("^")
            case let other?: result.append(contentsOf: ["^", other])
            case nil: result.append("^")
            }
        }
        return result
    }

    /// The value as TEXT: its escapes undone (RFC 5545 section 3.3.11).
    var text: String { texts(separator: nil)[0] }

    /// The value as a list of TEXT, cut at the commas that are not escaped.
    var textList: [String] { texts(separator: UInt8(ascii: ",")) }

    private func texts(separator: UInt8?) -> [String] {
        var items: [String] = []
        var item: [UInt8] = []
        var isEscaped = false
        for byte in value.utf8 {
            if isEscaped {
                item.append(byte == UInt8(ascii: "n") || byte == UInt8(ascii: "N") ? 0x0A : byte)
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == separator {
                items.append(String(decoding: item, as: UTF8.self))
                item.removeAll(keepingCapacity: true)
            } else {
                item.append(byte)
            }
        }
        items.append(String(decoding: item, as: UTF8.self))
        return items
    }
}
