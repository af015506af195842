import StationCore
package import TerminalText

/// For whom a timetable is: all stations, those of a group, or one.
package enum Audience: Hashable, Sendable {
    case all
    case group(String)
    case station(String)

    /// The groups and the stations that have a calendar of their own among files of these paths, in order.
    static func named(in paths: some Sequence<String>) -> [Audience] {
        var (groups, stations): (Set<String>, Set<String>) = ([], [])
        for path in paths {
            var parts = path.split(separator: "/")[...]
            if parts.first == "emergency" { parts = parts.dropFirst() }
            guard parts.count == 3, parts.last == "schedule.ics", let name = parts.dropFirst().first else {
                continue
            }
            switch parts.first {
            case "groups": groups.insert(String(name))
            case "stations": stations.insert(String(name))
            default: break
            }
        }
        return groups.sorted().map(Audience.group) + stations.sorted().map(Audience.station)
    }

    /// Its calendar in a channel.
    var calendar: String {
        switch self {
        case .all: "schedule.ics"
        case .group(let name): "groups/\(name)/schedule.ics"
        case .station(let name): "stations/\(name)/schedule.ics"
        }
    }

    /// What it is called: `nhóm ven-bien`, `the group ven-bien`.
    package var name: Phrase {
        switch self {
        case .all: Phrase(vi: "mọi trạm", en: "all stations")
        case .group(let name): Phrase(vi: "nhóm \(name)", en: "the group \(name)")
        case .station(let name): Phrase(vi: "trạm \(name)", en: "the station \(name)")
        }
    }
}

extension [Audience] {
    /// Their names one behind the other, so many of them at the most.
    package func names(atMost limit: Int = .max) -> Phrase {
        let rest = count > limit ? ", …" : ""
        func list(_ language: Language) -> String {
            prefix(limit).map { $0.name[language] }.joined(separator: ", ") + rest
        }
        return Phrase(vi: list(.vietnamese), en: list(.english))
    }
}

/// A channel's texts as stations compile them.
struct Channel {
    /// The name that problems and slots carry.
    static let name = "centre"

    let source: ChannelSource
    let surroundings: Surroundings
    /// - Parameters:
    ///   - texts: calendars and playlists.
    ///   - audio: the other files; nil where that is not known.
    ///   - surroundings: zones.
    init(_ texts: [ChannelSource.File], audio: [String]?, _ surroundings: Surroundings) {
        self.surroundings = surroundings
        // Every host that is named: which of them a station relays is its own to say.
        let liveHosts = Set(texts.flatMap { Self.hosts($0.bytes) }).sorted()
        source = ChannelSource(
            upstream: Self.name, rank: 1, classes: ProgrammeClass.allCases, liveHosts: liveHosts,
            files: texts, audio: audio.map(Set.init))
    }

    /// A station of that audience, which speaks all languages.
    func station(_ audience: Audience) -> TimetableStation {
        switch audience {
        // Nobody is called so: a name that a folder may have has no slash.
        case .all: TimetableStation(id: "/", zone: surroundings.zone)
        case .group(let name): TimetableStation(id: "/", groups: [name], zone: surroundings.zone)
        case .station(let name): TimetableStation(id: name, zone: surroundings.zone)
        }
    }

    func compile(_ audience: Audience) -> Timetable.Compilation { compile(station(audience)) }

    func compile(_ station: TimetableStation) -> Timetable.Compilation {
        Timetable.compile([source], for: station, zones: surroundings.zones)
    }

    /// The hosts of the `https://` URLs in a text.
    private static func hosts(_ bytes: [UInt8]) -> [String] {
        let mark = Array("https://".utf8)
        var hosts: [String] = []
        var rest = bytes[...]
        while let place = rest.firstIndex(of: mark[0]) {
            rest = rest[place...]
            guard rest.starts(with: mark) else {
                rest = rest.dropFirst()
                continue
            }
            rest = rest.dropFirst(mark.count)
            let host = rest.prefix { byte in
                byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
                    || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF)
            }
            hosts.append(String(decoding: host, as: UTF8.self))
        }
        return hosts
    }
}
