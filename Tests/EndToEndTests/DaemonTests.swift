import Foundation
import StationCore
import StationTrust
import Testing

/// The real daemon and the real command, with a real kernel between them.
@Suite(.ownThreads) struct DaemonTests {
    private let station: StationProcess

    init() throws { station = try StationProcess() }

    private func start() throws {
        try station.start()
        try #require(station.isAnswering(), "\(station.said)")
    }

    @Test("status answers with exactly the fields of the contract")
    func status() throws {
        try start()
        #expect(station.waits { try station.status()["upstreams"]?.elements?.first?["lastContact"] != .null })
        let answer = try station.loa("--json", "status")
        #expect(answer.code == 0)
        let status = try station.status()
        func names(_ json: JSON?) -> [String] { json?.members?.map(\.name) ?? [] }
        #expect(
            names(status) == [
                "station", "version", "state", "clock", "playing", "next", "upstreams", "device", "storage",
                "proof", "faults",
            ])
        #expect(names(status["station"]) == ["id", "name"])
        #expect(names(status["clock"]) == ["trust", "now", "zone", "errorMicroseconds"])
        #expect(
            names(status["upstreams"]?.elements?.first) == [
                "name", "url", "targetsVersion", "lastContact", "lastChange", "stale", "error",
            ])
        #expect(names(status["device"]) == ["name", "state", "rate", "channels", "xruns"])
        #expect(names(status["storage"]) == ["freeBytes", "contentBytes"])
        #expect(names(status["proof"]) == ["origin", "size", "uploaded", "rootHash", "key"])
        #expect(status["state"]?.text == "idle")
        #expect(status["faults"] == [])
    }

    @Test("SIGTERM and SIGINT end it in order, and leave no socket", arguments: [SIGTERM, SIGINT])
    func terminate(signal: Int32) throws {
        try start()
        station.signal(signal)
        #expect(station.end() == 0)
        #expect(!FileManager.default.fileExists(atPath: station.socket))
        #expect(try station.loa("status").code == 69)
    }

    @Test("a second daemon on the same state or socket refuses to start, and the first goes on")
    func secondInstance() throws {
        try start()
        let other = try StationProcess()
        for (state, socket) in [
            (station.path + "/state", station.socket), (station.path + "/state", other.socket),
            (other.path + "/state", station.socket),
        ] {
            try other.write(
                "station.json5",
                """
                { station: "s", upstreams: [{ name: "x", url: "/tmp", root: "/tmp/none" }], output: { device: "null" },
                  state: "\(state)", socket: "\(socket)" }
                """)
            try other.start()
            #expect(other.end() == 1)
            #expect(other.said.contains("another loaphuongd is running"))
            #expect(try station.loa("status").code == 0)
        }
    }

    @Test(
        "T38: what a killed daemon left is taken over: socket, lock, log, mute and volume; the amplifier is off"
    )
    func restart() throws {
        try station.configure(
            "amplifier: { on: [\"/bin/true\"], off: [\"/bin/sh\", \"-c\", \"echo off >> \(station.path)/amplifier\"] }"
        )
        for boots in 1...3 {
            try start()
            #expect(
                station.waits { try station.entries().filter { $0["kind"]?.text == "boot" }.count == boots })
            #expect(station.waits { station.text("amplifier").split(separator: "\n").count >= boots })
            if boots == 1 {
                #expect(try station.loa("volume", "-20").code == 0)
                #expect(try station.loa("mute", "--for", "1h", "--reason", "đám tang").code == 0)
            }
            #expect(try station.status()["state"]?.text == "muted")
            station.signal(SIGKILL)
            _ = station.end()
            #expect(FileManager.default.fileExists(atPath: station.socket))
        }
        try start()
        #expect(try station.status()["state"]?.text == "muted")
        #expect(try station.loa("--json", "volume").output.contains("-20"))
        #expect(try station.loa("unmute").code == 0)
        #expect(try station.status()["state"]?.text == "idle")
        let entries = try station.entries()
        #expect(entries.map { $0["index"]?.integer } == (0..<Int64(entries.count)).map(Optional.some))
    }

    @Test("T17: the amplifier that a killed daemon left on is switched off by who comes after it")
    func amplifierOff() throws {
        let script = "echo $0 >> \(station.path)/amplifier"
        func command(_ word: String) -> String { "[\"/bin/sh\", \"-c\", \"\(script)\", \"\(word)\"]" }
        func switchOff() throws -> (code: Int32, said: String) {
            try station.run("loaphuongd", "--config", station.path + "/station.json5", "--amplifier-off")
        }
        #expect(try switchOff().code == 0)
        #expect(station.text("amplifier") == "")
        try station.configure("amplifier: { on: \(command("on")), off: \(command("off")) }")
        #expect(try switchOff().code == 0)
        #expect(station.text("amplifier") == "off\n")
        try station.configure("amplifier: { on: \(command("on")), off: [\"/none/amplifier\"] }")
        let failed = try switchOff()
        #expect(failed.code == 1)
        #expect(failed.said.contains("/none/amplifier"))
    }

    @Test("a file in the socket's place is not removed")
    func noSocket() throws {
        try FileManager.default.createDirectory(
            atPath: station.path + "/run", withIntermediateDirectories: true)
        try station.write("run/s", "something of somebody's")
        try station.start()
        #expect(station.end() == 1)
        #expect(station.said.contains("is no socket"))
        #expect(station.text("run/s") == "something of somebody's")
    }

    @Test("a wrong configuration ends it with file and line, and code 78")
    func wrongConfiguration() throws {
        try station.configure("\n volum: 3,\n hours: [{ from: \"25:00\" }]")
        try station.start()
        #expect(station.end() == 78)
        #expect(station.said.contains("station.json5:4:"))
        #expect(station.said.contains("volum"))
        #expect(station.said.contains("station.json5:5:"))
    }

    @Test("T5: a zone that this system does not have is a configuration error, never UTC")
    func unknownZone() throws {
        try station.configure("timeZone: \"Asia/Ho_Chi_Min\"")
        try station.start()
        #expect(station.end() == 78)
        #expect(station.said.contains("station.json5:3:"))
        #expect(station.said.contains("this system has no zone Asia/Ho_Chi_Min"))
        try station.configure()
        try station.start(environment: ["TZDIR": station.path])
        #expect(station.end() == 78)
    }

    @Test("T5: without zone files it does not start; what a law changes in them holds after SIGHUP")
    func zoneFileChanges() throws {
        let system = URL(fileURLWithPath: "/usr/share/zoneinfo/Asia")
        let zones = station.folder.appending(path: "zones/Asia")
        try FileManager.default.createDirectory(at: zones, withIntermediateDirectories: true)
        let file = zones.appending(path: "Ho_Chi_Minh")
        func put(_ name: String) throws {
            try Data(contentsOf: system.appending(path: name)).write(to: file, options: .atomic)
        }
        let environment = ["TZDIR": station.path + "/zones"]
        try put("Ho_Chi_Minh")
        try station.start(environment: environment)
        try #require(station.isAnswering(), "\(station.said)")
        func now() throws -> String? { try station.status()["clock"]?["now"]?.text }
        #expect(try now()?.hasSuffix("+07:00") == true)
        try put("Tokyo")
        station.signal(SIGHUP)
        #expect(station.waits { try now()?.hasSuffix("+09:00") == true })
        // A file that is gone, or half written, changes nothing.
        try FileManager.default.removeItem(at: file)
        station.signal(SIGHUP)
        #expect(station.waits { try station.faults() == ["configuration"] })
        #expect(try now()?.hasSuffix("+09:00") == true)
    }

    @Test("an upstream that is gone, or has no event, is a fault, and its last good timetable stays")
    func missingUpstream() throws {
        let calendar = """
            BEGIN:VCALENDAR\r
            BEGIN:VEVENT\r
            UID:tin\r
            DTSTART:20260101T220000Z\r
            RRULE:FREQ=DAILY\r
            ATTACH:tin.wav\r
            END:VEVENT\r
            END:VCALENDAR\r

            """
        try station.write("channel/schedule.ics", calendar)
        try station.write("channel/tin.wav", "")
        try start()
        func next() throws -> String? { try station.status()["next"]?["programme"]?.text }
        #expect(station.waits { try next() == "tin" })
        let (here, gone) = (station.path + "/repository", station.path + "/gone")
        try FileManager.default.moveItem(atPath: here, toPath: gone)
        // The empty file is a fault of its own, found as soon as its slot is the next.
        #expect(station.waits { try station.faults().contains("upstream") })
        #expect(try next() == "tin")
        #expect(try station.loa("status").code == 1)
        try FileManager.default.moveItem(atPath: gone, toPath: here)
        try station.write("channel/schedule.ics", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
        try station.publish()
        // The empty file may be told before it or after.
        func messages() throws -> [String] {
            try station.status()["faults"]?.elements?.compactMap { $0["message"]?.text } ?? []
        }
        #expect(station.waits { try messages().contains { $0.contains("X-LOA-EMPTY") } })
        #expect(try next() == "tin")
        try station.write("channel/schedule.ics", StationProcess.emptyCalendar)
        try station.publish()
        #expect(station.waits { try station.faults().isEmpty && next() == nil })
    }

    // MARK: SIGHUP

    @Test("T42: SIGHUP takes a configuration whole, and a wrong one not at all")
    func reload() throws {
        try start()
        #expect(try station.status()["station"]?["name"]?.text == "s")
        try station.configure("name: \"Ấp 3\", timeZone: \"Asia/Bangkok\"")
        station.signal(SIGHUP)
        #expect(station.waits { try station.status()["station"]?["name"]?.text == "Ấp 3" })
        #expect(try station.status()["clock"]?["zone"]?.text == "Asia/Bangkok")

        // Half right: the name is fine, the hours are not.
        try station.configure("name: \"Ấp 4\", hours: [{ from: \"25:00\" }]")
        station.signal(SIGHUP)
        #expect(station.waits { try station.faults() == ["configuration"] })
        #expect(try station.status()["station"]?["name"]?.text == "Ấp 3")
        let message = try station.status()["faults"]?.elements?.first?["message"]?.text
        #expect(message?.contains("station.json5:3:") == true)

        try station.configure("name: \"Ấp 5\"")
        station.signal(SIGHUP)
        #expect(station.waits { try station.faults().isEmpty })
        #expect(try station.status()["station"]?["name"]?.text == "Ấp 5")
    }

    @Test("T42: what needs a restart is named, and nothing else of that file is taken either")
    func reloadNeedsRestart() throws {
        try start()
        try station.configure("name: \"Ấp 3\", loudness: { targetLufs: -20 }")
        station.signal(SIGHUP)
        #expect(station.waits { try station.faults() == ["configuration"] })
        #expect(try station.status()["station"]?["name"]?.text == "s")
        let message = try station.status()["faults"]?.elements?.first?["message"]?.text
        #expect(message?.contains("a restart is needed for loudness") == true)
    }

    @Test("T17: an amplifier that the file names no more is switched off by the command that it had")
    func reloadWithoutAmplifier() throws {
        let told = station.path + "/told"
        func switching(_ word: String) -> String { #"["/bin/sh", "-c", "echo \#(word) >>\#(told)"]"# }
        func words() -> String { (try? String(contentsOfFile: told, encoding: .utf8)) ?? "" }
        let amplifier = "amplifier: { on: \(switching("on")), off: \(switching("off")) }"
        try station.configure(amplifier)
        try start()
        #expect(station.waits { words() == "off\n" }, "once, at the start")
        try station.configure("name: \"Ấp 3\"")
        station.signal(SIGHUP)
        #expect(station.waits { try station.faults() == ["configuration"] })
        let message = try station.status()["faults"]?.elements?.first?["message"]?.text
        #expect(message?.contains("a restart is needed for amplifier") == true)
        station.signal(SIGTERM)
        #expect(station.waits { words() == "off\noff\n" })
    }

    // MARK: A disk that cannot be written

    @Test("T36: with a state directory that cannot be written it goes on from /run, and says so")
    func readOnlyState() throws {
        // As a user whom permissions hold; root passes them.
        try station.write("channel/schedule.ics", StationProcess.emptyCalendar)
        let files = FileManager.default
        try files.createDirectory(atPath: station.path + "/state", withIntermediateDirectories: true)
        try files.createDirectory(atPath: station.path + "/run", withIntermediateDirectories: true)
        chmod(station.path + "/state", 0o555)
        let isRoot = geteuid() == 0
        if isRoot { chown(station.path + "/run", 65_534, 65_534) }
        try station.start(
            prefix: isRoot ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : [])
        try #require(station.isAnswering(), "\(station.said)")
        // Nothing new can be taken either, for there is nowhere to put it.
        #expect(station.waits { try station.faults().sorted() == ["disk-unwritable", "upstream"] })
        #expect(try station.entries().first?["kind"]?.text == "boot")
        #expect(station.text("run/log.jsonl").contains("\"kind\":\"boot\""))
        // What was kept moves to the disk as soon as it takes it, at the latest at the next start.
        station.signal(SIGKILL)
        _ = station.end()
        chmod(station.path + "/state", 0o777)
        try station.start(
            prefix: isRoot ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : [])
        try #require(station.isAnswering(), "\(station.said)")
        #expect(station.waits { try station.faults().isEmpty })
        #expect(try station.entries().filter { $0["kind"]?.text == "boot" }.count == 2)
        #expect(!FileManager.default.fileExists(atPath: station.path + "/run/log.jsonl"))
    }

    @Test("SIGTERM leaves a checkpoint, so that the next start reads only what comes after it")
    func checkpoint() throws {
        try start()
        station.signal(SIGTERM)
        #expect(station.end() == 0)
        #expect(station.text("state/log/checkpoint.json").contains("\"segment\""))
    }
}
