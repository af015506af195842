// Why something was not believed, for the log and for tests.

extension TUF {
    /// Why a file of metadata was not believed, or a target not looked for.
    package struct Refusal: Error, Hashable, Sendable, CustomStringConvertible {
        /// What is wrong.
        package enum Reason: Hashable, Sendable {
            /// The bytes are not JSON that everybody reads alike.
            case notJSON(JSONError)
            /// A field is missing or not of its kind.
            case malformed(String)
            /// It calls itself another kind of metadata.
            case wrongType(String)
            /// It follows a specification that is not 1.0.
            case wrongSpecification(String)
            /// The id of a key is not the SHA-256 of its canonical form.
            case wrongKeyID(String)
            /// Two signatures carry the same key id.
            case duplicateSignature(String)
            /// Fewer of the role's keys signed it than must.
            case tooFewSignatures(valid: Int, threshold: Int)
            /// It is no longer to be trusted; the time is in seconds since 1970.
            case expired(at: Int64)
            /// It is older than what was trusted before.
            case rolledBack(from: Int64, to: Int64)
            /// It is another version than the one that was promised.
            case wrongVersion(expected: Int64, found: Int64)
            /// It has not as many bytes as were promised.
            case wrongLength(expected: Int64, found: Int64)
            /// Its hash is not the one that was promised.
            case wrongHash
            /// It no longer lists a file that it listed before, or lists it in an older version.
            case listsOlder(name: String)
            /// The snapshot does not list it.
            case notListed
            /// It, or what it is promised to be, is longer than allowed, in bytes.
            case tooLong(limit: Int)
            /// The server does not have it.
            case notThere
            /// The server was not reached, or broke off.
            case unreachable
            /// A target's path that no sound repository has.
            case badPath
        }

        /// The role's name, or the target's path.
        package let subject: String
        /// What is wrong.
        package let reason: Reason

        /// Makes a refusal.
        package init(_ subject: String, _ reason: Reason) {
            (self.subject, self.reason) = (subject, reason)
        }

        package var description: String { "\(subject): \(reason.description)" }
    }
}

extension TUF.Refusal.Reason: CustomStringConvertible {
    /// What is wrong, for a log.
    package var description: String {
        switch self {
        case .notJSON(let error): "\(error)"
        case .malformed(let what): "\(what) is missing or not of its kind"
        case .wrongType(let type): "is of type \(JSON.string(type))"
        case .wrongSpecification(let version): "follows specification \(JSON.string(version)), not 1.0"
        case .wrongKeyID(let id): "key id \(JSON.string(id)) is not that of its key"
        case .duplicateSignature(let id): "is signed twice by key id \(JSON.string(id))"
        case .tooFewSignatures(let valid, let threshold): "\(valid) of \(threshold) signatures"
        case .expired(let time): "expired \(UTCTime.text(time))"
        case .rolledBack(let from, let to): "rolled back from version \(from) to \(to)"
        case .wrongVersion(let expected, let found): "version \(found) instead of \(expected)"
        case .wrongLength(let expected, let found): "\(found) bytes instead of \(expected)"
        case .wrongHash: "another hash than promised"
        case .listsOlder(let name): "\(JSON.string(name)) is gone or rolled back"
        case .notListed: "not listed by the snapshot"
        case .tooLong(let limit): "longer than \(limit) bytes"
        case .notThere: "not on the server"
        case .unreachable: "server not reached"
        case .badPath: "not a path that could be fetched"
        }
    }
}
