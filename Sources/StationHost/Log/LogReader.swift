import Glibc
import StationCore
import StationTrust

/// Reads the log's segments, whole or from a checkpoint on; on any thread, it only reads.
enum LogReader {
    static let checkpointName = "checkpoint.json"
    /// A station's log of ten years is smaller (DESIGN.md section 9).
    static let mostSegments = 100_000
    private static let checkpointBytes = 16 << 20
    /// A segment is at most its bound and one batch larger.
    private static let segmentBytes = 64 << 20

    /// No entry with all that every entry has is shorter.
    private static let leastEntryBytes: Int64 = 64

    /// What was found in a log's directory.
    struct Found {
        var summary = LogSummary()
        var checkpointIndex: Int64 = 0
        /// How many lines the segments have, whatever stands in them: the leaves of the log's tree.
        var lines: Int64 = 0
        var lastSegment: (path: String, soundBytes: Int64, tornBytes: Int64)?
        var tornBytes: Int64 { lastSegment?.tornBytes ?? 0 }
        /// Why the log's end could not be read; nil when it was.
        ///
        /// Nobody may write where nobody knows what stands.
        var problem: SystemError?
    }

    static func segmentName(firstIndex: Int64) -> String {
        let digits = "\(firstIndex)"
        return String(repeating: "0", count: 20 - digits.count) + digits + ".jsonl"
    }

    /// The paths of all segments, oldest first.
    static func segments(_ directory: String) throws(SystemError) -> [String] {
        try namesInDirectory(directory).filter { $0.hasSuffix(".jsonl") }.sorted().map {
            directory + "/" + $0
        }
    }

    /// Folds the log: from its checkpoint on where that fits, else from its beginning.
    ///
    /// A checkpoint whose segment cannot be read is believed: it is all that is known of those entries.
    ///
    /// - Throws: `SystemError` when nobody can say which segments there are; for one that cannot be read,
    ///   `Found.problem` tells when it is the last.
    static func read(_ directory: String) throws(SystemError) -> Found {
        let segments = try segments(directory)
        guard segments.count <= mostSegments else {
            throw SystemError(call: "read \(directory)", code: EFBIG)
        }
        var found = Found()
        if let start = checkpoint(directory, segments) {
            if (try? fits(start.summary.nextIndex, start.offset, in: segments[start.segment])) ?? true {
                found = Found(
                    summary: start.summary, checkpointIndex: start.summary.nextIndex, lines: start.lines)
                fold(segments[start.segment...], from: start.offset, into: &found)
                return found
            }
            note(.warning, "the log's checkpoint does not fit the log; it is read whole")
        }
        fold(segments[...], from: 0, into: &found)
        return found
    }

    /// Whether the entry before an offset is the one before an index: the checkpoint tells of this very log.
    private static func fits(_ index: Int64, _ offset: Int64, in path: String) throws(SystemError) -> Bool {
        guard offset > 0 else { return path.hasSuffix("/" + segmentName(firstIndex: index)) }
        let file = try Descriptor.open(path, O_RDONLY)
        let start = max(0, offset - Int64(LogFiles.lineBytes))
        let bytes = try readAll(file.number, from: start, limit: Int(offset - start), path)
        guard bytes.count == Int(offset - start), let last = lines(of: bytes).last,
            last.upperBound == bytes.count - 1
        else { return false }
        return parse(bytes, last)?["index"]?.integer == index - 1
    }

    private static func checkpoint(
        _ directory: String, _ segments: [String]
    ) -> (summary: LogSummary, segment: Int, offset: Int64, lines: Int64)? {
        guard let bytes = try? readFile(directory + "/" + checkpointName, limit: checkpointBytes),
            let json = try? JSONParser.parse(bytes, limits: .init(bytes: checkpointBytes)),
            let name = json["segment"]?.text,
            let offset = json["offset"]?.integer, offset >= 0, let lines = json["lines"]?.integer,
            let summary = json["summary"].flatMap(LogSummary.init(json:)),
            let segment = segments.firstIndex(of: directory + "/" + name)
        else { return nil }
        return (summary, segment, offset, lines)
    }

