import Glibc
package import StationCore
package import StationHost
import StationTrust

/// The thread that asks upstreams and fetches what is wanted of them; it decides nothing.
///
/// What to want, what to let go and when to poll is the station's to say (`StationCore/Pull`).
package final class FetchThread: Sendable {
    /// What the thread works with.
    package struct Setup: Sendable {
        /// An upstream, and the root that the station was given for it.
        package struct Upstream: Sendable {
            /// As configured.
            package var configuration: Configuration.Upstream
            /// The file's bytes.
            package var root: [UInt8]

            /// Makes the upstream.
            package init(_ configuration: Configuration.Upstream, root: [UInt8]) {
                (self.configuration, self.root) = (configuration, root)
            }
        }

        /// Whom to ask.
        package var upstreams: [Upstream]
        /// Whose timetables are read.
        package var station: TimetableStation
        /// Where zones are read.
        package var zones: Zones
        /// How the network is used.
        package var network: Configuration.Network
        /// The station's folder.
        package var state: String
        /// The identity of this boot of the machine.
        package var boot: String
        /// So long a transfer may give next to nothing, in seconds.
        var slowSeconds = Transfers.Limit.slowSeconds

        /// Makes the setup.
        package init(
            upstreams: [Upstream], station: TimetableStation, zones: Zones, network: Configuration.Network,
            state: String, boot: String
        ) {
            (self.upstreams, self.station, self.zones) = (upstreams, station, zones)
            (self.network, self.state, self.boot) = (network, state, boot)
        }
    }

    /// What the thread is asked to do.
    enum Job: Sendable {
        case poll(upstream: String, at: Int64, certificatesAt: Int64?)
        case want([RemoteFile])
        case evict([String])
        case end
    }

    private let jobs: Mailbox<Job>

    /// Starts the thread.
    ///
    /// - Parameters:
    ///   - setup: what it works with.
    ///   - report: gets everything that comes of it, on this thread.
    ///   - ended: hears, on this thread, that everything is in order after its owner has gone.
    /// - Throws: `SystemError` when the machine has no thread left, or the state's folder cannot be used.
    package init(
        _ setup: Setup, report: @escaping @Sendable (FetchReport) -> Void,
        ended: @escaping @Sendable () -> Void = {}
    ) throws(SystemError) {
        let jobs = try Mailbox<Job>()
        self.jobs = jobs
        let loop = try FetchLoop(setup, report: report)
        try Thread.start("fetch") {
            loop.run(jobs)
            ended()
        }
    }

    deinit { jobs.put(.end) }

    /// Asks an upstream whether there is anything new; one poll of it at a time.
    ///
    /// - Parameters:
    ///   - upstream: its name.
    ///   - time: by which metadata is judged, in seconds since 1970; bulk uses the budget of its month.
    ///   - certificatesAt: by which certificates of servers are, likewise; nil for the clock's time.
    package func poll(_ upstream: String, at time: Int64, certificatesAt: Int64? = nil) {
        jobs.put(.poll(upstream: upstream, at: time, certificatesAt: certificatesAt))
    }

    /// Fetches these files in this order in place of those before; what failed before is tried again.
    package func want(_ files: [RemoteFile]) { jobs.put(.want(files)) }

    /// Removes files of the store, and what has come of files that are not wanted any more.
    ///
    /// - Parameter names: as `ContentStore` has them.
    package func evict(_ names: [String]) { jobs.put(.evict(names)) }
}

/// What the fetch thread owns.
private final class FetchLoop {
    /// Where nothing is to be done, one look in so many milliseconds costs nothing.
    private static let idleMilliseconds: Int64 = 60_000

    private let setup: FetchThread.Setup
    private let report: (FetchReport) -> Void
    private let transfers: Transfers
    private let store: ContentStore
    private let repositories: Repositories
    private let downloads: Downloads
    private var polling: Set<String> = []
    /// What was offered last: of an upstream's targets, those that one of its timetables refers to.
    private var offered: [String: [RemoteFile.Kind: [String: TUF.Content]]] = [:]
    private var hasEnded = false

