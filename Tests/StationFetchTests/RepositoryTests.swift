import Foundation
import SignedRepositories
import StationTrust
import Synchronization
import Testing

@testable import StationFetch
@testable import StationHost

/// Polls of a signed repository, and what servers, cuts and restarts can do to them.
struct RepositoryTests {
    private static let allFirst: [String: Int64] = [
        "root": 1, "timestamp": 2, "snapshot": 2, "targets": 2, "emergency": 2,
    ]

    @Test("A poll without news is one conditional request, and news is taken")
    func unchanged() throws {
        let site = try Site()
        let repository = try site.repository()
        #expect(try site.poll(repository)?.get() == .refreshed)
        #expect(repository.targetsVersion == 2)
        #expect(site.title("schedule.ics", repository) == "first")
        let before = try site.server.asked().count
        #expect(try site.poll(repository)?.get() == .unchanged)
        let after = try site.server.asked()
        #expect(after.count == before + 1)
        // Its tag was sent along.
        #expect(after.last?.hasPrefix("/www/metadata/timestamp.json - - \"") == true)
        #expect(site.title("schedule.ics", repository) == "first")
        try site.offer("second")
        #expect(try site.poll(repository)?.get() == .refreshed)
        #expect(site.title("schedule.ics", repository) == "second")
        #expect(site.title("emergency/schedule.ics", repository) == "second")
        #expect(site.title("nothing", repository) == "none")
    }

    @Test("A poll of nginx without news is one request, answered 304, of at most 1,000 bytes both ways")
    func nginx() throws {
        let site = try Site()
        let server = try NginxServer(site.bench.folder + "/www")
        let repository = try site.repository(url: server.url)
        try site.setTimestampAge(seconds: 60)
        #expect(try site.poll(repository)?.get() == .refreshed)
        #expect(try site.poll(repository)?.get() == .unchanged)
        // nginx writes a line when a request has ended for it, which may be later than for us.
        server.stop()
        let asked = try server.requests
        let last = try #require(asked.last)
        #expect(last.status == 304 && last.asked + last.sent <= 1000, "\(last)")
        // Nothing but the timestamp was asked for a second time.
        #expect(Set(asked.map(\.path)).count == asked.count - 1, "\(asked)")
        #expect(asked.count { $0.path.hasSuffix("/timestamp.json") } == 2)
    }

    @Test(
        "An alert of the same second and length as the timestamp before it, which nginx gives the same tag, is news"
    )
    func sameTag() throws {
        let site = try Site()
        let server = try NginxServer(site.bench.folder + "/www")
        let repository = try site.repository(url: server.url)
        try site.setTimestampAge(seconds: 0)
        #expect(try site.poll(repository)?.get() == .refreshed)
        try site.offer("later")
        try site.setTimestampAge(seconds: 0)
        #expect(try site.poll(repository)?.get() == .refreshed)
        #expect(site.title("emergency/schedule.ics", repository) == "later")
    }

    @Test("A server that knows no tags is asked once a poll, too")
    func withoutValidators() throws {
        let site = try Site()
        try site.server.misbehave("no-validators", "timestamp")
        let repository = try site.repository()
        #expect(try site.poll(repository)?.get() == .refreshed)
        let before = try site.server.asked().count
        #expect(try site.poll(repository)?.get() == .unchanged)
        #expect(try site.server.asked().count == before + 1)
    }

    /// What a server does to which file, and what a technician reads then.
    static let misbehaviours: [(mode: String, file: String, said: String)] = [
        ("always-cut", "timestamp", "timestamp: Transferred a partial file"),
        ("always-cut", "snapshot", "snapshot: Transferred a partial file"),
        ("shorter", "timestamp", "timestamp: "), ("shorter", "snapshot", "snapshot: "),
        ("longer", "snapshot", "snapshot: longer than "),
        ("portal", "timestamp", "timestamp: a web page came in its place"),
        ("short-portal", "2.root", "root: a web page came in its place"),
        ("portal", "snapshot", "snapshot: a web page came in its place"),
        ("endless", "timestamp", "timestamp: longer than 16384 bytes"),
        ("endless", "targets", "targets: longer than "),
        ("gone", "timestamp", "timestamp: not on the server"),
        ("gone", "snapshot", "snapshot: not on the server"),
        ("broken", "targets", "targets: the server said 500"),
        ("loop", "snapshot", "snapshot: it leads on and on"),
        ("to-file", "snapshot", "snapshot: the server leads to file:"),
        ("elsewhere", "timestamp", "timestamp: the server leads to another host, localhost"),
        ("huge", "timestamp", "timestamp: longer than 16384 bytes"),
        ("huge", "2.root", "root: longer than 512000 bytes"), ("huge", "snapshot", "snapshot: longer than "),
        ("huge", "targets", "targets: longer than "),
        ("endless-error", "snapshot", "snapshot: the server said 500"),
        ("compressed", "snapshot", "snapshot: the server sent it as gzip, which nobody asked for"),
        ("stalled", "targets", "targets: Timeout was reached"),
        ("trickle", "timestamp", "timestamp: Timeout was reached"),
    ]

