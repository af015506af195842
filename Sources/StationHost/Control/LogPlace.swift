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
        do throws(SystemError) {
            while true {
                let found = try cursor.next(Why.members)
                guard !found.isEmpty else { return why.answer }
                for entry in found where why.wants(entry.members) {
                    if let whole = LogReader.parse(entry.line, entry.line.indices) { why.take(whole) }
                }
            }
        } catch { return Reply(.unavailable, ["error": .string("the log cannot be read: \(error)")]) }
    }
}
