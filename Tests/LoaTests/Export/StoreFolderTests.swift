import Foundation
import ScratchFolders
import StationHost
import Testing

@testable import loa

/// The folder that stands for a store: what it takes, in what order, and what it refuses.
struct StoreFolderTests {
    private let scratch: ScratchFolder
    private var path: String { scratch.path }

    init() throws { scratch = try ScratchFolder() }

    private func read(_ name: String) -> String? {
        FileManager.default.contents(atPath: "\(path)/s/\(name)").map { String(decoding: $0, as: UTF8.self) }
    }

    @Test("A head reaches the medium behind what it covers; until then it is what the daemon is told")
    func headLast() throws {
        let folder = try StoreFolder(path, station: "s")
        #expect(try folder.read("checkpoint") == nil)
        try folder.write(Array("head".utf8), as: "checkpoint")
        try folder.write(Array("leaves".utf8), as: "tile/entries/000.p/3")
        #expect(read("tile/entries/000.p/3") == "leaves" && read("checkpoint") == nil)
        #expect(try folder.read("checkpoint") == Array("head".utf8))
        try folder.settle()
        #expect(read("checkpoint") == "head")
        // A log of another number has a head of its own.
        #expect(try folder.read("2/checkpoint") == nil)
    }

    @Test(
        "Whatever the other end says, nothing is written beside the folder",
        arguments: ["../x", "a/../../x", "/etc/x", ".x", "a/.x", "", "a//b", "a\u{0}b", "a\nb"])
    func staysInside(_ name: String) throws {
        let folder = try StoreFolder(path, station: "s")
        #expect(throws: SystemError.self) { try folder.write([1], as: name) }
        #expect(throws: SystemError.self) { _ = try folder.read(name) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: path) == ["s"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: path + "/s").isEmpty)
    }

    @Test("A station's id is one folder's name", arguments: ["../s", "a/b", "", ".", ".."])
    func station(_ id: String) {
        #expect(throws: SystemError.self) { _ = try StoreFolder(path, station: id) }
    }

    @Test("What somebody has laid there as a link is not followed")
    func link() throws {
        let folder = try StoreFolder(path, station: "s")
        let victim = path + "/victim"
        try Data("whole".utf8).write(to: URL(fileURLWithPath: victim))
        try FileManager.default.createSymbolicLink(
            atPath: path + "/s/status.json", withDestinationPath: victim)
        #expect(throws: SystemError.self) { try folder.write([1], as: "status.json") }
        #expect(FileManager.default.contents(atPath: victim) == Data("whole".utf8))
    }
}
