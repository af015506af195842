import Foundation
import SignedRepositories
import StationCore
import StationTrust
import Synchronization
import Testing

@testable import StationFetch
@testable import StationHost

/// The fetch thread: polls, timetables, downloads, their order and their budget.
struct FetchThreadTests {
    // MARK: Timetables

    static let calendar = """
        BEGIN:VCALENDAR\r
        BEGIN:VEVENT\r
        UID:bulletin\r
        DTSTART:20261122T220000Z\r
        ATTACH:bulletin.m3u8\r
        END:VEVENT\r
        BEGIN:VEVENT\r
        UID:signal\r
        DTSTART:20261123T220000Z\r
        ATTACH:signal.mp3\r
        END:VEVENT\r
        END:VCALENDAR\r

        """
    static let emergency = calendar.replacing("bulletin.m3u8", with: "siren.mp3")
        .replacing("signal.mp3", with: "siren.mp3")

    /// Publishes a timetable of each kind.
    private static func site() throws -> Site {
        let site = try Site()
        try site.add("schedule.ics", calendar)
        try site.add("bulletin.m3u8", "#EXTM3U\n#LOA-FALLBACK:old.mp3\nnews/new.mp3\nmissing.mp3\n")
        for name in ["news/new.mp3", "old.mp3", "signal.mp3", "unused.mp3"] { try site.add(name, name) }
        try site.add("emergency/schedule.ics", emergency, to: "emergency")
        try site.add("emergency/siren.mp3", "siren", to: "emergency")
        try site.signed.publishAll("emergency")
        try site.publish()
        return site
    }

