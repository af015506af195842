import Foundation
import StationCore
import StationTrust
import Synchronization
import Testing

@testable import StationFetch
@testable import StationHost

/// Content on its way: what servers and cuts do to it, and what of it is fetched twice.
struct DownloadTests {
    /// Servers that let a file be had in the end, and what they were asked the second time.
    static let resumed: [(mode: String, second: String)] = [
        // A strong tag: the rest, if it is still that file.
        ("cut", #"bytes=50000- "x" -"#),
        // Without a tag, or with one that proves nothing for a part: the hash decides.
        ("no-tag", "bytes=50000- - -"), ("weak", "bytes=50000- - -"),
        // 200 to a Range: from the beginning.
        ("no-range", #"bytes=50000- "a" -"#),
        // Another file by now, and the server says so.
        ("changed", #"bytes=50000- "old" -"#),
    ]

    @Test("T21 a download that was cut goes on where it was, or from the beginning", arguments: resumed)
    func resume(mode: String, second: String) throws {
        let (server, bench) = (try FetchServer(), try FetchBench())
        let bytes = FetchServer.content("x", 100_000)
        let store = try bench.store()
        let content = try FetchBench.target(bytes)
        let url = server.url(mode, bytes.count, "x")
        var download = try store.download(content)
        let first = bench.fetch(url, into: download, limit: Int64(bytes.count))
        guard case .failed = first else {
            Issue.record("\(String(describing: first))")
            return
        }
        #expect(download.count == 50_000)
        try download.sync()
        // As after a restart: what is known is what lies on the disk.
        download = try store.download(content)
        #expect(download.rest?.offset == 50_000)
        let limit = Int64(bytes.count)
        #expect(bench.fetch(url, into: download, rest: download.rest, limit: limit) == .complete)
        store.add(download)
        #expect(!store.contains(content))
        #expect(try store.commit() == [content])
        #expect(store.read(content, limit: 200_000) == bytes)
        #expect(try server.requests().last == second)
    }

    /// Servers whose second half is not the rest, and which then give the whole.
    static let noRest = ["other-start", "whole-with-range", "not-satisfiable"]

    @Test("T21 a rest that is none is not taken, and the file is had from its beginning", arguments: noRest)
    func wrongRest(mode: String) throws {
        let (server, bench) = (try FetchServer(), try FetchBench())
        let bytes = FetchServer.content("x", 100_000)
        let (store, content) = (try bench.store(), try FetchBench.target(bytes))
        let url = server.url(mode, bytes.count, "x")
        var download = try store.download(content)
        _ = bench.fetch(url, into: download)
        let second = bench.fetch(url, into: download, rest: download.rest)
        guard case .noRest = second else {
            Issue.record("\(String(describing: second))")
            return
        }
        #expect(download.count == 50_000)
        download.forget()
        download = try store.download(content)
        #expect(bench.fetch(url, into: download, rest: download.rest) == .complete)
        store.add(download)
        #expect(try store.commit() == [content])
    }

    @Test("T21 the rest of another file is found out by its hash, and nothing of either is kept")
    func changedUnseen() throws {
        let (server, bench) = (try FetchServer(), try FetchBench())
        let bytes = FetchServer.content("x", 100_000)
        let (store, content) = (try bench.store(), try FetchBench.target(bytes))
        let url = server.url("changed-unseen", bytes.count, "x")
        let download = try store.download(content)
        _ = bench.fetch(url, into: download)
        #expect(bench.fetch(url, into: download, rest: download.rest) == .complete)
        store.add(download)
        store.startCommit()
        let ended = try store.endCommit(waits: true)
        #expect(ended.stored == [] && ended.wrong == [content] && store.files.isEmpty)
        #expect(try store.download(content).rest == nil)
    }

    @Test(
        "T23 T24 what is not the file is refused, and nothing of it is in the store",
        arguments: [
            "compressed", "portal", "short-portal", "longer", "endless", "loop", "to-file", "gone", "broken",
            "elsewhere", "endless-error", "huge",
        ])
    func refused(mode: String) throws {
        let (server, bench) = (try FetchServer(), try FetchBench())
        let bytes = FetchServer.content("x", 100_000)
        let (store, content) = (try bench.store(), try FetchBench.target(bytes))
        let download = try store.download(content)
        let end = bench.fetch(server.url(mode, bytes.count, "x"), into: download, limit: 100_000)
        switch (mode, end) {
        case ("gone", .missing), ("longer", .stopped), ("endless", .stopped), ("huge", .stopped): break
        case ("elsewhere", .failed), ("endless-error", .failed), ("portal", .failed),
            ("short-portal", .failed), ("compressed", .failed), ("loop", .failed),
            ("to-file", .failed), ("broken", .failed):
            break
        default: Issue.record("\(mode): \(String(describing: end))")
        }
        #expect(try store.commit() == [] && store.files.isEmpty)
    }

    @Test("after a power cut only what was on disk for certain is gone on with", arguments: [true, false])
    func powerCut(isSameBoot: Bool) throws {
        let bench = try FetchBench()
        let bytes = FetchServer.content("x", 100_000)
        let content = try FetchBench.target(bytes)
        let download = try bench.store().download(content)
        #expect(download.begin(at: 0, Validators(entityTag: "\"x\"")))
        #expect(bytes[..<30_000].withUnsafeBytes { download.take($0) })
        try download.sync()
        #expect(bytes[30_000..<60_000].withUnsafeBytes { download.take($0) })
        let rest = try bench.store(boot: isSameBoot ? "boot" : "another").download(content).rest
        #expect(rest?.offset == (isSameBoot ? 60_000 : 30_000))
        #expect(rest?.of.entityTag == "\"x\"")
    }

    @Test("what nothing was waited for is gone on with in the same boot, and not believed in the next")
    func withoutRecord() throws {
        let bench = try FetchBench()
        let bytes = FetchServer.content("x", 100_000)
        let content = try FetchBench.target(bytes)
        let download = try bench.store().download(content)
        #expect(download.begin(at: 0, Validators(entityTag: "\"x\"")))
        #expect(bytes[..<30_000].withUnsafeBytes { download.take($0) })
        #expect(try bench.store().download(content).rest?.offset == 30_000)
        let path = try bench.part(of: content)
        #expect(try bench.store(boot: "another").download(content).rest == nil)
        #expect(try readFile(path, limit: 1) == [])
    }

    @Test("a long file has a record from its first byte on, so that a killed process asks for the same state")
    func longRecord() throws {
        let bench = try FetchBench()
        let bytes = FetchServer.content("x", 2_000_000)
        let content = try FetchBench.target(bytes)
        let download = try bench.store().download(content)
        #expect(download.begin(at: 0, Validators(entityTag: "\"x\"")))
        #expect(bytes[..<30_000].withUnsafeBytes { download.take($0) })
        let rest = try bench.store().download(content).rest
        #expect(rest?.offset == 30_000 && rest?.of.entityTag == "\"x\"")
    }

    @Test("what is begun anew has no record of what was there before")
    func begunAnew() throws {
        let bench = try FetchBench()
        let bytes = FetchServer.content("x", 100_000)
        let content = try FetchBench.target(bytes)
        let download = try bench.store().download(content)
        #expect(download.begin(at: 0, Validators(entityTag: "\"x\"")))
        #expect(bytes[..<30_000].withUnsafeBytes { download.take($0) })
        try download.sync()
        #expect(download.begin(at: 0, Validators(entityTag: "\"y\"")))
        #expect(bytes[..<60_000].withUnsafeBytes { download.take($0) })
        #expect(try bench.store(boot: "another").download(content).rest == nil)
    }

    @Test(
        "T21 a server of the old kind, and a file that has moved, do no harm",
        arguments: ["old", "moved", "moved-relative"])
    func harmless(mode: String) throws {
        let (server, bench) = (try FetchServer(), try FetchBench())
        let bytes = FetchServer.content("x", 100_000)
        let (store, content) = (try bench.store(), try FetchBench.target(bytes))
        let download = try store.download(content)
        #expect(bench.fetch(server.url(mode, bytes.count, "x"), into: download, limit: 100_000) == .complete)
        store.add(download)
        #expect(try store.commit() == [content])
    }

    @Test("T21 what a server sends behind the length that it told is nobody's file")
    func smuggled() throws {
        let (server, bench) = (try FetchServer(), try FetchBench())
        let store = try bench.store()
        var wanted: [TUF.Content] = []
        for (name, mode) in [("x", "lying"), ("y", "sound")] {
            wanted.append(try FetchBench.target(FetchServer.content(name, 100_000)))
            let download = try store.download(wanted[wanted.count - 1])
            #expect(bench.fetch(server.url(mode, 100_000, name), into: download) == .complete)
            // libcurl may take it for the next answer; the hash does not.
            store.add(download)
        }
        let stored = try store.commit()
        #expect(stored.contains(wanted[0]) && stored.allSatisfy(wanted.contains))
    }

    @Test(
        "T21 T24 an error page that is longer than the rest throws nothing away",
        arguments: ["cut-then-error"])
    func pageForRest(mode: String) throws {
        let site = try Site()
        let run = try FetchRun(site)
        let file = try run.file(mode, "x", 1_000_000)
        run.want([file])
        #expect(run.wait { run.problems.first?.why == "the server said 503" })
        run.want([file])
        #expect(run.waitForStored(1) == [file.content])
        #expect(try site.server.requests().last?.hasPrefix("bytes=900000-") == true)
    }

    @Test("a file that has not changed is not sent again")
    func conditional() throws {
        let (server, bench) = (try FetchServer(), try FetchBench())
        let store = try bench.store()
        let download = try store.download(try FetchBench.target(FetchServer.content("x", 1000)))
        let end = bench.fetch(
            server.url("sound", 1000, "x"), into: download, unless: Validators(entityTag: "\"x\""))
        #expect(end == .unchanged && download.count == 0)
    }

    @Test(
        "what can wait makes room for what cannot, and goes on afterwards",
        arguments: [TransferRequest.Purpose.proof, .bulk])
    func cancelled(purpose: TransferRequest.Purpose) throws {
        let (server, bench) = (try FetchServer(), try FetchBench(bytesPerSecond: 200_000))
        let bytes = FetchServer.content("x", 2_000_000)
        let download = try bench.store().download(try FetchBench.target(bytes))
        var end: TransferEnd?
        bench.transfers.start(
            TransferRequest(url: server.url("sound", bytes.count, "x"), purpose: purpose, limit: 1 << 30),
            into: download
        ) { end = $0 }
        #expect(bench.wait { download.count > 0 ? true : nil } == true)
        bench.transfers.cancel(below: .emergency)
        #expect(end == .cancelled && !bench.transfers.isComing(purpose))
        #expect((1..<Int64(bytes.count)).contains(download.count))
    }

    @Test("An upstream that trickles holds nobody else's programmes, and what has come of its own stays")
    func trickling() throws {
        let server = try FetchServer()
        let run = DownloadsRun(try FetchBench(patience: .seconds(2))) {
            server.url($0.upstream, 100_000, $0.path)
        }
        let files = try [("throttled-20", "a"), ("sound", "b"), ("sound", "c")].map {
            try DownloadsRun.file($1, count: 100_000, upstream: $0)
        }
        run.downloads.want(files)
        #expect(run.goOn { run.stored.count == 3 })
        let order = run.stored.compactMap { content in files.firstIndex { $0.content == content } }
        #expect(Set(order.prefix(2)) == [1, 2] && order.last == 0)
        // It was asked for the rest.
        #expect(try server.requests().map { $0.hasPrefix("bytes=") } == [false, false, false, true])
    }

    @Test(
        "What is asked for emergencies holds programmes while it comes, and no longer where it trickles",
        arguments: [("trickle", false), ("throttled-20", true)])
    func tricklingEmergency(mode: String, holds: Bool) throws {
        let server = try FetchServer()
        // Of 20,000 bytes a second half of what the station's own rate lets come is enough.
        let run = DownloadsRun(try FetchBench(bytesPerSecond: 20_000, patience: .seconds(2))) {
            server.url("sound", 1000, $0.path)
        }
        var end: TransferEnd?
        run.bench.transfers.start(
            TransferRequest(url: server.url(mode, 200_000, "x"), purpose: .emergency, limit: 200_000),
            into: Collector(limit: 200_000)
        ) { end = $0 }
        run.downloads.want([try DownloadsRun.file("y")])
        #expect(!run.goOn(seconds: 0.2) { !run.stored.isEmpty })
        #expect(run.goOn { !run.stored.isEmpty })
        #expect((end == .complete) == holds)
    }
}
