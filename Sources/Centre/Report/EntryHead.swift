import StationCore
import StationTrust

/// What every entry begins with, read without the rest of it: most entries of a log are no outcomes.
///
/// Members in another order, or written otherwise, are as good: then the whole entry is read.
struct EntryHead {
    var index: Int64
    var kind: Entry.Kind
    /// The text of `boot` and of `wall`, as bytes of the entry.
    var boot: Range<Int>
    var wall: Range<Int>
    var isClockTrusted: Bool
    /// Where the rest begins: the comma behind `clock`, or the bracket.
    var end: Int

    private static let names = (
        index: Array(#"{"index":"#.utf8), kind: Array(#","kind":""#.utf8), boot: Array(#"","boot":""#.utf8),
        monotonic: Array(#"","monotonicNanoseconds":"#.utf8), wall: Array(#","wall":""#.utf8),
        clock: Array(#"","clock":""#.utf8)
    )

    /// Reads the beginning of an entry; nil where it is written in another way than a station writes it.
    init?(_ entry: UnsafeRawBufferPointer) {
        var scanner = HeadScanner(bytes: entry)
        guard scanner.take(Self.names.index), let index = scanner.number(), scanner.take(Self.names.kind),
            let kind = scanner.text(), scanner.take(Self.names.boot), let boot = scanner.text(),
            scanner.take(Self.names.monotonic), scanner.number() != nil, scanner.take(Self.names.wall),
            let wall = scanner.text(), scanner.take(Self.names.clock), let clock = scanner.text(),
            let kind = Self.kinds.first(where: { entry.holds($0.1, at: kind) })?.0,
            let trust = Self.trusts.first(where: { entry.holds($0.name, at: clock) })
        else { return nil }
        (self.index, self.kind, self.boot, self.wall) = (index, kind, boot, wall)
        isClockTrusted = trust.isTrusted
        end = clock.upperBound + 1
    }

    private static let kinds = Entry.Kind.allCases.map { ($0, Array($0.rawValue.utf8)) }
    private static let trusts = [ClockTrust.synchronised, .holdover, .untrusted].map { trust in
        (name: Array(trust.rawValue.utf8), isTrusted: trust != .untrusted)
    }
}

extension UnsafeRawBufferPointer {
    /// Whether these bytes stand there.
    func holds(_ bytes: [UInt8], at range: Range<Int>) -> Bool {
        guard range.count == bytes.count, range.lowerBound >= 0, range.upperBound <= count else {
            return false
        }
        for offset in 0..<bytes.count where self[range.lowerBound + offset] != bytes[offset] { return false }
        return true
    }
}

/// A place in an entry's bytes.
private struct HeadScanner {
    let bytes: UnsafeRawBufferPointer
    private var at = 0

    init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    mutating func take(_ name: [UInt8]) -> Bool {
        guard bytes.holds(name, at: at..<at + name.count) else { return false }
        at += name.count
        return true
    }

    mutating func number() -> Int64? {
        var (value, digits): (Int64, Int) = (0, 0)
        while at < bytes.count, 0x30...0x39 ~= bytes[at] {
            guard digits < 18 else { return nil }
            value = value * 10 + Int64(bytes[at] - 0x30)
            (at, digits) = (at + 1, digits + 1)
        }
        // JSON has no number with a zero before it.
        return digits == 0 || digits > 1 && bytes[at - digits] == 0x30 ? nil : value
    }

    /// The bytes up to the next quote, without it; nil where an escape stands among them.
    mutating func text() -> Range<Int>? {
        let start = at
        while at < bytes.count, bytes[at] != UInt8(ascii: "\"") {
            guard bytes[at] != UInt8(ascii: "\\") else { return nil }
            at += 1
        }
        return at < bytes.count ? start..<at : nil
    }
}
