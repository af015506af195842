import CCurl
import StationTrust

/// Fetches files over HTTP, one after the other over one connection.
final class Fetcher {
    /// How a transfer ended.
    enum Outcome {
        /// Whole, and nobody objected.
        case complete
        /// The server said 404 or 403.
        case missing
        /// Whoever takes the body wanted no more of it.
        case stopped
        /// Anything else.
        case failed(String)
    }

    /// Takes pieces of a body until it has enough.
    private final class Taker {
        let handle: UnsafeMutableRawPointer
        let take: (UnsafeRawBufferPointer) -> Bool
        var isStopped = false

        init(_ handle: UnsafeMutableRawPointer, _ take: @escaping (UnsafeRawBufferPointer) -> Bool) {
            (self.handle, self.take) = (handle, take)
        }
    }

    // Safety: made in init, freed in deinit, used by one thread.
    private let handle: UnsafeMutableRawPointer

    init?() {
        guard curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK, let handle = curl_easy_init() else {
            return nil
        }
        self.handle = handle
    }

    deinit { curl_easy_cleanup(handle) }

    /// Fetches a file.
    ///
    /// - Parameters:
    ///   - url: used as it is.
    ///   - take: is given the body's pieces if the server says 200, until it returns false.
    /// - Returns: how it ended.
    func fetch(_ url: String, _ take: @escaping (UnsafeRawBufferPointer) -> Bool) -> Outcome {
        let taker = Taker(handle, take)
        curl_easy_reset(handle)
        _ = ccurl_set_text(handle, CURLOPT_URL, url)
        _ = ccurl_set_text(handle, CURLOPT_PROTOCOLS_STR, "http,https")
        _ = ccurl_set_number(handle, CURLOPT_PATH_AS_IS, 1)
        _ = ccurl_set_number(handle, CURLOPT_NOSIGNAL, 1)
        _ = ccurl_set_number(handle, CURLOPT_CONNECTTIMEOUT, 10)
        // Less than so many bytes a second for so long is a server that gives nothing.
        _ = ccurl_set_number(handle, CURLOPT_LOW_SPEED_LIMIT, 100)
        _ = ccurl_set_number(handle, CURLOPT_LOW_SPEED_TIME, 20)
        // Safety: the taker outlives the transfer, which ends within this function.
        _ = ccurl_set_taker(
            handle,
            { bytes, size, count, user in
                guard let user else { return 0 }
                // Safety: see above.
                let taker = Unmanaged<Taker>.fromOpaque(user).takeUnretainedValue()
                // An error page is nobody's file.
                guard ccurl_status(taker.handle) == 200 else { return size * count }
                let isTaken = taker.take(UnsafeRawBufferPointer(start: bytes, count: size * count))
                taker.isStopped = !isTaken
                return isTaken ? size * count : 0
            }, Unmanaged.passUnretained(taker).toOpaque())
        let code = withExtendedLifetime(taker) { curl_easy_perform(handle) }
        if taker.isStopped { return .stopped }
        guard code == CURLE_OK else { return .failed(String(cString: curl_easy_strerror(code))) }
        switch ccurl_status(handle) {
        case 200: return .complete
        case 403, 404: return .missing
        case let status: return .failed("the server said \(status)")
        }
    }

    /// Fetches a file of metadata.
    func fetch(_ request: TUF.Request, below url: String) -> TUF.Answer {
        var bytes: [UInt8] = []
        let outcome = fetch(url + request.fileName) { piece in
            guard bytes.count + piece.count <= request.limit else { return false }
            bytes += piece
            return true
        }
        return switch outcome {
        case .complete: .bytes(bytes)
        case .missing: .missing
        case .stopped: .tooLong
        case .failed: .unreachable
        }
    }
}
