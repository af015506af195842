import Foundation
import StationCore
import StationHost
import StationTrust
import TerminalText
import Testing

@testable import Centre

/// Paths that are handed on: what the other centre signs, and what of it is taken.
struct DelegationTests {
    private let desk: Desk
    private let calendar = "stations/ap-3/schedule.ics"
    private let recording = "stations/ap-3/ấp 3.wav"

    init() throws { desk = try Desk.besideAnother() }

    // MARK: The whole way

    @Test(
        "what the other centre signs is on air beside the district's own, from its first version to its next")
    func wholeWay() throws {
        let first = try desk.sign()
        #expect(first.version == 1 && !first.isUnchanged && !first.hasOtherKeys)
        let secret = try #require(first.made)
        #expect(try FileManager.default.attributesOfItem(atPath: secret)[.posixPermissions] as? Int == 0o600)
        #expect(FileManager.default.fileExists(atPath: KeySources.publicHalf(of: secret)))
        #expect(try desk.delegate(desk.delegation()).isEmpty)
        let eyes = try Eyes(desk)
        try eyes.refresh(at: desk.now)
        #expect(try eyes.read(calendar) == desk.read("part/" + calendar))
        #expect(try eyes.read(recording) == desk.read("part/" + recording))
        #expect(try eyes.custom(recording)?["loa"]?["durationMilliseconds"]?.integer == 1000)
        #expect(try eyes.read("schedule.ics") != nil)
        try desk.writePart("Tin mới", seconds: 2)
        try desk.write("out/other.json", try desk.read("out/ap-3.json"))
        #expect(try desk.sign().version == 2)
        try desk.delegate()
        // What goes to the district does not grow with each version, nor does one role take another's files.
        #expect(desk.signed.count == 4)
        try desk.remove("out/other.json")
        #expect(try desk.sign().isUnchanged)
        #expect(desk.signed.count == 2)
        // What the district publishes takes nothing of it away, however much later.
        for _ in 0..<2 {
            desk.now = desk.now + .seconds(8 * 86_400)
            try desk.writeChannel()
            try desk.publish()
        }
        try eyes.refresh(at: desk.now)
        #expect(try eyes.read(calendar) == desk.read("part/" + calendar))
        #expect(try eyes.read(recording) == desk.read("part/" + recording))
    }

    @Test(
        "signing again changes nothing, until its end is near; what was lost is put right, also on the other side"
    )
    func again() throws {
        let first = try desk.sign()
        try desk.delegate(desk.delegation())
        let file = try desk.read("out/ap-3.json")
        desk.now = desk.now + .seconds(300 * 86_400)
        let second = try desk.sign()
        #expect(second.isUnchanged && second.version == 1 && second.made == nil && !second.hasOtherKeys)
        #expect(second.until == first.until)
        #expect(try desk.read("out/ap-3.json") == file)
        let name = try #require(desk.names("targets").first { $0.hasSuffix("ấp 3.wav") })
        try desk.remove("repo/targets/" + name)
        // The district has it from nobody else.
        for warnings in [try desk.refresh(), try desk.publish()] {
            #expect(warnings.count == 1 && warnings[0][.english].contains("\(name): run loa-centre delegate"))
        }
        try desk.remove("out/targets/" + name)
        try desk.write("repo/targets/" + name, try desk.read("part/" + recording).reversed())
        try desk.sign()
        let before = try desk.read("repo/metadata/timestamp.json")
        try desk.delegate()
        for folder in ["out/targets/", "repo/targets/"] {
            #expect(try desk.read(folder + name) == desk.read("part/" + recording))
        }
        #expect(try desk.read("repo/metadata/timestamp.json") != before)
        // The district is told, and nothing but another signature helps.
        desk.now = desk.now + .seconds(10 * 86_400)
        #expect(try desk.refresh().contains { $0[.english].hasPrefix("ap-3.json expires") })
        let renewed = try desk.sign()
        #expect(renewed.version == 2 && !renewed.isUnchanged)
        try desk.delegate()
        #expect(try !desk.refresh().contains { $0[.english].hasPrefix("ap-3.json") })
    }

