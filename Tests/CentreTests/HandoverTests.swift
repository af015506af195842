import Foundation
import StationCore
import StationHost
import StationTrust
import TerminalText
import Testing

@testable import Centre

/// The other centre's side of what is handed on: what it signs, and where.
struct HandoverTests {
    private let desk: Desk

    init() throws { desk = try Desk.besideAnother() }

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
        let before = desk.published
        let error = desk.refusal { try desk.delegate(desk.delegation([pattern])) }
        #expect(error?.message[.english].hasPrefix("--path") == true)
        #expect(desk.published == before)
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

    @Test(
        "secret keys do not lie in the folder that is handed over, however the two are written",
        arguments: [
            ("out", "out"), ("out", "out/keys"), ("out", "./out/keys"), ("./out/.", "out"),
            ("x/../out", "out/keys"), ("out", "part/../out/keys"), ("out", "x/y/../../out//keys"),
            ("out", "link/out/keys"), ("link/out", "out/keys"), ("out", "RELATIVE/out/keys"),
            ("out", "toward"), ("out", "toward/keys"),
        ])
    func servedKeys(output: String, keys: String) throws {
        try FileManager.default.createSymbolicLink(atPath: desk.path + "/link", withDestinationPath: ".")
        try FileManager.default.createSymbolicLink(
            atPath: desk.path + "/toward", withDestinationPath: "out")
        let up = FileManager.default.currentDirectoryPath.split(separator: "/").map { _ in ".." }
        let relative = up.joined(separator: "/") + desk.path
        let before = try FileManager.default.subpathsOfDirectory(atPath: desk.path).sorted()
        let path =
            keys.hasPrefix("RELATIVE") ? keys.replacing("RELATIVE", with: relative) : "\(desk.path)/\(keys)"
        let error = desk.refusal {
            _ = try Handover(
                of: desk.path + "/part", into: "\(desk.path)/\(output)", as: "ap-3", for: ["stations/ap-3/*"],
                keys: KeySources(folders: [path]), desk.surroundings)
        }
        // A link to nowhere is not made somewhere.
        let reason = keys.hasPrefix("toward") ? "realpath" : "choose another"
        #expect(
            error?.kind == .refused && error?.message[.english].contains(reason) == true, "\(error as Any)")
        #expect(try FileManager.default.subpathsOfDirectory(atPath: desk.path).sorted() == before)
    }

    @Test(
        "keys beside the folder that is handed over are none of its own",
        arguments: ["out-keys", "out/../k", "./k"])
    func keysBeside(folder: String) throws {
        #expect(try desk.sign(keys: folder).made != nil)
    }

    @Test("nothing is signed into a repository, nor where other files lie: they would be removed")
    func elsewhere() throws {
        let before = desk.published
        let error = desk.refusal { _ = try desk.handover(into: "repo").sign() }
        #expect(error?.kind == .refused && error?.message[.english].contains("repository") == true)
        #expect(desk.published == before)
        try desk.write("out/targets/music/song.mp3", "x")
        let other = desk.refusal { try desk.sign() }
        #expect(other?.kind == .refused && other?.message[.english].contains("music/song.mp3") == true)
        #expect(try desk.read("out/targets/music/song.mp3") == Array("x".utf8))
        #expect(!FileManager.default.fileExists(atPath: desk.path + "/out/ap-3.json"))
    }

    @Test("a first run that did not come to its end can be run again")
    func unfinished() throws {
        for count in 0..<3 {
            desk.calls = Desk.failing(after: count)
            #expect(desk.refusal { try desk.sign(keys: "their-keys") } != nil, "after \(count) writes")
            desk.calls = .kernel
        }
        #expect(desk.signed.count == 2)
        #expect(try desk.sign().version == 1)
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
}
