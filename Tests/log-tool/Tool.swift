import Glibc
import StationCore
import StationHost

/// What the tool is asked to do, by its command line.
///
///     log-tool make STATE STATION COUNT DAILY    writes so many entries more, so many a day until an hour ago, and
///                                                the tree over them
///     log-tool append STATE COUNT                appends entries one at a time, and as many bare lines beside them
///
/// `append` prints the nanoseconds that each took as JSON, `{"ours":[[…],…],"bare":[[…],…]}`, in blocks that took turns.
struct Tool {
    /// So many entries are written to the disk in one go by `make`.
    private static let batch: Int64 = 128
    /// So many follow each other before the other's turn comes.
    private static let block: Int64 = 50

    private let words: [String]

    init(_ words: [String]) { self.words = words }

    func run() throws {
        switch (words.first, words.count) {
        case ("make", 5): try make(count: try number(3), daily: try number(4))
        case ("append", 3): try append(count: try number(2))
        default: throw Failure("unknown command \(words)")
        }
    }

    private func number(_ place: Int) throws -> Int64 {
        guard let number = Int64(words[place]), number > 0 else {
            throw Failure("no number: \(words[place])")
        }
        return number
    }

    private func make(count: Int64, daily: Int64) throws {
        var kernel = DiskCalls.kernel
        kernel.sync = { _ in nil }
        let journal = try Journal(state: words[1], calls: kernel)
        let (first, end) = (journal.nextIndex, journal.nextIndex + count)
        let diary = Diary(last: end - 1, at: Clocks.read().wall - .seconds(3600), daily: daily)
        for start in stride(from: first, to: end, by: Int(Self.batch)) {
            try journal.append((start..<min(start + Self.batch, end)).map(diary.entry))
        }
        try journal.close()
        let tree = LogTree(state: words[1], station: words[2], isKept: true)
        _ = try tree.fold(.first, lines: end)
    }

    private func append(count: Int64) throws {
        let journal = try Journal(state: words[1], calls: .kernel)
        let bare = try BareFile(words[1] + "/bare")
        let diary = Diary(last: journal.nextIndex + count, at: Clocks.read().wall, daily: 40)
        var times: (ours: [[Int64]], bare: [[Int64]]) = ([], [])
        while times.ours.count * Int(Self.block) < count {
            let entries = (journal.nextIndex..<journal.nextIndex + Self.block).map(diary.entry)
            times.ours.append(try entries.map { entry in try Self.time { try journal.append([entry]) } })
            let lines = entries.map(\.terminatedLine)
            times.bare.append(try lines.map { line in try Self.time { try bare.append(line) } })
        }
        put("{\"ours\":\(times.ours),\"bare\":\(times.bare)}\n")
    }

    private static func time(_ body: () throws -> Void) throws -> Int64 {
        let before = Clocks.read().monotonic
        try body()
        return (Clocks.read().monotonic - before).nanoseconds
    }
}

/// Why the tool could not do what it was asked to.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Writes text to standard output.
private func put(_ text: String) {
    var text = text
    text.withUTF8 { _ = try? writeAll(STDOUT_FILENO, UnsafeRawBufferPointer($0), "standard output") }
}
