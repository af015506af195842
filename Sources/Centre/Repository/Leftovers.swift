import Glibc
import StationHost
import StationTrust

/// What of a repository nobody refers to any more, and for how long it stays: a station that read the metadata a
/// minute ago, or over a slow line, must still find what that names.
struct Leftovers {
    /// Superseded metadata, and what it names, stays for so long, in seconds.
    static let grace: Int64 = 7 * 86_400

    let folder: RepositoryFolder
    let now: Int64

    /// Removes them; what cannot be read or removed stays.
    ///
    /// Roots stay for ever: a station that slept for a year goes from each to the next.
    func remove() {
        guard let names = try? namesInDirectory(folder.metadata) else { return }
        let kept = keptSnapshots(names)
        guard !kept.isEmpty else { return }
        var metadata: Set<String> = [RepositoryFolder.timestampFile]
        var targets: Set<String> = []
        for (name, snapshot) in kept {
            metadata.insert(name)
            var roles: [(name: String, signed: JSON?)] = []
            for listing in snapshot["meta"]?.members ?? [] {
                let role = String(listing.name.dropLast(".json".count))
                let file = "\(listing.value.version).\(TUF.fileName(of: role))"
                metadata.insert(file)
                roles.append((role, folder.signed(file, of: role)))
            }
            // A role whose paths were taken back stays listed; nobody asks for its targets any more.
            let asked = Set(
                [Role.targets] + roles.flatMap { $0.signed?.delegates.compactMap { $0["name"]?.text } ?? [] })
            for role in roles where asked.contains(role.name) {
                guard let signed = role.signed else { return }
                targets.formUnion(Self.names(of: signed))
            }
        }
        for name in names where !metadata.contains(name) && !isRoot(name) {
            unlink(folder.metadata(name))
        }
        removeTargets(but: targets)
    }

    /// How the files that a targets role names lie below `targets/`.
    static func names(of signed: JSON) -> [String] {
        (signed["targets"]?.members ?? []).map {
            RepositoryFolder.name(of: $0.name, hash: $0.value.sha256 ?? "")
        }
    }

    /// Removes all targets but those of these names.
    func removeTargets(but kept: Set<String>) {
        let found = targets()
        for name in found.files where !kept.contains(name) { unlink("\(folder.targets)/\(name)") }
        // Only where nothing is left in it.
        for name in found.folders { rmdir("\(folder.targets)/\(name)") }
    }

    /// The names of the files below `targets/`, and of the folders, the inner ones first; what is being copied just
    /// now is somebody else's, and not among them.
    func targets(_ path: String = "") -> (files: [String], folders: [String]) {
        var found: (files: [String], folders: [String]) = ([], [])
        for name in (try? namesInDirectory(folder.targets + "/" + path)) ?? [] {
            let inner = path + name
            var information = stat()
            guard lstat("\(folder.targets)/\(inner)", &information) == 0 else { continue }
            switch information.st_mode & S_IFMT {
            case S_IFDIR:
                let below = targets(inner + "/")
                found.files += below.files
                found.folders += below.folders + [inner]
            case S_IFREG where !TargetFiles.isUnfinished(name): found.files.append(inner)
            default: continue
            }
        }
        return found
    }

    private func isRoot(_ name: String) -> Bool { name.hasSuffix(".root.json") }

    /// The newest snapshot, and those that were the newest within the grace.
    private func keptSnapshots(_ names: [String]) -> [(name: String, signed: JSON)] {
        let suffix = "." + TUF.fileName(of: Role.snapshot)
        guard
            let newest = folder.signed(RepositoryFolder.timestampFile, of: Role.timestamp)?["meta"]?[
                "snapshot.json"]
        else { return [] }
        let versions = names.filter { $0.hasSuffix(suffix) }.compactMap { Int64($0.dropLast(suffix.count)) }
            .filter { $0 <= newest.version }.sorted(by: >)
        var kept: [(String, JSON)] = []
        // Each was the newest until the one after it was signed.
        var superseded = Int64.max
        for version in versions {
            guard superseded > now - Self.grace else { break }
            let name = "\(version)\(suffix)"
            guard let snapshot = folder.signed(name, of: Role.snapshot) else { break }
            kept.append((name, snapshot))
            superseded = snapshot.issued ?? superseded
        }
        return kept
    }
}
