@testable import Centre
import Foundation
import ScratchFolders
import StationCore
import StationHost
import StationTrust
import TerminalText
import Testing

/// Proofs of single slots: made from a store, checked with nothing but the station's key.
struct LogProofTests {
    private static let slot = "xa/tin-300@2026-11-23T05:00:00+07:00"

    private static func proven(_ count: Int = 600) throws -> (proof: LogProof, key: NoteKey, desk: ProofDesk)
    {
        let desk = try ProofDesk()
        let station = try desk.trusted(count)
        return (try Prover(desk.proofs, "ap-3").prove(slot), try station.noteKey, desk)
    }

    @Test(
        "A slot's outcome is proven at every size, and a file says the same",
        arguments: [301, 512, 513, 600, 1100])
    func proven(count: Int) throws {
        let (proof, key, _) = try Self.proven(count)
        #expect(proof.position == 300 && proof.entry == StoredStation.entry(300))
        let read = try #require(LogProof(proof.bytes))
        #expect(read == proof)
        let claim = try read.check(key)
        #expect(claim.head.size == Int64(count) && claim.head.origin == "loa/ap-3")
        #expect(claim.entry["slot"]?.text == Self.slot)
        #expect(String(decoding: proof.bytes, as: UTF8.self).hasPrefix("c2sp.org/tlog-proof@v1\nextra "))
    }

    @Test("The instant of a slot may be written with another offset")
    func offset() throws {
        let (proof, _, desk) = try Self.proven()
        #expect(try Prover(desk.proofs, "ap-3").prove("xa/tin-300@2026-11-22T22:00:00Z") == proof)
        #expect(throws: CentreError.self) {
            try Prover(desk.proofs, "ap-3").prove("xa/tin-900@2026-11-22T22:00:00Z")
        }
        #expect(throws: CentreError.self) { try Prover(desk.proofs, "ap-4").prove(Self.slot) }
    }

    @Test("Who does not know a slot's name is told those of its day, or those like it")
    func similar() throws {
        let (_, _, desk) = try Self.proven()
        func said(_ slot: String) throws -> String {
            let error = #expect(throws: CentreError.self) { try Prover(desk.proofs, "ap-3").prove(slot) }
            return "\(try #require(error).message[.english])"
        }
        let (upstream, rest) = (Self.slot.prefix { $0 != "@" }, Self.slot.drop { $0 != "@" })
        let day = rest.dropFirst().prefix(10)
        for wanted in [String(day), "khác/tin@\(day)T01:00:00+07:00"] {
            let lines = try said(wanted).split(separator: "\n").dropFirst()
            #expect(lines.count == 24 && lines.allSatisfy { $0.contains("@\(day)T") }, "\(wanted)")
        }
        #expect(try said(String(upstream)).contains("\n  " + Self.slot))
        #expect(try !said("2001-01-01").contains("\n") && !said("không có").contains("\n"))
    }

    @Test("A proof of which anything was changed shows nothing")
    func changed() throws {
        let (proof, key, desk) = try Self.proven()
        func refusal(_ proof: LogProof?, _ key: NoteKey) -> LogProof.Refusal? {
            do { _ = try proof?.check(key) } catch { return error }
            return nil
        }
        func changed(
            entry: [UInt8]? = nil, position: Int64? = nil, hashes: [MerkleHash]? = nil,
            checkpoint: [UInt8]? = nil
        ) -> LogProof {
            LogProof(
                entry: entry ?? proof.entry, position: position ?? proof.position,
                hashes: hashes ?? proof.hashes,
                checkpoint: checkpoint ?? proof.checkpoint)
        }
        #expect(refusal(proof, key) == nil)
        #expect(refusal(changed(entry: StoredStation.entry(300, "khác")), key) == .path)
        #expect(refusal(changed(position: 301), key) == .path)
        #expect(refusal(changed(hashes: Array(proof.hashes.dropLast())), key) == .path)
        #expect(refusal(changed(hashes: proof.hashes.reversed()), key) == .path)
        let note = Array(String(decoding: proof.checkpoint, as: UTF8.self).replacing("600", with: "601").utf8)
        #expect(refusal(changed(checkpoint: note), key) == .head)
        #expect(refusal(proof, try desk.station(board: 9).noteKey) == .head)
        #expect(refusal(proof, try desk.station("ap-4").noteKey) == .head)
        #expect(refusal(changed(checkpoint: []), key) == .head)
    }

    @Test("What is no proof is none", arguments: ["", "c2sp.org/tlog-proof@v1\n\n", "extra\nindex 0\n\nx"])
    func none(text: String) { #expect(LogProof(Array(text.utf8)) == nil) }

    @Test("What an earlier log has lost takes nothing from what a later one proves")
    func laterLog() throws {
        let (_, _, desk) = try Self.proven()
        try desk.change("proofs/ap-3/tile/entries/000") { $0[9] ^= 1 }
        let second = try desk.station(number: 2)
        second.append(StoredStation.entry(300))
        try second.upload()
        #expect(try Prover(desk.proofs, "ap-3").prove(Self.slot).position == 0)
    }

    @Test("Of a log that does not fit its head nothing is proven")
    func unsound() throws {
        let (_, _, desk) = try Self.proven()
        try desk.change("proofs/ap-3/tile/entries/000") { $0[9] ^= 1 }
        #expect(throws: CentreError.self) { try Prover(desk.proofs, "ap-3").prove(Self.slot) }
    }
}

/// What stations say of themselves: silent, stale, faulted, forged, late.
struct StatusTests {
    private static let now = Desk.start

