import Glibc
import StationCore
import StationHost
import StationTrust
package import TerminalText

/// What is handed on to another centre, and what that has signed; what is not said stays as it is.
package struct Delegation {
    /// The role's name.
    package var role: String
    /// All of the paths; none to leave them as they are.
    package var patterns: [String] = []
    /// All of the other centre's keys, in PEM or hexadecimal digits; none to leave them as they are.
    package var publicKeys: [String] = []
    /// How many of them must sign; nil to leave that as it is, one at first.
    package var threshold: Int?
    /// The path of the file that they have signed; in `targets/` beside it lie its files, if not in the repository.
    package var metadata: String

    /// Names a role and its file.
    package init(to role: String, _ metadata: String) { (self.role, self.metadata) = (role, metadata) }
}

/// `loa-centre delegate`: hands paths of the repository on to another centre's key.
///
/// The other centre signs for its role itself, with `loa-centre sign` or any other tool of TUF; stations refuse paths of
/// a role that has not signed anything, so its first file comes with the delegation, and each later one the same way.
extension Repository {
    /// Hands paths on, or takes a newer file of a role that has some; of the keys `targets/` and `online/` are read.
    ///
    /// - Parameters:
    ///   - delegation: what is handed on.
    ///   - progress: told before each file that is compared or copied.
    /// - Returns: what stations will not take, and what expires soon.
    /// - Throws: when the file is not signed by those keys or not for those paths, is older than the one before, or
    ///   something that it names is not there; stations see nothing of it then.
    package func delegate(
        _ delegation: Delegation, progress: (Progress) -> Void = { _ in }
    ) throws(CentreError) -> [Phrase] {
        try Role.requireOthers(delegation.role)
        let metadata = try attempt { () throws(SystemError) in
            try readFile(delegation.metadata, limit: TUF.Limit.targetsBytes)
        }
        // Once to see whether all is right, before gigabytes are copied: without the lock, as `publish` does it.
        var trial = Draft(try folder.read(), self)
        let targets = try delegate(delegation, metadata, &trial)
        try trial.finish()
        let wanted = try wanted(targets, beside: delegation.metadata)
        try require(wanted)
        files.removeUnfinished()
        try files.put(wanted, isThorough: true, progress: progress)
        let draft = try change { draft throws(CentreError) in
            _ = try delegate(delegation, metadata, &draft)
            // Another publication may have tidied up meanwhile.
            draft.wanted = wanted
        }.draft
        return Self.warning(of: draft.eclipsed) + draft.warnings
    }

    /// Takes back what a role has: stations do not believe its files any more; of the keys `targets/` and `online/` are
    /// read.
    ///
    /// - Returns: what expires soon.
    /// - Throws: when there is no such role, or its name is not another centre's.
    package func takeBack(from role: String) throws(CentreError) -> [Phrase] {
        try Role.requireOthers(role)
        return try change { draft throws(CentreError) in
            let roles = draft.state.targets.delegates
            let others = roles.filter { $0["name"]?.text != role }
            guard others.count < roles.count else {
                throw CentreError(
                    .refused,
                    Phrase(
                        vi: "kho này không giao gì cho vai trò \(role)",
                        en: "this repository hands nothing on to a role \(role)"))
            }
            // The snapshot goes on listing its file: every client refuses one that lists less than the one before
            // (TUF 1.0.34, 5.5.5).
            try draft.revise(Role.targets, draft.state.targets.delegating(to: others))
        }.draft.warnings
    }

    private func delegate(
        _ delegation: Delegation, _ metadata: [UInt8], _ draft: inout Draft
    ) throws(CentreError) -> TUF.Targets {
        let isFirst = try handOn(delegation, &draft)
        return try take(metadata, of: delegation.role, isFirst: isFirst, &draft)
    }

    // MARK: The paths

    /// Has targets hand the paths on where that is asked for; returns whether it is.
    private func handOn(_ delegation: Delegation, _ draft: inout Draft) throws(CentreError) -> Bool {
        var roles = draft.state.targets.delegates
        let place = roles.firstIndex { $0["name"]?.text == delegation.role }
        let isAsked =
            !delegation.patterns.isEmpty || !delegation.publicKeys.isEmpty || delegation.threshold != nil
        guard isAsked || place == nil else { return false }
        let (entry, keys) = try entry(delegation, place.map { roles[$0] })
        if let place { roles[place] = entry } else { roles.append(entry) }
        try draft.revise(Role.targets, draft.state.targets.delegating(to: roles, adding: keys))
        return true
    }

    /// What targets are to say of the role, with what they said before where nothing else is asked for; and its new keys.
    private func entry(
        _ delegation: Delegation, _ before: JSON?
    ) throws(CentreError) -> (entry: JSON, keys: [JSON]) {
        let patterns = try Role.patterns(delegation.patterns)
        let keys = delegation.publicKeys.compactMap(KeyFile.publicKey)
        guard keys.count == delegation.publicKeys.count,
            before != nil || !keys.isEmpty && !patterns.isEmpty
        else {
            throw CentreError(
                .refused,
                Phrase(
                    vi: "cần --path và --key: khóa công khai Ed25519, PEM hoặc 64 chữ số",
                    en: "expected --path and --key: public Ed25519 keys, PEM or 64 digits"))
        }
        var entry = before ?? ["name": .string(delegation.role), "terminating": false]
        if !patterns.isEmpty {
            entry = entry.without("path_hash_prefixes").with(
                "paths", .array(patterns.map { .string($0.text) }))
        }
        if !keys.isEmpty {
            entry = entry.with("keyids", .array(Set(keys.compactMap(TUF.keyID)).sorted().map { .string($0) }))
        }
        let needed = delegation.threshold.map { Int64($0) } ?? entry["threshold"]?.integer ?? 1
        let count = entry["keyids"]?.elements?.count ?? 0
        guard needed >= 1, needed <= count else {
            throw CentreError(
                .refused,
                Phrase(
                    vi: "--threshold \(needed): có \(count) khóa",
                    en: "--threshold \(needed): there are \(Format.counted(count, "key"))"))
        }
        return (entry.with("threshold", .integer(needed)), keys)
    }

