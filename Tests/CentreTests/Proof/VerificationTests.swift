@testable import Centre
import Foundation
import ScratchFolders
import StationCore
import StationHost
import StationTrust
import TerminalText
import Testing

/// Logs as stations and stores leave them: new, growing, half there, begun anew, unknown, and hostile.
struct VerificationTests {
    @Test("A log is new, then sound, and only what is new of it is read again")
    func growing() throws {
        let desk = try ProofDesk()
        let station = try desk.trusted(600)
        let first = try desk.result()
        #expect(first.verdict == .new && first.entriesRead == 600 && first.size == 600)
        station.write(500)
        try station.upload()
        let second = try desk.result()
        #expect(second.verdict == .sound && second.rememberedSize == 600)
        // From the last full bundle on: 512 to 1,100.
        #expect(second.entriesRead == 588)
        #expect(try desk.result().entriesRead == 76)
        #expect(try desk.result(all: true).entriesRead == 1100)
    }

    @Test(
        "Every size around the borders of tiles is checked, grown from every one before",
        arguments: [1, 255, 256, 257])
    func sizes(first: Int) throws {
        let desk = try ProofDesk()
        let station = try desk.station()
        try desk.enrol(station)
        var size = 0
        for count in [first, 1, 255, 256, 1, 511] {
            station.write(count)
            size += count
            try station.upload()
            let result = try desk.result()
            #expect(result.verdict == (size == first ? .new : .sound), "\(size): \(result.findings)")
            #expect(result.size == Int64(size))
        }
        #expect(try desk.audit(station).output == "\(size)\n")
        #expect(try desk.result(all: true).verdict == .sound)
    }

    @Test("A log without entries is one, and grows")
    func empty() throws {
        let desk = try ProofDesk()
        let station = try desk.station()
        try desk.enrol(station)
        try station.upload()
        #expect(try desk.result().verdict == .new)
        station.write(3)
        try station.upload()
        #expect(try desk.result().verdict == .sound)
    }

    @Test("Where partial tiles were cleared away the full ones take their place")
    func cleared() throws {
        let desk = try ProofDesk()
        let station = try desk.station()
        try desk.enrol(station)
        station.write(300)
        try station.upload()
        // Tiles of a larger tree are there already, the head is not.
        station.write(300)
        try station.putTiles()
        for kind in ["entries", "0"] { try desk.remove(station.file("tile/\(kind)/001.p")) }
        #expect(try desk.result().verdict == .new)
        #expect(try desk.result().size == 300)
    }

    @Test("A head whose last tiles are not there yet is incomplete, and sound as soon as they are")
    func incomplete() throws {
        let desk = try ProofDesk()
        let station = try desk.trusted(300)
        try desk.verify()
        station.write(300)
        try station.putHead()
        let result = try desk.result()
        #expect(result.verdict == .incomplete, "\(result.findings)")
        #expect(result.findings.contains { $0.code == .entriesMissing && $0.file == "ap-3/tile/entries/001" })
        try station.putTiles()
        #expect(try desk.result().verdict == .sound)
    }

    @Test("What a station has signed and no log says is malformed, with the entry's number")
    func malformed() throws {
        let bad: [(entry: String, code: LogFinding.Code)] = [
            ("{\"index\":5}", .indexNotGrowing), ("{\"index\":299}", .indexNotGrowing),
            ("nonsense", .entryMalformed),
            ("{\"index\":300,}", .entryMalformed), ("{\"kind\":\"boot\"}", .entryMalformed),
            ("", .entryMalformed),
        ]
        for (entry, code) in bad {
            let desk = try ProofDesk()
            let station = try desk.trusted(300)
            station.append(Array(entry.utf8))
            station.write(10)
            try station.upload()
            let result = try desk.result()
            #expect(result.verdict == .malformed, "\(entry): \(result.findings)")
            #expect(result.findings.first?.code == code && result.findings.first?.entries == 300..<301)
        }
    }

