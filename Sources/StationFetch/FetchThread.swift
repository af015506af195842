import Glibc
package import StationCore
package import StationHost
package import StationTrust

/// The thread that asks upstreams and fetches what is wanted of them; it decides nothing.
///
/// What to want, what to let go and when to poll is the station's to say (`StationCore/Pull`).
package final class FetchThread: Sendable {
    /// What the thread works with.
    package struct Setup: Sendable {
        /// Whom to ask.
        package var upstreams: [Configuration.Upstream]
        /// Whose timetables are read.
        package var station: TimetableStation
        /// What its zone is called.
        package var zoneName: String
        /// Where zones are read.
        package var zones: Zones
        /// How the network is used.
        package var network: Configuration.Network
        /// The station's folder.
        package var state: String
        /// The identity of this boot of the machine.
        package var boot: String
        /// Where the log goes; nil where it stays here.
        package var proof: Configuration.Proof?
        /// The folders that people handed over.
        package var handed: HandedFiles
        /// So long a transfer may give next to nothing, in seconds.
        var slowSeconds = Transfers.Limit.slowSeconds

        /// Makes the setup.
        package init(
            upstreams: [Configuration.Upstream], station: TimetableStation, zoneName: String, zones: Zones,
            network: Configuration.Network, state: String, boot: String, proof: Configuration.Proof? = nil,
            handed: HandedFiles = HandedFiles()
        ) {
            (self.proof, self.handed) = (proof, handed)
            (self.upstreams, self.station) = (upstreams, station)
            (self.zoneName, self.zones) = (zoneName, zones)
            (self.network, self.state, self.boot) = (network, state, boot)
        }
    }

    /// What the thread is asked to do.
    enum Job: Sendable {
        case poll(upstream: String, at: Int64, certificatesAt: Int64?, isAsked: Bool)
        case beginImport(UInt64, upstream: String?, @Sendable (Completion) -> Void)
        case endImport
        case configure(TimetableStation, zoneName: String)
        case want([RemoteFile])
        case evict([String])
        case adopt(RemoteFile.Kind, Manifest, @Sendable (Completion) -> Void)
        case proof(ProofUploads.Job, @Sendable (Completion) -> Void)
        /// What was being made durable is, or cannot be.
        case look
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
        let loop = try FetchLoop(setup, jobs, report: report)
        try Thread.start("fetch") {
            loop.run()
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
    ///   - isAsked: whether somebody asked for it: then files that servers had wrong wait no longer.
    package func poll(
        _ upstream: String, at time: Int64, certificatesAt: Int64? = nil, isAsked: Bool = false
    ) {
        jobs.put(.poll(upstream: upstream, at: time, certificatesAt: certificatesAt, isAsked: isAsked))
    }

    /// Reads a repository that was handed over in place of its upstream's server, from now on.
    package func beginImport(
        _ token: UInt64, upstream: String?, done: @escaping @Sendable (Completion) -> Void
    ) { jobs.put(.beginImport(token, upstream: upstream, done)) }

    /// Asks the server of that upstream again.
    package func endImport() { jobs.put(.endImport) }

    /// Reads timetables for a station with other groups, languages or another zone from now on.
    package func configure(_ station: TimetableStation, zoneName: String) {
        jobs.put(.configure(station, zoneName: zoneName))
    }

    /// Fetches these files in this order in place of those before; what failed before is tried again.
    package func want(_ files: [RemoteFile]) { jobs.put(.want(files)) }

    /// Removes files of the store, and what has come of files that are not wanted any more.
    ///
    /// - Parameter names: as `ContentStore` has them.
    package func evict(_ names: [String]) { jobs.put(.evict(names)) }

    /// Writes down, durably, which timetable of a kind is the active one: the next start reports it as recovered.
    ///
    /// - Parameters:
    ///   - kind: the kind.
    ///   - manifest: what the timetable was made of.
    ///   - done: hears on this thread whether the disk has it.
    package func adopt(
        _ kind: RemoteFile.Kind, _ manifest: Manifest, done: @escaping @Sendable (Completion) -> Void
    ) { jobs.put(.adopt(kind, manifest, done)) }

    /// Makes the tree over the first lines of the log on the disk.
    package func foldLog(_ origin: LogOrigin, lines: Int64, done: @escaping @Sendable (Completion) -> Void) {
        jobs.put(.proof(.fold(origin, lines: lines), done))
    }

    /// Brings the log's store up to a head.
    package func uploadLog(_ order: LogUpload.Order, done: @escaping @Sendable (Completion) -> Void) {
        jobs.put(.proof(.upload(order), done))
    }

    /// Puts what the centre is to know into the log's store, signed.
    package func uploadStatus(_ status: JSON, done: @escaping @Sendable (Completion) -> Void) {
        jobs.put(.proof(.status(status), done))
    }
}

extension FetchThread: Fetching {}

/// What the fetch thread owns.
private final class FetchLoop {
    /// Where nothing is to be done, one look in so many milliseconds costs nothing.
    private static let idleMilliseconds: Int64 = 60_000

    private let setup: FetchThread.Setup
    private let jobs: Mailbox<FetchThread.Job>
    private let report: (FetchReport) -> Void
    private let transfers: Transfers
    private let store: ContentStore
    private let repositories: Repositories
    private let downloads: Downloads
    private let proof: ProofUploads
    private var maker: TimetableMaker { TimetableMaker(readers: repositories.readers, read: store.read) }
    private let file: ManifestFile
    private var polling: Set<String> = []
    /// Whose emergencies were judged by a floor that may have been later than the time.
    private var judgedByFloor: Set<String> = []
    /// What all upstreams offer, as it was understood last.
    private var manifests: [RemoteFile.Kind: Manifest] = [:]
    /// What the station goes by, also where the disk did not take it.
    private var adopted: [RemoteFile.Kind: Manifest] = [:]
    /// The upstreams whose timetable of a kind was read since the start.
    private var fetched: [RemoteFile.Kind: Set<String>] = [:]
    private var hasEnded = false

    init(
        _ setup: FetchThread.Setup, _ jobs: Mailbox<FetchThread.Job>, report: @escaping (FetchReport) -> Void
    ) throws(SystemError) {
        (self.setup, self.jobs, self.report) = (setup, jobs, report)
        let transfers = try Transfers(Transfers.Settings(setup.network, slowSeconds: setup.slowSeconds))
        let repositories = Repositories(setup, transfers)
        (self.transfers, self.repositories) = (transfers, repositories)
        store = ContentStore(state: setup.state, boot: setup.boot) { jobs.put(.look) }
        let budget = BulkBudget(bytesPerMonth: Int64(setup.network.bytesPerMonth), state: setup.state)
        downloads = Downloads(
            store, transfers, budget,
            place: { (try? repositories.named($0.upstream))?.url(of: $0.path, $0.content) }, report: report)
        file = ManifestFile(state: setup.state)
        proof = ProofUploads(setup, transfers, report: report)
    }

    func run() {
        report(.opened(store.files))
        for kind in RemoteFile.Kind.allCases { adopted[kind] = file.read(kind) }
        forgetOtherRoots()
        tellIssues()
        recover(adopted)
        proof.open()
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
        case .poll(let upstream, let time, let certificatesAt, let isAsked):
            transfers.certificatesAt = certificatesAt
            if isAsked { downloads.endHolds() }
            // Where the clock is not believed, the time is the floor: no month has ended because of that.
            if certificatesAt == nil { downloads.turn(to: time) }
            poll(upstream, at: time, isTimeKnown: certificatesAt == nil)
        case .beginImport(let token, let upstream, let done):
            do {
                let imported = try repositories.beginImport(setup.handed.take(token), upstream)
                done(.importing(upstream: imported))
            } catch { done(.failed("\(error)")) }
        case .endImport: repositories.endImport()
        case .configure(let station, let zoneName):
            repositories.configure(station, zoneName: zoneName)
            recover(adopted)
        case .want(let files): downloads.want(files)
        case .evict(let names): downloads.evict(names)
        case .adopt(let kind, let manifest, let done):
            adopted[kind] = manifest
            do throws(SystemError) {
                try file.write(manifest, kind)
                done(.done)
            } catch { done(.failed("\(error)")) }
        case .proof(let job, let done): proof.carryOut(job, done)
        case .look: break
        case .end: hasEnded = true
        }
    }

    // MARK: Polls

    private func poll(_ upstream: String, at time: Int64, isTimeKnown: Bool) {
        guard polling.insert(upstream).inserted else {
            let why = "the poll before is still under way"
            return report(.polled(upstream: upstream, .failed(why: why, isUnreachable: true)))
        }
        do {
            let repository = try repositories.named(upstream)
            // One that had ended by a false floor has not by the clock.
            if isTimeKnown, judgedByFloor.remove(upstream) != nil { repository.forgetTimestamp() }
            if !isTimeKnown { judgedByFloor.insert(upstream) }
            repository.poll(at: time) { [self] result in
                switch result {
                case .success(.unchanged): end(upstream, .unchanged)
                case .success(.refreshed):
                    read(repository, RemoteFile.Kind.allCases[...], at: (time, isTimeKnown), failure: nil)
                case .failure(let problem): fail(upstream, problem)
                }
            }
        } catch { fail(upstream, .init(description: "\(error)")) }
    }

    /// Reads one timetable after the other, the emergency's first; what is wrong with one keeps none from the next.
    private func read(
        _ repository: Repository, _ kinds: ArraySlice<RemoteFile.Kind>,
        at time: (seconds: Int64, isKnown: Bool),
        failure: Repository.Problem?
    ) {
        let upstream = repository.name
        guard let kind = kinds.first, let reader = repositories.reader(upstream) else {
            if let failure {
                repository.forgetTimestamp()
                return fail(upstream, failure)
            }
            let (version, issued) = (repository.targetsVersion, repository.issued)
            return end(upstream, .changed(targetsVersion: version, issued: issued))
        }
        let question = ChannelReading.Question(
            kind: kind, reader: reader, time: time.seconds, isTimeKnown: time.isKnown,
            before: manifests[kind]?.channels[upstream])
        let reading = ChannelReading(question, repository, store) { [self] result, lapse in
            var failure = failure ?? lapse
            switch result {
            case .success(let channel):
                if let problem = offer(upstream, kind, channel) {
                    failure = failure ?? .init(description: problem)
                }
            case .failure(let problem): failure = failure ?? problem
            }
            read(repository, kinds.dropFirst(), at: time, failure: failure)
        }
        reading.start()
    }

    private func fail(_ upstream: String, _ problem: Repository.Problem) {
        end(upstream, .failed(why: problem.description, isUnreachable: problem.isUnreachable))
    }

    // MARK: Timetables

    /// Lets go of what was believed by another root than the one that the station has been handed since.
    ///
    /// Whoever hands over another root believes the one before no more. It is written down before anything is fetched
    /// by the new one: then nothing tells any longer that there was another.
    private func forgetOtherRoots() {
        for (kind, manifest) in adopted {
            let kept = Manifest(manifest.channels.filter { !repositories.hasOtherRoot($0.key) })
            guard kept != manifest else { continue }
            adopted[kind] = kept
            file.leave(kept, kind)
        }
    }

    /// Tells when what earlier runs believed was issued: no clock is earlier than that.
    private func tellIssues() {
        for upstream in setup.upstreams {
            guard let issued = (try? repositories.named(upstream.name))?.issued else { continue }
            report(.issued(upstream: upstream.name, issued))
        }
    }

    /// Tells of the timetables that were active when an earlier run ended: they are those of now until something
    /// else is offered.
    private func recover(_ adopted: [RemoteFile.Kind: Manifest]) {
        var recovered: [RemoteFile.Kind: SignedTimetable] = [:]
        for kind in RemoteFile.Kind.allCases {
            recovered[kind] = adopted[kind].map { maker.timetable($0, kind).timetable }
            manifests[kind] = recovered[kind]?.manifest
        }
        report(.recovered(recovered))
    }

    /// Offers all upstreams' timetable of a kind with what one of them has now.
    ///
    /// - Returns: why that cannot be taken; then what it had before stays (I9).
    private func offer(
        _ upstream: String, _ kind: RemoteFile.Kind, _ channel: Manifest.Channel
    ) -> String? {
        let isFirst = !fetched[kind, default: []].contains(upstream)
        let before = manifests[kind]?.channels[upstream]
        // That only other files of the targets have changed is no news.
        let isSame = before.map { $0.contents == channel.contents && $0.expires == channel.expires } ?? false
        guard isFirst || !isSame else { return nil }
        var manifest = manifests[kind] ?? Manifest()
        manifest.channels[upstream] = channel
        let made = maker.timetable(manifest, kind)
        if let problem = refusal(of: upstream, kind, made, before: before) { return problem }
        manifests[kind] = manifest
        fetched[kind, default: []].insert(upstream)
        report(.offered(kind, made.timetable, fetched: fetched[kind] ?? []))
        return nil
    }

    /// Why an upstream's part of a timetable is not to be taken.
    ///
    /// Where there is none yet, half of one is better than silence.
    private func refusal(
        of upstream: String, _ kind: RemoteFile.Kind, _ made: TimetableMaker.Made, before: Manifest.Channel?
    ) -> String? {
        let hasCalendar = made.timetable.manifest.channels[upstream]?.contents.keys.contains {
            $0.hasSuffix(".ics")
        }
        if kind == .ordinary, hasCalendar == false, before?.contents.isEmpty == false {
            return "it has no schedule.ics any more"
        }
        let refused = made.refused.first { $0.upstream == upstream && ($0.isEmpty || before != nil) }
        return refused.map(made.text)
    }

    private func end(_ upstream: String, _ result: PollResult) {
        polling.remove(upstream)
        report(.polled(upstream: upstream, result))
    }
}

/// The repositories of all upstreams.
///
/// Fetch thread. One that cannot be opened is tried again with the next poll.
private final class Repositories {
    private var setup: FetchThread.Setup
    private let transfers: Transfers
    private var opened: [String: Repository] = [:]
    /// The repository that is read from a folder.
    private var imported: (repository: Repository, folder: ImportedFolder)?

    init(_ setup: FetchThread.Setup, _ transfers: Transfers) {
        (self.setup, self.transfers) = (setup, transfers)
    }

    /// - Throws: why it cannot be opened.
    func named(_ name: String) throws -> Repository {
        if let repository = opened[name] { return repository }
        guard let upstream = setup.upstreams.first(where: { $0.name == name }) else {
            throw Repository.Problem(description: "no such upstream")
        }
        let root = try readFile(upstream.root, limit: TUF.Limit.rootBytes)
        let repository = try Repository(
            name: name, url: upstream.repositoryURL, root: root, state: setup.state, transfers: transfers)
        opened[name] = repository
        return repository
    }

    // MARK: Import

    /// Reads a repository in a folder in place of its upstream's server.
    ///
    /// - Returns: whose it is.
    /// - Throws: why it cannot be read, for a person.
    func beginImport(_ descriptor: consuming Descriptor?, _ upstream: String?) throws -> String {
        endImport()
        guard let descriptor else { throw Repository.Problem(description: "no folder was handed over") }
        let folder = ImportedFolder(descriptor)
        let name = try upstream ?? folder.owner(among: setup.upstreams)
        let repository = try named(name)
        // What is on its way from the server would be another answer to the question that comes next.
        transfers.cancel(under: repository.base)
        repository.importedFrom = folder.url
        imported = (repository, folder)
        return name
    }

    /// Goes back to the server; what is on its way from the folder ends.
    func endImport() {
        guard let (repository, _) = imported else { return }
        transfers.cancel(under: repository.base)
        repository.importedFrom = nil
        imported = nil
    }

    /// Whether an upstream was handed another root since its metadata was fetched.
    func hasOtherRoot(_ name: String) -> Bool {
        guard let upstream = setup.upstreams.first(where: { $0.name == name }),
            let root = try? readFile(upstream.root, limit: TUF.Limit.rootBytes),
            let first = try? MetadataFolder.firstRoot(of: name, in: setup.state)
        else { return false }
        return root != first
    }

    /// What was read for another station is not all that this one needs: the next poll of each reads it whole.
    func configure(_ station: TimetableStation, zoneName: String) {
        (setup.station, setup.zoneName) = (station, zoneName)
        for repository in opened.values { repository.forgetTimestamp() }
    }

    func reader(_ name: String) -> ChannelReader? { readers.first { $0.upstream.name == name } }

    var readers: [ChannelReader] {
        setup.upstreams.map {
            ChannelReader(
                upstream: $0, station: setup.station, zoneName: setup.zoneName, zones: setup.zones)
        }
    }
}
