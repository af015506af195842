import Glibc
import StationHost
import StationTrust

/// One file of content on its way to the store: what has come is kept over cuts, restarts and power cuts.
///
/// Fetch thread. Beside the part lies a record of which state of the file it is of, and how much of it is on the disk
/// for certain: after a power cut what lies behind that may be anything, and the store cuts it off. A short part has
/// none before the first wait for the disk; where its process ends before that, its hash alone says what it is of.
final class Download: TransferSink {
    /// Why no more was taken.
    enum Problem: Error, Hashable, CustomStringConvertible {
        /// It is not what it should be.
        case refused(String)
        /// It could not be written.
        case disk(SystemError)

        var description: String {
            switch self {
            case .refused(let why): why
            case .disk(let error): "\(error)"
            }
        }
    }

    /// After so many bytes what has come is brought to the disk.
    static let syncBytes: Int64 = 4 << 20
    /// A record costs as much as a file: what is not longer has none while it comes.
    static let shortBytes: Int64 = 1 << 20

    /// What it will be.
    let content: TUF.Content
    /// How much of it is there.
    private(set) var count: Int64 = 0
    /// Why no more of it was taken.
    private(set) var problem: Problem?
    private let path: String
    private let calls: DiskCalls
    private let file: Descriptor
    private var validators = Validators()
    private var synced: Int64 = 0
    /// As it lies on the disk.
    private var record: PartRecord?

    /// Begins, or goes on with what an earlier run in this boot left.
    ///
    /// - Parameters:
    ///   - content: what it will be.
    ///   - path: of the part.
    ///   - calls: how the disk is written.
    /// - Throws: `SystemError` where the disk does not let it.
    init(_ content: TUF.Content, path: String, calls: DiskCalls) throws(SystemError) {
        (self.content, self.path, self.calls) = (content, path, calls)
        file = try Descriptor.open(path, O_RDWR | O_CREAT | O_NOFOLLOW)
        try takeUp()
    }

    /// The rest that is to be fetched; nil where nothing is there yet.
    var rest: (offset: Int64, of: Validators)? { count > 0 ? (count, validators) : nil }

    /// Whether the server could go on where it was cut off.
    var isResumable: Bool { validators.forRange != nil }

    /// Whether all of it is there.
    var isWhole: Bool { count == content.length }

    // MARK: What an earlier run left

    private func takeUp() throws(SystemError) {
        var information = stat()
        let number = file.number
        _ = try system("fstat \(path)") { fstat(number, &information) }
        let kept = min(Int64(information.st_size), content.length ?? 0)
        guard information.st_size > 0 else { return }
        record = PartRecord(at: recordPath)
        try cut(to: kept)
        validators = record?.validators ?? Validators()
        (count, synced) = (kept, min(record?.synced ?? 0, kept))
    }

    /// Forgets what stands behind that byte.
    private func cut(to length: Int64) throws(SystemError) {
        let number = file.number
        _ = try system("ftruncate \(path)") { ftruncate(number, off_t(length)) }
    }

    // MARK: What comes

    func begin(at offset: Int64, _ validators: Validators) -> Bool {
        do throws(SystemError) {
            if offset == 0, count > 0 { try beginAnew() }
            guard offset == count else {
                problem = .refused("the server began at \(offset), not at \(count)")
                return false
            }
            self.validators = validators
            if content.length ?? .max > Self.shortBytes { try writeRecord() }
            return true
        } catch {
            problem = .disk(error)
            return false
        }
    }

    /// The record goes first, for certain: it would speak of what is no longer there.
    private func beginAnew() throws(SystemError) {
        forgetRecord()
        if synced > 0 { try DurableFile.syncDirectory(of: path, calls) }
        (count, synced) = (0, 0)
        try cut(to: 0)
    }

    func take(_ piece: UnsafeRawBufferPointer) -> Bool {
        if let length = content.length, count + Int64(piece.count) > length {
            problem = .refused("longer than \(length) bytes")
            return false
        }
        do throws(SystemError) {
            let number = file.number
            var rest = piece
            while !rest.isEmpty {
                let (base, size, offset) = (rest.baseAddress, rest.count, off_t(count))
                let written = try system("write \(path)") { pwrite(number, base, size, offset) }
                rest = UnsafeRawBufferPointer(rebasing: rest[written...])
                count += Int64(written)
            }
            if count - synced >= Self.syncBytes { try sync() }
            return true
        } catch {
            problem = .disk(error)
            return false
        }
    }

    /// Brings what has come to the disk, after a cut or from time to time.
    func sync() throws(SystemError) {
        guard count > synced else { return }
        if let error = calls.sync(file.number) { throw error }
        synced = count
        if !isWhole { try writeRecord() }
    }

    /// Throws away what is there: it leads nowhere.
    func forget() {
        unlink(path)
        forgetRecord()
    }

    private func forgetRecord() {
        unlink(recordPath)
        record = nil
    }

    // MARK: The record

    private var recordPath: String { PartRecord.path(of: path) }

    private func writeRecord() throws(SystemError) {
        let record = PartRecord(synced: synced, validators: validators)
        guard record != self.record else { return }
        try record.write(recordPath, calls)
        self.record = record
    }
}
