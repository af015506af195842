import StationCore
import StationHost
import StationTrust

/// How many bytes bulk transfers may still bring this month; what they brought is kept in `STATE/usage.json`.
///
/// Fetch thread.
struct BulkBudget {
    /// A crash may forget this part of the budget, and so many bytes at the most: each count waits for the disk.
    static let piecePart: Int64 = 128
    static let mostPieceBytes: Int64 = 32 << 20
    private static let mostFileBytes = 4096

    private(set) var usage: BulkUsage
    private let limit: Int64
    private let path: String
    private let calls: DiskCalls
    private var written: BulkUsage

    /// Reads what was kept; a file that says nothing is that of a month without use.
    init(bytesPerMonth: Int64, state: String, calls: DiskCalls = .kernel) {
        (limit, path, self.calls) = (bytesPerMonth, state + "/usage.json", calls)
        let json = (try? readFile(path, limit: Self.mostFileBytes)).flatMap {
            try? JSONParser.parse($0, limits: .init(bytes: Self.mostFileBytes))
        }
        usage = BulkUsage(
            month: json?["month"]?.text ?? "", bytes: min(max(0, json?["bytes"]?.integer ?? 0), .max / 2))
        written = usage
    }

    /// Whether nothing is left.
    var isExhausted: Bool { usage.bytes >= limit }

    private var pieceBytes: Int64 { min(limit / Self.piecePart, Self.mostPieceBytes) }

    /// Counts what has come.
    ///
    /// - Returns: whether the count was written, because it has grown by a piece or the budget ends here.
    mutating func count(_ bytes: Int64) -> Bool {
        guard bytes > 0 else { return false }
        let wasExhausted = isExhausted
        usage.bytes += bytes
        guard usage.bytes - written.bytes >= pieceBytes || isExhausted != wasExhausted else {
            return false
        }
        write()
        return true
    }

    /// Goes on to the month of a time that is believed, in seconds since 1970; a new month begins with nothing used.
    ///
    /// - Returns: whether it is another month.
    mutating func turn(to time: Int64) -> Bool {
        let month = String(UTCTime.text(time).prefix(7))
        guard month != usage.month else { return false }
        usage = BulkUsage(month: month, bytes: 0)
        write()
        return true
    }

    /// Writes the count down, as far as the disk takes it.
    mutating func write() {
        guard written != usage else { return }
        let json: JSON = ["month": .string(usage.month), "bytes": .integer(usage.bytes)]
        do throws(SystemError) {
            try DurableFile.replace(path, with: json.bytes, calls)
            written = usage
        } catch {
            // Content cannot be written either, and that is told.
        }
    }
}
