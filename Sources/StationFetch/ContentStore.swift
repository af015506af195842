import Glibc
import StationCore
import StationHost
import StationTrust

/// Verified files by their hashes, `STATE/content/`: each is there whole, or not at all.
///
/// Fetch thread, but what is static, which a commit's thread calls; others open what they were told of.
final class ContentStore {
    private let folder: String
    /// Opened with the first download and kept open: the kernel tells it of what could not be written since.
    private var directory: SharedDescriptor?
    private var outcomes: JobQueue<Commit.Outcome>?
    private let calls: DiskCalls
    private let boot: String
    /// What is there, by name, in bytes.
    private(set) var files: [String: Int64] = [:]
    /// Whether what an earlier boot left half done has been looked at.
    private var isOfThisBoot = false
    /// Whole, but not yet verified and durable, by name.
    private var pending: [String: Download] = [:]
    /// What is being made durable.
    private var commit: Commit?
    private let committed: @Sendable () -> Void

    /// Opens the store; what an earlier run left half done is gone on with.
    ///
    /// A disk that cannot be written is told where something is to be written: what is there plays (T36).
    ///
    /// - Parameters:
    ///   - state: the station's folder.
    ///   - boot: the identity of this boot of the machine.
    ///   - calls: how the disk is written.
    ///   - committed: hears on another thread that a commit is over.
    init(
        state: String, boot: String, calls: DiskCalls = .kernel,
        committed: @escaping @Sendable () -> Void = {}
    ) {
        folder = state + "/content"
        (self.boot, self.calls, self.committed) = (boot, calls, committed)
        for (name, bytes) in (try? Self.list(folder)) ?? [] where !name.contains(".") { files[name] = bytes }
    }

    /// Whether the file is there for good, or with a commit if it is what it should be.
    func holds(_ content: TUF.Content) -> Bool {
        content.storeName.map { files[$0] != nil || isUnsettled($0) } ?? false
    }

    /// Whether the file has come whole, and is there with a commit if it is what it should be.
    func isUnsettled(_ content: TUF.Content) -> Bool { content.storeName.map(isUnsettled) ?? false }

    private func isUnsettled(_ name: String) -> Bool {
        pending[name] != nil || commit?.batch[name] != nil
    }

    /// Whether the file is there for good.
    func contains(_ content: TUF.Content) -> Bool { content.storeName.map { files[$0] != nil } ?? false }

    /// How many files the next commit makes durable, and how long they are together.
    var uncommitted: (count: Int, bytes: Int64) {
        (pending.count, pending.values.reduce(0) { $0 + $1.count })
    }

    /// Begins a download, or goes on with it.
    func download(_ content: TUF.Content) throws(SystemError) -> Download {
        guard let name = content.storeName else { throw SystemError(call: "keep content", code: EINVAL) }
        try beginBoot()
        return try Download(content, path: Self.part(of: name, in: folder), calls: calls)
    }

    /// Cuts parts that an earlier boot left to what was on the disk for certain; in this boot the kernel keeps them.
    ///
    /// With the first download, so that a disk that cannot be written is still one that can be read.
    private func beginBoot() throws(SystemError) {
        if directory == nil {
            try DurableFile.makeDirectory(folder)
            outcomes = try JobQueue()
            directory = SharedDescriptor(try Descriptor.open(folder, O_RDONLY | O_DIRECTORY))
        }
        let mark = folder + "/.boot"
        guard !isOfThisBoot, (try? readFile(mark, limit: 256)) != Array(boot.utf8) else {
            return isOfThisBoot = true
        }
        for name in try namesInDirectory(folder) where name.hasSuffix(ContentFile.partSuffix) {
            let path = "\(folder)/\(name)"
            let synced = PartRecord(at: PartRecord.path(of: path))?.synced ?? 0
            var information = stat()
            guard synced > 0, lstat(path, &information) == 0, Int64(information.st_size) >= synced else {
                unlink(path)
                unlink(PartRecord.path(of: path))
                continue
            }
            _ = try system("truncate \(path)") { truncate(path, off_t(synced)) }
        }
        try DurableFile.replace(mark, with: Array(boot.utf8), calls)
        isOfThisBoot = true
    }

    // MARK: What is whole

    /// Takes a download that is whole; it is there with the next commit, if it is what it should be.
    func add(_ download: Download) {
        guard let name = download.content.storeName else { return }
        pending[name] = download
    }

