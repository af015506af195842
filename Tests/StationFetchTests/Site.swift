import Foundation
import SignedRepositories
import StationTrust
import Testing

@testable import StationFetch
@testable import StationHost

/// A signed repository on the server that misbehaves, and a station's folder to read it into.
final class Site {
    static let now = SignedRepository.now
    /// When its timestamps say that they were signed.
    static let issued = "2026-11-22T04:00:00Z"
    let bench: FetchBench
    let server: FetchServer
    var signed: SignedRepository
    private var began: time_t?

    /// Publishes two programmes, one of them an emergency that another role signs for.
    init(slowSeconds: Int = 2) throws {
        bench = try FetchBench(slowSeconds: slowSeconds)
        server = try FetchServer(bench.folder + "/www")
        signed = try SignedRepository()
        signed.hasHashes = true
        signed.documents["timestamp"]?["x-loa-issued"] = .string(Self.issued)
        try signed.delegate("targets", to: "emergency", paths: ["emergency/*"], isTerminating: true)
        try offer("first")
    }

    /// Publishes an empty ordinary and an empty emergency calendar of that title.
    func offer(_ words: String) throws {
        let calendar = "BEGIN:VCALENDAR\r\nX-LOA-EMPTY:TRUE\r\nX-WR-CALNAME:\(words)\r\nEND:VCALENDAR\r\n"
        for (path, role) in [("schedule.ics", "targets"), ("emergency/schedule.ics", "emergency")] {
            try add(path, calendar, to: role)
            signed.documents[role]?["targets"]?[path]?["custom"] = ["title": .string(words)]
        }
        try signed.publishAll("emergency")
        try publish()
    }

    /// Offers a file, and lays it on the server.
    func add(_ path: String, _ content: String, to role: String = "targets") throws {
        signed.add(path, content, to: role)
        try write("targets/" + Self.hashed(path, content), Array(content.utf8))
    }

    /// Lays all metadata on the server.
    func publish() throws {
        for (name, bytes) in signed.files { try write("metadata/" + name, bytes) }
    }

    /// Gives the timestamp on the server the age that it is sent with; the same second as any other of that age.
    func setTimestampAge(seconds: Int) throws {
        if began == nil { began = time(nil) }
        let at = timespec(tv_sec: (began ?? 0) - seconds, tv_nsec: 0)
        try #require(utimensat(AT_FDCWD, bench.folder + "/www/metadata/timestamp.json", [at, at], 0) == 0)
    }

    private static func hashed(_ path: String, _ content: String) -> String {
        var parts = path.split(separator: "/").map(String.init)
        parts[parts.count - 1] = "\(SHA256.hash(content.utf8)).\(parts[parts.count - 1])"
        return parts.joined(separator: "/")
    }

    private func write(_ path: String, _ bytes: [UInt8]) throws {
        let url = URL(fileURLWithPath: "\(bench.folder)/www/\(path)")
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
    }

    /// The station's view of it, as after a start.
    func repository(
        root: [UInt8]? = nil, url: String? = nil, calls: DiskCalls = .kernel
    ) throws -> Repository {
        let root = try root ?? #require(signed.files["1.root.json"])
        return try Repository(
            name: "xã", url: url ?? server.www, root: root, state: bench.folder, transfers: bench.transfers,
            calls: calls)
    }

    func poll(_ repository: Repository, at time: Int64 = now) -> Result<Repository.Poll, Repository.Problem>?
    {
        var result: Result<Repository.Poll, Repository.Problem>?
        repository.poll(at: time) { result = $0 }
        return bench.wait { result }
    }

    /// The words of a programme, or why they are not had.
    func title(_ path: String, _ repository: Repository) -> String? {
        var result: Result<TUF.Target?, Repository.Problem>?
        repository.find(path) { result = $0 }
        return switch bench.wait(for: { result }) {
        case .success(let target): target?.custom?["title"]?.text ?? "none"
        case .failure(let problem): problem.description
        case nil: nil
        }
    }

    /// The version of each role's file that is kept.
    var kept: [String: Int64] {
        get throws {
            let folder = "\(bench.folder)/upstreams/xã/metadata"
            return try FileManager.default.contentsOfDirectory(atPath: folder).reduce(into: [:]) {
                kept, name in
                let bytes = try readFile("\(folder)/\(name)", limit: TUF.Limit.targetsBytes)
                let json = try? JSONParser.parse(bytes, limits: .init(bytes: bytes.count))
                kept[String(name.dropLast(5))] = json?["signed"]?["version"]?.integer ?? -1
            }
        }
    }
}
