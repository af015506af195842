/// The canonical form of JSON that TUF hashes and signs (OLPC's).
///
/// Members are in the order of their names' UTF-8 bytes, nothing but `"` and `\` is escaped, control characters
/// stand as they are, and there is no number but integers.
extension JSON {
    /// The canonical form in UTF-8.
    ///
    /// - Throws: `CanonicalFormError` if there is a decimal in it, which has no such form.
    package func canonicalBytes() throws(CanonicalFormError) -> [UInt8] {
        var output: [UInt8] = []
        try writeCanonical(to: &output)
        return output
    }

    private func writeCanonical(to output: inout [UInt8]) throws(CanonicalFormError) {
        switch self {
        case .null: output += "null".utf8
        case .bool(let value): output += (value ? "true" : "false").utf8
        case .integer(let number): output += "\(number)".utf8
        case .decimal: throw CanonicalFormError()
        case .string(let text): Self.writeCanonical(text, to: &output)
        case .array(let elements):
            output.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                try element.writeCanonical(to: &output)
            }
            output.append(UInt8(ascii: "]"))
        case .object(let members):
            output.append(UInt8(ascii: "{"))
            for (index, member) in members.inOrderOfBytes(by: \.name).enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                Self.writeCanonical(member.name, to: &output)
                output.append(UInt8(ascii: ":"))
                try member.value.writeCanonical(to: &output)
            }
            output.append(UInt8(ascii: "}"))
        }
    }

    private static func writeCanonical(_ text: String, to output: inout [UInt8]) {
        var text = text
        output.append(UInt8(ascii: "\""))
        text.withUTF8 { bytes in
            var plain = 0
            for index in bytes.indices where bytes[index] == 0x22 || bytes[index] == 0x5C {
                output += bytes[plain..<index]
                output.append(UInt8(ascii: "\\"))
                plain = index
            }
            output += bytes[plain...]
        }
        output.append(UInt8(ascii: "\""))
    }
}

/// A document that has no canonical form: it holds a number with a fraction or an exponent.
package struct CanonicalFormError: Error, Hashable, Sendable, CustomStringConvertible {
    package var description: String { "a number with a fraction or an exponent" }
}
