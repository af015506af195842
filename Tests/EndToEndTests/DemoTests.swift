import Foundation
import Testing

/// `loa demo`, as a new user runs it.
@Suite(.ownThreads, .serialized) struct DemoTests {
    private let alsa: URL

    init() throws {
        // Whatever card this machine has stays out of it.
        alsa = FileManager.default.temporaryDirectory.appending(path: "loa-demo-alsa-\(UUID().uuidString)")
        try Data("pcm.null { type null }\n".utf8).write(to: alsa)
    }

    /// Runs the demo in a directory, on ALSA's `null`.
    private func run(
        in directory: String, _ arguments: [String], _ environment: [String: String] = [:]
    ) throws -> Process {
        let demo = Process()
        demo.executableURL = StationProcess.programs.appending(path: "loa")
        demo.arguments = arguments + ["demo"]
        demo.currentDirectoryURL = URL(fileURLWithPath: directory)
        demo.environment = ProcessInfo.processInfo.environment.merging(["ALSA_CONFIG_PATH": alsa.path]) { $1 }
            .merging(environment) { $1 }
        demo.standardOutput = Pipe()
        try demo.run()
        return demo
    }

    private func output(_ process: Process) -> String {
        let pipe = process.standardOutput as? Pipe
        return String(decoding: pipe?.fileHandleForReading.readDataToEndOfFile() ?? Data(), as: UTF8.self)
    }

    @Test("it plays by the ordinary way, twice at once, from any directory, and cleans up")
    func demo() throws {
        let demos = [try run(in: "/", ["--lang", "vi"]), try run(in: "/tmp", ["--lang", "en"])]
        let texts = demos.map(output)
        for demo in demos {
            demo.waitUntilExit()
            #expect(demo.terminationStatus == 0, "\(texts)")
        }
        #expect(texts[0].contains("✓ đã phát"))
        #expect(texts[1].contains("✓ it was played"))
        #expect(texts[1].contains("unproven"))
        try FileManager.default.removeItem(at: alsa)
    }

    @Test("a demo that is killed leaves no daemon behind that would broadcast the next morning")
    func killed() throws {
        let demo = try run(in: "/tmp", [])
        func daemons() throws -> String {
            let list = Process()
            list.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            list.arguments = ["ps", "-eo", "args"]
            let pipe = Pipe()
            list.standardOutput = pipe
            try list.run()
            let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            return text.split(separator: "\n").filter { $0.contains("--parent \(demo.processIdentifier)") }
                .joined()
        }
        for _ in 0..<200 where try daemons().isEmpty { usleep(50_000) }
        #expect(try !daemons().isEmpty)
        kill(demo.processIdentifier, SIGKILL)
        demo.waitUntilExit()
        for _ in 0..<200 where try !daemons().isEmpty { usleep(50_000) }
        #expect(try daemons().isEmpty)
    }

    @Test(
        "a demo that is interrupted ends by the signal and leaves nothing behind",
        arguments: [SIGINT, SIGTERM])
    func interrupted(signal: Int32) throws {
        let folder = try scratch()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let demo = try run(in: "/tmp", [], ["TMPDIR": folder])
        for _ in 0..<400 where try contents(folder).isEmpty { usleep(10_000) }
        // In the middle of its way: the daemon answers by then.
        usleep(1_500_000)
        #expect(try contents(folder).count == 1)
        kill(demo.processIdentifier, signal)
        demo.waitUntilExit()
        #expect(demo.terminationReason == .uncaughtSignal && demo.terminationStatus == signal)
        #expect(try contents(folder).isEmpty)
    }

    @Test("a demo whose daemon refuses its configuration ends with 78, and keeps what there is to see")
    func refusedConfiguration() throws {
        let folder = try scratch()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let demo = try run(in: "/tmp", [], ["TMPDIR": folder, "TZDIR": folder])
        demo.waitUntilExit()
        #expect(demo.terminationStatus == 78)
        #expect(try contents(folder).count == 1)
    }

    private func scratch() throws -> String {
        let folder = "/tmp/loa-demo-test-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        return folder
    }

    private func contents(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder)
    }
}
