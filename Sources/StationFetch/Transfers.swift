import CCurl
import Glibc
import StationCore
import StationHost

/// All transfers under way, over connections that are kept for the next (libcurl's multi interface).
///
/// Fetch thread. No transfer waits for ever: connecting, and a connection that gives nothing, have their times.
final class Transfers {
    /// The bounds of every transfer.
    enum Limit {
        /// Until a connection stands, in seconds.
        static let connecting = 20
        /// Fewer bytes a second for so many seconds are a server that gives nothing.
        static let slowBytes = 50
        static let slowSeconds = 30
        /// What gives no more in so long only trickles, and others need not wait for it.
        static let patience = Duration.seconds(30)
        static let leastBytes: Int64 = 64 << 10
        /// A whole transfer of metadata, in seconds: at the slowest it is a few megabytes.
        static let metadataSeconds = 600
        static let redirects = 5
        /// An error page, in bytes.
        static let pageBytes: Int64 = 64 << 10
        /// The pieces of bulk, in bytes: small ones cost a round each, but libcurl takes up to a hundred of them
        /// before it thinks of the rate.
        static let bulkPieces: ClosedRange<Int64> = 1 << 10...512 << 10
        /// Connections that are kept open.
        static let connections = 8
    }

    /// How the network is used.
    struct Settings: Sendable {
        /// The most that bulk transfers fetch a second, in bytes.
        var bytesPerSecond: Int64
        /// So long a transfer may give next to nothing, in seconds.
        var slowSeconds: Int
        /// So long others wait for one that gives next to nothing.
        var patience = Limit.patience
        var proxy: String?
        var caFile: String?
        var clientCertificate: String?
        var clientKey: String?

        init(bytesPerSecond: Int64, slowSeconds: Int = Limit.slowSeconds) {
            (self.bytesPerSecond, self.slowSeconds) = (bytesPerSecond, slowSeconds)
        }

        /// As configured.
        init(_ network: Configuration.Network, slowSeconds: Int) {
            self.init(bytesPerSecond: Int64(network.bytesPerSecond), slowSeconds: slowSeconds)
            (proxy, caFile) = (network.proxy?.revealed, network.caFile)
            (clientCertificate, clientKey) = (network.clientCertificate, network.clientKey)
        }
    }

    /// One that is under way.
    private final class Transfer {
        let handle: UnsafeMutableRawPointer
        let request: TransferRequest
        let sink: any TransferSink
        let then: (TransferEnd) -> Void
        var headers: UnsafeMutablePointer<curl_slist>?
        var certificatesAt: Int64?
        /// Where it is asked for.
        var url: String
        var redirects = 0
        var hasBegun = false
        /// What has come, in bytes, whatever it was.
        var received: Int64 = 0
        /// When it was looked at last whether it comes, and what had come then.
        private var looked: (at: MonotonicInstant, received: Int64) = (Clocks.read().monotonic, 0)
        private(set) var isTrickling = false
        var isStopped = false
        /// How it ends because of its header, whatever libcurl says.
        var verdict: TransferEnd?
        /// How it ends because it is not even begun.
        var refusal: TransferEnd?

        init(
            _ handle: UnsafeMutableRawPointer, _ request: TransferRequest, _ sink: any TransferSink,
            _ then: @escaping (TransferEnd) -> Void
        ) {
            (self.handle, self.request, self.sink, self.then) = (handle, request, sink, then)
            url = request.url
        }

        deinit {
            curl_easy_cleanup(handle)
            curl_slist_free_all(headers)
        }

        /// Looks at the header before the first byte.
        func begin(_ head: UnsafeRawBufferPointer = .init(start: nil, count: 0)) -> Bool {
            guard !hasBegun else { return true }
            hasBegun = true
            let answer = Answer(handle)
            switch answer.body(asked: request.rest?.offset ?? 0, head: head) {
            case .part(let offset):
                isStopped = !sink.begin(at: offset, answer.validators)
                return !isStopped
            case .none: return true
            case .wrong(let why):
                verdict = request.rest == nil ? .failed(why) : .noRest(why)
                return false
            case .page:
                // What has come already is not thrown away for it.
                verdict = .failed("a web page came in its place: does the network want somebody to log in?")
                return false
            }
        }

