import StationTrust
import TerminalText

/// The roles of a centre's repository, and how long what they sign is believed.
enum Role {
    static let root = TUF.TopLevelRole.root.rawValue
    static let targets = TUF.TopLevelRole.targets.rawValue
    static let snapshot = TUF.TopLevelRole.snapshot.rawValue
    static let timestamp = TUF.TopLevelRole.timestamp.rawValue
    /// Signs what is below `emergency/`, with keys of its own.
    static let emergency = "emergency"
    /// The folder that it signs for.
    static let emergencyFolder = "emergency/"

    private static let day: Int64 = 86_400

    /// How long a role's file is believed, in seconds.
    static func lifetime(of role: String) -> Int64 {
        switch role {
        case root: 3 * 365 * day
        case snapshot: 30 * day
        case timestamp: 7 * day
        default: 365 * day
        }
    }

    /// So long before its end it is warned of, in seconds: 60 days, or a third of a life shorter than that.
    static func notice(of role: String) -> Int64 { min(60 * day, lifetime(of: role) / 3) }

    /// An emergency is believed for no longer, in seconds: nobody must be able to play it again next year.
    static let emergencySeconds: Int64 = day

    /// What of the paths below `emergency/` is handed on: a `*` never crosses a `/`, so one pattern for each depth.
    static var emergencyPatterns: [String] {
        (1...ChannelFolder.Limits.depth).map { depth in
            emergencyFolder + Array(repeating: "*", count: depth).joined(separator: "/")
        }
    }

    /// Whether a path of the channel is signed by the emergency role.
    static func isEmergency(_ path: String) -> Bool { path.utf8.starts(with: emergencyFolder.utf8) }

    /// What every role's signed part begins with, before its first version.
    static func header(_ type: String) -> JSON {
        ["_type": .string(type), "expires": "", "spec_version": "1.0.34", "version": 0]
    }

    // MARK: Other centres'

    /// Makes sure that another centre's role may be called so.
    static func requireOthers(_ role: String) throws(CentreError) {
        guard KeySources.Kind(role: role) == nil, !role.isEmpty else {
            throw CentreError(
                .refused, Phrase(vi: "tên vai trò \(role) đã dùng", en: "the role name \(role) is taken"))
        }
    }

    /// Reads the patterns of paths that are handed on: in the form of Unicode that all paths have.
    ///
    /// - Throws: when one of them fits no path, or one below `emergency/`.
    static func patterns(_ texts: [String]) throws(CentreError) -> [TUF.PathPattern] {
        let patterns = texts.map(\.nfc)
        for pattern in patterns where !TUF.isSound(path: pattern) || reachesEmergency(pattern) {
            throw CentreError(
                .refused,
                Phrase(
                    vi: "--path \(pattern): cần mẫu đường dẫn tương đối, không chạm emergency/",
                    en: "--path \(pattern): expected a pattern of relative paths, none of them in emergency/")
            )
        }
        return patterns.map(TUF.PathPattern.init)
    }

    /// Whether a pattern fits anything below `emergency/`; no part of it crosses a `/`.
    private static func reachesEmergency(_ pattern: String) -> Bool {
        let parts = pattern.utf8.split(separator: UInt8(ascii: "/"), maxSplits: 1)
        guard parts.count == 2, let first = String(parts[0]) else { return false }
        return TUF.PathPattern(first).matches(String(emergencyFolder.dropLast()))
    }
}

extension JSON {
    /// The object with that member in its place, or behind the others.
    func with(_ name: String, _ value: JSON) -> JSON {
        var members = self.members ?? []
        if let place = members.firstIndex(where: { $0.name.utf8.elementsEqual(name.utf8) }) {
            members[place].value = value
        } else {
            members.append(.init(name, value))
        }
        return .object(members)
    }

    /// The object without that member.
    func without(_ name: String) -> JSON {
        .object((members ?? []).filter { !$0.name.utf8.elementsEqual(name.utf8) })
    }

    /// The roles to which a targets role's signed part hands paths on.
    var delegates: [JSON] { self["delegations"]?["roles"]?.elements ?? [] }

    /// The same with those in their place, with more keys for them, and without keys that none of them has.
    func delegating(to roles: [JSON], adding keys: [JSON] = []) -> JSON {
        let delegations = self["delegations"] ?? [:]
        var byID = delegations["keys"] ?? [:]
        for key in keys { byID = TUF.keyID(of: key).map { byID.with($0, key) } ?? byID }
        let used = Set(roles.flatMap { $0["keyids"]?.elements?.compactMap(\.text) ?? [] })
        byID = .object((byID.members ?? []).filter { used.contains($0.name) })
        return with("delegations", delegations.with("keys", byID).with("roles", .array(roles)))
    }

    /// The version of metadata's signed part.
    var version: Int64 { self["version"]?.integer ?? 0 }

    /// When metadata was signed, in seconds since 1970; nil where it does not say so.
    var issued: Int64? { self["x-loa-issued"]?.text.flatMap(UTCTime.seconds) }

    /// Whether the emergency role was signed for an emergency, and not to say that there is none.
    var isEmergencyInForce: Bool { issued.map { expires - $0 <= Role.emergencySeconds } ?? true }

    /// When metadata expires, in seconds since 1970.
    var expires: Int64 { self["expires"]?.text.flatMap(UTCTime.seconds) ?? 0 }
}

/// Who signs for a role, and how many of them must, as root or a delegation says.
struct Appointment {
    let role: String
    let keyIDs: [String]
    let threshold: Int

    init?(_ json: JSON?, role: String) {
        guard let json, let ids = json["keyids"]?.elements?.compactMap(\.text),
            let threshold = json["threshold"]?.integer
        else { return nil }
        (self.role, keyIDs, self.threshold) = (role, ids, Int(clamping: threshold))
    }

    /// Those of the keys that may sign for it, by their ids: one key counts once, however often it comes.
    func held(of keys: [SecretKey]) -> [String: SecretKey] {
        var held: [String: SecretKey] = [:]
        for key in keys {
            if let id = TUF.keyID(of: key.json), keyIDs.contains(id) { held[id] = key }
        }
        return held
    }

    /// Makes sure that enough of the keys may sign for it.
    func require(_ keys: [SecretKey], _ kind: KeySources.Kind) throws(CentreError) {
        let held = held(of: keys).count
        guard held < threshold else { return }
        throw CentreError(
            .configuration,
            Phrase(
                vi: "vai trò \(role) cần \(threshold) khóa, ở đây có \(held): "
                    + "xem \(kind.rawValue)/ của --keys, hoặc thêm --keys DIR, --keys-fd N",
                en: "the role \(role) needs \(Format.counted(threshold, "key")) and has \(held) here: "
                    + "see \(kind.rawValue)/ of --keys, or add --keys DIR, --keys-fd N"))
    }

    /// The member of metadata that says so.
    static func json(_ keys: [JSON], threshold: Int) -> JSON {
        let ids = keys.compactMap(TUF.keyID).map { JSON.string($0) }
        return ["keyids": .array(ids), "threshold": .integer(Int64(threshold))]
    }
}
