import StationCore
import StationHost
import StationTrust

/// Carries out what the station wants of its log's store: the tree, the uploads, the status.
///
/// Fetch thread. What is signed when is `LogUpload`'s to say.
final class ProofUploads {
    /// What is to be done.
    enum Job: Sendable {
        case fold(LogOrigin, lines: Int64)
        case upload(LogUpload.Order)
        case status(JSON)
    }

    /// No file of a store that is read is larger: a head is some hundred bytes.
    private static let readBytes = SignedNote.mostBytes

    private let store: Configuration.Proof?
    private let station: String
    private let transfers: Transfers
    private let folder: SigningFolder
    private let tree: LogTree
    private let report: (FetchReport) -> Void
    private var key: SecretKey?
    /// Why there is none, as it was told.
    private var problem: SystemError?

    init(_ setup: FetchThread.Setup, _ transfers: Transfers, report: @escaping (FetchReport) -> Void) {
        (store, station, self.transfers, self.report) = (setup.proof, setup.station.id, transfers, report)
        folder = SigningFolder(state: setup.state)
        tree = LogTree(state: setup.state, station: setup.station.id, isKept: true)
    }

    /// Makes the key at first start, and tells what is known; where the disk refuses, with the next deed.
    func open() {
        guard key == nil else { return }
        do throws(SystemError) {
            let key = try folder.key()
            self.key = key
            let note = NoteKey(LogOrigin.keyName(of: station), key.publicBytes)
            let before = folder.uploadedHead()
            // What another board signed says nothing about what this one has at the store.
            let isOwn = note.map { before?.note.isSigned(by: $0) ?? false } ?? false
            report(
                .proofOpened(
                    ProofOpening(
                        key: note?.text ?? "", head: before?.head, uploadedAt: isOwn ? before?.at : nil)))
        } catch {
            note(.error, "the log cannot be signed: \(error)")
        }
    }

    func carryOut(_ job: Job, _ done: @escaping (Completion) -> Void) {
        open()
        switch job {
        case .fold(let origin, let lines):
            do throws(LogLeavesError) { done(.folded(try tree.fold(origin, lines: lines))) } catch {
                done(.failed(error.description))
            }
        case .upload(let order):
            guard let key else { return done(.failed("there is no key")) }
            var upload = LogUpload(order, key: key, leaves: tree)
            let first = upload.start()
            go(upload, first, nil) { done(.uploaded($0)) }
        case .status(let status): tell(status, done)
        }
    }

    // MARK: The log

    /// Carries out one step after the other; a head that the store took is written down.
    private func go(
        _ upload: LogUpload, _ step: LogUpload.Step, _ signed: [UInt8]?,
        _ done: @escaping (LogUploadEnd) -> Void
    ) {
        if let signed {
            do throws(SystemError) { try folder.keep(signed) } catch {
                note(.warning, "the head that the store took cannot be kept: \(error)")
            }
        }
        var upload = upload
        switch step {
        case .ended(let end): done(end)
        case .get(let path):
            get(path) { [self] answer in
                let next = upload.resume(with: answer)
                go(upload, next, nil, done)
            }
        case .put(let path, let bytes):
            put(path, bytes, .proof) { [self] answer in
                let next = upload.resume(with: answer)
                let isHead = path.hasSuffix(LogUpload.checkpoint) && answer == .put
                go(upload, next, isHead ? bytes : nil, done)
            }
        }
    }

    private func get(_ path: String, _ then: @escaping (LogUpload.Answer) -> Void) {
        guard var request = request(path, .proof) else { return then(.failed("there is no store")) }
        request.limit = Int64(Self.readBytes)
        // What a cache between here and the store remembers may be older than what the store has: a head that goes on
        // from it would contradict that one (RFC 9111, section 5.2.1.4).
        request.headers.append("Cache-Control: no-cache")
        let body = Collector(limit: Self.readBytes)
        transfers.start(request, into: body) { end in
            switch end {
            case .complete: then(.bytes(body.bytes))
            case .missing: then(.missing)
            case .stopped: then(.failed("what the store has there is too long"))
            default: then(Self.refusal(end))
            }
        }
    }

    private func put(
        _ path: String, _ bytes: [UInt8], _ purpose: TransferRequest.Purpose,
        _ then: @escaping (LogUpload.Answer) -> Void
    ) {
        guard var request = request(path, purpose) else { return then(.failed("there is no store")) }
        request.body = bytes
        transfers.start(request, into: Collector(limit: Self.readBytes)) { end in
            switch end {
            case .complete: then(.put)
            case .missing: then(.failed("the server said that there is no such place"))
            default: then(Self.refusal(end))
            }
        }
    }

    private func request(_ path: String, _ purpose: TransferRequest.Purpose) -> TransferRequest? {
        guard let store else { return nil }
        let folder = store.url.hasSuffix("/") ? store.url : store.url + "/"
        return TransferRequest(
            url: folder + TUF.quoted(station) + "/" + path, purpose: purpose, limit: Int64(Self.readBytes),
            headers: store.headers.map { "\($0.name): \($0.value.revealed)" })
    }

    private static func refusal(_ end: TransferEnd) -> LogUpload.Answer {
        switch end {
        case .failed(let why), .noRest(let why): .failed(why)
        case .cancelled: .gaveWay
        case .complete, .unchanged, .missing, .stopped: .failed("\(end)")
        }
    }

    // MARK: The status

    private func tell(_ status: JSON, _ done: @escaping (Completion) -> Void) {
        guard let key, let note = NoteKey(LogOrigin.keyName(of: station), key.publicBytes) else {
            return done(.failed("there is no key"))
        }
        guard let file = SignedStatus.bytes(status, signedBy: key, named: note) else {
            return done(.failed("the status has no canonical form"))
        }
        put(SignedStatus.fileName, file, .metadata) { answer in
            done(answer == .put ? .done : .failed("the store has not taken the status"))
        }
    }
}
