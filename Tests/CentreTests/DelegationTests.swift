import Centre
import Foundation
import StationCore
import StationHost
import StationTrust
import TerminalText
import Testing

/// Paths that are handed on: what the other centre signs, and what of it is taken.
struct DelegationTests {
    private let desk: Desk
    private let calendar = "stations/ap-3/schedule.ics"
    private let recording = "stations/ap-3/ấp 3.wav"

    init() throws {
        desk = try Desk()
        try desk.writeChannel()
        try desk.make()
        try desk.publish()
        try desk.writePart()
    }

    /// Everything of the repository that a station may see, by name.
    private var repository: [String: [UInt8]] {
        Dictionary(
            uniqueKeysWithValues: desk.names("").compactMap { name in
                (try? desk.read("repo/" + name)).map { (name, $0) }
            })
    }

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

    // MARK: What is not signed

    /// What keeps a part from being signed, and what that says.
    static let flaws: [(name: String, says: String, make: @Sendable (Desk) throws -> Void)] = [
        (
            "an emergency", "part: emergency/schedule.ics: emergency/ is never handed on",
            {
                try $0.write(
                    "part/emergency/schedule.ics",
                    Desk.calendar([Desk.event("e", "E", "a.wav", "PRIORITY:1")]))
                try $0.write("part/emergency/a.wav", Desk.tone(seconds: 1))
            }
        ),
        (
            "a recording that only lies in emergency/",
            "part: emergency/a.wav: emergency/ is never handed on",
            { try $0.write("part/emergency/a.wav", Desk.tone(seconds: 1)) }
        ),
        (
            "a calendar of another station", "part: stations/ap-4/schedule.ics: is of no --path",
            {
                try $0.write(
                    "part/stations/ap-4/schedule.ics",
                    Desk.calendar([Desk.event("x", "X", "../ap-3/ấp 3.wav")]))
            }
        ),
        (
            "a recording deeper than the pattern", "part: stations/ap-3/sound/a.wav: is of no --path",
            {
                try $0.write("part/stations/ap-3/sound/a.wav", Desk.tone(seconds: 1))
                try $0.write(
                    "part/stations/ap-3/schedule.ics", Desk.calendar([Desk.event("x", "X", "sound/a.wav")]))
            }
        ),
        (
            "a recording that is none", "part: stations/ap-3/ấp 3.wav: ",
            { try $0.write("part/stations/ap-3/ấp 3.wav", "<html>") }
        ),
        (
            "a recording that is not there", "part: stations/ap-3/schedule.ics: ",
            { try $0.remove("part/stations/ap-3/ấp 3.wav") }
        ),
        (
            "no calendar", "part: schedule.ics: there is none",
            { try $0.remove("part/stations/ap-3/schedule.ics") }
        ),
        (
            "a file of metadata that is damaged", "ap-3.json: is damaged",
            { try $0.write("out/ap-3.json", "{}") }
        ),
        (
            "a version that no other can follow", "ap-3.json: is damaged",
            { try $0.write("out/ap-3.json", #"{"signatures":[],"signed":{"version":9223372036854775807}}"#) }
        ),
    ]

    @Test(
        "what no station could take from it is not signed, and the file is named",
        arguments: flaws.map(\.name))
    func unsigned(name: String) throws {
        let flaw = try #require(Self.flaws.first { $0.name == name })
        try flaw.make(desk)
        let before = try? desk.read("out/ap-3.json")
        let error = try #require(desk.refusal { try desk.sign() })
        let said = error.problems.filter { $0.severity == .error }.map { problem in
            "part: \(problem.file): \(problem.message[.english])"
        }
        #expect((said + [error.message[.english]]).contains { $0.contains(flaw.says) }, "\(said) \(error)")
        #expect((try? desk.read("out/ap-3.json")) == before)
        #expect(!FileManager.default.fileExists(atPath: desk.path + "/out/targets"))
        #expect(!FileManager.default.fileExists(atPath: desk.path + "/their-keys/targets"))
    }

    @Test(
        "paths of emergencies are not handed on, however they are written",
        arguments: [
            "emergency/*", "*/*", "e*/schedule.ics", "[e]mergency/*", "?mergency/x/*", "../x", "/x", "a//b",
        ])
    func emergencies(pattern: String) throws {
        #expect(desk.refusal { try desk.sign([pattern]) }?.message[.english].hasPrefix("--path") == true)
        try desk.sign()
        let before = repository
        let error = desk.refusal { try desk.delegate(desk.delegation([pattern])) }
        #expect(error?.message[.english].hasPrefix("--path") == true)
        #expect(repository == before)
    }

    @Test("a role's name that is taken is refused", arguments: ["targets", "root", "emergency", ""])
    func taken(role: String) throws {
        #expect(desk.refusal { _ = try desk.handover(as: role) }?.message[.english].contains("taken") == true)
    }

    @Test("a name of a role leads nowhere else")
    func roleName() throws {
        let receipt = try desk.handover(as: "../x").sign()
        #expect(receipt.file == desk.path + "/out/..%2Fx.json")
    }

    @Test("secret keys do not lie in the folder that is handed over", arguments: ["out", "out/keys"])
    func servedKeys(folder: String) throws {
        let error = desk.refusal { try desk.sign(keys: folder) }
        #expect(error?.kind == .refused && error?.message[.english].contains("choose another") == true)
        #expect(!FileManager.default.fileExists(atPath: desk.path + "/out"))
    }

    @Test("a disk that fails leaves the file of metadata as it was")
    func fullDisk() throws {
        try desk.sign()
        let before = try desk.read("out/ap-3.json")
        try desk.writePart("Tin mới", seconds: 2)
        desk.calls = DiskCalls(
            write: { _, _ in SystemError(call: "write", code: ENOSPC) }, sync: DiskCalls.kernel.sync)
        #expect(desk.refusal { try desk.sign() } != nil)
        #expect(try desk.read("out/ap-3.json") == before)
        desk.calls = .kernel
        #expect(try desk.sign().version == 2)
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
            {
                let key = try #require(SecretKey(seed: Array(repeating: 7, count: 32)))
                let target: JSON = [
                    "hashes": ["sha256": .string("\(SHA256.hash("x".utf8))")], "length": 1,
                ]
                let signed: JSON = [
                    "_type": "targets", "expires": "2027-06-01T00:00:00Z", "spec_version": "1.0.31",
                    "targets": ["stations/ap-3/..": target], "version": 1,
                ]
                try $0.write("out/ap-3.json", try TUF.file(signed, signedBy: [key]))
                try $0.remove("their-keys/targets")
                try $0.write("their-keys/targets/x.pub.pem", Hexadecimal.text(key.publicBytes))
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
        let before = repository.filter { $0.key.hasPrefix("metadata") }
        let error = try #require(desk.refusal { try desk.delegate(delegation) })
        #expect(error.message[.english].contains(lie.says), "\(error.message[.english])")
        #expect(error.kind == .refused)
        #expect(repository.filter { $0.key.hasPrefix("metadata") } == before)
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

extension Desk {
    /// The files that are handed over, as they lie there.
    fileprivate var signed: [String] {
        let paths = (try? FileManager.default.subpathsOfDirectory(atPath: path + "/out/targets")) ?? []
        return paths.filter { $0.contains(".") }
    }

    /// The recording among them.
    fileprivate var signedRecording: String {
        "out/targets/" + (signed.first { $0.hasSuffix("ấp 3.wav") } ?? "")
    }
}