    /// Puts a download that is whole there for good; it does not wait for what else is on its way.
    ///
    /// - Returns: whether it is what it should be; else nothing of it is kept.
    /// - Throws: `SystemError`; then nothing of it is kept either.
    func addAtOnce(_ download: Download) throws(SystemError) -> Bool {
        guard let name = download.content.storeName, let directory else { return false }
        do throws(SystemError) {
            guard try Self.isRight(name, download.content, in: folder) else {
                download.forget()
                return false
            }
            try download.sync()
        } catch {
            // As with a batch: what the kernel has thrown away no second wait proves.
            download.forget()
            throw error
        }
        try Self.settle(name, in: folder)
        if let error = calls.sync(directory.number) { throw error }
        files[name] = download.count
        return true
    }

    /// Whether a commit is under way.
    var isCommitting: Bool { commit != nil }

    /// Begins to make all that was added durable, on another thread; one commit at a time.
    func startCommit() {
        guard commit == nil, !pending.isEmpty, let directory, let outcomes else { return }
        commit = Commit(of: pending, in: folder, directory, calls, outcomes, ended: committed)
        pending = [:]
    }

    /// Takes what the commit has come to.
    ///
    /// - Parameter waits: whether to wait until it is over.
    /// - Returns: what is there now, and what is thrown away because it was not what it should be; nothing while it is
    ///   under way.
    /// - Throws: `SystemError`; then none of it is.
    func endCommit(waits: Bool = false) throws(SystemError) -> (stored: [TUF.Content], wrong: [TUF.Content]) {
        guard let commit, let outcome = commit.outcome(waits: waits) else { return ([], []) }
        self.commit = nil
        let wrong: [String: Download]
        switch outcome {
        case .failure(let error):
            // What the kernel could not write it has thrown away, and it says so but once: no second wait proves it.
            for download in commit.batch.values { download.forget() }
            throw error
        case .success(let names): wrong = commit.batch.filter { names.contains($0.key) }
        }
        for download in wrong.values { download.forget() }
        let stored = commit.batch.filter { wrong[$0.key] == nil }
        for (name, download) in stored { files[name] = download.count }
        return (stored.values.map(\.content), wrong.values.map(\.content))
    }

    /// Whether a part is what it should be.
    static func isRight(_ name: String, _ content: TUF.Content, in folder: String) throws(SystemError) -> Bool
    {
        let path = part(of: name, in: folder)
        let file = try Descriptor.open(path, O_RDONLY | O_NOFOLLOW)
        do throws(SystemError) { _ = try ContentFile.verify(file.number, path, is: content) } catch {
            guard error.code == EBADMSG else { throw error }
            return false
        }
        return true
    }

    private static func part(of name: String, in folder: String) -> String {
        "\(folder)/\(name)\(ContentFile.partSuffix)"
    }

    /// Gives a file that is whole and on the disk its name, durable with the next wait for the folder.
    static func settle(_ name: String, in folder: String) throws(SystemError) {
        let path = "\(folder)/\(name)"
        _ = try system("rename \(path)") { rename(path + ContentFile.partSuffix, path) }
        unlink(PartRecord.path(of: path + ContentFile.partSuffix))
    }

    /// Puts a file there for good that was checked in memory.
    func keep(_ bytes: [UInt8], as content: TUF.Content) throws(SystemError) {
        guard let name = content.storeName else { throw SystemError(call: "keep content", code: EINVAL) }
        try beginBoot()
        try DurableFile.replace("\(folder)/\(name)", with: bytes, calls)
        files[name] = Int64(bytes.count)
    }

    /// A file that is there for good, if it is no longer than so many bytes, and still what somebody signed for.
    func read(_ content: TUF.Content, limit: Int) -> [UInt8]? {
        guard contains(content), let name = content.storeName else { return nil }
        guard let bytes = try? readFile("\(folder)/\(name)", limit: limit), content.isOf(bytes) else {
            remove([name])
            return nil
        }
        return bytes
    }

    /// Removes files; one that is not there is no matter.
    func remove(_ names: [String]) {
        for name in names where files.removeValue(forKey: name) != nil { unlink("\(folder)/\(name)") }
    }

    /// Removes what has come of files that nobody wants any more.
    func removeParts(but wanted: [TUF.Content]) {
        let wanted = Set(wanted.compactMap(\.storeName))
        for name in (try? namesInDirectory(folder)) ?? [] where name.contains(ContentFile.partSuffix) {
            let file = String(name.prefix { $0 != "." })
            if wanted.contains(file) || isUnsettled(file) { continue }
            unlink("\(folder)/\(name)")
        }
    }

    private static func list(_ folder: String) throws(SystemError) -> [(String, Int64)] {
        try namesInDirectory(folder).compactMap { name in
            var information = stat()
            guard lstat("\(folder)/\(name)", &information) == 0, information.st_mode & S_IFMT == S_IFREG
            else {
                return nil
            }
            return (name, Int64(information.st_size))
        }
    }
}
