/// Blanks what is not code: comments, and the text of string literals.
///
/// Every byte keeps its place and every line its end, so that a place in the result is the place in the file.
/// What is interpolated into a string is code. Nested comments, raw and multi-line strings are understood;
/// regular-expression literals are not (there are none).
struct CodeMask {
    private let bytes: [UInt8]
    private var result: [UInt8]
    private var at = 0

    /// The source with everything but code made blank.
    static func code(of text: String) -> String {
        var mask = CodeMask(bytes: Array(text.utf8))
        mask.code(until: nil)
        return String(decoding: mask.result, as: UTF8.self)
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
        result = bytes
    }

    private func has(_ text: StaticString, at place: Int) -> Bool {
        let count = text.utf8CodeUnitCount
        guard place + count <= bytes.count else { return false }
        return text.withUTF8Buffer { expected in (0..<count).allSatisfy { expected[$0] == bytes[place + $0] }
        }
    }

    private mutating func blank(_ count: Int) {
        for place in at..<min(at + count, bytes.count) where bytes[place] != UInt8(ascii: "\n") {
            result[place] = UInt8(ascii: " ")
        }
        at += count
    }

    /// Reads code up to its end, or to the parenthesis that closes an interpolation.
    private mutating func code(until close: UInt8?) {
        var depth = 0
        while at < bytes.count {
            let byte = bytes[at]
            if has("//", at: at) {
                while at < bytes.count, bytes[at] != UInt8(ascii: "\n") { blank(1) }
            } else if has("/*", at: at) {
                comment()
            } else if byte == UInt8(ascii: "\"") {
                string(hashes: 0)
            } else if byte == UInt8(ascii: "#"), let hashes = hashesBeforeQuote() {
                at += hashes
                string(hashes: hashes)
            } else {
                if byte == UInt8(ascii: "(") { depth += 1 }
                if byte == UInt8(ascii: ")") {
                    if close != nil, depth == 0 { return at += 1 }
                    depth -= 1
                }
                at += 1
            }
        }
    }

    private func hashesBeforeQuote() -> Int? {
        var place = at
        while place < bytes.count, bytes[place] == UInt8(ascii: "#") { place += 1 }
        return place < bytes.count && bytes[place] == UInt8(ascii: "\"") ? place - at : nil
    }

    private mutating func comment() {
        var depth = 0
        repeat {
            if has("/*", at: at) {
                depth += 1
                blank(2)
            } else if has("*/", at: at) {
                depth -= 1
                blank(2)
            } else {
                blank(1)
            }
        } while depth > 0 && at < bytes.count
    }

    /// Reads a string from its opening quote on; the quotes stay.
    private mutating func string(hashes: Int) {
        let quotes = has("\"\"\"", at: at) ? 3 : 1
        at += quotes
        while at < bytes.count {
            if bytes[at] == UInt8(ascii: "\\"), follows(hashes, at: at + 1) {
                if at + 1 + hashes < bytes.count, bytes[at + 1 + hashes] == UInt8(ascii: "(") {
                    blank(1 + hashes)
                    at += 1
                    code(until: UInt8(ascii: ")"))
                } else {
                    blank(2 + hashes)
                }
            } else if quotes == 3 ? has("\"\"\"", at: at) : bytes[at] == UInt8(ascii: "\""),
                follows(hashes, at: at + quotes)
            {
                return at += quotes + hashes
            } else if quotes == 1, bytes[at] == UInt8(ascii: "\n") {
                return  // Not a string after all, or a mistake that the compiler reports.
            } else {
                blank(1)
            }
        }
    }

    private func follows(_ hashes: Int, at place: Int) -> Bool {
        place + hashes <= bytes.count
            && (0..<hashes).allSatisfy { bytes[place + $0] == UInt8(ascii: "#") }
    }
}
