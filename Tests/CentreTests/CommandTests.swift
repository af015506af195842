import Foundation
import Testing

/// The command itself: its words, its exit codes, both languages.
struct CommandTests {
    private let desk: Desk

    init() throws { desk = try Desk() }

    /// The command beside this test's own program.
    private static var command: String {
        let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        return (ProcessInfo.processInfo.environment["LOA_BINARIES"] ?? folder.path) + "/loa-centre"
    }

    private func centre(_ words: [String], in folder: String? = nil) throws -> (status: Int32, output: String)
    {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.command)
        process.arguments = words.map { $0.replacing("DIR", with: desk.path) }
        if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
        process.environment = ["PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"]
        let pipe = Pipe()
        (process.standardOutput, process.standardError) = (pipe, pipe)
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }

    static let lines: [(words: String, status: Int32, says: String)] = [
        ("init DIR/repo --keys DIR/keys", 0, "1.root.json"),
        ("init DIR/repo --keys DIR/keys --lang vi", 1, "không ghi đè"),
        ("init DIR/second --keys DIR/keys", 1, "--reuse-keys"),
        ("init DIR/second --keys DIR/keys --reuse-keys --lang vi", 0, "Dùng lại khóa đã có: "),
        ("publish DIR/channel DIR/repo --keys DIR/keys", 1, "add --yes"),
        ("publish DIR/channel DIR/repo --keys DIR/keys --dry-run --json", 0, #""isUnchanged":false"#),
        ("publish DIR/channel DIR/repo --keys DIR/keys --yes", 0, "Bản tin"),
        ("publish DIR/channel DIR/repo --keys DIR/keys --yes --lang=vi", 0, "Không có gì mới"),
        ("publish DIR/repo DIR/channel --keys DIR/keys --yes", 78, "publish PLAYLISTS REPO"),
        ("publish DIR/bad DIR/repo --keys DIR/none --yes", 78, "/none: there is no such folder"),
        ("publish DIR/bad DIR/repo --keys DIR/keys --yes", 1, "not published: 1 error\n"),
        ("publish DIR/bad DIR/repo --keys DIR/keys --yes", 1, "schedule.ics:4: error: "),
        ("publish DIR/bad DIR/repo --keys DIR/keys --yes --lang vi", 1, "schedule.ics:4: lỗi: "),
        ("publish DIR/channel DIR/other --keys DIR/keys --yes", 78, "loa-centre init"),
        ("refresh DIR/repo --keys DIR/none", 78, "--keys"),
        ("refresh DIR/repo --keys DIR/keys", 0, "timestamp.json"),
        ("refresh DIR/repo --keys DIR/keys --lang vi", 0, "(UTC+07:00)"),
        (
            "alert DIR/repo --keys DIR/keys --audio DIR/channel/âm/tin.wav --for 10m", 0,
            "for all "
                + "stations is in force until"
        ),
        (
            "alert DIR/repo --keys DIR/keys --audio DIR/channel/âm/tin.wav --for 10m --groups typo", 0,
            "warning: nothing published tells of the group typo"
        ),
        (
            "alert DIR/repo --keys DIR/keys --audio DIR/channel/âm/tin.wav --for 10m --stations x --lang vi",
            0,
            "Chỉ trạm có \"emergency\" trong classes"
        ),
        ("alert DIR/repo --keys DIR/keys --audio x --for 10m --groups ,", 64, "names with commas"),
        ("alert DIR/repo --keys DIR/keys --cancel --groups a", 64, "--groups"),
        ("alert DIR/repo --keys DIR/keys --audio DIR/channel/schedule.ics --for 10m", 1, "no sound"),
        ("alert DIR/repo --keys DIR/keys --audio x --for 25h", 64, "24 hours"),
        ("alert DIR/repo --keys DIR/keys --audio x", 64, "--for"),
        ("alert DIR/repo --keys DIR/keys", 64, "--cancel"),
        ("alert DIR/repo --keys DIR/keys --cancel", 0, "Cancelled: 3"),
        ("preview DIR/channel --days 1", 0, "Bản tin"), ("preview DIR/channel --days 32", 64, "31"),
        ("preview DIR/channel --json --station a --groups b,c", 0, #""title":"Bản tin""#),
        ("preview DIR/channel --station a --days 1", 0, "stations/a/schedule.ics: warning: there is none"),
        ("key add DIR/repo --keys DIR/keys/ --role targets", 0, "Keys of targets (1 of 2 must sign):"),
        ("key add DIR/repo --keys DIR/keys/ --role online", 0, "/keys/online/"),
        ("delegate DIR/repo --keys DIR/keys --role x --metadata DIR/keys", 1, "/keys: "),
        ("sign DIR/part DIR/out --keys DIR/their --role ap-3", 64, "--path is missing"),
        (
            "sign DIR/part DIR/out --keys DIR/their --role ap-3 --path stations/ap-3/*", 0,
            ".pub.pem to the other centre"
        ),
        (
            "sign DIR/part DIR/out --keys DIR/their --role ap-3 --path stations/ap-3/* --lang vi", 0,
            "Không có gì mới: "
        ),
        (
            "sign DIR/part DIR/out --keys DIR/third --role ap-3 --path stations/ap-3/*", 0,
            "warning: other keys signed it before"
        ),
        ("sign DIR/part DIR/out --keys DIR/their --role ap-3 --path x/*", 1, "not signed: 2 errors"),
        (
            "delegate DIR/repo --keys DIR/keys --role ap-3 --path stations/ap-3/* --key KEY "
                + "--metadata DIR/out/ap-3.json", 0, "The role ap-3 signs for that now."
        ),
        (
            "delegate DIR/repo --keys DIR/keys --role ap-3 --metadata DIR/out/ap-3.json --lang vi", 0,
            "Đã giao"
        ),
        (
            "delegate DIR/repo --keys DIR/keys --role ap-3 --key KEY --metadata DIR/out/ap-3.json", 0,
            "The role ap-3 signs for that now."
        ),
        ("delegate DIR/repo --keys DIR/keys --role ap-3 --remove --key x", 64, "too much: --key"),
        ("delegate DIR/repo --keys DIR/keys --remove", 64, "--role is missing"),
        ("delegate DIR/repo --keys DIR/keys --role ap-3 --remove", 0, "Taken back: "),
        ("delegate DIR/repo --keys DIR/keys --role ap-3 --remove --lang vi", 1, "không giao gì"),
        ("delegate DIR/repo --keys DIR/keys --role ap-3 --metadata DIR/out/ap-3.json", 1, "--path and --key"),
        (
            "sign DIR/part DIR/repo --keys DIR/their --role ap-3 --path stations/ap-3/*", 1,
            "is a centre's repository"
        ),
        ("delegate --help", 0, "--role NAME --remove"),
        ("key revoke DIR/repo --keys DIR/keys --role targets --key x", 1, "x"),
        ("key add DIR/repo --keys DIR/keys --role nobody", 64, "root, targets"),
        ("", 64, "--help"), ("nonsense", 64, "nonsense"), ("refresh", 64, "REPO"),
        ("refresh", 64, "loa-centre refresh --help"),
        ("refresh a b --keys c", 64, "b"), ("refresh a --keys c --fast", 64, "--fast"),
        ("refresh a --keys-fd 99", 64, "99"), ("refresh DIR/repo", 64, "--keys DIR"),
        ("--help", 0, "publish"),
        ("alert --help --lang vi", 0, "khẩn cấp"), ("help publish", 0, "PLAYLISTS"),
        ("--version", 0, "loa-centre"),
    ]

    @Test("what is typed is done or refused, with the exit code and the words for it")
    func lines() throws {
        try desk.writeChannel()
        try desk.write(
            "bad/schedule.ics",
            Desk.calendar([Desk.event("a", "A", "tin.m3u8").replacing("UID:a\r\n", with: "")]))
        try desk.writePart()
        for line in Self.lines {
            var words = line.words.split(separator: " ").map(String.init)
            if let place = words.firstIndex(of: "KEY") { words[place] = try publicKey("third") }
            let (status, output) = try centre(words)
            #expect(status == line.status, "\(line.words): \(output)")
            #expect(line.says.isEmpty || output.contains(line.says), "\(line.words): \(output)")
        }
    }

    @Test(
        "keys are not made in the folder in which somebody stands, if that goes out",
        arguments: ["sign ../part . --keys keys --role ap-3 --path stations/ap-3/*", "init . --keys keys"])
    func here(line: String) throws {
        try desk.writePart()
        try desk.write("here/note", "x")
        let words = line.split(separator: " ").map(String.init)
        let (status, output) = try centre(words, in: desk.path + "/here")
        #expect(status == 1 && output.contains("choose another"), "\(output)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: desk.path + "/here") == ["note"])
    }

    /// The file of the public half in a folder of keys.
    private func publicKey(_ keys: String) throws -> String {
        let folder = "\(desk.path)/\(keys)/targets/"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        return folder + (try #require(names.first { $0.hasSuffix(".pub.pem") }))
    }

    @Test("of very many warnings the first are shown, and the errors below them")
    func manyWarnings() throws {
        try desk.make()
        for number in 0..<60 { try desk.write("channel/old-\(number).ics", "x") }
        let (status, output) = try centre(["publish", "DIR/channel", "DIR/repo", "--keys", "DIR/keys"])
        let lines = output.split(separator: "\n")
        #expect(status == 1)
        #expect(lines.count { $0.contains(": warning: ") } == 50)
        #expect(output.contains("and 10 more warnings\nschedule.ics: error: "))
    }

    @Test("keys come from an open file too, and are not on any disk")
    func descriptor() throws {
        try desk.make()
        let online = try FileManager.default.contentsOfDirectory(atPath: desk.folder + "/online")
        let name = try #require(online.first { !$0.hasSuffix(".pub.pem") })
        let found = try run(
            "bash", "-c", "exec 3<\"$1\"; rm -r \"$2\"; \"$3\" refresh \"$4\" --keys-fd 3", "bash",
            "\(desk.folder)/online/\(name)", desk.folder, Self.command, desk.repository)
        #expect(found.status == 0, "\(found.output)")
    }

    @Test("a user who may not read a key is told so by the exit code")
    func notPermitted() throws {
        try desk.make()
        try run("chmod", "755", desk.folder)
        guard getuid() == 0 else {
            try run("chmod", "0", desk.folder + "/online")
            return #expect(try centre(["refresh", desk.repository, "--keys", desk.folder]).status == 77)
        }
        let found = try run(
            "setpriv", "--reuid=65534", "--clear-groups", Self.command, "refresh", desk.repository, "--keys",
            desk.folder)
        #expect(found.status == 77, "\(found.output)")
    }
}
