import Foundation
import StationCore
import StationTrust
import Testing

@testable import StationFetch
@testable import StationHost

/// Downloads into a store, step by step in the test's own thread, and what they told.
final class DownloadsRun {
    private final class Told { var reports: [FetchReport] = [] }

    let bench: FetchBench
    let store: ContentStore
    let downloads: Downloads
    private let told = Told()

    init(
        _ bench: FetchBench, calls: DiskCalls = .kernel, place: @escaping (RemoteFile) -> String?
    ) {
        self.bench = bench
        store = ContentStore(state: bench.folder, boot: "boot", calls: calls)
        downloads = Downloads(
            store, bench.transfers, BulkBudget(bytesPerMonth: 1 << 40, state: bench.folder), place: place,
            report: { [told] in told.reports.append($0) })
    }

    /// A file of the server, by what it is called in the repository.
    static func file(
        _ path: String, _ name: String? = nil, count: Int = 1000, upstream: String = "xã"
    ) throws -> RemoteFile {
        let content = try FetchBench.target(FetchServer.content(name ?? path, count))
        return RemoteFile(upstream: upstream, path: path, content: content)
    }

    /// Steps until something is so; whether it is.
    func goOn(seconds: Double = 30, until isEnough: () -> Bool) -> Bool {
        bench.wait(seconds: seconds) {
            _ = downloads.step(at: Clocks.read().monotonic)
            return isEnough() ? true : nil
        } ?? false
    }

    func forget() { told.reports = [] }

    /// What is stored, in that order.
    var stored: [TUF.Content] {
        told.reports.reduce(into: []) { all, report in
            if case .stored(let contents) = report { all += contents }
        }
    }

    /// Why files could not be had.
    var problems: [String] {
        told.reports.compactMap { if case .unfetchable(_, let why) = $0 { why } else { nil } }
    }
}
