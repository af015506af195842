import Foundation
import SignedRepositories
import StationCore
import StationTrust

/// A folder with a configuration, a channel and room for state and socket, and the real daemon started in it.
final class StationProcess {
    let folder: URL
    private let published: PublishedFolder
    private(set) var daemon: Process?
    private let messages: URL

    /// Where the programs lie that are tested: the folder that `LOA_BINARIES` names, or beside the test's own
    /// executable.
    static let programs =
        ProcessInfo.processInfo.environment["LOA_BINARIES"].map { URL(fileURLWithPath: $0) }
        ?? URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        .deletingLastPathComponent()

    var path: String { folder.path }
    var socket: String { path + "/run/s" }

    /// Makes the folder.
    init() throws {
        // Short: a socket's path has at most 107 bytes.
        folder = URL(fileURLWithPath: "/tmp/loa-e2e-\(UUID().uuidString.prefix(8))")
        messages = folder.appending(path: "messages")
        published = try PublishedFolder(
            channel: folder.appending(path: "channel"), repository: folder.appending(path: "repository"))
        try FileManager.default.createDirectory(
            at: folder.appending(path: "channel"), withIntermediateDirectories: true)
        try write("channel/schedule.ics", Self.emptyCalendar)
        try configure()
    }

    deinit {
        if let daemon, daemon.isRunning {
            kill(daemon.processIdentifier, SIGKILL)
            daemon.waitUntilExit()
        }
        try? FileManager.default.removeItem(at: folder)
    }

    static let emptyCalendar = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-LOA-EMPTY:TRUE\r\nEND:VCALENDAR\r\n"

    /// Writes the configuration; `more` is members of it, `output` members of its card, `upstreams` its upstreams in
    /// place of the own repository.
    func configure(
        _ more: String = "", station: String = "s", output: String = "device: \"null\"",
        upstreams: [String]? = nil
    ) throws {
        let own =
            "{ name: \"xa\", url: \"\(path)/repository\", root: \"\(published.root)\", pollSeconds: 5,"
            + " classes: [\"normal\", \"priority\", \"emergency\"] }"
        try write(
            "station.json5",
            """
            { station: "\(station)", upstreams: [\((upstreams ?? [own]).joined(separator: ", "))],
              clock: { batteryBacked: true }, output: { \(output) },
              state: "\(path)/state", socket: "\(socket)", \(more) }
            """)
    }

    /// Signs for what lies in `channel/`; the station sees it with its next poll.
    func publish() throws { try published.publish() }

    func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: folder.appending(path: name))
    }

    func text(_ name: String) -> String {
        (try? String(contentsOf: folder.appending(path: name), encoding: .utf8)) ?? ""
    }

    // MARK: The daemon

    /// Publishes the channel and starts the daemon.
    ///
    /// - Parameters:
    ///   - environment: set beside what the test has; nil takes a variable away.
    ///   - prefix: a program that starts it, with its arguments.
    /// - Throws: what the system says when it cannot be started.
    func start(environment: [String: String?] = [:], prefix: [String] = []) throws {
        try publish()
        let program = Self.programs.appending(path: "loaphuongd").path
        let words = prefix + [program, "--config", path + "/station.json5"]
        let daemon = Process()
        daemon.executableURL = URL(fileURLWithPath: words[0].hasPrefix("/") ? words[0] : "/usr/bin/env")
        daemon.arguments = words[0].hasPrefix("/") ? Array(words.dropFirst()) : words
        var variables = ProcessInfo.processInfo.environment
        for (name, value) in environment { variables[name] = value }
        daemon.environment = variables
        try Data().write(to: messages)
        daemon.standardError = try FileHandle(forWritingTo: messages)
        try daemon.run()
        self.daemon = daemon
    }

    /// What the daemon has said on standard error.
    var said: String { text("messages") }

    /// Sends a signal.
    func signal(_ number: Int32) { if let daemon { kill(daemon.processIdentifier, number) } }

    /// Waits for the daemon's end.
    ///
    /// - Returns: its exit code.
    func end() -> Int32 {
        daemon?.waitUntilExit()
        return daemon?.terminationStatus ?? -1
    }

    // MARK: The command

    /// Runs `loa`.
    ///
    /// - Returns: its exit code, and what it printed on each of its outputs.
    func loa(_ arguments: String...) throws -> (code: Int32, output: String, complaint: String) {
        let command = Process()
        command.executableURL = Self.programs.appending(path: "loa")
        command.arguments = ["--socket", socket] + arguments
        let (output, complaint) = (Pipe(), Pipe())
        command.standardOutput = output
        command.standardError = complaint
        try command.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let error = String(decoding: complaint.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        command.waitUntilExit()
        return (command.terminationStatus, text, error)
    }

    /// Runs one of the programs to its end.
    ///
    /// - Returns: its exit code, and what it printed on both outputs.
    func run(_ program: String, _ arguments: String...) throws -> (code: Int32, said: String) {
        try run(program, arguments)
    }

    /// The same, of arguments in a list.
    func run(_ program: String, _ arguments: [String]) throws -> (code: Int32, said: String) {
        let command = Process()
        command.executableURL = Self.programs.appending(path: program)
        command.arguments = arguments
        let output = Pipe()
        command.standardOutput = output
        command.standardError = output
        try command.run()
        let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        command.waitUntilExit()
        return (command.terminationStatus, said)
    }

    /// Begins `loa`, whose answer nobody waits for yet.
    func begin(_ arguments: String...) throws -> Process {
        let command = Process()
        command.executableURL = Self.programs.appending(path: "loa")
        command.arguments = ["--socket", socket] + arguments
        command.standardOutput = FileHandle.nullDevice
        command.standardError = FileHandle.nullDevice
        try command.run()
        return command
    }

    /// The answer of `status`.
    func status() throws -> JSON {
        let answer = try loa("--json", "status").output
        return try JSONParser.parse(Array(answer.utf8.filter { $0 != 0x0A }), limits: .init(bytes: 1 << 20))
    }

    /// The answer of `next`: the slots of a week.
    func next() throws -> [JSON] {
        let answer = try loa("--json", "next").output
        let json = try JSONParser.parse(
            Array(answer.utf8.filter { $0 != 0x0A }), limits: .init(bytes: 1 << 20))
        return json.elements ?? []
    }

    /// Waits until a condition holds, looking again now and then.
    ///
    /// - Returns: whether it came to hold.
    func waits(_ condition: () throws -> Bool) -> Bool {
        for _ in 0..<400 {
            if (try? condition()) == true { return true }
            usleep(50_000)
        }
        return false
    }

    /// Waits until the daemon answers.
    func isAnswering() -> Bool { waits { try loa("status").code != 69 } }

    /// The codes of the faults that `status` shows.
    func faults() throws -> [String] {
        try status()["faults"]?.elements?.compactMap { $0["code"]?.text } ?? []
    }

    /// The entries of the log.
    func entries() throws -> [JSON] {
        try loa("--json", "log").output.split(separator: "\n").map {
            try JSONParser.parse(Array($0.utf8), limits: .init(bytes: 1 << 20))
        }
    }
}
