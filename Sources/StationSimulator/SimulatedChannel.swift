package import StationCore
import StationTrust

// A timetable for a world, compiled as the daemon compiles it.

extension ActiveTimetable {
    /// Compiles channels by the production compiler, and names each version by what its files say.
    package static func compiled(
        _ channels: [ChannelSource], for station: TimetableStation, zones: Zones
    ) -> ActiveTimetable {
        let compilation = Timetable.compile(channels, for: station, zones: zones)
        var versions: [String: Digest] = [:]
        for channel in channels {
            versions[channel.upstream] = SHA256.hash(channel.files.flatMap { Array($0.path.utf8) + $0.bytes })
        }
        return ActiveTimetable(
            timetable: compilation.timetable, versions: versions, problems: compilation.problems)
    }
}
