import Foundation
import SignedRepositories
import StationCore
import StationTrust
import Synchronization
import Testing

@testable import StationFetch
@testable import StationHost

/// Disks that are full, that cannot be written, and whose power goes.
struct DiskTests {
    /// Brings files into the store as the fetch thread does, a cut in the midst of each; ends with the first error.
    private static func bring(_ names: [String], into store: ContentStore) throws {
        for name in names {
            let bytes = FetchServer.content(name, 50_000)
            let content = try FetchBench.target(bytes)
            guard !store.holds(content) else { continue }
            var download = try store.download(content)
            let start = Int(download.count)
            let middle = max(start, 25_000)
            guard download.begin(at: Int64(start), Validators(entityTag: "\"x\"")) else { throw Stop() }
            guard bytes[start..<middle].withUnsafeBytes({ download.take($0) }) else { throw Stop() }
            try download.sync()
            download = try store.download(content)
            guard download.begin(at: Int64(middle), Validators(entityTag: "\"x\"")) else { throw Stop() }
            guard bytes[middle...].withUnsafeBytes({ download.take($0) }) else { throw Stop() }
            store.add(download)
        }
        store.startCommit()
        guard try store.endCommit(waits: true).wrong.isEmpty else { throw Stop(hasBelieved: true) }
    }

    private struct Stop: Error {
        /// Something was gone on with that was not there.
        var hasBelieved = false
    }

    @Test(
        "T23 T35 a power cut at any wait for the disk leaves nothing half, and nothing is believed that is not there"
    )
    func powerCuts() throws {
        var count = 0
        while true {
            let bench = try FetchBench()
            let folder = bench.folder + "/content"
            let image = DurableImage(of: folder, calls: count)
            let first = ContentStore(state: bench.folder, boot: "first", calls: image.calls)
            try? Self.bring(["x", "y", "z"], into: first)
            guard image.hasPowerGone else { break }
            try image.restore()
            let second = ContentStore(state: bench.folder, boot: "second")
            for name in second.files.keys {
                let bytes = try readFile("\(folder)/\(name)", limit: 1 << 20)
                #expect(Hexadecimal.text(SHA256.hash(bytes).bytes) == name, "after \(count)")
            }
            #expect(throws: Never.self, "after \(count)") { try Self.bring(["x", "y", "z"], into: second) }
            #expect(second.files.count == 3, "after \(count)")
            let left = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(left.count == 4, "after \(count): \(left)")
            count += 1
        }
        #expect(count > 15)
    }

    @Test("What was durable is not fetched again after a power cut")
    func durable() throws {
        let bench = try FetchBench()
        let image = DurableImage(of: bench.folder + "/content", calls: 1000)
        let first = ContentStore(state: bench.folder, boot: "first", calls: image.calls)
        let bytes = FetchServer.content("x", 50_000)
        let content = try FetchBench.target(bytes)
        let download = try first.download(content)
        #expect(download.begin(at: 0, Validators()))
        #expect(bytes[..<25_000].withUnsafeBytes { download.take($0) })
        try download.sync()
        #expect(bytes[25_000...].withUnsafeBytes { download.take($0) })
        try image.restore()
        let second = ContentStore(state: bench.folder, boot: "second")
        #expect(try second.download(content).rest?.offset == 25_000)
    }

    @Test("T34 T36 a batch that cannot be made durable is told, thrown away, and had later")
    func failedCommit() throws {
        let server = try FetchServer()
        let isFull = Mutex(true)
        let wholeFull = SystemError(call: "syncfs", code: ENOSPC)
        let calls = DiskCalls(
            write: DiskCalls.kernel.write, sync: DiskCalls.kernel.sync,
            syncAll: { number in isFull.withLock(\.self) ? wholeFull : DiskCalls.kernel.syncAll(number) })
        let run = DownloadsRun(try FetchBench(), calls: calls) { server.url("sound", 1000, $0.path) }
        let files = try ["x", "y"].map { try DownloadsRun.file($0) }
        for full in [true, false] {
            isFull.withLock { $0 = full }
            run.forget()
            run.downloads.want(files)
            #expect(run.goOn { run.stored.count + run.problems.count == 2 })
            #expect(run.problems == (full ? ["\(wholeFull)", "\(wholeFull)"] : []))
            let names = try FileManager.default.contentsOfDirectory(atPath: run.bench.folder + "/content")
            #expect(names.count == (full ? 1 : 3), "\(names)")
        }
    }

    /// A disk on which a batch gets no further while it is held.
    private final class HeldDisk: Sendable {
        private let gate = Mutex(())