    @Test("An index may have gaps, and members may stand in another order")
    func gaps() throws {
        let desk = try ProofDesk()
        let station = try desk.trusted(300)
        station.append(Array(#"{ "kind" : "boot", "index" : 4711 }"#.utf8))
        station.append(Array(#"{"index":4712,"text":"\u00e9 ấp"}"#.utf8))
        try station.upload()
        #expect(try desk.result().verdict == .new)
    }

    @Test("A key that nobody has enrolled is unknown, whoever it says it is, until somebody does")
    func unknown() throws {
        let desk = try ProofDesk()
        let station = try desk.station()
        station.write(10)
        try station.upload()
        let result = try desk.result()
        #expect(result.verdict == .unknownKey)
        let id = Hexadecimal.text(try station.noteKey.id)
        #expect(result.findings.first?.message[.english].contains("loa/ap-3+\(id)") == true)
        try desk.enrol(station)
        #expect(try desk.result().verdict == .new)
    }

    @Test("A key is enrolled once, for its own station, and taken back")
    func enrolment() throws {
        let desk = try ProofDesk()
        let key = try desk.station().noteKey
        func enrol(_ station: String, _ text: String) throws -> Bool {
            try Enrolment(desk.proofs, station, key: text).enrol(.kernel)
        }
        #expect(try enrol("ap-3", "  \(key.text)\n"))
        #expect(try !enrol("ap-3", key.text))
        for (station, text) in [
            ("ap-4", key.text), ("ap-3", "loa/ap-3+00000000+AAAA"), ("ap-3", ""), ("..", key.text),
            ("a/b", key.text),
            ("ap-3", key.text + " " + key.text),
        ] {
            #expect(throws: CentreError.self) { try enrol(station, text) }
        }
        #expect(try desk.proofs.memory(of: "ap-3").keys == [key])
        try Enrolment(desk.proofs, "ap-3", key: key.text).remove(.kernel)
        #expect(try desk.proofs.memory(of: "ap-3").keys.isEmpty)
    }

    @Test("A new origin counts as a loss until somebody acknowledges it; the old log is still looked after")
    func lost() throws {
        let desk = try ProofDesk()
        let first = try desk.trusted(300)
        try desk.verify()
        let second = try desk.station(number: 2)
        // As a station lays it out: the entry that begins it was written after those that come behind it.
        second.append(
            Array(
                #"{"index":304,"kind":"fault","code":"proof","origin":"loa/ap-3/2","from":300,"message":"x"}"#
                    .utf8))
        for index in [300, 301, 302, 303] + Array(305..<700) { second.append(StoredStation.entry(index)) }
        try second.upload()
        for _ in 0..<2 {
            let logs = try #require(try desk.verify().first).logs
            #expect(logs.map(\.verdict) == [.sound, .lost])
            #expect(logs[1].findings.first?.code == .newOrigin)
        }
        #expect(throws: CentreError.self) { try desk.verify(acknowledging: ["ap-4"]) }
        #expect(try desk.verify(acknowledging: ["ap-3"])[0].logs.map(\.verdict) == [.sound, .sound])
        #expect(try desk.verify()[0].verdict == .sound)
        #expect(try desk.verify(all: true)[0].verdict == .sound)
        second.append(StoredStation.entry(700))
        try second.upload()
        #expect(try desk.verify()[0].logs[1].entriesRead < 256)
        // Acknowledged or not, it may not be cut afterwards, nor the old one.
        try desk.remove("proofs/ap-3/2")
        try desk.change(first.file("tile/entries/000")) { $0[100] ^= 1 }
        #expect(try desk.verify()[0].logs.map(\.verdict) == [.tampered, .truncated])
    }

    @Test("An index that does not grow is found at the border of what was verified before, too")
    func indexAtBorder() throws {
        let desk = try ProofDesk()
        let station = try desk.trusted(512)
        #expect(try desk.result().verdict == .new)
        station.append(StoredStation.entry(3))
        try station.upload()
        #expect(try desk.result().findings.map(\.code) == [.indexNotGrowing])
    }

    @Test("A folder of full tiles that was made good and put back under the old names is read again")
    func swappedFolder() throws {
        let desk = try ProofDesk()
        let station = try desk.trusted(600)
        let (tile, other) = ("proofs/ap-3/tile", "proofs/ap-3/other")
        // Edited in a copy long before, so that every file of it is older than the last upload.
        try FileManager.default.copyItem(
            atPath: desk.scratch.path + "/" + tile, toPath: desk.scratch.path + "/" + other)
        try desk.change(other + "/entries/000") { $0[9] ^= 1 }
        station.write(1)
        try station.upload()
        try desk.verify()
        #expect(try desk.result().verdict == .sound)
        for name in ["entries/002.p/89", "0/002.p/89", "1/000.p/2"] {
            try FileManager.default.createDirectory(
                atPath: "\(desk.scratch.path)/\(other)/\(name.split(separator: ".")[0]).p",
                withIntermediateDirectories: true)
            try? desk.scratch.write("\(other)/\(name)", desk.scratch.read("\(tile)/\(name)"))
        }
        let root = desk.scratch.path + "/"
        try FileManager.default.moveItem(atPath: root + tile, toPath: root + "proofs/ap-3/good")
        try FileManager.default.moveItem(atPath: root + other, toPath: root + tile)
        #expect(try desk.result().verdict == .tampered)
    }

    @Test("A log behind the first one says first why it was begun")
    func beginning() throws {
        let desk = try ProofDesk()
        let first = try desk.trusted(10)
        let second = try desk.station(first.name, number: 2)
        second.write(5)
        try second.upload()
        #expect(try desk.verify()[0].logs[1].findings.map(\.code) == [.beginningMissing])
    }

    @Test("Many stations are checked one after the other, and what is no station is passed over")
    func many() throws {
        let desk = try ProofDesk()
        for name in ["ap-1", "ap-2", "ap-3"] { _ = try desk.trusted(20, name) }
        try desk.scratch.write("proofs/lost+found/x", "")
        try desk.scratch.write("proofs/readme", "")
        try desk.scratch.write("proofs/.hidden/checkpoint", "")
        try desk.scratch.write("proofs/ấp/checkpoint", "")
        #expect(try desk.verify().map(\.station) == ["ap-1", "ap-2", "ap-3"])
        try FileManager.default.createSymbolicLink(
            atPath: desk.proofs.path + "/ap-4", withDestinationPath: desk.proofs.path + "/ap-3")
        #expect(try desk.verify().map(\.verdict) == [.sound, .sound, .sound])
    }

    @Test("A broken memory is told, never forgotten, and keeps nobody from the other stations")
    func brokenMemory() throws {
        let desk = try ProofDesk()
        for name in ["ap-1", "ap-2"] { _ = try desk.trusted(20, name) }
        try desk.verify()
        try desk.scratch.write("proofs/.loa-centre/ap-1.json", #"{"keys":[],"logs":[{"origin":"loa/ap-1"}]}"#)
        let before = try desk.scratch.read("proofs/.loa-centre/ap-1.json")
        #expect(try desk.verify().map(\.verdict) == [.incomplete, .sound])
        #expect(try desk.scratch.read("proofs/.loa-centre/ap-1.json") == before)
    }

    // MARK: Hostile folders

    /// What may lie in a bundle's place.
    static let traps: [(name: String, make: @Sendable (String) throws -> Void)] = [
        (
            "a link",
            { try FileManager.default.createSymbolicLink(atPath: $0, withDestinationPath: "/dev/zero") }
        ),
        ("a pipe", { path in #expect(mkfifo(path, 0o600) == 0) }),
        (
            "a folder",
            { try FileManager.default.createDirectory(atPath: $0, withIntermediateDirectories: false) }
        ),
        (
            "a huge file",
            { path in
                let file = open(path, O_WRONLY | O_CREAT, 0o600)
                #expect(ftruncate(file, 1 << 40) == 0)
                close(file)
            }
        ),
    ]

    @Test(
        "A trap in a file's place is no file, at once", arguments: 0..<traps.count,
        ["tile/entries/000", "tile/0/000"])
    func trap(number: Int, file: String) throws {
        let desk = try ProofDesk()
        let station = try desk.trusted(600)
        try desk.remove(station.file(file))
        try Self.traps[number].make(desk.scratch.path + "/" + station.file(file))
        let result = try desk.result()
        #expect(
            result.verdict == .tampered && result.findings.first?.file == "ap-3/\(file)", "\(result.findings)"
        )
        try desk.remove(station.file("checkpoint"))
        try Self.traps[number].make(desk.scratch.path + "/" + station.file("checkpoint"))
        #expect(try desk.result().findings.first?.code == .headUnreadable)
    }

    @Test("A head that promises more than any disk holds is incomplete, soon")
    func endless() throws {
        let desk = try ProofDesk()
        let station = try desk.trusted(600)
        try station.putHead(size: 1 << 40, root: station.root())
        let result = try desk.result()
        #expect(result.verdict == .incomplete && result.findings.count <= 20, "\(result.findings)")
        try station.putHead(size: .max, root: station.root())
        #expect(try desk.result().findings.map(\.code) == [.headUnreadable])
    }
}

/// What is a JSON object with an index, quickly and as the parser has it.
struct EntryScanTests {
    static let entries: [(text: String, index: Int64?)] = [
        (#"{"index":0}"#, 0), (#"{"index":1,"a":[],"b":{},"c":[{"d":[1,-2.5e+3,true,false,null]}]}"#, 1),
        (#"{"index":12,"t":"ấp \"3\" \\ \n é 😀"}"#, 12), (#"{"index":7,"t":"\u00e9"}"#, 7),
        (#"{"t":1,"index":8}"#, 8),
        (#"{ "index": 9 }"#, 9), (#"{"index":01}"#, nil), (#"{"index":1.5}"#, nil), (#"{"index":"1"}"#, nil),
        (#"{"index":1"#, nil), (#"{"index":1}}"#, nil), (#"{"index":1,}"#, nil), (#"{"index":1,"a"}"#, nil),
        (#"{"index":1,"a":}"#, nil), (#"{"index":1,"a":"x}"#, nil), (#"{"index":1,"a":"\x"}"#, nil),
        (#"{"index":1,"a":[1,]}"#, nil), (#"{"index":1,"a":[1}}"#, nil), (#"{"index":1,"a":tru}"#, nil),
        (#"{"index":1,"a":00}"#, nil), (#"{"index":1,"a":1.}"#, nil), (#"{"index":1,"a":-}"#, nil),
        (#"{"index":1,"a":"\#u{1}"}"#, nil), (#"{"index":99999999999999999999}"#, nil), ("[1]", nil),
        ("", nil),
        (#"{"index":3,"a":"\#(String(repeating: "x", count: 100))"}"#, 3),
    ]

    @Test("An entry's index is found where there is one", arguments: entries)
    func index(text: String, index: Int64?) {
        #expect(Array(text.utf8).withUnsafeBytes { EntryScan.index(of: $0) } == index)
    }

    @Test("Bytes that are no UTF-8 are no entry, and depth has a bound")
    func bytes() {
        for bad in [
            [0x80], [0xC0, 0xAF], [0xE0, 0x80, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xC3],
        ] {
            let entry = Array(#"{"index":1,"a":""#.utf8) + bad.map { UInt8($0) } + Array(#""}"#.utf8)
            #expect(entry.withUnsafeBytes { EntryScan.index(of: $0) } == nil, "\(bad)")
        }
        for (depth, index) in [(30, Int64?(1)), (40, nil), (5000, nil)] {
            let text =
                #"{"index":1,"a":"# + String(repeating: "[", count: depth)
                + String(repeating: "]", count: depth) + "}"
            #expect(Array(text.utf8).withUnsafeBytes { EntryScan.index(of: $0) } == index, "\(depth)")
        }
    }

    @Test("Whatever byte of an entry is changed, it is judged as the parser judges it")
    func asTheParser() {
        let line = StoredStation.entry(41)
        for place in line.indices {
            for byte in [
                UInt8(ascii: "\""), UInt8(ascii: ","), UInt8(ascii: "{"), 0x5C, 0x00, 0x80, UInt8(ascii: "0"),
            ] {
                var entry = line
                entry[place] = byte
                let parsed = (try? JSONParser.parse(entry, limits: .init(bytes: 65_535)))?["index"]?.integer
                #expect(entry.withUnsafeBytes { EntryScan.index(of: $0) } == parsed, "\(place) \(byte)")
            }
        }
    }
}
