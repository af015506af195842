import Foundation
import SignedRepositories
import Testing

/// A centre: the folder that an editor keeps, keys, the repository that `loa-centre` signs of it, and nginx before it.
final class SigningCentre {
    /// One event of a calendar.
    struct Event {
        let uid: String
        /// When it begins, in seconds since 1970.
        let start: Int
        var attach = "item.wav"
        var more: [String] = []
    }

    let name: String
    let folder: String
    private(set) var server: NginxServer

    /// Makes the folder of a centre of that name, and serves what will be in it.
    init(_ name: String, of station: StationProcess) throws {
        self.name = name
        folder = "\(station.path)/\(name)"
        server = try NginxServer(folder + "/repository", own: folder + "/nginx")
    }

    /// Makes keys and a repository.
    func make() throws { try expectFine("init", repository, "--keys", keys) }

    var repository: String { folder + "/repository" }
    var keys: String { folder + "/keys" }

    /// The upstream as a station configures it; `classes` as in the file.
    func upstream(rank: Int = 1, classes: String = "\"normal\", \"priority\", \"emergency\"") -> String {
        "{ name: \"\(name)\", url: \"\(server.url)\", root: \"\(repository)/metadata/1.root.json\", rank: \(rank),"
            + " pollSeconds: 5, classes: [\(classes)] }"
    }

    // MARK: The channel

    func write(_ path: String, _ data: Data) throws {
        let file = URL(fileURLWithPath: "\(folder)/channel/\(path)")
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try data.write(to: file)
    }

    /// Writes a mono tone, or noise that no web server makes shorter.
    func writeSound(_ path: String, seconds: Double, isNoise: Bool = false) throws {
        let rate = isNoise ? 48_000 : 8000
        var state = UInt32(truncatingIfNeeded: path.hashValue) | 1
        let samples = (0..<Int(seconds * Double(rate))).map { frame -> Int16 in
            guard isNoise else { return Int16(4000 * sin(2 * .pi * 440 * Double(frame) / Double(rate))) }
            state = state &* 1_664_525 &+ 1_013_904_223
            return Int16(truncatingIfNeeded: Int32(bitPattern: state) >> 16) / 8
        }
        let data = samples.withUnsafeBytes { Data($0) }
        try write(path, Broadcast.wav(format: 1, bits: 16, rate: rate, data))
    }

    /// Writes the calendar of a folder, which is empty or ends with a `/`.
    func writeCalendar(_ events: [Event], in folder: String = "") throws {
        let lines =
            ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//t//t//VI"]
            + events.flatMap { event in
                [
                    "BEGIN:VEVENT", "DTSTAMP:20260101T000000Z", "UID:\(event.uid)",
                    "DTSTART:\(Broadcast.text(event.start))Z", "SUMMARY:\(event.uid)",
                    "ATTACH:\(event.attach)",
                ] + event.more + ["END:VEVENT"]
            } + ["END:VCALENDAR", ""]
        try write(folder + "schedule.ics", Data(lines.joined(separator: "\r\n").utf8))
    }

    // MARK: Commands

    /// Checks, signs and switches.
    func publish() throws {
        try expectFine("publish", folder + "/channel", repository, "--keys", keys, "--yes")
    }

    /// Signs its channel for another centre, for the paths of these patterns.
    func sign(_ role: String, _ patterns: [String]) throws {
        try expectFine(
            ["sign", folder + "/channel", folder + "/out", "--keys", keys, "--role", role]
                + patterns.flatMap { ["--path", $0] })
    }

    /// Hands paths on to another centre, with what that has signed; without patterns takes what is newer.
    func delegate(to other: SigningCentre, as role: String, _ patterns: [String] = []) throws {
        var words = [
            "delegate", repository, "--keys", keys, "--role", role, "--metadata",
            "\(other.folder)/out/\(role).json",
        ]
        if !patterns.isEmpty {
            let names = try FileManager.default.contentsOfDirectory(atPath: other.keys + "/targets")
            let half = try #require(names.first { $0.hasSuffix(".pub.pem") })
            words += patterns.flatMap { ["--path", $0] } + ["--key", "\(other.keys)/targets/\(half)"]
        }
        try expectFine(words)
    }

    /// Puts a recording of the channel on air as an emergency.
    func alert(_ path: String, for time: String = "10m") throws {
        try expectFine(
            "alert", repository, "--keys", keys, "--audio", "\(folder)/channel/\(path)", "--for", time)
    }

    /// Ends it.
    func cancelAlert() throws { try expectFine("alert", repository, "--keys", keys, "--cancel") }

    /// Signs a new timestamp, by a clock that is so wrong.
    func refresh(clock: String? = nil) throws {
        let words = [Self.program, "refresh", repository, "--keys", keys]
        try Self.run(clock.map { ["faketime", $0] + words } ?? words)
    }

    /// Runs `loa-centre`.
    private func expectFine(_ words: String...) throws { try expectFine(words) }

    private func expectFine(_ words: [String]) throws { try Self.run([Self.program] + words) }

    private static var program: String { StationProcess.programs.appending(path: "loa-centre").path }

    /// Runs a command that must end well.
    static func run(_ words: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        process.standardInput = FileHandle.nullDevice
        let pipe = Pipe()
        (process.standardOutput, process.standardError) = (pipe, pipe)
        try process.run()
        let said = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(words): \(said)")
    }

    /// How often the repository's timestamp was asked for.
    var polls: Int {
        ((try? server.requests) ?? []).count { $0.path.hasSuffix("timestamp.json") }
    }
}
