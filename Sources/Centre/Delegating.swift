import StationCore
import StationHost
import StationTrust
package import TerminalText

/// `loa-centre delegate`: hands paths of the repository on to another centre's key.
///
/// The other centre signs for its role itself, with this or any other tool of TUF; stations refuse paths of a role that
/// has not signed anything, so its first file comes with the delegation, and each later one the same way.
extension Repository {
    /// Hands paths on, or takes a newer file of a role that has some; of the keys `targets/` and `online/` are read.
    ///
    /// - Parameters:
    ///   - role: the role's name.
    ///   - patterns: the paths; none to leave them as they are.
    ///   - publicKeys: the other centre's keys, in PEM or hexadecimal digits; none to leave them as they are.
    ///   - metadata: the file that they have signed.
    /// - Returns: what expires soon.
    /// - Throws: when the file is not signed by those keys, or is older than the one before.
    package func delegate(
        _ role: String, patterns: [String], publicKeys: [String], metadata: [UInt8]
    ) throws(CentreError) -> [Phrase] {
        guard KeySources.Kind(role: role) == nil, !role.isEmpty else {
            throw CentreError(
                .refused, Phrase(vi: "tên vai trò \(role) đã dùng", en: "the role name \(role) is taken"))
        }
        return try change { draft throws(CentreError) in
            let paths = try handOn(role, patterns, publicKeys, &draft)
            try take(metadata, of: role, isFirst: !publicKeys.isEmpty, for: paths, &draft)
        }.draft.warnings
    }

    /// Has targets hand the paths on where that is asked for; returns the paths.
    private func handOn(
        _ role: String, _ patterns: [String], _ publicKeys: [String], _ draft: inout Draft
    ) throws(CentreError) -> [String] {
        var delegations = draft.state.targets["delegations"] ?? [:]
        var roles = delegations["roles"]?.elements ?? []
        let place = roles.firstIndex { $0["name"]?.text == role }
        if patterns.isEmpty, publicKeys.isEmpty, let place {
            return roles[place]["paths"]?.elements?.compactMap(\.text) ?? []
        }
        let entry = try entry(role, patterns, publicKeys, &delegations)
        if let place { roles[place] = entry } else { roles.append(entry) }
        delegations = delegations.with("roles", .array(roles))
        try draft.revise(Role.targets, draft.state.targets.with("delegations", delegations))
        return patterns
    }

    /// Takes what the other centre has signed.
    private func take(
        _ metadata: [UInt8], of role: String, isFirst: Bool, for patterns: [String], _ draft: inout Draft
    ) throws(CentreError) {
        let version: Int64
        do throws(TUF.Refusal) { version = try TUF.Document(metadata, of: role).signed.version } catch {
            throw CentreError(.refused, Phrasebook.translated("--metadata: \(error)"))
        }
        let known = draft.state.snapshot["meta"]?["\(role).json"]?.version ?? 0
        guard version > known || version == known && isFirst else {
            throw CentreError(
                .refused,
                Phrase(
                    vi: "\(role).json phiên bản \(version) không mới hơn bản đang có (\(known))",
                    en: "\(role).json is version \(version), no newer than the one that is here (\(known))"))
        }
        draft.add(role, version: version, metadata, probes: patterns.map(Self.example))
    }

    private func entry(
        _ role: String, _ patterns: [String], _ publicKeys: [String], _ delegations: inout JSON
    ) throws(CentreError) -> JSON {
        let halves = publicKeys.compactMap(KeyFile.publicKey)
        guard halves.count == publicKeys.count, !halves.isEmpty, !patterns.isEmpty,
            patterns.allSatisfy({ TUF.isSound(path: $0) && !Role.isEmergency($0) })
        else {
            throw CentreError(
                .refused,
                Phrase(
                    vi:
                        "cần --path (không phải emergency/) và --key: khóa công khai Ed25519, PEM hoặc 64 chữ số",
                    en: "expected --path (not emergency/) and --key: public Ed25519 keys, PEM or 64 digits"))
        }
        var byID = delegations["keys"] ?? [:]
        for key in halves { byID = byID.with(TUF.keyID(of: key) ?? "", key) }
        delegations = delegations.with("keys", byID)
        return Appointment.json(halves, threshold: 1).with("name", .string(role))
            .with("terminating", false).with("paths", .array(patterns.map { .string($0) }))
    }

    /// A path of that pattern.
    private static func example(of pattern: String) -> String {
        String(pattern.map { $0 == "*" || $0 == "?" ? "x" : $0 })
    }
}
