import Glibc
import StationHost
import StationTrust

/// One upstream's repository: its metadata kept on disk, refreshed and asked through transfers.
///
/// Fetch thread. One poll or search at a time: the next begins when the one before has ended.
final class Repository {
    /// Why something was not had.
    struct Problem: Error, CustomStringConvertible {
        let description: String
        /// Whether the server was not reached, rather than not believed.
        var isUnreachable = false
        /// Whether what it offers was signed for a time that is over.
        var isExpired = false
    }

    /// What a poll brought.
    enum Poll: Equatable {
        /// The same timestamp as before.
        case unchanged
        /// Another timestamp, believed with all that hangs on it.
        case refreshed
    }

    /// The timestamp that the server gave last, and what is believed because of it.
    private struct Known {
        let bytes: [UInt8]
        var validators: Validators
        /// When the first file that hangs on it expires, in seconds since 1970.
        let expires: Int64
    }

    private static let timestamp = TUF.TopLevelRole.timestamp.rawValue

    let name: String
    private let url: String
    private let folder: MetadataFolder
    private let transfers: Transfers
    private var client: TUF.Client
    private var known: Known?

    /// - Parameters:
    ///   - name: the upstream's.
    ///   - url: the folder above `metadata/` and `targets/`.
    ///   - root: the file that the station was given by hand.
    ///   - state: the station's folder.
    ///   - transfers: fetch what is needed.
    ///   - calls: how the disk is written.
    /// - Throws: why the root is none, or the folder cannot be used.
    init(
        name: String, url: String, root: [UInt8], state: String, transfers: Transfers,
        calls: DiskCalls = .kernel
    ) throws {
        self.name = name
        self.url = url.hasSuffix("/") ? url : url + "/"
        self.transfers = transfers
        let first = try TUF.Client(root: root)
        folder = try MetadataFolder(of: name, in: state, grownFrom: root, calls: calls)
        // The kept root has gone further. Where the disk has spoiled it, the way is gone again from the first one.
        let kept = try folder.read(TUF.TopLevelRole.root.rawValue, limit: TUF.Limit.rootBytes)
        client = kept.flatMap { try? TUF.Client(root: $0) } ?? first
    }

    /// The folder that is read in place of the server, as a URL; nil where none is.
    var importedFrom: String? {
        // Whatever the one said says nothing about the other.
        didSet { known = nil }
    }

    /// What lies above `metadata/` and `targets/`, where it is read now.
    var base: String { importedFrom ?? url }

    /// The version of the targets that are believed; nil before the first poll that was.
    var targetsVersion: Int64? { client.targetsVersion }

    /// When the believed timestamp was issued, as its publisher says (`x-loa-issued`); before the first poll the kept one.
    var issued: String? {
        (client.timestamp ?? keptTimestamp)?.signed["x-loa-issued"]?.text
    }

    private var keptTimestamp: TUF.Timestamp? {
        let kept = try? folder.read(Self.timestamp, limit: TUF.Limit.timestampBytes)
        return kept.flatMap(client.kept(timestamp:))
    }

    /// Where a target lies.
    func url(of path: String, _ content: TUF.Content) -> String {
        base + "targets/" + TUF.fileName(of: path, content, root: client.root)
    }

    // MARK: Refreshing

    /// Looks whether there is anything new: one conditional request where there is not.
    ///
    /// After one that was not believed nothing is found until another is.
    ///
    /// - Parameters:
    ///   - time: by which everything is judged, in seconds since 1970.
    ///   - purpose: whom it goes before.
    ///   - then: is told what it brought.
    func poll(
        at time: Int64, for purpose: TransferRequest.Purpose = .metadata,
        then: @escaping (Result<Poll, Problem>) -> Void
    ) {
        // What has expired is looked at whole, so that it is told what has.
        let known = known.flatMap { $0.expires > time ? $0 : nil }
        fetch(
            TUF.fileName(of: Self.timestamp), purpose,
            unless: known.flatMap { $0.validators.isRecent ? nil : $0.validators },
            limit: TUF.Limit.timestampBytes
        ) { [self] fetched in
            switch fetched {
            case .unchanged: then(.success(.unchanged))
            // As a server without any validators says it.
            case .complete(let bytes, let validators) where bytes == known?.bytes:
                self.known?.validators = validators
                then(.success(.unchanged))
            case .complete(let bytes, let validators):
                self.known = nil
                drive(client.refresh(at: time), purpose, timestamp: bytes) { [self] result in
                    if case .success = result, let expires = client.expires {
                        self.known = Known(bytes: bytes, validators: validators, expires: expires)
                    }
                    then(result.map { _ in .refreshed })
                }
            case .not(let answer, let why): then(.failure(problem(Self.timestamp, answer, why)))
            }
        }
    }

