import Glibc
import StationCore
import StationHost
import StationTrust
import TerminalText

/// Puts one question to the daemon and prints what it answers.
struct Ask {
    /// How long the daemon may take, in seconds.
    private static let patience: Int64 = 30
    /// A file is hashed and decoded to its end before the answer.
    private static let patienceWithFiles: Int64 = 360

    let invocation: Invocation
    let socket: String
    private let texts: ReplyText

    /// Asks by that line, at that socket.
    init(invocation: Invocation, socket: String) {
        (self.invocation, self.socket) = (invocation, socket)
        texts = ReplyText(invocation.language, paint: .output)
    }

    /// Asks, and prints the answer.
    func run(_ request: Request) -> ExitCode {
        let question: JSON
        let file: Int32
        do throws(FileError) { (question, file) = try Self.question(request) } catch {
            return fail(.usage, error.message)
        }
        do throws(SystemError) {
            let client = try ControlClient(socket)
            switch request {
            case .sync, .importRepository: return try follow(question, file, request, client)
            case .exportLog(let path):
                var export = Export(invocation.language, to: path)
                return show(try export.run(client), request)
            default: break
            }
            try client.ask(question, file: file)
            let code = try receive(client, request)
            if request == .status, !invocation.isJSON { tellMute(client) }
            return code
        } catch {
            switch error.code {
            case EACCES, EPERM:
                guard !invocation.isJSON else { return fail(.notPermitted, Phrase(same: "\(error)")) }
                Terminal.complain(texts.notPermitted(request))
                return .notPermitted
            case ETIMEDOUT: return fail(.unreachable, Catalogue.noAnswer)
            case ECONNRESET where request.isEndless: return fail(.unreachable, Catalogue.daemonEnded)
            default: return fail(.unreachable, Catalogue.unreachable(socket))
            }
        }
    }

    private func follow(
        _ question: JSON, _ file: Int32, _ request: Request, _ client: ControlClient
    ) throws(SystemError) -> ExitCode {
        var following = Following(invocation.language, question, file: file)
        return show(try following.run(client), request)
    }

    /// Prints how it ended.
    private func show(_ end: (JSON, [UInt8], ExitCode), _ request: Request) -> ExitCode {
        let (answer, line, code) = end
        if invocation.isJSON {
            Terminal.print(String(decoding: line.isEmpty ? answer.bytes : line, as: UTF8.self) + "\n")
        } else if answer["error"] != nil {
            Terminal.complain(texts.refused(code, answer, request))
        } else {
            Terminal.print(texts.done(request.verb, answer))
            if code != .fine, let advice = texts.advice(request) { Terminal.complain(advice) }
        }
        return code
    }

    /// Says what went wrong before the daemon could answer: as JSON where that is wanted, else to a person.
    private func fail(_ code: ExitCode, _ message: Phrase) -> ExitCode {
        if invocation.isJSON {
            Terminal.print(ReplyText.json(error: message))
        } else {
            Terminal.complain(TextWidth.printed(["loa: \(message[invocation.language])"]))
        }
        return code
    }

    private func receive(_ client: ControlClient, _ request: Request) throws(SystemError) -> ExitCode {
        var last = JSON.null
        var refusal: JSON?
        // Nobody follows a log that is written nowhere.
        while Terminal.isWhole {
            switch try client.line(atMost: Self.patience(request)) {
            case .answer(let json, let line):
                if !invocation.isJSON, let gap = texts.gap(from: last, to: json) { Terminal.print(gap) }
                last = json
                refusal = json["error"] == nil ? nil : json
                if invocation.isJSON {
                    Terminal.print(String(decoding: line, as: UTF8.self) + "\n")
                } else if refusal == nil {
                    Terminal.print(text(request, json))
                }
                if !invocation.isJSON, json["recorded"]?.bool == false { Terminal.complain(texts.unrecorded) }
            case .end(let number):
                let code = ExitCode(rawValue: number) ?? .unreachable
                // What `verify` found is its answer.
                if code != .fine, !invocation.isJSON, request.verb != .verify || refusal != nil {
                    Terminal.complain(texts.refused(code, refusal ?? last, request))
                }
                return code == .fine ? ExitCode(request, answer: last) : code
            }
        }
        return .unwritten
    }

    private func text(_ request: Request, _ answer: JSON) -> String {
        switch request {
        case .idle(let duration): return texts.idleness(Idleness(answer, for: duration))
        case .next(let days, let layout):
            let columns = Terminal.columns
            let isWide = columns.map { $0 >= WeekGrid.leastColumns } ?? false
            guard layout == .grid || layout == .fitting && isWide else {
                return texts.list(answer, columns: columns)
            }
            return texts.grid(
                answer, columns: columns ?? WeekGrid.leastColumns, now: Clocks.read().wall, days: days)
        default: break
        }
        return texts.done(request.verb, answer)
    }

    /// How long to wait for a line, in seconds; nil for ever.
    private static func patience(_ request: Request) -> Int64? {
        switch request {
        case .log(_, _, true): nil
        case .play, .test, .verify: patienceWithFiles
        default: patience
        }
    }

