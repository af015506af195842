import SignedRepositories
import StationTrust
import Testing

/// Who is asked for a target, in which order, and who is believed.
struct TUFSearchTests {
    static let graphs: [(String, edges: String, order: String)] = [
        ("one", "tA", "A"), ("two", "tA tB", "A B"), ("depth first", "tA tB AC AD", "A C D B"),
        ("terminating", "tA tB AC! AD", "A C"), ("terminating above", "tA tB AC! CD", "A C D"),
        ("terminating at the top", "tA! tB AC", "A C"), ("not its path", "tA- tB AC", "B"),
        ("cycle", "tA tB BC CD DB", "A B C D"), ("to oneself", "tA AA AB", "A B"),
        ("two roads", "tA tB BC AC", "A C B"), ("two roads, one closed", "tA tB BC AC-", "A B C"),
    ]

    @Test("Roles are asked depth first, in the order of the delegations, each once", arguments: graphs)
    func order(name: String, edges: String, order: String) throws {
        var repository = try SignedRepository()
        for edge in edges.split(separator: " ") {
            let letters = Array(edge).map(String.init)
            try repository.delegate(
                letters[0] == "t" ? "targets" : letters[0], to: letters[1],
                paths: edge.hasSuffix("-") ? ["*.py"] : ["*"], isTerminating: edge.hasSuffix("!"))
        }
        for role in ["A", "B", "C", "D"] where repository.documents[role] != nil {
            try repository.publish(role)
        }
        try repository.publishAll()
        var run = try ClientRun(repository)
        #expect(run.refresh(repository) == .refreshed)
        run.requests = []
        #expect(run.search("missing", repository) == .noSuchTarget)
        #expect(run.requests == order.split(separator: " ").map { "1.\($0).json" }, "\(name)")
    }

    static let patterns: [(pattern: String, path: String, isMatch: Bool)] = [
        ("*.md", "a.md", true), ("*.md", "x/a.md", false), ("x/*/*", "x/y/z", true), ("x/*", "x/y/z", false),
        ("*", "a/b", false), ("*", ".a", true), ("foo-?", "foo-2", true), ("foo-?", "foo-22", false),
        ("foo-?", "foo-ổ", true),
        ("x?y", "x/y", false), ("[ab].mp3", "b.mp3", true), ("[ab].mp3", "c.mp3", false),
        ("[!ab]", "b", false),
        ("[!ab]", "c", true), ("[!ab]", "[", true), ("a[!b]c", "a/c", false), ("[a-c]", "b", true),
        ("[c-a]", "b", false),
        ("[]a]", "]", true), ("[]a]", "a", true), ("[a", "[a", true), ("[a/b]", "a", false),
        ("[a/b]", "[a/b]", true),
        ("a*c*e", "abcde", true), ("a*c*e", "abcd", false), ("*a*b", "ab/ab", false), ("*/b", "a/b", true),
        ("**", "ab", true),
        ("a**", "a", true), ("*a", "ba/a", false), ("x*/y*", "xx/yy", true), ("\u{E9}", "e\u{301}", false),
        ("A", "a", false),
        ("emergency/*", "emergency/loud.mp3", true), ("emergency/*", "emergency2/loud.mp3", false),
        ("stations/a/*", "stations/b/schedule.ics", false),
    ]

    @Test("A pattern hands on its paths and no others", arguments: patterns)
    func pattern(pattern: String, path: String, isMatch: Bool) throws {
        var repository = try SignedRepository()
        try repository.delegate("targets", to: "A", paths: [pattern])
        repository.add(path, "A's", to: "A")
        try repository.publishAll("A")
        var run = try ClientRun(repository)
        #expect(run.refresh(repository) == .refreshed)
        #expect(run.search(path, repository).title == (isMatch ? "A's" : nil))
    }

    @Test("A pattern of many stars is answered at once")
    func stars() throws {
        var repository = try SignedRepository()
        let pattern = String(repeating: "*a", count: 500) + "b"
        try repository.delegate("targets", to: "A", paths: [pattern])
        try repository.publishAll("A")
        var run = try ClientRun(repository)
        #expect(run.refresh(repository) == .refreshed)
        #expect(run.search(String(repeating: "a", count: 1_024), repository) == .noSuchTarget)
    }

    @Test("A path belongs to the bin of its hash")
    func bins() throws {
        var repository = try SignedRepository()
        for digit in "0123456789abcdef" {
            try repository.delegate("targets", to: "bin-\(digit)", paths: nil, prefixes: ["\(digit)"])
        }
        for number in 0..<60 {
            let path = "bản tin/\(number).mp3"
            // Every second one lies in a bin that is not its own.
            let digit = try #require(SHA256.hash(path.utf8).description.first)
            let bin = number.isMultiple(of: 2) ? digit : digit == "0" ? "1" : "0"
            repository.add(path, path, to: "bin-\(bin)")
        }
        for digit in "0123456789abcdef" { try repository.publish("bin-\(digit)") }
        try repository.publishAll()
        var run = try ClientRun(repository)
        #expect(run.refresh(repository) == .refreshed)
        for number in 0..<60 {
            let path = "bản tin/\(number).mp3"
            let expected: String? = number.isMultiple(of: 2) ? path : nil
            #expect(run.search(path, repository).title == expected)
        }
    }

