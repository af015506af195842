@testable import Centre
import Foundation
import ScratchFolders
import StationCore
import StationHost
import StationTrust
import Testing

/// A centre that checks what stations have put into a store's folder, and an auditor beside it with Go's packages.
struct ProofDesk {
    let scratch: ScratchFolder
    let proofs: ProofFolder

    init() throws {
        scratch = try ScratchFolder()
        proofs = ProofFolder(scratch.path + "/proofs")
        try FileManager.default.createDirectory(atPath: proofs.path, withIntermediateDirectories: true)
    }

    func station(_ name: String = "ap-3", number: Int64 = 1, board: UInt8 = 7) throws -> StoredStation {
        try StoredStation(scratch, name, number: number, board: board)
    }

    /// A station that is trusted and has uploaded so many entries in two parts.
    func trusted(_ count: Int, _ name: String = "ap-3") throws -> StoredStation {
        let station = try station(name)
        try enrol(station)
        station.write(count / 2)
        try station.upload()
        station.write(count - count / 2)
        try station.upload()
        return station
    }

    func enrol(_ station: StoredStation) throws {
        _ = try Enrolment(proofs, station.name, key: try station.noteKey.text).enrol(.kernel)
    }

    @discardableResult
    func verify(all: Bool = false, acknowledging names: Set<String> = []) throws -> [StationResult] {
        var results: [StationResult] = []
        var verification = Verification(proofs)
        (verification.readsAll, verification.acknowledged) = (all, names)
        try verification.run { results.append($0) }
        return results
    }

    /// The result of the only log of the only station.
    func result(all: Bool = false) throws -> LogResult {
        let results = try verify(all: all)
        return try #require(results.first?.logs.first)
    }

    // MARK: Statuses

    /// A status of a station that is fine, changed and signed.
    func tell(
        _ name: String = "ap-3", at now: Instant = Desk.start, age: Int64 = 60, board: UInt8 = 7,
        signer: String? = nil,
        _ change: [JSON.Member] = []
    ) throws {
        let key = try #require(SecretKey(seed: Array(repeating: board, count: 32)))
        let time = RFC3339.string(from: now - .seconds(age), offset: 25_200)
        var signed: [JSON.Member] = [
            .init("_type", "loa-status"), .init("station", .string(name)), .init("name", "Ấp 3"),
            .init("time", .string(time)), .init("uploadSeconds", 300), .init("faults", []),
            .init("upstreams", []),
            .init("proof", ["origin": "loa/ap-3", "size": 10, "uploaded": 10, "rootHash": ""]),
        ]
        for member in change {
            signed.removeAll { $0.name == member.name }
            signed.append(member)
        }
        let document = JSON.object(signed)
        let id = try #require(NoteKey("loa/\(signer ?? name)", key.publicBytes)).id
        let file: JSON = [
            "signed": document,
            "signatures": [
                [
                    "keyid": .string(Hexadecimal.text(id)),
                    "sig": .string(Hexadecimal.text(key.sign(try document.canonicalBytes()))),
                ]
            ],
        ]
        try scratch.write("proofs/\(name)/status.json", file.bytes)
    }

    // MARK: Files

    func change(_ file: String, _ change: (inout [UInt8]) throws -> Void) throws {
        var bytes = try scratch.read(file)
        try change(&bytes)
        try scratch.write(file, bytes)
    }

    func remove(_ file: String) throws {
        try FileManager.default.removeItem(atPath: scratch.path + "/" + file)
    }

    /// Changes a bundle's entries.
    func changeEntries(_ file: String, _ change: (inout [[UInt8]]) -> Void) throws {
        try self.change(file) { bytes in
            var entries = try #require(
                bytes.withUnsafeBytes { buffer in
                    EntryBundle.entries(in: buffer, atMost: 256)?.map { Array(buffer[$0]) }
                })
            change(&entries)
            bytes = EntryBundle.bytes(entries)
        }
    }

    // MARK: The auditor

    private static let verifier = Result { try build() }

    private static func build() throws -> String {
        let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "../../log-verifier").standardized
        let output = "/tmp/loa-log-verifier-\(getpid())"
        let environment = [
            "PATH": "/usr/bin:/bin", "GO111MODULE": "off", "GOPATH": "/usr/share/gocode",
            "GOCACHE": "/tmp/loa-go-cache", "HOME": "/tmp",
        ]
        let (status, text) = try run(
            "/usr/bin/go", ["build", "-o", output, "."], environment, in: sources.path)
        try #require(status == 0, "go build: \(text)")
        return output
    }

    static func run(
        _ command: String, _ words: [String], _ environment: [String: String] = [:], in folder: String = "/"
    ) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: command)
        (process.arguments, process.environment) = (words, environment)
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        let pipe = Pipe()
        (process.standardOutput, process.standardError) = (pipe, pipe)
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }

    /// What Go's packages say of a log: how many entries it has, or what is wrong.
    func audit(_ station: StoredStation, older: String? = nil) throws -> (isSound: Bool, output: String) {
        let words =
            [station.log.folder, try station.noteKey.text] + (older.map { [scratch.path + "/" + $0] } ?? [])
        let (status, output) = try Self.run(try Self.verifier.get(), words)
        return (status == 0, output)
    }
}
