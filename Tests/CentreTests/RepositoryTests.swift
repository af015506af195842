import Centre
import Foundation
import StationCore
import StationHost
import StationTrust
import TerminalText
import Testing

/// What a centre signs, as two clients of TUF see it.
struct RepositoryTests {
    private let desk: Desk

    init() throws { desk = try Desk() }

    /// Both clients, each with what it has kept so far, find what they should.
    private func look(_ eyes: Eyes, _ paths: String..., sourceLocation: SourceLocation = #_sourceLocation)
        throws
    {
        try eyes.refresh(at: desk.now)
        var expected: [String] = []
        for path in paths {
            let bytes = try eyes.read(path)
            expected.append("\(path) \(bytes.map { "\(SHA256.hash($0))" } ?? "none")")
        }
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "client.py").path
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            ["python3", script, desk.repository, desk.path + "/python", "\(desk.now.seconds)"] + paths
        let pipe = Pipe()
        (process.standardOutput, process.standardError) = (pipe, pipe)
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(output)", sourceLocation: sourceLocation)
        #expect(
            output.split(separator: "\n").map(String.init) == expected, sourceLocation: sourceLocation)
    }

    @Test("our client and python-tuf's accept every state of a repository's life, each from the one before")
    func life() throws {
        try desk.writeChannel()
        try desk.make([.targets: .init(needed: 2, of: 3)])
        let eyes = try Eyes(desk)
        try look(eyes, "schedule.ics")
        try desk.publish()
        try look(eyes, "schedule.ics", "tin.m3u8", "âm/tin.wav", "emergency/schedule.ics")
        try desk.write("siren.wav", Desk.tone(seconds: 3))
        var order = AlertOrder(.audio(desk.path + "/siren.wav"), for: .seconds(3600))
        order.groups = ["ven-bien"]
        try desk.alert(order)
        let calendar = "emergency/groups/ven-bien/schedule.ics"
        try look(eyes, calendar, "schedule.ics")
        #expect(try eyes.read(calendar) != nil)
        #expect(try desk.cancel() == 1)
        try look(eyes, calendar, "schedule.ics")
        #expect(try eyes.read(calendar) == nil)
        desk.now = desk.now + .seconds(6 * 86_400)
        try desk.refresh()
        try look(eyes, "schedule.ics")
        for kind in KeySources.Kind.allCases {
            let ids = try desk.change(.add(public: nil), kind)
            try look(eyes, "schedule.ics", "emergency/x")
            try desk.change(.revoke(id: ids[0]), kind)
            try look(eyes, "schedule.ics", "emergency/x")
        }
        try desk.change(.renew, .root)
        try look(eyes, "schedule.ics")
        try delegate(eyes)
        try desk.publish()
        try look(eyes, "schedule.ics", "ap-3/tin.wav", "stations/ap-3/ấp 3.wav", "emergency/schedule.ics")
        _ = try desk.opened().takeBack(from: "ap-3")
        try look(eyes, "schedule.ics", "ap-3/tin.wav", "stations/ap-3/ấp 3.wav")
        #expect(try eyes.read("stations/ap-3/ấp 3.wav") == nil)
    }

    private func delegate(_ eyes: Eyes) throws {
        let key = try #require(SecretKey(seed: Array(repeating: 7, count: 32)))
        func file(_ version: Int64) throws -> [UInt8] {
            let signed: JSON = [
                "_type": "targets", "expires": "2027-06-01T00:00:00Z", "spec_version": "1.0.31",
                "targets": [
                    "ap-3/tin.wav": [
                        "hashes": ["sha256": .string("\(SHA256.hash("x".utf8))")], "length": 1,
                    ]
                ], "version": .integer(version),
            ]
            return try TUF.file(signed, signedBy: [key])
        }
        try desk.write("repo/targets/ap-3/\(SHA256.hash("x".utf8)).tin.wav", "x")
        func delegate(_ metadata: [UInt8], isFirst: Bool = false) throws {
            try desk.write("other/ap-3.json", metadata)
            var delegation = Delegation(to: "other", desk.path + "/other/ap-3.json")
            if isFirst {
                delegation.patterns = ["ap-3/*"]
                delegation.publicKeys = [Hexadecimal.text(key.publicBytes)]
            }
            try desk.delegate(delegation)
        }
        let other = try TUF.file(["_type": "targets"], signedBy: [key])
        #expect(throws: CentreError.self) { try delegate(other, isFirst: true) }
        try delegate(try file(1), isFirst: true)
        try look(eyes, "ap-3/tin.wav", "schedule.ics", "ap-3/nothing")
        try delegate(try file(2))
        try look(eyes, "ap-3/tin.wav")
        // Not an older one.
        #expect(throws: CentreError.self) { try delegate(try file(1)) }
        // And what our own tool has signed.
        try desk.writePart()
        try desk.sign()
        try desk.delegate(desk.delegation())
        try look(eyes, "stations/ap-3/schedule.ics", "stations/ap-3/ấp 3.wav", "schedule.ics")
        try desk.writePart("Tin mới")
        try desk.sign()
        try desk.delegate()
        try look(eyes, "stations/ap-3/schedule.ics", "stations/ap-3/ấp 3.wav", "ap-3/tin.wav")
    }

    @Test("a repository is not overwritten, and keys that are there are used only where that is meant")
    func again() throws {
        try desk.make()
        let root = try desk.read("repo/metadata/1.root.json")
        #expect(desk.refusal { try desk.make() }?.kind == .refused)
        #expect(try desk.read("repo/metadata/1.root.json") == root)
        try FileManager.default.removeItem(atPath: desk.repository)
        // Not by mistake: another repository may be signed with them.
        let before = try FileManager.default.subpathsOfDirectory(atPath: desk.folder).sorted()
        let refusal = try #require(desk.refusal { try desk.make() })
        #expect(refusal.kind == .refused && refusal.message[.english].contains("--reuse-keys"))
        #expect(try FileManager.default.subpathsOfDirectory(atPath: desk.folder).sorted() == before)
        #expect(desk.names("metadata").isEmpty)
        let made = try desk.make(reusesKeys: true)
        #expect(made.reused.count == 4 && made.reused.allSatisfy { $0.hasSuffix(".pem") })
        #expect(
            try JSONParser.parse(root, limits: .init(bytes: 9999))["signed"]?["keys"]
                == JSONParser.parse(try desk.read("repo/metadata/1.root.json"), limits: .init(bytes: 9999))[
                    "signed"]?["keys"])
    }

    @Test("a clock that is behind the last signature is told, in whatever is signed by it")
    func slowClock() throws {
        try desk.make()
        try desk.writeChannel()
        try desk.publish()
        desk.now = desk.now - .seconds(200)
        #expect(try desk.refresh() == [])
        desk.now = desk.now - .seconds(10 * 86_400)
        let warnings = try desk.refresh()
        #expect(warnings.count == 1 && warnings[0][.english].contains("is behind the last signature"))
        desk.now = desk.now - .seconds(86_400)
        #expect(try desk.opened().cancelAlerts().warnings.count == 1)
        // Whoever was fast before is told once, and is right from then on.
        desk.now = desk.now + .seconds(60)
        #expect(try desk.refresh() == [])
    }

    @Test("a key in two files is one who signs")
    func copiedKey() throws {
        try desk.make()
        let folder = desk.folder + "/targets/"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        let name = try #require(names.first { !$0.hasSuffix(".pub.pem") })
        try FileManager.default.copyItem(atPath: folder + name, toPath: folder + "copy.pem")
        try FileManager.default.removeItem(atPath: desk.repository)
        // Else one of the two that are asked for could never sign.
        let made = try desk.make([.targets: .init(needed: 2, of: 2)], reusesKeys: true)
        let root = try JSONParser.parse(
            try desk.read("repo/metadata/1.root.json"), limits: .init(bytes: 9999))
        let ids = try #require(root["signed"]?["roles"]?["targets"]?["keyids"]?.elements)
        #expect(Set(ids.map { "\($0)" }).count == 2 && made.reused.count == 5)
        try desk.refresh()
    }

    @Test("what does not come to its end leaves neither keys nor a repository, and can be tried again")
    func unmade() throws {
        var count = 0
        repeat {
            desk.calls = Desk.failing(after: count)
            guard desk.refusal({ try desk.make() }) != nil else { break }
            count += 1
            let keys = try FileManager.default.subpathsOfDirectory(atPath: desk.folder)
            #expect(keys.filter { $0.contains(".pem") }.isEmpty, "after \(count) writes: \(keys)")
            #expect(desk.names("metadata").isEmpty, "after \(count) writes")
        } while count < 50
        // Four keys with their public halves, and five files of metadata.
        #expect(count == 13)
        desk.calls = .kernel
        try desk.refresh()
    }

    @Test("keys are not made where the web server serves them", arguments: ["", "/", "/keys", "/keys/"])
    func servedKeys(path: String) throws {
        let keys = KeySources(folders: [desk.repository + path])
        let making = try NewRepository(at: desk.repository + "/", keys: keys, desk.surroundings)
        #expect(desk.refusal { _ = try making.make() }?.kind == .refused)
        #expect(desk.names("").isEmpty)
    }

    @Test("nor where another path leads there, before anything of it is made")
    func servedKeysElsewhere() throws {
        try FileManager.default.createSymbolicLink(atPath: desk.path + "/link", withDestinationPath: ".")
        let keys = KeySources(folders: [desk.path + "/link/x/../repo/keys"])
        let making = try NewRepository(at: desk.repository, keys: keys, desk.surroundings)
        #expect(desk.refusal { _ = try making.make() }?.kind == .refused)
        #expect(!FileManager.default.fileExists(atPath: desk.path + "/x"))
        #expect(!FileManager.default.fileExists(atPath: desk.repository))
    }

    @Test("a key is not made where it cannot be appointed")
    func unappointed() throws {
        try desk.make()
        let before = try FileManager.default.subpathsOfDirectory(atPath: desk.folder)
        try FileManager.default.moveItem(atPath: desk.folder + "/root", toPath: desk.path + "/root")
        #expect(desk.refusal { try desk.change(.add(public: nil), .targets) }?.kind == .configuration)
        try FileManager.default.moveItem(atPath: desk.path + "/root", toPath: desk.folder + "/root")
        #expect(try FileManager.default.subpathsOfDirectory(atPath: desk.folder).sorted() == before.sorted())
    }

    @Test("a folder that is no repository is told what it is, and what is missing of one is named")
    func noRepository() throws {
        try desk.writeChannel()
        let swapped = try Repository(desk.channel, keys: desk.keys, desk.surroundings)
        let refusal = try #require(desk.refusal { _ = try swapped.refresh() })
        #expect(refusal.message[.english].contains("no repository"))
        try desk.make()
        try desk.remove("repo/metadata/1.targets.json")
        let error = try #require(desk.refusal { try desk.refresh() })
        #expect(error.message[.english].contains("targets.json is missing"))
        #expect(error.message[.vietnamese].contains("thiếu targets.json"))
    }

    @Test("files of keys are their owner's only, and openssl and python-tuf's signer read them")
    func keyFiles() throws {
        try desk.make()
        for kind in KeySources.Kind.allCases {
            let folder = "\(desk.folder)/\(kind.rawValue)"
            let attributes = try FileManager.default.attributesOfItem(atPath: folder)
            #expect(attributes[.posixPermissions] as? Int == 0o700)
            let names = try FileManager.default.contentsOfDirectory(atPath: folder)
            let secret = try #require(names.first { !$0.hasSuffix(".pub.pem") })
            let path = "\(folder)/\(secret)"
            #expect(
                try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
            let half = try run("openssl", "pkey", "-in", path, "-pubout")
            let beside = try String(contentsOfFile: path.dropLast(4) + ".pub.pem", encoding: .utf8)
            #expect(half.output == beside)
            let script = """
                import sys
                from cryptography.hazmat.primitives.serialization import load_pem_private_key
                from securesystemslib.signer import CryptoSigner
                print(CryptoSigner(load_pem_private_key(open(sys.argv[1], "rb").read(), None)).public_key.keyid)
                """
            let id = try run("python3", "-c", script, path)
            #expect(id.status == 0, "\(id.output)")
            #expect(id.output.hasPrefix(secret.dropLast(4)))
        }
    }

    @Test("a key that others may read is refused, and a file that is no key")
    func badKeys() throws {
        try desk.make()
        let folder = "\(desk.folder)/online"
        let name = try #require(
            try FileManager.default.contentsOfDirectory(atPath: folder).first { !$0.hasSuffix(".pub.pem") })
        chmod("\(folder)/\(name)", 0o640)
        #expect(desk.refusal { try desk.refresh() }?.kind == .configuration)
        chmod("\(folder)/\(name)", 0o600)
        try desk.refresh()
        try desk.write(
            "keys/online/\(name)", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
        #expect(desk.refusal { try desk.refresh() }?.kind == .configuration)
    }

    @Test("each command needs no more keys than it signs with")
    func keysApart() throws {
        try desk.writeChannel()
        try desk.make()
        func keep(_ kinds: KeySources.Kind...) throws -> KeySources {
            let folder = "\(desk.path)/some-\(kinds.count)-\(kinds[0])"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            for kind in kinds {
                try FileManager.default.copyItem(
                    atPath: "\(desk.folder)/\(kind.rawValue)", toPath: "\(folder)/\(kind.rawValue)")
            }
            return KeySources(folders: [folder])
        }
        let surroundings = try desk.surroundings
        _ = try desk.opened(try keep(.online)).refresh()
        _ = try Publication(
            of: desk.channel, into: desk.repository, keys: try keep(.targets, .online), surroundings
        ).publish()
        try desk.write("siren.wav", Desk.tone(seconds: 1))
        let order = AlertOrder(.audio(desk.path + "/siren.wav"), for: .seconds(600))
        _ = try desk.opened(try keep(.emergency, .online)).alert(order)
        #expect(
            desk.refusal {
                _ = try desk.opened(try keep(.targets, .online, .root)).alert(order)
            }?.kind == .configuration)
        _ = try desk.opened(try keep(.root, .online)).changeKeys(.renew, .root)
    }

    @Test("what somebody without a key has put into the repository gets nothing signed")
    func forged() throws {
        try desk.make()
        let name = "repo/metadata/1.targets.json"
        let text = String(decoding: try desk.read(name), as: UTF8.self)
        try desk.write(name, text.replacing("emergency/*\"", with: "*\""))
        #expect(desk.refusal { try desk.refresh() }?.kind == .configuration)
    }

    @Test("what expires is warned of: root, targets and emergency 60 days ahead")
    func warnings() throws {
        try desk.make()
        #expect(try desk.refresh().isEmpty)
        desk.now = desk.now + .seconds(304 * 86_400)
        #expect(try desk.refresh().isEmpty)
        desk.now = desk.now + .seconds(2 * 86_400)
        let english = try desk.refresh().map { $0[.english] }
        #expect(english.map { $0.prefix { $0 != "." } } == ["targets", "emergency"])
        try desk.writeChannel()
        #expect(try desk.publish().isEmpty)
        desk.now = desk.now + .seconds(731 * 86_400)
        #expect(try desk.refresh().contains { $0[.english].hasPrefix("root.json expires") })
    }

    @Test("a refresh says until when everything is believed, and needs nothing of what is offered")
    func validity() throws {
        try desk.writeChannel()
        try desk.make()
        try desk.publish()
        try desk.remove("repo/targets")
        let (validity, warnings) = try desk.opened().refresh()
        #expect(warnings.isEmpty)
        #expect(
            validity.map { "\($0.file) \($0.until[.english])" } == [
                "timestamp.json Mon 2026-11-30 12:00:00 (UTC+07:00)",
                "snapshot.json Wed 2026-12-23 12:00:00 (UTC+07:00)",
                "emergency.json Tue 2027-11-23 12:00:00 (UTC+07:00)",
                "targets.json Tue 2027-11-23 12:00:00 (UTC+07:00)",
                "root.json Thu 2029-11-22 12:00:00 (UTC+07:00)",
            ])
        // An emergency is in force until it ends: nothing that anybody has to renew.
        try desk.write("siren.wav", Desk.tone(seconds: 1))
        try desk.alert(AlertOrder(.audio(desk.path + "/siren.wav"), for: .seconds(600)))
        #expect(try desk.opened().refresh().validity.count == 4)
    }

    @Test("timestamp and emergency say when they were signed")
    func issued() throws {
        try desk.make()
        for name in ["timestamp.json", "1.emergency.json"] {
            let json = try JSONParser.parse(
                try desk.read("repo/metadata/\(name)"), limits: .init(bytes: 9999))
            #expect(json["signed"]?["x-loa-issued"]?.text == "2026-11-23T05:00:00Z")
        }
    }
}
