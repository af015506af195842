import Glibc
import StationHost
import StationTrust
import TerminalText

/// `loa export`: is the store that the daemon gives its log to, in a folder.
///
/// The daemon signs and decides what comes next (`LogExport`); here files are read and written.
struct Export {
    /// The daemon may take so long for a question, in seconds: it makes the tree of a million lines first.
    private static let patience: Int64 = 600
    /// What the log holds of entries in a file.
    private static let entriesOfAFile = Int64(Tile.fullWidth)

    let language: Language
    private let path: String
    private var folder: StoreFolder?
    private var entries: Int64 = 0
    private var written: Int64 = 0
    private let bar = ProgressBar()

    /// Writes below a folder that is there.
    init(_ language: Language, to path: String) { (self.language, self.path) = (language, path) }

    /// Asks for the log, and takes it.
    ///
    /// - Returns: the answer as it came, and how the command ends.
    mutating func run(_ client: ControlClient) throws(SystemError) -> (JSON, [UInt8], ExitCode) {
        try client.ask(["verb": "export"])
        var last: (JSON, [UInt8]) = (.null, [])
        while true {
            switch try client.line(atMost: Self.patience) {
            case .answer(let json, let line):
                if let answer = carryOut(json) { try client.ask(answer) } else { last = (json, line) }
            case .end(let number):
                bar.clear()
                let code = ExitCode(rawValue: number) ?? .unreachable
                if let why = settle() { return (["error": .string(why)], [], .no) }
                return (last.0, last.1, code)
            }
        }
    }

    /// Does what the daemon asks of its store.
    ///
    /// - Returns: what to answer; nil to what is no question.
    private mutating func carryOut(_ question: JSON) -> JSON? {
        do {
            if let station = question["station"]?.text, let entries = question["entries"]?.integer {
                folder = try StoreFolder(path, station: station)
                self.entries = entries
                return nil
            }
            if let name = question["get"]?.text {
                guard let bytes = try folder?.read(name) else { return ["missing": true] }
                return ["bytes": .string(Base64.text(bytes))]
            }
            guard let name = question["put"]?.text, let folder,
                let bytes = question["bytes"]?.text.flatMap({ Base64.bytes($0.utf8) })
            else { return nil }
            try folder.write(bytes, as: name)
            show(name)
            return ["put": true]
        } catch { return ["error": .string("\(error)")] }
    }

    private mutating func show(_ name: String) {
        guard name.contains("tile/entries/") else { return }
        written += Self.entriesOfAFile
        bar.show(Catalogue.exporting(entries)[language], min(written, entries), of: entries)
    }

    /// Brings everything to the medium, so that it may be pulled out.
    ///
    /// - Returns: why that failed; nil where it is there.
    private func settle() -> String? {
        do throws(SystemError) {
            try folder?.settle()
            return nil
        } catch { return "\(error)" }
    }
}
