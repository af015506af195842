import CardCapture
import Foundation
import StationTrust
import Testing

/// A station on a simulated card, with a timetable of one slot a few seconds ahead.
final class Broadcast {
    let station: StationProcess
    let card = SimulatedCardFolder()
    /// The slot's instant, in seconds since 1970.
    private(set) var scheduled = 0
    private var environment: [String: String?]

    /// Hours that allow everything, at full scale.
    static let always = "hours: [{ from: \"00:00\", to: \"24:00\", ceilingDecibels: 0 }]"

    /// Makes the station; `device` replaces the simulated card.
    init(
        _ configuration: String = always, device: String? = nil, environment: [String: String?] = [:]
    ) throws {
        station = try StationProcess()
        self.environment = environment.merging(
            device == nil ? ["ALSA_CONFIG_PATH": SimulatedCardConfiguration.path] : [:]
        ) { mine, _ in mine }
        try station.configure(
            configuration, output: "device: \"\(device ?? card.device())\", channels: 1")
    }

    /// Lets the station have other upstreams than its own repository.
    func configure(_ upstreams: [String], _ configuration: String = "", station name: String = "s") throws {
        try station.configure(
            "\(Self.always), \(configuration)", station: name,
            output: "device: \"\(card.device())\", channels: 1", upstreams: upstreams)
    }

    /// A started station with a slot that plays for so long.
    ///
    /// - Parameters:
    ///   - seconds: how long `item.wav` sounds.
    ///   - ahead: at least so many seconds ahead.
    ///   - value: its samples.
    ///   - device: replaces the simulated card.
    ///   - environment: the daemon's.
    ///   - prepare: does something to the card before the daemon sees it.
    /// - Returns: the station.
    /// - Throws: what the system says when the daemon cannot be started.
    static func started(
        playing seconds: Double, in ahead: Int = 6, value: (Double) -> Double = { _ in 0.03 },
        device: String? = nil, environment: [String: String?] = [:],
        card prepare: (SimulatedCardFolder) -> Void = { _ in }
    ) throws -> Broadcast {
        let broadcast = try Broadcast(device: device, environment: environment)
        prepare(broadcast.card)
        try broadcast.write("item.wav", seconds: seconds, value: value)
        try broadcast.schedule(in: ahead)
        try broadcast.start()
        return broadcast
    }

    // MARK: Programmes

    /// Writes a mono 16-bit WAV, so faint that loudness gives it four times its level whatever its length.
    func write(_ name: String, seconds: Double, rate: Int = 48_000, value: (Double) -> Double = { _ in 0.03 })
        throws
    {
        let frames = Int(seconds * Double(rate))
        let samples = (0..<frames).map { Int16(value(Double($0) / Double(rate)) * 32_768) }
        let data = samples.withUnsafeBytes { Data($0) }
        try Self.wav(format: 1, bits: 16, rate: rate, data).write(to: file(name))
    }

