import Foundation
import StationTrust
import Testing

/// `loa` as a technician meets it when something is not as it should be.
@Suite(.ownThreads, .serialized, .timeLimit(.minutes(2))) struct CommandTests {
    private let station: StationProcess

    init() throws { station = try StationProcess() }

    private func start() throws {
        try station.configure("hours: [{ from: \"00:00\", to: \"24:00\" }]")
        try station.start()
        try #require(station.isAnswering(), "\(station.said)")
    }

    private func error(_ output: String) throws -> String? {
        let line = Array(output.utf8.drop { $0 == 0x0A }.prefix { $0 != 0x0A })
        return try JSONParser.parse(line, limits: .init(bytes: 1 << 16))["error"]?.text
    }

    // MARK: Playing a file

    @Test("a file that cannot be played is named with what is wrong, and the code is 1")
    func unplayable() throws {
        try start()
        let file = station.path + "/tin.mp3"
        try station.write("tin.mp3", String(repeating: "<html><body>404</body></html>\n", count: 99))
        let english = try station.loa("--lang", "en", "play", file)
        #expect(english.code == 1 && english.output.isEmpty)
        #expect(english.complaint.hasPrefix("Cannot be played: tin.mp3: holds no sound but HTML or XML."))
        let vietnamese = try station.loa("--lang", "vi", "play", file)
        #expect(
            vietnamese.complaint.hasPrefix(
                "Không phát được: tin.mp3: không phải âm thanh mà là HTML hoặc XML."))
        let json = try station.loa("--json", "play", file)
        #expect(try json.code == 1 && error(json.output) == "tin.mp3: holds no sound but HTML or XML")
        let programme = try station.loa("--json", "play", "khong-co")
        #expect(try programme.code == 1 && error(programme.output) == "there is no programme khong-co")
    }

    @Test("a file that can be played is said to play only then, and the log has it")
    func playable() throws {
        try start()
        let tone = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Playlists/audio/nhac-hieu.wav")
        let answer = try station.loa("--lang", "en", "play", tone.path)
        #expect(answer.code == 0 && answer.output == "Playing: nhac-hieu.wav\n", "\(answer)")
        #expect(station.waits { try station.entries().contains { $0["kind"]?.text == "outcome" } })
        #expect(try station.entries().last { $0["kind"]?.text == "outcome" }?["result"]?.text == "played")
    }

    @Test("a pipe, a directory, a device and what may not be read are refused at once, also without a daemon")
    func notAFile() throws {
        let pipe = station.path + "/pipe"
        try #require(mkfifo(pipe, 0o600) == 0)
        for path in [pipe, station.path, "/dev/zero", "/dev/null", station.path + "/none.mp3"] {
            let answer = try station.loa("--lang", "en", "play", path)
            #expect(answer.code == 64 && answer.complaint.contains(path), "\(path): \(answer)")
            let json = try station.loa("--json", "play", path)
            #expect(try json.code == 64 && error(json.output)?.contains(path) == true, "\(json)")
        }
        #expect(try station.loa("--lang", "vi", "play", pipe).complaint.contains("không phải tệp thường"))
    }

    // MARK: Errors of the command

    @Test("with --json an error of the command is an object too, and the code stays")
    func errors() throws {
        let usage = try station.loa("--json", "play")
        #expect(try usage.code == 64 && error(usage.output) == "the verb needs an operand")
        #expect(usage.complaint.isEmpty)
        let nobody = try station.loa("--json", "status")
        #expect(try nobody.code == 69 && error(nobody.output)?.contains(station.socket) == true)
        #expect(nobody.complaint.isEmpty)
        #expect(try station.loa("--lang", "vi", "status").complaint.contains("Không kết nối được"))
    }

    @Test(
        "an answer that cannot be written ends with a code of its own, and says why",
        arguments: ["loa", "loa-centre"])
    func fullDisk(program: String) throws {
        let command = Process()
        command.executableURL = StationProcess.programs.appending(path: program)
        command.arguments = ["help"]
        command.standardOutput = FileHandle(forWritingAtPath: "/dev/full")
        let said = Pipe()
        command.standardError = said
        try command.run()
        let text = String(decoding: said.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        command.waitUntilExit()
        #expect(command.terminationStatus == 74)
        #expect(text.contains("No space left"), "\(text)")
    }

    @Test("both programs say the same version")
    func version() throws {
        let loa = try station.loa("--version")
        #expect(loa.code == 0 && loa.output.hasPrefix("loa 0."))
        let daemon = Process()
        daemon.executableURL = StationProcess.programs.appending(path: "loaphuongd")
        daemon.arguments = ["--version"]
        let output = Pipe()
        daemon.standardOutput = output
        try daemon.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        #expect(text == loa.output.replacing("loa ", with: "loaphuongd "))
    }

    // MARK: Status

    @Test("status shows every problem of the timetable in the technician's language, and a mute beside them")
    func problems() throws {
        let events = (1...3).map {
            "BEGIN:VEVENT\r\nUID:tin-\($0)\r\nDTSTART:20260101T220000Z\r\nRRULE:FREQ=DAILY\r\nATTACH:\($0).wav\r\nEND:VEVENT\r\n"
        }
        try station.write(
            "channel/schedule.ics", "BEGIN:VCALENDAR\r\n\(events.joined())END:VCALENDAR\r\n")
        try start()
        #expect(try station.loa("mute", "--for", "1h", "--reason", "đám tang").code == 0)
        #expect(station.waits { try station.faults().filter { $0 == "timetable" }.count == 3 })
        let vietnamese = try station.loa("--lang", "vi", "status")
        for (number, line) in [(1, 6), (2, 12), (3, 18)] {
            #expect(
                vietnamese.output.contains(
                    "xa/schedule.ics:\(line): thư mục chương trình không có tệp \(number).wav"),
                "\(vietnamese.output)")
        }
        #expect(vietnamese.code == 1 && vietnamese.output.contains("ĐANG TẮT TIẾNG đến "))
        #expect(vietnamese.output.contains("đám tang"))
        let english = try station.loa("--lang", "en", "status").output
        #expect(english.contains("xa/schedule.ics:6: the channel has no file 1.wav"))
    }
}