    @Test("A poll offers both timetables, the emergency's first, with all that they refer to")
    func offers() throws {
        let site = try Self.site()
        let run = try FetchRun(site)
        run.poll()
        #expect(run.ended == .changed(targetsVersion: 3, issued: Site.issued))
        let offers = run.offers
        #expect(offers.map(\.kind) == [.emergency, .ordinary])
        #expect(
            offers.first.map { Set($0.timetable.manifest.channels["xã"]?.contents.keys.map(\.self) ?? []) }
                == ["emergency/schedule.ics", "emergency/siren.mp3"])
        #expect(
            offers.last.map { Set($0.timetable.manifest.channels["xã"]?.contents.keys.map(\.self) ?? []) }
                == [
                    "schedule.ics", "bulletin.m3u8", "news/new.mp3", "old.mp3", "signal.mp3",
                ])
        #expect(offers.last?.timetable.timetable.programmeCount == 2)
        run.poll()
        #expect(run.ended == .unchanged && run.offers.isEmpty)
        // Only what changed is offered again.
        try site.add("old.mp3", "other")
        try site.signed.publishAll()
        try site.publish()
        run.poll()
        #expect(run.offers.map(\.kind) == [.ordinary])
    }

    @Test(
        "What is wrong with the emergency's role keeps no programme from the others, and is looked at again")
    func halfOffered() throws {
        let site = try Self.site()
        try site.server.misbehave("gone", "emergency")
        let run = try FetchRun(site)
        run.poll()
        #expect(run.ended == .failed(why: "emergency: not on the server", isUnreachable: false))
        #expect(run.offers.map(\.kind) == [.ordinary])
        try site.server.misbehave("sound", "emergency")
        run.poll()
        #expect(run.ended == .changed(targetsVersion: 3, issued: Site.issued))
        #expect(run.offers.map(\.kind) == [.emergency])
    }

    /// What is signed and says nothing that could be played, and what is told of it.
    static let absurd: [(calendar: String?, said: String)] = [
        ("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "X-LOA-EMPTY:TRUE"), ("", "X-LOA-EMPTY:TRUE"),
        (calendar.replacing("DTSTART", with: "DTSTARR"), "no event of schedule.ics is understood"),
        (calendar.replacing("DTSTART:2026", with: "DTSTART:99999"), "no event of schedule.ics is understood"),
        (nil, "it has no schedule.ics any more"),
    ]

    @Test(
        "T26 a timetable that is signed and empty, or absurd, keeps the last good one and is told",
        arguments: absurd)
    func absurdTimetable(calendar: String?, said: String) throws {
        let site = try Self.site()
        let run = try FetchRun(site)
        run.poll()
        #expect(run.offers.map(\.kind) == [.emergency, .ordinary])
        if let calendar {
            try site.add("schedule.ics", calendar)
        } else {
            site.signed.documents["targets"]?["targets"]?["schedule.ics"] = nil
        }
        try site.signed.publishAll()
        try site.publish()
        run.poll()
        #expect(run.offers.isEmpty)
        guard case .failed(let why, false) = run.ended else {
            Issue.record("\(String(describing: run.ended))")
            return
        }
        #expect(why.contains(said), "\(why)")
        // Who means it says so.
        try site.add("schedule.ics", "BEGIN:VCALENDAR\r\nX-LOA-EMPTY:TRUE\r\nEND:VCALENDAR\r\n")
        try site.signed.publishAll()
        try site.publish()
        run.poll()
        #expect(run.offers.map(\.timetable.timetable.programmeCount) == [0])
    }

    @Test(
        "T28 who may sign for anything else cannot make an emergency",
        arguments: ["*.mp3", "emergency*", "*/*"])
    func broadRole(pattern: String) throws {
        let site = try Site()
        try site.signed.delegate(
            "targets", to: "emergency", paths: ["emergency/*", pattern], isTerminating: true)
        let roles = site.signed.documents["targets"]?["delegations"]?["roles"]?.elements ?? []
        site.signed.documents["targets"]?["delegations"]?["roles"] = .array(roles.suffix(1))
        try site.signed.publishAll("emergency")
        try site.publish()
        let run = try FetchRun(site)
        run.poll()
        #expect(run.offers.map(\.kind) == [.ordinary])
        guard case .failed(let why, false) = run.ended else {
            Issue.record("\(String(describing: run.ended))")
            return
        }
        #expect(why == "emergency/schedule.ics is signed by a role that is not for emergencies alone")
    }

    @Test("T25 a start tells when what it believes already was issued; the words of other keys are not told")
    func keptIssue() throws {
        let site = try Site()
        let first = try FetchRun(site)
        first.poll()
        first.end()
        func told() throws -> [String] {
            let run = try FetchRun(site)
            #expect(run.wait { run.recovered != nil })
            run.end()
            return run.reports.compactMap { if case .issued("xã", let issued) = $0 { issued } else { nil } }
        }
        #expect(try told() == [Site.issued])
        let path = "\(site.bench.folder)/upstreams/xã/metadata/timestamp.json"
        let forged = try String(contentsOfFile: path, encoding: .utf8).replacing(
            "2026-11-22T", with: "2099-11-22T")
        try forged.write(toFile: path, atomically: true, encoding: .utf8)
        #expect(try told() == [])
    }

    @Test(
        "A part that a commune signs for no more stays as it was, and keeps no programme of the district away",
        arguments: [true, false], ["expired", "not on the server"])
    func lapse(isKnown: Bool, why: String) throws {
        let (site, path) = (try Site(), "stations/loa-1/schedule.ics")
        try site.signed.delegate("targets", to: "ap-1", paths: ["stations/loa-1/*"])
        try site.add(path, "BEGIN:VCALENDAR\r\nX-LOA-EMPTY:TRUE\r\nEND:VCALENDAR\r\n", to: "ap-1")
        try site.signed.publishAll("ap-1")
        try site.publish()
        let run = try FetchRun(site)
        func ordinary() -> [String: TUF.Content]? {
            run.offers.last { $0.kind == .ordinary }?.timetable.manifest.channels["xã"]?.contents
        }
        if isKnown { run.poll() }
        let before = ordinary() ?? [:]
        #expect((before[path] != nil) == isKnown)
        if why == "expired" {
            site.signed.documents["ap-1"]?["expires"] = .string(SignedRepository.before)
        } else {
            site.signed.add(path, "what nobody has laid there", to: "ap-1")
        }
        try site.signed.publishAll("ap-1")
        try site.offer("second")
        func isTold() -> Bool {
            guard case .failed(let said, isUnreachable: false) = run.ended else { return false }
            return said.contains(why)
        }
        run.poll()
        #expect(isTold() && ordinary()?[path] == before[path])
        #expect(ordinary()?["schedule.ics"] != nil && ordinary()?["schedule.ics"] != before["schedule.ics"])
        // It is told as long as it is so.
        run.poll()
        #expect(isTold())
        run.end()
    }

    @Test("T25 an emergency that had ended by a floor from the future is one by the clock")
    func falseFloor() throws {
        let site = try Site()
        let run = try FetchRun(site)
        func contents() -> [String: TUF.Content]? {
            run.offers.last { $0.kind == .emergency }?.timetable.manifest.channels["xã"]?.contents
        }
        site.signed.documents["emergency"]?["expires"] = .string(Site.issued)
        try site.signed.publishAll("emergency")
        try site.publish()
        run.poll(at: Site.now, isTimeKnown: false)
        #expect(contents()?.isEmpty == true && run.ended == .changed(targetsVersion: 3, issued: Site.issued))
        run.poll(at: Site.now - 86_400, isTimeKnown: false)
        #expect(run.ended == .unchanged && contents() == nil)
        run.poll(at: Site.now - 86_400)
        #expect(contents()?.isEmpty == false)
        run.poll(at: Site.now - 86_400)
        #expect(run.ended == .unchanged)
        run.end()
    }

    @Test("A calendar that the disk has spoiled is not read, and comes again with the next poll")
    func spoiledCalendar() throws {
        let site = try Site()
        let first = try FetchRun(site)
        first.poll()
        let manifest = try #require(first.offers.first { $0.kind == .ordinary }?.timetable.manifest)
        first.adopt(.ordinary, manifest)
        first.end()
        let content = try #require(manifest.channels["xã"]?.contents["schedule.ics"])
        let path = "\(site.bench.folder)/content/\(try #require(content.storeName))"
        let sound = try Data(contentsOf: URL(fileURLWithPath: path))
        let spoiled = Data(String(decoding: sound, as: UTF8.self).replacing("first", with: "FIRST").utf8)
        try #require(spoiled != sound && spoiled.count == sound.count)
        try spoiled.write(to: URL(fileURLWithPath: path))
        let run = try FetchRun(site)
        #expect(run.wait { run.recovered != nil })
        #expect(run.recovered?[.ordinary]?.problems.map(\.message) == ["it is not on the disk any more"])
        run.poll()
        #expect(run.offers.last?.timetable.problems.isEmpty == true)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == sound)
        run.end()
    }

    // MARK: Downloads

    @Test(
        "What is not to be believed any more does not stay because the disk takes nothing else in its place")
    func unwritableManifest() throws {
        let bench = try FetchBench()
        var file = ManifestFile(state: bench.folder)
        try file.write(Manifest(["xã": .init(targetsVersion: 1, expires: nil, contents: [:])]), .ordinary)
        #expect(file.read(.ordinary)?.channels.count == 1)
        file.calls = DiskCalls(
            write: { _, _ in SystemError(call: "write", code: ENOSPC) }, sync: DiskCalls.kernel.sync)
        file.leave(Manifest(), .ordinary)
        #expect(file.read(.ordinary) == nil)
    }

    @Test(
        "What was believed by another root than the one handed over now is in force no more",
        arguments: [false, true])
    func otherRoot(isPolled: Bool) throws {
        let site = try Site()
        let first = try FetchRun(site)
        first.poll()
        for offer in first.offers { first.adopt(offer.kind, offer.timetable.manifest) }
        first.end()
        func recovered(root: [UInt8]? = nil) throws -> [Set<String>] {
            let run = try FetchRun(site, root: root)
            #expect(run.wait { run.recovered != nil })
            let names = RemoteFile.Kind.allCases.map { kind in
                Set(run.recovered?[kind]?.manifest.channels.keys.map(\.self) ?? [])
            }
            if isPolled { run.poll() }
            run.end()
            return names
        }
        #expect(try recovered() == [["xã"], ["xã"]])
        var repository = try SignedRepository()
        try repository.appoint("root", [repository.newKey()])
        try repository.publish("root")
        let other = try #require(repository.files["1.root.json"])
        #expect(try recovered(root: other) == [[], []])
        #expect(try recovered(root: other) == [[], []])
    }

    @Test("What is wanted comes in its order over one connection, and is durable together")
    func order() throws {
        let site = try Site()
        let run = try FetchRun(site)
        let files = try (1...200).map { try run.file("sound", "x\($0)", 1000) }
        run.want(files)
        let stored = run.waitForStored(files.count)
        #expect(Set(stored) == Set(files.map(\.content)))
        let asked = try site.server.asked().compactMap { $0.split(separator: " ").first }
        #expect(asked.compactMap { $0.split(separator: ".").last } == (1...200).map { "x\($0)" })
        #expect(try site.server.connections() == 1)
        let batches = run.reports.compactMap {
            if case .stored(let contents) = $0 { contents.count } else { nil }
        }
        #expect(batches.allSatisfy { $0 <= 32 } && batches.count < files.count / 2, "\(batches)")
    }

    @Test("T21 a download that is cut again and again goes on where it was, and nothing comes twice")
    func cuts() throws {
        let site = try Site()
        var run = try FetchRun(site)
        let file = try run.file("cut-each", "x", 1_000_000)
        run.want([file])
        #expect(run.waitForStored(1) == [file.content])
        let offsets = try site.server.requests().map { $0.split(separator: " ")[0] }
        #expect(offsets == ["-"] + (1...9).map { "bytes=\($0 * 100_000)-" })
        run.end()
        run = try FetchRun(site)
        #expect(run.wait { run.usage?.bytes == 1_000_000 })
    }

    /// What a server does to one file, and what is said of it.
    static let refused: [(mode: String, said: String)] = [
        ("gone", "not on the server"), ("longer", "longer than 100000 bytes"),
        ("shorter", "50000 bytes instead of 100000"), ("portal", "a web page came in its place"),
        ("silent-portal", "a web page came in its place"),
        ("other", "another hash than promised"), ("endless", "longer than 100000 bytes"),
        ("broken", "the server said 500"), ("stalled", "Timeout was reached"),
        ("loop", "it leads on and on"), ("to-file", "the server leads to file:"),
        ("elsewhere", "the server leads to another host, localhost"),
        ("endless-error", "the server said 500"), ("huge", "longer than 100000 bytes"),
        ("old-cut", "50000 bytes instead of 100000"),
    ]

    @Test(
        "T22 T23 T24 what is not the file is refused, and the thread goes on with the others",
        arguments: refused, ["", "emergency/"])
    func refusals(of refused: (mode: String, said: String), folder: String) throws {
        let (mode, said) = refused
        let site = try Site()
        let run = try FetchRun(site)
        let bad = try run.file(mode, "x", 100_000, folder: folder)
        // Of another upstream: one whose server does not answer is passed over whole.
        let good = try run.file("sound", "y", 1000, upstream: "huyện")
        run.want([bad, good])
        #expect(run.waitForStored(1) == [good.content])
        #expect(run.problems.map(\.file) == [bad])
        #expect(run.problems.first?.why.hasPrefix(said) == true, "\(run.problems)")
        run.poll()
        #expect(run.ended == .changed(targetsVersion: 2, issued: Site.issued))
    }

    @Test(
        "T22 a link that goes dead without a word is given up, the others go on, and it goes on where it was")
    func deadLink() throws {
        let link = try SlowLink(rate: "8mbit")
        let far = try FetchServer(in: link)
        let site = try Site()
        let run = try FetchRun(site, other: "http://\(far.host):\(far.port)/")
        let slow = try run.file("sound", "x", 3_000_000, upstream: "huyện")
        let near = try run.file("sound", "y", 1000)
        run.want([slow, near])
        #expect(run.wait { try run.come(of: slow) > 500_000 })
        try link.lose(true)
        // It gave enough to be asked again at once; then it is passed over.
        #expect(run.waitForStored(1) == [near.content])
        #expect(run.problems.map(\.file) == [slow])
        run.poll()
        #expect(run.ended == .changed(targetsVersion: 2, issued: Site.issued))
        try link.lose(false)
        run.want([slow])
        #expect(run.waitForStored(1) == [slow.content])
        let asked = try far.requests()
        #expect(asked.first == "- - -" && asked.last?.hasPrefix("bytes=") == true, "\(asked)")
        run.end()
    }

    @Test("What a server had wrong waits with the next list, but not where somebody asks")
    func mended() throws {
        let site = try Site()
        let run = try FetchRun(site)
        let file = try run.file("other-first", "x", 1000)
        func tries() throws -> Int { try site.server.asked().count { $0.contains("other-first") } }
        run.want([file])
        #expect(run.wait { run.problems.count == 1 })
        run.poll()
        run.want([file])
        #expect(run.wait { run.problems.count == 1 })
        #expect(try tries() == 1)
        run.poll(isAsked: true)
        run.want([file])
        #expect(run.waitForStored(1) == [file.content])
        #expect(try tries() == 2)
    }

    @Test(
        "T24 a login page of the network throws nothing away of what has come, whatever it is called",
        arguments: ["cut-then-portal", "cut-then-silent-portal"])
    func portalInBetween(mode: String) throws {
        let site = try Site()
        let run = try FetchRun(site)
        let file = try run.file(mode, "x", 1_000_000)
        run.want([file])
        #expect(run.wait { run.problems.first?.why.hasPrefix("a web page") })
        run.want([file])
        #expect(run.waitForStored(1) == [file.content])
        #expect(try site.server.requests().last?.hasPrefix("bytes=500000-") == true)
    }

    @Test("Another list takes the place of the one before, and what it lacks is given up")
    func replaced() throws {
        let site = try Site()
        let run = try FetchRun(site)
        let (slow, fast) = (try run.file("throttled", "x", 2_000_000), try run.file("sound", "y", 1000))
        run.want([slow])
        #expect(run.wait { try site.server.asked().count == 1 })
        run.want([fast])
        #expect(run.waitForStored(1) == [fast.content])
        #expect(run.problems.isEmpty)
    }

    @Test("T27 an emergency overtakes a bulk download within a second's worth of it, which then goes on")
    func overtaking() throws {
        let site = try Site()
        let run = try FetchRun(site)
        let bulk = try run.file("throttled", "x", 400_000)
        let siren = try run.file("sound", "siren", 50_000, folder: "emergency/")
        run.want([bulk])
        #expect(run.wait { try run.come(of: bulk) > 50_000 })
        let before = try run.come(of: bulk)
        run.want([siren, bulk])
        #expect(run.waitForStored(1) == [siren.content])
        #expect(run.waitForStored(2).last == bulk.content)
        let last = try #require(site.server.requests().last)
        let offset = try #require(Int(last.dropFirst("bytes=".count).prefix { $0 != "-" }))
        // The server gives a hundred thousand bytes a second.
        #expect((before...before + 100_000).contains(offset), "\(before), \(offset)")
    }

    @Test("T27 what tells of an emergency takes the line from a bulk download, which then goes on")
    func tellingOvertakes() throws {
        let site = try Site()
        let run = try FetchRun(site)
        let bulk = try run.file("throttled", "x", 400_000)
        run.want([bulk])
        #expect(run.wait { try run.come(of: bulk) > 50_000 })
        run.poll()
        #expect(run.waitForStored(1) == [bulk.content])
        let asked = try site.server.asked().filter { $0.contains("throttled") }.map { $0.contains("bytes=") }
        #expect(asked.first == false && asked.dropFirst().allSatisfy(\.self) && asked.count > 1)
    }

    @Test(
        "A month's budget ends bulk where it is, over restarts, and no emergency; the next month begins anew")
    func budget() throws {
        let site = try Site()
        var run = try FetchRun(site, bytesPerMonth: 1_000_000)
        let bulk = try run.file("throttled-1000", "x", 3_000_000)
        let siren = try run.file("sound", "siren", 1_500_000, folder: "emergency/")
        run.poll()
        run.want([bulk])
        #expect(run.wait { (run.usage?.bytes ?? 0) >= 1_000_000 })
        run.want([siren, bulk])
        #expect(run.waitForStored(1) == [siren.content])
        let used = try #require(run.usage)
        #expect(used.bytes < 2_000_000 && used.month == "2026-11")
        run.end()
        run = try FetchRun(site, bytesPerMonth: 1_000_000)
        #expect(run.wait { run.usage == used })
        run.want([bulk])
        run.poll()
        #expect(run.ended == .changed(targetsVersion: 2, issued: Site.issued))
        #expect(run.usage == used)
        func asked() throws -> Int { try site.server.asked().filter { $0.contains("throttled") }.count }
        #expect(try asked() == 1)
        run.poll(at: Site.now + 30 * 86_400)
        #expect(run.wait { (run.usage?.bytes ?? 0) >= 1_000_000 && run.usage?.month == "2026-12" })
        #expect(try asked() == 2)
    }

    @Test(
        "What a folder gives is no byte of the month, and comes when that is used up; no server is asked meanwhile"
    )
    func importIsFree() throws {
        let site = try Self.site()
        let run = try FetchRun(site, bytesPerMonth: 0)
        #expect(try run.beginImport(site.bench.folder + "/www") == .importing(upstream: "xã"))
        run.poll()
        #expect(run.ended == .changed(targetsVersion: 3, issued: Site.issued))
        let files = try #require(run.offers.last).timetable.manifest.files.filter {
            $0.path.hasSuffix(".mp3") && $0.path != "missing.mp3"
        }
        run.want(files)
        let contents = Set(files.map(\.content))
        #expect(run.wait { contents.isSubset(of: run.stored) } && contents.count > 2)
        #expect(run.usage?.bytes == 0)
        #expect(try site.server.asked().isEmpty)
        run.endImport()
        run.poll()
        #expect(try !site.server.asked().isEmpty)
    }

    @Test("A folder of nobody's, and one that is none, are not read")
    func importOfStranger() throws {
        let site = try Self.site()
        let run = try FetchRun(site)
        let other = site.bench.folder + "/other/metadata"
        try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: true)
        try Data("{}".utf8).write(to: URL(fileURLWithPath: other + "/1.root.json"))
        for folder in [site.bench.folder + "/other", site.bench.folder] {
            guard case .failed(let why) = try run.beginImport(folder) else {
                Issue.record("\(folder) was taken")
                continue
            }
            #expect(why.contains("none of the upstreams"), "\(why)")
        }
        run.poll()
        #expect(run.ended == .changed(targetsVersion: 3, issued: Site.issued))
    }

    @Test("What is let go of is gone, and so is what had come of files that nobody wants")
    func evicted() throws {
        let site = try Site()
        var run = try FetchRun(site)
        let (kept, gone) = (try run.file("sound", "x", 1000), try run.file("sound", "y", 1000))
        let half = try run.file("cut", "z", 100_000)
        run.want([kept, gone, half])
        #expect(run.wait { !run.problems.isEmpty && run.stored.count == 2 })
        run.want([])
        run.evict([try #require(gone.content.storeName)])
        run.end()
        let names = try FileManager.default.contentsOfDirectory(atPath: site.bench.folder + "/content")
        let name = try #require(kept.content.storeName)
        #expect(Set(names) == [name, ".boot"])
        run = try FetchRun(site)
        #expect(run.wait { run.opened == [name: 1000] })
    }
}
