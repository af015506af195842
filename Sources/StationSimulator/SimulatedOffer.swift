package import StationCore
import StationTrust

// What upstreams offer in a world, compiled as the daemon compiles it.

/// The timetables of both kinds, as all upstreams offer them.
package struct SimulatedOffer: Sendable {
    /// One of each kind.
    package var timetables: [RemoteFile.Kind: SignedTimetable]
    /// When its publisher says that it was signed; nil for the instant at which it is published.
    package var issued: Instant?
    private(set) var version: Int64 = 0
    /// Whether the emergencies' signature has ended, so that there are none.
    private(set) var isExpired = false

    /// Compiles channels by the production compiler; what they refer to has its path's hash.
    package init(_ channels: [ChannelSource], for station: TimetableStation, zones: Zones) {
        timetables = Dictionary(
            uniqueKeysWithValues: RemoteFile.Kind.allCases.map { kind in
                let parts = channels.map { channel in
                    var channel = channel
                    channel.files.removeAll { RemoteFile.Kind(of: $0.path) != kind }
                    return channel
                }
                return (kind, Self.timetable(parts, kind, for: station, zones: zones))
            })
    }

    /// What upstreams offer, compiled already.
    package init(_ timetables: [RemoteFile.Kind: SignedTimetable]) { self.timetables = timetables }

    private static func timetable(
        _ channels: [ChannelSource], _ kind: RemoteFile.Kind, for station: TimetableStation, zones: Zones
    ) -> SignedTimetable {
        let compilation = Timetable.compile(channels, for: station, zones: zones)
        var signed = SignedTimetable(timetable: compilation.timetable, problems: compilation.problems)
        for channel in channels where !channel.files.isEmpty {
            let name = SignedTimetable.versionName(channel.upstream, kind)
            signed.versions[name] = SHA256.hash(channel.files.flatMap { Array($0.path.utf8) + $0.bytes })
            var contents: [String: TUF.Content] = [:]
            for path in channel.references(for: station, zones: zones) {
                contents[path] = content(SHA256.hash("\(channel.upstream)/\(path)".utf8))
            }
            for file in channel.files { contents[file.path] = content(SHA256.hash(file.bytes)) }
            signed.manifest.channels[channel.upstream] = .init(contents: contents)
        }
        return signed
    }

    private static func content(_ digest: Digest) -> TUF.Content { .init(length: 1000, sha256: digest) }

    /// The same in targets of that version.
    func signed(asVersion version: Int64, at time: Instant) -> SimulatedOffer {
        var offer = self
        offer.version = version
        offer.issued = issued ?? time
        for kind in RemoteFile.Kind.allCases {
            for name in (timetables[kind]?.manifest.channels ?? [:]).keys {
                offer.timetables[kind]?.manifest.channels[name]?.targetsVersion = version
            }
        }
        return offer
    }

    /// What of it is in force at an instant.
    func inForce(at instant: Instant) -> SimulatedOffer {
        let channels = timetables[.emergency]?.manifest.channels ?? [:]
        guard channels.values.contains(where: { $0.expires.map { $0 <= instant } ?? false }) else {
            return self
        }
        var offer = self
        offer.isExpired = true
        let names = channels.keys.map { SignedTimetable.versionName($0, .emergency) }
        let nothing = SHA256.hash("".utf8)
        offer.timetables[.emergency] = SignedTimetable(
            manifest: Manifest(channels.mapValues { _ in .init(targetsVersion: version) }),
            versions: Dictionary(uniqueKeysWithValues: names.map { ($0, nothing) }))
        return offer
    }

    /// Everything that the timetables refer to.
    var contents: [TUF.Content] {
        RemoteFile.Kind.allCases.flatMap { timetables[$0]?.manifest.files.map(\.content) ?? [] }
    }
}
