import Glibc
import StationSimulator
import StationTrust
import Synchronization

@testable import StationCore

// A village's station to be simulated: its settings, its timetable as iCalendar text, its content.

/// One event of a calendar.
struct Programme {
    var uid: String
    /// Local, as iCalendar writes it: `20260101T050000`.
    var start: String
    var duration: String?
    var rule: String? = "FREQ=DAILY"
    var late: String?
    var priority: Int?
    /// The files it plays, with their lengths in seconds.
    var items: [(path: String, seconds: Int)]
    var more: [String] = []

    init(
        _ uid: String, at time: String, for duration: String? = nil, seconds: Int, late: String? = nil,
        priority: Int? = nil, rule: String? = "FREQ=DAILY", day: String = "20260101"
    ) {
        self.uid = uid
        start = "\(day)T\(time)"
        self.duration = duration
        self.late = late
        self.priority = priority
        self.rule = rule
        // Three items where that is worth it: an interruption then has somewhere to go on.
        items =
            seconds < 30
            ? [("\(uid)-1.wav", seconds)]
            : (1...3).map { ("\(uid)-\($0).wav", $0 < 3 ? seconds / 3 : seconds - 2 * (seconds / 3)) }
    }

    /// What most scenarios play each day.
    static let sang = Programme("sang", at: "050000", seconds: 20)
    static let trua = Programme("trua", at: "110000", seconds: 20)

    var isEmergency: Bool { priority == 1 }

    func lines(zone: String) -> [String] {
        var lines = ["BEGIN:VEVENT", "UID:\(uid)", "SUMMARY:\(uid)", "DTSTART;TZID=\(zone):\(start)"]
        if let duration { lines.append("DURATION:\(duration)") }
        if let rule { lines.append("RRULE:\(rule)") }
        if let late { lines.append("X-LOA-LATE:\(late)") }
        if let priority { lines.append("PRIORITY:\(priority)") }
        return lines + more + ["ATTACH:\(uid).m3u8", "END:VEVENT"]
    }

    var playlist: String {
        "#EXTM3U\n" + items.map { "#EXTINF:\($0.seconds),\($0.path)\n\($0.path)\n" }.joined()
    }
}

struct Village {
    var zoneName = "Asia/Ho_Chi_Minh"
    var bands = [
        GuardRules.Band(from: 5 * 60, to: 11 * 60, ceilingDecibels: -6),
        GuardRules.Band(from: 11 * 60, to: 21 * 60, ceilingDecibels: -9),
    ]
    var longestBroadcast = Duration.seconds(7200)
    var emergenciesPerDay = 12
    var isBatteryBacked = false
    var holdover = Duration.seconds(30 * 86_400)
    var amplifier: StationSettings.Amplifier? = .init(
        lead: .seconds(2), tail: .seconds(5), longest: .seconds(3 * 3600))
    /// How often the centre is told how the station is; nil without a store for its log.
    var proofInterval: Duration?
    var programmes: [Programme]
    /// More fallback lines and the like, by the path of a playlist.
    var playlists: [String: String] = [:]

    init(_ programmes: [Programme]) { self.programmes = programmes }

    /// The programmes of an ordinary week with everything that the design knows: all classes, every rule for
    /// lateness, overlaps, hard ends, the end of the hours, midnight.
    static var ordinary: Village {
        Village([
            Programme("sang", at: "050000", for: "PT10M", seconds: 150),
            Programme("noi-tiep", at: "050130", seconds: 45),
            Programme("dung-gio", at: "060000", seconds: 60, late: "SKIP"),
            Programme("dung-luc", at: "060000", seconds: 40, late: "PT2M"),
            Programme(
                "tiep-song", at: "080000", for: "PT5M", seconds: 290, late: "JOIN",
                rule: "FREQ=WEEKLY;BYDAY=MO,WE,FR"),
            Programme("trua", at: "105930", for: "PT3M", seconds: 100, late: "PT5M"),
            Programme("uu-tien", at: "110015", seconds: 30, priority: 2, rule: "FREQ=DAILY;INTERVAL=2"),
            Programme("chieu", at: "170000", for: "PT5M", seconds: 120, late: "JOIN"),
            Programme(
                "khan-cap", at: "170040", for: "PT1M", seconds: 20, priority: 1, rule: "FREQ=WEEKLY;BYDAY=TU"),
            Programme("toi", at: "190000", seconds: 90, late: "PT30M"),
            Programme("cuoi-ngay", at: "205930", seconds: 60, rule: "FREQ=WEEKLY;BYDAY=SU"),
            Programme(
                "nua-dem", at: "235950", for: "PT1M", seconds: 25, priority: 1, rule: "FREQ=WEEKLY;BYDAY=SA"),
        ])
    }

    var zone: ZoneFile { Self.zone(named: zoneName) }

    var rules: GuardRules {
        GuardRules(
            bands: bands, longestBroadcast: longestBroadcast, longestEmergency: .seconds(600),
            emergenciesPerDay: emergenciesPerDay, emergencyCeilingDecibels: 0)
    }

