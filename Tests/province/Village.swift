import StationCore
import StationHost
import StationSimulator
import StationTrust

/// What a station of the province plays: six programmes a day, and three emergencies a year.
struct Village {
    private struct Programme {
        var uid: String
        var title: String
        var themes: String
        var time: String
        var minutes: Int
        var priority = 0
        var rule = "RRULE:FREQ=DAILY"
        var more = ""

        func event(on day: String) -> String {
            """
            BEGIN:VEVENT
            UID:\(uid)
            SUMMARY:\(title)
            DTSTART;TZID=Asia/Ho_Chi_Minh:\(day)T\(time)
            \(rule.isEmpty ? "" : rule + "\n")PRIORITY:\(priority)
            \(themes.isEmpty ? "" : "CATEGORIES:\(themes)\n")\(more)ATTACH:\(uid).m3u8
            END:VEVENT

            """
        }
    }

    private static let daily = [
        Programme(
            uid: "thoi-su-sang", title: "Thời sự buổi sáng", themes: "thời sự", time: "050000", minutes: 14),
        Programme(
            uid: "khuyen-nong", title: "Bản tin khuyến nông", themes: "nông nghiệp", time: "053000",
            minutes: 8),
        Programme(
            uid: "giam-ngheo", title: "Giảm nghèo bền vững", themes: "giảm nghèo,việc làm", time: "110000",
            minutes: 10),
        Programme(uid: "suc-khoe", title: "Sức khỏe cộng đồng", themes: "y tế", time: "113000", minutes: 6),
        Programme(
            uid: "phap-luat", title: "Pháp luật và đời sống", themes: "pháp luật", time: "170000", minutes: 9,
            priority: 3, more: "X-LOA-LATE:SKIP\n"),
        Programme(
            uid: "thoi-su-chieu", title: "Thời sự buổi chiều", themes: "thời sự", time: "173000", minutes: 12),
    ]

    private let begin: Instant
    private let days: Int
    private let zone: ZoneFile
    private let zones: Zones

    init(from begin: Instant, days: Int) throws {
        (self.begin, self.days) = (begin, days)
        zones = ZoneFolder.system.zones
        guard let zone = zones.zone(named: "Asia/Ho_Chi_Minh") else {
            throw Failure("no zone: install tzdata")
        }
        self.zone = zone
    }

    private var settings: StationSettings {
        StationSettings(
            station: "station", name: "", version: "1.0.0", buildDate: begin - .seconds(86_400 * 30),
            zoneName: "Asia/Ho_Chi_Minh", zone: zone,
            rules: GuardRules(
                bands: [.init(from: 5 * 60, to: 21 * 60, ceilingDecibels: -6)],
                longestBroadcast: .seconds(7200),
                longestEmergency: .seconds(600), emergenciesPerDay: 12, emergencyCeilingDecibels: 0),
            amplifier: nil, isClockBatteryBacked: false, holdover: .seconds(30 * 86_400),
            deviceName: "hw:0",
            upstreams: [.init(name: "xa", url: "https://xa", pollInterval: .seconds(6 * 3600))],
            bytesPerMonth: 1 << 40, quotaBytes: 1 << 40, reserveBytes: 0)
    }

    /// A storm warning now and then.
    private var emergencies: [Programme] {
        (1...3).compactMap { number in
            let day = days * number / 4
            guard day > 0 else { return nil }
            return Programme(
                uid: "bao-so-\(number)", title: "Cảnh báo bão số \(number)", themes: "thiên tai",
                time: "190000", minutes: 3, priority: 1, rule: "")
        }
    }

    private func day(_ number: Int) -> String {
        let (year, month, day) = zone.civilTime(at: begin + .seconds(number * 86_400)).date.parts
        return "\(year)" + [month, day].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined()
    }

    private var channel: ChannelSource {
        let urgent = emergencies
        var files: [ChannelSource.File] = []
        let events = Self.daily.map { $0.event(on: day(0)) }
        let alerts = urgent.enumerated().map { $1.event(on: day(days * ($0 + 1) / 4)) }
        for (folder, texts) in [("", events), ("emergency/", alerts)] {
            let empty = texts.isEmpty ? "X-LOA-EMPTY:TRUE\n" : ""
            let calendar = "BEGIN:VCALENDAR\nVERSION:2.0\n\(empty)\(texts.joined())END:VCALENDAR\n"
            files.append(.init(path: folder + "schedule.ics", bytes: Array(calendar.utf8)))
        }
        for (folder, programmes) in [("", Self.daily), ("emergency/", urgent)] {
            for programme in programmes {
                let list = "#EXTM3U\n\(programme.uid)-1.mp3\n\(programme.uid)-2.mp3\n"
                files.append(.init(path: "\(folder)\(programme.uid).m3u8", bytes: Array(list.utf8)))
            }
        }
        return ChannelSource(upstream: "xa", rank: 1, classes: ProgrammeClass.allCases, files: files)
    }

    private var library: SimulatedLibrary {
        var library = SimulatedLibrary()
        for (folder, programmes) in [("xa/", Self.daily), ("xa/emergency/", emergencies)] {
            for programme in programmes {
                for part in 1...2 {
                    let path = "\(folder)\(programme.uid)-\(part).mp3"
                    library[path] = SimulatedContent(
                        duration: .seconds(programme.minutes * 30), sha256: SHA256.hash(path.utf8))
                }
            }
        }
        return library
    }

    /// The log of a station whose life is like that.
    func simulate(_ story: Story, seed: UInt64) -> [Entry] {
        let world = World(settings: settings, at: begin + story.installed(after: days))
        world.library = library
        world.latencies.boot = .seconds(20)
        world.card.progressInterval = .seconds(60)
        world.carryOut(
            .install(
                SimulatedOffer([channel], for: TimetableStation(id: "station", zone: zone), zones: zones)))
        story.strike(world, from: begin, days: days, seed: seed)
        world.carryOut(.boot)
        world.run(until: begin + .seconds(days * 86_400) - .seconds(1800))
        return world.log
    }
}
