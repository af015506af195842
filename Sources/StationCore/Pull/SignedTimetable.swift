// A timetable together with what its upstreams signed for, and which of that its slots need.

package import StationTrust

/// A timetable with every file that it refers to, as its upstreams' repositories say what they are.
package struct SignedTimetable: Sendable {
    /// What one slot needs on the disk.
    struct Need: Hashable, Sendable {
        var scheduled: Instant
        var files: [RemoteFile]
    }

    /// The most slots that are looked at for what they need; those beyond are like those of later days.
    static let mostSlots = 10_000

    /// When what plays.
    package var timetable: Timetable
    /// What each path is, by upstream.
    package var contents: [String: [String: TUF.Content]]

    /// Makes the timetable.
    package init(timetable: Timetable, contents: [String: [String: TUF.Content]]) {
        (self.timetable, self.contents) = (timetable, contents)
    }

    /// What slots need, in their order; what nobody signed for cannot be had, so it is no need.
    func needs(from: Instant, until: Instant) -> [Need] {
        timetable.slots(from: from, until: until, limit: Self.mostSlots).map { slot in
            let paths = timetable.entries(of: slot).flatMap { _, entry -> [String] in
                let path: String? = if case .file(let path) = entry.source { path } else { nil }
                return [path, entry.fallback].compactMap(\.self)
            }
            return Need(
                scheduled: slot.scheduled,
                files: paths.compactMap { path in
                    contents[slot.upstream]?[path].map {
                        RemoteFile(upstream: slot.upstream, path: path, content: $0)
                    }
                })
        }
    }

    /// Everything that it refers to, in one order.
    var files: [RemoteFile] {
        contents.sorted { $0.key < $1.key }.flatMap { upstream, files in
            files.sorted { $0.key < $1.key }.map {
                RemoteFile(upstream: upstream, path: $0.key, content: $0.value)
            }
        }
    }
}