    @Test("a key that was lost is told of, and takes its place with the next version")
    func otherKey() throws {
        try desk.sign()
        try desk.delegate(desk.delegation())
        try desk.remove("their-keys")
        let receipt = try desk.sign()
        #expect(receipt.hasOtherKeys && receipt.made != nil && receipt.version == 2)
        #expect(desk.refusal { try desk.delegate() }?.message[.english].contains("0 of 1 signatures") == true)
        try desk.delegate(desk.delegation())
        let eyes = try Eyes(desk)
        try eyes.refresh(at: desk.now)
        #expect(try eyes.read(calendar) != nil)
    }

    @Test("what somebody without a key has written into the file is neither kept nor signed")
    func forged() throws {
        try desk.sign()
        let text = String(decoding: try desk.read("out/ap-3.json"), as: UTF8.self)
        try desk.write("out/ap-3.json", text.replacing("Milliseconds\":1000", with: "Milliseconds\":9000"))
        let receipt = try desk.sign()
        #expect(receipt.version == 2 && receipt.hasOtherKeys)
        #expect(
            String(decoding: try desk.read("out/ap-3.json"), as: UTF8.self).contains("Milliseconds\":1000"))
    }

    @Test("of several keys as many must sign as the delegation says, each once")
    func threshold() throws {
        try desk.sign()
        try desk.sign(keys: "second-keys")
        var delegation = try desk.delegation()
        delegation.publicKeys += try desk.publicKeys("second-keys")
        delegation.threshold = 2
        // The last of the two signed alone.
        #expect(
            desk.refusal { try desk.delegate(delegation) }?.message[.english].contains("1 of 2 signatures")
                == true)
        let both = KeySources(folders: [desk.path + "/their-keys", desk.path + "/second-keys"])
        let handover = try Handover(
            of: desk.path + "/part", into: desk.path + "/out", as: "ap-3", for: ["stations/ap-3/*"],
            keys: both,
            desk.surroundings)
        #expect(try handover.sign().hasOtherKeys)
        try desk.delegate(delegation)
        delegation.publicKeys = Array(repeating: delegation.publicKeys[0], count: 2)
        #expect(
            desk.refusal { try desk.delegate(delegation) }?.message[.english]
                == "--threshold 2: there are 1 key")
        for threshold in [0, -1, 3] {
            delegation.threshold = threshold
            #expect(desk.refusal { try desk.delegate(delegation) }?.kind == .refused)
        }
    }

    // MARK: What is not taken

    /// What is wrong with what was handed over, and what that says.
    static let lies: [(name: String, says: String, make: @Sendable (Desk) throws -> Void)] = [
        ("a target that is not there", "neither in the repository nor", { try $0.remove("out/targets") }),
        (
            "a target of another length", "stations/ap-3/ấp 3.wav: neither in the repository nor",
            { try $0.write($0.signedRecording, "short") }
        ),
        (
            "a target with another hash", "stations/ap-3/ấp 3.wav: the file is not what is signed",
            { try $0.write($0.signedRecording, try $0.read($0.signedRecording).reversed()) }
        ),
        (
            "a link in the place of a target", "stations/ap-3/ấp 3.wav: neither in the repository nor",
            {
                let name = $0.signedRecording
                try FileManager.default.moveItem(atPath: "\($0.path)/\(name)", toPath: $0.path + "/elsewhere")
                try FileManager.default.createSymbolicLink(
                    atPath: "\($0.path)/\(name)", withDestinationPath: $0.path + "/elsewhere")
            }
        ),
        (
            "a signature of somebody else", "0 of 1 signatures",
            {
                try $0.remove("out")
                try $0.sign(keys: "stranger")
            }
        ),
        (
            "what was changed behind the signature", "0 of 1 signatures",
            {
                let text = String(decoding: try $0.read("out/ap-3.json"), as: UTF8.self)
                try $0.write("out/ap-3.json", text.replacing("\"version\":1", with: "\"version\":2"))
            }
        ),
        (
            "a path that was not handed on", "stations/ap-4/ấp 3.wav: not among the paths",
            {
                try FileManager.default.moveItem(
                    atPath: $0.path + "/part/stations/ap-3", toPath: $0.path + "/part/stations/ap-4")
                try $0.sign(["stations/*/*"])
            }
        ),
        (
            "a path that leads elsewhere", "stations/ap-3/..: not among the paths",
            { try $0.writeForeign(["stations/ap-3/..": Desk.foreignTarget]) }
        ),
        (
            "a role that hands paths on itself", "ap-3.json hands paths on itself, to nested,",
            {
                let nested: JSON = [
                    "keyids": [], "name": "nested", "paths": ["stations/ap-3/*"], "terminating": false,
                    "threshold": 1,
                ]
                try $0.writeForeign([:], ["delegations": ["keys": [:], "roles": [nested]]])
            }
        ),
        ("what has expired", "ap-3.json expired", { $0.now = $0.now + .seconds(366 * 86_400) }),
        ("no file at all", "ap-3.json", { try $0.remove("out/ap-3.json") }),
    ]

    @Test(
        "what no station would take is refused by name, and stations see nothing of it",
        arguments: lies.map(\.name))
    func untaken(name: String) throws {
        let lie = try #require(Self.lies.first { $0.name == name })
        try desk.sign()
        try lie.make(desk)
        let delegation = try desk.delegation()
        let before = desk.published.filter { $0.key.hasPrefix("metadata") }
        let error = try #require(desk.refusal { try desk.delegate(delegation) })
        #expect(error.message[.english].contains(lie.says), "\(error.message[.english])")
        #expect(error.kind == .refused)
        #expect(desk.published.filter { $0.key.hasPrefix("metadata") } == before)
        #expect(!desk.names("targets").contains { $0.hasSuffix("ấp 3.wav") })
    }

    @Test("an older version, and another file of the same one, are refused")
    func older() throws {
        try desk.sign()
        try FileManager.default.copyItem(atPath: desk.path + "/out", toPath: desk.path + "/first")
        try desk.writePart("Tin mới")
        try desk.sign()
        try desk.delegate(desk.delegation())
        #expect(
            desk.refusal {
                _ = try desk.opened().delegate(Delegation(to: "ap-3", desk.path + "/first/ap-3.json"))
            }?
            .message[.english].contains("no newer") == true)
        try desk.remove("out")
        try FileManager.default.moveItem(atPath: desk.path + "/first", toPath: desk.path + "/out")
        try desk.writePart("Tin khác")
        #expect(try desk.sign().version == 2)
        #expect(desk.refusal { try desk.delegate() }?.message[.english].contains("no newer") == true)
    }

    @Test("a file that the repository offers itself is told of: stations take that one")
    func eclipsed() throws {
        try desk.write("channel/" + calendar, desk.read("part/" + calendar))
        try desk.write("channel/" + recording, Desk.tone(seconds: 3))
        try desk.publish()
        try desk.sign()
        let warnings = try desk.delegate(desk.delegation())
        #expect(
            warnings.map { $0[.english] } == [
                "\(calendar), \(recording): this repository, or another role before it, offers that too, and "
                    + "stations take theirs"
            ])
        #expect(try desk.delegate() == warnings)
    }

    @Test("a file that stations look for with another role alone is refused, as they would get none")
    func terminating() throws {
        try desk.writeForeign([:], role: "other")
        var other = Delegation(to: "other", desk.path + "/out/other.json")
        (other.patterns, other.publicKeys) = (["stations/*/*"], try desk.publicKeys())
        try desk.delegate(other)
        _ = try desk.opened().change { draft throws(CentreError) in
            // As another tool may have made it.
            let roles = draft.state.targets.delegates.map { $0.with("terminating", true) }
            try draft.revise("targets", draft.state.targets.delegating(to: roles))
        }
        try desk.remove("their-keys")
        try desk.remove("out")
        try desk.sign()
        let before = desk.published
        let error = try #require(desk.refusal { try desk.delegate(desk.delegation()) })
        #expect(
            error.message[.english].hasPrefix("\(calendar), \(recording): a role before it"), "\(error)")
        #expect(error.kind == .refused && desk.published == before)
    }

    // MARK: What is there already

    @Test("what is not said of a delegation stays as it was", arguments: ["--key", "--path", "--threshold"])
    func partly(option: String) throws {
        try desk.sign(keys: "second-keys")
        try desk.sign()
        let both = try desk.publicKeys() + desk.publicKeys("second-keys")
        var first = try desk.delegation()
        first.publicKeys = both
        try desk.delegate(first)
        var change = Delegation(to: "ap-3", desk.path + "/out/ap-3.json")
        var expected = try desk.entry
        switch option {
        case "--key":
            change.publicKeys = [both[0]]
            let id = try #require(KeyFile.publicKey(both[0]).flatMap(TUF.keyID))
            expected = expected.with("keyids", [.string(id)])
        case "--path":
            change.patterns = ["stations/ap-3/*", "groups/ap-3/*"]
            expected = expected.with("paths", ["stations/ap-3/*", "groups/ap-3/*"])
        default:
            change.threshold = 2
            #expect(desk.refusal { try desk.delegate(change) }?.kind == .refused)
            _ = try Handover(
                of: desk.path + "/part", into: desk.path + "/out", as: "ap-3", for: ["stations/ap-3/*"],
                keys: KeySources(folders: [desk.path + "/their-keys", desk.path + "/second-keys"]),
                desk.surroundings
            ).sign()
            expected = expected.with("threshold", 2)
        }
        try desk.delegate(change)
        #expect(try desk.entry == expected)
        // Nor is a key left that nobody has.
        #expect(try desk.delegatedKeys == (option == "--key" ? 2 : 3))
        guard option == "--threshold" else { return }
        // Which one key alone cannot reach.
        change.threshold = nil
        change.publicKeys = [both[0]]
        #expect(
            desk.refusal { try desk.delegate(change) }?.message[.english]
                == "--threshold 2: there are 1 key")
    }

    @Test("the first time paths and keys are needed, both", arguments: [true, false])
    func incomplete(hasKeys: Bool) throws {
        try desk.sign()
        var delegation = try desk.delegation()
        if hasKeys { delegation.patterns = [] } else { delegation.publicKeys = [] }
        #expect(
            desk.refusal { try desk.delegate(delegation) }?.message[.english].hasPrefix(
                "expected --path and --key") == true)
    }

    @Test("a run that a full disk has ended is mended by the next, wherever it was")
    func interrupted() throws {
        try desk.sign()
        try desk.delegate(desk.delegation())
        try desk.remove("out")
        try desk.remove("their-keys")
        try desk.writePart("Tin mới")
        // Other keys begin with the first version again, whose file is there already.
        #expect(try desk.sign().version == 1)
        try FileManager.default.copyItem(atPath: desk.repository, toPath: desk.path + "/before")
        let eyes = try Eyes(desk)
        var count = 0
        while count < 50 {
            try FileManager.default.removeItem(atPath: desk.repository)
            try FileManager.default.copyItem(atPath: desk.path + "/before", toPath: desk.repository)
            desk.calls = Desk.failing(after: count)
            guard desk.refusal({ try desk.delegate(desk.delegation()) }) != nil else { break }
            desk.calls = .kernel
            #expect(desk.refusal { try desk.delegate(desk.delegation()) } == nil, "after \(count) writes")
            try eyes.refresh(at: desk.now)
            #expect(try eyes.read(calendar) == desk.read("part/" + calendar), "after \(count) writes")
            count += 1
        }
        // One target is new, and four files of metadata.
        #expect(count == 5)
    }

    @Test("a file of a role that was damaged or lost is put right by the same one", arguments: [true, false])
    func damagedRole(isLost: Bool) throws {
        try desk.sign()
        try desk.delegate(desk.delegation())
        let name = "repo/metadata/1.ap-3.json"
        if isLost { try desk.remove(name) } else { try desk.write(name, "{}") }
        try desk.delegate()
        #expect(try desk.read(name) == desk.read("out/ap-3.json"))
        let time = try FileManager.default.attributesOfItem(atPath: "\(desk.path)/\(name)")[.modificationDate]
        try desk.delegate()
        #expect(
            try FileManager.default.attributesOfItem(atPath: "\(desk.path)/\(name)")[.modificationDate]
                as? Date == time as? Date)
    }

    @Test("targets are kept and found where another tool wrote their hashes in capitals")
    func capitals() throws {
        let hash = "\(SHA256.hash("x".utf8))"
        try desk.writeForeign([
            "stations/ap-3/x.wav": ["hashes": ["sha256": .string(hash.uppercased())], "length": 1]
        ])
        try desk.write("out/targets/stations/ap-3/\(hash).x.wav", "x")
        try desk.delegate(desk.delegation())
        try desk.publish()
        let eyes = try Eyes(desk)
        try eyes.refresh(at: desk.now)
        #expect(try eyes.read("stations/ap-3/x.wav") == Array("x".utf8))
    }

    // MARK: Taking back

    @Test("what is taken back no station finds any more, and what it offered is tidied away")
    func takenBack() throws {
        try desk.sign()
        try desk.delegate(desk.delegation())
        let eyes = try Eyes(desk)
        try eyes.refresh(at: desk.now)
        #expect(try eyes.read(calendar) != nil)
        #expect(try desk.delegatedKeys == 2)
        _ = try desk.opened().takeBack(from: "ap-3")
        #expect(try desk.delegatedKeys == 1)
        // Whoever has seen the snapshot before refuses one that lists less.
        try eyes.refresh(at: desk.now)
        #expect(try eyes.read(calendar) == nil && eyes.read("schedule.ics") != nil)
        #expect(
            desk.refusal { _ = try desk.opened().takeBack(from: "ap-3") }?.message[.english].contains("ap-3")
                == true)
        #expect(desk.refusal { _ = try desk.opened().takeBack(from: "emergency") }?.kind == .refused)
        for _ in 0..<2 {
            desk.now = desk.now + .seconds(8 * 86_400)
            try desk.publish()
        }
        #expect(!desk.names("targets").contains { $0.hasSuffix("ấp 3.wav") })
        #expect(desk.names("targets").contains { $0.hasSuffix("tin.wav") })
        try eyes.refresh(at: desk.now)
        // And it can be handed on again.
        try desk.delegate(desk.delegation())
        try eyes.refresh(at: desk.now)
        #expect(try eyes.read(recording) == desk.read("part/" + recording))
    }

    @Test("a key that another role has too stays when one is taken back")
    func sharedKey() throws {
        try desk.writeForeign([:])
        try desk.delegate(desk.delegation())
        try desk.writeForeign([:], role: "other")
        var other = Delegation(to: "other", desk.path + "/out/other.json")
        other.patterns = ["groups/*/*"]
        other.publicKeys = try desk.publicKeys()
        try desk.delegate(other)
        _ = try desk.opened().takeBack(from: "ap-3")
        #expect(try desk.delegatedKeys == 2)
        try desk.refresh()
    }

    @Test("targets that somebody has put into the repository by hand need not lie beside the metadata")
    func byHand() throws {
        try desk.sign()
        for name in try FileManager.default.subpathsOfDirectory(atPath: desk.path + "/out/targets")
        where name.contains(".") {
            try desk.write("repo/targets/" + name, try desk.read("out/targets/" + name))
        }
        try desk.remove("out/targets")
        try desk.delegate(desk.delegation())
        let eyes = try Eyes(desk)
        try eyes.refresh(at: desk.now)
        #expect(try eyes.read(recording) != nil)
    }
}
