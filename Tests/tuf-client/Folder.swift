import Glibc

/// A file that could not be read or written.
struct FileError: Error, CustomStringConvertible {
    let path: String
    let code: Int32

    var description: String { "\(path): \(String(cString: strerror(code)))" }
}

/// A folder whose files are replaced whole.
struct Folder {
    let path: String

    /// The file's bytes; nil if it is not there, or longer than the limit.
    func read(_ name: String, limit: Int) throws -> [UInt8]? {
        try Self.read(path + "/" + name, limit: limit)
    }

    /// The file's bytes; nil if it is not there, or longer than the limit.
    static func read(_ path: String, limit: Int) throws -> [UInt8]? {
        guard let file = fopen(path, "rb") else {
            if errno == ENOENT { return nil }
            throw FileError(path: path, code: errno)
        }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&piece, 1, piece.count, file), count > 0 {
            guard bytes.count + count <= limit else { return nil }
            bytes += piece[..<count]
        }
        guard ferror(file) == 0 else { throw FileError(path: path, code: EIO) }
        return bytes
    }

    /// Replaces a file: it is the old one or the new one, whatever happens in between.
    func write(_ bytes: [UInt8], as name: String) throws {
        var file = try NewFile(in: self)
        try bytes.withUnsafeBytes { try file.write($0) }
        try file.keep(as: name)
    }

    /// Removes a file, if it is there.
    func remove(_ name: String) throws {
        guard unlink(path + "/" + name) == 0 || errno == ENOENT else {
            throw FileError(path: path + "/" + name, code: errno)
        }
    }
}

/// A file that has no name of its own yet, and none is left of it unless it is kept.
struct NewFile: ~Copyable {
    private let folder: Folder
    private let path: String
    private let descriptor: Int32
    private var isKept = false

    init(in folder: Folder) throws {
        self.folder = folder
        path = folder.path + "/.new-\(getpid())"
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        if descriptor < 0 { throw FileError(path: path, code: errno) }
    }

    deinit {
        close(descriptor)
        if !isKept { unlink(path) }
    }

    mutating func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw FileError(path: path, code: errno) }
            rest = .init(rebasing: rest[count...])
        }
    }

    /// Gives it its name, durably.
    consuming func keep(as name: String) throws {
        guard fsync(descriptor) == 0, rename(path, folder.path + "/" + name) == 0 else {
            throw FileError(path: folder.path + "/" + name, code: errno)
        }
        isKept = true
        let parent = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        fsync(parent)
        close(parent)
    }
}
