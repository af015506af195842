import StationCore
import StationHost
import StationTrust

/// Reads one of a channel's timetables out of its repository: the calendars, then all that they refer to.
///
/// Fetch thread; one at a time of a repository, after a poll that was believed.
final class ChannelReading {
    /// The most paths of a timetable; nobody's channel is nearly as large.
    static let mostPaths = 50_000
    /// The most bytes of its calendars and playlists together.
    static let mostTextBytes = 64 << 20

    private let kind: RemoteFile.Kind
    private let reader: ChannelReader
    private let repository: Repository
    private let store: ContentStore
    private let then: (Result<ChannelOffer, Repository.Problem>) -> Void
    private var offer: ChannelOffer
    private var textBytes = 0
    /// What is still to be looked for, and everything that was.
    private var pending: [String]
    private var asked: Set<String>
    private var isWaiting = false
    private var isAdvancing = false
    private var hasEnded = false

    /// - Parameters:
    ///   - kind: which timetable.
    ///   - reader: says what a station wants of a channel.
    ///   - repository: has it.
    ///   - store: has its texts, or gets them.
    ///   - then: is told once what there is, maybe before `start` returns.
    init(
        _ kind: RemoteFile.Kind, _ reader: ChannelReader, _ repository: Repository, _ store: ContentStore,
        then: @escaping (Result<ChannelOffer, Repository.Problem>) -> Void
    ) {
        (self.kind, self.reader, self.repository, self.store) = (kind, reader, repository, store)
        self.then = then
        offer = ChannelOffer(upstream: repository.name, kind: kind)
        pending = reader.station.calendarPaths.filter { RemoteFile.Kind(of: $0) == kind }
        asked = Set(pending)
    }

    /// Begins, and goes on by itself.
    ///
    /// A loop, not a recursion: what is known already answers at once, a thousand times in a row.
    func start() {
        guard !isAdvancing else { return }
        isAdvancing = true
        defer { isAdvancing = false }
        while !isWaiting, !hasEnded {
            if pending.isEmpty { addReferences() }
            guard let path = pending.popLast() else { return end(.success(offer)) }
            isWaiting = true
            repository.find(path, for: purpose) { [self] in found(path, $0) }
        }
    }

    private var purpose: TransferRequest.Purpose { kind == .emergency ? .emergency : .metadata }

    private func addReferences() {
        let references = reader.references(offer).filter { RemoteFile.Kind(of: $0) == kind }
        pending = references.filter { asked.insert($0).inserted }
        guard asked.count > Self.mostPaths else { return }
        end(.failure(.init(description: "its timetable refers to more than \(Self.mostPaths) files")))
    }

    private func found(_ path: String, _ result: Result<TUF.Target?, Repository.Problem>) {
        switch result {
        case .failure(let problem): end(.failure(problem))
        // What nobody offers is missed by whoever compiles the timetable.
        case .success(nil): goOn()
        case .success(let target?):
            offer.contents[path] = target.content
            guard reader.isText(path) else { return goOn() }
            read(path, target.content)
        }
    }

    private func read(_ path: String, _ content: TUF.Content) {
        textBytes += Int(clamping: content.length ?? 0)
        guard textBytes <= Self.mostTextBytes else {
            let problem = "more than \(Self.mostTextBytes >> 20) MiB of calendars and playlists"
            return end(.failure(.init(description: problem)))
        }
        if let kept = store.read(content, limit: Self.mostTextBytes) {
            offer.texts[path] = kept
            return goOn()
        }
        repository.text(of: path, content, for: purpose) { [self] result in
            do {
                let bytes = try result.get()
                try store.keep(bytes, as: content)
                offer.texts[path] = bytes
                goOn()
            } catch let problem as Repository.Problem {
                end(.failure(problem))
            } catch { end(.failure(.init(description: "\(error)"))) }
        }
    }

    private func goOn() {
        isWaiting = false
        start()
    }

    private func end(_ result: Result<ChannelOffer, Repository.Problem>) {
        guard !hasEnded else { return }
        hasEnded = true
        then(result)
    }
}

/// What a station wants of one upstream's channel.
struct ChannelReader {
    let upstream: Configuration.Upstream
    let station: TimetableStation
    let zones: Zones

    /// Whether a file is read, not played.
    func isText(_ path: String) -> Bool {
        path.hasSuffix(".ics") || path.lowercased().hasSuffix(".m3u8")
    }

    /// The paths that the texts so far refer to.
    func references(_ offer: ChannelOffer) -> [String] {
        let files = offer.texts.map { ChannelSource.File(path: $0.key, bytes: $0.value) }
        return ChannelSource(
            upstream: upstream.name, rank: upstream.rank, classes: upstream.classes,
            liveHosts: upstream.live ? upstream.liveHosts : [], files: files
        ).references(for: station, zones: zones)
    }
}