    // MARK: What was signed

    /// Takes what the other centre has signed; returns what that offers.
    private func take(
        _ metadata: [UInt8], of role: String, isFirst: Bool, _ draft: inout Draft
    ) throws(CentreError) -> TUF.Targets {
        let (targets, strangers): (TUF.Targets, [String])
        do throws(TUF.Refusal) {
            (targets, strangers) = try TUF.Targets.delegated(metadata, to: role, by: draft.state.targets)
        } catch {
            throw CentreError(.refused, Phrasebook.translated("--metadata: \(error)"))
        }
        let paths = targets.targets.entries.map(\.name)
        let refused = strangers + paths.filter { !TUF.isSound(path: $0) }
        guard refused.isEmpty else { throw Self.notHandedOn(refused, role) }
        if let nested = targets.delegates.first { throw Self.handsOn(role, to: nested) }
        let header = targets.header
        guard header.expires > now else {
            let date = surroundings.phrase(header.expires)
            throw CentreError(
                .refused,
                Phrase(
                    vi: "\(role).json đã hết hạn \(date[.vietnamese]): trung tâm kia phải ký lại",
                    en: "\(role).json expired \(date[.english]): the other centre must sign it anew"))
        }
        let listed = draft.state.snapshot["meta"]?["\(role).json"] ?? [:]
        let known = listed.version
        draft.look(for: paths, of: role)
        if header.version == known, listed.sha256 == SHA256.hash(metadata).description {
            draft.mend(role, version: known, metadata)
            return targets
        }
        guard header.version > known || header.version == known && isFirst else {
            throw CentreError(
                .refused,
                Phrase(
                    vi: "\(role).json phiên bản \(header.version) không mới hơn bản đang có (\(known))",
                    en:
                        "\(role).json is version \(header.version), no newer than the one that is here (\(known))"
                ))
        }
        draft.add(role, version: header.version, metadata)
        return targets
    }

    /// The files that it names, as they lie in `targets/` beside it.
    private func wanted(_ targets: TUF.Targets, beside path: String) throws(CentreError) -> [TargetFiles
        .Wanted]
    {
        let folder = DurableFile.directory(of: path) + "/targets"
        var wanted: [TargetFiles.Wanted] = []
        for (path, target) in targets.targets.entries {
            guard let hash = target.content.sha256?.description, let length = target.content.length else {
                throw CentreError(
                    .refused,
                    Phrase(vi: "\(path): cần mã băm sha256", en: "\(path): expected a hash of sha256"))
            }
            let name = RepositoryFolder.name(of: path, hash: hash)
            wanted.append(.init(path: path, length: length, sha256: hash, source: .file(name, below: folder)))
        }
        return wanted
    }

    /// Makes sure that each file is there, or where it is to come from, by its length; nothing is read.
    private func require(_ wanted: [TargetFiles.Wanted]) throws(CentreError) {
        let lost = wanted.filter { file in
            guard case .file(let name, let folder) = file.source, !files.isThere(file) else { return false }
            return ContentFile.length(of: name, below: folder) != file.length
        }
        guard !lost.isEmpty else { return }
        let names = TargetFiles.names(lost.map(\.path))
        throw CentreError(
            .refused,
            Phrase(
                vi: "\(names): không có trong kho, cũng không có đúng độ dài đã ký trong targets/ cạnh "
                    + "--metadata: trạm sẽ không bao giờ nhận được",
                en:
                    "\(names): neither in the repository nor, with the length that was signed, in targets/ beside "
                    + "--metadata: no station would ever get it"))
    }

    // MARK: What no station takes

    private static func handsOn(_ role: String, to nested: String) -> CentreError {
        CentreError(
            .refused,
            Phrase(
                vi:
                    "\(role).json lại giao đường dẫn cho vai trò \(nested), kho này không có tệp của vai trò đó: "
                    + "trung tâm kia phải ký lại mà không giao tiếp",
                en:
                    "\(role).json hands paths on itself, to \(nested), whose file this repository would not have: "
                    + "the other centre must sign it without that"))
    }

    private static func notHandedOn(_ paths: [String], _ role: String) -> CentreError {
        let names = TargetFiles.names(paths)
        return CentreError(
            .refused,
            Phrase(
                vi: "\(names): không nằm trong các đường dẫn giao cho \(role), không trạm nào nhận",
                en: "\(names): not among the paths that \(role) has, so no station would take it"))
    }

    private static func warning(of paths: [String]) -> [Phrase] {
        guard !paths.isEmpty else { return [] }
        let names = TargetFiles.names(paths)
        return [
            Phrase(
                vi: "\(names): kho này hoặc một vai trò khác cũng có tệp đó, trạm nhận tệp kia",
                en: "\(names): this repository, or another role before it, offers that too, and stations "
                    + "take theirs")
        ]
    }
}