    private static func look(_ desk: ProofDesk, later seconds: Int64 = 0) throws -> [StationState] {
        var surroundings = try Surroundings.system()
        surroundings.now = now + .seconds(seconds)
        return try StatusCheck(desk.proofs, surroundings).run()
    }

    private static func codes(_ desk: ProofDesk, later seconds: Int64 = 0) throws -> [StationState.Finding
        .Code]
    {
        try look(desk, later: seconds).flatMap { $0.findings.map(\.code) }
    }

    private static func trusted() throws -> ProofDesk {
        let desk = try ProofDesk()
        try desk.enrol(try desk.station())
        return desk
    }

    static let states:
        [(name: String, age: Int64, change: [JSON.Member], codes: [StationState.Finding.Code])] = [
            ("fine", 60, [], []), ("just in time", 900, [], []), ("silent", 901, [], [.silent]),
            ("a promise of years", 300_000, [.init("uploadSeconds", 1_000_000_000)], [.silent]),
            ("no promise", 60, [.init("uploadSeconds", .null)], [.silent]), ("ahead", -601, [], [.timeAhead]),
            (
                "faulted", 60,
                [
                    .init(
                        "faults",
                        [["code": "device", "since": "2026-11-23T05:00:00+07:00", "message": "lost"]])
                ], [.faulted]
            ),
            (
                "stale", 60,
                [.init("upstreams", [["name": "xa", "stale": true], ["name": "tinh", "stale": false]])],
                [.stale]
            ),
            ("of another", 60, [.init("station", "ap-4")], [.unreadable]),
            ("of another type", 60, [.init("_type", "x")], [.unreadable]),
        ]

    @Test("A status says how its station is", arguments: 0..<states.count)
    func state(number: Int) throws {
        let (_, age, change, codes) = Self.states[number]
        let desk = try Self.trusted()
        try desk.tell(age: age, change)
        #expect(try Self.codes(desk) == codes)
    }

    @Test("A status from the future makes none of the right ones after it look old")
    func future() throws {
        let desk = try Self.trusted()
        try desk.tell(age: -100_000_000)
        #expect(try Self.codes(desk) == [.timeAhead])
        try desk.tell()
        #expect(try Self.codes(desk) == [])
    }

    @Test("One broken memory keeps no other station from being looked at")
    func brokenMemory() throws {
        let desk = try Self.trusted()
        try desk.enrol(try desk.station("ap-4"))
        try desk.tell()
        try desk.tell("ap-4")
        try desk.scratch.write("proofs/.loa-centre/ap-4.json", Array("{".utf8))
        let states = try Self.look(desk)
        #expect(states.map { $0.findings.map(\.code) } == [[], [.unreadable]])
    }

    @Test("A station whose log began anew wants a look until somebody has acknowledged it")
    func lost() throws {
        let desk = try Self.trusted()
        let proof = JSON.Member(
            "proof", ["origin": "loa/ap-3/2", "size": 10, "uploaded": 10, "rootHash": ""])
        try desk.tell(age: 60, [proof])
        #expect(try Self.codes(desk) == [.lost])
    }

    @Test("What is enrolled and never heard of is silent")
    func never() throws { #expect(try Self.codes(try Self.trusted()) == [.silent]) }

    @Test("A status of another key, a changed one, and one that is none are not believed")
    func forged() throws {
        let desk = try Self.trusted()
        try desk.tell(board: 9)
        #expect(try Self.codes(desk) == [.keyUnknown])
        try desk.tell()
        try desk.change("proofs/ap-3/status.json") { bytes in
            bytes = Array(
                String(decoding: bytes, as: UTF8.self).replacing("\"uploaded\":10", with: "\"uploaded\":11")
                    .utf8)
        }
        #expect(try Self.codes(desk) == [.signatureBad])
        try desk.scratch.write("proofs/ap-3/status.json", "{}")
        #expect(try Self.codes(desk) == [.unreadable])
        try desk.tell("ap-9", signer: "ap-9")
        #expect(try Self.look(desk).map(\.station) == ["ap-3", "ap-9"])
        #expect(try Self.codes(desk) == [.unreadable, .keyUnknown])
    }

    @Test("An older status in a newer one's place is no news, however often it is looked at")
    func back() throws {
        let desk = try Self.trusted()
        try desk.tell(age: 60)
        #expect(try Self.codes(desk) == [])
        try desk.tell(age: 120)
        for _ in 0..<2 { #expect(try Self.codes(desk) == [.timeBack]) }
        try desk.tell(age: 10)
        #expect(try Self.codes(desk) == [])
    }

    @Test("A log that has grown and was not uploaded for two days is told of, unless it was in between")
    func behind() throws {
        let desk = try Self.trusted()
        func put(_ day: Double, size: Int64, uploaded: Int64) throws -> [StationState.Finding.Code] {
            let seconds = Int64(day * 86_400)
            let proof: JSON = ["origin": "loa/ap-3", "size": .integer(size), "uploaded": .integer(uploaded)]
            try desk.tell(age: -seconds, [.init("proof", proof)])
            return try Self.codes(desk, later: seconds)
        }
        #expect(try put(0, size: 10, uploaded: 10) == [])
        #expect(try put(1, size: 12, uploaded: 10) == [])
        #expect(try put(2.9, size: 13, uploaded: 10) == [])
        #expect(try put(3.1, size: 13, uploaded: 10) == [.notUploaded])
        #expect(try put(3.2, size: 14, uploaded: 13) == [])
        #expect(try put(6, size: 20, uploaded: 20) == [])
    }
}
