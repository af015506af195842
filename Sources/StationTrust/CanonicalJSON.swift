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
        case .null, .bool, .integer: write(to: &output)
        case .decimal: throw CanonicalFormError()
        case .string(let text): Self.write(text, to: &output, escaping: Self.canonicalEscape)
        case .array(let elements):
            try Self.write(elements, between: "[", "]", to: &output) {
                element, output throws(CanonicalFormError) in
                try element.writeCanonical(to: &output)
            }
        case .object(let members):
            try Self.write(members.inOrderOfBytes(by: \.name), between: "{", "}", to: &output) {
                member, output throws(CanonicalFormError) in
                Self.write(member.name, to: &output, escaping: Self.canonicalEscape)
                output.append(UInt8(ascii: ":"))
                try member.value.writeCanonical(to: &output)
            }
        }
    }

    private static func canonicalEscape(_ byte: UInt8) -> [UInt8]? {
        byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") ? [UInt8(ascii: "\\"), byte] : nil
    }
}

/// A document that has no canonical form: it holds a number with a fraction or an exponent.
package struct CanonicalFormError: Error, Hashable, Sendable, CustomStringConvertible {
    package var description: String { "a number with a fraction or an exponent" }
}
