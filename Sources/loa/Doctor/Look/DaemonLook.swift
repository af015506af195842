import Glibc
import StationHost
import StationTrust

/// What the daemon says when it is asked, all at once over one connection.
struct DaemonLook: Sendable {
    /// So long each answer is waited for, in seconds; the look as a whole is given up sooner.
    private static let patience: Int64 = 1

    var answer: DaemonFacts.Answer
    var mute: JSON?
    /// Which configuration file it goes by, and when that was changed.
    var file: (path: String, modified: Int64)?
    /// Its process; nil where the kernel does not say.
    var process: Int32?

    /// A look that came to no end.
    static let silent = DaemonLook(answer: .silent)

    private init(answer: DaemonFacts.Answer) { self.answer = answer }

    /// Asks at a socket.
    init(_ socket: String) {
        self.init(answer: .absent)
        do throws(SystemError) {
            let client = try ControlClient(socket)
            process = client.process
            guard let status = try Self.ask(client, ["verb": "status"]) else {
                answer = .refused
                return
            }
            answer = .status(status)
            mute = try Self.ask(client, ["verb": "mute"])
            // An older daemon does not know the question.
            let file = try Self.ask(client, ["verb": "configuration"])
            if let path = file?["file"]?.text, let modified = file?["modified"]?.integer {
                self.file = (path, modified)
            }
        } catch {
            guard case .absent = answer else { return }
            switch error.code {
            case EACCES, EPERM: answer = .refused
            case ETIMEDOUT: answer = .silent
            default: break
            }
        }
    }

    /// The answer to a question; nil where it is refused.
    private static func ask(_ client: ControlClient, _ question: JSON) throws(SystemError) -> JSON? {
        try client.ask(question)
        var last: JSON?
        while true {
            switch try client.line(atMost: patience) {
            case .answer(let json, _): last = json
            case .end(let code): return code == 0 ? last : nil
            }
        }
    }
}
