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
        return Set(timetable.mentions.map(\.path)).sorted()
    }
}

extension Timetable {
    /// One place at which a file is referred to.
    package struct Mention: Hashable, Sendable {
        /// The file's path in the channel, as it is written there.
        package let path: String
        /// The calendar or the playlist that names it.
        package let file: String
        /// The line that does so, from 1.
        package let line: Int
    }

    /// Every place at which a programme, or its playlist, refers to a file.
    package var mentions: Set<Mention> {
        var mentions: Set<Mention> = []
        for programme in programmes {
            for variant in programme.contents {
                guard let path = variant.reference.path else { continue }
                mentions.insert(Mention(path: path, file: programme.file, line: programme.contentLine))
                guard let playlist = channels[programme.channel].playlists[path] else { continue }
                for (entry, line) in zip(playlist.entries, playlist.lines) {
                    if case .file(let item) = entry.source {
                        mentions.insert(Mention(path: item, file: path, line: line))
                    }
                    if let item = entry.fallback {
                        mentions.insert(Mention(path: item, file: path, line: line))
                    }
                }
            }
        }
        return mentions
    }
}

extension ContentReference {
    /// The file's path in the channel; nil for what is no file.
    fileprivate var path: String? {
        switch self {
        case .playlist(let path), .file(let path): path
        case .live: nil
        }
    }
}
