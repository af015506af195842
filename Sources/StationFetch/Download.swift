import Glibc
import StationHost
import StationTrust

/// One file of content on its way to the store: what has come is kept over cuts, restarts and power cuts.
///
/// Fetch thread. Beside the part lies a record of which state of the file it is of, and how much of it was on disk
/// for certain: after a power cut what lies behind that may be anything.
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
    static let syncBytes: Int64 = 8 << 20
    private static let mostRecordBytes = 4096

    /// What it will be.
    let content: TUF.Content
    /// How much of it is there.
    private(set) var count: Int64 = 0
    /// Why no more of it was taken.
    private(set) var problem: Problem?
    private let subject: String
    private let path: String
    private let calls: DiskCalls
    private let boot: String
    private let file: Descriptor
    private var check: TUF.ContentCheck?
    private var validators = Validators()
    private var synced: Int64 = 0

    /// Begins, or goes on with what an earlier run left.
    ///
    /// - Parameters:
    ///   - content: what it will be.
    ///   - subject: its path in the repository, for what is told.
    ///   - path: of the part.
    ///   - calls: how the disk is written.
    ///   - boot: the identity of this boot of the machine.
    /// - Throws: `SystemError` where the disk does not let it.
    init(_ content: TUF.Content, _ subject: String, path: String, calls: DiskCalls, boot: String)
        throws(SystemError)
    {
        (self.content, self.subject, self.path) = (content, subject, path)
        (self.calls, self.boot) = (calls, boot)
        file = try Descriptor.open(path, O_RDWR | O_CREAT | O_NOFOLLOW)
        try takeUp()
    }

    /// The rest that is to be fetched; nil where nothing is there yet.
    var rest: (offset: Int64, of: Validators)? { count > 0 ? (count, validators) : nil }

    /// Whether all of it is there.
    var isWhole: Bool { count == content.length }

    // MARK: What an earlier run left

    private func takeUp() throws(SystemError) {
        var information = stat()
        let number = file.number
        _ = try system("fstat \(path)") { fstat(number, &information) }
        let record = readRecord()
        // What this boot wrote is in the kernel's memory at least; a boot before may have lost what it had not synced.
        let certain = record.map { $0.boot == boot ? Int64(information.st_size) : $0.synced } ?? 0
        let kept = min(certain, Int64(information.st_size), content.length ?? 0)
        try cut(to: kept)
        validators = record?.validators ?? Validators()
        synced = min(record?.synced ?? 0, kept)
        try hashWhatIsThere(kept)
    }

    private func hashWhatIsThere(_ kept: Int64) throws(SystemError) {
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 17, alignment: 16)
        defer { piece.deallocate() }
        let number = file.number
        while count < kept {
            let offset = off_t(count)
            let want = Int(min(Int64(piece.count), kept - count))
            let read = try system("read \(path)") { pread(number, piece.baseAddress, want, offset) }
            guard read > 0 else { return try cut(to: 0) }
            try? check?.take(UnsafeRawBufferPointer(rebasing: piece[..<read]))
            count += Int64(read)
        }
    }

    /// Forgets what stands behind that byte; the check begins anew.
    private func cut(to length: Int64) throws(SystemError) {
        let number = file.number
        _ = try system("ftruncate \(path)") { ftruncate(number, off_t(length)) }
        (count, synced) = (0, 0)
        check = TUF.ContentCheck(content, of: subject)
    }

    // MARK: What comes

    func begin(at offset: Int64, _ validators: Validators) -> Bool {
        do throws(SystemError) {
            if offset == 0, count > 0 { try cut(to: 0) }
            guard offset == count else {
                problem = .refused("the server began at \(offset), not at \(count)")
                return false
            }
            self.validators = validators
            // The record goes first: what came without one is thrown away.
            try writeRecord()
            return true
        } catch {
            problem = .disk(error)
            return false
        }
    }

    func take(_ piece: UnsafeRawBufferPointer) -> Bool {
        do throws(TUF.Refusal) {
            try check?.take(piece)
        } catch {
            problem = .refused("longer than \(content.length ?? 0) bytes")
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
        try writeRecord()
    }

    /// Ends it.
    ///
    /// - Throws: why it is not what it should be; then nothing of it is kept.
    func finish() throws(TUF.Refusal) {
        guard let check = check.take() else { return }
        do throws(TUF.Refusal) {
            try check.finish()
        } catch {
            forget()
            throw error
        }
    }

    /// Lets the disk begin with it, so that there is less to wait for later: Linux writes what is not to be cached.
    func startWriting() { posix_fadvise(file.number, 0, 0, POSIX_FADV_DONTNEED) }

    /// Waits until all of it is on the disk.
    func makeDurable() throws(SystemError) {
        if let error = calls.sync(file.number) { throw error }
    }

    /// Throws away what is there: it leads nowhere.
    func forget() {
        unlink(path)
        unlink(recordPath)
    }

    // MARK: The record

    private var recordPath: String { path + ".json" }

    private func writeRecord() throws(SystemError) {
        var members: [JSON.Member] = [
            .init("boot", .string(boot)), .init("synced", .integer(synced)),
        ]
        if let tag = validators.entityTag { members.append(.init("entityTag", .string(tag))) }
        if let date = validators.lastModified { members.append(.init("lastModified", .string(date))) }
        let bytes = JSON.object(members).bytes
        guard synced == 0 else { return try DurableFile.replace(recordPath, with: bytes, calls) }
        // Before the first wait for the disk a power cut takes all that came, and may take its record too.
        let record = try Descriptor.open(recordPath, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW)
        if let error = bytes.withUnsafeBytes({ calls.write(record.number, $0) }) { throw error }
    }

    private func readRecord() -> (boot: String, synced: Int64, validators: Validators)? {
        guard let bytes = try? readFile(recordPath, limit: Self.mostRecordBytes),
            let json = try? JSONParser.parse(bytes, limits: .init(bytes: Self.mostRecordBytes)),
            let boot = json["boot"]?.text, let synced = json["synced"]?.integer
        else { return nil }
        let validators = Validators(
            entityTag: json["entityTag"]?.text, lastModified: json["lastModified"]?.text)
        return (boot, synced, validators)
    }
}
