import SignedRepositories
import StationTrust
import Testing

/// What a refresh believes and what it refuses: the metadata's lines of the list of attacks.
struct TUFRefreshTests {
    typealias Reason = TUF.Refusal.Reason

    @Test("A sound repository is believed, and its files are kept byte for byte", arguments: [true, false])
    func sound(isConsistent: Bool) throws {
        var repository = try SignedRepository(isConsistent: isConsistent)
        repository.files["timestamp.json"]? += Array(" \n".utf8)
        var run = try ClientRun(repository)
        #expect(run.refresh(repository) == .refreshed)
        let prefix = isConsistent ? "1." : ""
        #expect(
            run.requests == [
                "2.root.json", "timestamp.json", prefix + "snapshot.json", prefix + "targets.json",
            ])
        #expect(run.kept["timestamp"] == repository.files["timestamp.json"])
        #expect(run.versions == ["root": 1, "timestamp": 1, "snapshot": 1, "targets": 1])
        run.requests = []
        #expect(run.refresh(repository) == .refreshed)
        #expect(run.requests == ["2.root.json", "timestamp.json"])
    }

    @Test("Fields that TUF does not know are signed, kept and given out")
    func unknownFields() throws {
        var repository = try SignedRepository()
        repository.documents["timestamp"]?["x-loa-issued"] = "2026-11-22T04:00:00Z"
        repository.documents["targets"]?["x-note"] = ["é": 1, "Z": [.null, true]]
        try repository.publishAll()
        var run = try ClientRun(repository)
        #expect(run.refresh(repository) == .refreshed)
        #expect(run.client.timestamp?.signed["x-loa-issued"]?.text == "2026-11-22T04:00:00Z")
    }

    /// One thing that is wrong with one file, why it is refused, and what is kept then.
    struct Attack: Sendable, CustomTestStringConvertible {
        let name: String
        let reason: @Sendable (Reason) -> Bool
        let kept: [String: Int64]
        let change: @Sendable (inout SignedRepository) throws -> Void

        var testDescription: String { name }
    }

    private static let afterRoot: [String: Int64] = ["root": 1]
    private static let afterTimestamp: [String: Int64] = ["root": 1, "timestamp": 2]
    private static let afterSnapshot: [String: Int64] = ["root": 1, "timestamp": 2, "snapshot": 2]

    static let attacks: [Attack] = [
        Attack(
            name: "a wrong key", reason: { $0 == .tooFewSignatures(valid: 0, threshold: 1) }, kept: afterRoot
        ) {
            $0.signers["timestamp"] = [try $0.newKey()]
            try $0.publishAll()
        },
        Attack(
            name: "another role's key", reason: { $0 == .tooFewSignatures(valid: 0, threshold: 1) },
            kept: afterRoot
        ) {
            $0.signers["timestamp"] = $0.signers["targets"]
            try $0.publishAll()
        },
        Attack(
            name: "no signature", reason: { $0 == .tooFewSignatures(valid: 0, threshold: 1) },
            kept: afterSnapshot
        ) {
            $0.signers["targets"] = []
            try $0.publishAll()
        },
        Attack(
            name: "a threshold not met", reason: { $0 == .tooFewSignatures(valid: 1, threshold: 2) },
            kept: ["root": 2, "timestamp": 2]
        ) {
            let keys = [try $0.newKey(), try $0.newKey()]
            try $0.appoint("snapshot", keys, threshold: 2)
            $0.bump("root")
            try $0.publish("root")
            $0.signers["snapshot"] = [keys[0]]
            try $0.publishAll()
        },
        Attack(
            name: "the same key id twice",
            reason: { if case .duplicateSignature = $0 { true } else { false } },
            kept: afterTimestamp
        ) {
            let keys = $0.signers["snapshot"] ?? []
            $0.signers["snapshot"] = keys + keys
            try $0.publishAll()
        },
        Attack(
            name: "one key under two ids", reason: { $0 == .tooFewSignatures(valid: 1, threshold: 2) },
            kept: ["root": 2, "timestamp": 2]
        ) {
            let key = try $0.newKey()
            try $0.appoint("snapshot", [key], threshold: 2)
            // The same key in capitals is another text, so it has another id.
            let digits = Hexadecimal.text(key.publicBytes).uppercased()
            let twin = key.json.with("keyval", ["public": .string(digits)])
            let (id, twinID) = (try #require(TUF.keyID(of: key.json)), try #require(TUF.keyID(of: twin)))
            $0.documents["root"]?["keys"]?[twinID] = twin
            $0.documents["root"]?["roles"]?["snapshot"]?["keyids"] = [.string(id), .string(twinID)]
            $0.bump("root")
            try $0.publish("root")
            try $0.publishAll()
            var file = try JSONParser.parse(try $0.file("snapshot"), limits: .init(bytes: 1 << 20))
            let signature = try #require(file["signatures"]?.elements?.first)
            file["signatures"] = [signature, signature.with("keyid", .string(twinID))]
            $0.files[$0.name("snapshot")] = file.bytes
        },
        Attack(
            name: "changed after signing", reason: { $0 == .tooFewSignatures(valid: 0, threshold: 1) },
            kept: afterRoot
        ) {
            try $0.publishAll()
            let text = String(decoding: $0.files["timestamp.json"] ?? [], as: UTF8.self)
            $0.files["timestamp.json"] = Array(text.replacing("2027", with: "2029").utf8)
        },
        Attack(
            name: "expired timestamp", reason: { if case .expired = $0 { true } else { false } },
            kept: afterRoot
        ) {
            $0.documents["timestamp"]?["expires"] = .string(SignedRepository.before)
            try $0.publishAll()
        },
        Attack(
            name: "expired snapshot", reason: { if case .expired = $0 { true } else { false } },
            kept: afterTimestamp
        ) {
            $0.documents["snapshot"]?["expires"] = .string(SignedRepository.before)
            try $0.publishAll()
        },
        Attack(
            name: "expired targets", reason: { if case .expired = $0 { true } else { false } },
            kept: afterSnapshot
        ) {
            $0.documents["targets"]?["expires"] = .string(SignedRepository.before)
            try $0.publishAll()
        },
        Attack(
            name: "expired root", reason: { if case .expired = $0 { true } else { false } }, kept: ["root": 2]
        ) {
            $0.documents["root"]?["expires"] = .string(SignedRepository.before)
            $0.bump("root")
            try $0.publish("root")
            try $0.publishAll()
        },
        Attack(
            name: "a newer timestamp with an older snapshot",
            reason: { $0 == .wrongVersion(expected: 2, found: 1) }, kept: afterTimestamp
        ) {
            let old = $0.files["1.snapshot.json"]
            try $0.publishAll()
            $0.files["2.snapshot.json"] = old
        },
        Attack(
            name: "targets of another snapshot", reason: { $0 == .wrongVersion(expected: 2, found: 1) },
            kept: afterSnapshot
        ) {
            let old = $0.files["1.targets.json"]
            try $0.publishAll()
            $0.files["2.targets.json"] = old
        },
        Attack(
            name: "targets of another snapshot with the same version", reason: { $0 == .wrongHash },
            kept: afterSnapshot
        ) {
            $0.hasHashes = true
            try $0.publishAll()
            let count = $0.files["2.targets.json"]?.count
            $0.documents["targets"]?["expires"] = "2028-01-01T00:00:00Z"
            let other = try $0.file("targets")
            #expect(other.count == count)
            $0.files["2.targets.json"] = other
        },
        Attack(
            name: "a longer file than listed", reason: { if case .tooLong = $0 { true } else { false } },
            kept: afterSnapshot
        ) {
            $0.hasHashes = true
            try $0.publishAll()
            $0.files["2.targets.json"]? += [0x20]
        },
        Attack(
            name: "a shorter file than listed", reason: { if case .wrongLength = $0 { true } else { false } },
            kept: afterTimestamp
        ) {
            $0.hasHashes = true
            try $0.publishAll()
            $0.files["2.snapshot.json"]?.removeLast()
        },
        Attack(
            name: "a listed length of 100 MB", reason: { $0 == .tooLong(limit: 5_000_000) },
            kept: afterSnapshot
        ) {
            $0.bump("targets")
            try $0.publish("targets")
            $0.documents["snapshot"]?["meta"]?["targets.json"]?["length"] = 100_000_000
            $0.bump("snapshot", "timestamp")
            try $0.publish("snapshot", "timestamp")
        },
        Attack(
            name: "a snapshot in the timestamp's place", reason: { $0 == .wrongType("snapshot") },
            kept: ["root": 2]
        ) {
            try $0.appoint("snapshot", $0.signers["timestamp"] ?? [])
            $0.bump("root")
            try $0.publish("root")
            try $0.publishAll()
            $0.files["timestamp.json"] = $0.files["2.snapshot.json"]
        },
        Attack(name: "another specification", reason: { $0 == .wrongSpecification("2.0.0") }, kept: afterRoot)
        {
            $0.documents["timestamp"]?["spec_version"] = "2.0.0"
            try $0.publishAll()
        },
        Attack(
            name: "a web page instead", reason: { if case .notJSON = $0 { true } else { false } },
            kept: afterRoot
        ) { $0.files["timestamp.json"] = Array("<html>".utf8) },
        Attack(
            name: "a name twice", reason: { if case .notJSON = $0 { true } else { false } }, kept: afterRoot
        ) { $0.files["timestamp.json"] = Array(#"{"signed":{},"signatures":[],"signed":{}}"#.utf8) },
        Attack(name: "a decimal", reason: { $0 == .malformed("a number") }, kept: afterRoot) {
            $0.files["timestamp.json"] = Array(#"{"signed":{"version":1.0},"signatures":[]}"#.utf8)
        },
        Attack(name: "version 0", reason: { $0 == .malformed("version") }, kept: afterRoot) {
            $0.documents["timestamp"]?["version"] = -1
            try $0.publishAll()
        },
        Attack(name: "a snapshot without targets", reason: { $0 == .notListed }, kept: afterSnapshot) {
            $0.documents["snapshot"]?["meta"] = [:]
            $0.bump("snapshot", "timestamp")
            try $0.publish("snapshot", "timestamp")
        },
        Attack(name: "a target without a hash", reason: { $0 == .malformed("hashes") }, kept: afterSnapshot) {
            $0.documents["targets"]?["targets"] = ["a": ["length": 3]]
            try $0.publishAll()
        },
        Attack(name: "a target without a length", reason: { $0 == .malformed("length") }, kept: afterSnapshot)
        {
            $0.add("a", "a")
            $0.documents["targets"]?["targets"]?["a"]?["length"] = nil
            try $0.publishAll()
        },
        Attack(name: "a hash of another length", reason: { $0 == .malformed("hashes") }, kept: afterSnapshot)
        {
            $0.add("a", "a")
            $0.documents["targets"]?["targets"]?["a"]?["hashes"] = ["sha256": "00"]
            try $0.publishAll()
        },
        Attack(
            name: "a listed hash that nobody knows", reason: { $0 == .malformed("hashes") },
            kept: afterTimestamp
        ) {
            $0.bump("targets")
            try $0.publish("targets")
            $0.documents["snapshot"]?["meta"]?["targets.json"]?["hashes"] = ["md5": "00"]
            $0.bump("snapshot", "timestamp")
            try $0.publish("snapshot", "timestamp")
        },
        Attack(name: "a hash that nobody knows", reason: { $0 == .malformed("hashes") }, kept: afterSnapshot)
        {
            $0.documents["targets"]?["targets"] = ["a": ["length": 3, "hashes": ["md5": "00"]]]
            try $0.publishAll()
        },
    ]

    @Test("An attack ends the refresh where it strikes, and what was trusted stays", arguments: attacks)
    func attack(_ attack: Attack) throws {
        var repository = try SignedRepository()
        var run = try ClientRun(repository)
        try attack.change(&repository)
        let reason = try #require(run.refresh(repository).reason)
        #expect(attack.reason(reason), "\(reason)")
        #expect(run.versions == attack.kept)
    }

    static let rollbacks: [Attack] = [
        Attack(name: "an older timestamp", reason: { $0 == .rolledBack(from: 2, to: 1) }, kept: [:]) {
            $0.files["timestamp.json"] = $0.files["old"]
        },
        Attack(
            name: "an older snapshot listed", reason: { $0 == .listsOlder(name: "snapshot.json") }, kept: [:]
        ) {
            $0.documents["timestamp"]?["meta"]?["snapshot.json"] = ["version": 1]
            $0.bump("timestamp")
            try $0.publish("timestamp")
        },
        Attack(
            name: "older targets listed", reason: { $0 == .listsOlder(name: "targets.json") },
            kept: ["timestamp": 3]
        ) {
            $0.documents["snapshot"]?["meta"]?["targets.json"] = ["version": 1]
            $0.bump("snapshot", "timestamp")
            try $0.publish("snapshot", "timestamp")
        },
        Attack(
            name: "a role no longer listed", reason: { $0 == .listsOlder(name: "A.json") },
            kept: ["timestamp": 3]
        ) {
            $0.documents["snapshot"]?["meta"]?["A.json"] = nil
            $0.bump("snapshot", "timestamp")
            try $0.publish("snapshot", "timestamp")
        },
    ]

    @Test(
        "Nothing that was believed comes back older, with hashes or without", arguments: rollbacks,
        [false, true])
    func rollback(_ attack: Attack, hasHashes: Bool) throws {
        var repository = try SignedRepository()
        repository.hasHashes = hasHashes
        repository.files["old"] = repository.files["timestamp.json"]
        repository.documents["snapshot"]?["meta"]?["A.json"] = ["version": 1]
        var run = try ClientRun(repository)
        try repository.publishAll()
        #expect(run.refresh(repository) == .refreshed)
        try attack.change(&repository)
        let reason = try #require(run.refresh(repository).reason)
        #expect(attack.reason(reason), "\(reason)")
        let kept = ["root": 1, "timestamp": 2, "snapshot": 2, "targets": 2].merging(attack.kept) { $1 }
        #expect(run.versions == kept)
    }

    @Test("A snapshot that has expired still keeps older targets out")
    func expiredReference() throws {
        var repository = try SignedRepository()
        var run = try ClientRun(repository)
        repository.documents["snapshot"]?["expires"] = "2026-11-23T00:00:00Z"
        try repository.publishAll()
        #expect(run.refresh(repository) == .refreshed)
        repository.documents["snapshot"]?["expires"] = .string(SignedRepository.later)
        repository.documents["snapshot"]?["meta"]?["targets.json"] = ["version": 1]
        repository.bump("snapshot", "timestamp")
        try repository.publish("snapshot", "timestamp")
        let week = SignedRepository.now + 7 * 86_400
        #expect(run.refresh(repository, at: week).reason == .listsOlder(name: "targets.json"))
    }

    @Test("A snapshot that was kept is the listed one only if it has the listed hash")
    func keptHash() throws {
        var repository = try SignedRepository()
        repository.hasHashes = true
        var run = try ClientRun(repository)
        try repository.publishAll()
        #expect(run.refresh(repository) == .refreshed)
        repository.documents["snapshot"]?["expires"] = "2027-02-02T00:00:00Z"
        try repository.publish("snapshot")
        repository.bump("timestamp")
        try repository.publish("timestamp")
        #expect(run.refresh(repository) == .refreshed)
        #expect(run.kept["snapshot"] == repository.files["2.snapshot.json"])
    }

    @Test("An equal version changes nothing, even if the file is another")
    func equalTimestamp() throws {
        var repository = try SignedRepository()
        var run = try ClientRun(repository)
        #expect(run.refresh(repository) == .refreshed)
        let before = run.kept
        repository.documents["timestamp"]?["meta"]?["snapshot.json"] = ["version": 100]
        repository.files["timestamp.json"] = try repository.file("timestamp")
        #expect(run.refresh(repository) == .refreshed)
        #expect(run.kept == before)
    }

    @Test(
        "Expiry is reached at its very second, by what is fetched and by what is kept",
        arguments: ["root", "timestamp", "snapshot", "targets"])
    func expirySecond(role: String) throws {
        var repository = try SignedRepository()
        for other in ["root", "timestamp", "snapshot", "targets"] {
            let expires = other == role ? SignedRepository.later : "2030-01-01T00:00:00Z"
            repository.documents[other]?["expires"] = .string(expires)
        }
        try repository.publish("root", "targets", "snapshot", "timestamp")
        var run = try ClientRun(repository)
        let end = try #require(UTCTime.seconds(SignedRepository.later))
        let refused = TUF.Next.refused(.init(role, .expired(at: end)))
        #expect(run.refresh(repository, at: end) == refused)
        #expect(run.refresh(repository, at: end - 1) == .refreshed)
        #expect(run.refresh(repository, at: end) == refused)
    }

    @Test(
        "With the keys goes what they signed: versions that were driven up can be left",
        arguments: ["timestamp", "snapshot"])
    func recovery(role: String) throws {
        var repository = try SignedRepository()
        var run = try ClientRun(repository)
        for role in ["targets", "snapshot", "timestamp"] {
            repository.documents[role]?["version"] = .integer(1 << 53)
        }
        try repository.publish("targets", "snapshot", "timestamp")
        #expect(run.refresh(repository) == .refreshed)
        for role in ["targets", "snapshot", "timestamp"] { repository.documents[role]?["version"] = 5 }
        // One key stays: it alone must not keep the old versions alive.
        let keys = [try #require(repository.signers[role]?.first), try repository.newKey()]
        try repository.appoint(role, keys)
        repository.bump("root")
        try repository.publish("root", "targets", "snapshot", "timestamp")
        #expect(run.refresh(repository) == .refreshed)
        #expect(run.versions == ["root": 2, "timestamp": 5, "snapshot": 5, "targets": 5])
    }

    @Test(
        "A new root needs a threshold of the old keys and of its own",
        arguments: [
            (signers: [1, 2], isTaken: true), (signers: [1], isTaken: false), (signers: [2], isTaken: false),
            (signers: [], isTaken: false),
        ])
    func rotation(signers: [Int], isTaken: Bool) throws {
        var repository = try SignedRepository()
        var run = try ClientRun(repository)
        let keys = [try #require(repository.signers["root"]?.first), try repository.newKey()]
        try repository.appoint("root", [keys[1]])
        repository.signers["root"] = signers.map { keys[$0 - 1] }
        repository.bump("root")
        try repository.publish("root")
        #expect((run.refresh(repository) == .refreshed) == isTaken)
        #expect(run.versions["root"] == (isTaken ? 2 : 1))
    }

    @Test("A root is exactly one version newer", arguments: [1, 3, 1 << 53])
    func rootVersion(version: Int64) throws {
        var repository = try SignedRepository()
        var run = try ClientRun(repository)
        repository.documents["root"]?["version"] = .integer(version)
        repository.files["2.root.json"] = try repository.file("root")
        #expect(run.refresh(repository).reason == .wrongVersion(expected: 2, found: version))
    }

    @Test("At most 256 roots are followed in one cycle")
    func manyRoots() throws {
        var repository = try SignedRepository()
        for _ in 0..<300 {
            repository.bump("root")
            try repository.publish("root")
        }
        var run = try ClientRun(repository)
        #expect(run.refresh(repository) == .refreshed)
        #expect(run.versions["root"] == 257)
    }

    @Test(
        "A first root is believed only if its own keys signed it",
        arguments: [
            "signatures", "version", "roles", "keys", "expires",
        ])
    func firstRoot(field: String) throws {
        let repository = try SignedRepository()
        var file = try JSONParser.parse(try repository.file("root"), limits: .init(bytes: 1 << 20))
        if field == "signatures" { file[field] = [] } else { file["signed"]?[field] = nil }
        #expect(throws: TUF.Refusal.self) { try TUF.Client(root: file.bytes) }
    }

    static let roots: [(String, @Sendable (inout SignedRepository) throws -> Void)] = [
        (
            "a key id that is not its key's",
            { repository in
                let key = try repository.newKey()
                repository.documents["root"]?["keys"]?[String(repeating: "ab", count: 32)] = key.json
            }
        ),
        (
            "a key id in capitals",
            { repository in
                let key = try repository.newKey()
                repository.documents["root"]?["keys"]?[try #require(TUF.keyID(of: key.json)).uppercased()] =
                    key.json
            }
        ),
        (
            "a role's key id twice",
            { repository in
                let ids = repository.documents["root"]?["roles"]?["targets"]?["keyids"]?.elements ?? []
                repository.documents["root"]?["roles"]?["targets"]?["keyids"] = .array(ids + ids)
            }
        ),
        ("threshold 0", { $0.documents["root"]?["roles"]?["targets"]?["threshold"] = 0 }),
        ("no role of snapshots", { $0.documents["root"]?["roles"]?["snapshot"] = nil }),
        ("consistency in words", { $0.documents["root"]?["consistent_snapshot"] = "yes" }),
    ]

    @Test("A root that contradicts itself is refused, whoever signed it", arguments: roots.indices)
    func badRoot(row: Int) throws {
        let (name, change) = Self.roots[row]
        var repository = try SignedRepository()
        var run = try ClientRun(repository)
        try change(&repository)
        repository.bump("root")
        try repository.publish("root")
        #expect(run.refresh(repository).reason != nil, "\(name)")
        #expect(run.versions == ["root": 1])
    }

    @Test(
        "What the server does not have, and what is too long, is said as it is",
        arguments: [
            ("timestamp.json", TUF.Answer.missing, TUF.Refusal("timestamp", .notThere)),
            ("1.snapshot.json", .missing, TUF.Refusal("snapshot", .notThere)),
            ("1.targets.json", .unreachable, TUF.Refusal("targets", .unreachable)),
            ("2.root.json", .unreachable, TUF.Refusal("root", .unreachable)),
            ("2.root.json", .tooLong, TUF.Refusal("root", .tooLong(limit: 512_000))),
            (
                "timestamp.json", .bytes([UInt8](repeating: 0x20, count: 16_385)),
                TUF.Refusal("timestamp", .tooLong(limit: 16_384))
            ),
        ])
    func answers(name: String, answer: TUF.Answer, refusal: TUF.Refusal) throws {
        let repository = try SignedRepository()
        var run = try ClientRun(repository)
        run.answers[name] = answer
        #expect(run.refresh(repository) == .refused(refusal))
        // The next cycle starts afresh.
        run.answers = [:]
        #expect(run.refresh(repository) == .refreshed)
    }

    @Test(
        "Damaged files that were kept are as good as none", arguments: ["timestamp", "snapshot", "targets"])
    func damaged(role: String) throws {
        let repository = try SignedRepository()
        var run = try ClientRun(repository)
        #expect(run.refresh(repository) == .refreshed)
        let whole = run.kept
        run.kept[role] = Array(whole[role]?.dropLast(20) ?? [])
        #expect(run.refresh(repository) == .refreshed)
        #expect(run.kept == whole)
    }

    @Test(
        "What is kept is believed only as long as its signatures hold", arguments: ["timestamp", "snapshot"])
    func forged(role: String) throws {
        var repository = try SignedRepository()
        var run = try ClientRun(repository)
        #expect(run.refresh(repository) == .refreshed)
        // Somebody wrote a file of the far future into the folder; it must not keep today's out.
        var forged = repository
        forged.documents[role]?["version"] = 1_000
        forged.documents["snapshot"]?["meta"]?["targets.json"] = ["version": 1_000]
        forged.signers[role] = [try forged.newKey()]
        run.kept[role] = try forged.file(role)
        try repository.publishAll()
        #expect(run.refresh(repository) == .refreshed)
        #expect(run.versions == ["root": 1, "timestamp": 2, "snapshot": 2, "targets": 2])
    }

    @Test("An answer that nobody asked for is refused, and nothing else happens")
    func unasked() throws {
        let repository = try SignedRepository()
        var run = try ClientRun(repository)
        let step = run.client.resume(with: .bytes(Array("{}".utf8)))
        #expect(step.changes.isEmpty)
        if case .refused = step.next {} else { Issue.record("\(step.next)") }
        #expect(run.refresh(repository) == .refreshed)
    }

    @Test("Every cut and every changed byte of each file is refused or harmless, and never crashes")
    func mutations() throws {
        var repository = try SignedRepository()
        try repository.delegate("targets", to: "A", paths: ["a/*", "[a-c]?"])
        repository.add("x", "x")
        try repository.publishAll("A")
        for name in ["timestamp.json", "2.snapshot.json", "2.targets.json"] {
            let whole = try #require(repository.files[name])
            for place in stride(from: 0, to: whole.count, by: 3) {
                var changed = whole
                changed[place] ^= 0x11
                for bytes in [changed, Array(whole[..<place])] {
                    var run = try ClientRun(repository)
                    run.answers[name] = .bytes(bytes)
                    let next = run.refresh(repository)
                    // Space around, and signatures' capitals, are nobody's business; all else is.
                    guard next != .refreshed else { continue }
                    #expect(next.reason != nil)
                }
            }
        }
    }
}