    /// Says that the station is muted: `status` has no member for it, and a fault takes the state's place.
    private func tellMute(_ client: ControlClient) {
        guard (try? client.ask(["verb": "mute"])) != nil,
            case .answer(let mute, _)? = try? client.line(atMost: Self.patience)
        else { return }
        if let text = texts.mute(mute) { Terminal.print(text) }
    }

    private static let noFile: Int32 = -1

    /// The question in the words of the protocol, and the descriptor that goes with it, open until this process ends.
    private static func question(_ request: Request) throws(FileError) -> (JSON, Int32) {
        let verb = JSON.Member("verb", .string(request.verb.rawValue))
        switch request {
        case .status, .idle, .sync, .stop, .unmute, .test, .doctor, .simulate, .demo:
            return (.object([verb]), noFile)
        case .next(let days, _): return (.object([verb, .init("days", .integer(Int64(days)))]), noFile)
        case .log(let since, let until, let follow):
            let bounds = [("since", since), ("until", until)].compactMap { name, text in
                text.map { JSON.Member(name, .string($0)) }
            }
            return (.object([verb] + bounds + [.init("follow", .bool(follow))]), noFile)
        case .why(let about): return (.object([verb, .init("about", .string(about))]), noFile)
        case .verify(let head):
            let text = try head.map(note).map { [JSON.Member("head", .string($0))] } ?? []
            return (.object([verb] + text), noFile)
        case .play(let what): return try play(verb, what)
        case .importRepository(let path, let upstream):
            let name = upstream.map { [JSON.Member("upstream", .string($0))] } ?? []
            return (.object([verb] + name), try repository(path).release())
        case .exportLog(let path):
            guard isFolder(path) else { throw FileError(message: Catalogue.noSuchFolder(path)) }
            return (.object([verb]), noFile)
        case .mute(let duration, let reason):
            let seconds = JSON.integer(duration.nanoseconds / 1_000_000_000)
            return (.object([verb, .init("seconds", seconds), .init("reason", .string(reason))]), noFile)
        case .volume(let level):
            return (.object([verb] + (level.map { [.init("decibels", .decimal($0))] } ?? [])), noFile)
        }
    }

    /// The text of a signed note: what was typed, or what the file of that name holds.
    private static func note(_ typed: String) throws(FileError) -> String {
        guard !typed.contains("\n") else { return typed }
        do throws(SystemError) {
            return String(decoding: try readFile(typed, limit: SignedNote.mostBytes), as: UTF8.self)
        } catch { throw FileError(path: typed, problem: error) }
    }

    /// A file where there is one of that name, else a programme; what has a `/` in it can only be a file.
    private static func play(_ verb: JSON.Member, _ what: String) throws(FileError) -> (JSON, Int32) {
        let file: Descriptor
        do throws(SystemError) { file = try open(what) } catch {
            guard error.code == ENOENT, !what.contains("/") else {
                throw FileError(path: what, problem: error)
            }
            return (.object([verb, .init("programme", .string(what))]), noFile)
        }
        let name = what.split(separator: "/").last.map(String.init) ?? what
        return (.object([verb, .init("name", .string(name))]), file.release())
    }

    /// The folder of a repository.
    private static func repository(_ path: String) throws(FileError) -> Descriptor {
        guard isFolder(path) else { throw FileError(message: Catalogue.noSuchFolder(path)) }
        let folder = path.hasSuffix("/") ? path : path + "/"
        guard isFolder(folder + "metadata") else {
            let near = ((try? namesInDirectory(folder)) ?? []).sorted().map { folder + $0 } + [folder + ".."]
            let meant = near.first { isFolder($0 + "/metadata") }
            throw FileError(message: Catalogue.noRepository(path, meant))
        }
        do throws(SystemError) { return try Descriptor.open(path, O_RDONLY | O_DIRECTORY) } catch {
            throw FileError(path: path, problem: error)
        }
    }

    private static func isFolder(_ path: String) -> Bool {
        var information = stat()
        return stat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFDIR
    }

    private static func open(_ path: String) throws(SystemError) -> Descriptor {
        // Looked at before it is opened: to open a pipe waits for its other end, and a device may act on it.
        try requireRegular(path) { stat(path, &$0) }
        let file = try Descriptor.open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY)
        try requireRegular(path) { fstat(file.number, &$0) }
        return file
    }

    /// Throws `EINVAL` for what is no regular file.
    private static func requireRegular(
        _ path: String, _ look: (inout stat) -> Int32
    ) throws(SystemError) {
        var information = stat()
        _ = try system("open \(path)") { look(&information) }
        guard information.st_mode & S_IFMT == S_IFREG else { throw SystemError(call: path, code: EINVAL) }
    }
}

extension Request {
    /// Whether its answer has no end while the daemon runs.
    fileprivate var isEndless: Bool {
        if case .log(_, _, follow: true) = self { true } else { false }
    }
}

/// Why a file was not handed over.
private struct FileError: Error {
    let message: Phrase

    init(message: Phrase) { self.message = message }

    init(path: String, problem: SystemError) {
        message =
            problem.code == EINVAL ? Catalogue.notRegular(path) : Phrasebook.translated("\(problem)")
    }
}
