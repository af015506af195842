import Glibc
import SignedRepositories
import StationHost
import StationTrust

/// A centre that signs for files that somebody else has laid in its folder.
struct Publisher {
    /// So many files are in one playlist.
    private static let programme = 100

    private let folder: String

    init(folder: String) { self.folder = folder }

    /// Signs for the files of standard input, and for a timetable that refers to all of them.
    func publish() throws {
        var repository = try SignedRepository()
        repository.hasHashes = true
        var targets: JSON = [:]
        var paths: [String] = []
        while let line = readLine() {
            let words = line.split(separator: " ", maxSplits: 2).map(String.init)
            guard words.count == 3, let length = Int64(words[1]) else { throw Failure("what is \(line)?") }
            targets[words[2]] = ["length": .integer(length), "hashes": ["sha256": .string(words[0])]]
            paths.append(words[2])
        }
        repository.documents["targets"]?["targets"] = targets
        var calendar = "BEGIN:VCALENDAR\r\n"
        for start in stride(from: 0, to: paths.count, by: Self.programme) {
            let playlist = paths[start...].prefix(Self.programme).joined(separator: "\n")
            try add("\(start).m3u8", "#EXTM3U\n\(playlist)\n", to: &repository)
            calendar +=
                "BEGIN:VEVENT\r\nUID:\(start)\r\nDTSTART:20261122T220000Z\r\n"
                + "ATTACH:\(start).m3u8\r\nEND:VEVENT\r\n"
        }
        try add("schedule.ics", calendar + "END:VCALENDAR\r\n", to: &repository)
        for role in ["targets", "snapshot", "timestamp"] {
            repository.documents[role]?["expires"] = "2100-01-01T00:00:00Z"
        }
        repository.documents["root"]?["expires"] = "2100-01-01T00:00:00Z"
        try repository.publish("root")
        try repository.publishAll()
        try DurableFile.makeDirectory(folder + "/metadata")
        for (name, bytes) in repository.files { try write(bytes, "metadata/" + name) }
    }

    private func add(_ path: String, _ text: String, to repository: inout SignedRepository) throws {
        repository.add(path, text)
        try write(Array(text.utf8), "targets/\(SHA256.hash(text.utf8)).\(path)")
    }

    private func write(_ bytes: [UInt8], _ path: String) throws {
        let file = try Descriptor.open("\(folder)/\(path)", O_WRONLY | O_CREAT | O_TRUNC, mode: 0o644)
        try bytes.withUnsafeBytes { try writeAll(file.number, $0, path) }
    }
}