    /// Folds segments one after the other.
    ///
    /// Only the end of the last segment can be torn, and is cut: what stands behind the last entry that can be read
    /// and came later than those before it. What is damaged before that (a worn-out cell) is passed over, so that
    /// everything else is still remembered; an entry that stands twice counts once. A segment that cannot be read at
    /// all is damage too, but for the last one: its end is not known, so nothing may be cut.
    private static func fold(
        _ segments: ArraySlice<String>, from start: Int64, into found: inout Found
    ) {
        var offset = start
        for (path, next) in zip(segments, segments.dropFirst().map(Optional.some) + [nil]) {
            let bytes: [UInt8]
            do throws(SystemError) {
                let file = try Descriptor.open(path, O_RDONLY)
                bytes = try readAll(file.number, from: offset, limit: segmentBytes, path)
                found.problem = nil
            } catch {
                note(.error, "a segment of the log cannot be read; its entries are lost: \(error)")
                found.summary.passOver(to: firstIndex(of: path))
                found.lastSegment = nil
                found.problem = error
                offset = 0
                continue
            }
            if offset == 0 { found.summary.passOver(to: firstIndex(of: path)) }
            let sound = fold(bytes, at: offset, of: path, before: next.map(firstIndex) ?? .max, into: &found)
            found.lastSegment = (path, offset + Int64(sound), Int64(bytes.count - sound))
            offset = 0
        }
    }

    /// Folds the lines of one segment, passing over what is damaged before an entry that came later.
    ///
    /// - Parameters:
    ///   - bytes: the segment from an offset on.
    ///   - offset: that offset.
    ///   - path: the segment's, for its first index.
    ///   - end: the index with which the next segment begins.
    ///   - found: gets what is folded.
    /// - Returns: how many bytes there are up to the end of the last entry that belongs to the log.
    private static func fold(
        _ bytes: [UInt8], at offset: Int64, of path: String, before end: Int64, into found: inout Found
    ) -> Int {
        let lines = lines(of: bytes)
        // What stands behind the last entry is cut, but only where nothing follows.
        var soundCount = end < .max ? lines.count : 0
        defer { found.lines += Int64(soundCount) }
        // Looked at only where an entry does not follow: no whole log pays for it.
        var believed: [Bool]?
        var sound = 0
        for (number, line) in lines.enumerated() {
            guard let entry = parse(bytes, line), let index = entry["index"]?.integer else { continue }
            if index > found.summary.nextIndex {
                let all = believed ?? believedLines(lines, of: bytes, at: offset, of: path, before: end)
                believed = all
                if all[number] { found.summary.passOver(to: index) }
            }
            found.summary.fold(entry)
            guard index < found.summary.nextIndex else { continue }
            sound = line.upperBound + 1
            soundCount = max(soundCount, number + 1)
        }
        if believed?.contains(true) == true || end < .max && found.summary.nextIndex < end {
            note(.error, "\(path) is damaged; entries are lost")
        }
        return sound
    }

    /// Which lines have an index that may be theirs.
    ///
    /// One that damage made larger has smaller ones behind it, or more before it than there is room for.
    private static func believedLines(
        _ lines: [Range<Int>], of bytes: [UInt8], at offset: Int64, of path: String, before end: Int64
    ) -> [Bool] {
        let first = firstIndex(of: path)
        var least = end
        var believed: [Bool] = []
        for line in lines.reversed() {
            let index = parse(bytes, line)?["index"]?.integer ?? -1
            let room = (offset + Int64(line.lowerBound)) / leastEntryBytes
            believed.append(index >= 0 && index < least && index - first <= room)
            if index >= 0 { least = min(least, index) }
        }
        return believed.reversed()
    }

    /// The index of a segment's first entry, as its name has it.
    static func firstIndex(of path: String) -> Int64 {
        Int64(path.split(separator: "/").last?.prefix { $0 != "." } ?? "") ?? 0
    }

    /// The entry in a line, if it is one.
    static func parse(_ bytes: [UInt8], _ line: Range<Int>) -> JSON? {
        try? JSONParser.parse(bytes, in: line, limits: .init(bytes: LogFiles.lineBytes))
    }

    /// The ranges of the whole lines, without their ends.
    static func lines(of bytes: [UInt8]) -> [Range<Int>] {
        var lines: [Range<Int>] = []
        var start = 0
        bytes.withUnsafeBufferPointer { buffer in
            while start < buffer.count, let base = buffer.baseAddress,
                let end = memchr(base + start, 0x0A, buffer.count - start)
            {
                let index = end - UnsafeMutableRawPointer(mutating: base)
                lines.append(start..<index)
                start = index + 1
            }
        }
        return lines
    }
}
