@testable import Centre
import Foundation
import ScratchFolders
import StationTrust
import Testing

/// Everything that can be done to a log at the store, what it is called, and where (T32).
struct TamperingTests {
    /// One thing that is done to a log of 600 entries that was found to be sound before.
    struct Deed: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var verdict: LogVerdict
        var code: LogFinding.Code
        var entries: Range<Int64>?
        var file: String?
        /// What Go's verifier names; nil where it has another view of it.
        var auditor: String?
        /// The older head that the auditor has.
        var needsOlder = false
        var act: @Sendable (ProofDesk, StoredStation) throws -> Void

        init(
            _ name: String, _ verdict: LogVerdict, _ code: LogFinding.Code, _ entries: Range<Int64>? = nil,
            _ file: String? = nil, go auditor: String? = nil, older: Bool = false,
            _ act: @escaping @Sendable (ProofDesk, StoredStation) throws -> Void
        ) {
            (testDescription, self.verdict, self.code, self.entries, self.file) = (
                name, verdict, code, entries, file
            )
            (self.auditor, needsOlder, self.act) = (auditor, older, act)
        }
    }

    static let entries: [Deed] = [
        Deed(
            "an edited byte in a full bundle", .tampered, .entryEdited, 300..<301, "tile/entries/001",
            go: "entry 300:"
        ) { desk, log in
            try desk.changeEntries(log.file("tile/entries/001")) { $0[44][200] ^= 1 }
        },
        Deed(
            "an edited byte in the last entry", .tampered, .entryEdited, 599..<600, "tile/entries/002.p/88",
            go: "entry 599:"
        ) { desk, log in
            try desk.change(log.file("tile/entries/002.p/88")) { $0[$0.count - 1] ^= 1 }
        },
        Deed("a swapped pair", .tampered, .entriesSwapped, 10..<12, "tile/entries/000", go: "entry 10:") {
            desk, log in
            try desk.changeEntries(log.file("tile/entries/000")) { $0.swapAt(10, 11) }
        },
        Deed("a distant pair", .tampered, .entriesSwapped, 10..<201, "tile/entries/000", go: "entry 10:") {
            desk, log in
            try desk.changeEntries(log.file("tile/entries/000")) { $0.swapAt(10, 200) }
        },
        Deed("a removed entry", .tampered, .entryRemoved, 300..<301, "tile/entries/001", go: "entry 300:") {
            desk, log in
            try desk.changeEntries(log.file("tile/entries/001")) { $0.remove(at: 44) }
        },
        Deed("an inserted entry", .tampered, .entryInserted, 300..<301, "tile/entries/001", go: "entry 300:")
        {
            desk, log in
            try desk.changeEntries(log.file("tile/entries/001")) { entries in
                entries.insert(Array("{}".utf8), at: 44)
                entries.removeLast()
            }
        },
        Deed(
            "one entry too many", .tampered, .bundleMalformed, 512..<600, "tile/entries/002.p/88",
            go: "entries 512"
        ) {
            desk, log in
            try desk.changeEntries(log.file("tile/entries/002.p/88")) { $0.append(Array("{}".utf8)) }
        },
        Deed(
            "a bundle cut in an entry", .tampered, .bundleMalformed, 599..<600, "tile/entries/002.p/88",
            go: "entry 599:"
        ) { desk, log in
            try desk.change(log.file("tile/entries/002.p/88")) { $0.removeLast(5) }
        },
        Deed(
            "a bundle without anything", .tampered, .bundleMalformed, 256..<512, "tile/entries/001",
            go: "entry 256:"
        ) {
            desk, log in
            try desk.change(log.file("tile/entries/001")) { $0 = [] }
        },
    ]

    static let tiles: [Deed] = [
        Deed("an edited hash", .tampered, .tileEdited, 0..<256, "tile/0/000", go: "tile/0/000") { desk, log in
            try desk.change(log.file("tile/0/000")) { $0[40] ^= 1 }
        },
        Deed(
            "an edited hash at the edge", .tampered, .tileEdited, 512..<600, "tile/0/002.p/88",
            go: "tile/0/002.p/88"
        ) {
            desk, log in
            try desk.change(log.file("tile/0/002.p/88")) { $0[40] ^= 1 }
        },
        Deed(
            "an edited hash of 256 entries", .tampered, .tileEdited, 0..<512, "tile/1/000.p/2",
            go: "tile/1/000.p/2"
        ) {
            desk, log in
            try desk.change(log.file("tile/1/000.p/2")) { $0[3] ^= 1 }
        },
        Deed("a tile that is too long", .tampered, .tileEdited, 0..<256, "tile/0/000") { desk, log in
            try desk.change(log.file("tile/0/000")) { $0.append(0) }
        },
        Deed("a deleted tile", .truncated, .tileMissing, 256..<512, "tile/0/001", go: "tile/0/001") {
            desk, log in
            try desk.remove(log.file("tile/0/001"))
        },
        Deed(
            "a deleted bundle", .truncated, .entriesMissing, 0..<256, "tile/entries/000",
            go: "tile/entries/000"
        ) {
            desk, log in
            try desk.remove(log.file("tile/entries/000"))
        },
        Deed("a cut tail", .truncated, .entriesMissing, 512..<600, "tile/entries/002.p/88", go: "002.p/88") {
            desk, log in
            try desk.remove(log.file("tile/entries/002.p/88"))
            try desk.remove(log.file("tile/0/002.p/88"))
        },
        Deed(
            "an entry edited with all the hashes over it", .tampered, .rootDiffers, 0..<512, "checkpoint"
        ) {
            desk, log in
            let forger = try desk.station(log.name, board: 99)
            log.entries.forEach {
                forger.append($0 == log.entries[300] ? StoredStation.entry(300, "khác") : $0)
            }
            try forger.putTiles()
        },
    ]

    static let heads: [Deed] = [
        Deed("a head by another key", .unknownKey, .keyUnknown, nil, "checkpoint", go: "checkpoint") {
            desk, log in
            let stranger = try desk.station(log.name, board: 9)
            log.entries.forEach(stranger.append)
            try stranger.putHead()
        },
        Deed("a head with another size", .tampered, .signatureBad, nil, "checkpoint", go: "checkpoint") {
            desk, log in
            try desk.change(log.file("checkpoint")) { bytes in
                bytes = Array(
                    String(decoding: bytes, as: UTF8.self).replacing("\n600\n", with: "\n601\n").utf8)
            }
        },
        Deed("a head of another log", .tampered, .headOfAnother, nil, "checkpoint", go: "checkpoint") {
            desk, log in
            try log.putHead(origin: "loa/ap-3/2")
        },
        Deed("a head that is none", .tampered, .headUnreadable, nil, "checkpoint", go: "checkpoint") {
            desk, log in
            try desk.change(log.file("checkpoint")) { $0 = Array("ap-3\n".utf8) }
        },
        Deed("a deleted head", .truncated, .headMissing, 0..<600, "checkpoint", go: "checkpoint") {
            desk, log in
            try desk.remove(log.file("checkpoint"))
        },
        Deed("a deleted station", .truncated, .headMissing, 0..<600, "checkpoint", go: "checkpoint") {
            desk, log in
            try desk.remove("proofs/ap-3")
        },
        Deed(
            "an older head", .rolledBack, .headOlder, 300..<600, "checkpoint", go: "rolled back", older: true
        ) {
            desk, log in
            try log.putHead(size: 300)
        },
        Deed(
            "an older copy of all of it", .rolledBack, .headOlder, 300..<600, "checkpoint", go: "rolled back",
            older: true
        ) { desk, log in
            try desk.remove("proofs/ap-3")
            log.restore(to: 300)
            log.restore(to: 0)
            log.write(300)
            try log.upload()
        },
        Deed(
            "an older disk that wrote on", .forked, .historiesDiffer, 550..<551, "checkpoint", go: "forked",
            older: true
        ) { desk, log in
            log.restore(to: 550)
            log.write(100, "khác")
            try log.upload()
        },
        Deed(
            "an older disk that wrote on less", .forked, .historiesDiffer, 550..<551, "checkpoint",
            older: true
        ) { desk, log in
            log.restore(to: 550)
            log.write(30, "khác")
            try log.upload()
        },
        Deed(
            "an older disk that wrote on as much", .forked, .historiesDiffer, 512..<576, "checkpoint",
            go: "forked", older: true
        ) { desk, log in
            log.restore(to: 550)
            log.write(50, "khác")
            try log.upload()
        },
        Deed(
            "a much older disk that wrote on", .forked, .historiesDiffer, 0..<512, "checkpoint", go: "forked",
            older: true
        ) { desk, log in
            log.restore(to: 200)
            log.write(700, "khác")
            try log.upload()
        },
    ]

    @Test("The centre and the auditor both say what was done, and where", arguments: entries + tiles + heads)
    func tampered(deed: Deed) throws {
        let desk = try ProofDesk()
        let station = try desk.trusted(600)
        #expect(try desk.result().verdict == .new)
        #expect(try desk.result().verdict == .sound)
        #expect(try desk.audit(station).output == "600\n")
        try desk.scratch.write("older", try desk.scratch.read(station.file("checkpoint")))
        try deed.act(desk, station)
        for all in [false, true] {
            let result = try desk.result(all: all)
            let finding = try #require(result.findings.first, "\(result)")
            #expect(result.verdict == deed.verdict && finding.verdict == deed.verdict, "\(result.findings)")
            #expect(finding.code == deed.code && finding.entries == deed.entries, "\(result.findings)")
            #expect(finding.file == deed.file.map { "ap-3/\($0)" }, "\(result.findings)")
        }
        let (isSound, output) = try desk.audit(station, older: deed.needsOlder ? "older" : nil)
        #expect(!isSound)
        if let auditor = deed.auditor { #expect(output.contains(auditor), "\(output)") }
        // What is wrong is not remembered: it is wrong the next time too.
        #expect(try desk.result().verdict == deed.verdict)
    }

    @Test("Who edits right behind a verification of what was just uploaded is found, however fast they are")
    func sameTick() throws {
        for _ in 0..<25 {
            let desk = try ProofDesk()
            _ = try desk.trusted(4)
            #expect(try desk.result().verdict == .new)
            try desk.change("proofs/ap-3/tile/entries/000.p/4") { $0[9] ^= 1 }
            #expect(try desk.result().verdict == .tampered)
        }
    }

    @Test("One wrong byte has one finding", arguments: entries + tiles.filter { $0.code != .rootDiffers })
    func alone(deed: Deed) throws {
        let desk = try ProofDesk()
        let station = try desk.trusted(600)
        try desk.verify()
        try deed.act(desk, station)
        let files = Set(try desk.result().findings.map(\.file))
        #expect(files.count == (deed.testDescription == "a cut tail" ? 2 : 1), "\(files)")
    }
}
