// TUF metadata: what nobody signed is never believed, and what somebody signed cannot lead a station anywhere.

import SignedRepositories
import StationTrust

/// One file of a sound repository is another, as it came or signed by whoever may sign it.
///
/// The first byte says which role's, the second who signed it; the rest is the file, or what is signed.
@Sendable func lookAtMetadata(_ bytes: [UInt8]) {
    guard bytes.count > 2 else { return }
    let role = roles[Int(bytes[0]) % roles.count]
    let body = Array(bytes.dropFirst(2))
    if bytes[1] % 3 == 0 { return lookAtUnsigned(body, role) }
    guard let signed = try? JSONParser.parse(body, limits: .init(bytes: body.count)) else { return }
    if bytes[1] % 3 == 1 {
        guard let keys = repository.signers[role], let file = try? TUF.file(signed, signedBy: keys) else {
            return
        }
        _ = run(role, file)
    } else if let sound = try? repository.file(role),
        let signatures = try? JSONParser.parse(sound, limits: .init(bytes: sound.count))["signatures"]
    {
        // The right keys' signatures, of something else.
        let file: JSON = ["signatures": signatures, "signed": signed]
        lookAtUnsigned(file.bytes, role)
    }
}

private let roles = ["root", "timestamp", "snapshot", "targets", "emergency"]

/// Only the signed part of the sound file itself may be believed: there is no other with a signature.
private func lookAtUnsigned(_ file: [UInt8], _ role: String) {
    guard run(role, file) else { return }
    let signed = try? TUF.Document(file, of: role).signed.canonicalBytes()
    let sound = try? repository.documents[role]?.canonicalBytes()
    promise(signed != nil && signed == sound, "nobody signed this \(role)")
}

/// A cycle of a new station, then one of a station that knows the sound repository.
///
/// - Returns: whether the file was taken.
private func run(_ role: String, _ file: [UInt8]) -> Bool {
    let name = role == "root" ? "2.root.json" : repository.name(role)
    var taken = false
    for knows in [false, true] {
        var run = Run(knows ? known : fresh, name: name, file: file)
        run.refresh()
        run.search("a.wav")
        run.search("emergency/b.wav")
        taken = taken || run.stored.contains(file)
    }
    return taken
}

/// A client, what it keeps, and a server of which one file is another.
private struct Run {
    var client: TUF.Client
    var kept: [String: [UInt8]]
    var stored: [[UInt8]] = []
    let name: String
    let file: [UInt8]

    init(_ start: (client: TUF.Client, kept: [String: [UInt8]]), name: String, file: [UInt8]) {
        (client, kept, self.name, self.file) = (start.client, start.kept, name, file)
    }

    mutating func refresh() {
        let before = versions
        let root = client.root.header.version
        let next = finish(client.refresh(at: SignedRepository.now))
        promise(client.root.header.version >= root, "the root grows newer")
        for (role, version) in versions {
            // With other keys for them in a new root timestamp and snapshot begin anew.
            guard client.root.header.version == root, let earlier = before[role] else { continue }
            promise(version >= earlier, "\(role) does not grow older")
        }
        if case .refreshed = next {
            let expires = client.expires ?? 0
            promise(expires > SignedRepository.now, "what is believed is not expired")
        }
    }

    mutating func search(_ path: String) {
        guard case .found(let target) = finish(client.search(for: path)) else { return }
        promise(target.content.length.map { $0 >= 0 } ?? false, "a target has a length")
        promise(!target.content.hashes.isEmpty, "a target has a hash")
        let name = TUF.fileName(of: path, target.content, root: client.root)
        promise(!name.split(separator: "/").contains(".."), "\(name) climbs")
    }

    private var versions: [String: Int64] {
        kept.compactMapValues { bytes in
            let json = try? JSONParser.parse(bytes, limits: .init(bytes: bytes.count))
            return json?["signed"]?["version"]?.integer
        }
    }

    private mutating func finish(_ first: TUF.Step) -> TUF.Next {
        var step = first
        // Each root, the other top-level roles twice, each delegated role twice.
        for _ in 0..<(TUF.Limit.rootRotations + 2 * TUF.Limit.delegatedRoles + 16) {
            for change in step.changes {
                switch change {
                case .store(let role, let bytes):
                    kept[role] = bytes
                    stored.append(bytes)
                case .remove(let role): kept[role] = nil
                }
            }
            switch step.next {
            case .read(let role, let limit):
                let bytes = kept[role].flatMap { $0.count <= limit ? $0 : nil }
                step = client.resume(with: bytes.map { .bytes($0) } ?? .missing)
            case .fetch(let request): step = client.resume(with: answer(request))
            default: return step.next
            }
        }
        fatalError("broken: the cycle ends")
    }

    private func answer(_ request: TUF.Request) -> TUF.Answer {
        promise(!request.fileName.contains("/"), "\(request.fileName) is a name")
        promise(request.limit <= TUF.Limit.targetsBytes, "\(request.fileName) has a bound")
        let bytes = request.fileName == name ? file : repository.files[request.fileName]
        return bytes.map { $0.count > request.limit ? .tooLong : .bytes($0) } ?? .missing
    }
}

// MARK: What is sound

// Safety: made at its first use, never changed, and used by libFuzzer's one thread.
nonisolated(unsafe) private let repository: SignedRepository = {
    do {
        var repository = try SignedRepository()
        try repository.delegate("targets", to: "emergency", paths: ["emergency/*"], isTerminating: true)
        repository.add("a.wav", "a")
        repository.add("emergency/b.wav", "b", to: "emergency")
        try repository.publishAll("emergency")
        return repository
    } catch { fatalError("\(error)") }
}()

/// A station that was given the root and has asked nobody yet.
private let fresh: (client: TUF.Client, kept: [String: [UInt8]]) = {
    guard let root = repository.files["1.root.json"], let client = try? TUF.Client(root: root) else {
        fatalError("no root")
    }
    return (client, ["root": root])
}()

/// One that believes all of it.
private let known: (client: TUF.Client, kept: [String: [UInt8]]) = {
    var run = Run(fresh, name: "", file: [])
    run.refresh()
    run.search("a.wav")
    run.search("emergency/b.wav")
    promise(run.kept.count == roles.count, "the repository is sound")
    return (run.client, run.kept)
}()
