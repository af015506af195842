import Glibc
import StationHost
import StationTrust
import TerminalText

/// Follows `loa sync` until every upstream has answered and everything is there.
struct Following {
    /// The daemon is asked so often, in microseconds.
    private static let interval: useconds_t = 200_000
    /// The daemon may take so long for an answer, in seconds.
    private static let patience: Int64 = 30

    let language: Language
    private let bar = ProgressBar()
    /// What was missing when it began, in bytes; more may turn out to be.
    private var total: Int64 = 0

    init(_ language: Language) { self.language = language }

    /// Asks again until it is over.
    ///
    /// - Returns: the last answer as it came, and how the command ends.
    mutating func run(_ client: ControlClient) throws(SystemError) -> (JSON, [UInt8], ExitCode) {
        var question: JSON = ["verb": "sync"]
        while true {
            try client.ask(question)
            let (answer, line, code) = try Self.answer(client)
            guard code == .fine || code == .no, answer["done"]?.bool == false else {
                bar.clear()
                return (answer, line, code)
            }
            show(answer)
            usleep(Self.interval)
            question = ["verb": "sync", "follow": true]
        }
    }

    private static func answer(_ client: ControlClient) throws(SystemError) -> (JSON, [UInt8], ExitCode) {
        var last: (JSON, [UInt8]) = (.null, [])
        while true {
            switch try client.line(atMost: patience) {
            case .answer(let json, let line): last = (json, Array(line))
            case .end(let number): return (last.0, last.1, ExitCode(rawValue: number) ?? .unreachable)
            }
        }
    }

    private mutating func show(_ answer: JSON) {
        let missing = answer["missing"]?["bytes"]?.integer ?? 0
        total = max(total, missing)
        let files = answer["missing"]?["files"]?.integer ?? 0
        let size = Format(language: language).bytes(missing)
        let label = files == 0 ? Catalogue.asking : Catalogue.stillToCome(files, size)
        bar.show(label[language], total - missing, of: max(1, total))
    }
}
