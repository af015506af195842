import Foundation
import StationCore
import Testing

@testable import StationFetch
@testable import StationHost
@testable import StationTrust

/// The server that misbehaves, on loopback, for one test.
final class FetchServer {
    private let process = Process()
    private let input = Pipe()
    let port: Int

    let host: String

    /// Starts it; it serves the files of that folder too.
    init(_ folder: String = "/", in link: SlowLink? = nil) throws {
        let output = Pipe()
        host = link?.address ?? "127.0.0.1"
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = (link?.inside ?? []) + ["python3", Self.script, folder, host]
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
        "http://\(host):\(port)/\(mode)/\(count)/\(name)"
    }

    /// The folder's files on the server.
    var www: String { "http://\(host):\(port)/www/" }

    /// Lets the server misbehave from now on, wherever that part is in a path.
    func misbehave(_ mode: String, _ part: String) throws { _ = try get("misbehave/\(mode)/\(part)") }

    /// What has been asked so far, each with its path.
    func asked() throws -> [String] { try get("requests").split(separator: "\n").map(String.init) }

    /// Over how many connections.
    func connections() throws -> Int? { Int(try get("connections")) }

    /// What has been asked so far, without the paths.
    func requests() throws -> [String] {
        try asked().map { $0.split(separator: " ").dropFirst().joined(separator: " ") }
    }

    private func get(_ path: String) throws -> String {
        let curl = Process()
        let output = Pipe()
        curl.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        curl.arguments = ["curl", "-sf", "http://\(host):\(port)/\(path)"]
        curl.standardOutput = output
        try curl.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        curl.waitUntilExit()
        return String(decoding: bytes, as: UTF8.self)
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

    init(
        bytesPerSecond: Int64 = 1_000_000_000, slowSeconds: Int = Transfers.Limit.slowSeconds,
        patience: Duration = Transfers.Limit.patience
    ) throws {
        folder = NSTemporaryDirectory() + "fetch-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        var settings = Transfers.Settings(bytesPerSecond: bytesPerSecond, slowSeconds: slowSeconds)
        settings.patience = patience
        transfers = try Transfers(settings)
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

    func store(boot: String = "boot") throws -> ContentStore { ContentStore(state: folder, boot: boot) }

    /// The part of a file, as long as it is not whole.
    func part(of content: TUF.Content) throws -> String {
        "\(folder)/content/\(try #require(content.storeName)).part"
    }

    /// What a repository would say of those bytes.
    static func target(_ bytes: [UInt8]) throws -> TUF.Content {
        let hash = Hexadecimal.text(SHA256.hash(bytes).bytes)
        let json: JSON = ["length": .integer(Int64(bytes.count)), "hashes": ["sha256": .string(hash)]]
        return try TUF.Target(json, "target").content
    }
}

extension ContentStore {
    /// Makes all that was added and is what it should be durable, and waits for it.
    func commit() throws -> [TUF.Content] {
        startCommit()
        return try endCommit(waits: true).stored
    }
}
