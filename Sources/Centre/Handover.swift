import Glibc
import StationCore
import StationHost
import StationTrust
package import TerminalText

/// `loa-centre sign`: a part of another centre's channel, checked and ready to be signed for that centre to take.
///
/// The part is a folder as an editor keeps it; what comes out of it is the file of one role and a folder `targets/` beside
/// it, which the other centre takes with `loa-centre delegate`.
package struct Handover {
    /// What has become of it.
    package struct Receipt {
        /// The file of metadata.
        package let file: String
        /// Its version.
        package let version: Int64
        /// Until when stations believe it.
        package let until: Phrase
        /// Whether there was nothing new, so that it stays as it was.
        package let isUnchanged: Bool
        /// Whether other keys than before have signed it.
        package let hasOtherKeys: Bool
        /// The file of the key that was made, if one was: its secret half.
        package let made: String?
    }

    /// What was found in the folder, and does not keep it from being signed.
    package let problems: [ChannelProblem]

    private let role: String
    /// The folder for the other centre: its `targets/` are laid out as a repository's.
    private let output: Repository
    private let files: [CheckedFile]
    private let keys: [SecretKey]
    private let before: Before?

    /// What was signed before.
    private struct Before {
        let bytes: [UInt8]
        let signed: JSON
        /// Whether by the keys that are here, all of them and no other.
        var isOurs = false
    }

    /// Checks a folder.
    ///
    /// - Parameters:
    ///   - channel: the folder that the editor keeps.
    ///   - output: the folder for the other centre.
    ///   - role: the role's name, as the other centre calls it.
    ///   - patterns: the paths that the other centre hands on to it.
    ///   - keys: where the keys are, or one is to be made.
    ///   - surroundings: time, chance, disk, zones.
    ///   - progress: told before each file.
    /// - Throws: with all problems, where one of them keeps the folder from being signed.
    package init(
        of channel: String, into output: String, as role: String, for patterns: [String], keys: KeySources,
        _ surroundings: Surroundings, progress: (Progress) -> Void = { _ in }
    ) throws(CentreError) {
        (self.role, self.output) = (role, Repository(output, keys: keys, surroundings))
        try Role.requireOthers(role)
        let patterns = try Role.patterns(patterns)
        guard access(self.output.folder.metadata, F_OK) != 0 else {
            let path = self.output.folder.path
            throw CentreError(
                .refused,
                Phrase(
                    vi: "\(path) là kho của một trung tâm (có metadata/): chọn thư mục khác để ký vào",
                    en:
                        "\(path) is a centre's repository (it has metadata/): choose another folder to sign into"
                ))
        }
        // Whether the keys can be read is said before hours of sound are decoded.
        try keys.prepare(outside: self.output.folder.path)
        self.keys = try keys.keys(.targets)
        var before = try Self.before(self.output.folder.path + "/" + TUF.fileName(of: role))
        // Ed25519 signs alike each time, so equal bytes are the same keys' word for the same.
        if let found = before, !self.keys.isEmpty {
            before?.isOurs = (try? Self.sign(found.signed, role, self.keys)) == found.bytes
        }
        self.before = before
        let known = before.flatMap { $0.isOurs ? $0.signed["targets"]?.members : nil } ?? []
        let check = try ChannelCheck(
            channel, for: patterns, known: known.map(\.value), surroundings, progress: progress)
        try check.require(orElse: Phrase(vi: "không ký", en: "not signed"))
        (files, problems) = (check.files, check.problems)
        try requireOwnFolder()
    }

    /// Makes sure that the folder holds what was signed into it and nothing else, which would be removed in the end.
    private func requireOwnFolder() throws(CentreError) {
        let folder = output.folder
        let names = (try? namesInDirectory(folder.path)) ?? []
        if names.contains(where: { $0.hasSuffix(".json") }) { return }
        // Without a role's file it is new, or what a first run has left that did not come to its end.
        let own = Set(files.map { RepositoryFolder.name(of: $0.path, hash: $0.sha256) })
        let others = Leftovers(folder: folder, now: output.now).targets().files.filter { !own.contains($0) }
        guard !others.isEmpty else { return }
        let list = TargetFiles.names(others.sorted())
        throw CentreError(
            .refused,
            Phrase(
                vi:
                    "\(folder.targets) có tệp khác (\(list)), sẽ bị xóa: chọn thư mục khác để ký vào, hoặc dọn trống nó",
                en:
                    "\(folder.targets) has other files (\(list)), which would be removed: choose another folder to "
                    + "sign into, or empty that one"))
    }

    private static func before(_ path: String) throws(CentreError) -> Before? {
        guard access(path, F_OK) == 0 else { return nil }
        let bytes = try attempt { () throws(SystemError) in
            try readFile(path, limit: TUF.Limit.targetsBytes)
        }
        // Up to the last version that another one can follow.
        guard let signed = try? TUF.Document(bytes, of: Role.targets).signed,
            1..<Int64.max ~= signed.version
        else {
            throw CentreError(
                .configuration,
                Phrase(
                    vi: "\(path): bị hỏng; chép lại từ bản sao lưu hoặc từ trung tâm kia",
                    en: "\(path): is damaged; put it back from a copy, or from the other centre"))
        }
        return Before(bytes: bytes, signed: signed)
    }

    // MARK: Signing

    /// Signs, with a key that is made where there is none; the files first, and what names them last.
    ///
    /// - Parameter progress: told before each file that is compared or copied.
    /// - Returns: what goes to the other centre, and what stays.
    /// - Throws: when the disk fails, or a file is not any more what was checked; the file of metadata stays then.
    package func sign(progress: (Progress) -> Void = { _ in }) throws(CentreError) -> Receipt {
        let folder = output.folder
        let path = folder.path + "/" + TUF.fileName(of: role)
        try attempt { () throws(SystemError) in
            try DurableFile.makeDirectory(folder.targets, mode: RepositoryFolder.folderMode)
        }
        let lock = try folder.lock()
        defer { _ = lock.number }
        guard try Self.before(path)?.bytes == before?.bytes else {
            throw CentreError(
                .refused,
                Phrase(
                    vi: "\(path) đã thay đổi trong lúc chờ; chạy lại sign",
                    en: "\(path) has changed meanwhile; sign again"))
        }
        let made = keys.isEmpty ? try output.keys.make(.targets, output.surroundings) : nil
        let signed = renewed
        let bytes = try Self.sign(signed, role, made.map { [$0] } ?? keys)
        output.files.removeUnfinished()
        try output.files.put(files.map(\.wanted), isThorough: true, progress: progress)
        if bytes != before?.bytes {
            try attempt { () throws(SystemError) in
                try DurableFile.replace(
                    path, with: bytes, mode: RepositoryFolder.fileMode, output.surroundings.calls)
            }
        }
        removeLeftovers()
        return Receipt(
            file: path, version: signed.version, until: output.surroundings.phrase(signed.expires),
            isUnchanged: bytes == before?.bytes, hasOtherKeys: before?.isOurs == false,
            made: made.flatMap { output.keys.file(of: TUF.keyID(of: $0.json) ?? "", .targets) })
    }

    /// Removes what none of the roles in the folder names any more: it would be handed over again and again.
    private func removeLeftovers() {
        let folder = output.folder
        guard let names = try? namesInDirectory(folder.path) else { return }
        var kept: Set<String> = []
        for name in names where name.hasSuffix(".json") {
            // Whoever cannot be read may name anything.
            guard let before = try? Self.before(folder.path + "/" + name) else { return }
            kept.formUnion(Leftovers.names(of: before.signed))
        }
        Leftovers(folder: folder, now: output.now).removeTargets(but: kept)
    }

    /// What the role is to say: as before where nothing is new and the end is far.
    private var renewed: JSON {
        let targets = JSON.object(files.map { .init($0.path, $0.target) })
        if let before, before.isOurs, before.signed["targets"] == targets,
            before.signed.expires - output.now >= Role.notice(of: role)
        {
            return before.signed
        }
        return Role.header(Role.targets)
            .with("expires", .string(UTCTime.text(output.now + Role.lifetime(of: role))))
            .with("targets", targets).with("version", .integer((before?.signed.version ?? 0) + 1))
    }

    /// The file that all of the keys have signed.
    private static func sign(_ signed: JSON, _ role: String, _ keys: [SecretKey]) throws(CentreError)
        -> [UInt8]
    {
        let all = Appointment(Appointment.json(keys.map(\.json), threshold: keys.count), role: role)
        return try Draft.sign(signed, all.map { [$0] } ?? [], keys, .targets)
    }
}
