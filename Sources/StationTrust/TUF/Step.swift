// What a client asks of its caller, and what the caller answers.

extension TUF {
    /// What a client wants of its caller: first the changes, in their order and durably, then what comes next.
    package struct Step: Sendable {
        /// To be carried out before anything else; after a crash between two of them the next cycle sets it right.
        package let changes: [Change]
        /// What to do then.
        package let next: Next
    }

    /// A change of the files that the caller keeps for the client, one a role, named by `fileName(of:)`.
    package enum Change: Hashable, Sendable {
        /// Keep these bytes as they are as the role's file, in place of the one before.
        case store(role: String, bytes: [UInt8])
        /// Forget the role's file.
        case remove(role: String)
    }

    /// What comes next.
    package enum Next: Hashable, Sendable {
        /// Give what is kept as that role's file, if it is no longer than so many bytes; then `resume`.
        case read(role: String, limit: Int)
        /// Fetch a file; then `resume`.
        case fetch(Request)
        /// The refresh is over: the top-level metadata is the newest, whole and not expired.
        case refreshed
        /// The search is over: this is the target.
        case found(Target)
        /// The search is over: nobody who may offers that target.
        case noSuchTarget
        /// It is over without result; what was believed before still is, and another try may do better.
        case refused(Refusal)
    }

    /// A file of metadata to fetch.
    package struct Request: Hashable, Sendable {
        /// The role that it is of.
        package let role: String
        /// Its name below the URL of the metadata, percent-encoded.
        package let fileName: String
        /// How many bytes of it may be taken; a longer one is `Answer.tooLong`.
        package let limit: Int
    }

    /// What the caller got.
    package enum Answer: Hashable, Sendable {
        /// The whole file.
        case bytes([UInt8])
        /// There is none: the server said 404 or 403, or no file is kept.
        case missing
        /// It is longer than the limit.
        case tooLong
        /// The server could not be reached, said something else, or broke off.
        case unreachable
    }

    /// Whether a target's path can be asked for: relative, without a step upwards, an empty part or a control
    /// character, and no longer than `Limit.pathBytes`.
    package static func isSound(path: String) -> Bool {
        let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return path.utf8.count <= Limit.pathBytes
            && path.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
            && parts.allSatisfy { !$0.isEmpty && !$0.elementsEqual(".".utf8) && !$0.elementsEqual("..".utf8) }
    }
}
