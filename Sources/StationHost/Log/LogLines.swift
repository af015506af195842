import Glibc

/// Where something stands in the log's segments.
struct LogPosition: Hashable, Sendable {
    /// The index in the segment's name.
    var segment: Int64
    /// The byte in it.
    var offset: Int64
}

/// Goes through the lines of the log's segments, whatever stands in them, one after the other.
///
/// One thread. They are the leaves of the log's tree: the how manieth line an entry is does not change, whatever
/// happens to it.
struct LogLines {
    private static let pieceBytes = 1 << 18
    /// A longer line is damage that has swallowed the ends of others; it counts for as long as it is.
    private static let mostLineBytes = 64 << 20

    private let directory: String
    /// Where the next line begins; nil before the first segment was found.
    private(set) var position: LogPosition?

    /// Begins at a position; at the first line for nil.
    init(_ directory: String, at position: LogPosition? = nil) {
        (self.directory, self.position) = (directory, position)
    }

    /// Goes on for so many lines, or to the end of the log.
    ///
    /// - Returns: how many there were.
    mutating func read(
        _ count: Int64, _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(SystemError) -> Int64 {
        var left = count
        while left > 0 {
            if position == nil { position = try nextPosition() }
            guard let here = position else { break }
            let found = try readPiece(here, left, body)
            left -= found
            if found == 0 {
                guard let next = try nextPosition() else { break }
                position = next
            }
        }
        return count - left
    }

    private mutating func readPiece(
        _ here: LogPosition, _ most: Int64, _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(SystemError) -> Int64 {
        let path = directory + "/" + LogReader.segmentName(firstIndex: here.segment)
        let file = try Descriptor.open(path, O_RDONLY)
        var limit = Self.pieceBytes
        while true {
            let bytes = try readAll(file.number, from: here.offset, limit: limit, path)
            let lines = LogReader.lines(of: bytes).prefix(Int(clamping: most))
            guard let last = lines.last else {
                if bytes.count < limit || limit >= Self.mostLineBytes { return 0 }
                limit *= 16
                continue
            }
            bytes.withUnsafeBytes { all in
                for line in lines { body(UnsafeRawBufferPointer(rebasing: all[line])) }
            }
            position?.offset += Int64(last.upperBound + 1)
            return Int64(lines.count)
        }
    }

    /// The beginning of the segment behind the one that is read.
    private func nextPosition() throws(SystemError) -> LogPosition? {
        let segment = position?.segment ?? -1
        let current = position.map { directory + "/" + LogReader.segmentName(firstIndex: $0.segment) } ?? ""
        // A long log has hundreds of segments, and comes here at the end of each: no other name is taken apart.
        return try LogReader.segments(directory).drop { $0 <= current }
            .lazy.map(LogReader.firstIndex).first { $0 > segment }.map { LogPosition(segment: $0, offset: 0) }
    }
}
