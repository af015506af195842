import StationCore
import StationHost
import StationTrust
package import TerminalText

/// `loa-centre publish`: a channel's folder, checked and compared with what is on air, ready to be signed.
package struct Publication {
    /// What was found in the folder, and does not keep it from being published.
    package let problems: [ChannelProblem]
    /// What sounds otherwise than before within the next seven days.
    package let differences: [AirDifference]

    private let repository: Repository
    private let state: RepositoryState
    private let ordinary: [CheckedFile]
    private let emergency: EmergencyPlan

    /// So far ahead it is told what changes.
    private static let horizon = Duration.seconds(7 * 86_400)

    /// Checks a folder and finds out what would change.
    ///
    /// - Parameters:
    ///   - channel: the folder that the editor keeps.
    ///   - repository: the folder that the web server serves.
    ///   - keys: where the keys are.
    ///   - surroundings: time, disk, zones.
    ///   - isTrial: whether nothing will be signed, so that no key need be there.
    ///   - progress: told before each file.
    /// - Throws: with all problems, where one of them keeps the folder from being published.
    package init(
        of channel: String, into repository: String, keys: KeySources, _ surroundings: Surroundings,
        isTrial: Bool = false, progress: (Progress) -> Void = { _ in }
    ) throws(CentreError) {
        self.repository = Repository(repository, keys: keys, surroundings)
        state = try self.repository.folder.read()
        if !isTrial { try Self.requireKeys(self.repository, state) }
        let check = try ChannelCheck(
            channel, known: state.offers.map(\.target), surroundings, progress: progress)
        try check.require(orElse: Phrase(vi: "không đưa lên", en: "not published"))
        ordinary = check.files.filter { !Role.isEmergency($0.path) }
        let target = self.repository.files
        emergency = EmergencyPlan(
            check.files.filter { Role.isEmergency($0.path) }, state, target, at: surroundings.now.seconds)
        problems = check.problems + emergency.problems
        differences = Self.differences(
            state, ordinary + emergency.files, emergency.kept, check.audiences, target, surroundings)
    }

    /// Whether the keys are here: said before hours of sound are decoded.
    ///
    /// Which of targets and emergency must sign shows only then; one of them, or there is nothing to publish.
    private static func requireKeys(
        _ repository: Repository, _ state: RepositoryState
    ) throws(CentreError) {
        try repository.require([Role.timestamp], state)
        if state.emergency != nil, try repository.canSign(Role.emergency, state) { return }
        try repository.require([Role.targets], state)
    }

    private static func differences(
        _ state: RepositoryState, _ files: [CheckedFile], _ kept: [(path: String, target: JSON)],
        _ audiences: [Audience], _ targets: TargetFiles, _ surroundings: Surroundings
    ) -> [AirDifference] {
        var texts: [ChannelSource.File] = []
        var hashes: [String: String] = [:]
        let here = Dictionary(files.map { ($0.sha256, $0.text) }) { first, _ in first }
        for (path, target) in state.offers {
            hashes[path] = target.sha256
            // What the disk has lost stations may have: where it is the editor's too, it is as it was.
            guard path.hasSuffix(".ics") || path.lowercased().hasSuffix(".m3u8"),
                let bytes = target.sha256.flatMap({ here[$0] ?? nil })
                    ?? targets.read(path, target, limit: ICalendarLimits.fileBytes)
            else { continue }
            texts.append(.init(path: path, bytes: bytes))
        }
        let old = Programme(channel: Channel(texts, audio: nil, surroundings), hashes: hashes)
        let new = Programme(
            channel: Channel(
                files.compactMap { file in file.text.map { .init(path: file.path, bytes: $0) } }, audio: nil,
                surroundings),
            hashes: Dictionary(
                files.map { ($0.path, $0.sha256) } + kept.map { ($0.path, $0.target.sha256 ?? "") }
            ) { first, _ in first })
        let gone = Audience.named(in: texts.map(\.path)).filter { !audiences.contains($0) }
        return Programme.differences(
            from: old, to: new, audiences: audiences + gone,
            from: surroundings.now, until: surroundings.now + horizon)
    }

    private var now: Int64 { repository.now }

    /// Whether only time would be signed: no file is new, gone or different.
    package var isUnchanged: Bool {
        newTargets == state.targets["targets"] && !emergency.isChanged(from: state, at: now)
    }

    private var newTargets: JSON {
        .object(ordinary.map { .init($0.path, $0.target) })
    }

    // MARK: Publishing

    /// Signs and switches.
    ///
    /// - Parameter progress: told before each file that is copied.
    /// - Returns: what was put right, what expires soon, and what could not be renewed.
    /// - Throws: when keys are missing, the disk fails, or another command was faster; stations see nothing of it then.
    package func publish(progress: (Progress) -> Void = { _ in }) throws(CentreError) -> [Phrase] {
        // Once to see whether the keys are there, before gigabytes are copied.
        _ = try draft(state)
        repository.files.removeUnfinished()
        // Without the lock, which an emergency would have to wait for: nobody looks at files that nothing names.
        let mended = mended(try repository.files.put(wanted, isThorough: true, progress: progress))
        let lock = try repository.folder.lock()
        defer { _ = lock.number }
        let current = try repository.folder.read()
        guard current.targets == state.targets, current.emergency == state.emergency else {
            throw CentreError(
                .refused,
                Phrase(
                    vi: "kho đã thay đổi trong lúc chờ; chạy lại publish",
                    en: "the repository has changed meanwhile; publish again"))
        }
        var (draft, warnings) = try draft(current)
        // Another publication may have tidied up meanwhile.
        draft.wanted = wanted
        try draft.write()
        Leftovers(folder: repository.folder, now: now).remove()
        return mended + warnings + draft.warnings
    }

    /// What was published before, and was not there any more as it was.
    private func mended(_ files: [TargetFiles.Wanted]) -> [Phrase] {
        let published = Dictionary(state.offers.map { ($0.path, $0.target.sha256) }) { first, _ in first }
        let mended = files.filter { published[$0.path] == $0.sha256 }.map(\.path)
        guard !mended.isEmpty else { return [] }
        let names = TargetFiles.names(mended)
        return [
            Phrase(
                vi: "\(mended.count) tệp trong kho bị hỏng hoặc mất, đã chép lại: \(names)",
                en: "\(Format.counted(mended.count, "file")) of the repository, damaged or missing, "
                    + "put right: \(names)")
        ]
    }

    /// The change, signed, and what could not be.
    private func draft(_ current: RepositoryState) throws(CentreError) -> (Draft, [Phrase]) {
        var draft = Draft(current, repository)
        if newTargets != current.targets["targets"]
            || current.targets.expires - now < Role.notice(of: Role.targets)
        {
            try draft.revise(Role.targets, current.targets.with("targets", newTargets))
        }
        var warnings: [Phrase] = []
        if emergency.isChanged(from: current, at: now) {
            let canSign = try repository.canSign(Role.emergency, current)
            if emergency.isUrgent || canSign {
                try draft.revise(
                    Role.emergency, emergency.signed(current.emergency ?? .null, at: now),
                    expires: emergency.expires(at: now))
            } else {
                warnings.append(
                    Phrase(
                        vi: "emergency.json cần ký lại mà không có khóa emergency/",
                        en: "emergency.json wants to be signed anew, and the keys of emergency/ are not here")
                )
            }
        }
        try draft.finish()
        return (draft, warnings)
    }

    private var wanted: [TargetFiles.Wanted] { (ordinary + emergency.files).map(\.wanted) }
}
