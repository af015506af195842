// A timetable together with what its upstreams signed for, and which of that its slots need.

package import StationTrust

/// What the upstreams' repositories say of the files of one kind of timetable.
package struct Manifest: Hashable, Sendable {
    /// What one upstream says.
    package struct Channel: Hashable, Sendable {
        /// The version of the targets that say so.
        package var targetsVersion: Int64?
        /// From then on none of its slots begins; nil where they last as long as they are offered.
        package var expires: Instant?
        /// What each path is: calendars, playlists, and all that they refer to.
        ///
        /// Nobody signed for any other path.
        package var contents: [String: TUF.Content]

        /// Makes the upstream's part.
        package init(
            targetsVersion: Int64? = nil, expires: Instant? = nil, contents: [String: TUF.Content] = [:]
        ) {
            (self.targetsVersion, self.expires, self.contents) = (targetsVersion, expires, contents)
        }
    }

    /// By the upstream's name.
    package var channels: [String: Channel]

    /// Makes the manifest.
    package init(_ channels: [String: Channel] = [:]) { self.channels = channels }

    /// Everything that it has, in one order.
    package var files: [RemoteFile] {
        channels.sorted { $0.key < $1.key }.flatMap { upstream, channel in
            channel.contents.sorted { $0.key < $1.key }.map {
                RemoteFile(upstream: upstream, path: $0.key, content: $0.value)
            }
        }
    }

    /// The upstreams' parts of two kinds together; no path is in both.
    func joined(with other: Manifest) -> Manifest {
        Manifest(
            channels.merging(other.channels) { one, two in
                Channel(
                    targetsVersion: max(one.targetsVersion ?? 0, two.targetsVersion ?? 0),
                    contents: one.contents.merging(two.contents) { first, _ in first })
            })
    }
}

/// A timetable with every file that it refers to, as its upstreams' repositories say what they are.
package struct SignedTimetable: Sendable {
    /// What one slot needs on the disk.
    struct Need: Hashable, Sendable {
        var slot: String
        var scheduled: Instant
        var files: [RemoteFile]
    }

    /// The most slots that are looked at for what they need; those beyond are like those of later days.
    static let mostSlots = 10_000

    /// When what plays.
    package var timetable: Timetable
    /// What its files are.
    package var manifest: Manifest
    /// A digest of what decides an upstream's slots, by `versionName`.
    package var versions: [String: Digest]
    /// What was not understood.
    package var problems: [TimetableProblem]

    /// Makes the timetable.
    package init(
        timetable: Timetable = Timetable(), manifest: Manifest = Manifest(),
        versions: [String: Digest] = [:], problems: [TimetableProblem] = []
    ) {
        (self.timetable, self.manifest) = (timetable, manifest)
        (self.versions, self.problems) = (versions, problems)
    }

    /// What an upstream's timetable of a kind is called among versions; no upstream's name has a `/`.
    package static func versionName(_ upstream: String, _ kind: RemoteFile.Kind) -> String {
        kind == .emergency ? upstream + "/emergency" : upstream
    }

    /// Emergencies and what is ordinary as one.
    func joined(with ordinary: SignedTimetable) -> SignedTimetable {
        SignedTimetable(
            timetable: timetable.joined(with: ordinary.timetable),
            manifest: manifest.joined(with: ordinary.manifest),
            versions: versions.merging(ordinary.versions) { one, _ in one },
            problems: problems + ordinary.problems)
    }

    /// What a path is; nil where nobody signed for it.
    func content(of path: String, upstream: String) -> TUF.Content? {
        manifest.channels[upstream]?.contents[path]
    }

    /// Whether a slot of another timetable is not one of this, or not at that time.
    func recalls(_ slot: Slot) -> Bool {
        timetable.slot(id: slot.id).map { $0.scheduled != slot.scheduled } ?? true
    }

    /// What slots need, in their order; what nobody signed for cannot be had, so it is no need.
    func needs(from: Instant, until: Instant) -> [Need] {
        timetable.slots(from: from, until: until, limit: Self.mostSlots).map { slot in
            let paths = timetable.entries(of: slot).flatMap { _, entry -> [String] in
                let path: String? = if case .file(let path) = entry.source { path } else { nil }
                return [path, entry.fallback].compactMap(\.self)
            }
            return Need(
                slot: slot.id, scheduled: slot.scheduled,
                files: paths.compactMap { path in
                    content(of: path, upstream: slot.upstream).map {
                        RemoteFile(upstream: slot.upstream, path: path, content: $0)
                    }
                })
        }
    }
}
