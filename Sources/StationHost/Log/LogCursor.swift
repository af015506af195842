import Glibc
import StationTrust

/// Reads a log forwards, entry by entry, also while it is being written.
///
/// One thread.
///
/// What stands in a segment is read where it stands; a tail that the disk thread cuts and writes anew becomes the
/// same bytes again. Entries that only `/run` has come last. A segment that cannot be read is passed over, and told.
struct LogCursor {
    private static let pieceBytes = 1 << 18

    private let directory: String
    private let runLog: String
    private var segment: String?
    private var offset: Int64 = 0
    private var lastIndex: Int64 = -1
    /// Why entries are missing: what could not be read; nil when everything was.
    private(set) var problem: SystemError?

    /// Begins before the first entry of a state directory's log.
    init(state: String, run: String) {
        directory = state + "/log"
        runLog = run + "/log.jsonl"
    }

    /// An entry: its bytes without the line's end, and the members that were asked for.
    struct Found {
        let line: [UInt8]
        let members: JSON
    }

    /// Reads on.
    ///
    /// - Parameter names: the members of each entry that are wanted, beside its index.
    /// - Returns: the entries of the next piece, in order; none at the end of what there is.
    mutating func next(_ names: [String]) -> [Found] {
        while true {
            let found = read(names)
            if !found.isEmpty { return found }
            guard let next = segmentAfter(segment) else { return readRunLog(names) }
            // The disk thread begins a segment only when the one before is whole; what came to it between the
            // read and the look is read first.
            let rest = read(names)
            if !rest.isEmpty { return rest }
            segment = next
            offset = 0
        }
    }

    private mutating func read(_ names: [String]) -> [Found] {
        do throws(SystemError) {
            return try readSegment(names)
        } catch {
            problem = problem ?? error
            return []
        }
    }

    private func segmentAfter(_ current: String?) -> String? {
        let segments = (try? LogReader.segments(directory)) ?? []
        guard let current else { return segments.first }
        return segments.first { $0 > current }
    }

    private mutating func readSegment(_ names: [String]) throws(SystemError) -> [Found] {
        guard let segment else { return [] }
        let file = try Descriptor.open(segment, O_RDONLY)
        for limit in [Self.pieceBytes, LogFiles.lineBytes + 1] {
            let bytes = try readAll(file.number, from: offset, limit: limit, segment)
            let lines = LogReader.lines(of: bytes)
            guard let last = lines.last else {
                if bytes.count < limit { return [] }
                continue
            }
            offset += Int64(last.upperBound + 1)
            let found = entries(bytes, lines, names)
            return found.isEmpty ? try readSegment(names) : found
        }
        // A line longer than any entry: damage, and nothing after it in this segment can be told from it.
        return []
    }

    private mutating func readRunLog(_ names: [String]) -> [Found] {
        guard let bytes = try? readFile(runLog, limit: 2 * RunLog.mostBytes) else { return [] }
        return entries(bytes, LogReader.lines(of: bytes), names)
    }

    /// The entries in lines that come after everything read so far.
    private mutating func entries(_ bytes: [UInt8], _ lines: [Range<Int>], _ names: [String]) -> [Found] {
        var found: [Found] = []
        for line in lines {
            guard
                let members = try? JSONParser.members(
                    names + ["index"], of: bytes, in: line, limits: .init(bytes: LogFiles.lineBytes)),
                let index = members["index"]?.integer, index > lastIndex
            else { continue }
            lastIndex = index
            found.append(Found(line: Array(bytes[line]), members: members))
        }
        return found
    }
}
