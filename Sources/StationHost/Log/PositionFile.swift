import StationCore
import StationTrust

/// The record of where the running slot is, `STATE/position.json`.
///
/// Disk thread only, but for the read at the start.
struct PositionFile: Sendable {
    private static let mostBytes = 1 << 20

    private let path: String
    private let calls: DiskCalls

    init(state: String, calls: DiskCalls) {
        path = state + "/position.json"
        self.calls = calls
    }

    /// The record that an earlier run left; nil when there is none, or none that can be read.
    func read() -> PositionRecord? {
        guard let bytes = try? readFile(path, limit: Self.mostBytes),
            let json = try? JSONParser.parse(bytes, limits: .init(bytes: Self.mostBytes))
        else { return nil }
        return PositionRecord(json: json)
    }

    func replace(_ record: PositionRecord) throws(SystemError) {
        try DurableFile.replace(path, with: record.json.bytes, calls)
    }
}
