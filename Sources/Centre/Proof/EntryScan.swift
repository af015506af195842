import StationTrust

/// Looks over an entry as the log has it: whether it is one JSON object, and which `index` it says.
///
/// A million entries are looked over in a second, so what stations write is recognised without making values of it:
/// one object without white space that begins with its index. Whatever else stands there the parser judges.
struct EntryScan {
    /// As deep as the parser goes.
    private static let mostDepth = 32
    private static let beginning: StaticString = #"{"index":"#

    private let bytes: UnsafeRawBufferPointer
    private var at = 0
    private var hasOnlyASCII = true

    private init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// The `index` of an entry; nil if it is no JSON object with one.
    static func index(of entry: UnsafeRawBufferPointer) -> Int64? {
        var scan = EntryScan(entry)
        if let index = scan.plainIndex(), scan.hasOnlyASCII || isUTF8(entry) { return index }
        let limits = JSONParser.Limits(bytes: EntryBundle.mostEntryBytes)
        return (try? JSONParser.parse(Array(entry), limits: limits))?["index"]?.integer
    }

    private static func isUTF8(_ entry: UnsafeRawBufferPointer) -> Bool {
        String(validating: entry, as: UTF8.self) != nil
    }

    /// The index, if the entry is written as stations write it.
    private mutating func plainIndex() -> Int64? {
        guard take(word: Self.beginning), let index = number(), rest() else { return nil }
        return index
    }

    // MARK: Grammar

    private var peek: UInt8 { at < bytes.count ? bytes[at] : 0 }

    private mutating func take(_ byte: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: byte) else { return false }
        at += 1
        return true
    }

    private mutating func take(word text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard at + count <= bytes.count else { return false }
        for place in 0..<count where text.utf8Start[place] != bytes[at + place] { return false }
        at += count
        return true
    }

    /// What follows the first member's value, to the end of the object, which is the entry's.
    private mutating func rest() -> Bool {
        // One bit for each open bracket, the innermost the lowest: 1 for an object.
        var (open, depth): (UInt64, Int) = (1, 1)
        while depth > 0 {
            if take(",") {
                if open & 1 == 1 { guard name() else { return false } }
            } else if take(open & 1 == 1 ? "}" : "]") {
                (open, depth) = (open >> 1, depth - 1)
                continue
            } else {
                return false
            }
            guard value(&open, &depth) else { return false }
        }
        return at == bytes.count
    }

    /// One value, or the beginning of one that holds others, down to its first plain one.
    private mutating func value(_ open: inout UInt64, _ depth: inout Int) -> Bool {
        while true {
            let isObject = peek == UInt8(ascii: "{")
            guard isObject || peek == UInt8(ascii: "[") else { return plainValue() }
            at += 1
            guard depth < Self.mostDepth else { return false }
            if take(isObject ? "}" : "]") { return true }
            (open, depth) = (open << 1 | (isObject ? 1 : 0), depth + 1)
            if isObject { guard name() else { return false } }
        }
    }

    private mutating func plainValue() -> Bool {
        switch peek {
        case UInt8(ascii: "\""): string()
        case UInt8(ascii: "t"): take(word: "true")
        case UInt8(ascii: "f"): take(word: "false")
        case UInt8(ascii: "n"): take(word: "null")
        default: decimal()
        }
    }

    private mutating func name() -> Bool { string() && take(":") }

    private mutating func string() -> Bool {
        guard take("\"") else { return false }
        while at < bytes.count {
            let byte = bytes[at]
            at += 1
            if byte == UInt8(ascii: "\"") { return true }
            guard byte >= 0x20 else { return false }
            if byte >= 0x80 { hasOnlyASCII = false }
            if byte == UInt8(ascii: "\\") {
                // Rare: what stands behind `\u` is the parser's to judge.
                guard #""\/bfnrt"#.utf8.contains(peek) else { return false }
                at += 1
            }
        }
        return false
    }

    private mutating func digits() -> Bool {
        let start = at
        while UInt8(ascii: "0")...UInt8(ascii: "9") ~= peek { at += 1 }
        return at > start
    }

    private mutating func decimal() -> Bool {
        _ = take("-")
        let start = at
        guard digits(), bytes[start] != UInt8(ascii: "0") || at == start + 1 else { return false }
        if take(".") { guard digits() else { return false } }
        if take("e") || take("E") {
            if !take("-") { _ = take("+") }
            guard digits() else { return false }
        }
        return true
    }

    /// A number without sign, at most 18 digits long; more has no index of ours.
    private mutating func number() -> Int64? {
        let start = at
        guard digits(), at - start <= 18, bytes[start] != UInt8(ascii: "0") || at == start + 1 else {
            return nil
        }
        return bytes[start..<at].reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
    }
}
