package import StationCore
package import StationHost
import StationTrust

/// Asks every upstream and the log's store once, the way that the daemon does, and tells what came of it.
///
/// Whoever made it, on one thread. Nothing is kept of what comes, and nothing of it is believed: whether the station can
/// be served is the question, not with what.
package final class UpstreamCheck {
    private let configuration: Configuration
    private let transfers: Transfers
    private let bell: Mailbox<Void>
    /// Those that have not ended, by their places, and what they are called.
    private var open: [Int: [JSON.Member]] = [:]

    /// Prepares it.
    ///
    /// - Throws: `SystemError` where libcurl does not start.
    package init(_ configuration: Configuration) throws(SystemError) {
        self.configuration = configuration
        transfers = try Transfers(
            Transfers.Settings(configuration.network, slowSeconds: Transfers.Limit.slowSeconds))
        bell = try Mailbox()
    }

    /// Asks all at once, and waits for them.
    ///
    /// - Parameters:
    ///   - time: how long at the most.
    ///   - tell: gets a line of JSON for each, as it ends: `what` (`upstream` or `store`), `name`, `url`, `result`
    ///     (`answered`, `failed`, or `cut` where it has not ended in that time), `error`, `milliseconds`; of an upstream's
    ///     timestamp also `version` and `expires`.
    package func run(atMost time: Duration, tell: @escaping (String) -> Void) {
        let start = Clocks.read().monotonic
        func end(_ place: Int, _ more: [JSON.Member]) {
            guard let names = open.removeValue(forKey: place) else { return }
            let taken = (Clocks.read().monotonic - start).nanoseconds / 1_000_000
            tell(JSON.object(names + more + [.init("milliseconds", .integer(taken))]).description)
        }
        for (place, upstream) in configuration.upstreams.enumerated() {
            open[place] = Self.names("upstream", upstream.name, upstream.url)
            ask(upstream) { end(place, $0) }
        }
        if let store = configuration.proof {
            let place = configuration.upstreams.count
            open[place] = Self.names("store", "", store.url)
            ask(store) { end(place, $0) }
        }
        while !open.isEmpty {
            let left = (time - (Clocks.read().monotonic - start)).nanoseconds / 1_000_000
            guard left > 0 else { break }
            transfers.round(atMost: Int32(clamping: left), or: bell.descriptor)
        }
        for place in open.keys.sorted() {
            end(place, [.init("result", "cut"), .init("error", .null)])
        }
    }

    private static func names(_ what: String, _ name: String, _ url: String) -> [JSON.Member] {
        [.init("what", .string(what)), .init("name", .string(name)), .init("url", .string(url))]
    }

    private func ask(_ upstream: Configuration.Upstream, _ then: @escaping ([JSON.Member]) -> Void) {
        let folder = upstream.repositoryURL
        let role = TUF.TopLevelRole.timestamp.rawValue
        let body = Collector(limit: TUF.Limit.timestampBytes)
        let request = TransferRequest(
            url: (folder.hasSuffix("/") ? folder : folder + "/") + "metadata/" + TUF.fileName(of: role),
            purpose: .metadata, limit: Int64(TUF.Limit.timestampBytes))
        transfers.start(request, into: body) { end in
            switch end {
            case .complete: then(Self.judge(body.bytes, of: role))
            case .missing: then(Self.failed("\(role): not on the server"))
            case .stopped: then(Self.failed("\(role): longer than \(body.limit) bytes"))
            case .failed(let why), .noRest(let why): then(Self.failed("\(role): \(why)"))
            case .unchanged, .cancelled: then(Self.failed("\(role): \(end)"))
            }
        }
    }

    private static func judge(_ bytes: [UInt8], of role: String) -> [JSON.Member] {
        do throws(TUF.Refusal) {
            let signed = try TUF.Document(bytes, of: role).signed
            return [
                .init("result", "answered"), .init("error", .null),
                .init("version", signed["version"] ?? .null), .init("expires", signed["expires"] ?? .null),
            ]
        } catch { return failed("\(error)") }
    }

    private func ask(_ store: Configuration.Proof, _ then: @escaping ([JSON.Member]) -> Void) {
        let folder = store.url.hasSuffix("/") ? store.url : store.url + "/"
        let request = TransferRequest(
            url: folder + TUF.quoted(configuration.station) + "/" + LogUpload.checkpoint, purpose: .proof,
            limit: Int64(SignedNote.mostBytes),
            headers: store.headers.map { "\($0.name): \($0.value.revealed)" })
        transfers.start(request, into: Collector(limit: SignedNote.mostBytes)) { end in
            switch end {
            // What is not there yet comes with the first upload.
            case .complete, .missing, .unchanged: then([.init("result", "answered"), .init("error", .null)])
            case .stopped: then(Self.failed("what the store has there is too long"))
            case .failed(let why), .noRest(let why): then(Self.failed(why))
            case .cancelled: then(Self.failed("\(end)"))
            }
        }
    }

    private static func failed(_ why: String) -> [JSON.Member] {
        [.init("result", "failed"), .init("error", .string(why))]
    }
}

extension Configuration.Upstream {
    /// Where its repository is, a folder's URL too as libcurl takes it.
    var repositoryURL: String {
        let path = url.hasPrefix("/") ? url : FileURL.path(url)
        return path.map { "file://" + TUF.quoted($0, alsoPlain: "/") } ?? url
    }
}
