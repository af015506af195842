import Glibc
package import StationCore
import StationTrust

/// A configuration that was read whole, with its zone resolved.
package struct LoadedConfiguration: Sendable {
    package let configuration: Configuration
    package let zone: ZoneFile
    /// The file that it was read from; nil where it comes from none.
    package var file: ConfigurationFile?
}

/// A configuration file as it was when it was read: whoever finds another time there knows that it was edited since.
package struct ConfigurationFile: Hashable, Sendable {
    /// Its absolute path.
    package let path: String
    /// When it was last changed.
    package let modified: Instant

    /// Looks at a file; nil where it is not there.
    package init?(at path: String) {
        var information = stat()
        guard stat(path, &information) == 0 else { return nil }
        let resolved = realpath(path, nil)
        defer { free(resolved) }
        self.path = resolved.map { String(cString: $0) } ?? path
        let time = information.st_mtim
        modified = Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    /// The answer to who asks which file the daemon goes by.
    var json: JSON { ["file": .string(path), "modified": .integer(modified.nanoseconds)] }
}

/// Why a configuration file was not taken: one line for each thing that is wrong, each with file and place.
package struct ConfigurationFileError: Error, Equatable, Sendable {
    package let lines: [String]
    /// Whether it is only that this user may not read it.
    package var isForbidden = false
}

extension LoadedConfiguration {
    /// Reads a configuration file, and the zone that it names.
    ///
    /// - Throws: `ConfigurationFileError` with everything that is wrong.
    package static func read(
        _ path: String, zones: ZoneFolder = .system
    ) throws(ConfigurationFileError) -> LoadedConfiguration {
        let bytes: [UInt8]
        // Before it is read: what is written meanwhile is newer than what is known.
        let file = ConfigurationFile(at: path)
        do {
            bytes = try readFile(path, limit: JSON5.maximumBytes)
        } catch {
            throw ConfigurationFileError(lines: ["\(path): \(error)"], isForbidden: error.code == EACCES)
        }
        let configuration: Configuration
        do {
            configuration = try Configuration.read(bytes)
        } catch { throw ConfigurationFileError(lines: error.lines(file: path)) }
        guard let zone = zones.zones.zone(named: configuration.timeZone) else {
            let place = place(of: "timeZone", in: bytes).map { ":\($0.line):\($0.column)" } ?? ""
            throw ConfigurationFileError(lines: [
                "\(path)\(place): timeZone: this system has no zone \(configuration.timeZone); is tzdata installed?"
            ])
        }
        return LoadedConfiguration(configuration: configuration, zone: zone, file: file)
    }

    private static func place(of key: String, in bytes: [UInt8]) -> JSON5.Place? {
        guard case .object(let members)? = try? JSON5.parse(bytes).content else { return nil }
        return members.first { $0.name == key }?.value.place
    }
}

extension LoadedConfiguration {
    /// What the station goes by.
    package var settings: StationSettings {
        let bands = configuration.hours.map {
            GuardRules.Band(from: $0.from.minutes, to: $0.to.minutes, ceilingDecibels: $0.ceilingDecibels)
        }
        let emergency = configuration.emergency
        return StationSettings(
            station: configuration.station, name: configuration.name, groups: configuration.groups,
            version: Release.version,
            buildDate: Release.date, zoneName: configuration.timeZone, zone: zone,
            rules: GuardRules(
                bands: bands, longestBroadcast: .seconds(60 * configuration.maximumBroadcastMinutes),
                longestEmergency: .seconds(60 * emergency.maximumMinutes),
                emergenciesPerDay: emergency.perDay, emergencyCeilingDecibels: emergency.ceilingDecibels),
            amplifier: configuration.amplifier.map {
                StationSettings.Amplifier(
                    lead: .seconds($0.leadSeconds), tail: .seconds($0.tailSeconds),
                    longest: .seconds(60 * $0.maximumMinutes))
            },
            isClockBatteryBacked: configuration.clock.batteryBacked,
            holdover: .seconds(86_400 * configuration.clock.holdoverDays),
            deviceName: configuration.output.device,
            upstreams: configuration.upstreams.map {
                .init(name: $0.name, url: $0.url, pollInterval: .seconds($0.pollSeconds))
            },
            bytesPerMonth: Int64(configuration.network.bytesPerMonth),
            quotaBytes: Int64(configuration.storage.quotaBytes),
            reserveBytes: Int64(configuration.storage.reserveBytes),
            proofInterval: configuration.proof.map { .seconds($0.uploadSeconds) })
    }

    /// Whose timetable it is.
    var station: TimetableStation {
        TimetableStation(
            id: configuration.station, groups: configuration.groups, languages: configuration.languages,
            zone: zone)
    }

    /// The keys that differ in another configuration and that only a restart can change.
    ///
    /// Sound path, store, socket and whoever fetches are made once; everything else is taken over while running.
    func keysThatNeedRestart(comparedTo other: LoadedConfiguration) -> [String] {
        let (old, new) = (configuration, other.configuration)
        let changed: [(String, Bool)] = [
            ("station", old.station != new.station), ("upstreams", old.upstreams != new.upstreams),
            ("network", old.network != new.network),
            ("inputs", old.inputs != new.inputs), ("output", old.output != new.output),
            ("loudness", old.loudness != new.loudness), ("stopInput", old.stopInput != new.stopInput),
            ("proof", old.proof != new.proof), ("state", old.state != new.state),
            // Whatever the old commands have switched on is to be switched off by the old ones (T17).
            ("amplifier", old.amplifier != new.amplifier),
            ("socket", old.socket != new.socket),
        ]
        return changed.filter(\.1).map(\.0)
    }
}

extension LoadedConfiguration {
    /// The effective configuration, as `--check-config` prints it: a line a key, which the daemon reads again.
    package var effective: String { Self.lines(configuration.json, indent: "").joined(separator: "\n") }

    private static func lines(_ json: JSON, indent: String) -> [String] {
        switch json {
        case .object(let members) where !members.isEmpty:
            return block("{", "}", indent, members.map { ("\(JSON.string($0.name)): ", $0.value) })
        case .array(let elements) where elements.contains(where: { $0.members != nil }):
            return block("[", "]", indent, elements.map { ("", $0) })
        default: return [json.description]
        }
    }

    private static func block(
        _ open: String, _ close: String, _ indent: String, _ parts: [(name: String, value: JSON)]
    ) -> [String] {
        let inner = indent + "  "
        var result = [open]
        for (index, part) in parts.enumerated() {
            var lines = lines(part.value, indent: inner)
            lines[0] = inner + part.name + lines[0]
            if index < parts.count - 1 { lines[lines.count - 1] += "," }
            result += lines
        }
        return result + [indent + close]
    }
}
