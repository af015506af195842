import Glibc
package import StationTrust

/// Opens content inside a channel's folder, and hashes it on the descriptor that will be decoded.
package enum ContentFile {
    /// No file of a channel is larger: a day of mono WAV.
    package static let mostBytes: Int64 = 8 << 30
    /// What follows a file's name in the store while it has not come whole.
    package static let partSuffix = ".part"

    /// Opens a regular file below a folder without following a link out of it.
    ///
    /// Each component is opened by itself and no link is followed: a path that was checked as text may still lead
    /// elsewhere on the disk. The kernel parts a path at each byte of a `/`, also where an accent behind it makes it
    /// another character to Swift.
    package static func open(_ path: String, below folder: String) throws(SystemError) -> Descriptor {
        let components = path.utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }
        guard let name = components.last, !components.contains(".."), !path.utf8.contains(0) else {
            throw SystemError(call: "open \(path)", code: EINVAL)
        }
        var directory = try Descriptor.open(folder, O_RDONLY | O_DIRECTORY)
        for component in components.dropLast() {
            directory = try openAt(directory, component, O_RDONLY | O_DIRECTORY)
        }
        // Non-blocking, so that a pipe put in a file's place cannot hold the thread.
        let file = try openAt(directory, name, O_RDONLY | O_NONBLOCK)
        try check(file.number, path)
        return file
    }

    /// How long a file below a folder is, in bytes; 0 where it cannot be opened.
    package static func length(of path: String, below folder: String) -> Int64 {
        var information = stat()
        guard let file = try? open(path, below: folder), fstat(file.number, &information) == 0 else {
            return 0
        }
        return Int64(information.st_size)
    }

    private static func openAt(
        _ directory: borrowing Descriptor, _ name: String, _ flags: Int32
    ) throws(SystemError) -> Descriptor {
        let number = directory.number
        return Descriptor(
            owning: try system("open \(name)") { openat(number, name, flags | O_NOFOLLOW | O_CLOEXEC) })
    }

    /// Refuses what is no regular file, and what is too large.
    static func check(_ descriptor: Int32, _ path: String) throws(SystemError) {
        var information = stat()
        _ = try system("fstat \(path)") { fstat(descriptor, &information) }
        guard information.st_mode & S_IFMT == S_IFREG else {
            throw SystemError(call: "open \(path)", code: EINVAL)
        }
        guard information.st_size <= mostBytes else { throw SystemError(call: "open \(path)", code: EFBIG) }
    }

    /// The SHA-256 of the whole file, which is what somebody signed for.
    ///
    /// - Throws: `SystemError`; with EBADMSG when it is something else, and as `hash` does.
    package static func verify(
        _ descriptor: Int32, _ path: String, is content: TUF.Content,
        shouldContinue: () -> Bool = { true }
    ) throws(SystemError) -> Digest {
        let limit = content.length ?? mostBytes
        let different = SystemError(call: path, code: EBADMSG)
        do throws(SystemError) {
            let digest = try hash(descriptor, path, limit: limit, shouldContinue: shouldContinue)
            if let sha256 = content.sha256 {
                guard digest == sha256 else { throw different }
                return digest
            }
            var check = TUF.ContentCheck(content, of: path)
            try read(descriptor, path, limit: limit, shouldContinue) { try? check.take($0) }
            guard (try? check.finish()) != nil else { throw different }
            return digest
        } catch { throw error.code == EFBIG ? different : error }
    }

    /// The SHA-256 of the whole file.
    ///
    /// - Throws: `SystemError`; with EFBIG when it has more than `limit` bytes, and with ECANCELED as soon as
    ///   `shouldContinue`, asked before each piece, says no.
    package static func hash(
        _ descriptor: Int32, _ path: String, limit: Int64 = .max, shouldContinue: () -> Bool = { true }
    ) throws(SystemError) -> Digest {
        var hash = SHA256()
        try read(descriptor, path, limit: limit, shouldContinue) { hash.update($0) }
        return hash.finish()
    }

    private static func read(
        _ descriptor: Int32, _ path: String, limit: Int64, _ shouldContinue: () -> Bool,
        _ take: (UnsafeRawBufferPointer) -> Void
    ) throws(SystemError) {
        var offset: off_t = 0
        let piece = 1 << 17
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: piece, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            guard shouldContinue() else { throw SystemError(call: "read \(path)", code: ECANCELED) }
            // pread: who handed the file over has the same file position, and may move it.
            let count = try system("read \(path)") { pread(descriptor, buffer.baseAddress, piece, offset) }
            guard count > 0 else { return }
            take(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            offset += off_t(count)
            guard offset <= limit else { throw SystemError(call: "read \(path)", code: EFBIG) }
        }
    }
}
