import CardCapture
import Foundation
import SignedRepositories
import StationTrust
import Testing

/// `loa doctor` at real stations: whole ones, and ones of which something is broken.
@Suite(.ownThreads, .serialized, .timeLimit(.minutes(5))) struct DoctorTests {
    /// A check's line, as `--json` has it.
    private struct Line: Hashable, CustomStringConvertible {
        let check, result, message: String
        let advice: String?
        var description: String { "\(result) \(check): \(message) → \(advice ?? "–")" }
    }

    private struct Diagnosis {
        let code: Int32
        let result: String
        let lines: [Line]
        /// How long it took, in seconds.
        let seconds: Double

        /// The lines of a check.
        subscript(check: String) -> [Line] { lines.filter { $0.check == check } }
        /// The worst of a check; nil where it says nothing.
        func verdict(_ check: String) -> String? {
            ["fault", "warning", "ok"].first { verdict in self[check].contains { $0.result == verdict } }
        }
    }

    private let station: StationProcess
    private let card = SimulatedCardFolder()

    init() throws { station = try StationProcess() }

    private var device: String { "device: \"\(card.device())\", channels: 1" }
    private var configuration: String { station.path + "/station.json5" }

    /// Runs `loa doctor`, whatever this machine lacks.
    ///
    /// - Parameters:
    ///   - arguments: behind the verb.
    ///   - prefix: a program that runs it, with its arguments.
    /// - Returns: what it found.
    /// - Throws: what the system says when it cannot be run.
    private func doctor(_ arguments: [String]? = nil, prefix: [String] = []) throws -> Diagnosis {
        let words =
            prefix + [StationProcess.programs.appending(path: "loa").path, "--json", "doctor"]
            + (arguments ?? ["--config", configuration])
        let start = ContinuousClock.now
        let (code, output) = try run(words)
        let seconds = Double((ContinuousClock.now - start).components.seconds)
        let json = try JSONParser.parse(
            Array(output.utf8.prefix { $0 != 0x0A }), limits: .init(bytes: 1 << 20))
        let lines = try #require(json["checks"]?.elements).map {
            Line(
                check: $0["check"]?.text ?? "", result: $0["result"]?.text ?? "",
                message: $0["message"]?.text ?? "",
                advice: $0["advice"]?.text)
        }
        let result = try #require(json["result"]?.text)
        #expect(code == (result == "fault" ? 1 : 0))
        // So it is for whoever waits at the other end of a slow line, whatever hangs.
        #expect(seconds <= 4, "\(seconds) s")
        return Diagnosis(code: code, result: result, lines: lines, seconds: seconds)
    }

    private func run(_ words: [String]) throws -> (Int32, String) {
        let command = Process()
        command.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        command.arguments = words
        var environment = ProcessInfo.processInfo.environment
        environment["ALSA_CONFIG_PATH"] = SimulatedCardConfiguration.path
        command.environment = environment
        let output = Pipe()
        command.standardOutput = output
        try command.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        command.waitUntilExit()
        return (command.terminationStatus, text)
    }

    private func start(_ more: String = "") throws {
        try station.configure("hours: [{ from: \"00:00\", to: \"24:00\" }], \(more)", output: device)
        try station.start(environment: ["ALSA_CONFIG_PATH": SimulatedCardConfiguration.path])
        try #require(station.isAnswering(), "\(station.said)")
    }

    // MARK: A whole station

    @Test("a station that is whole has no fault but what this machine lacks, with the daemon and without")
    func whole() throws {
        try start()
        #expect(try station.loa("sync").code == 0)
        let running = try doctor()
        for check in [
            "configuration", "daemon", "card", "disk", "upstream", "proof", "keys", "amplifier", "stop-input",
        ] {
            #expect(running.verdict(check) == "ok", "\(running[check])")
        }
        #expect(running["upstream"].first?.message.contains("contact") == true)
        #expect(running["fault"].isEmpty && running["mute"].isEmpty)
        // Without being told, it finds the configuration that the daemon goes by.
        let found = try doctor(["--socket", station.socket])
        #expect(found["configuration"].first?.message.hasPrefix(configuration) == true, "\(found.lines)")
        station.signal(SIGTERM)
        #expect(station.end() == 0)
        let ended = try doctor()
        #expect(ended.code == 1 && ended.verdict("daemon") == "fault")
        for check in ["configuration", "card", "disk", "upstream"] {
            #expect(ended.verdict(check) == "ok", "\(ended[check])")
        }
        // Where the package is installed the daemon would run as its user, and this key is ours.
        #expect(ended.verdict("keys") == (getpwnam("loaphuong") == nil ? "ok" : "fault"), "\(ended["keys"])")
        #expect(ended["upstream"].first?.message.contains("answers after") == true)
    }

    @Test("both languages say the same number of lines, and each advice has its arrow")
    func languages() throws {
        let texts = try ["vi", "en"].map { language in
            try run([
                StationProcess.programs.appending(path: "loa").path, "--lang", language, "doctor", "--config",
                configuration,
            ]).1.split(separator: "\n")
        }
        #expect(texts[0].count == texts[1].count)
        #expect(texts[0].last?.contains(" sự cố · ") == true && texts[1].last?.contains(" fine · ") == true)
        #expect(texts[0].count { $0.contains("→") } == texts[1].count { $0.contains("→") })
        #expect(!texts.joined().contains { $0.contains("\u{1B}") })
        #expect(texts[0].first?.hasPrefix("✗ ") == true)
    }

    // MARK: Configuration

    @Test("a configuration that is broken is told with its places, and what needs none is still looked at")
    func brokenConfiguration() throws {
        try station.write("station.json5", "{\n  station: \"s\",\n  hourz: [],\n  upstreams: [],\n}\n")
        let found = try doctor()
        #expect(
            found["configuration"].map(\.message) == [
                "\(configuration):3:3: hourz: unknown key; did you mean \"hours\"?",
                "\(configuration):4:14: upstreams: expected a list in [ ] of 1 to 16, each {…}, found a list of 0",
            ] || found["configuration"].map(\.message).first?.contains(":3:3: hourz: unknown key") == true)
        #expect(found["configuration"].count == 2 && found.verdict("configuration") == "fault")
        #expect(
            found.verdict("clock") != nil && found.verdict("daemon") != nil && found.verdict("ntp") != nil)
        #expect(found["card"].isEmpty && found["upstream"].isEmpty)
        try FileManager.default.removeItem(atPath: configuration)
        #expect(try doctor()["configuration"].map(\.message) == ["there is no file \(configuration)"])
    }

    @Test("a configuration that was edited is told until the daemon has read it")
    func edited() throws {
        try start()
        #expect(try doctor().verdict("configuration") == "ok")
        try station.configure("hours: [{ from: \"01:00\", to: \"24:00\" }]", output: device)
        let edited = try doctor()["configuration"]
        #expect(
            edited.first?.result == "warning" && edited.first?.advice?.contains("systemctl reload") == true)
        station.signal(SIGHUP)
        #expect(station.waits { try doctor().verdict("configuration") == "ok" })
    }

    @Test("passwords that everybody may read are a fault")
    func openSecrets() throws {
        try station.configure(
            "proof: { url: \"http://127.0.0.1:9/\", headers: { Authorization: \"geheim\" } }")
        #expect(chmod(configuration, 0o644) == 0)
        let open = try doctor()
        #expect(open["configuration"].first?.message.contains("everybody may read") == true, "\(open.lines)")
        #expect(!open.lines.contains { "\($0)".contains("geheim") })
        #expect(chmod(configuration, 0o600) == 0)
        #expect(try doctor()["configuration"].allSatisfy { !$0.message.contains("everybody may read") })
    }

    // MARK: The daemon

    @Test("what status shows as a fault is a fault with advice, and a mute a warning with its end")
    func faults() throws {
        try station.write(
            "channel/schedule.ics",
            "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTART:20260101T220000Z\r\nRRULE:FREQ=DAILY\r\nATTACH:a.wav\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        )
        try start()
        #expect(station.waits { try station.faults().contains("timetable") })
        #expect(try station.loa("mute", "--for", "1h", "--reason", "đám tang").code == 0)
        let found = try doctor()
        let fault = try #require(found["fault"].first)
        #expect(
            fault.result == "fault"
                && fault.message.contains("xa/schedule.ics:6: the channel has no file a.wav"))
        #expect(fault.advice?.contains("centre") == true)
        #expect(
            found.verdict("mute") == "warning" && found["mute"].first?.message.contains("đám tang") == true)
    }

    @Test("a socket at which nobody answers holds nobody up")
    func silentDaemon() throws {
        let path = station.path + "/run/s"
        try FileManager.default.createDirectory(
            atPath: station.path + "/run", withIntermediateDirectories: true)
        let listener = Process()
        listener.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        listener.arguments = [
            "python3", "-c",
            "import socket,time\ns=socket.socket(socket.AF_UNIX)\ns.bind('\(path)')\ns.listen()\ntime.sleep(60)",
        ]
        try listener.run()
        defer { listener.terminate() }
        #expect(station.waits { FileManager.default.fileExists(atPath: path) })
        let found = try doctor()
        #expect(found["daemon"].map(\.message) == ["the daemon at \(path) does not answer"], "\(found.lines)")
        #expect(found.verdict("disk") != nil)
    }

    @Test("an ordinary user is told what could not be seen, never that it is well")
    func ordinaryUser() throws {
        try start()
        #expect(chmod(configuration, 0o600) == 0)
        #expect(chmod(station.path + "/state", 0o700) == 0)
        let nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        let found = try doctor(["--config", configuration, "--socket", station.socket], prefix: nobody)
        #expect(
            found["daemon"].map(\.result) == ["warning"]
                && found["configuration"].map(\.result) == ["warning"])
        #expect(found["configuration"].first?.message.hasSuffix("this user may not look") == true)
        // What the configuration is needed for is left out; what is hidden of the rest is a warning.
        #expect(chmod(configuration, 0o644) == 0)
        let hidden = try doctor(["--config", configuration, "--socket", station.socket], prefix: nobody)
        for check in ["disk", "keys", "upstream", "decoders", "daemon"] {
            #expect(hidden.verdict(check) == "warning", "\(hidden[check])")
        }
    }

    // MARK: The card

    @Test("a card that is missing, busy or refused is told, and one that the daemon has open is left alone")
    func cards() async throws {
        try station.configure(output: device)
        #expect(try doctor()["card"].first?.message.contains("can be opened") == true)
        // Opened, and nothing of it was played.
        #expect(card.capture().runs.isEmpty)
        card.openError = ENODEV
        let missing = try doctor()["card"]
        #expect(missing.first?.message.hasSuffix("the sound card is missing") == true, "\(missing)")
        card.openError = EBUSY
        #expect(try doctor()["card"].first?.message.contains("the sound card is busy") == true)
        card.openError = EACCES
        #expect(try doctor()["card"].map(\.result) == ["warning"])
        card.openError = 0
        try station.configure(output: "device: \"hw:7\"")
        #expect(try doctor()["card"].first?.advice?.contains("this machine has none") == true)
        try station.configure(output: "device: \"null\"")
        #expect(try doctor()["card"].map(\.result) == ["warning"])
    }

    @Test("a broadcast under way is not disturbed")
    func playing() async throws {
        let broadcast = try await Broadcast.playing(6)
        let words = [
            StationProcess.programs.appending(path: "loa").path, "--json", "--socket",
            broadcast.station.socket,
            "doctor",
        ]
        for _ in 0..<3 {
            let output = try run(words).1
            #expect(output.contains("the daemon has it open"), "\(output)")
        }
        let outcome = try await broadcast.outcome()
        #expect(outcome["result"]?.text == "played" && outcome["xruns"]?.integer == 0, "\(outcome)")
        #expect(outcome["framesConsumed"]?.integer == 288_000)
        #expect(broadcast.heard().count == 1)
    }

    // MARK: Disk, keys, users

    @Test("a disk that is read-only is told, and so is a state in memory")
    func readOnly() throws {
        let state = station.path + "/state"
        try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
        #expect(try doctor().verdict("disk") == "ok")
        let mounted = ["unshare", "-m", "sh", "-c"]
        let readOnly = try doctor(
            prefix: mounted + ["mount --bind -o ro \(state) \(state) && exec \"$@\"", "sh"])
        #expect(readOnly["disk"].first?.message.contains("mounted read-only") == true, "\(readOnly["disk"])")
        #expect(readOnly["disk"].count == 1)
        let memory = try doctor(prefix: mounted + ["mount -t tmpfs none \(state) && exec \"$@\"", "sh"])
        #expect(memory["disk"].contains { $0.message.contains("lies in memory") }, "\(memory["disk"])")
        let full = try doctor(
            prefix: mounted + ["mount -t tmpfs -o size=1m,nr_inodes=20 none \(state) && exec \"$@\"", "sh"])
        #expect(full["disk"].contains { $0.message.contains("less than storage.reserveBytes") })
        #expect(full["disk"].contains { $0.message.contains("more files only (inodes)") })
        #expect(try FileManager.default.contentsOfDirectory(atPath: state).isEmpty)
    }

    @Test("a key that others may read, or that is another user's, is a fault")
    func keys() throws {
        try start()
        let folder = station.path + "/state/proof"
        #expect(station.waits { try !FileManager.default.contentsOfDirectory(atPath: folder).isEmpty })
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        let key = try folder + "/" + #require(names.first { $0.hasSuffix(".pem") })
        #expect(try doctor().verdict("keys") == "ok")
        #expect(chmod(key, 0o640) == 0)
        #expect(try doctor()["keys"].map(\.advice) == ["chmod 600 \(key)"])
        #expect(chmod(key, 0o600) == 0 && chown(key, 65_534, 65_534) == 0)
        #expect(try doctor()["keys"].first?.message.contains("is not root's") == true)
        try FileManager.default.removeItem(atPath: key)
        #expect(try doctor()["keys"].first?.message.contains("there is no key") == true)
    }

    @Test("an amplifier's program and a stop input's device that are not there are faults")
    func wiring() throws {
        try station.configure(
            "amplifier: { on: [\"/usr/bin/gpio-none\", \"x\"], off: [\"/bin/true\", \"gpiochip77\"] },"
                + " stopInput: \"gpio:gpiochip78:4\"")
        let found = try doctor()
        #expect(
            found["amplifier"].map(\.message) == [
                "amplifier.on: there is no /usr/bin/gpio-none", "amplifier.off: there is no /dev/gpiochip77",
            ])
        #expect(found["stop-input"].map(\.message) == ["stopInput: there is no /dev/gpiochip78"])
        try station.configure(
            "amplifier: { on: [\"/bin/true\"], off: [\"/bin/true\"] }, stopInput: \"key:/dev/null:1\"")
        let fine = try doctor()
        #expect(fine.verdict("amplifier") == "ok" && fine.verdict("stop-input") == "ok")
    }

    @Test("a decoder that a programme needs and that is not installed is a fault, else a warning")
    func decoders() throws {
        let library = try #require(
            try run(["sh", "-c", "ls /usr/lib/*/libmpg123.so.0"]).1.split(separator: "\n").first)
        let hidden = [
            "unshare", "-m", "sh", "-c", "mount --bind /dev/null $(readlink -f \(library)) && exec \"$@\"",
            "sh",
        ]
        try FileManager.default.createDirectory(
            atPath: station.path + "/state/content", withIntermediateDirectories: true)
        #expect(try doctor().verdict("decoders") == "ok")
        let unneeded = try doctor(prefix: hidden)["decoders"]
        #expect(
            unneeded.map(\.result) == ["warning"] && unneeded.first?.message.contains("libmpg123") == true)
        try station.write("a.wav", "")
        _ = try run([
            "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=duration=1", "-y", "-f", "mp3",
            station.path + "/state/content/aa",
        ])
        let needed = try doctor(prefix: hidden)["decoders"]
        #expect(needed.map(\.result) == ["fault"] && needed.first?.advice == "apt-get install libsndfile1")
        #expect(try doctor().verdict("decoders") == "ok")
    }

    // MARK: Upstreams

    private func upstream(_ url: String, root: String? = nil) -> String {
        "{ name: \"xa\", url: \"\(url)\", root: \"\(root ?? self.root)\" }"
    }

    @Test("a root that is missing or broken is told, before anything was fetched by it")
    func badRoot() throws {
        try station.configure(upstreams: [
            upstream(station.path + "/repository", root: station.path + "/none.json")
        ])
        #expect(
            try doctor()["upstream"].contains {
                $0.message == "xa: there is no root \(station.path)/none.json"
            })
        try station.write("none.json", "{}")
        #expect(try doctor()["upstream"].contains { $0.message.contains("none.json is no root") })
    }

    @Test("a server that is gone, has nothing, hangs or shows another's certificate is told for what it is")
    func servers() throws {
        try station.publish()
        let server = try NginxServer(station.path + "/repository", own: station.path + "/nginx")
        func found(_ url: String, _ more: String = "") throws -> Line? {
            try station.configure(more, upstreams: [upstream(url, root: root)])
            return try doctor()["upstream"].first
        }
        let good = try found(server.url)
        #expect(good?.result == "ok", "\(String(describing: good))")
        #expect(try found(server.url + "other/")?.message == "xa: timestamp: not on the server")
        let url = server.url
        server.stop()
        #expect(try found(url)?.message.contains("connect to server") == true)
        #expect(try found("http://loa.invalid/")?.message.contains("resolve host") == true)
        #expect(
            try found(url, "network: { proxy: \"http://proxy.invalid:3128\" }")?.message.contains("proxy")
                == true)
        // One that takes the connection and says nothing.
        let hung = try LoopbackSocket()
        try #require(listen(hung.number, 8) == 0)
        let cut = try #require(try found("http://127.0.0.1:\(hung.port)/"))
        #expect(cut.result == "warning" && cut.message.hasPrefix("xa: no answer in the time of this check"))
        withExtendedLifetime(hung) {}
    }

    @Test("a certificate that nobody vouches for is told as one")
    func certificate() throws {
        try station.publish()
        let (certificate, key) = (station.path + "/c.pem", station.path + "/k.pem")
        _ = try run([
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-subj",
            "/CN=x", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "3", "-keyout", key, "-out",
            certificate,
        ])
        let server = try NginxServer(
            station.path + "/repository", own: station.path + "/nginx", secure: (certificate, key))
        try station.configure(upstreams: [upstream(server.url, root: root)])
        let line = try #require(try doctor()["upstream"].first)
        #expect(line.result == "fault" && line.message.contains("SSL peer certificate"))
        #expect(line.advice?.contains("network.caFile") == true)
        // With the authority configured it is believed; a client's certificate that ends soon is told.
        try station.configure(
            "network: { caFile: \"\(certificate)\", clientCertificate: \"\(certificate)\", clientKey: \"\(key)\" }",
            upstreams: [upstream(server.url, root: root)])
        #expect(chmod(key, 0o644) == 0)
        let found = try doctor()
        #expect(found.verdict("upstream") == "ok", "\(found["upstream"])")
        #expect(
            found["keys"].contains {
                $0.result == "fault" && $0.message == "clientKey: everybody may read \(key)"
            })
        #expect(
            found["keys"].contains {
                $0.result == "warning" && $0.message.contains("the certificate ends soon")
            })
    }

    @Test("a store that refuses the station is told")
    func store() throws {
        try station.publish()
        let server = try NginxServer(
            station.path + "/repository", "location /store/ { return 403; }", own: station.path + "/nginx")
        try station.configure(
            "proof: { url: \"\(server.url)store\" }", upstreams: [upstream(server.url, root: root)])
        let found = try doctor()
        #expect(found["proof"].first?.message.hasSuffix("the server said 403") == true, "\(found["proof"])")
        #expect(found["proof"].first?.advice?.contains("proof.headers") == true)
        #expect(found.verdict("upstream") == "ok")
    }

    /// The root of the station's own repository, once it was published.
    private var root: String { station.path + "/repository/metadata/1.root.json" }
}
