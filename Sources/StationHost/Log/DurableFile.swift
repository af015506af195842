package import Glibc

/// The calls between "written" and "still there after the power cut", replaceable by a test that lets them fail.
package struct DiskCalls: Sendable {
    /// Writes all bytes to a descriptor.
    package var write: @Sendable (Int32, UnsafeRawBufferPointer) -> SystemError?
    /// Waits until what was written to a descriptor is on the medium.
    package var sync: @Sendable (Int32) -> SystemError?
    /// Waits likewise for all of the descriptor's file system: once for many files.
    package var syncAll: @Sendable (Int32) -> SystemError?

    package init(
        write: @escaping @Sendable (Int32, UnsafeRawBufferPointer) -> SystemError?,
        sync: @escaping @Sendable (Int32) -> SystemError?,
        syncAll: (@Sendable (Int32) -> SystemError?)? = nil
    ) {
        self.write = write
        self.sync = sync
        self.syncAll = syncAll ?? sync
    }

    /// The kernel's own.
    package static let kernel = DiskCalls(
        write: { descriptor, bytes in
            do throws(SystemError) {
                try writeAll(descriptor, bytes, "")
                return nil
            } catch { return SystemError(call: "write", code: error.code) }
        },
        sync: { descriptor in
            do throws(SystemError) {
                _ = try system("fsync") { fsync(descriptor) }
                return nil
            } catch { return error }
        },
        syncAll: { descriptor in
            do throws(SystemError) {
                try syncFileSystem(of: descriptor)
                return nil
            } catch { return error }
        })
}

/// Files that are there whole or not at all.
package enum DurableFile {
    /// Replaces a file so that after a power cut it is the old one or the new one, whole.
    ///
    /// open temp, write, fsync, rename, fsync of the directory. A crash before the rename leaves `path.new`, which
    /// the next replacement overwrites; one after it leaves the new file. What fails leaves nothing: on a full disk
    /// half a file would keep the room that is missing.
    /// - Throws: `SystemError`, which names the file.
    package static func replace(
        _ path: String, with bytes: [UInt8], mode: mode_t = 0o640, _ calls: DiskCalls
    ) throws(SystemError) {
        let temporary = path + unfinished
        do throws(SystemError) {
            try write(bytes, mode, calls, to: temporary, for: path)
            _ = try system("rename \(path)") { rename(temporary, path) }
        } catch {
            unlink(temporary)
            throw error
        }
        try syncDirectory(of: path, calls)
    }

    private static func write(
        _ bytes: [UInt8], _ mode: mode_t, _ calls: DiskCalls, to temporary: String, for path: String
    ) throws(SystemError) {
        let file = try Descriptor.open(temporary, O_WRONLY | O_CREAT | O_TRUNC, mode: mode)
        if let error = bytes.withUnsafeBytes({ calls.write(file.number, $0) }) { throw error.about(path) }
        if let error = calls.sync(file.number) { throw error.about(path) }
    }

    /// The ending of a file that is not whole yet.
    private static let unfinished = ".new"

    /// Removes what replacements have left that a crash has ended; for whoever keeps others away from the folder.
    package static func removeUnfinished(in folder: String) {
        for name in (try? namesInDirectory(folder)) ?? [] where name.hasSuffix(unfinished) {
            unlink(folder + "/" + name)
        }
    }

    /// Makes the names in the directory of a file durable.
    package static func syncDirectory(of path: String, _ calls: DiskCalls) throws(SystemError) {
        let descriptor = try Descriptor.open(directory(of: path), O_RDONLY | O_DIRECTORY)
        if let error = calls.sync(descriptor.number) { throw error.about(directory(of: path)) }
    }

    /// The path of the directory that a path's last name stands in.
    package static func directory(of path: String) -> String {
        path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    }

    /// Makes a directory and those above it.
    package static func makeDirectory(_ path: String, mode: mode_t = 0o750) throws(SystemError) {
        var made = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            made += "/" + part
            if mkdir(made, mode) < 0 && errno != EEXIST {
                throw SystemError(call: "mkdir \(made)", code: errno)
            }
        }
    }
}

extension SystemError {
    /// The same with what it was about, where the call did not know that.
    package func about(_ path: String) -> SystemError { SystemError(call: "\(call) \(path)", code: code) }
}