        var calls: DiskCalls {
            DiskCalls(
                write: DiskCalls.kernel.write, sync: DiskCalls.kernel.sync,
                syncAll: { number in self.gate.withLock { _ in DiskCalls.kernel.syncAll(number) } })
        }

        func hold(_ body: () throws -> Void) rethrows { try gate.withLock { _ in try body() } }
    }

    @Test("While the disk takes its time an emergency passes it, and bulk comes no faster than it takes")
    func slowDisk() throws {
        let server = try FetchServer()
        let disk = HeldDisk()
        let run = DownloadsRun(try FetchBench(), calls: disk.calls) {
            server.url("sound", 1000, $0.path.hasPrefix("emergency/") ? "x" : $0.path)
        }
        let bulk = try (0..<100).map { try DownloadsRun.file("\($0)") }
        let urgent = try DownloadsRun.file("emergency/x", "x")
        run.downloads.want(bulk)
        disk.hold {
            // A batch on its way to the disk, and another whole one behind it.
            #expect(run.goOn { run.store.isCommitting && run.store.uncommitted.count == 32 })
            run.downloads.want([urgent] + bulk)
            #expect(run.goOn { run.stored.contains(urgent.content) })
            #expect(!run.goOn(seconds: 1) { run.stored.count > 1 || run.store.uncommitted.count != 32 })
        }
        #expect(run.goOn { run.stored.count == 101 })
    }

    @Test("What another wants too is fetched for that one, where what had come turns out to be wrong")
    func wrongTwin() throws {
        let server = try FetchServer()
        let disk = HeldDisk()
        let run = DownloadsRun(try FetchBench(), calls: disk.calls) { _ in server.url("other", 1000, "x") }
        let files = try ["x", "emergency/x"].map { try DownloadsRun.file($0, "x") }
        run.downloads.want([files[0]])
        disk.hold {
            #expect(run.goOn { run.store.isCommitting })
            run.downloads.want([files[1]])
            #expect(!run.goOn(seconds: 1) { !run.problems.isEmpty })
        }
        #expect(run.goOn { run.problems.count == 2 })
        #expect(try server.asked().count == 2 && run.stored.isEmpty)
    }

    @Test("T34 an emergency whose wait for the disk failed is thrown away, not believed the second time")
    func failedEmergency() throws {
        let server = try FetchServer()
        let isBad = Mutex(true)
        let bad = SystemError(call: "fsync", code: EIO)
        let calls = DiskCalls(
            write: DiskCalls.kernel.write,
            sync: { number in
                var information = stat()
                fstat(number, &information)
                return isBad.withLock(\.self) && information.st_size == 1000
                    ? bad : DiskCalls.kernel.sync(number)
            })
        let run = DownloadsRun(try FetchBench(), calls: calls) { _ in server.url("sound", 1000, "x") }
        let file = try DownloadsRun.file("emergency/x", "x")
        for words in [["\(bad)"], []] {
            run.forget()
            run.downloads.want([file])
            #expect(run.goOn { run.stored.count + run.problems.count == 1 })
            #expect(run.problems == words)
            isBad.withLock { $0 = false }
        }
        // It was fetched a second time.
        #expect(try server.asked().count == 2)
    }

    /// Runs a command that must work; mounting needs root, which CI has.
    private static func run(_ words: String...) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(words)")
    }

    /// What is wrong with a disk, how it is set right, and what is told meanwhile.
    static let disks: [(wrong: String, right: String, said: String)] = [
        ("size=1m", "size=8m", "No space left on device"), ("ro", "rw", "Read-only file system"),
    ]

    @Test(
        "T34 T36 a disk that takes nothing is told, polls go on, and what was wanted is had later",
        arguments: disks)
    func disk(wrong: String, right: String, said: String) throws {
        let site = try Site()
        let folder = site.bench.folder + "/content"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Self.run("mount", "-t", "tmpfs", "-o", "size=8m", "none", folder)
        defer { try? Self.run("umount", "-l", folder) }
        let run = try FetchRun(site)
        run.poll()
        try Self.run("mount", "-o", "remount,\(wrong)", folder)
        let file = try run.file("sound", "x", 3_000_000)
        run.want([file])
        #expect(run.wait { !run.problems.isEmpty })
        #expect(run.problems.first?.why.hasSuffix(said) == true && run.stored.isEmpty)
        run.poll()
        #expect(run.ended == .unchanged)
        try Self.run("mount", "-o", "remount,\(right)", folder)
        run.want([file])
        #expect(run.waitForStored(1) == [file.content])
        run.end()
    }
}
