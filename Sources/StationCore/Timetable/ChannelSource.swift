// What a timetable is compiled from: the files of each channel, and whose station it is.

/// One upstream's channel: its files, and what the station lets it do.
package struct ChannelSource: Sendable {
    /// A text file of the channel.
    package struct File: Sendable {
        /// Relative to the channel's folder.
        package var path: String
        /// Its content as it is on disk.
        package var bytes: [UInt8]

        /// Makes the file.
        package init(path: String, bytes: [UInt8]) {
            self.path = path
            self.bytes = bytes
        }
    }

    /// The upstream's name; no `/` in it.
    package var upstream: String
    /// Among slots of one instant and class the lower rank goes first.
    package var rank: Int
    /// The classes that the upstream may use.
    package var classes: [ProgrammeClass]
    /// From then on none of its slots begins; nil where nobody said so.
    package var expires: Instant?
    /// The hosts whose live streams it may relay; none unless told.
    package var liveHosts: [String]
    /// All `schedule.ics` and `*.m3u8` of the channel; others are ignored.
    package var files: [File]
    /// The audio files that the channel has; `nil` where that is not known, so that none is reported as missing.
    package var audio: Set<String>?

    /// Makes the channel of an upstream.
    package init(
        upstream: String, rank: Int, classes: [ProgrammeClass], expires: Instant? = nil,
        liveHosts: [String] = [], files: [File], audio: Set<String>? = nil
    ) {
        self.upstream = upstream
        self.rank = rank
        self.classes = classes
        self.expires = expires
        self.liveHosts = liveHosts
        self.files = files
        self.audio = audio
    }
}

/// Whose timetable it is.
package struct TimetableStation: Sendable {
    /// The station's id, as in `stations/ID/schedule.ics`.
    package var id: String
    /// Its groups, as in `groups/NAME/schedule.ics`; of two that have a programme the first one's is taken.
    package var groups: [String]
    /// Its languages in the order of playing; with none it plays all.
    package var languages: [String]
    /// Its time zone, in which times that name no zone are meant.
    package var zone: ZoneFile

    /// Makes the station.
    package init(id: String, groups: [String] = [], languages: [String] = [], zone: ZoneFile) {
        self.id = id
        self.groups = groups
        self.languages = languages
        self.zone = zone
    }

    /// The calendar files that concern the station, the most special first: its programmes replace those of the
    /// files after it.
    ///
    /// `emergency/` comes first as a whole, for nobody without its keys may replace an emergency.
    package var calendarPaths: [String] {
        ["emergency/", ""].flatMap { root in
            ["\(root)stations/\(id)/schedule.ics"] + groups.map { "\(root)groups/\($0)/schedule.ics" }
                + ["\(root)schedule.ics"]
        }
    }

    /// Orders variants for the station: those for everybody first, then its languages in its order.
    ///
    /// A language takes its regional forms too (`vi` takes `vi-VN`), by basic filtering (RFC 4647 section 3.3.1).
    func choose(_ variants: [ContentVariant]) -> [ContentVariant] {
        if languages.isEmpty { return variants }
        return variants.filter { $0.language == nil }
            + languages.flatMap { wanted in
                variants.filter { variant in
                    guard let language = variant.language?.lowercased() else { return false }
                    return language == wanted.lowercased() || language.hasPrefix(wanted.lowercased() + "-")
                }
            }
    }
}
