import Glibc
package import StationCore
import StationTrust

/// Which timetable of each kind is the active one, as the next start finds it: `STATE/active-KIND.json`.
///
/// Fetch thread; on any other it is only read.
package struct ManifestFile {
    /// A manifest of all upstreams' paths is not larger.
    private static let mostBytes = 64 << 20

    let state: String
    /// The disk's calls; a test gives others.
    package var calls = DiskCalls.kernel

    /// The files of a state directory.
    package init(state: String) { self.state = state }

    /// The manifest that was written last; nil where there is none that can be read.
    package func read(_ kind: RemoteFile.Kind) -> Manifest? {
        guard let bytes = try? readFile(path(kind), limit: Self.mostBytes),
            let json = try? JSONParser.parse(bytes, limits: .init(bytes: Self.mostBytes)),
            let upstreams = json["upstreams"]?.members
        else { return nil }
        return Manifest(
            Dictionary(upstreams.map { ($0.name, Self.channel($0.value)) }) { first, _ in first })
    }

    /// Replaces the manifest, durably.
    package func write(_ manifest: Manifest, _ kind: RemoteFile.Kind) throws(SystemError) {
        let upstreams = manifest.channels.sorted { $0.key < $1.key }.map {
            JSON.Member($0.key, Self.json($0.value))
        }
        try DurableFile.replace(
            path(kind), with: JSON.object([.init("upstreams", .object(upstreams))]).bytes, calls)
    }

    /// Replaces the manifest by what is left of it; where the disk does not take that nothing is left, for the rest must
    /// not be believed any more.
    package func leave(_ rest: Manifest, _ kind: RemoteFile.Kind) {
        do throws(SystemError) { try write(rest, kind) } catch { unlink(path(kind)) }
    }

    private func path(_ kind: RemoteFile.Kind) -> String { "\(state)/active-\(kind).json" }

    private static func json(_ channel: Manifest.Channel) -> JSON {
        let files = channel.contents.sorted { $0.key < $1.key }.map { JSON.Member($0.key, $0.value.json) }
        return [
            "targetsVersion": channel.targetsVersion.map { .integer($0) } ?? .null,
            "expires": channel.expires.map { .string(UTCTime.text($0.seconds)) } ?? .null,
            "files": .object(files),
        ]
    }

    private static func channel(_ json: JSON) -> Manifest.Channel {
        let files = (json["files"]?.members ?? []).compactMap { member in
            TUF.Content(member.value).map { (member.name, $0) }
        }
        return Manifest.Channel(
            targetsVersion: json["targetsVersion"]?.integer,
            expires: json["expires"]?.text.flatMap(UTCTime.seconds).map { Instant(seconds: $0) },
            contents: Dictionary(files) { first, _ in first })
    }
}