    var settings: StationSettings {
        StationSettings(
            station: "ap-3", name: "Ấp 3", version: "test", buildDate: at("2025-11-01T00:00:00+07:00"),
            zoneName: zoneName, zone: zone, rules: rules, amplifier: amplifier,
            isClockBatteryBacked: isBatteryBacked, holdover: holdover, deviceName: "simulated",
            upstreams: [.init(name: "xa", url: "https://xa", pollInterval: .seconds(6 * 3600))],
            bytesPerMonth: 1 << 40, quotaBytes: 1 << 40, reserveBytes: 0, proofInterval: proofInterval)
    }

    var channel: ChannelSource {
        var files: [ChannelSource.File] = []
        for (folder, events) in [
            ("", programmes.filter { !$0.isEmergency }), ("emergency/", programmes.filter(\.isEmergency)),
        ] {
            let lines =
                ["BEGIN:VCALENDAR", "VERSION:2.0"] + (events.isEmpty ? ["X-LOA-EMPTY:TRUE"] : [])
                + events.flatMap { $0.lines(zone: zoneName) } + ["END:VCALENDAR", ""]
            files.append(
                .init(path: folder + "schedule.ics", bytes: Array(lines.joined(separator: "\r\n").utf8)))
            for event in events {
                let path = "\(folder)\(event.uid).m3u8"
                files.append(.init(path: path, bytes: Array((playlists[path] ?? event.playlist).utf8)))
            }
        }
        return ChannelSource(upstream: "xa", rank: 1, classes: ProgrammeClass.allCases, files: files)
    }

    var timetable: SimulatedOffer {
        let zone = zone
        return SimulatedOffer(
            [channel], for: TimetableStation(id: "ap-3", zone: zone), zones: Zones { Self.zone(named: $0) })
    }

    /// Alerts as the only emergencies, their signature good until an instant, beside what is ordinary.
    func offer(_ alerts: [Programme], until end: Instant, beside ordinary: SimulatedOffer) -> SimulatedOffer {
        var other = self
        other.programmes = alerts
        var channel = other.channel
        channel.expires = end
        let zone = zone
        let compiled = SimulatedOffer(
            [channel], for: TimetableStation(id: "ap-3", zone: zone), zones: Zones { Self.zone(named: $0) })
        var offer = ordinary
        offer.timetables[.emergency] = compiled.timetables[.emergency]
        offer.timetables[.emergency]?.manifest.channels["xa"]?.expires = end
        return offer
    }

    var library: SimulatedLibrary {
        var library = SimulatedLibrary()
        for programme in programmes {
            let folder = programme.isEmergency ? "xa/emergency/" : "xa/"
            for item in programme.items {
                library[folder + item.path] = SimulatedContent(
                    duration: .seconds(item.seconds), sha256: SHA256.hash(item.path.utf8))
            }
        }
        return library
    }

    /// The village's world with power on, at an instant of true time in RFC 3339.
    func world(at time: String) -> World {
        let world = World(settings: settings, at: StationSimulatorTests.at(time))
        world.library = library
        world.carryOut(.install(timetable))
        world.carryOut(.boot)
        return world
    }

    /// The station from an instant on, and who hears it.
    func listened(from time: String) -> (World, Ear) {
        let world = world(at: time)
        let ear = Ear()
        world.observer = ear
        return (world, ear)
    }

    static func zone(named name: String) -> ZoneFile {
        zones.zone(named: name)
    }

    private static let zones = ZoneCache()
}

/// Real zone files, each read once.
final class ZoneCache: Sendable {
    private let zones = Mutex<[String: ZoneFile]>([:])

    func zone(named name: String) -> ZoneFile {
        zones.withLock { zones in
            let zone = zones[name] ?? read(name)
            zones[name] = zone
            return zone
        }
    }

    private func read(_ name: String) -> ZoneFile {
        guard let file = fopen("/usr/share/zoneinfo/\(name)", "r") else {
            fatalError("no zone \(name): install tzdata")
        }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = fread(&bytes, 1, bytes.count, file)
        guard let zone = try? ZoneFile(bytes: Array(bytes[..<count])) else {
            fatalError("no zone file: \(name)")
        }
        return zone
    }
}

/// An instant of RFC 3339.
func at(_ text: String) -> Instant {
    guard let instant = RFC3339.instant(of: text) else { fatalError("not RFC 3339: \(text)") }
    return instant
}

let operatorPerson = Person(uid: 0, name: "root", mayAct: true)

extension World {
    /// The outcomes in the log, with the result and the reason of each.
    var outcomes: [(slot: String, result: String, reason: String?, json: JSON)] {
        log.filter { $0.kind == .outcome }.map {
            ($0.json["slot"]?.text ?? "", $0.json["result"]?.text ?? "", $0.json["reason"]?.text, $0.json)
        }
    }

    /// "result reason" of the one outcome of a slot's programme on a day (`2026-03-02`).
    func outcome(of programme: String, on day: String) -> String? {
        let found = outcomes.filter { $0.slot.hasPrefix("xa/\(programme)@\(day)") }
        guard found.count <= 1 else { return "\(found.count) outcomes" }
        return found.first.map { [$0.result, $0.reason].compactMap { $0 }.joined(separator: " ") }
    }

    func run(until text: String) { run(until: at(text)) }
    func schedule(_ deed: Deed, at text: String) { schedule(deed, at: at(text)) }
}

extension World {
    /// Whether a station may believe its clock at all: somebody told the time in this boot, or a battery keeps it.
    var mayBelieveClock: Bool { wasSynchronised || settings.isClockBatteryBacked }
}
