import Glibc
import StationCore
import StationHost
import StationTrust
import TerminalText

/// `loa-centre init`: makes keys and an empty repository.
package struct NewRepository {
    /// How many keys of a kind there are, and how many of them must sign.
    package struct Threshold: Hashable, Sendable {
        /// How many must sign.
        package var needed: Int
        /// How many there are.
        package var of: Int

        /// Makes a threshold.
        package init(needed: Int, of: Int) { (self.needed, self.of) = (needed, of) }

        /// Reads `2` (two of two) or `2/3` (two of three); nil for anything else.
        package init?(_ text: some StringProtocol) {
            let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
            guard let needed = parts.first ?? nil, let of = parts.last ?? nil, parts.count <= 2,
                1...Self.most ~= of, 1...of ~= needed
            else { return nil }
            self.init(needed: needed, of: of)
        }

        private static let most = 16
    }

    /// What has been made.
    package struct Made {
        /// The path of the root that goes to the stations.
        package let root: String
        /// The files of the keys that were there before.
        package let reused: [String]
    }

    private let repository: Repository
    private let thresholds: [KeySources.Kind: Threshold]
    private let reusesKeys: Bool

    /// Prepares a repository.
    ///
    /// - Parameters:
    ///   - path: its folder, which must not hold one yet.
    ///   - keys: the folder in which keys are made.
    ///   - thresholds: where not one key of one signs.
    ///   - reusesKeys: whether keys that are there are used: what they sign for one repository is then believed in
    ///     the place of the other's.
    ///   - surroundings: time, chance, disk.
    package init(
        at path: String, keys: KeySources, thresholds: [KeySources.Kind: Threshold] = [:],
        reusesKeys: Bool = false, _ surroundings: Surroundings
    ) {
        repository = Repository(path, keys: keys, surroundings)
        (self.thresholds, self.reusesKeys) = (thresholds, reusesKeys)
    }

    private var folder: RepositoryFolder { repository.folder }
    private var keys: KeySources { repository.keys }

    /// Makes it.
    ///
    /// - Throws: when there is a repository already, or keys that nobody said are meant, or something cannot be
    ///   written; nothing of it is left then.
    package func make() throws(CentreError) -> Made {
        try keys.prepare(outside: folder.path)
        try attempt { () throws(SystemError) in
            for path in [folder.metadata, folder.targets] {
                try DurableFile.makeDirectory(path, mode: RepositoryFolder.folderMode)
            }
        }
        let lock = try folder.lock()
        defer { _ = lock.number }
        let found = try attempt { () throws(SystemError) in try namesInDirectory(folder.metadata) }
        guard !found.contains(where: { $0.hasSuffix(".json") }) else {
            throw CentreError(
                .refused,
                Phrase(
                    vi: "\(folder.path): đã có kho ở đây, không ghi đè",
                    en: "\(folder.path): there is a repository already; it is not overwritten"))
        }
        let reused = try keyFiles()
        guard reused.isEmpty || reusesKeys else { throw inUse(reused) }
        do throws(CentreError) { try draft().write() } catch {
            // Nobody has heard of any of it, and the next try begins where this one did.
            let names = (try? namesInDirectory(folder.metadata)) ?? []
            for name in names where name.hasSuffix(".json") { unlink(folder.metadata(name)) }
            for path in (try? keyFiles()) ?? [] where !reused.contains(path) { KeySources.remove(path) }
            throw error
        }
        return Made(root: folder.metadata(RepositoryFolder.firstRoot), reused: reused)
    }

    private func keyFiles() throws(CentreError) -> [String] {
        var files: [String] = []
        for kind in KeySources.Kind.allCases { files += try keys.files(kind) }
        return files
    }

    private func inUse(_ files: [String]) -> CentreError {
        let list = files.joined(separator: ", ")
        return CentreError(
            .refused,
            Phrase(
                vi:
                    "đã có khóa ở đây, có thể của một kho khác: \(list). Hai kho chung khóa thì tệp ký cho kho này "
                    + "cũng được tin ở kho kia. Chọn thư mục khác cho --keys, hoặc nếu cố ý: --reuse-keys",
                en:
                    "there are keys already, perhaps another repository's: \(list). With shared keys what is signed "
                    + "for one repository is believed in the other. Choose another folder for --keys, or, if that "
                    + "is meant, add --reuse-keys"))
    }

    private func draft() throws(CentreError) -> Draft {
        let now = repository.now
        var held: [KeySources.Kind: [JSON]] = [:]
        for kind in KeySources.Kind.allCases { held[kind] = try publicKeys(kind) }
        let root = root(held, at: now)
        let rootKeys = try keys.keys(.root)
        guard let appointment = Appointment(root["roles"]?[Role.root], role: Role.root) else {
            throw CentreError(.configuration, Phrase(same: Role.root))
        }
        let bytes = try Draft.sign(root, [appointment], rootKeys, .root)
        let state = RepositoryState(
            anchor: bytes, root: root,
            timestamp: Role.header("timestamp"), snapshot: Role.header("snapshot").with("meta", [:]),
            targets: Role.header("targets").with("targets", [:])
                .with("delegations", delegations(held[.emergency] ?? [])),
            emergency: Role.header("targets").with("targets", [:]))
        var draft = Draft(state, repository)
        draft.add(root: root, bytes)
        try draft.revise(Role.targets, state.targets)
        try draft.revise(
            Role.emergency,
            (state.emergency ?? [:]).with("x-loa-issued", .string(UTCTime.text(now))))
        try draft.finish()
        return draft
    }

    private func threshold(_ kind: KeySources.Kind) -> Threshold {
        thresholds[kind] ?? Threshold(needed: 1, of: 1)
    }

    /// The public halves of the keys of a kind, made where there are too few.
    private func publicKeys(_ kind: KeySources.Kind) throws(CentreError) -> [JSON] {
        var halves = try keys.keys(kind).map(\.json)
        while halves.count < threshold(kind).of {
            halves.append(try keys.make(kind, repository.surroundings).json)
        }
        return halves
    }

    private func root(_ held: [KeySources.Kind: [JSON]], at now: Int64) -> JSON {
        func appointment(_ kind: KeySources.Kind) -> JSON {
            Appointment.json(held[kind] ?? [], threshold: threshold(kind).needed)
        }
        var byID: [JSON.Member] = []
        for key in [KeySources.Kind.root, .targets, .online].flatMap({ held[$0] ?? [] }) {
            guard let id = TUF.keyID(of: key), !byID.contains(where: { $0.name == id }) else { continue }
            byID.append(.init(id, key))
        }
        return Role.header("root").with("version", 1)
            .with("expires", .string(UTCTime.text(now + Role.lifetime(of: Role.root))))
            .with("consistent_snapshot", true)
            .with("keys", .object(byID))
            .with(
                "roles",
                [
                    "root": appointment(.root), "snapshot": appointment(.online),
                    "targets": appointment(.targets), "timestamp": appointment(.online),
                ])
    }

    private func delegations(_ held: [JSON]) -> JSON {
        let byID = held.compactMap { key in TUF.keyID(of: key).map { JSON.Member($0, key) } }
        let role = Appointment.json(held, threshold: threshold(.emergency).needed)
            .with("name", .string(Role.emergency)).with("terminating", true)
            .with("paths", .array(Role.emergencyPatterns.map { .string($0) }))
        return ["keys": .object(byID), "roles": [role]]
    }
}
