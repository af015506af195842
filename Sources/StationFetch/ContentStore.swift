import Glibc
import StationCore
import StationHost
import StationTrust

/// Verified files by their hashes, `STATE/content/`: each is there whole, or not at all.
///
/// Fetch thread; others open what they were told of by `open`.
final class ContentStore {
    private static let partSuffix = ".part"
    private let folder: String
    private let calls: DiskCalls
    private let boot: String
    /// What is there, by name, in bytes.
    private(set) var files: [String: Int64] = [:]
    /// Whole and checked, but not yet durable.
    private var pending: [Download] = []

    /// Opens the store; what an earlier run left half done is gone on with.
    ///
    /// A disk that cannot be written is told where something is to be written: what is there plays (T36).
    init(state: String, boot: String, calls: DiskCalls = .kernel) {
        folder = state + "/content"
        (self.boot, self.calls) = (boot, calls)
        try? DurableFile.makeDirectory(folder)
        for (name, bytes) in (try? Self.list(folder)) ?? [] where !name.contains(".") { files[name] = bytes }
    }

    /// Opens a file of the store, by any thread.
    static func open(_ content: TUF.Content, state: String) throws(SystemError) -> Descriptor {
        guard let name = content.storeName else { throw SystemError(call: "open content", code: ENOENT) }
        return try Descriptor.open("\(state)/content/\(name)", O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    }

    /// Whether the file is there, for good or with the next `commit`.
    func holds(_ content: TUF.Content) -> Bool {
        contains(content) || pending.contains { $0.content.storeName == content.storeName }
    }

    /// Whether the file is there for good.
    func contains(_ content: TUF.Content) -> Bool { content.storeName.map { files[$0] != nil } ?? false }

    /// How many files the next `commit` makes durable, and how long they are together.
    var uncommitted: (count: Int, bytes: Int64) {
        (pending.count, pending.reduce(0) { $0 + $1.count })
    }

    /// Begins a download, or goes on with it.
    func download(_ content: TUF.Content, _ subject: String) throws(SystemError) -> Download {
        guard let name = content.storeName else { throw SystemError(call: subject, code: EINVAL) }
        return try Download(
            content, subject, path: "\(folder)/\(name)\(Self.partSuffix)", calls: calls, boot: boot)
    }

    /// Takes a download that is whole and checked; it is there with the next `commit`.
    func add(_ download: Download) {
        download.startWriting()
        pending.append(download)
    }

    /// Makes all that was added durable, at once: one wait for many files.
    ///
    /// - Returns: what is there now.
    func commit() throws(SystemError) -> [TUF.Content] {
        guard !pending.isEmpty else { return [] }
        defer { pending = [] }
        for download in pending { try download.makeDurable() }
        for download in pending {
            guard let name = download.content.storeName else { continue }
            let path = "\(folder)/\(name)"
            _ = try system("rename \(path)") { rename(path + Self.partSuffix, path) }
            unlink(path + Self.partSuffix + ".json")
        }
        try DurableFile.syncDirectory(of: folder + "/.", calls)
        for download in pending {
            if let name = download.content.storeName { files[name] = download.count }
        }
        return pending.map(\.content)
    }

    /// Puts a file there for good that was checked in memory.
    func keep(_ bytes: [UInt8], as content: TUF.Content) throws(SystemError) {
        guard let name = content.storeName else { throw SystemError(call: "keep content", code: EINVAL) }
        try DurableFile.replace("\(folder)/\(name)", with: bytes, calls)
        files[name] = Int64(bytes.count)
    }

    /// A file that is there for good, if it is no longer than so many bytes.
    func read(_ content: TUF.Content, limit: Int) -> [UInt8]? {
        guard contains(content), let name = content.storeName else { return nil }
        return try? readFile("\(folder)/\(name)", limit: limit)
    }

    /// Removes files; one that is not there is no matter.
    func remove(_ names: [String]) {
        for name in names where files.removeValue(forKey: name) != nil { unlink("\(folder)/\(name)") }
    }

    /// Removes what has come of files that nobody wants any more.
    func removeParts(but wanted: [TUF.Content]) {
        let wanted = Set((wanted + pending.map(\.content)).compactMap(\.storeName))
        for name in (try? namesInDirectory(folder)) ?? [] where name.contains(Self.partSuffix) {
            guard !wanted.contains(String(name.prefix { $0 != "." })) else { continue }
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
