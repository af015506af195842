import Foundation
import Testing

/// `loa demo`, as a new user runs it.
@Suite(.ownThreads) struct DemoTests {
    private let alsa: URL

    init() throws {
        // Whatever card this machine has stays out of it.
        alsa = FileManager.default.temporaryDirectory.appending(path: "loa-demo-alsa-\(UUID().uuidString)")
        try Data("pcm.null { type null }\n".utf8).write(to: alsa)
    }

    /// Runs the demo in a directory, on ALSA's `null`.
    private func run(in directory: String, _ arguments: [String]) throws -> Process {
        let demo = Process()
        demo.executableURL = StationProcess.programs.appending(path: "loa")
        demo.arguments = arguments + ["demo"]
        demo.currentDirectoryURL = URL(fileURLWithPath: directory)
        demo.environment = ProcessInfo.processInfo.environment.merging(["ALSA_CONFIG_PATH": alsa.path]) { $1 }
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
}
