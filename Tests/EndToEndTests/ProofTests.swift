import CardCapture
import Foundation
import SignedRepositories
import StationTrust
import Testing

/// How often the daemon is killed; the long campaign is a thousand.
private let kills = ProcessInfo.processInfo.environment["LOA_KILLS"].flatMap { Int($0) } ?? 25

/// The log on its way to a real WebDAV store, and what an auditor finds there.
@Suite(.ownThreads, .serialized, .timeLimit(.minutes(5 + kills / 20))) struct ProofTests {
    private let broadcast: Broadcast
    private let store: String
    private let server: NginxServer
    private var station: StationProcess { broadcast.station }

    /// nginx's configuration as the README has it: a station's password opens its own folder.
    private static let dav = """
        location / { return 403; }
        location /s/ {
          dav_methods PUT; create_full_put_path on; client_max_body_size 64m;
          if ($http_authorization != "Basic czpiaS1tYXQ=") { return 401; }
        }
        """

    init() throws {
        broadcast = try Broadcast()
        store = broadcast.station.path + "/store"
        try FileManager.default.createDirectory(atPath: store, withIntermediateDirectories: true)
        server = try NginxServer(store, Self.dav, own: broadcast.station.path + "/dav")
    }

    private func proof(_ password: String = "Basic czpiaS1tYXQ=") -> String {
        "\(Broadcast.always), proof: { url: \"\(server.url)\", headers: { Authorization: \"\(password)\" },"
            + " uploadSeconds: 5 }"
    }

    private func configure(_ more: String) throws {
        try station.configure(more, output: "device: \"\(broadcast.card.device())\", channels: 1")
    }

    private func checkpoint(_ folder: String = "") -> Checkpoint? {
        guard let data = FileManager.default.contents(atPath: "\(store)/s/\(folder)checkpoint") else {
            return nil
        }
        return SignedNote(Array(data)).flatMap { Checkpoint(text: $0.text) }
    }

    /// The station's key, as `verify` shows it to whoever enrols it.
    private func key() throws -> String {
        let answer = try station.loa("--json", "verify").output
        let json = try JSONParser.parse(
            Array(answer.utf8.filter { $0 != 0x0A }), limits: .init(bytes: 1 << 20))
        return try #require(json["key"]?.text)
    }

    /// What an independent verifier says of a log at the store.
    private func verifier(_ folder: String = "", older: [String] = []) throws -> (code: Int32, said: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try Self.verifierProgram())
        process.arguments = ["\(store)/s/\(folder)", try key()] + older
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let said = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, said)
    }

    /// Builds the verifier of Go's own packages, once.
    private static func verifierProgram() throws -> String {
        let program = "/tmp/loa-log-verifier-\(getpid())"
        guard !FileManager.default.fileExists(atPath: program) else { return program }
        let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "log-verifier")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "GO111MODULE=off", "GOPATH=/usr/share/gocode", "GOCACHE=/tmp/loa-gocache-\(getpid())", "go",
            "build", "-o",
            program, ".",
        ]
        process.currentDirectoryURL = source
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "the verifier cannot be built")
        return program
    }

    /// Waits until everything that was durable when this began is at the store.
    private func isUploaded(_ folder: String = "") throws -> Bool {
        let size = try #require(try station.status()["proof"]?["size"]?.integer)
        return station.waits { (checkpoint(folder)?.size ?? -1) >= size }
    }

    @Test("What was played is at the store, where a verifier that we did not write accepts it")
    func uploads() async throws {
        try broadcast.write("item.wav", seconds: 2)
        try broadcast.schedule(in: 4)
        try configure(proof())
        try broadcast.start()
        try #require(station.isAnswering(), "\(station.said)")
        #expect(try await broadcast.outcome()["result"]?.text == "played")
        try #require(try isUploaded(), "\(station.said) \((try? server.requests) ?? [])")
        let proof = try #require(try station.status()["proof"])
        #expect(proof["origin"]?.text == "loa/s" && proof["uploaded"]?.integer ?? 0 > 3)
        let (code, said) = try verifier()
        #expect(
            code == 0 && (Int64(said.filter(\.isNumber)) ?? 0) >= proof["uploaded"]?.integer ?? 0, "\(said)")
        let kept = "\(station.path)/kept"
        let first = try #require(checkpoint())
        try FileManager.default.copyItem(atPath: "\(store)/s/checkpoint", toPath: kept)
        // It goes on, from the head that somebody kept.
        #expect(try station.loa("mute", "--for", "1h", "--reason", "thi").code == 0)
        try #require(try isUploaded())
        #expect(checkpoint()?.size ?? 0 > first.size)
        #expect(try verifier(older: [kept]).code == 0)
        #expect(try station.loa("verify", "--head", kept).code == 0)
        let status = try #require(FileManager.default.contents(atPath: store + "/s/status.json"))
        let json = try JSONParser.parse(Array(status), limits: .init(bytes: 1 << 20))
        #expect(json["signed"]?["station"]?.text == "s" && json["signed"]?["state"]?.text != nil)
        let noteKey = try #require(NoteKey(text: try key()))
        let signed = try #require(json["signed"]).canonicalBytes()
        let signature = try #require(
            json["signatures"]?.elements?.first?["sig"]?.text.flatMap(Hexadecimal.bytes))
        #expect(noteKey.verifies(signature, of: signed))
    }

    @Test("A password that opens nothing is a fault, which the right one ends; the log is whole then")
    func password() throws {
        try configure(proof("Basic c2Fp"))
        try broadcast.schedule(in: 600)
        try broadcast.write("item.wav", seconds: 1)
        try broadcast.start()
        try #require(station.isAnswering())
        #expect(station.waits { try station.faults().contains("proof") || station.loa("sync").code > 1 })
        #expect(checkpoint() == nil)
        station.signal(SIGTERM)
        _ = station.end()
        try configure(proof())
        try broadcast.start()
        try #require(station.isAnswering())
        try #require(try isUploaded())
        #expect(try verifier().code == 0)
        #expect(station.waits { try !station.faults().contains("proof") })
    }

    @Test("T29: what was written without a network goes up in order when it is back, however often it is cut")
    func backlog() throws {
        server.stop()
        try configure(proof())
        try broadcast.schedule(in: 7000)
        try broadcast.write("item.wav", seconds: 1)
        try broadcast.start()
        try #require(station.isAnswering())
        for number in 0..<270 {
            try #require(try station.loa("mute", "--for", "1h", "--reason", "lần \(number)").code == 0)
            try #require(try station.loa("unmute").code == 0)
        }
        #expect(try station.status()["proof"]?["uploaded"]?.integer == 0)
        var sizes: [Int64] = []
        for cut in 0..<6 {
            try server.start()
            let sync = try station.begin("sync")
            usleep(UInt32(cut) * 15_000)
            server.stop()
            sync.waitUntilExit()
            sizes.append(checkpoint()?.size ?? 0)
        }
        try server.start()
        try #require(try isUploaded())
        #expect(sizes == sizes.sorted() && checkpoint()?.size ?? 0 > 540, "\(sizes)")
        #expect(try verifier().code == 0)
        // A full tile goes up once, or once more where the answer to it was cut.
        let full = try server.requests.filter { $0.path.contains("/tile/") && !$0.path.contains(".p/") }
            .filter { 200..<300 ~= $0.status }.map(\.path)
        #expect(Set(full).count == 4 && full.count <= 4 + 6, "\(full)")
        #expect(station.waits { try !station.faults().contains("proof") })
    }

    @Test("T32: a station whose disk is an old image begins another log, and forks none")
    func restoredImage() throws {
        try configure(proof())
        try broadcast.schedule(in: 600)
        try broadcast.write("item.wav", seconds: 1)
        try broadcast.start()
        try #require(station.isAnswering())
        try #require(try isUploaded())
        station.signal(SIGTERM)
        _ = station.end()
        let (state, image) = (station.path + "/state", station.path + "/image")
        try FileManager.default.copyItem(atPath: state, toPath: image)
        try broadcast.start()
        try #require(station.isAnswering())
        for _ in 0..<5 { #expect(try station.loa("mute", "--for", "1h", "--reason", "a").code == 0) }
        try #require(try isUploaded())
        let before = try #require(FileManager.default.contents(atPath: store + "/s/checkpoint"))
        station.signal(SIGKILL)
        _ = station.end()
        try FileManager.default.removeItem(atPath: state)
        try FileManager.default.moveItem(atPath: image, toPath: state)
        try broadcast.start()
        try #require(station.isAnswering())
        for _ in 0..<9 { #expect(try station.loa("mute", "--for", "1h", "--reason", "b").code == 0) }
        try #require(station.waits { checkpoint("2/") != nil })
        try #require(try isUploaded("2/"))
        #expect(FileManager.default.contents(atPath: store + "/s/checkpoint") == before)
        #expect(try verifier("2/").code == 0 && verifier().code == 0)
        #expect(try station.status()["proof"]?["origin"]?.text == "loa/s/2")
        // The head of the first log is of entries that this disk does not have.
        try before.write(to: URL(fileURLWithPath: station.path + "/kept"))
        let verdict = try station.loa("verify", "--head", station.path + "/kept")
        #expect(verdict.code == 1, "\(verdict.output)")
        let own = try station.loa("--lang", "en", "verify")
        #expect(own.code == 0 && own.output.contains("a log that began anew"), "\(own.output)")
        let fingerprint = try #require(NoteKey(text: try key())).fingerprint
        #expect(own.output.contains(fingerprint), "\(own.output)")
        // The centre takes the loss for one until somebody has looked into it, and looks after both logs from then on.
        #expect(try centre("enrol", store, "s", try key()).code == 0)
        let loss = try centre("verify", store)
        #expect(loss.code == 1 && loss.output.contains("BEGUN ANEW"), "\(loss.output)")
        #expect(station.waits { try centre("status", store).output.contains("BEGUN ANEW") })
        let acknowledged = try centre("verify", store, "--acknowledge", "s")
        #expect(acknowledged.code == 0, "\(acknowledged.output)")
        #expect(try centre("verify", store).code == 0)
        #expect(try centre("verify", store, "--all").code == 0)
    }

    /// What the centre's command says.
    private func centre(_ words: String...) throws -> (code: Int32, output: String) {
        let process = Process()
        process.executableURL = StationProcess.programs.appending(path: "loa-centre")
        process.arguments = words
        let pipe = Pipe()
        (process.standardOutput, process.standardError) = (pipe, pipe)
        try process.run()
        let said = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, said)
    }

    @Test(
        "An entry that somebody edits on the disk is found, and nothing is signed any more that contradicts the store"
    )
    func edited() throws {
        try configure(proof())
        try broadcast.schedule(in: 600)
        try broadcast.write("item.wav", seconds: 1)
        try broadcast.start()
        try #require(station.isAnswering())
        #expect(try station.loa("mute", "--for", "1h", "--reason", "thật").code == 0)
        try #require(try isUploaded())
        let folder = station.path + "/state/log/"
        let segment = try #require(
            try FileManager.default.contentsOfDirectory(atPath: folder).first { $0.hasSuffix(".jsonl") })
        let text = station.text("state/log/" + segment)
        try station.write("state/log/" + segment, text.replacingOccurrences(of: "thật", with: "giả!"))
        let verdict = try station.loa("--lang", "en", "verify")
        #expect(verdict.code == 1 && verdict.output.contains("NOT whole"), "\(verdict.output)")
        station.signal(SIGKILL)
        _ = station.end()
        let before = try #require(checkpoint())
        try broadcast.start()
        try #require(station.isAnswering())
        try #require(station.waits { checkpoint("2/") != nil })
        #expect(checkpoint() == before)
        #expect(try verifier().code == 0 && verifier("2/").code == 0)
    }

    @Test(
        "T35: killed at any instant of writing, signing and sending, nothing that was durable is lost, nothing forks"
    )
    func killed() throws {
        try configure(proof())
        try broadcast.schedule(in: 7000)
        try broadcast.write("item.wav", seconds: 1)
        var (durable, mutes, size, heads): (Int64, Int64, Int64, [String]) = (0, 0, 0, [])
        // A head that every later one has to go on from: how soon the first comes is not what is tested.
        try broadcast.start()
        try #require(station.isAnswering())
        try #require(try isUploaded())
        station.signal(SIGKILL)
        _ = station.end()
        for kill in 0..<kills {
            try broadcast.start()
            try #require(station.isAnswering(), "\(station.said)")
            // The tree is of what is on the disk for certain, and of nothing else; and so is what was answered.
            let reported = try #require(try station.status()["proof"]?["size"]?.integer)
            #expect(try station.loa("mute", "--for", "1h", "--reason", "lần \(kill)").code == 0)
            mutes += 1
            // Some tens of milliseconds of sending, and another entry meanwhile: the instant falls into any of it.
            let sync = try station.begin("sync")
            let last = try station.begin("mute", "--for", "1h", "--reason", "lần cuối \(kill)")
            usleep(UInt32.random(in: 0..<80_000))
            station.signal(SIGKILL)
            _ = station.end()
            for command in [sync, last] { command.waitUntilExit() }
            if last.terminationStatus == 0 { mutes += 1 }
            let (lines, kept) = (try lines(), try lines(of: "\"verb\":\"mute\""))
            #expect(
                lines >= max(reported, durable), "\(kill): \(reported) were durable, and \(durable) before")
            #expect(kept >= mutes, "\(kill): \(mutes) mutes were answered")
            mutes = kept
            durable = lines
            if let text = FileManager.default.contents(atPath: store + "/s/checkpoint") {
                heads.append("\(station.path)/kept-\(kill)")
                try text.write(to: URL(fileURLWithPath: heads.last ?? ""))
                let before = size
                size = try #require(checkpoint()?.size)
                #expect(size >= before)
            }
            #expect(!FileManager.default.fileExists(atPath: store + "/s/2"))
        }
        try broadcast.start()
        try #require(station.isAnswering())
        try #require(try isUploaded())
        // Every head that the store ever showed is one of this log.
        let verdict = try verifier(older: heads)
        #expect(verdict.code == 0 && heads.count > kills / 2, "\(heads.count) heads: \(verdict.said)")
    }

    /// How many whole lines, with such a text in them, the log on the disk has.
    private func lines(of text: String = "") throws -> Int64 {
        let folder = station.path + "/state/log/"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter {
            $0.hasSuffix(".jsonl")
        }
        return names.reduce(0) { count, name in
            let whole = String(
                decoding: FileManager.default.contents(atPath: folder + name) ?? Data(), as: UTF8.self
            )
            .split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            return count + Int64(whole.count { text.isEmpty || $0.contains(text) })
        }
    }
}
