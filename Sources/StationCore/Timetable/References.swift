// Which files of its channel a timetable refers to.

extension ChannelSource {
    /// The paths that the programmes of this channel refer to, by its files so far: playlists, audio, fallbacks.
    ///
    /// A playlist that is among the files adds those that it names.
    ///
    /// - Parameters:
    ///   - station: whose programmes.
    ///   - zones: where zones are read.
    /// - Returns: each path once, in order.
    package func references(for station: TimetableStation, zones: Zones) -> [String] {
        let timetable = Timetable.compile([self], for: station, zones: zones).timetable
        var paths: Set<String> = []
        for programme in timetable.programmes {
            for variant in programme.contents {
                switch variant.reference {
                case .playlist(let path):
                    paths.insert(path)
                    for entry in timetable.channels.first?.playlists[path]?.entries ?? [] {
                        if case .file(let path) = entry.source { paths.insert(path) }
                        if let fallback = entry.fallback { paths.insert(fallback) }
                    }
                case .file(let path): paths.insert(path)
                case .live: break
                }
            }
        }
        return paths.sorted()
    }
}
