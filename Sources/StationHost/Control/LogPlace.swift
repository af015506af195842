import StationCore
import StationTrust

/// Where the log is.
struct LogPlace: Sendable {
    /// The state directory.
    let state: String
    /// The directory for what need not survive the power.
    let run: String

    /// Goes through the whole log and answers a question about it.
    ///
    /// Worker thread.
    func explain(_ why: Why) -> Reply {
        var why = why
        var cursor = LogCursor(state: state, run: run)
        while case let found = cursor.next(Why.members), !found.isEmpty {
            for entry in found where why.wants(entry.members) {
                if let whole = LogReader.parse(entry.line, entry.line.indices) { why.take(whole) }
            }
        }
        // What was found is so; what was not may stand where nobody can read.
        if let problem = cursor.problem, why.answer.code != .fine { return Self.unreadable(problem) }
        return why.answer
    }

    /// Says that some of the log is missing.
    static func unreadable(_ problem: SystemError) -> Reply {
        Reply(.unavailable, ["error": .string("a part of the log cannot be read: \(problem)")])
    }
}