    @Test("Whoever may answer first is believed, and nobody whom the path was not handed to")
    func priority() throws {
        var repository = try SignedRepository()
        try repository.delegate("targets", to: "emergency", paths: ["emergency/*"], isTerminating: true)
        try repository.delegate("targets", to: "commune", paths: ["*", "emergency/*"])
        repository.add("emergency/a.mp3", "the commune's", to: "commune")
        repository.add("a.mp3", "the commune's", to: "commune")
        repository.add("a.mp3", "the emergency's", to: "emergency")
        try repository.publishAll("emergency", "commune")
        var run = try ClientRun(repository)
        #expect(run.refresh(repository) == .refreshed)
        #expect(run.search("emergency/a.mp3", repository) == .noSuchTarget)
        #expect(run.search("a.mp3", repository).title == "the commune's")
    }

    @Test("A normal key cannot sign for a role of emergencies")
    func otherKey() throws {
        var repository = try SignedRepository()
        try repository.delegate("targets", to: "emergency", paths: ["emergency/*"])
        repository.add("emergency/a.mp3", "forged", to: "emergency")
        repository.signers["emergency"] = repository.signers["targets"]
        try repository.publishAll("emergency")
        var run = try ClientRun(repository)
        #expect(run.refresh(repository) == .refreshed)
        let reason = run.search("emergency/a.mp3", repository).reason
        #expect(reason == .tooFewSignatures(valid: 0, threshold: 1))
        #expect(run.kept["emergency"] == nil)
    }

    @Test("What one delegator's key signed is checked again when another delegates")
    func anotherDelegator() throws {
        var repository = try SignedRepository()
        try repository.delegate("targets", to: "A", paths: ["a*"])
        try repository.delegate("targets", to: "B", paths: ["b*"])
        try repository.delegate("A", to: "C")
        let mine = try #require(repository.signers["C"])
        repository.signers["C"] = [try repository.newKey()]
        try repository.delegate("B", to: "C")
        repository.signers["C"] = mine
        repository.add("a", "from C", to: "C")
        repository.add("b", "from C", to: "C")
        for role in ["A", "B", "C"] { try repository.publish(role) }
        try repository.publishAll()
        var run = try ClientRun(repository)
        #expect(run.refresh(repository) == .refreshed)
        #expect(run.search("a", repository).title == "from C")
        #expect(run.search("b", repository).reason == .tooFewSignatures(valid: 0, threshold: 1))
        #expect(run.search("a", repository).title == "from C")
    }

    @Test("A role that the snapshot does not list is not asked for")
    func notListed() throws {
        var repository = try SignedRepository()
        try repository.delegate("targets", to: "A")
        try repository.publishAll("A")
        repository.documents["snapshot"]?["meta"]?["A.json"] = nil
        repository.bump("snapshot", "timestamp")
        try repository.publish("snapshot", "timestamp")
        var run = try ClientRun(repository)
        #expect(run.refresh(repository) == .refreshed)
        run.requests = []
        #expect(run.search("x", repository) == .refused(.init("A", .notListed)))
        #expect(run.requests.isEmpty)
    }

    @Test("At most 32 delegated roles are asked for one target")
    func manyRoles() throws {
        var repository = try SignedRepository()
        for number in 0..<40 {
            try repository.delegate("targets", to: "R\(number)")
            repository.add("\(number)", "found", to: "R\(number)")
            try repository.publish("R\(number)")
        }
        try repository.publishAll()
        var run = try ClientRun(repository)
        #expect(run.refresh(repository) == .refreshed)
        #expect(run.search("31", repository).title == "found")
        #expect(run.search("32", repository) == .noSuchTarget)
    }

    static let delegations: [(String, @Sendable (inout JSON) -> Void)] = [
        ("a top-level name", { $0["name"] = "snapshot" }), ("no name", { $0["name"] = "" }),
        ("a name that no file can have", { $0["name"] = .string(String(repeating: "ổ", count: 100)) }),
        ("both kinds of paths", { $0["path_hash_prefixes"] = ["a"] }), ("no paths", { $0["paths"] = nil }),
        ("a pattern of a megabyte", { $0["paths"] = [.string(String(repeating: "*a", count: 500_000))] }),
        ("threshold 0", { $0["threshold"] = 0 }), ("terminating in words", { $0["terminating"] = "no" }),
        ("no keys", { $0["keyids"] = nil }),
    ]

