import ScratchFolders
import StationCore
import StationTrust

@testable import StationHost

/// What tests of the log have in common: a state directory and a `/run` of their own, and entries to fill them with.
protocol LogTests {
    /// Made by `logFolder()`.
    var folder: ScratchFolder { get }
}

extension LogTests {
    var state: String { folder.path + "/state" }
    var run: String { folder.path + "/run" }

    static func logFolder() throws -> ScratchFolder {
        let folder = try ScratchFolder()
        try folder.write("run/.keep", "")
        return folder
    }

    /// The outcome of the slot of that number.
    static func entry(_ index: Int64, wall: Instant? = nil, title: String = "") -> Entry {
        let wall = wall ?? Instant(seconds: 1_800_000_000 + index)
        return Entry(
            index: index, kind: .outcome, boot: "boot",
            now: Now(
                wall: wall, monotonic: MonotonicInstant(nanoseconds: index), isSynchronised: false,
                errorMicroseconds: 0), clock: .holdover,
            wallText: RFC3339.string(from: wall, offset: 25_200, fraction: .microseconds),
            body: [.init("slot", .string("xa/tin@\(index)")), .init("result", "played")]
                + (title.isEmpty ? [] : [.init("title", .string(title))]))
    }

    static func lines(_ range: Range<Int64>) -> [UInt8] { range.flatMap { entry($0).terminatedLine } }

    /// The slots of entries.
    static func slots(_ indices: some Sequence<Int64>) -> [String] { indices.map { "xa/tin@\($0)" } }

    /// A segment's file, for the folder.
    func name(_ segment: Int64) -> String { "state/log/" + LogReader.segmentName(firstIndex: segment) }

    /// Starts on what the folder has.
    func open(_ calls: DiskCalls = .kernel) -> (log: LogFiles, summary: LogSummary, tornBytes: Int64) {
        LogFiles.open(state: state, run: RunLog(directory: run), calls: calls)
    }
}

extension LogReader {
    /// The entries of a state directory's log, oldest first.
    static func entries(state: String) throws -> [JSON] {
        try segments(state + "/log").flatMap { path in
            let bytes = try readFile(path, limit: 1 << 30)
            return lines(of: bytes).compactMap { parse(bytes, $0) }
        }
    }
}
