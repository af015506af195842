import StationCore
import StationHost
import StationTrust

/// Brings what is wanted into the store, one file after the other, in the order in which it is wanted.
///
/// Fetch thread. Bulk stands back while anything of an emergency is under way, and goes on afterwards where it was.
final class Downloads {
    /// When what has come is made durable together.
    private enum Batch {
        static let files = 32
        static let bytes: Int64 = 16 << 20
        static let time = Duration.seconds(1)
    }

    /// After a cut the same server is asked again at once if it gave so many bytes; else with the next list.
    private static let worthGoingOn: Int64 = 64 << 10

    /// The file that is under way.
    private final class Current {
        let file: RemoteFile
        let download: Download
        /// How much was there when it was asked for.
        let start: Int64
        var end: TransferEnd?

        init(_ file: RemoteFile, _ download: Download) {
            (self.file, self.download, start) = (file, download, download.count)
        }
    }

    private let store: ContentStore
    private let transfers: Transfers
    private let place: (RemoteFile) -> String?
    private let report: (FetchReport) -> Void
    private(set) var budget: BulkBudget
    private var counted: Int64 = 0
    /// What is still to be had, the first one last.
    private var queue: [RemoteFile] = []
    private var current: Current?
    /// What is whole and was not told yet as stored.
    private var whole: [RemoteFile] = []
    /// What was not what somebody signed for: how often, and until when it is not fetched again.
    ///
    /// A server that has it wrong must not use up the month.
    private var wrong: [TUF.Content: (count: Int, why: String, until: MonotonicInstant)] = [:]
    private static let firstHold = Duration.seconds(60)
    private static let longestHold = Duration.seconds(3600)
    private static let mostWrong = 10_000
    /// What is passed over until the next list.
    private var passed: (upstreams: Set<String>, files: Set<RemoteFile>, all: Bool) = ([], [], false)
    /// When what has come is to be durable at the latest.
    private var batchEnds: MonotonicInstant?

    /// - Parameters:
    ///   - store: takes the files.
    ///   - transfers: bring them.
    ///   - budget: bounds what can wait.
    ///   - place: the URL of a file; nil if its upstream has none.
    ///   - report: is told what came of it.
    init(
        _ store: ContentStore, _ transfers: Transfers, _ budget: BulkBudget,
        place: @escaping (RemoteFile) -> String?, report: @escaping (FetchReport) -> Void
    ) {
        (self.store, self.transfers, self.budget) = (store, transfers, budget)
        (self.place, self.report) = (place, report)
        report(.used(budget.usage))
    }

    /// Takes another list of what is wanted in place of the one before; what failed by it is tried again.
    func want(_ files: [RemoteFile]) {
        queue = files.reversed()
        passed = ([], [], false)
        // Calendars and playlists were kept by whoever read them: who still wants them has not heard of it.
        let held = files.map(\.content).filter(store.contains)
        if !held.isEmpty { report(.stored(held)) }
        if let current, current.end == nil, !files.contains(current.file) { cancel() }
        removeParts()
        let now = Clocks.read().monotonic
        for file in files {
            if let held = wrong[file.content], held.until > now { pass(file, held.why) }
        }
    }

    /// Lets the next list try what servers had wrong: somebody asks, and it may be mended.
    ///
    /// Where it is not, it is held back for longer than before.
    func endHolds() {
        let now = Clocks.read().monotonic
        for content in wrong.keys { wrong[content]?.until = now }
    }

    /// Goes by the budget of the month of a time that is believed, in seconds since 1970.
    func turn(to time: Int64) {
        if budget.turn(to: time) { report(.used(budget.usage)) }
    }

    /// Removes files of the store, and what has come of files that nobody wants any more.
    func evict(_ names: [String]) {
        store.remove(names)
        removeParts()
    }

    private func removeParts() {
        store.removeParts(but: (queue + [current?.file].compactMap(\.self)).map(\.content))
    }