        /// Looks, when it is time, whether it gave less than that since the last look.
        func look(_ least: Int64, every patience: Duration, at now: MonotonicInstant) {
            guard now - looked.at >= patience else { return }
            isTrickling = received - looked.received < least
            looked = (now, received)
        }

        /// An error page is nobody's file: it is read to its end, which keeps the connection, unless that is far.
        var isWanted: Bool { [0, 200, 206].contains(ccurl_status(handle)) }

        func take(_ piece: UnsafeRawBufferPointer) -> Bool {
            received += Int64(piece.count)
            guard begin(piece) else { return false }
            guard isWanted else { return received <= Limit.pageBytes }
            isStopped = !sink.take(piece)
            return !isStopped
        }

        func end(_ code: CURLcode) -> TransferEnd {
            // An empty file has no piece that would have asked.
            if code == CURLE_OK, isWanted, !begin(), verdict == nil { return .stopped }
            if let verdict { return verdict }
            if isStopped || isWanted && code == CURLE_FILESIZE_EXCEEDED { return .stopped }
            // A file of this machine that is not there.
            if code == CURLE_FILE_COULDNT_READ_FILE { return .missing }
            guard code == CURLE_OK || !isWanted else {
                return .failed(String(cString: curl_easy_strerror(code)))
            }
            switch ccurl_status(handle) {
            case 0, 200, 206: return .complete
            case 201, 204:
                return request.body != nil ? .complete : .failed("the server said \(ccurl_status(handle))")
            case 304 where request.unless != nil: return .unchanged
            case 403 where request.purpose == .proof: return .failed("the server said 403")
            case 403, 404, 410: return .missing
            case 416 where request.rest != nil: return .noRest("the server has no such part")
            case let status: return .failed("the server said \(status)")
            }
        }

        /// Goes to where the server says that the file is instead.
        ///
        /// - Returns: whether it is to be asked for there; else why not is how it ends.
        func follow() -> Bool {
            guard let place = ccurl_redirect(handle).map({ String(cString: $0) }) else { return false }
            // What is put is put where the configuration says.
            guard request.body == nil else { return false }
            redirects += 1
            let why =
                redirects > Limit.redirects ? "it leads on and on" : Redirect.refusal(of: place, from: url)
            if let why {
                verdict = .failed(why)
                return false
            }
            (url, hasBegun) = (place, false)
            return ccurl_set_text(handle, CURLOPT_URL, place) == CURLE_OK
        }
    }

    // Safety: made in init, freed in deinit, used by the fetch thread.
    private let multi: UnsafeMutableRawPointer
    private let settings: Settings
    private var transfers: [UnsafeMutableRawPointer: Transfer] = [:]
    /// What bulk transfers that have ended have brought, in bytes of bodies: of error pages, too.
    private var endedBulkBytes: Int64 = 0
    /// The time at which certificates are checked, in seconds since 1970; nil for the clock's own.
    var certificatesAt: Int64?

    /// - Throws: `SystemError` where libcurl does not start.
    init(_ settings: Settings) throws(SystemError) {
        guard curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK, let multi = curl_multi_init() else {
            throw SystemError(call: "libcurl", code: ENOMEM)
        }
        self.multi = multi
        self.settings = settings
        _ = ccurl_multi_set_number(multi, CURLMOPT_MAXCONNECTS, Limit.connections)
    }

    deinit {
        for handle in transfers.keys { curl_multi_remove_handle(multi, handle) }
        transfers = [:]
        curl_multi_cleanup(multi)
    }

    /// Starts a transfer; one of an emergency puts an end to all bulk transfers.
    ///
    /// - Parameters:
    ///   - request: what to fetch.
    ///   - sink: takes it.
    ///   - then: is told how it ended; from within this call only where the machine has no memory left.
    func start(
        _ request: TransferRequest, into sink: any TransferSink, then: @escaping (TransferEnd) -> Void
    ) {
        if request.purpose == .emergency { cancel(below: .metadata) }
        guard let handle = curl_easy_init() else { return then(.failed("no memory")) }
        let transfer = Transfer(handle, request, sink, then)
        transfers[handle] = transfer
        if let path = FileURL.path(request.url), let end = Self.refusal(ofFile: path) {
            transfer.refusal = end
            return
        }
        prepare(transfer)
        curl_multi_add_handle(multi, handle)
    }