    /// A mono WAV file around samples; format 1 is integers, 3 is floats.
    static func wav(format: Int, bits: Int, rate: Int, _ samples: Data) -> Data {
        func little(_ number: Int, _ bytes: Int) -> Data {
            Data((0..<bytes).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) })
        }
        return Data("RIFF".utf8) + little(36 + samples.count, 4) + Data("WAVEfmt ".utf8) + little(16, 4)
            + little(format, 2) + little(1, 2) + little(rate, 4) + little(rate * bits / 8, 4)
            + little(bits / 8, 2) + little(bits, 2) + Data("data".utf8) + little(samples.count, 4) + samples
    }

    /// A file of the channel.
    func file(_ name: String) -> URL { station.folder.appending(path: "channel/" + name) }

    /// Runs a tool in the channel's folder; a tool that is missing is a failure.
    func run(_ words: String...) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        process.currentDirectoryURL = station.folder.appending(path: "channel")
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(words)")
    }

    // MARK: The timetable

    /// Puts a slot into the timetable, so many seconds ahead.
    ///
    /// - Parameters:
    ///   - seconds: at least so far ahead; slots begin at whole seconds.
    ///   - attach: what it plays.
    ///   - zone: a zone's name and its offset in hours, to write the time in; nil for UTC.
    ///   - more: other lines of the event.
    /// - Throws: what the system says when the file cannot be written.
    func schedule(
        in seconds: Int = 8, attach: String = "item.wav", zone: (name: String, hours: Int)? = nil,
        more: [String] = []
    ) throws {
        scheduled = time(nil) + seconds + 1
        let text = Self.text(scheduled + (zone?.hours ?? 0) * 3600)
        let start = zone.map { "DTSTART;TZID=\($0.name):\(text)" } ?? "DTSTART:\(text)Z"
        let later = "DTSTART:\(Self.text(scheduled + 7200))Z"
        try replaceTimetable(
            [["UID:now", start, "SUMMARY:Now", "ATTACH:\(attach)"] + more, Self.later(later)])
    }

    /// Leaves only the slot that comes two hours later.
    func withdraw() throws {
        try replaceTimetable([Self.later("DTSTART:\(Self.text(scheduled + 7200))Z")])
    }

    private static func later(_ start: String) -> [String] {
        ["UID:later", start, "SUMMARY:Later", "ATTACH:item.wav"]
    }

    private func replaceTimetable(_ events: [[String]]) throws {
        let lines =
            ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//t//t//VI"]
            + events.flatMap { ["BEGIN:VEVENT", "DTSTAMP:20260101T000000Z"] + $0 + ["END:VEVENT"] }
            + ["END:VCALENDAR", ""]
        let whole = file("schedule.new")
        try Data(lines.joined(separator: "\r\n").utf8).write(to: whole)
        try #require(rename(whole.path, file("schedule.ics").path) == 0)
        if station.daemon != nil { try station.publish() }
    }

    /// An instant in UTC as calendars write it, without the `Z`.
    static func text(_ seconds: Int) -> String {
        var (moment, parts) = (time_t(seconds), tm())
        gmtime_r(&moment, &parts)
        return String(
            format: "%04d%02d%02dT%02d%02d%02d", Int(parts.tm_year) + 1900, Int(parts.tm_mon) + 1,
            Int(parts.tm_mday), Int(parts.tm_hour), Int(parts.tm_min), Int(parts.tm_sec))
    }

    // MARK: Time

    /// Starts the daemon.
    func start(prefix: [String] = []) throws {
        try station.start(environment: environment, prefix: prefix)
    }

    /// The slot's instant, in nanoseconds of CLOCK_MONOTONIC.
    var instant: Int64 { Int64(scheduled) * 1_000_000_000 - Self.difference(CLOCK_REALTIME) }

    /// CLOCK_MONOTONIC in nanoseconds.
    static var now: Int64 { read(CLOCK_MONOTONIC) }

    private static func read(_ clock: clockid_t) -> Int64 {
        var reading = timespec()
        clock_gettime(clock, &reading)
        return Int64(reading.tv_sec) * 1_000_000_000 + Int64(reading.tv_nsec)
    }

    /// How far a clock is ahead of CLOCK_MONOTONIC: of several readings the one that took least.
    private static func difference(_ clock: clockid_t) -> Int64 {
        let readings = (0..<20).map { _ in
            let before = read(CLOCK_MONOTONIC)
            let other = read(clock)
            let after = read(CLOCK_MONOTONIC)
            return (took: after - before, difference: other - (before + after) / 2)
        }
        return readings.min { $0.took < $1.took }?.difference ?? 0
    }

    /// When an entry was made, in nanoseconds of CLOCK_MONOTONIC: entries count CLOCK_BOOTTIME.
    func instant(of entry: JSON) throws -> Int64 {
        try #require(entry["monotonicNanoseconds"]?.integer) - Self.difference(CLOCK_BOOTTIME)
    }

    /// Sleeps until so many seconds after the slot's instant.
    func sleep(until seconds: Double) async throws {
        let left = instant + Int64(seconds * 1e9) - Self.now
        if left > 0 { try await Task.sleep(nanoseconds: UInt64(left)) }
    }

    // MARK: What came of it

    /// The log as it stands on disk, whole lines only.
    func log() throws -> [JSON] { try lines().map(Self.parse) }

    private static func parse(_ line: Substring) throws -> JSON {
        try JSONParser.parse(Array(line.utf8), limits: .init(bytes: 1 << 20))
    }

    private func lines() throws -> [Substring] {
        let folder = station.path + "/state/log"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        return names.filter { $0.hasSuffix(".jsonl") }.sorted().flatMap { name in
            let text = station.text("state/log/" + name)
            return text.lastIndex(of: "\n").map { text[..<$0].split(separator: "\n") } ?? []
        }
    }

    /// The entries of a kind.
    func entries(_ kind: String) throws -> [JSON] {
        // Only what is asked for is parsed: the tests that wait shall not keep the others waiting.
        try lines().filter { $0.utf8.count > 0 && $0.contains("\"kind\":\"\(kind)\"") }.map(Self.parse)
    }

    /// Waits for the first entry that meets a condition.
    func entry(_ kind: String, where meets: (JSON) -> Bool = { _ in true }) async throws -> JSON {
        for _ in 0..<150 {
            if let found = (try? entries(kind))?.first(where: meets) { return found }
            try await Task.sleep(nanoseconds: 200_000_000)
        }
        Issue.record("no \(kind) came: \(try log().map(\.text)) \(station.said)")
        throw CancellationError()
    }

    /// Waits for the slot's outcome.
    func outcome() async throws -> JSON { try await entry("outcome") }

    /// Waits until a condition holds.
    func waits(_ condition: () throws -> Bool) async throws -> Bool {
        for _ in 0..<200 {
            if (try? condition()) == true { return true }
            try await Task.sleep(nanoseconds: 100_000_000)
        }
        return false
    }

    /// What the card played of the slot: each run's sounding stretch, in order.
    func heard() -> [Stretch] { card.settledCapture().runs.compactMap(Stretch.init) }
}

/// The sounding part of a run of the card.
struct Stretch {
    let run: CardCapture.Run
    let frames: Range<Int>
    /// How many of its frames sound.
    let sounding: Int

    /// nil if the run was silent.
    init?(_ run: CardCapture.Run) {
        let sounding = run.sounding
        guard let first = sounding.first, let last = sounding.last else { return nil }
        self.run = run
        frames = first..<(last + 1)
        self.sounding = sounding.count
    }

    /// When its first frame left, in nanoseconds of CLOCK_MONOTONIC.
    var start: Double { run.instant(ofFrame: frames.lowerBound) }
    /// When its last frame had left.
    var end: Double { run.instant(ofFrame: frames.upperBound) }
    /// Its first sample.
    var first: Float { run[frames.lowerBound] }
}
