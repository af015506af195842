import Foundation
import SignedRepositories
import StationCore
import StationTrust
import Synchronization
import Testing

@testable import StationFetch
@testable import StationHost

/// A fetch thread over a site, and all that it told.
final class FetchRun {
    private final class Told: Sendable {
        let reports = Mutex<[FetchReport]>([])
        let hasEnded = Mutex(false)
    }

    private let site: Site
    private let told = Told()
    private var thread: FetchThread?
    private let handed = HandedFiles()

    /// Starts the thread; the upstream `xã` is the site, and `huyện` the rest of its server, or another.
    init(
        _ site: Site, root: [UInt8]? = nil, other: String? = nil, bytesPerMonth: Int = 1_000_000_000
    ) throws {
        self.site = site
        let root = try root ?? #require(site.signed.files["1.root.json"])
        let rootFile = site.bench.folder + "/first.root.json"
        try Data(root).write(to: URL(fileURLWithPath: rootFile))
        let base = other ?? "http://127.0.0.1:\(site.server.port)/"
        var network = Configuration.Network()
        (network.bytesPerMonth, network.bytesPerSecond) = (bytesPerMonth, 1_000_000_000)
        var setup = FetchThread.Setup(
            upstreams: [
                .init(name: "xã", url: site.server.www, root: rootFile, rank: 1),
                .init(name: "huyện", url: base, root: rootFile, rank: 2),
            ],
            station: TimetableStation(id: "loa-1", zone: .utc), zoneName: "UTC", zones: Zones { _ in nil },
            network: network,
            state: site.bench.folder, boot: "boot")
        (setup.slowSeconds, setup.handed) = (2, handed)
        thread = try FetchThread(
            setup, report: { [told] report in told.reports.withLock { $0.append(report) } },
            ended: { [told] in told.hasEnded.withLock { $0 = true } })
    }

    /// A file that the server makes as `mode` says.
    func file(
        _ mode: String, _ name: String, _ count: Int, upstream: String = "xã", folder: String = ""
    ) throws -> RemoteFile {
        let content = try FetchBench.target(FetchServer.content(name, count))
        return RemoteFile(upstream: upstream, path: "\(folder)\(mode)/\(count)/\(name)", content: content)
    }

    func want(_ files: [RemoteFile]) { thread?.want(files) }
    func adopt(_ kind: RemoteFile.Kind, _ manifest: Manifest) { thread?.adopt(kind, manifest) { _ in } }
    func evict(_ names: [String]) { thread?.evict(names) }

    /// Polls the site to the poll's end; what was told before is forgotten.
    func poll(at time: Int64 = Site.now, isAsked: Bool = false, isTimeKnown: Bool = true) {
        told.reports.withLock { $0.removeAll { if case .used = $0 { false } else { true } } }
        thread?.poll("xã", at: time, certificatesAt: isTimeKnown ? nil : time, isAsked: isAsked)
        _ = wait { ended != nil }
    }

    /// Hands over a folder, and waits for what is said of it.
    func beginImport(_ folder: String, of upstream: String? = nil) throws -> Completion? {
        let token = handed.put(try Descriptor.open(folder, O_RDONLY | O_DIRECTORY))
        let answers = try JobQueue<Completion>()
        thread?.beginImport(token, upstream: upstream) { answers.put($0) }
        return answers.wait(atMost: 60_000_000_000)?.first
    }

    func endImport() { thread?.endImport() }

    /// Ends the thread; what it had begun is in order when this returns.
    func end() {
        thread = nil
        _ = wait { told.hasEnded.withLock(\.self) }
    }

    /// Waits until something is so, for a time that no sound machine needs.
    func wait(for condition: () throws -> Bool?) -> Bool {
        let limit = Date(timeIntervalSinceNow: 60)
        while Date() < limit {
            if (try? condition()) == true { return true }
            Foundation.Thread.sleep(forTimeInterval: 0.01)
        }
        return false
    }

    /// Waits until so many files are stored.
    func waitForStored(_ count: Int) -> [TUF.Content] {
        _ = wait { stored.count >= count }
        return stored
    }

    /// How much of a file has come, in bytes; it throws before and after.
    func come(of file: RemoteFile) throws -> Int {
        try Data(contentsOf: URL(fileURLWithPath: site.bench.part(of: file.content))).count
    }

    // MARK: What was told

    var reports: [FetchReport] { told.reports.withLock { $0 } }
    var stored: [TUF.Content] {
        reports.reduce(into: []) { all, report in
            if case .stored(let contents) = report { all += contents }
        }
    }
    var offers: [(kind: RemoteFile.Kind, timetable: SignedTimetable)] {
        reports.compactMap { if case .offered(let kind, let offer, _) = $0 { (kind, offer) } else { nil } }
    }
    /// The timetables that were in force when the run before ended.
    var recovered: [RemoteFile.Kind: SignedTimetable]? {
        reports.lazy.compactMap { if case .recovered(let timetables) = $0 { timetables } else { nil } }.first
    }
    var ended: PollResult? {
        reports.lazy.compactMap { if case .polled(_, let result) = $0 { result } else { nil } }.first
    }
    var problems: [(file: RemoteFile, why: String)] {
        reports.compactMap { if case .unfetchable(let file, let why) = $0 { (file, why) } else { nil } }
    }
    var usage: BulkUsage? {
        reports.compactMap { if case .used(let usage) = $0 { usage } else { nil } }.last
    }
    var opened: [String: Int64]? {
        reports.lazy.compactMap { if case .opened(let files) = $0 { files } else { nil } }.first
    }
}
