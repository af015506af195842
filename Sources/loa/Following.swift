import Glibc
import StationHost
import StationTrust
import TerminalText

/// Follows `loa sync` and `loa import` until all is asked and everything is there.
struct Following {
    /// The daemon is asked so often, in microseconds.
    private static let interval: useconds_t = 200_000
    /// The daemon may take so long for an answer, in seconds.
    private static let patience: Int64 = 30

    private let language: Language
    private let question: JSON
    private let file: Int32
    private let bar = ProgressBar()
    /// What was missing when it began, in bytes; more may turn out to be.
    private var total: Int64 = 0

    /// Follows what a question begins.
    ///
    /// - Parameters:
    ///   - language: of the progress.
    ///   - question: the first one; with `follow` it asks how far that is.
    ///   - file: a descriptor that goes with it; -1 for none.
    init(_ language: Language, _ question: JSON, file: Int32 = -1) {
        (self.language, self.question, self.file) = (language, question, file)
    }

    /// Asks again until it is over.
    ///
    /// - Returns: the last answer as it came, and how the command ends.
    mutating func run(_ client: ControlClient) throws(SystemError) -> (JSON, [UInt8], ExitCode) {
        try client.ask(question, file: file)
        let next: JSON = ["verb": question["verb"] ?? .null, "follow": true]
        while true {
            let (answer, line, code) = try Self.answer(client)
            guard code == .fine || code == .no, answer["done"]?.bool == false else {
                bar.clear()
                return (answer, line, code)
            }
            show(answer)
            usleep(Self.interval)
            try client.ask(next)
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
