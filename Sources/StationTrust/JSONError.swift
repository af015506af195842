/// What is wrong with a JSON document, and where.
package struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    package enum Kind: Hashable, Sendable {
        /// The document has more bytes than the caller allows.
        case tooLong(limit: Int)
        /// More arrays and objects stand inside each other than the caller allows.
        case tooDeep(limit: Int)
        /// The bytes are not UTF-8.
        case notUTF8
        /// A `\u` escape names half of a surrogate pair.
        case loneSurrogate
        /// The name stands twice in one object.
        case duplicateName(String)
        /// An integer beyond 64 bits, or a decimal beyond the finite doubles.
        case numberTooLarge
        /// The grammar wants something else at this place.
        case expected(String)
    }

    /// What is wrong.
    package let kind: Kind
    /// Bytes from the start of the document.
    package let offset: Int
    /// The line, counted from 1.
    package let line: Int
    /// The character in the line, counted from 1.
    package let column: Int

    /// `line L, column C: WHAT`.
    package var description: String {
        let what =
            switch kind {
            case .tooLong(let limit): "longer than \(limit) bytes"
            case .tooDeep(let limit): "more than \(limit) values inside each other"
            case .notUTF8: "not UTF-8"
            case .loneSurrogate: "half of a surrogate pair"
            case .duplicateName(let name): "the name \(JSON.string(name)) stands twice"
            case .numberTooLarge: "a number too large"
            case .expected(let expected): "expected \(expected)"
            }
        return "line \(line), column \(column): \(what)"
    }
}
