import StationTrust
import Testing

/// A repository in memory, signed by ourselves: what a test changes in `documents`, `publish` signs.
struct SignedRepository {
    static let now: Int64 = 1_795_323_600
    static let later = "2027-01-01T00:00:00Z"
    static let before = "2026-11-22T05:00:00Z"

    /// What each role says.
    var documents: [String: JSON] = [:]
    /// Who signs for each role.
    var signers: [String: [SecretKey]] = [:]
    /// What the server has, by the names of the files.
    var files: [String: [UInt8]] = [:]
    /// Whether whoever lists a file says its length and hash.
    var hasHashes = false
    private var keyCount: UInt8 = 0

    init(isConsistent: Bool = true) throws {
        var roles: [JSON.Member] = []
        var keys: [JSON.Member] = []
        for role in ["root", "timestamp", "snapshot", "targets"] {
            let key = try newKey()
            signers[role] = [key]
            let id = try #require(TUF.keyID(of: key.json))
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

    static func header(_ type: String) -> JSON {
        [
            "_type": .string(type), "expires": .string(later), "spec_version": "1.0.34", "version": 1,
        ]
    }

    mutating func newKey() throws -> SecretKey {
        keyCount += 1
        return try #require(SecretKey(seed: .init(repeating: keyCount, count: 32)))
    }

    /// The role's file as it would be now.
    func file(_ role: String) throws -> [UInt8] {
        try TUF.file(try #require(documents[role]), signedBy: signers[role] ?? [])
    }

    func version(_ role: String) -> Int64 { documents[role]?["version"]?.integer ?? 0 }

    /// The name of the role's newest file on the server.
    func name(_ role: String) -> String {
        let isPlain =
            role == "timestamp" || role != "root" && documents["root"]?["consistent_snapshot"] == false
        return (isPlain ? "" : "\(version(role)).") + TUF.fileName(of: role)
    }

    mutating func bump(_ roles: String...) {
        for role in roles {
            let version = version(role) + 1
            documents[role]?["version"] = .integer(version)
        }
    }

    /// Signs roles in this order; whoever lists one says what it is now.
    mutating func publish(_ roles: String...) throws {
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
    mutating func publishAll(_ roles: String...) throws {
        for role in roles + ["targets", "snapshot", "timestamp"] {
            bump(role)
            try publish(role)
        }
    }

    /// Lets other keys sign for a top-level role.
    mutating func appoint(_ role: String, _ keys: [SecretKey], threshold: Int64 = 1) throws {
        signers[role] = keys
        var ids: [JSON] = []
        for key in keys {
            let id = try #require(TUF.keyID(of: key.json))
            ids.append(.string(id))
            documents["root"]?["keys"]?[id] = key.json
        }
        documents["root"]?["roles"]?[role] = ["keyids": .array(ids), "threshold": .integer(threshold)]
    }

    /// Hands paths on from one role to another, which is made unless it is there.
    mutating func delegate(
        _ delegator: String, to role: String, paths: [String]? = ["*"], prefixes: [String]? = nil,
        isTerminating: Bool = false
    ) throws {
        if documents[role] == nil {
            documents[role] = Self.header("targets").with("targets", [:])
            signers[role] = [try newKey()]
        }
        let key = try #require(signers[role]?.first)
        let id = try #require(TUF.keyID(of: key.json))
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

    /// Offers a file.
    mutating func add(_ path: String, _ content: String, to role: String = "targets") {
        documents[role]?["targets"]?[path] = [
            "length": .integer(Int64(content.utf8.count)),
            "hashes": ["sha256": .string("\(SHA256.hash(content.utf8))")],
            "custom": ["title": .string(content)],
        ]
    }
}

/// A client with what it keeps, and the server that it reads.
struct ClientRun {
    var client: TUF.Client
    var kept: [String: [UInt8]] = [:]
    var requests: [String] = []
    /// What the server says instead of what it has.
    var answers: [String: TUF.Answer] = [:]

    init(_ repository: SignedRepository) throws {
        let root = try #require(repository.files["1.root.json"])
        client = try TUF.Client(root: root)
        kept["root"] = root
    }

    mutating func refresh(_ repository: SignedRepository, at time: Int64 = SignedRepository.now) -> TUF.Next {
        finish(client.refresh(at: time), repository)
    }

    mutating func search(_ path: String, _ repository: SignedRepository) -> TUF.Next {
        finish(client.search(for: path), repository)
    }

    private mutating func finish(_ first: TUF.Step, _ repository: SignedRepository) -> TUF.Next {
        var step = first
        while true {
            for change in step.changes {
                switch change {
                case .store(let role, let bytes): kept[role] = bytes
                case .remove(let role): kept[role] = nil
                }
            }
            switch step.next {
            case .read(let role, let limit):
                let bytes = kept[role].flatMap { $0.count <= limit ? $0 : nil }
                step = client.resume(with: bytes.map { .bytes($0) } ?? .missing)
            case .fetch(let request):
                requests.append(request.fileName)
                step = client.resume(with: answer(request, repository))
            default: return step.next
            }
        }
    }

    private func answer(_ request: TUF.Request, _ repository: SignedRepository) -> TUF.Answer {
        if let answer = answers[request.fileName] { return answer }
        guard let bytes = repository.files[request.fileName] else { return .missing }
        return bytes.count > request.limit ? .tooLong : .bytes(bytes)
    }

    /// The versions of what is kept.
    var versions: [String: Int64] {
        kept.mapValues { bytes in
            let json = try? JSONParser.parse(bytes, limits: .init(bytes: bytes.count))
            return json?["signed"]?["version"]?.integer ?? -1
        }
    }
}

extension TUF.Next {
    /// Why it was refused, if it was.
    var reason: TUF.Refusal.Reason? {
        if case .refused(let refusal) = self { refusal.reason } else { nil }
    }

    /// What the publisher called the target, if one was found.
    var title: String? {
        if case .found(let target) = self { target.custom?["title"]?.text } else { nil }
    }
}

extension JSON {
    /// The member of that name, to be read and set; nil removes it.
    subscript(name: String) -> JSON? {
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

    func with(_ name: String, _ value: JSON) -> JSON {
        var copy = self
        copy[name] = value
        return copy
    }
}
