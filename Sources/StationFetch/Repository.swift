import Glibc
import StationHost
import StationTrust

/// One upstream's repository: its metadata kept on disk, refreshed and asked through transfers.
///
/// Fetch thread.
final class Repository {
    /// Why something was not had.
    struct Problem: Error, CustomStringConvertible {
        let description: String
        /// Whether the server was not reached, rather than not believed.
        var isUnreachable = false
    }

    /// What a poll brought.
    enum Poll {
        /// The same timestamp as before.
        case unchanged
        /// Another timestamp, believed with all that hangs on it.
        case refreshed
    }

    let name: String
    private let url: String
    private let folder: MetadataFolder
    private let transfers: Transfers
    private var client: TUF.Client
    /// Which timestamp the server gave last, of what is believed.
    private var polled: Validators?

    /// - Throws: why the root is none, or the folder cannot be used.
    init(name: String, url: String, root: [UInt8], state: String, transfers: Transfers) throws {
        self.name = name
        self.url = url.hasSuffix("/") ? url : url + "/"
        self.transfers = transfers
        folder = try MetadataFolder(path: "\(state)/upstreams/\(name)/metadata")
        // The kept root has gone further than the one that was handed over, if it is of the same line.
        let kept = try folder.read("root", limit: TUF.Limit.rootBytes)
        client = try TUF.Client(root: kept ?? root)
        if kept == nil { try folder.write(root, as: "root") }
    }

    /// The version of the believed root's consistency, for names of targets.
    var root: TUF.Root { client.root }

    // MARK: Refreshing

    /// Looks whether there is anything new: one conditional request where there is not.
    func poll(at time: Int64, for purpose: TransferRequest.Purpose, then: @escaping (Result<Poll, Problem>) -> Void) {
        let sink = Collector(limit: TUF.Limit.timestampBytes)
        let request = TransferRequest(
            url: url + "metadata/timestamp.json", purpose: purpose, unless: polled,
            limit: Int64(TUF.Limit.timestampBytes))
        transfers.start(request, into: sink) { [self] end in
            if end == .unchanged { return then(.success(.unchanged)) }
            let timestamp = Self.answer(end, sink)
            polled = nil
            drive(client.refresh(at: time), purpose, timestamp: timestamp) { [self] result in
                if case .success = result, end == .complete { polled = sink.validators }
                then(result.map { _ in .refreshed })
            }
        }
    }

    /// Looks for a target, by what the last poll brought.
    func find(
        _ path: String, for purpose: TransferRequest.Purpose,
        then: @escaping (Result<TUF.Target?, Problem>) -> Void
    ) {
        drive(client.search(for: path), purpose) { result in
            then(result.map { if case .found(let target) = $0 { target } else { nil } })
        }
    }

    /// Goes the client's way to its end.
    ///
    /// - Parameter timestamp: what the poll got, so that it is not fetched a second time.
    private func drive(
        _ first: TUF.Step, _ purpose: TransferRequest.Purpose, timestamp: TUF.Answer? = nil,
        then: @escaping (Result<TUF.Next, Problem>) -> Void
    ) {
        var step = first
        while true {
            do {
                for change in step.changes { try keep(change) }
                switch step.next {
                case .read(let role, let limit):
                    let bytes = try folder.read(role, limit: limit)
                    step = client.resume(with: bytes.map { .bytes($0) } ?? .missing)
                case .fetch(let request):
                    if request.role == TUF.TopLevelRole.timestamp.rawValue, let timestamp {
                        step = client.resume(with: timestamp)
                        continue
                    }
                    return fetch(request, purpose) { [self] answer in
                        drive(client.resume(with: answer), purpose, timestamp: timestamp, then: then)
                    }
                case .refused(let refusal):
                    return then(
                        .failure(
                            Problem(description: "\(refusal)", isUnreachable: refusal.reason == .unreachable)))
                case .refreshed, .found, .noSuchTarget: return then(.success(step.next))
                }
            } catch { return then(.failure(Problem(description: "\(error)"))) }
        }
    }

    private func keep(_ change: TUF.Change) throws(SystemError) {
        switch change {
        case .store(let role, let bytes): try folder.write(bytes, as: role)
        case .remove(let role): try folder.remove(role)
        }
    }

    private func fetch(
        _ request: TUF.Request, _ purpose: TransferRequest.Purpose, then: @escaping (TUF.Answer) -> Void
    ) {
        let sink = Collector(limit: request.limit)
        let wish = TransferRequest(
            url: url + "metadata/" + request.fileName, purpose: purpose, limit: Int64(request.limit))
        transfers.start(wish, into: sink) { then(Self.answer($0, sink)) }
    }

    private static func answer(_ end: TransferEnd, _ sink: Collector) -> TUF.Answer {
        switch end {
        case .complete: .bytes(sink.bytes)
        case .missing: .missing
        case .stopped: .tooLong
        case .unchanged, .noRest, .cancelled, .failed: .unreachable
        }
    }

    // MARK: Targets

    /// Where a target lies.
    func url(of path: String, _ target: TUF.Target) -> String {
        url + "targets/" + TUF.fileName(of: path, target, root: client.root)
    }
}

/// Collects a body in memory.
private final class Collector: TransferSink {
    private let limit: Int
    private(set) var bytes: [UInt8] = []
    private(set) var validators = Validators()

    init(limit: Int) { self.limit = limit }

    func begin(at offset: Int64, _ validators: Validators) -> Bool {
        (bytes, self.validators) = ([], validators)
        return offset == 0
    }

    func take(_ piece: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count + piece.count <= limit else { return false }
        bytes += piece
        return true
    }
}
