// What a server's header says of the body that follows it. Fetch thread.

import CCurl
import Glibc

/// The header of an answer, as far as it decides what its body is worth.
struct Answer {
    /// The status; 0 for a file of this machine.
    let status: Int
    let validators: Validators
    private let contentRange: String?
    private let contentEncoding: String?
    private let contentType: String?

    /// Reads the header of the answer that a transfer is at.
    init(_ handle: UnsafeMutableRawPointer) {
        func field(_ name: String) -> String? { ccurl_field(handle, name).map { String(cString: $0) } }
        status = ccurl_status(handle)
        let modified = field("Last-Modified")
        validators = Validators(
            entityTag: field("ETag"), lastModified: modified,
            isRecent: Self.isRecent(modified, sent: field("Date")))
        (contentRange, contentEncoding) = (field("Content-Range"), field("Content-Encoding"))
        contentType = field("Content-Type")
    }

    private static func isRecent(_ modified: String?, sent: String?) -> Bool {
        guard let modified, let sent else { return false }
        let (changed, now) = (curl_getdate(modified, nil), curl_getdate(sent, nil))
        return changed >= 0 && now >= 0 && now - changed < 2
    }

    /// What the body is.
    enum Body {
        /// It begins at that byte of the file.
        case part(from: Int64)
        /// An error page, or none at all.
        case none
        /// Not what was asked for, and why.
        case wrong(String)
        /// A page for people: none of our files is one.
        case page
    }

    /// What the body is, which begins with `head`, where `offset` bytes are there already.
    ///
    /// Whatever a server does with a range (RFC 9110 section 14.4), no byte lands where it does not belong.
    func body(asked offset: Int64, head: UnsafeRawBufferPointer) -> Body {
        if status == 0 { return .part(from: offset) }
        if let contentEncoding, contentEncoding.lowercased() != "identity" {
            return .wrong("the server sent it as \(contentEncoding), which nobody asked for")
        }
        if isPage(head) { return .page }
        switch status {
        case 200:
            // A part that calls itself the whole: nobody knows which.
            return contentRange == nil ? .part(from: 0) : .wrong("the server sent 200 and a Content-Range")
        case 206:
            guard offset > 0, let start = Self.start(contentRange ?? "") else {
                return .wrong("the server sent a part that nobody asked for")
            }
            return start == offset
                ? .part(from: offset) : .wrong("the server sent bytes from \(start) instead of \(offset)")
        default: return .none
        }
    }

    /// Whether a page for people came in place of a file, whatever it is called: not every network that wants
    /// somebody to log in says `text/html`.
    private func isPage(_ head: UnsafeRawBufferPointer) -> Bool {
        guard [200, 206].contains(status) else { return false }
        if let contentType, contentType.lowercased().hasPrefix("text/html") { return true }
        // In the middle of a file anything may stand.
        guard status == 200 else { return false }
        let start = head.drop { [0xEF, 0xBB, 0xBF, 0x09, 0x0A, 0x0D, 0x20].contains($0) }
        let text = String(decoding: start.prefix(14), as: UTF8.self).lowercased()
        return text.hasPrefix("<html") || text == "<!doctype html"
    }

    /// The first byte of `bytes 500-999/1000`.
    private static func start(_ contentRange: String) -> Int64? {
        let words = contentRange.split(separator: " ", maxSplits: 1)
        guard words.count == 2, words[0].lowercased() == "bytes" else { return nil }
        return Int64(words[1].prefix { $0 != "-" })
    }
}
