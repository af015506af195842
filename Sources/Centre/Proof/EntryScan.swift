import StationTrust

/// Looks over an entry as the log has it: whether it is one JSON object, and which `index` it says.
///
/// A million entries are looked over in a second, so what stations write is recognised without making values of it:
/// one object without white space that begins with its index. Whatever else stands there the parser judges.
struct EntryScan {
    /// As deep as the parser goes.
    private static let mostDepth = 32
    private static let beginning: StaticString = #"{"index":"#

    // Safety: within the entry's bytes, which outlive the scan; nothing reads at `end` or behind it.
    private var at: UnsafePointer<UInt8>
    private let end: UnsafePointer<UInt8>

    private init?(_ bytes: UnsafeRawBufferPointer) {
        guard let first = bytes.bindMemory(to: UInt8.self).baseAddress else { return nil }
        (at, end) = (first, first + bytes.count)
    }

    /// The `index` of an entry; nil if it is no JSON object with one.
    static func index(of entry: UnsafeRawBufferPointer) -> Int64? {
        if var scan = EntryScan(entry), let index = scan.plainIndex() { return index }
        let limits = JSONParser.Limits(bytes: EntryBundle.mostEntryBytes)
        return (try? JSONParser.parse(Array(entry), limits: limits))?["index"]?.integer
    }

    /// The index, if the entry is written as stations write it.
    @inline(__always) private mutating func plainIndex() -> Int64? {
        guard take(word: Self.beginning), let index = number(), rest() else { return nil }
        return index
    }

    // MARK: Grammar
    //
    // All of it is put into one function, so that the place stays in a register: a third faster (measured).

    @inline(__always) private var peek: UInt8 { at < end ? at.pointee : 0 }

    @inline(__always) private mutating func take(_ byte: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: byte) else { return false }
        at += 1
        return true
    }

    @inline(__always) private mutating func take(word text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard end - at >= count else { return false }
        for place in 0..<count where text.utf8Start[place] != at[place] { return false }
        at += count
        return true
    }

    /// What follows the first member's value, to the end of the object, which is the entry's.
    @inline(__always) private mutating func rest() -> Bool {
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
        return at == end
    }

    /// One value, or the beginning of one that holds others, down to its first plain one.
    @inline(__always) private mutating func value(_ open: inout UInt64, _ depth: inout Int) -> Bool {
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

    @inline(__always) private mutating func plainValue() -> Bool {
        switch peek {
        case UInt8(ascii: "\""): string()
        case UInt8(ascii: "t"): take(word: "true")
        case UInt8(ascii: "f"): take(word: "false")
        case UInt8(ascii: "n"): take(word: "null")
        default: decimal()
        }
    }

    @inline(__always) private mutating func name() -> Bool { string() && take(":") }

    @inline(__always) private mutating func string() -> Bool {
        guard take("\"") else { return false }
        while true {
            skipPlain()
            guard at < end else { return false }
            let byte = at.pointee
            if byte >= 0x80 {
                let count = Self.sequence(at, end)
                guard count > 0 else { return false }
                at += count
                continue
            }
            at += 1
            if byte == UInt8(ascii: "\"") { return true }
            // Rare: what stands behind `\u` is the parser's to judge.
            guard byte == UInt8(ascii: "\\"), #""\/bfnrt"#.utf8.contains(peek) else { return false }
            at += 1
        }
    }

    /// Passes over letters that mean nothing, eight at once, up to a quote, a backslash, a control or what is not ASCII.
    @inline(__always) private mutating func skipPlain() {
        while end - at >= 8 {
            let word = UInt64(littleEndian: UnsafeRawPointer(at).loadUnaligned(as: UInt64.self))
            // The lowest bit that is set is that of the first such byte; those above it may be wrong.
            let quote = word ^ 0x2222_2222_2222_2222, backslash = word ^ 0x5C5C_5C5C_5C5C_5C5C
            let ones: UInt64 = 0x0101_0101_0101_0101
            let zeros =
                (quote &- ones) & ~quote | (backslash &- ones) & ~backslash | (word &- 0x20 &* ones) & ~word
            let found = (zeros | word) & 0x8080_8080_8080_8080
            guard found == 0 else { return at += found.trailingZeroBitCount / 8 }
            at += 8
        }
        while at < end, 0x20..<0x80 ~= at.pointee, at.pointee != UInt8(ascii: "\""),
            at.pointee != UInt8(ascii: "\\")
        { at += 1 }
    }

    /// How long one character beyond ASCII is (RFC 3629 section 4): no longer than it must be, and no half of a pair;
    /// 0 if it is none.
    private static func sequence(_ at: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Int {
        let (count, second): (Int, ClosedRange<UInt8>)
        switch at.pointee {
        case 0xC2...0xDF: (count, second) = (2, 0x80...0xBF)
        case 0xE0: (count, second) = (3, 0xA0...0xBF)
        case 0xED: (count, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: (count, second) = (3, 0x80...0xBF)
        case 0xF0: (count, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (count, second) = (4, 0x80...0xBF)
        case 0xF4: (count, second) = (4, 0x80...0x8F)
        default: return 0
        }
        guard end - at >= count, second ~= at[1] else { return 0 }
        for place in 2..<max(count, 2) where at[place] & 0xC0 != 0x80 { return 0 }
        return count
    }

    @inline(__always) private mutating func digits() -> Bool {
        let start = at
        while UInt8(ascii: "0")...UInt8(ascii: "9") ~= peek { at += 1 }
        return at > start
    }

    @inline(__always) private mutating func decimal() -> Bool {
        _ = take("-")
        let start = at
        guard digits(), start.pointee != UInt8(ascii: "0") || at == start + 1 else { return false }
        if take(".") { guard digits() else { return false } }
        if take("e") || take("E") {
            if !take("-") { _ = take("+") }
            guard digits() else { return false }
        }
        return true
    }

    /// A number without sign, at most 18 digits long; more has no index of ours.
    @inline(__always) private mutating func number() -> Int64? {
        let start = at
        guard digits(), at - start <= 18, start.pointee != UInt8(ascii: "0") || at == start + 1 else {
            return nil
        }
        return UnsafeBufferPointer(start: start, count: at - start).reduce(0) {
            $0 * 10 + Int64($1 - UInt8(ascii: "0"))
        }
    }
}
