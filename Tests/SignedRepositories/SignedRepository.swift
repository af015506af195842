package import StationTrust

/// A repository in memory, signed by ourselves: what a test changes in `documents`, `publish` signs.
package struct SignedRepository {
    /// A role that nobody has described, or a key that cannot be.
    struct Unknown: Error {}

    /// The time at which everything is judged, in seconds since 1970.
    package static let now: Int64 = 1_795_323_600
    /// An expiry after it.
    package static let later = "2027-01-01T00:00:00Z"
    /// One at it.
    package static let before = "2026-11-22T05:00:00Z"

    /// What each role says.
    package var documents: [String: JSON] = [:]
    /// Who signs for each role.
    package var signers: [String: [SecretKey]] = [:]
    /// What the server has, by the names of the files.
    package var files: [String: [UInt8]] = [:]
    /// Whether whoever lists a file says its length and hash.
    package var hasHashes = false
    private var keyCount: UInt8 = 0

    package init(isConsistent: Bool = true) throws {
        var roles: [JSON.Member] = []
        var keys: [JSON.Member] = []
        for role in ["root", "timestamp", "snapshot", "targets"] {
            let key = try newKey()
            signers[role] = [key]
            let id = try known(TUF.keyID(of: key.json))
            keys.append(.init(id, key.json))
            roles.append(.init(role, ["keyids": [.string(id)], "threshold": 1]))
        }
        documents["root"] = Self.header("root").with("expires", "2030-01-01T00:00:00Z")
            .with("consistent_snapshot", .bool(isConsistent))
            .with("keys", .object(keys)).with("roles", .object(roles))
        documents["timestamp"] = Self.header("timestamp").with("meta", ["snapshot.json": ["version": 1]])
        documents["snapshot"] = Self.header("snapshot").with("meta", ["targets.json": ["version": 1]])
        documents["targets"] = Self.header("targets").with("targets", [:])
        try publish("root", "targets", "snapshot", "timestamp")
    }

    package static func header(_ type: String) -> JSON {
        [
            "_type": .string(type), "expires": .string(later), "spec_version": "1.0.34", "version": 1,
        ]
    }

    package mutating func newKey() throws -> SecretKey {
        keyCount += 1
        return try known(SecretKey(seed: .init(repeating: keyCount, count: 32)))
    }

    private func known<Value>(_ value: Value?) throws -> Value {
        guard let value else { throw Unknown() }
        return value
    }

    /// The role's file as it would be now.
    package func file(_ role: String) throws -> [UInt8] {
        try TUF.file(try known(documents[role]), signedBy: signers[role] ?? [])
    }

    package func version(_ role: String) -> Int64 { documents[role]?["version"]?.integer ?? 0 }

    /// The name of the role's newest file on the server.
    package func name(_ role: String) -> String {
        let isPlain =
            role == "timestamp" || role != "root" && documents["root"]?["consistent_snapshot"] == false
        return (isPlain ? "" : "\(version(role)).") + TUF.fileName(of: role)
    }

    package mutating func bump(_ roles: String...) {
        for role in roles {
            let version = version(role) + 1
            documents[role]?["version"] = .integer(version)
        }
    }

    /// Signs roles in this order; whoever lists one says what it is now.
    package mutating func publish(_ roles: String...) throws {
        for role in roles {
            let bytes = try file(role)
            files[name(role)] = bytes
            var listing: JSON = ["version": .integer(version(role))]
            if hasHashes {
                listing["length"] = .integer(Int64(bytes.count))
                listing["hashes"] = ["sha256": .string("\(SHA256.hash(bytes))")]
            }
            switch role {
            case "root", "timestamp": break
            case "snapshot": documents["timestamp"]?["meta"] = ["snapshot.json": listing]
            default: documents["snapshot"]?["meta"]?[role + ".json"] = listing
            }
        }
    }

    /// Bumps and publishes all that a change of the targets needs.
    package mutating func publishAll(_ roles: String...) throws {
        for role in roles + ["targets", "snapshot", "timestamp"] {
            bump(role)
            try publish(role)
        }
    }

    /// Lets other keys sign for a top-level role.
    package mutating func appoint(_ role: String, _ keys: [SecretKey], threshold: Int64 = 1) throws {
        signers[role] = keys
        var ids: [JSON] = []
        for key in keys {
            let id = try known(TUF.keyID(of: key.json))
            ids.append(.string(id))
            documents["root"]?["keys"]?[id] = key.json
        }
        documents["root"]?["roles"]?[role] = ["keyids": .array(ids), "threshold": .integer(threshold)]
    }

    /// Hands paths on from one role to another, which is made unless it is there.
    package mutating func delegate(
        _ delegator: String, to role: String, paths: [String]? = ["*"], prefixes: [String]? = nil,
        isTerminating: Bool = false
    ) throws {
        if documents[role] == nil {
            documents[role] = Self.header("targets").with("targets", [:])
            signers[role] = [try newKey()]
        }
        let key = try known(signers[role]?.first)
        let id = try known(TUF.keyID(of: key.json))
        var entry: JSON = [
            "name": .string(role), "keyids": [.string(id)], "threshold": 1,
            "terminating": .bool(isTerminating),
        ]
        if let paths { entry["paths"] = .array(paths.map { .string($0) }) }
        if let prefixes { entry["path_hash_prefixes"] = .array(prefixes.map { .string($0) }) }
        var delegations = documents[delegator]?["delegations"] ?? ["keys": [:], "roles": []]
        delegations["keys"]?[id] = key.json
        delegations["roles"] = .array((delegations["roles"]?.elements ?? []) + [entry])
        documents[delegator]?["delegations"] = delegations
    }

    /// Offers a file that is given as bytes.
    package mutating func add(_ path: String, bytes: [UInt8], to role: String = "targets") {
        documents[role]?["targets"]?[path] = [
            "length": .integer(Int64(bytes.count)), "hashes": ["sha256": .string("\(SHA256.hash(bytes))")],
        ]
    }

    /// Offers a file.
    package mutating func add(_ path: String, _ content: String, to role: String = "targets") {
        documents[role]?["targets"]?[path] = [
            "length": .integer(Int64(content.utf8.count)),
            "hashes": ["sha256": .string("\(SHA256.hash(content.utf8))")],
            "custom": ["title": .string(content)],
        ]
    }
}

extension JSON {
    /// The member of that name, to be read and set; nil removes it.
    @_disfavoredOverload  // Reading is StationTrust's own.
    package subscript(name: String) -> JSON? {
        get { members?.first { Array($0.name.utf8) == Array(name.utf8) }?.value }
        set {
            guard var members else { return }
            let place = members.firstIndex { Array($0.name.utf8) == Array(name.utf8) }
            switch (place, newValue) {
            case (let place?, let value?): members[place].value = value
            case (let place?, nil): members.remove(at: place)
            case (nil, let value?): members.append(.init(name, value))
            case (nil, nil): return
            }
            self = .object(members)
        }
    }

    package func with(_ name: String, _ value: JSON) -> JSON {
        var copy = self
        copy[name] = value
        return copy
    }
}
