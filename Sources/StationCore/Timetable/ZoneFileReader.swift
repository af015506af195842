// Reads the bytes of a TZif file (RFC 9636 section 3) into a `ZoneFile`, and believes none of its numbers.

extension ZoneFile {
    /// Reads a TZif file of version 1 to 4.
    ///
    /// Files with leap seconds (`right/…`) are refused: the system's clock does not count them either.
    /// Throws `ZoneFileError` when the bytes are not such a file whole.
    package init(bytes: [UInt8]) throws {
        guard bytes.count <= ZoneFileReader.maximumBytes else {
            throw ZoneFileError(description: "larger than \(ZoneFileReader.maximumBytes) bytes")
        }
        var reader = ZoneFileReader(bytes: bytes)
        var header = try reader.header()
        guard header.version >= 2 else {
            self = try reader.zone(header, timeSize: 4, hasFooter: false)
            return
        }
        // The first block repeats the data in 32 bits for readers of version 1.
        try reader.skip(header.length(timeSize: 4))
        header = try reader.header()
        self = try reader.zone(header, timeSize: 8, hasFooter: true)
    }
}

/// A place in the bytes of a zone file.
private struct ZoneFileReader {
    /// Many times the largest file of `tzdata`, which has about 4 kB.
    static let maximumBytes = 1 << 20

    struct Header {
        var version: Int
        var universalFlags: Int
        var standardFlags: Int
        var leapSeconds: Int
        var transitions: Int
        var localTimes: Int
        var characters: Int

        func length(timeSize: Int) -> Int {
            transitions * (timeSize + 1) + localTimes * 6 + characters + leapSeconds * (timeSize + 4)
                + standardFlags + universalFlags
        }
    }

    let bytes: [UInt8]
    var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func skip(_ count: Int) throws {
        guard count <= bytes.count - position else { throw ZoneFileError(description: "cut short") }
        position += count
    }

    /// A big-endian number of `size` bytes with its sign.
    mutating func number(_ size: Int) throws -> Int64 {
        try skip(size)
        var value: Int64 = bytes[position - size] >= 0x80 ? -1 : 0
        for byte in bytes[(position - size)..<position] { value = value << 8 | Int64(byte) }
        return value
    }

    mutating func header() throws -> Header {
        let magic = Array("TZif".utf8)
        guard bytes.count - position >= 44, Array(bytes[position..<(position + 4)]) == magic else {
            throw ZoneFileError(description: "not a TZif file")
        }
        let version = bytes[position + 4]
        position += 20
        var counts: [Int] = []
        for _ in 0..<6 {
            let count = Int(try number(4))
            guard (0...ZoneFileReader.maximumBytes).contains(count) else {
                throw ZoneFileError(description: "an impossible count in the header")
            }
            counts.append(count)
        }
        return Header(
            version: version == 0 ? 1 : Int(version) - 0x30, universalFlags: counts[0],
            standardFlags: counts[1], leapSeconds: counts[2], transitions: counts[3], localTimes: counts[4],
            characters: counts[5])
    }

    mutating func zone(_ header: Header, timeSize: Int, hasFooter: Bool) throws -> ZoneFile {
        guard (1...256).contains(header.localTimes), header.characters > 0,
            header.length(timeSize: timeSize) <= bytes.count - position
        else { throw ZoneFileError(description: "cut short") }
        guard header.leapSeconds == 0 else {
            throw ZoneFileError(description: "counts leap seconds, which the system's clock does not")
        }
        var transitions: [Int64] = []
        for _ in 0..<header.transitions {
            let time = try number(timeSize)
            if let last = transitions.last, time <= last {
                throw ZoneFileError(description: "transitions out of order")
            }
            transitions.append(time)
        }
        let indexes = Array(bytes[position..<(position + header.transitions)])
        guard indexes.allSatisfy({ $0 < header.localTimes }) else {
            throw ZoneFileError(description: "a transition to a local time that the file does not have")
        }
        try skip(header.transitions)
        let localTimes = try localTimes(header)
        try skip(header.standardFlags + header.universalFlags)
        return ZoneFile(
            transitions: transitions, indexes: indexes, localTimes: localTimes,
            rule: hasFooter ? try footer() : nil)
    }

    private mutating func localTimes(_ header: Header) throws -> [ZoneFile.LocalTime] {
        var raw: [(offset: Int, isDaylight: Bool, name: Int)] = []
        for _ in 0..<header.localTimes {
            let offset = Int(try number(4))
            // RFC 9636 section 3.2: more than -25 hours and less than 26.
            guard offset > -25 * 3600, offset < 26 * 3600 else {
                throw ZoneFileError(description: "an offset of \(offset) seconds")
            }
            raw.append((offset, try number(1) != 0, Int(UInt8(truncatingIfNeeded: try number(1)))))
        }
        let names = bytes[position..<(position + header.characters)]
        try skip(header.characters)
        return try raw.map { offset, isDaylight, name in
            let start = names.startIndex + name
            guard start < names.endIndex, let end = names[start...].firstIndex(of: 0) else {
                throw ZoneFileError(description: "an abbreviation outside of the file")
            }
            return ZoneFile.LocalTime(
                offset: offset, isDaylight: isDaylight,
                abbreviation: String(decoding: names[start..<end], as: UTF8.self))
        }
    }

    /// The rule for the time after the last transition: a POSIX TZ string between two line feeds.
    private mutating func footer() throws -> PosixZone? {
        try skip(1)
        let rest = bytes[position...]
        guard bytes[position - 1] == 0x0A, let end = rest.firstIndex(of: 0x0A) else {
            throw ZoneFileError(description: "cut short")
        }
        if end == position { return nil }
        let text = String(decoding: bytes[position..<end], as: UTF8.self)
        guard let rule = PosixZone(text) else {
            throw ZoneFileError(description: "a footer that is no rule: \(text)")
        }
        return rule
    }
}