    /// Looks what has ended, what comes next, and what is to be durable.
    ///
    /// - Parameter now: the instant.
    /// - Returns: when to look again at the latest, if nothing comes before.
    func step(at now: MonotonicInstant) -> MonotonicInstant? {
        countBulk()
        letOthersGoFirst()
        settle()
        endCommit()
        if let next = next() {
            if let current {
                if next.isEmergency, !current.file.isEmergency {
                    cancel()
                    settle()
                    start(next)
                }
            } else {
                start(next)
            }
        }
        commit(at: now)
        // What ended without a transfer, and what comes after it, is looked at once more.
        let isSettled = current.map { $0.end == nil } ?? (next() == nil)
        return isSettled ? (store.isCommitting ? nil : batchEnds) : now
    }

    /// Brings to the disk what is on its way, before the end.
    func close() {
        cancel()
        settle()
        endCommit(waits: true)
        startCommit()
        endCommit(waits: true)
        budget.write()
    }

    // MARK: One file

    /// Whether bulk has to wait: for an emergency, or for a disk that is slower than the network.
    private var isBulkHeld: Bool {
        transfers.isComing(.emergency) || (store.isCommitting && isBatchFull)
    }

    /// The first file that is to be fetched now.
    private func next() -> RemoteFile? {
        guard !passed.all else { return nil }
        while let file = queue.last, store.contains(file.content) || isPassed(file) { queue.removeLast() }
        // What has come whole is not fetched twice, and stays wanted until it is known to be right.
        let file = queue.last { file in
            // Files of this machine come whatever the month has used.
            !store.holds(file.content) && !isPassed(file)
                && (!budget.isExhausted || file.isEmergency || isLocal(file))
        }
        guard let file else { return nil }
        if file.isEmergency { return file }
        return isBulkHeld ? nil : file
    }

    private func isLocal(_ file: RemoteFile) -> Bool { place(file).flatMap(FileURL.path) != nil }

    private func isPassed(_ file: RemoteFile) -> Bool {
        passed.upstreams.contains(file.upstream) || passed.files.contains(file)
    }

    /// Puts an upstream whose server gives next to nothing behind the others, which must not wait for it for ever.
    ///
    /// What has come of its file stays. Nothing wakes for it: whatever trickles does.
    private func letOthersGoFirst() {
        // A server that knows no ranges would begin again each time, and never end.
        guard let current, current.download.isResumable, transfers.isTrickling(current.download) else {
            return
        }
        let slow = current.file
        /// The higher goes first.
        func precedence(_ file: RemoteFile) -> Int {
            (file.isEmergency ? 2 : 0)
                + (file.upstream == slow.upstream && file.isEmergency == slow.isEmergency ? 0 : 1)
        }
        let others = queue.contains {
            precedence($0) > precedence(slow) && !store.holds($0.content) && !isPassed($0)
        }
        guard others else { return }
        queue = (0...3).flatMap { number in queue.filter { precedence($0) == number } }
        cancel()
    }

    private func start(_ file: RemoteFile) {
        guard let url = place(file), let length = file.content.length else {
            return pass(file, "its upstream is not configured")
        }
        do throws(SystemError) {
            let download = try store.download(file.content)
            let current = Current(file, download)
            self.current = current
            if download.isWhole { return current.end = .complete }
            let request = TransferRequest(
                url: url, purpose: file.isEmergency ? .emergency : .bulk, rest: download.rest, limit: length)
            transfers.start(request, into: download) { current.end = $0 }
        } catch { passAll([file], "\(error)") }
    }

    /// Gives up what is under way, for now; what has come of it stays.
    private func cancel() {
        guard let current, current.end == nil else { return }
        transfers.cancel(current.download)
    }

