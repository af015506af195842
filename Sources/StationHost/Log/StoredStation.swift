package import StationCore
import StationTrust

/// What a station's disk remembers, for who looks at it beside its daemon; nothing is changed.
package struct StoredStation {
    /// The log, folded.
    package let log: LogSummary
    /// The timetables in force, of each kind.
    package let timetables: [RemoteFile.Kind: SignedTimetable]

    /// Reads a station's folder.
    ///
    /// - Throws: `SystemError` when the folder or its log cannot be read; a station that has no log yet has an empty one.
    package static func read(
        _ loaded: LoadedConfiguration, zones: ZoneFolder = .system
    ) throws(SystemError) -> StoredStation {
        let state = loaded.configuration.state
        _ = try namesInDirectory(state)
        let log: LogSummary
        do throws(SystemError) { log = try LogReader.read(state + "/log").summary } catch {
            guard error.code == 2 else { throw error }
            log = LogSummary()
        }
        let readers = loaded.configuration.upstreams.map {
            ChannelReader(
                upstream: $0, station: loaded.station, zoneName: loaded.configuration.timeZone,
                zones: zones.zones)
        }
        let maker = TimetableMaker(readers: readers) { content, limit in
            guard let name = content.storeName,
                let bytes = try? readFile("\(state)/content/\(name)", limit: limit), content.isOf(bytes)
            else { return nil }
            return bytes
        }
        let files = ManifestFile(state: state)
        let made = RemoteFile.Kind.allCases.compactMap { kind in
            files.read(kind).map { (kind, maker.timetable($0, kind).timetable) }
        }
        return StoredStation(log: log, timetables: Dictionary(made) { first, _ in first })
    }
}
