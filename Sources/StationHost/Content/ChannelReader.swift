package import StationCore

/// What a station wants of one upstream's channel.
package struct ChannelReader {
    /// The most bytes of its calendars and playlists together.
    package static let mostTextBytes = 64 << 20

    /// Whose channel it is.
    package let upstream: Configuration.Upstream
    /// Who reads it.
    package let station: TimetableStation
    /// What the station's zone is called.
    package let zoneName: String
    /// The zones that its calendars may name.
    package let zones: Zones

    /// Reads an upstream's channel for a station, whose zone has that name.
    package init(upstream: Configuration.Upstream, station: TimetableStation, zoneName: String, zones: Zones)
    {
        (self.upstream, self.station, self.zoneName, self.zones) = (upstream, station, zoneName, zones)
    }

    /// Whether a file is read, not played.
    package static func isText(_ path: String) -> Bool {
        path.hasSuffix(".ics") || path.lowercased().hasSuffix(".m3u8")
    }

    /// The paths that the texts so far refer to.
    package func references(_ texts: [String: [UInt8]]) -> [String] {
        source(texts, expires: nil, audio: nil).references(for: station, zones: zones)
    }

    /// The channel of these texts; `audio` is nil where it is not known yet what else it has.
    func source(_ texts: [String: [UInt8]], expires: Instant?, audio: Set<String>?) -> ChannelSource {
        ChannelSource(
            upstream: upstream.name, rank: upstream.rank, classes: upstream.classes, expires: expires,
            liveHosts: upstream.live ? upstream.liveHosts : [],
            files: texts.sorted { $0.key < $1.key }.map { .init(path: $0.key, bytes: $0.value) }, audio: audio
        )
    }
}
