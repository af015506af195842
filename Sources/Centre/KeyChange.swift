import StationCore
import StationHost
import StationTrust
package import TerminalText

/// What is to be changed about who may sign.
package enum KeyChange: Sendable {
    /// Another key may sign: that one, in PEM or hexadecimal digits, or one that is made here.
    case add(public: String?)
    /// A key may not sign any more, named by the beginning of its id.
    case revoke(id: String)
    /// Nothing but the root's expiry.
    case renew
}

/// `loa-centre key`: who may sign for a role, and for how many of them it takes.
///
/// A change of root is signed by as many of the old root keys and of the new ones as must, so that every station
/// follows it from whatever root it has.
extension Repository {
    /// Changes the keys of a kind; root keys are needed, or those of targets for the emergency role.
    ///
    /// - Parameters:
    ///   - deed: what is to be changed.
    ///   - kind: whose keys.
    ///   - threshold: how many must sign from now on; nil for as many as before.
    /// - Returns: the ids of the role's keys from now on, how many of them must sign, and what expires soon.
    /// - Throws: when keys are missing, or the change would leave fewer keys than must sign.
    package func changeKeys(
        _ deed: KeyChange, _ kind: KeySources.Kind, threshold: Int? = nil
    ) throws(CentreError) -> (ids: [String], needed: Int, warnings: [Phrase]) {
        let (found, draft) = try change { draft throws(CentreError) in
            // Before a key is made for nothing. Lost keys of the role itself are no reason: they are replaced so.
            try require([kind == .emergency ? Role.targets : Role.root], draft.state)
            let old = try draft.state.appointment(kind == .online ? Role.timestamp : kind.rawValue)
            let holders = try holders(deed, kind, old, draft.state)
            let needed = threshold ?? old.threshold
            guard 1...max(1, holders.count) ~= needed, !holders.isEmpty else {
                throw CentreError(
                    .refused,
                    Phrase(
                        vi:
                            "còn \(holders.count) khóa mà cần \(needed): thêm khóa trước, hoặc đổi --threshold",
                        en: "\(Format.counted(holders.count, "key")) would be left and \(needed) must sign: "
                            + "add one first, or change --threshold"))
            }
            if kind == .emergency {
                try appoint(holders, needed, &draft)
            } else {
                try rotate(kind, holders, needed, &draft)
            }
            return (holders.map(\.0), needed)
        }
        return (found.0, found.1, draft.warnings)
    }

    /// Who may sign from now on: each key's id and public half.
    private func holders(
        _ deed: KeyChange, _ kind: KeySources.Kind, _ old: Appointment, _ state: RepositoryState
    ) throws(CentreError) -> [(String, JSON)] {
        var holders = old.keyIDs.compactMap { id in
            (state.root["keys"]?[id] ?? state.targets["delegations"]?["keys"]?[id]).map { (id, $0) }
        }
        switch deed {
        case .add(let text):
            let key = try newKey(text, kind)
            guard let id = TUF.keyID(of: key), !holders.contains(where: { $0.0 == id }) else {
                throw CentreError(
                    .refused,
                    Phrase(vi: "khóa này đã có trong vai trò", en: "the role has this key already"))
            }
            holders.append((id, key))
        case .revoke(let id):
            let named = holders.filter { $0.0.hasPrefix(id) }
            guard named.count == 1, !id.isEmpty else {
                throw CentreError(
                    .refused,
                    Phrase(
                        vi: "vai trò không có đúng một khóa bắt đầu bằng \(id): "
                            + old.keyIDs.joined(separator: " "),
                        en: "not one key of the role begins with \(id): "
                            + old.keyIDs.joined(separator: " ")))
            }
            holders.removeAll { $0.0 == named[0].0 }
        case .renew: break
        }
        return holders
    }

    private func newKey(_ text: String?, _ kind: KeySources.Kind) throws(CentreError) -> JSON {
        guard let text else { return try keys.make(kind, surroundings).json }
        guard let key = KeyFile.publicKey(text) else {
            throw CentreError(
                .refused,
                Phrase(
                    vi: "--key: cần khóa công khai Ed25519 (PEM hoặc 64 chữ số thập lục phân)",
                    en: "--key: expected a public Ed25519 key (PEM or 64 hexadecimal digits)"))
        }
        return key
    }

    /// The emergency role is appointed by targets; its file is signed anew where its keys are at hand.
    private func appoint(
        _ holders: [(String, JSON)], _ threshold: Int, _ draft: inout Draft
    ) throws(CentreError) {
        let ids = holders.map { JSON.string($0.0) }
        let roles = draft.state.targets.delegates.map { role -> JSON in
            guard role["name"]?.text == Role.emergency else { return role }
            return role.with("keyids", .array(ids)).with("threshold", .integer(Int64(threshold)))
        }
        try draft.revise(
            Role.targets, draft.state.targets.delegating(to: roles, adding: holders.map(\.1)))
        guard let emergency = draft.state.emergency else { return }
        // What a revoked key has signed is not believed any more, so somebody else must sign it now.
        let expires = emergency.isEmergencyInForce ? emergency.expires : nil
        try draft.revise(
            Role.emergency, emergency.with("x-loa-issued", .string(UTCTime.text(now))), expires: expires)
    }

    private func rotate(
        _ kind: KeySources.Kind, _ holders: [(String, JSON)], _ threshold: Int, _ draft: inout Draft
    ) throws(CentreError) {
        let old = draft.state.root
        let appointment = Appointment.json(holders.map(\.1), threshold: threshold)
        var roles = old["roles"] ?? [:]
        for role in kind == .online ? [Role.snapshot, Role.timestamp] : [kind.rawValue] {
            roles = roles.with(role, appointment)
        }
        var byID = old["keys"] ?? [:]
        for (id, key) in holders { byID = byID.with(id, key) }
        let used = Set(
            (roles.members ?? []).flatMap { $0.value["keyids"]?.elements?.compactMap(\.text) ?? [] })
        byID = .object((byID.members ?? []).filter { used.contains($0.name) })
        let root = old.with("version", .integer(old.version + 1))
            .with("expires", .string(UTCTime.text(now + Role.lifetime(of: Role.root))))
            .with("keys", byID).with("roles", roles)
        let signers = [old, root].compactMap { Appointment($0["roles"]?[Role.root], role: Role.root) }
        draft.add(root: root, try Draft.sign(root, signers, try keys.keys(.root), .root))
        // Its old signatures may be those of a key that is gone.
        if kind == .targets { try draft.revise(Role.targets, draft.state.targets) }
    }
}
