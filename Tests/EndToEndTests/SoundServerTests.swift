import Foundation
import StationTrust
import Testing

/// The real daemon through a real sound server: PulseAudio with a null sink, heard through its monitor.
@Suite("Through PulseAudio a slot is heard as it was made", .ownThreads, .serialized, .timeLimit(.minutes(3)))
struct SoundServerTests {
    @Test("a slot is recorded from the sink with its length, at its level, near its instant")
    func plays() async throws {
        // The server is no real-time program, and twenty other suites run beside it: the best of three is the station's.
        var errors: [Double] = []
        while errors.count < 3, errors.allSatisfy({ $0 >= 100_000 }) { errors.append(try await startError()) }
        #expect(errors.contains { $0 < 100_000 }, "\(errors)")
    }

    /// Plays a slot that is heard as it was made; how far from its instant it began, in microseconds.
    private func startError() async throws -> Double {
        let server = try SoundServer()
        try await server.start()
        let broadcast = try Broadcast.started(
            playing: 3, in: 8, device: "village", environment: server.environment)
        try server.record("first")
        let outcome = try await broadcast.outcome()
        #expect(outcome["result"]?.text == "played", "\(outcome) \(broadcast.station.said)")
        #expect(outcome["framesConsumed"]?.integer == 144_000)
        try await Task.sleep(nanoseconds: 500_000_000)
        let sounding = server.recorded("first").filter { $0 != 0 }
        #expect(abs(Double(sounding.count) - 144_000) <= 0.02 * 144_000, "\(sounding.count)")
        // 0.03 with the most loudness gain there is, four times; nothing louder.
        #expect(sounding.allSatisfy { abs($0) < 0.15 })
        #expect(try #require(sounding.max()) > 0.05)
        return abs(try #require(outcome["startErrorMicroseconds"]?.number))
    }

    @Test("T11 the server's death while a slot plays is a fault, and with its return the sound is back")
    func dies() async throws {
        let server = try SoundServer()
        try await server.start()
        let broadcast = try Broadcast.started(
            playing: 14, device: "village", environment: server.environment)
        try server.record("before")
        try await broadcast.sleep(until: 1.5)
        server.kill()
        let fault = try await broadcast.entry("fault") {
            $0["code"]?.text == "device" && $0["state"]?.text == "raised"
        }
        #expect(fault["message"]?.text?.contains("village") == true, "\(fault)")
        #expect(try await broadcast.waits { try broadcast.station.faults() == ["device"] })
        try await broadcast.sleep(until: 3.5)
        try await server.start()
        try server.record("after")
        let outcome = try await broadcast.outcome()
        #expect(outcome["result"]?.text == "partial", "\(outcome) \(broadcast.station.said)")
        #expect(try broadcast.entries("outcome").count == 1)
        #expect(try await broadcast.waits { try broadcast.station.faults().isEmpty })
        #expect(server.recorded("before").contains { $0 > 0.05 })
        #expect(server.recorded("after").filter { $0 > 0.05 }.count > 48_000, "\(outcome)")
        #expect(try #require(outcome["framesConsumed"]?.integer) < 14 * 48_000)
    }
}

/// A PulseAudio of the test's own, with one null sink.
final class SoundServer {
    private let folder = URL(fileURLWithPath: "/tmp/loa-pulse-\(UUID().uuidString.prefix(8))")
    private var server: pid_t?
    private var recorder: pid_t?

    init() throws {
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let configuration = """
            </usr/share/alsa/alsa.conf>
            pcm.village { type pulse server "\(address)" device "loa" }

            """
        try Data(configuration.utf8).write(to: folder.appending(path: "alsa.conf"))
    }

    deinit {
        kill()
        try? FileManager.default.removeItem(at: folder)
    }

    private var address: String { "unix:\(folder.path)/socket" }

    /// What a program needs to find the server, as ALSA's PCM `village`.
    var environment: [String: String?] {
        [
            "ALSA_CONFIG_PATH": folder.path + "/alsa.conf", "HOME": folder.path,
            "XDG_RUNTIME_DIR": folder.path,
            "PULSE_RUNTIME_PATH": folder.path, "PULSE_STATE_PATH": folder.path,
        ]
    }

    /// Starts a program; its output goes to a file.
    ///
    /// Foundation sees a child's end by a descriptor that the child inherits, which this server closes: it would
    /// wait for the wrong thing for ever.
    private func run(_ words: [String], output: String = "/dev/null") throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        let variables = ProcessInfo.processInfo.environment.merging(environment.compactMapValues(\.self)) {
            $1
        }
        var arguments = words.map { strdup($0) } + [nil]
        var settings = variables.map { strdup("\($0)=\($1)") } + [nil]
        defer { (arguments + settings).forEach { free($0) } }
        var child = pid_t()
        try #require(posix_spawnp(&child, words[0], &actions, nil, &arguments, &settings) == 0)
        return child
    }

    /// Starts the server, and waits until it answers.
    func start() async throws {
        try? FileManager.default.removeItem(atPath: folder.path + "/socket")
        server = try run([
            "pulseaudio", "-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1", "--realtime=no",
            "--high-priority=no", "--disable-shm=yes",
            "--load=module-null-sink sink_name=loa format=float32le rate=48000 channels=1",
            "--load=module-native-protocol-unix auth-anonymous=1 socket=\(folder.path)/socket",
        ])
        for _ in 0..<100 {
            var status: Int32 = 0
            waitpid(try run(["pactl", "--server=\(address)", "info"]), &status, 0)
            if status == 0 { return }
            try await Task.sleep(nanoseconds: 100_000_000)
        }
        Issue.record("PulseAudio does not answer")
    }

    /// Kills the server, and what records it.
    func kill() {
        for child in [server, recorder].compactMap(\.self) {
            Foundation.kill(child, SIGKILL)
            waitpid(child, nil, 0)
        }
        (server, recorder) = (nil, nil)
    }

    /// Records the sink from now on.
    func record(_ name: String) throws {
        recorder = try run(
            [
                "parec", "--server=\(address)", "--device=loa.monitor", "--raw", "--format=float32le",
                "--rate=48000", "--channels=1", "--latency-msec=50",
            ], output: folder.path + "/" + name)
    }

    /// What was recorded under a name until now.
    func recorded(_ name: String) -> [Float] {
        let data = (try? Data(contentsOf: folder.appending(path: name))) ?? Data()
        return data.withUnsafeBytes { bytes in
            (0..<(bytes.count / 4)).map { bytes.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self) }
        }
    }
}
