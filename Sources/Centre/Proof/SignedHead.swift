import Glibc
import StationCore
import StationHost
import StationTrust

/// What stands where a log's head should be, and whether it is one that a trusted key has signed for this log.
enum SignedHead: Hashable {
    /// Nothing.
    case missing
    /// Something that is no head.
    case malformed
    /// It is there, and this user or this disk cannot read it.
    case unreadable(SystemError)
    /// A head that none of the trusted keys has signed; whose it says it is.
    case keyUnknown([String])
    /// A head that names a trusted key which has not signed it.
    case signatureBad(String)
    /// A trusted head, of another log.
    case ofAnother(String)
    /// This log's.
    case trusted(Checkpoint)

    /// Looks at a log's head.
    init(of log: StoredLog, trusting keys: [NoteKey]) {
        let bytes: [UInt8]
        do throws(SystemError) { bytes = try log.readCheckpoint() } catch {
            switch error.code {
            case ENOENT, ENOTDIR: self = .missing
            case EFBIG, EINVAL, ELOOP: self = .malformed
            default: self = .unreadable(error)
            }
            return
        }
        guard let note = SignedNote(bytes), let head = Checkpoint(text: note.text),
            head.size <= StoredLog.mostEntries
        else {
            self = .malformed
            return
        }
        let own = keys.filter { $0.name == LogOrigin.keyName(of: log.station) }
        guard own.contains(where: { note.isSigned(by: $0) }) else {
            self = Self.unsigned(note, own)
            return
        }
        self = head.origin == log.origin ? .trusted(head) : .ofAnother(head.origin)
    }

    private static func unsigned(_ note: SignedNote, _ keys: [NoteKey]) -> SignedHead {
        let named = keys.first(where: note.names)
        let ids = note.signatures.map { "\($0.name)+\(Hexadecimal.text($0.keyID))" }
        return named.map { .signatureBad(Hexadecimal.text($0.id)) } ?? .keyUnknown(ids)
    }

    /// The head, if it is trusted.
    var trusted: Checkpoint? {
        if case .trusted(let head) = self { head } else { nil }
    }
}