    /// Why a file of this machine is not opened: what is no file may have no end, or keep whoever opens it.
    private static func refusal(ofFile path: String) -> TransferEnd? {
        var information = stat()
        guard stat(path, &information) == 0 else {
            return switch errno {
            case ENOENT, ENOTDIR: .missing
            case EACCES: .failed(ImportedFolder.forbidden)
            case let code: .failed("\(SystemError(call: "read the file", code: code))")
            }
        }
        guard information.st_mode & S_IFMT == S_IFREG else { return .failed("it is no regular file") }
        return access(path, R_OK) == 0 ? nil : .failed(ImportedFolder.forbidden)
    }

    /// What bulk transfers have brought over the network so far, in bytes of bodies: of error pages, too.
    var bulkBytes: Int64 {
        transfers.values.reduce(endedBulkBytes) {
            $0 + ($1.request.isOfNetwork && $1.request.purpose == .bulk ? $1.received : 0)
        }
    }

    /// Whether any transfer of that purpose is under way, and does more than trickle.
    func isComing(_ purpose: TransferRequest.Purpose) -> Bool {
        transfers.values.contains { $0.request.purpose == purpose && !isTrickling($0) }
    }

    /// Whether the transfer into that sink gives next to nothing.
    func isTrickling(_ sink: any TransferSink) -> Bool {
        transfers.values.contains { $0.sink === sink && isTrickling($0) }
    }

    private func isTrickling(_ transfer: Transfer) -> Bool {
        // Where the station's own rate lets no more come, that is no reason.
        let most = settings.bytesPerSecond * settings.patience.components.seconds
        transfer.look(
            min(Limit.leastBytes, most / 2), every: settings.patience, at: Clocks.read().monotonic)
        return transfer.isTrickling
    }

    /// Gives up all transfers with a lesser purpose, and with them what is on its way in their connections.
    ///
    /// Paused, they would go on to fill the link with what they have asked for.
    func cancel(below purpose: TransferRequest.Purpose) {
        for transfer in transfers.values where transfer.request.purpose < purpose {
            finish(transfer, .cancelled)
        }
    }

    /// Gives up all transfers of what lies under a URL.
    func cancel(under url: String) {
        for transfer in transfers.values where transfer.request.url.hasPrefix(url) {
            finish(transfer, .cancelled)
        }
    }

    /// Gives up the transfer into that sink, if there is one.
    func cancel(_ sink: any TransferSink) {
        for transfer in transfers.values where transfer.sink === sink { finish(transfer, .cancelled) }
    }