    @Test("T22 T24 what is no metadata is refused, said, and forgotten", arguments: misbehaviours)
    func misbehaving(mode: String, file: String, said: String) throws {
        let site = try Site()
        let repository = try site.repository()
        _ = site.poll(repository)
        _ = site.title("emergency/schedule.ics", repository)
        #expect(try site.kept == Self.allFirst)
        try site.offer("second")
        try site.server.misbehave(mode, file)
        guard case .failure(let problem) = site.poll(repository) else {
            Issue.record("it was believed")
            return
        }
        #expect(problem.description.hasPrefix(said), "\(problem)")
        // Of the file that misbehaves, and of what hangs on it, the good copy is untouched.
        let order = ["root", "timestamp", "snapshot", "targets", "emergency"]
        let place = try #require(order.firstIndex { file.hasSuffix($0) })
        for role in order[place...] { #expect(try site.kept[role] == Self.allFirst[role]) }
        try site.server.misbehave("sound", file)
        #expect(try site.poll(repository)?.get() == .refreshed)
        #expect(site.title("emergency/schedule.ics", repository) == "second")
    }

    @Test("A role that is handed paths and is not there, is told, and the others' files are found")
    func delegatedRoleMissing() throws {
        let site = try Site()
        try site.server.misbehave("gone", "emergency")
        let repository = try site.repository()
        #expect(try site.poll(repository)?.get() == .refreshed)
        #expect(site.title("emergency/schedule.ics", repository) == "emergency: not on the server")
        #expect(site.title("schedule.ics", repository) == "first")
        try site.server.misbehave("sound", "emergency")
        #expect(site.title("emergency/schedule.ics", repository) == "first")
    }

    @Test("Where not all could be read that hangs on a timestamp, the next poll brings it again")
    func forgotten() throws {
        let site = try Site()
        let repository = try site.repository()
        _ = site.poll(repository)
        repository.forgetTimestamp()
        #expect(try site.poll(repository)?.get() == .refreshed)
        #expect(try site.poll(repository)?.get() == .unchanged)
    }

    @Test("A repository that nobody signs any more is told as expired, not as unchanged")
    func frozen() throws {
        let site = try Site()
        let repository = try site.repository()
        _ = site.poll(repository)
        let later = try #require(UTCTime.seconds(SignedRepository.later))
        #expect(try site.poll(repository, at: later - 1)?.get() == .unchanged)
        guard case .failure(let problem) = site.poll(repository, at: later) else {
            Issue.record("it was believed")
            return
        }
        #expect(problem.description == "timestamp: expired \(SignedRepository.later)")
    }

    /// What somebody who is not the centre may publish, and what a technician reads then.
    static let forgeries: [(what: String, said: String)] = [
        ("wrong key", "timestamp: "), ("unsigned", "timestamp: "), ("replayed", "timestamp: "),
        ("older snapshot", "timestamp: "), ("mixed", "snapshot: "),
    ]

    @Test("T28 what is forged, replayed or mixed is refused, and the good copy stays", arguments: forgeries)
    func forged(what: String, said: String) throws {
        let site = try Site()
        let first = site.signed
        try site.offer("second")
        let repository = try site.repository()
        _ = site.poll(repository)
        let kept = try site.kept
        let good = site.signed
        switch what {
        case "wrong key":
            site.signed.signers["timestamp"] = [try site.signed.newKey()]
            try site.offer("third")
        case "unsigned":
            site.signed.signers["timestamp"] = []
            try site.offer("third")
        case "replayed": site.signed = first
        case "older snapshot":
            // A newer timestamp, with the right key, that lists the snapshot before.
            site.signed.documents["timestamp"]?["meta"] = first.documents["timestamp"]?["meta"]
            site.signed.bump("timestamp")
            try site.signed.publish("timestamp")
        default:
            // Another snapshot under the name of the one that the timestamp lists.
            try site.signed.publishAll("emergency")
            site.signed.files["4.snapshot.json"] = good.files["3.snapshot.json"]
        }
        try site.publish()
        guard case .failure(let problem) = site.poll(repository) else {
            Issue.record("it was believed")
            return
        }
        #expect(problem.description.hasPrefix(said), "\(problem)")
        for role in ["snapshot", "targets"] { #expect(try site.kept[role] == kept[role]) }
        site.signed = good
        for _ in 0..<2 { site.signed.bump("timestamp") }
        try site.offer("fourth")
        #expect(try site.poll(repository)?.get() == .refreshed)
        #expect(site.title("schedule.ics", repository) == "fourth")
    }

    // MARK: Roots

    @Test(
        "T28 a new root that comes with a new timestamp is followed, whose keys it replaces too",
        arguments: [
            "root", "timestamp", "snapshot", "targets",
        ])
    func rotation(role: String) throws {
        let site = try Site()
        let repository = try site.repository()
        #expect(try site.poll(repository)?.get() == .refreshed)
        let before = site.signed.signers
        let keys = [try site.signed.newKey(), try site.signed.newKey()]
        // The old keys and the new ones sign it.
        try site.signed.appoint(role, keys, threshold: 2)
        if role == "root" { site.signed.signers["root"] = (before["root"] ?? []) + keys }
        site.signed.bump("root")
        try site.signed.publish("root")
        try site.publish()
        // Nobody looks for a root while the timestamp is the old one.
        #expect(try site.poll(repository)?.get() == .unchanged)
        try site.offer("second")
        #expect(try site.poll(repository)?.get() == .refreshed)
        #expect(site.title("schedule.ics", repository) == "second")
        #expect(try site.kept["root"] == 2)
        guard role != "root" else { return }
        // The keys before are nobody's any more.
        site.signed.signers[role] = before[role]
        try site.offer("third")
        guard case .failure(let problem) = site.poll(repository) else {
            Issue.record("it was believed")
            return
        }
        #expect(problem.description.hasPrefix("\(role): "), "\(problem)")
        #expect(site.title("schedule.ics", try site.repository()) != "third")
    }

    @Test("T28 after a root that ends a fast-forward attack a lower timestamp is believed")
    func fastForward() throws {
        let site = try Site()
        let repository = try site.repository()
        site.signed.documents["timestamp"]?["version"] = 1_000_000
        try site.offer("attacked")
        #expect(try site.poll(repository)?.get() == .refreshed)
        try site.signed.appoint("timestamp", [try site.signed.newKey()])
        site.signed.documents["timestamp"]?["version"] = 2
        site.signed.bump("root")
        try site.signed.publish("root")
        try site.offer("second")
        #expect(try site.poll(repository)?.get() == .refreshed)
        #expect(site.title("schedule.ics", repository) == "second")
    }

    // MARK: Restarts

    /// Calls of which the one after so many fails, and all after it: as if the power went.
    private static func failing(after count: Int) -> (calls: DiskCalls, hasFailed: () -> Bool) {
        final class Left: Sendable { let number = Mutex(0) }
        let left = Left()
        left.number.withLock { $0 = count }
        let mayGo: @Sendable () -> Bool = {
            left.number.withLock { number in
                number -= 1
                return number >= 0
            }
        }
        let kernel = DiskCalls.kernel
        let error = SystemError(call: "write", code: EIO)
        let calls = DiskCalls(
            write: { mayGo() ? kernel.write($0, $1) : error }, sync: { mayGo() ? kernel.sync($0) : error })
        return (calls, { left.number.withLock { $0 < 0 } })
    }

    @Test("A restart between any two files of metadata leads to the newest state, whoever signs it")
    func restarts() throws {
        let site = try Site()
        var first = try site.repository()
        _ = site.poll(first)
        _ = site.title("emergency/schedule.ics", first)
        let start = "\(site.bench.folder)/upstreams"
        try FileManager.default.copyItem(atPath: start, toPath: start + "-before")
        // Other keys for what changes most often: their old files have to go.
        let keys = [try site.signed.newKey()]
        try site.signed.appoint("timestamp", keys)
        site.signed.bump("root")
        try site.signed.publish("root")
        try site.offer("second")
        let root = try #require(site.signed.files["1.root.json"])
        var count = 0
        while true {
            try FileManager.default.removeItem(atPath: start)
            try FileManager.default.copyItem(atPath: start + "-before", toPath: start)
            let (calls, hasFailed) = Self.failing(after: count)
            first = try site.repository(root: root, calls: calls)
            if case .success = site.poll(first) { _ = site.title("emergency/schedule.ics", first) }
            let second = try site.repository(root: root)
            #expect(try site.poll(second)?.get() == .refreshed, "after \(count)")
            #expect(site.title("emergency/schedule.ics", second) == "second", "after \(count)")
            guard hasFailed() else { break }
            count += 1
        }
        // Five files, each written, synced and named durably, and two taken away.
        #expect(count >= 17)
    }

    @Test("A kept root that the disk has spoiled is replaced from the one that was handed over")
    func spoiledRoot() throws {
        let site = try Site()
        _ = site.poll(try site.repository())
        let path = "\(site.bench.folder)/upstreams/xã/metadata/root.json"
        try Data("{".utf8).write(to: URL(fileURLWithPath: path))
        let repository = try site.repository()
        #expect(try site.poll(repository)?.get() == .refreshed)
        #expect(site.title("schedule.ics", repository) == "first")
    }

    @Test("Another root that is handed over begins another line, whatever the one before left")
    func anotherRoot() throws {
        let site = try Site()
        try site.offer("second")
        _ = site.poll(try site.repository())
        #expect(try site.kept["timestamp"] == 3)
        var other = try SignedRepository()
        let keys = [try other.newKey(), try other.newKey()]
        try other.appoint("timestamp", keys)
        try other.appoint("root", keys)
        try other.publish("root")
        other.add("schedule.ics", "other")
        try other.publishAll()
        site.signed = other
        try site.publish()
        let repository = try site.repository()
        #expect(try site.poll(repository)?.get() == .refreshed)
        #expect(site.title("schedule.ics", repository) == "other")
        #expect(try site.kept["timestamp"] == 2)
    }
}
