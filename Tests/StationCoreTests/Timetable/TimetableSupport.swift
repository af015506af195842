// What the tests of the timetable share: the system's zones, channels in a line, and outside programs as oracles.

import Foundation
import StationCore
import Synchronization
import Testing

/// The zones under /usr/share/zoneinfo, each read once.
enum SystemZones {
    private static let cache = Mutex<[String: ZoneFile]>([:])

    static let all = Zones { name in
        if let zone = cache.withLock({ $0[name] }) { return zone }
        guard let data = FileManager.default.contents(atPath: "/usr/share/zoneinfo/\(name)"),
            let zone = try? ZoneFile(bytes: Array(data))
        else { return nil }
        cache.withLock { $0[name] = zone }
        return zone
    }

    static func zone(_ name: String) throws -> ZoneFile {
        try #require(all.zone(named: name), "no zone \(name)")
    }
}

/// The folder of fixtures, beside this file.
let fixtures = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

/// The standard output of a python script of the fixtures.
///
/// A failure fails the test: CI has what the script needs.
func python(_ script: String, _ arguments: String...) throws -> [Substring] {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", fixtures.appending(path: script).path] + arguments
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    try #require(
        process.terminationStatus == 0, "\(script) failed; it needs python3 with dateutil and tzdata")
    return String(decoding: data, as: UTF8.self).split(separator: "\n")
}

/// `19970902T090000` or `19970902` as a civil time.
func civil(_ text: some StringProtocol) throws -> CivilTime {
    let digits = Array(text.filter(\.isWholeNumber)).map { Int(String($0)) ?? 0 }
    func number(_ range: Range<Int>) -> Int {
        range.upperBound <= digits.count ? digits[range].reduce(0) { $0 * 10 + $1 } : 0
    }
    return try #require(
        CivilTime(
            year: number(0..<4), month: number(4..<6), day: number(6..<8), hour: number(8..<10),
            minute: number(10..<12), second: number(12..<14)), "\(text)")
}

/// A civil time as `19970902T090000`.
func text(_ civil: CivilTime) -> String {
    let (year, month, day) = civil.date.parts
    let second = civil.secondOfDay
    return String(
        format: "%04d%02d%02dT%02d%02d%02d", year, month, day, second / 3600, second / 60 % 60, second % 60)
}

/// The instant of an RFC 3339 text.
func instant(_ text: String) throws -> Instant { try #require(RFC3339.parse(text), "\(text)").instant }

extension Timetable {
    /// Compiles one channel for a station in a Vietnamese village.
    static func compile(
        _ files: [String: String], classes: [ProgrammeClass] = ProgrammeClass.allCases,
        station: String = "loa-1",
        groups: [String] = [], languages: [String] = [], zone: String = "Asia/Ho_Chi_Minh",
        liveHosts: [String] = [], audio: Set<String>? = nil
    ) throws -> Compilation {
        let source = ChannelSource(
            upstream: "xa", rank: 1, classes: classes, liveHosts: liveHosts,
            files: files.sorted { $0.key < $1.key }.map { .init(path: $0.key, bytes: Array($0.value.utf8)) },
            audio: audio)
        let owner = TimetableStation(
            id: station, groups: groups, languages: languages, zone: try SystemZones.zone(zone))
        return compile([source], for: owner, zones: SystemZones.all)
    }

    /// The scheduled instants in a zone, as civil times.
    func times(from: String, until: String, zone: String, limit: Int = 10_000) throws -> [String] {
        let zone = try SystemZones.zone(zone)
        return slots(
            from: zone.instant(of: try civil(from)), until: zone.instant(of: try civil(until)), limit: limit
        )
        .map { text(zone.civilTime(at: $0.scheduled)) }
    }
}

/// A calendar of events, each the lines between BEGIN:VEVENT and END:VEVENT; UID and ATTACH are added where missing.
func calendar(_ events: String..., head: String = "") -> String {
    var text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n" + lines(head)
    for (index, event) in events.enumerated() {
        text += "BEGIN:VEVENT\r\n"
        if !event.contains("UID:") { text += "UID:event-\(index + 1)\r\n" }
        text += "DTSTAMP:20260101T000000Z\r\n" + lines(event)
        if !event.contains("ATTACH") && !event.contains("loa-attach") { text += "ATTACH:a.wav\r\n" }
        text += "END:VEVENT\r\n"
    }
    return text + "END:VCALENDAR\r\n"
}

private func lines(_ text: String) -> String {
    text.split(separator: "\n").map { $0 + "\r\n" }.joined()
}
