import Glibc

// Whole files and folders at once, with a bound each.

/// Reads a whole file that is no larger than `limit` bytes.
///
/// - Throws: `SystemError`, with EFBIG for a file that is larger.
package func readFile(_ path: String, limit: Int) throws(SystemError) -> [UInt8] {
    let file = try Descriptor.open(path, O_RDONLY | O_NONBLOCK)
    var information = stat()
    _ = try system("fstat \(path)") { fstat(file.number, &information) }
    guard information.st_mode & S_IFMT == S_IFREG else {
        throw SystemError(call: "read \(path)", code: EINVAL)
    }
    guard information.st_size <= limit else { throw SystemError(call: "read \(path)", code: EFBIG) }
    return try readAll(file.number, from: 0, limit: limit, path)
}

/// Reads from a position of a file to its end, `limit` bytes at the most.
package func readAll(_ descriptor: Int32, from start: Int64, limit: Int, _ path: String) throws(SystemError)
    -> [UInt8]
{
    var bytes: [UInt8] = []
    var offset = start
    let piece = 1 << 18
    while bytes.count < limit {
        let count = min(piece, limit - bytes.count)
        var part = [UInt8](repeating: 0, count: count)
        let read = try system("read \(path)") { pread(descriptor, &part, count, off_t(offset)) }
        guard read > 0 else { break }
        bytes += part.prefix(read)
        offset += Int64(read)
    }
    return bytes
}

/// The names in a directory but `.` and `..`, and but those that are no UTF-8, in no order.
package func namesInDirectory(_ path: String) throws(SystemError) -> [String] {
    try names(in: try Descriptor.open(path, O_RDONLY | O_DIRECTORY), limit: .max)
}

/// The first names in a directory, likewise.
package func names(in directory: borrowing Descriptor, limit: Int) throws(SystemError) -> [String] {
    let number = directory.number
    // The stream closes its descriptor with itself.
    let copy = try system("dup") { fcntl(number, F_DUPFD_CLOEXEC, 0) }
    guard let stream = fdopendir(copy) else {
        close(copy)
        throw SystemError(call: "fdopendir", code: errno)
    }
    defer { closedir(stream) }
    var names: [String] = []
    while names.count < limit, let entry = readdir(stream) {
        // Safety: the kernel ends the name with a NUL inside the entry.
        let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
            pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(validatingCString: $0) }
        }
        if let name, name != ".", name != ".." { names.append(name) }
    }
    return names
}
