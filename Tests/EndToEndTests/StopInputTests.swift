import Foundation
import StationTrust
import Testing

/// The caretaker who has no shell: a key or a line that silences the loudspeaker (I12).
@Suite(.ownThreads, .serialized, .timeLimit(.minutes(2))) struct StopInputTests {
    private static let stopKey = 128

    /// What an input device says of a key: 1 is pressed, 2 held, 0 let go.
    private func event(key: Int, value: Int) -> Data {
        let time = [Int64](repeating: 0, count: 2).withUnsafeBytes { Data($0) }
        let words = [UInt16(1), UInt16(key)].withUnsafeBytes { Data($0) }
        return time + words + [Int32(value)].withUnsafeBytes { Data($0) }
    }

    /// A named pipe in a device's place, open for writing.
    private func pipe(_ path: String) throws -> FileHandle {
        try #require(mkfifo(path, 0o600) == 0)
        return FileHandle(fileDescriptor: open(path, O_RDWR | O_CLOEXEC), closeOnDealloc: true)
    }

    /// Whether silence follows within 200 ms of the press, and the log says what was pressed.
    private func checkSilence(_ broadcast: Broadcast, after press: Int64) async throws {
        let outcome = try await broadcast.outcome()
        #expect(outcome["reason"]?.text == "stopped-by-hand", "\(outcome)")
        let command = try #require(try broadcast.entries("command").first)
        #expect(command["verb"]?.text == "stop" && command["by"]?.text == "stopInput")
        let heard = broadcast.heard()
        let silence = (try #require(heard.first).end - Double(press)) / 1e6
        #expect(heard.count == 1 && silence > 0 && silence <= 200, "\(silence) ms")
    }

    @Test("I12: a key silences the card within 200 ms; another key, and letting go, do nothing")
    func key() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let device = folder + "/platform-soc:keys-event"
        let keys = try pipe(device)
        let broadcast = try Broadcast(Broadcast.always + ", stopInput: \"key:\(device):\(Self.stopKey)\"")
        try broadcast.write("item.wav", seconds: 6)
        try broadcast.schedule(in: 6)
        try broadcast.start()
        try await broadcast.sleep(until: 0.5)
        for (key, value) in [(Self.stopKey + 1, 1), (Self.stopKey, 0), (Self.stopKey, 2)] {
            keys.write(event(key: key, value: value))
        }
        try await broadcast.sleep(until: 2)
        #expect(try broadcast.station.status()["state"]?.text == "playing")
        let press = Broadcast.now
        keys.write(event(key: Self.stopKey, value: 1))
        try await checkSilence(broadcast, after: press)
    }

    @Test("I12: an edge of a line silences the card within 200 ms")
    func line() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let line = try pipe(folder + "/line")
        let library = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
            .deletingLastPathComponent().appending(path: "libSimulatedLine.so").path
        try #require(FileManager.default.fileExists(atPath: library))
        let broadcast = try Broadcast(
            Broadcast.always + ", stopInput: \"gpio:gpiochip-simulated:17\"",
            environment: ["LD_PRELOAD": library, "LOA_SIMULATED_LINE": folder + "/line"])
        try broadcast.write("item.wav", seconds: 6)
        try broadcast.schedule(in: 6)
        try broadcast.start()
        try await broadcast.sleep(until: 1)
        #expect(try broadcast.station.faults() == [])
        let press = Broadcast.now
        // struct gpio_v2_line_event: an instant, which edge, which line, two numbers, and what is kept free.
        line.write([UInt64(press), 2 | 17 << 32, 1 | 1 << 32, 0, 0, 0].withUnsafeBytes { Data($0) })
        try await checkSilence(broadcast, after: press)
    }

    @Test("a stop input that is not there, or is unplugged, is a fault, and none any more when it comes")
    func missing() throws {
        let station = try StationProcess()
        let device = station.path + "/keys"
        try station.configure("stopInput: \"key:\(device):\(Self.stopKey)\"")
        try station.start()
        #expect(station.waits { try station.faults() == ["stop-input"] })
        #expect(try station.loa("--lang", "vi", "status").output.contains("nút dừng"))
        let keys = try pipe(device)
        #expect(station.waits { try station.faults() == [] })
        unlink(device)
        try keys.close()
        #expect(station.waits { try station.faults() == ["stop-input"] })
    }
}
