package import Foundation
import StationTrust

/// A channel's folder and the repository, in another folder, that is signed of it; by the real clock.
package final class PublishedFolder {
    private let channel: URL
    private let repository: URL
    private var signed: SignedRepository

    /// Makes a repository without a target.
    package init(channel: URL, repository: URL) throws {
        (self.channel, self.repository) = (channel, repository)
        signed = try SignedRepository()
        signed.hasHashes = true
        let patterns = (0..<5).map { "emergency/" + String(repeating: "*/", count: $0) + "*" }
        try signed.delegate("targets", to: "emergency", paths: patterns, isTerminating: true)
        for role in ["root", "targets", "emergency", "snapshot", "timestamp"] {
            signed.documents[role]?["expires"] = .string(Self.time(in: 365 * 86_400))
        }
        try signed.publish("root")
    }

    /// The first root.
    package var root: String { repository.appending(path: "metadata/1.root.json").path }

    /// Signs for what the channel's folder has now: the timestamp is the last file to be there.
    package func publish() throws {
        for role in ["targets", "emergency"] { signed.documents[role]?["targets"] = [:] }
        for path in try Self.files(channel) {
            let bytes = [UInt8](try Data(contentsOf: channel.appending(path: path)))
            signed.add(path, bytes: bytes, to: path.hasPrefix("emergency/") ? "emergency" : "targets")
            try write("targets/" + Self.hashed(path, bytes), bytes)
        }
        let now = Self.time(in: 0)
        signed.documents["emergency"]?["x-loa-issued"] = .string(now)
        signed.documents["timestamp"]?["x-loa-issued"] = .string(now)
        try signed.publishAll("emergency")
        for (name, bytes) in signed.files.sorted(by: { $0.key < $1.key }) where name != "timestamp.json" {
            try write("metadata/" + name, bytes)
        }
        if let timestamp = signed.files["timestamp.json"] { try write("metadata/timestamp.json", timestamp) }
    }

    private static func time(in seconds: TimeInterval) -> String {
        UTCTime.text(Int64(Date(timeIntervalSinceNow: seconds).timeIntervalSince1970))
    }

    private static func files(_ folder: URL) throws -> [String] {
        let all = FileManager.default.enumerator(atPath: folder.path)
        return (all?.allObjects as? [String] ?? []).sorted().filter { path in
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(
                atPath: folder.appending(path: path).path, isDirectory: &isFolder)
            return !isFolder.boolValue
        }
    }

    private static func hashed(_ path: String, _ bytes: [UInt8]) -> String {
        var parts = path.split(separator: "/").map(String.init)
        parts[parts.count - 1] = "\(SHA256.hash(bytes)).\(parts[parts.count - 1])"
        return parts.joined(separator: "/")
    }

    private func write(_ path: String, _ bytes: [UInt8]) throws {
        let url = repository.appending(path: path)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url, options: .atomic)
    }
}