    @Test("A delegation that makes no sense makes its file refused", arguments: delegations.indices)
    func badDelegation(row: Int) throws {
        let (name, change) = Self.delegations[row]
        var repository = try SignedRepository()
        try repository.delegate("targets", to: "A")
        var entry = try #require(repository.documents["targets"]?["delegations"]?["roles"]?.elements?.first)
        change(&entry)
        repository.documents["targets"]?["delegations"]?["roles"] = [entry]
        try repository.publishAll()
        var run = try ClientRun(repository)
        #expect(run.refresh(repository).reason != nil, "\(name)")
        #expect(run.kept["targets"] == nil)
    }

    @Test(
        "100,000 delegations, and one name twice, are refused; 30,000 are taken",
        arguments: [
            (count: 100_000, isTwice: false, isTaken: false), (count: 30_000, isTwice: false, isTaken: true),
            (count: 2, isTwice: true, isTaken: false),
        ])
    func manyDelegations(count: Int, isTwice: Bool, isTaken: Bool) throws {
        var repository = try SignedRepository()
        let roles = (0..<count).map { number -> JSON in
            [
                "name": .string(isTwice ? "R" : String(number)), "keyids": [], "paths": [], "threshold": 1,
                "terminating": false,
            ]
        }
        repository.documents["targets"]?["delegations"] = ["keys": [:], "roles": .array(roles)]
        try repository.publishAll()
        var run = try ClientRun(repository)
        // A hundred thousand do not fit into the five megabytes anyhow.
        #expect((run.refresh(repository) == .refreshed) == isTaken)
    }

    static let badPaths = [
        "../../etc/passwd", "/etc/passwd", "a/../b", "a/..", "a//b", "a/", "./a", "", "a\0b", "a\nb",
        "a\u{7F}",
        String(repeating: "x", count: 1_025), String(repeating: "x", count: 4_096),
    ]

    @Test(
        "attack list, ../../etc/passwd, absolute path, NUL, 4,096-byte name: a target's is not looked for",
        arguments: badPaths)
    func badPath(path: String) throws {
        var repository = try SignedRepository()
        repository.add(path, "x")
        try repository.publishAll()
        var run = try ClientRun(repository)
        #expect(run.refresh(repository) == .refreshed)
        #expect(run.search(path, repository) == .refused(.init(path, .badPath)))
    }

    @Test("attack list, names that differ only in Unicode form: two targets are two")
    func forms() throws {
        var repository = try SignedRepository()
        repository.add("caf\u{E9}", "short")
        repository.add("cafe\u{301}", "long")
        try repository.publishAll()
        var run = try ClientRun(repository)
        #expect(run.refresh(repository) == .refreshed)
        #expect(run.search("caf\u{E9}", repository).title == "short")
        #expect(run.search("cafe\u{301}", repository).title == "long")
    }

    @Test("Names on the server: hash before the last part, everything odd encoded", arguments: [true, false])
    func names(isConsistent: Bool) throws {
        var repository = try SignedRepository(isConsistent: isConsistent)
        let path = "bản tin/a b%#?.mp3"
        repository.add(path, "x")
        try repository.publishAll()
        var run = try ClientRun(repository)
        #expect(run.refresh(repository) == .refreshed)
        guard case .found(let target) = run.search(path, repository) else {
            Issue.record("not found")
            return
        }
        let hash = isConsistent ? "\(SHA256.hash("x".utf8))." : ""
        #expect(
            TUF.fileName(of: path, target.content, root: run.client.root)
                == "b%E1%BA%A3n%20tin/\(hash)a%20b%25%23%3F.mp3")
        #expect(TUF.fileName(of: "../x") == "..%2Fx.json")
        #expect(target.content.sha256 == SHA256.hash("x".utf8))
    }

    @Test(
        "A target is checked while it arrives",
        arguments: [
            ("content", nil), ("kontent", .wrongHash), ("conten", .wrongLength(expected: 7, found: 6)),
            ("content and more", .wrongLength(expected: 7, found: 8)),
            ("", .wrongLength(expected: 7, found: 0)),
        ] as [(String, TUF.Refusal.Reason?)])
    func content(text: String, reason: TUF.Refusal.Reason?) throws {
        var repository = try SignedRepository()
        repository.add("x", "content")
        let digest = Hash.digest(of: "content".utf8, .sha512)
        repository.documents["targets"]?["targets"]?["x"]?["hashes"]?["sha512"] = .string(
            Hexadecimal.text(digest))
        try repository.publishAll()
        var run = try ClientRun(repository)
        #expect(run.refresh(repository) == .refreshed)
        guard case .found(let target) = run.search("x", repository) else {
            Issue.record("not found")
            return
        }
        var check = TUF.ContentCheck(target.content, of: "x")
        var found: TUF.Refusal?
        do throws(TUF.Refusal) {
            for byte in text.utf8 { try check.take([byte][...]) }
            try check.finish()
        } catch { found = error }
        #expect(found?.reason == reason)
    }

    @Test("Before a refresh there is nothing to search in")
    func beforeRefresh() throws {
        let repository = try SignedRepository()
        var run = try ClientRun(repository)
        #expect(run.search("x", repository).reason == .notListed)
    }
}
