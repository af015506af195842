import Glibc
import StationCore
import StationHost
import StationTrust

/// Puts one question to the daemon and prints what it answers.
struct Ask {
    /// How long the daemon may take, in seconds; a large file is hashed before the answer.
    private static let patience: Int64 = 30

    let invocation: Invocation
    let socket: String

    /// Asks, and prints the answer.
    func run(_ request: Request) -> ExitCode {
        let question: JSON
        let file: Int32
        do throws(SystemError) {
            (question, file) = try Self.question(request)
        } catch {
            Terminal.complain("loa: \(error)\n")
            return .usage
        }
        do throws(SystemError) {
            let client = try ControlClient(socket)
            try client.ask(question, file: file)
            return try receive(client, request)
        } catch {
            if error.code == EACCES || error.code == EPERM {
                Terminal.complain(ReplyText(invocation.language).refused(.notPermitted, .null))
                return .notPermitted
            }
            Terminal.complain(ReplyText(invocation.language).unreachable(socket))
            return .unreachable
        }
    }

    private func receive(_ client: ControlClient, _ request: Request) throws(SystemError) -> ExitCode {
        let follows = if case .log(_, _, true) = request { true } else { false }
        var last = JSON.null
        var refusal: JSON?
        while true {
            switch try client.line(atMost: follows ? nil : Self.patience) {
            case .answer(let json, let line):
                last = json
                refusal = json["error"] == nil ? nil : json
                if invocation.isJSON {
                    Terminal.print(String(decoding: line, as: UTF8.self) + "\n")
                } else if refusal == nil {
                    Terminal.print(ReplyText(invocation.language).done(request.verb, json))
                }
            case .end(let number):
                let code = ExitCode(rawValue: number) ?? .unreachable
                if code != .fine, !invocation.isJSON {
                    Terminal.complain(ReplyText(invocation.language).refused(code, refusal ?? last))
                }
                return code == .fine && request == .status ? ExitCode(status: last) : code
            }
        }
    }

    private static let noFile: Int32 = -1

    /// The question in the words of the protocol, and the descriptor that goes with it, open until this process ends.
    private static func question(_ request: Request) throws(SystemError) -> (JSON, Int32) {
        let verb = JSON.Member("verb", .string(request.verb.rawValue))
        switch request {
        case .status, .stop, .unmute, .test, .demo: return (.object([verb]), noFile)
        case .next(let days): return (.object([verb, .init("days", .integer(Int64(days)))]), noFile)
        case .log(let since, let until, let follow):
            let bounds = [("since", since), ("until", until)].compactMap { name, text in
                text.map { JSON.Member(name, .string($0)) }
            }
            return (.object([verb] + bounds + [.init("follow", .bool(follow))]), noFile)
        case .why(let about): return (.object([verb, .init("about", .string(about))]), noFile)
        case .play(let what): return try play(verb, what)
        case .mute(let duration, let reason):
            let seconds = JSON.integer(duration.nanoseconds / 1_000_000_000)
            return (.object([verb, .init("seconds", seconds), .init("reason", .string(reason))]), noFile)
        case .volume(let level):
            return (.object([verb] + (level.map { [.init("decibels", .decimal($0))] } ?? [])), noFile)
        }
    }

    /// A file where there is one of that name, else a programme; what has a `/` in it can only be a file.
    private static func play(_ verb: JSON.Member, _ what: String) throws(SystemError) -> (JSON, Int32) {
        do throws(SystemError) {
            let file = try Descriptor.open(what, O_RDONLY)
            let name = what.split(separator: "/").last.map(String.init) ?? what
            return (.object([verb, .init("name", .string(name))]), file.release())
        } catch  where error.code == ENOENT && !what.contains("/") {
            return (.object([verb, .init("programme", .string(what))]), noFile)
        }
    }
}

/// Where answers go: whole texts at once, so that nothing is lost in a buffer when the command ends.
enum Terminal {
    /// Prints to standard output.
    static func print(_ text: String) { write(text, STDOUT_FILENO) }

    /// Prints to standard error.
    static func complain(_ text: String) { write(text, STDERR_FILENO) }

    private static func write(_ text: String, _ descriptor: Int32) {
        var text = text
        text.withUTF8 { bytes in
            // Nobody to tell when not even this can be written.
            try? writeAll(descriptor, UnsafeRawBufferPointer(bytes), "the answer")
        }
    }
}
