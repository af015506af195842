import Foundation
import StationCore
import StationHost
import StationTrust
import Synchronization
import Testing

@testable import Centre

/// What the tests of both sides of a delegation look at, and what they are handed.
extension Desk {
    /// A desk that has published its channel, with the part of the other centre beside it, not signed yet.
    static func besideAnother() throws -> Desk {
        let desk = try Desk()
        try desk.writeChannel()
        try desk.make()
        try desk.publish()
        try desk.writePart()
        return desk
    }

    /// Everything of the repository that a station may see, by name.
    var published: [String: [UInt8]] {
        Dictionary(
            uniqueKeysWithValues: names("").compactMap { name in
                (try? read("repo/" + name)).map { (name, $0) }
            })
    }

    /// A disk that is full after so many writes.
    static func failing(after count: Int) -> DiskCalls {
        let left = Mutex(count)
        return DiskCalls(
            write: { descriptor, bytes in
                let isFull = left.withLock { left in
                    left -= 1
                    return left < 0
                }
                return isFull
                    ? SystemError(call: "write", code: ENOSPC) : DiskCalls.kernel.write(descriptor, bytes)
            }, sync: DiskCalls.kernel.sync)
    }

    /// A target whose bytes are `x`.
    static var foreignTarget: JSON {
        ["hashes": ["sha256": .string("\(SHA256.hash("x".utf8))")], "length": 1]
    }

    /// Writes a file of a role as another tool may sign it, with a key that takes the place of the others.
    func writeForeign(_ targets: JSON, _ more: JSON = [:], role: String = "ap-3") throws {
        let key = try #require(SecretKey(seed: Array(repeating: 7, count: 32)))
        var signed: JSON = [
            "_type": "targets", "expires": "2027-06-01T00:00:00Z", "spec_version": "1.0.31",
            "targets": targets, "version": 1,
        ]
        for member in more.members ?? [] { signed = signed.with(member.name, member.value) }
        try write("out/\(role).json", try TUF.file(signed, signedBy: [key]))
        try? remove("their-keys/targets")
        try write("their-keys/targets/x.pub.pem", Hexadecimal.text(key.publicBytes))
    }

    /// What the repository says.
    private var targets: JSON {
        get throws { try opened().folder.read().targets }
    }

    /// What it says of the other centre's role.
    var entry: JSON {
        get throws { try #require(try targets.delegates.first { $0["name"]?.text == "ap-3" }) }
    }

    /// How many keys it names, that of emergencies among them.
    var delegatedKeys: Int {
        get throws { try targets["delegations"]?["keys"]?.members?.count ?? 0 }
    }

    /// The files that are handed over, as they lie there.
    var signed: [String] {
        let paths = (try? FileManager.default.subpathsOfDirectory(atPath: path + "/out/targets")) ?? []
        return paths.filter { $0.contains(".") }
    }

    /// The recording among them.
    var signedRecording: String {
        "out/targets/" + (signed.first { $0.hasSuffix("ấp 3.wav") } ?? "")
    }
}