    /// Waits until something comes, from a server or on a descriptor, and takes it.
    ///
    /// - Parameters:
    ///   - milliseconds: how long at the most.
    ///   - descriptor: readable when somebody else wants something.
    func round(atMost milliseconds: Int32, or descriptor: Int32) {
        let refused = transfers.values.filter { $0.refusal != nil }
        var wish = curl_waitfd(fd: descriptor, events: Int16(CURL_WAIT_POLLIN), revents: 0)
        curl_multi_poll(multi, &wish, 1, refused.isEmpty ? milliseconds : 0, nil)
        for transfer in refused { transfer.refusal.map { finish(transfer, $0) } }
        var running: Int32 = 0
        curl_multi_perform(multi, &running)
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle,
                let transfer = transfers[handle]
            else { continue }
            let code = message.pointee.data.result
            if code == CURLE_OK, transfer.follow() {
                curl_multi_remove_handle(multi, handle)
                curl_multi_add_handle(multi, handle)
            } else {
                finish(transfer, transfer.end(code))
            }
        }
    }

    private func finish(_ transfer: Transfer, _ end: TransferEnd) {
        if transfer.request.isOfNetwork, transfer.request.purpose == .bulk {
            endedBulkBytes += transfer.received
        }
        curl_multi_remove_handle(multi, transfer.handle)
        transfers[transfer.handle] = nil
        transfer.then(end)
    }

    // MARK: Options

    private func prepare(_ transfer: Transfer) {
        let (handle, request) = (transfer.handle, transfer.request)
        func set(_ option: CURLoption, _ text: String?) {
            if let text { _ = ccurl_set_text(handle, option, text) }
        }
        func set(_ option: CURLoption, _ number: Int) { _ = ccurl_set_number(handle, option, number) }
        set(CURLOPT_URL, request.url)
        set(CURLOPT_PROTOCOLS_STR, Redirect.schemes(from: request.url).joined(separator: ","))
        // `follow` looks where it leads.
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_PATH_AS_IS, 1)
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
        set(CURLOPT_CONNECTTIMEOUT, Limit.connecting)
        set(CURLOPT_LOW_SPEED_LIMIT, Limit.slowBytes)
        set(CURLOPT_LOW_SPEED_TIME, settings.slowSeconds)
        if request.purpose == .proof {
            _ = ccurl_set_large(handle, CURLOPT_MAX_SEND_SPEED_LARGE, settings.bytesPerSecond)
        }
        if request.purpose == .bulk, request.isOfNetwork {
            _ = ccurl_set_large(handle, CURLOPT_MAX_RECV_SPEED_LARGE, settings.bytesPerSecond)
            let piece = settings.bytesPerSecond / 100
            let (least, most) = (Limit.bulkPieces.lowerBound, Limit.bulkPieces.upperBound)
            set(CURLOPT_BUFFERSIZE, Int(min(max(piece, least), most)))
        } else if request.purpose != .bulk {
            set(CURLOPT_TIMEOUT, Limit.metadataSeconds)
        }
        // Of the whole: in place of a rest all of it may come. Whoever takes it counts, too.
        _ = ccurl_set_large(handle, CURLOPT_MAXFILESIZE_LARGE, max(Limit.pageBytes, request.limit))
        set(CURLOPT_PROXY, settings.proxy)
        set(CURLOPT_CAINFO, settings.caFile)
        set(CURLOPT_SSLCERT, settings.clientCertificate)
        set(CURLOPT_SSLKEY, settings.clientKey)
        if let rest = request.rest, rest.offset > 0 { set(CURLOPT_RANGE, "\(rest.offset)-") }
        if let body = request.body {
            _ = ccurl_set_body(handle, body, Int64(body.count))
            set(CURLOPT_CUSTOMREQUEST, "PUT")
        }
        for line in Self.headers(request) {
            transfer.headers = curl_slist_append(transfer.headers, line) ?? transfer.headers
        }
        _ = ccurl_set_headers(handle, transfer.headers)
        // Safety: the transfer owns the handle, so it outlives every call that libcurl makes with it.
        let user = Unmanaged.passUnretained(transfer).toOpaque()
        _ = ccurl_set_taker(handle, takePiece, user)
        transfer.certificatesAt = certificatesAt
        if certificatesAt != nil { _ = ccurl_set_preparer(handle, setCertificateTime, user) }
    }

    private static func headers(_ request: TransferRequest) -> [String] {
        // What is compressed on its way has another length and no ranges.
        var lines = ["Accept-Encoding: identity", "Accept:"] + request.headers
        // Nobody waits for a server's leave to send some kilobytes.
        if request.body != nil { lines += ["Expect:", "Content-Type: application/octet-stream"] }
        if let tag = request.unless?.entityTag { lines.append("If-None-Match: \(tag)") }
        if let date = request.unless?.lastModified { lines.append("If-Modified-Since: \(date)") }
        if let rest = request.rest, rest.offset > 0, let state = rest.of.forRange {
            lines.append("If-Range: \(state)")
        }
        return lines
    }

    private let takePiece: ccurl_take = { bytes, size, count, user in
        guard let user else { return 0 }
        // Safety: see `prepare`.
        let transfer = Unmanaged<Transfer>.fromOpaque(user).takeUnretainedValue()
        let isTaken = transfer.take(UnsafeRawBufferPointer(start: bytes, count: size * count))
        return isTaken ? size * count : 0
    }

    private let setCertificateTime: ccurl_prepare = { _, context, user in
        guard let user, let context else { return CURLE_SSL_CERTPROBLEM }
        // Safety: see `prepare`.
        let transfer = Unmanaged<Transfer>.fromOpaque(user).takeUnretainedValue()
        guard let time = transfer.certificatesAt, ccurl_check_certificates_at(context, time) == 1 else {
            return CURLE_SSL_CERTPROBLEM
        }
        return CURLE_OK
    }
}