    init(_ setup: FetchThread.Setup, report: @escaping (FetchReport) -> Void) throws(SystemError) {
        (self.setup, self.report) = (setup, report)
        let transfers = try Transfers(Transfers.Settings(setup.network, slowSeconds: setup.slowSeconds))
        let repositories = Repositories(setup, transfers)
        (self.transfers, self.repositories) = (transfers, repositories)
        store = try ContentStore(state: setup.state, boot: setup.boot)
        let budget = BulkBudget(bytesPerMonth: Int64(setup.network.bytesPerMonth), state: setup.state)
        downloads = Downloads(
            store, transfers, budget,
            place: { (try? repositories.named($0.upstream))?.url(of: $0.path, $0.content) }, report: report)
        report(.opened(store.files))
    }

    func run(_ jobs: Mailbox<FetchThread.Job>) {
        while true {
            for job in jobs.take() { carryOut(job) }
            if hasEnded { return downloads.close() }
            let now = Clocks.read().monotonic
            let next = downloads.step(at: now)
            let wait = next.map { max(0, ($0 - now).nanoseconds / 1_000_000) } ?? Self.idleMilliseconds
            transfers.round(atMost: Int32(min(wait, Self.idleMilliseconds)), or: jobs.descriptor)
        }
    }

    private func carryOut(_ job: FetchThread.Job) {
        switch job {
        case .poll(let upstream, let time, let certificatesAt):
            transfers.certificatesAt = certificatesAt
            downloads.turn(to: time)
            poll(upstream, at: time)
        case .want(let files): downloads.want(files)
        case .evict(let names): downloads.evict(names)
        case .end: hasEnded = true
        }
    }

    // MARK: Polls

    private func poll(_ upstream: String, at time: Int64) {
        guard polling.insert(upstream).inserted else {
            return report(.polled(upstream: upstream, .failed("the poll before is still under way")))
        }
        do {
            let repository = try repositories.named(upstream)
            repository.poll(at: time) { [self] result in
                switch result {
                case .success(.unchanged): end(upstream, .unchanged)
                case .success(.refreshed): read(repository, RemoteFile.Kind.allCases[...], failure: nil)
                case .failure(let problem): end(upstream, .failed("\(problem)"))
                }
            }
        } catch { end(upstream, .failed("\(error)")) }
    }

    /// Reads one timetable after the other, the emergency's first; what is wrong with one keeps none from the next.
    private func read(
        _ repository: Repository, _ kinds: ArraySlice<RemoteFile.Kind>, failure: Repository.Problem?
    ) {
        let upstream = repository.name
        guard let kind = kinds.first, let reader = repositories.reader(upstream) else {
            if let failure {
                repository.forgetTimestamp()
                return end(upstream, .failed("\(failure)"))
            }
            let (version, issued) = (repository.targetsVersion, repository.issued)
            return end(upstream, .changed(targetsVersion: version, issued: issued))
        }
        let reading = ChannelReading(kind, reader, repository, store) { [self] result in
            var failure = failure
            switch result {
            case .success(let offer): tell(offer)
            case .failure(let problem): failure = failure ?? problem
            }
            read(repository, kinds.dropFirst(), failure: failure)
        }
        reading.start()
    }

    private func tell(_ offer: ChannelOffer) {
        guard offered[offer.upstream]?[offer.kind] != offer.contents else { return }
        offered[offer.upstream, default: [:]][offer.kind] = offer.contents
        report(.offered(offer))
    }

    private func end(_ upstream: String, _ result: PollResult) {
        polling.remove(upstream)
        report(.polled(upstream: upstream, result))
    }
}

/// The repositories of all upstreams, each opened when it is needed first.
///
/// Fetch thread. One that cannot be opened is tried again with the next poll.
private final class Repositories {
    private let setup: FetchThread.Setup
    private let transfers: Transfers
    private var opened: [String: Repository] = [:]

    init(_ setup: FetchThread.Setup, _ transfers: Transfers) {
        (self.setup, self.transfers) = (setup, transfers)
    }

    /// - Throws: why it cannot be opened.
    func named(_ name: String) throws -> Repository {
        if let repository = opened[name] { return repository }
        guard let upstream = setup.upstreams.first(where: { $0.configuration.name == name }) else {
            throw Repository.Problem(description: "no such upstream")
        }
        let url = upstream.configuration.url
        let repository = try Repository(
            name: name, url: url.hasPrefix("/") ? "file://" + url : url, root: upstream.root,
            state: setup.state,
            transfers: transfers)
        opened[name] = repository
        return repository
    }

    func reader(_ name: String) -> ChannelReader? {
        setup.upstreams.first { $0.configuration.name == name }.map {
            ChannelReader(upstream: $0.configuration, station: setup.station, zones: setup.zones)
        }
    }
}
