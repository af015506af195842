import StationCore
import StationTrust

/// Why a log behind a station's first one was begun: what its first entry says.
struct LogBeginning {
    /// How many entries of the station's journal other logs cover.
    let from: Int64
    /// The reason in words.
    let message: String

    /// Reads the first entry; nil if it does not say it for this log.
    init?(of log: StoredLog, _ size: Int64) {
        var first: [UInt8] = []
        guard size > 0, (try? log.readEntries(to: 1, of: size) { first = Array($1) }) != nil,
            let entry = try? JSONParser.parse(first, limits: .init(bytes: EntryBundle.mostEntryBytes)),
            let origin = LogOrigin(begunBy: entry), entry["origin"]?.text == log.origin
        else { return nil }
        (from, message) = (origin.from, entry["message"]?.text ?? "")
    }
}
