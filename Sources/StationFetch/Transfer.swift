// One file on its way from a server: what is asked for, where it goes, and how it ends. Fetch thread.

import StationCore

/// How a server tells one state of a file from another (RFC 9110 section 8.8).
struct Validators: Hashable, Sendable {
    /// The entity tag with its quotes, weak ones with `W/` before them.
    var entityTag: String?
    /// The date as the server wrote it.
    var lastModified: String?
    /// Whether the file was changed right before it was sent: another of the same second and length would have the same
    /// tag, as nginx makes it, and the same date (RFC 9110 section 8.8.2.2).
    var isRecent = false

    /// What If-Range may carry: a weak tag proves nothing for a part (section 13.1.5).
    var forRange: String? {
        if let entityTag, !entityTag.hasPrefix("W/") { return entityTag }
        return entityTag == nil ? lastModified : nil
    }
}

/// What is asked of a server.
struct TransferRequest: Sendable {
    /// Who gives way to whom, and what counts where.
    enum Purpose: Int, Comparable, Sendable {
        /// The log on its way to its store: within the rate, and given up for what comes first.
        case proof
        /// Programmes and what else can wait: within the rate, and given up for what comes first.
        case bulk
        /// Polls, metadata and timetables.
        case metadata
        /// All of an emergency.
        case emergency

        static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    }

    /// Used as it is; `http:`, `https:` or, where the configuration says so, `file:`.
    var url: String
    /// Whether the network brings it, and no file of this machine, which costs no month anything.
    var isOfNetwork: Bool { FileURL.path(url) == nil }
    /// What it is for.
    var purpose: Purpose
    /// What is known of a whole file that is there already: only another is wanted.
    var unless: Validators?
    /// From which byte on, and of which state of the file.
    var rest: (offset: Int64, of: Validators)?
    /// How many bytes the whole file may have.
    var limit: Int64
    /// What is put there; nil for what is read.
    var body: [UInt8]?
    /// Header lines of its own, such as a store's password.
    var headers: [String] = []
}

/// Takes a body.
protocol TransferSink: AnyObject {
    /// The body begins at that byte of the file: where it was asked for, or at 0 where the server gives all of it.
    ///
    /// - Returns: false if that is no use.
    func begin(at offset: Int64, _ validators: Validators) -> Bool
    /// Takes the next piece.
    ///
    /// - Returns: false if no more is wanted.
    func take(_ piece: UnsafeRawBufferPointer) -> Bool
}

/// How a transfer ended.
enum TransferEnd: Hashable, Sendable {
    /// The server said that this was all of it.
    case complete
    /// The file is as it was.
    case unchanged
    /// The server does not have it, or does not give it (403, 404, 410).
    ///
    /// To who uploads, only the server does not have it.
    case missing
    /// Whoever takes the body wanted no more of it, or it is longer than the limit.
    case stopped
    /// The rest that was asked for cannot be had; from its beginning the file may.
    case noRest(String)
    /// It had to make room.
    case cancelled
    /// Anything else.
    case failed(String)
}
