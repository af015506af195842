import Foundation
@testable import StationTrust
import Testing

@testable import StationFetch
@testable import StationHost

/// The server that misbehaves, on loopback, for one test.
final class FetchServer {
    private let process = Process()
    private let input = Pipe()
    let port: Int

    init() throws {
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", Self.script]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        var line = Data()
        while !line.contains(0x0A) {
            let piece = output.fileHandleForReading.availableData
            guard !piece.isEmpty else { throw CocoaError(.featureUnsupported) }
            line += piece
        }
        port = try #require(Int(String(decoding: line.dropLast(), as: UTF8.self)))
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    private static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appending(path: "server.py").path

    func url(_ mode: String, _ count: Int, _ name: String) -> String {
        "http://127.0.0.1:\(port)/\(mode)/\(count)/\(name)"
    }

    /// What has been asked so far, without the paths.
    func requests(_ bench: FetchBench) -> [String] {
        let sink = Memory()
        _ = bench.fetch("http://127.0.0.1:\(port)/requests", into: sink, purpose: .metadata)
        return String(decoding: sink.bytes, as: UTF8.self).split(separator: "\n").map { line in
            line.split(separator: " ").dropFirst().joined(separator: " ")
        }
    }

    private final class Memory: TransferSink {
        var bytes: [UInt8] = []
        func begin(at offset: Int64, _ validators: Validators) -> Bool { true }
        func take(_ piece: UnsafeRawBufferPointer) -> Bool {
            bytes += piece
            return true
        }
    }

    /// What the server serves under that name.
    static func content(_ name: String, _ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        var index = 0
        while bytes.count < count {
            bytes += SHA256.hash("\(name) \(index)".utf8).bytes
            index += 1
        }
        return Array(bytes.prefix(count))
    }
}

/// The fetch thread's loop, in the test's own thread.
final class FetchBench {
    let folder: String
    let transfers: Transfers
    private let bell: Mailbox<Void>

    init(bytesPerSecond: Int64 = 1_000_000_000) throws {
        folder = NSTemporaryDirectory() + "fetch-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        transfers = try Transfers(.init(bytesPerSecond: bytesPerSecond))
        bell = try Mailbox()
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// Goes round until something is there.
    func wait<Value>(seconds: Double = 30, for value: () -> Value?) -> Value? {
        let limit = Date(timeIntervalSinceNow: seconds)
        while Date() < limit {
            if let value = value() { return value }
            transfers.round(atMost: 50, or: bell.descriptor)
        }
        return value()
    }

    /// Fetches a file to its end, however that comes.
    func fetch(
        _ url: String, into sink: any TransferSink, purpose: TransferRequest.Purpose = .bulk,
        unless: Validators? = nil, rest: (offset: Int64, of: Validators)? = nil, limit: Int64 = 1 << 30
    ) -> TransferEnd? {
        var end: TransferEnd?
        transfers.start(
            TransferRequest(url: url, purpose: purpose, unless: unless, rest: rest, limit: limit), into: sink
        ) { end = $0 }
        return wait { end }
    }

    func store(boot: String = "boot") throws -> ContentStore { try ContentStore(state: folder, boot: boot) }

    /// What a repository would say of those bytes.
    static func target(_ bytes: [UInt8]) throws -> TUF.Content {
        let hash = Hexadecimal.text(SHA256.hash(bytes).bytes)
        let json: JSON = ["length": .integer(Int64(bytes.count)), "hashes": ["sha256": .string(hash)]]
        return try TUF.Target(json, "target").content
    }
}
