import CLinux
import Glibc
package import StationCore
import StationTrust

/// The control socket: a Unix stream socket, on which a client asks in lines of JSON.
///
/// Loop thread.
///
/// A request is one line, one object:
///
///     {"verb":"status"}                               {"verb":"stop"}   {"verb":"unmute"}   {"verb":"test"}
///     {"verb":"next","days":7}                        {"verb":"mute","seconds":3600,"reason":"a funeral"}
///     {"verb":"mute"}: until when, and why
///     {"verb":"log","since":T,"until":T,"follow":B}   {"verb":"volume","decibels":-6}
///     {"verb":"why","about":SLOT or T}                {"verb":"play","programme":UID}
///     {"verb":"play","name":N}                        with the descriptor of a regular file (SCM_RIGHTS)
///     {"verb":"import","upstream":NAME}               with the descriptor of a repository's folder; or "follow":true
///     {"verb":"export"}: asks back, see `LogExport`
///     {"verb":"configuration"}: its file, and when that was changed last, in nanoseconds since 1970
///
/// T is a time as `Moment` reads it; `since`, `until`, `follow`, `days` and `decibels` may be left out. The answer is
/// lines of JSON, the last of them `{"end":CODE}`, CODE being the exit code of `loa`; before it stands one line with
/// the answer, for `log` one line an entry, exactly as it stands in the log, and where the code is not 0
/// `{"error":TEXT}`, with `"reason"` where the guard refused. After its end the next line is read; but `log` is
/// answered by a thread of its own, and the connection ends with it.
package final class ControlServer {
    /// The bounds of the control socket.
    package enum Limits {
        /// The longest request, in bytes.
        package static let lineBytes = 64 << 10
        /// So many connections at once; who was idle longest makes room for a new one.
        package static let connections = 64
        /// So many connections are accepted in one wake, so that each is heard before it must make room.
        static let acceptsPerWake = 16
        /// So many bytes are read of a connection in one wake.
        static let pieceBytes = 16 << 10
        /// A connection that asks nothing, or does not take its answer, is closed after so long.
        static let idle = Duration.seconds(60)
        /// A line that was begun must end within so long.
        static let halfLine = Duration.seconds(10)
        /// So many logs are read at once.
        package static let streams = 8
        /// So many files are hashed, and so many questions about the log answered at once.
        static let workers = 4
        /// After accept failed for want of descriptors nobody is accepted for so long.
        static let acceptPause = Duration.seconds(1)
    }

    /// What the loop has to answer.
    package enum Ask {
        case command(CommandID, Command, Person)
        case why(CommandID, String)
        case verify(CommandID, head: String?)
    }

    private let listener: Descriptor
    private let access: Access
    private let handed: HandedFiles
    private let log: LogPlace
    private let bell: LogBell
    private let streams = WorkerCount(limit: Limits.streams)
    private let workers = WorkerCount(limit: Limits.workers)
    /// What workers found, for the loop.
    let results: Mailbox<WorkerResult>

    private var connections: [Connection] = []
    private var lastCommand: UInt64 = 0
    private var acceptAgainAt: MonotonicInstant?
    /// The files of commands that the station has not answered yet.
    private var tokens: [CommandID: UInt64] = [:]
    /// In which zone times are meant that name none.
    var zone: ZoneFile
    /// The file of the configuration that the daemon goes by.
    var configurationFile: ConfigurationFile?

    /// Serves a listening socket.
    init(
        listener: consuming Descriptor, access: Access, handed: HandedFiles, log: LogPlace, bell: LogBell,
        zone: ZoneFile
    ) throws(SystemError) {
        self.listener = listener
        self.access = access
        self.handed = handed
        self.log = log
        self.bell = bell
        self.zone = zone
        results = try Mailbox()
    }

    /// The last line of an answer.
    static func endLine(_ code: Reply.Code) -> [UInt8] { Array("{\"end\":\(code.rawValue)}\n".utf8) }

    // MARK: Loop

    /// Adds what is to be polled: the listener, the workers' mailbox, and a descriptor a connection.
    func poll(into wanted: inout [pollfd]) {
        let isAccepting = acceptAgainAt == nil
        wanted.append(pollfd(fd: isAccepting ? listener.number : -1, events: Int16(POLLIN), revents: 0))
        wanted.append(pollfd(fd: results.descriptor, events: Int16(POLLIN), revents: 0))
        for connection in connections {
            wanted.append(pollfd(fd: connection.number, events: connection.events, revents: 0))
        }
    }

    /// When the server wants to look at its time-outs.
    var deadline: MonotonicInstant {
        // What was asked while an answer was under way waits in our memory, of which poll tells nothing.
        if connections.contains(where: \.canRead) { return MonotonicInstant(nanoseconds: .min) }
        return min(connections.map(\.deadline).min() ?? .distantFuture, acceptAgainAt ?? .distantFuture)
    }

    /// Does what the polled descriptors ask for.
    ///
    /// - Parameters:
    ///   - ready: what `poll` added, with what the kernel found.
    ///   - now: the reading of the clocks of this wake.
    /// - Returns: what the loop has to answer.
    func serve(_ ready: ArraySlice<pollfd>, now: Now) -> [Ask] {
        var asks: [Ask] = []
        let found = Array(ready)
        guard found.count == connections.count + 2 else { return [] }
        let old = connections
        for (connection, descriptor) in zip(old, found.dropFirst(2)) where descriptor.revents != 0 {
            serve(connection, Int32(descriptor.revents), now, &asks)
        }
        if found[1].revents != 0 { for result in results.take() { take(result, now, &asks) } }
        for connection in connections where connection.canRead { readLines(connection, now, &asks) }
        if let pause = acceptAgainAt, pause <= now.monotonic { acceptAgainAt = nil }
        if found[0].revents != 0 { accept(now) }
        for connection in connections where connection.deadline <= now.monotonic { remove(connection) }
        return asks
    }

    private func serve(_ connection: Connection, _ events: Int32, _ now: Now, _ asks: inout [Ask]) {
        if events & (POLLERR | POLLNVAL) != 0 { return remove(connection) }
        if events & POLLOUT != 0 {
            guard connection.flush() else { return remove(connection) }
            connection.deadline = now.monotonic + Limits.idle
        }
        if events & POLLIN != 0 {
            if case .end = connection.receive() { return remove(connection) }
        } else if events & POLLHUP != 0 {
            return remove(connection)
        }
        readLines(connection, now, &asks)
    }

    /// Answers the lines that have come, one after the other.
    private func readLines(_ connection: Connection, _ now: Now, _ asks: inout [Ask]) {
        while connection.canRead {
            guard let line = connection.takeLine() else { break }
            connection.idleSince = now.monotonic
            if line.count > Limits.lineBytes {
                refuse(connection, .usage, "a request has at most \(Limits.lineBytes) bytes")
            } else {
                understand(line, connection, now, &asks)
            }
            connection.deadline = now.monotonic + Limits.idle
            guard connection.flush() else { return remove(connection) }
        }
        if connection.isLineTooLong, connection.underWay == nil {
            refuse(connection, .usage, "a request has at most \(Limits.lineBytes) bytes")
        } else if connection.hasHalfLine, connection.underWay == nil {
            connection.deadline = min(connection.deadline, now.monotonic + Limits.halfLine)
        }
        if connection.isClosing, !connection.flush() || connection.isFlushed { remove(connection) }
    }

    private func accept(_ now: Now) {
        for _ in 0..<Limits.acceptsPerWake {
            let number = CLinux_accept(listener.number)
            if number < 0 {
                if number == -EMFILE || number == -ENFILE || number == -ENOMEM || number == -ENOBUFS {
                    acceptAgainAt = now.monotonic + Limits.acceptPause
                }
                return
            }
            if connections.count >= Limits.connections, !makeRoom() {
                _ = Descriptor(owning: number)
                continue
            }
            let person = access.person(at: number)
            let connection = Connection(Descriptor(owning: number), person: person, now: now.monotonic)
            connections.append(connection)
            if person == nil {
                refuse(connection, .notPermitted, "only root and the group \(Access.readers) may ask")
                if !connection.flush() || connection.isFlushed { remove(connection) }
            }
        }
    }

    /// Closes the connection that has been idle longest; a person who comes to stop the sound must get in (I12).
    private func makeRoom() -> Bool {
        let idle = connections.filter { $0.underWay == nil }
        guard let oldest = idle.min(by: { $0.idleSince < $1.idleSince }) else { return false }
        remove(oldest)
        return true
    }

    private func remove(_ connection: Connection) { connections.removeAll { $0 === connection } }

    // MARK: Requests

    private func refuse(_ connection: Connection, _ code: Reply.Code, _ message: String) {
        connection.answer(code, ["error": .string(message)])
        connection.closeWhenFlushed()
    }

    private func understand(_ line: [UInt8], _ connection: Connection, _ now: Now, _ asks: inout [Ask]) {
        guard let person = connection.person else { return }
        let passed = connection.takePassed()
        let request: Request
        do {
            request = try Request.parse(line)
        } catch { return connection.answer(.usage, ["error": .string(error.message)]) }
        guard person.mayAct || !request.isActing else {
            return connection.answer(
                .notPermitted, ["error": .string("only root and the group \(Access.operators) may do that")])
        }
        switch request {
        case .command(let command): asks.append(.command(begin(connection), command, person))
        case .why(let about): asks.append(.why(begin(connection), about))
        case .verify(let head): asks.append(.verify(begin(connection), head: head))
        case .configuration: connection.answer(.fine, configurationFile?.json ?? .object([]))
        case .importFolder(let upstream): takeFolder(passed, upstream, connection, person, &asks)
        case .playFile(let name): hash(passed, name, connection, person)
        case .log(let since, let until, let follow):
            stream(since: since, until: until, follow: follow, connection, now)
        }
    }

    private func begin(_ connection: Connection) -> CommandID {
        lastCommand += 1
        let id = CommandID(lastCommand)
        connection.underWay = id
        // How long an answer takes is the station's affair; the other end's going is told by the kernel.
        connection.deadline = .distantFuture
        return id
    }

    /// Answers a command; nothing happens when who asked has gone.
    func answer(_ id: CommandID, _ reply: Reply, now: Now) {
        if let token = tokens.removeValue(forKey: id), reply.code != .fine { _ = handed.take(token) }
        guard let connection = connections.first(where: { $0.underWay == id }) else { return }
        connection.underWay = nil
        connection.deadline = now.monotonic + Limits.idle
        connection.idleSince = now.monotonic
        connection.answer(reply.code, reply.body)
        if !connection.flush() { remove(connection) }
    }

    // MARK: Workers

    /// What a worker found.
    enum WorkerResult: Sendable {
        case hashed(CommandID, SharedDescriptor, name: String, Person, Result<Digest, SystemError>)
        case answered(CommandID, Reply)
    }

    private func take(_ result: WorkerResult, _ now: Now, _ asks: inout [Ask]) {
        switch result {
        case .answered(let id, let reply): answer(id, reply, now: now)
        case .hashed(let id, let file, let name, let person, .success(let digest)):
            guard connections.contains(where: { $0.underWay == id }) else { return }
            // A descriptor of its own: this one is closed with the connection's.
            guard let copy = try? system("dup", { fcntl(file.number, F_DUPFD_CLOEXEC, 0) }) else {
                answer(id, Reply(.refused, ["error": "the daemon has too many files open"]), now: now)
                return
            }
            let token = handed.put(Descriptor(owning: copy))
            tokens[id] = token
            asks.append(.command(id, .playFile(token: token, name: name, sha256: digest), person))
        case .hashed(let id, _, _, _, .failure(let error)):
            answer(id, Reply(.refused, ["error": .string("the file cannot be read: \(error)")]), now: now)
        }
    }

    private func hash(
        _ file: SharedDescriptor?, _ name: String, _ connection: Connection, _ person: Person
    ) {
        guard let file else {
            return connection.answer(.usage, ["error": "no file came with the request"])
        }
        if let problem = HandedFiles.problem(of: file.number) {
            return connection.answer(.usage, ["error": .string(problem)])
        }
        let id = begin(connection)
        let isStarted = workers.start("hash") { [results] in
            let digest = Result { () throws(SystemError) in
                try ContentFile.hash(file.number, name, limit: HandedFiles.mostBytes)
            }
            results.put(.hashed(id, file, name: name, person, digest))
        }
        if !isStarted { answerBusy(connection) }
    }

    private func takeFolder(
        _ folder: SharedDescriptor?, _ upstream: String?, _ connection: Connection, _ person: Person,
        _ asks: inout [Ask]
    ) {
        guard let folder, HandedFiles.isFolder(folder.number) else {
            return connection.answer(.usage, ["error": "no folder came with the request"])
        }
        guard let copy = try? system("dup", { fcntl(folder.number, F_DUPFD_CLOEXEC, 0) }) else {
            return connection.answer(.unavailable, ["error": "the daemon has too many files open"])
        }
        let (id, token) = (begin(connection), handed.put(Descriptor(owning: copy)))
        tokens[id] = token
        asks.append(.command(id, .importRepository(token: token, upstream: upstream), person))
    }

    private func answerBusy(_ connection: Connection) {
        connection.underWay = nil
        connection.answer(.unavailable, ["error": "too many such questions at once; ask again"])
    }

    /// Answers, on a worker, why something sounded as it did.
    ///
    /// - Parameters:
    ///   - id: the command.
    ///   - why: the question, and what the station knows of it.
    ///   - now: the wake's reading of the clocks.
    func explain(_ id: CommandID, _ why: Why, now: Now) {
        let isStarted = workers.start("why") { [results, log] in
            results.put(.answered(id, log.explain(why)))
        }
        if !isStarted {
            answer(id, Reply(.unavailable, ["error": "too many such questions at once"]), now: now)
        }
    }

    /// Answers, on a worker, whether the log is what the station holds it to be.
    func check(_ id: CommandID, _ held: JournalCheck.Held, now: Now) {
        let isStarted = workers.start("verify") { [results, log] in
            results.put(.answered(id, JournalCheck.answer(log, held)))
        }
        if !isStarted {
            answer(id, Reply(.unavailable, ["error": "too many such questions at once"]), now: now)
        }
    }

    /// Gives the log to who asked for it, on a thread of its own, which gets the connection.
    ///
    /// - Parameters:
    ///   - order: who, and what.
    ///   - now: the wake's reading of the clocks.
    ///   - done: hears how it ended.
    func export(_ order: LogExport.Order, now: Now, done: @escaping @Sendable (Completion) -> Void) {
        guard let connection = connections.first(where: { $0.underWay == order.command }),
            let number = connection.giveAway()
        else { return done(.failed("who asked is gone")) }
        connection.deadline = MonotonicInstant(nanoseconds: .min)
        let export = LogExport(order, state: log.state)
        if !streams.start("export", { done(.uploaded(export.run(over: Descriptor(owning: number)))) }) {
            _ = Descriptor(owning: number)
            done(.failed("too many logs are being read"))
        }
    }

    private func stream(
        since: String?, until: String?, follow: Bool, _ connection: Connection, _ now: Now
    ) {
        let bounds = [since, until].map { text in
            text.map { Moment.parse($0, zone: zone, now: now.wall) }
        }
        for (name, bound) in zip(["since", "until"], bounds) {
            if case .some(.none) = bound {
                return connection.answer(.usage, ["error": .string("\(name) is no time")])
            }
        }
        guard let number = connection.giveAway() else { return }
        let stream = LogStream(
            descriptor: number, place: log, bell: bell, since: bounds[0] ?? nil, until: bounds[1] ?? nil,
            follow: follow)
        if !streams.start("log", { stream.run() }) {
            let busy =
                Array("{\"error\":\"too many logs are being read\"}\n".utf8) + Self.endLine(.unavailable)
            _ = busy.withUnsafeBytes { CLinux_send(number, $0.baseAddress, $0.count, -1) }
            close(number)
        }
        connection.deadline = MonotonicInstant(nanoseconds: .min)
    }
}