    private func settle() {
        guard let current, let end = current.end else { return }
        self.current = nil
        let (file, download) = (current.file, current.download)
        if case .disk(let error) = download.problem { return passAll([file], "\(error)") }
        switch end {
        case .complete: finish(file, download)
        case .noRest: download.forget()
        case .cancelled: keep(file, download)
        case .missing: pass(file, "not on the server")
        case .stopped:
            download.forget()
            let why = download.problem ?? .refused("longer than \(file.content.length ?? 0) bytes")
            passWrong(file, "\(why)")
        case .failed(let why):
            keep(file, download)
            if download.count - current.start < Self.worthGoingOn {
                passed.upstreams.insert(file.upstream)
                report(.unfetchable(file, why))
                report(.passedOver(upstream: file.upstream))
            }
        case .unchanged: pass(file, "nobody asked for 304")
        }
    }

    private func finish(_ file: RemoteFile, _ download: Download) {
        guard download.isWhole else {
            download.forget()
            let reason = TUF.Refusal.Reason.wrongLength(
                expected: file.content.length ?? 0, found: download.count)
            return passWrong(file, "\(reason)")
        }
        guard file.isEmergency else {
            store.add(download)
            return whole.append(file)
        }
        do throws(SystemError) {
            guard try store.addAtOnce(download) else { return passWrong(file, Self.wrongHash) }
            wrong[file.content] = nil
            report(.stored([file.content]))
        } catch { passAll([file], "\(error)") }
    }

    /// Makes what has come of a file sure against a power cut.
    private func keep(_ file: RemoteFile, _ download: Download) {
        do throws(SystemError) { try download.sync() } catch { passAll([file], "\(error)") }
    }

    private func pass(_ file: RemoteFile, _ why: String) {
        passed.files.insert(file)
        report(.unfetchable(file, why))
    }

    private static let wrongHash = "\(TUF.Refusal.Reason.wrongHash)"

    /// What a server has wrong is fetched again later and later.
    private func passWrong(_ file: RemoteFile, _ why: String) {
        let count = (wrong[file.content]?.count ?? 0) + 1
        let hold = min(Self.firstHold * (1 << min(count - 1, 8)), Self.longestHold)
        if wrong.count >= Self.mostWrong { wrong = [:] }
        wrong[file.content] = (count, why, Clocks.read().monotonic + hold)
        pass(file, why)
    }

    /// A disk that takes nothing takes nothing of any file.
    private func passAll(_ files: [RemoteFile], _ why: String) {
        passed.all = true
        for file in files { report(.unfetchable(file, why)) }
        report(.passedOver(upstream: nil))
    }

    // MARK: Batches and budget

    private var isBatchFull: Bool {
        let (count, bytes) = store.uncommitted
        return count >= Batch.files || bytes >= Batch.bytes
    }

    private func commit(at now: MonotonicInstant) {
        guard store.uncommitted.count > 0 else { return batchEnds = nil }
        let ends = batchEnds ?? now + Batch.time
        batchEnds = ends
        if isBatchFull || now >= ends || current == nil { startCommit() }
    }

    private func startCommit() {
        guard !store.isCommitting else { return }
        batchEnds = nil
        store.startCommit()
    }

    private func endCommit(waits: Bool = false) {
        do throws(SystemError) {
            let ended = try store.endCommit(waits: waits)
            for file in whole where ended.wrong.contains(file.content) { passWrong(file, Self.wrongHash) }
            whole.removeAll { !store.isUnsettled($0.content) }
            for content in ended.stored { wrong[content] = nil }
            if !ended.stored.isEmpty { report(.stored(ended.stored)) }
        } catch {
            let lost = whole.filter { !store.isUnsettled($0.content) }
            whole.removeAll(where: lost.contains)
            passAll(lost, "\(error)")
        }
    }

    private func countBulk() {
        let all = transfers.bulkBytes
        if budget.count(all - counted) { report(.used(budget.usage)) }
        counted = all
        if budget.isExhausted, let current, !current.file.isEmergency, !isLocal(current.file) { cancel() }
    }
}
