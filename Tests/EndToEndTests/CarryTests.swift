import Foundation
import SignedRepositories
import StationTrust
import Testing

/// A hamlet without a network: programmes come on a stick, and the log leaves on it.
@Suite(.ownThreads, .serialized, .timeLimit(.minutes(5))) struct CarryTests {
    private let broadcast: Broadcast
    private var station: StationProcess { broadcast.station }
    private var stick: String { station.path + "/stick" }

    init() throws {
        broadcast = try Broadcast()
        try FileManager.default.createDirectory(atPath: stick, withIntermediateDirectories: true)
    }

    private func start() throws {
        try broadcast.start()
        try #require(station.isAnswering(), "\(station.said)")
    }

    // MARK: Programmes that come

    /// A centre whose server nobody reaches, with a programme in some seconds.
    private func centre(_ name: String = "xa", of uid: String = "tin", in seconds: Int = 20) throws
        -> SigningCentre
    {
        let centre = try SigningCentre(name, of: station)
        try centre.writeSound("item.wav", seconds: 2)
        try centre.writeCalendar([.init(uid: uid, start: time(nil) + seconds)])
        try centre.make()
        try centre.publish()
        centre.server.stop()
        return centre
    }

    private func copy(_ centre: SigningCentre, to name: String) throws -> String {
        let place = "\(stick)/\(name)"
        try FileManager.default.copyItem(atPath: centre.repository, toPath: place)
        return place
    }

    @Test("What a stick brings is verified and played; the log names who brought it, and whose it is")
    func importPlays() async throws {
        let centre = try centre()
        try broadcast.configure([centre.upstream()])
        try start()
        #expect(try station.loa("sync").code == 1)
        let answer = try station.loa("import", try copy(centre, to: "kho"))
        #expect(answer.code == 0, "\(answer)")
        // It may be pulled out now.
        try FileManager.default.removeItem(atPath: stick)
        let outcome = try await broadcast.outcome()
        #expect(outcome["slot"]?.text?.hasPrefix("xa/tin@") == true && outcome["result"]?.text == "played")
        #expect(broadcast.heard().reduce(0) { $0 + $1.sounding } >= 2 * 40_000)
        let command = try broadcast.entries("command").last { $0["verb"]?.text == "import" }
        #expect(command?["upstream"]?.text == "xa" && command?["accepted"]?.bool == true)
        // Afterwards the server is asked again.
        try centre.server.start()
        #expect(try station.loa("sync").code == 0)
        #expect(try station.loa("import", stick).code == 64)
    }

    @Test("A stick that is older than what the station has is refused, as is one of somebody else")
    func importRefuses() throws {
        let centre = try centre(in: 3 * 3600)
        try broadcast.configure([centre.upstream()])
        try start()
        let old = try copy(centre, to: "old")
        try centre.writeCalendar([.init(uid: "mới", start: time(nil) + 7200)])
        try centre.publish()
        let new = try copy(centre, to: "new")
        #expect(try station.loa("import", new).code == 0)
        #expect(try station.next().compactMap { $0["programme"]?.text } == ["mới"])
        let refused = try station.loa("--lang", "vi", "import", old)
        #expect(refused.code == 1 && (refused.output + refused.complaint).contains("bị lùi"), "\(refused)")
        let stranger = try SigningCentre("khac", of: station)
        try stranger.writeSound("item.wav", seconds: 1)
        try stranger.writeCalendar([.init(uid: "lạ", start: time(nil) + 600)])
        try stranger.make()
        try stranger.publish()
        let foreign = try copy(stranger, to: "foreign")
        let unknown = try station.loa("--lang", "en", "import", foreign)
        #expect(unknown.code == 1 && unknown.complaint.contains("none of the upstreams xa"), "\(unknown)")
        // Even where somebody says that it is ours.
        #expect(try station.loa("import", foreign, "--upstream", "xa").code == 1)
        let none = try station.loa("--lang", "en", "import", foreign, "--upstream", "huyen")
        #expect(none.code == 1 && none.complaint.contains("only xa"), "\(none)")
        #expect(try station.next().compactMap { $0["programme"]?.text } == ["mới"])
        #expect(try broadcast.entries("command").filter { $0["verb"]?.text == "import" }.count == 5)
    }

    @Test(
        "A stick with a file changed, missing, or none at all gives what is right of it, and says what is not"
    )
    func importOfDamage() throws {
        let centre = try centre(in: 3 * 3600)
        try broadcast.configure([centre.upstream()])
        try start()
        let place = try copy(centre, to: "kho")
        let names = try FileManager.default.contentsOfDirectory(atPath: place + "/targets")
        let sound = try #require(names.first { $0.hasSuffix("item.wav") })
        let file = "\(place)/targets/\(sound)"
        let whole = try #require(FileManager.default.contents(atPath: file))
        func imported() throws -> (code: Int32, said: String) {
            let answer = try station.loa("--lang", "en", "import", place)
            return (answer.code, answer.output + answer.complaint)
        }
        var changed = whole
        changed[changed.count / 2] ^= 1
        try changed.write(to: URL(fileURLWithPath: file))
        let wrong = try imported()
        #expect(wrong.code == 1 && wrong.said.contains("another hash"), "\(wrong)")
        try FileManager.default.removeItem(atPath: file)
        let missing = try imported()
        #expect(missing.code == 1 && missing.said.contains("not on the server"), "\(missing)")
        // Who opens a pipe waits for its other end for ever.
        try #require(mkfifo(file, 0o644) == 0)
        let pipe = try imported()
        #expect(pipe.code == 1 && pipe.said.contains("no regular file"), "\(pipe)")
        unlink(file)
        try whole.write(to: URL(fileURLWithPath: file))
        #expect(try imported().code == 0)
        #expect(try station.next().first?["ready"] != .bool(false))
        let folder = try station.loa("--lang", "en", "import", stick)
        #expect(folder.code == 64 && folder.complaint.contains("is it \(stick)/kho?"), "\(folder)")
        #expect(try station.loa("import", stick + "/none").code == 64)
    }

    // MARK: The log that leaves

    private func centreSays(_ words: String...) throws -> (code: Int32, said: String) {
        try station.run("loa-centre", words)
    }

    private func key() throws -> String {
        let answer = try station.loa("--json", "verify").output
        let json = try JSONParser.parse(
            Array(answer.utf8.filter { $0 != 0x0A }), limits: .init(bytes: 1 << 20))
        return try #require(json["key"]?.text)
    }

    private var checkpoint: Checkpoint? {
        FileManager.default.contents(atPath: stick + "/s/checkpoint").flatMap { SignedNote(Array($0)) }
            .flatMap { Checkpoint(text: $0.text) }
    }

    @Test("An export is a store that the centre verifies, and goes on where the one before ended")
    func exports() async throws {
        try broadcast.write("item.wav", seconds: 1)
        try broadcast.schedule(in: 4)
        try start()
        #expect(try await broadcast.outcome()["result"]?.text == "played")
        let first = try station.loa("export", stick)
        #expect(first.code == 0, "\(first)")
        #expect(try centreSays("enrol", stick, "s", try key()).code == 0)
        let verdict = try centreSays("verify", stick)
        #expect(verdict.code == 0, "\(verdict)")
        let size = try #require(checkpoint?.size)
        #expect(size > 3)
        for number in 0..<140 {
            try #require(try station.loa("mute", "--for", "1h", "--reason", "lần \(number)").code == 0)
            try #require(try station.loa("unmute").code == 0)
        }
        let json = try station.loa("--json", "export", stick)
        #expect(json.code == 0 && json.output.contains("\"origin\":\"loa/s\""), "\(json)")
        #expect(checkpoint?.size ?? 0 >= size + 280)
        #expect(try centreSays("verify", stick).code == 0)
        let report = try centreSays("status", stick)
        #expect(report.said.contains("s"), "\(report)")
        #expect(try broadcast.entries("command").filter { $0["verb"]?.text == "export" }.count == 2)
        let none = try station.loa("--lang", "en", "export", stick + "/none")
        #expect(none.code == 64 && none.complaint.contains("is the stick mounted"), "\(none)")
    }

    @Test("A stick that was pulled out in the middle is one that the next export completes")
    func exportIsCut() throws {
        try start()
        for number in 0..<135 {
            try #require(try station.loa("mute", "--for", "1h", "--reason", "lần \(number)").code == 0)
            try #require(try station.loa("unmute").code == 0)
        }
        for delay in [1000, 5000, 20_000, 60_000] as [useconds_t] {
            let export = try station.begin("export", stick)
            usleep(delay)
            kill(export.processIdentifier, SIGKILL)
            export.waitUntilExit()
        }
        #expect(try station.loa("export", stick).code == 0)
        #expect(checkpoint?.size ?? 0 > 270)
        #expect(try centreSays("enrol", stick, "s", try key()).code == 0)
        #expect(try centreSays("verify", stick).code == 0)
        // A log that is not this disk's is never written over: another one begins.
        let foreign = try #require(FileManager.default.contents(atPath: stick + "/s/checkpoint"))
        station.signal(SIGKILL)
        _ = station.end()
        try FileManager.default.removeItem(atPath: station.path + "/state")
        try broadcast.start()
        try #require(station.isAnswering(), "\(station.said)")
        let refused = try station.loa("--lang", "en", "export", stick)
        #expect(refused.code == 1 && refused.complaint.contains("export it again"), "\(refused)")
        #expect(station.waits { try station.loa("export", stick).code == 0 })
        #expect(FileManager.default.contents(atPath: stick + "/s/checkpoint") == foreign)
        #expect(FileManager.default.fileExists(atPath: stick + "/s/2/checkpoint"))
    }
}