    /// Lets the next poll say `refreshed` though nothing is new: not all could be read that hangs on the last one.
    func forgetTimestamp() { known = nil }

    /// Looks for a target, by what the last poll brought.
    func find(
        _ path: String, for purpose: TransferRequest.Purpose = .metadata,
        then: @escaping (Result<TUF.Target?, Problem>) -> Void
    ) {
        drive(client.search(for: path), purpose) { result in
            then(result.map { if case .found(let target) = $0 { target } else { nil } })
        }
    }

    /// Goes the client's way to its end; `timestamp` is what the poll got, and is not fetched a second time.
    private func drive(
        _ first: TUF.Step, _ purpose: TransferRequest.Purpose, timestamp: [UInt8] = [],
        then: @escaping (Result<TUF.Next, Problem>) -> Void
    ) {
        var step = first
        while true {
            do throws(SystemError) {
                for change in step.changes { try keep(change) }
                switch step.next {
                case .read(let role, let limit):
                    let bytes = try folder.read(role, limit: limit)
                    step = client.resume(with: bytes.map { .bytes($0) } ?? .missing)
                case .fetch(let request) where request.role == Self.timestamp:
                    step = client.resume(with: .bytes(timestamp))
                case .fetch(let request):
                    return fetch(request, purpose, timestamp: timestamp, then: then)
                case .refused(let refusal):
                    var problem = Problem(description: "\(refusal)")
                    if case .expired = refusal.reason { problem.isExpired = true }
                    return then(.failure(problem))
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
        _ request: TUF.Request, _ purpose: TransferRequest.Purpose, timestamp: [UInt8],
        then: @escaping (Result<TUF.Next, Problem>) -> Void
    ) {
        fetch(request.fileName, purpose, limit: request.limit) { [self] fetched in
            switch fetched {
            case .complete(let bytes, _):
                drive(client.resume(with: .bytes(bytes)), purpose, timestamp: timestamp, then: then)
            case .not(.missing, _):
                drive(client.resume(with: .missing), purpose, timestamp: timestamp, then: then)
            case .not(let answer, let why):
                // The client ends too, but does not know why.
                _ = client.resume(with: answer)
                then(.failure(problem(request.role, answer, why)))
            case .unchanged: then(.failure(problem(request.role, .unreachable, "nobody asked for 304")))
            }
        }
    }

    // MARK: Files

    private enum Fetched {
        case complete([UInt8], Validators)
        case unchanged
        /// None, and why where that says more.
        case not(TUF.Answer, String)
    }

    private func fetch(
        _ fileName: String, _ purpose: TransferRequest.Purpose, unless: Validators? = nil, limit: Int,
        then: @escaping (Fetched) -> Void
    ) {
        let sink = Collector(limit: limit)
        let request = TransferRequest(
            url: base + "metadata/" + fileName, purpose: purpose, unless: unless, limit: Int64(limit))
        transfers.start(request, into: sink) { then(Self.fetched($0, sink)) }
    }

    private static func fetched(_ end: TransferEnd, _ sink: Collector) -> Fetched {
        switch end {
        case .complete: .complete(sink.bytes, sink.validators)
        case .unchanged: .unchanged
        case .missing: .not(.missing, "not on the server")
        case .stopped: .not(.tooLong, "longer than \(sink.limit) bytes")
        case .noRest(let why), .failed(let why): .not(.unreachable, why)
        case .cancelled: .not(.unreachable, "it had to make room")
        }
    }

    /// Fetches a calendar or playlist, which is read as soon as it is there.
    func text(
        of path: String, _ content: TUF.Content, for purpose: TransferRequest.Purpose,
        then: @escaping (Result<[UInt8], Problem>) -> Void
    ) {
        let limit = Int(clamping: content.length ?? 0)
        let sink = Collector(limit: limit)
        let request = TransferRequest(url: url(of: path, content), purpose: purpose, limit: Int64(limit))
        transfers.start(request, into: sink) { [self] end in
            switch Self.fetched(end, sink) {
            case .complete(let bytes, _):
                do throws(TUF.Refusal) {
                    var check = TUF.ContentCheck(content, of: path)
                    try check.take(bytes[...])
                    try check.finish()
                    then(.success(bytes))
                } catch { then(.failure(Problem(description: "\(error)"))) }
            case .unchanged: then(.failure(problem(path, .unreachable, "nobody asked for 304")))
            case .not(let answer, let why): then(.failure(problem(path, answer, why)))
            }
        }
    }

    private func problem(_ subject: String, _ answer: TUF.Answer, _ why: String) -> Problem {
        Problem(description: "\(subject): \(why)", isUnreachable: answer == .unreachable)
    }
}
