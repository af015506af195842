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

    private let folder: RepositoryFolder
    private let keys: KeySources
    private let surroundings: Surroundings
    private let state: RepositoryState
    private let ordinary: [CheckedFile]
    private let emergency: EmergencyPlan
    private let channelFolder: String

    /// So far ahead it is told what changes.
    private static let horizon = Duration.seconds(7 * 86_400)

    /// Checks a folder and finds out what would change.
    ///
    /// - Parameters:
    ///   - channel: the folder that the editor keeps.
    ///   - repository: the folder that the web server serves.
    ///   - keys: where the keys are; they are read when something is signed.
    ///   - surroundings: time, disk, zones.
    ///   - progress: told before each file.
    /// - Throws: with all problems, where one of them keeps the folder from being published.
    package init(
        of channel: String, into repository: String, keys: KeySources, _ surroundings: Surroundings,
        progress: (Progress) -> Void = { _ in }
    ) throws(CentreError) {
        folder = RepositoryFolder(path: repository)
        (self.keys, self.surroundings, channelFolder) = (keys, surroundings, channel)
        state = try folder.read()
        var known: [String: Measurement] = [:]
        for (_, target) in state.offers {
            if let hash = target.sha256, let measurement = Measurement(target["custom"]) {
                known[hash] = measurement
            }
        }
        let check = try ChannelCheck(channel, known: known, surroundings, progress: progress)
        guard !check.isRefused else {
            let count = check.problems.count { $0.severity == .error }
            throw CentreError(
                .refused,
                Phrase(vi: "không đưa lên: \(count) lỗi", en: "not published: \(count) errors"),
                problems: check.problems)
        }
        ordinary = check.files.filter { !Role.isEmergency($0.path) }
        let target = TargetFiles(folder: folder, calls: surroundings.calls)
        emergency = try EmergencyPlan(
            check.files.filter { Role.isEmergency($0.path) }, state, target, at: surroundings.now.seconds)
        problems = check.problems + emergency.problems
        differences = Self.differences(
            state, ordinary + emergency.files, emergency.kept, check.audiences, target, surroundings)
    }

    private static func differences(
        _ state: RepositoryState, _ files: [CheckedFile], _ kept: [(path: String, target: JSON)],
        _ audiences: [Audience], _ targets: TargetFiles, _ surroundings: Surroundings
    ) -> [AirDifference] {
        var texts: [ChannelSource.File] = []
        var hashes: [String: String] = [:]
        for (path, target) in state.offers {
            hashes[path] = target.sha256
            guard path.hasSuffix(".ics") || path.lowercased().hasSuffix(".m3u8"),
                let bytes = try? targets.read(path, target, limit: ICalendarLimits.fileBytes)
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
        let before = ChannelFolder.Contents(texts: texts)
        let gone =
            before.names(of: "groups").map(Audience.group)
            + before.names(of: "stations").map(Audience.station)
        return Programme.differences(
            from: old, to: new, audiences: audiences + gone.filter { !audiences.contains($0) },
            from: surroundings.now, until: surroundings.now + horizon)
    }

    private var now: Int64 { surroundings.now.seconds }

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
    /// - Returns: what expires soon, and what could not be renewed.
    /// - Throws: when keys are missing, the disk fails, or another command was faster; stations see nothing of it then.
    package func publish(progress: (Progress) -> Void = { _ in }) throws(CentreError) -> [Phrase] {
        // Once to see whether the keys are there, before gigabytes are copied.
        _ = try draft(state)
        let files = TargetFiles(folder: folder, calls: surroundings.calls)
        // Without the lock, which an emergency would have to wait for: nobody looks at files that nothing names.
        try files.put(wanted, progress: progress)
        let lock = try folder.lock()
        defer { _ = lock.number }
        let current = try folder.read()
        guard current.targets == state.targets, current.emergency == state.emergency else {
            throw CentreError(
                .refused,
                Phrase(
                    vi: "kho đã thay đổi trong lúc chờ; chạy lại publish",
                    en: "the repository has changed meanwhile; publish again"))
        }
        let (draft, warnings) = try draft(current)
        // Another publication may have tidied up meanwhile.
        try files.put(wanted)
        try draft.write(surroundings.calls)
        Leftovers(folder: folder, now: now).remove()
        return warnings + draft.warnings
    }

    /// The change, signed, and what could not be.
    private func draft(_ current: RepositoryState) throws(CentreError) -> (Draft, [Phrase]) {
        var draft = Draft(current, folder, keys, at: now)
        if newTargets != current.targets["targets"]
            || current.targets.expires - now < Role.notice(of: Role.targets)
        {
            try draft.revise(Role.targets, current.targets.with("targets", newTargets))
        }
        var warnings: [Phrase] = []
        if emergency.isChanged(from: current, at: now) {
            let canSign = try canSign(Role.emergency, .emergency)
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

    private func canSign(_ role: String, _ kind: KeySources.Kind) throws(CentreError) -> Bool {
        let appointment = try state.appointment(role)
        let held = try keys.keys(kind).compactMap { TUF.keyID(of: $0.json) }
        return Set(held).intersection(appointment.keyIDs).count >= appointment.threshold
    }

    private var wanted: [TargetFiles.Wanted] {
        (ordinary + emergency.files).map { file in
            TargetFiles.Wanted(
                path: file.path, length: file.length, sha256: file.sha256,
                source: file.text.map { .bytes($0) } ?? .file(below: channelFolder))
        }
    }
}
