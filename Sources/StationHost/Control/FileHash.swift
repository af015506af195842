import CLinux
import Glibc
import StationTrust

/// Looks at a file that somebody handed over, before anything of it sounds.
///
/// Worker thread, but for `problem`.
enum FileHash {
    /// A file is no larger: an hour of CD sound.
    static let mostBytes: Int64 = 640 << 20
    private static let pieceBytes = 1 << 18

    /// What is wrong with a descriptor as a file to play; nil when nothing is.
    static func problem(of descriptor: Int32) -> String? {
        var information = stat()
        guard fstat(descriptor, &information) == 0, information.st_mode & S_IFMT == S_IFREG else {
            return "what was handed over is no regular file"
        }
        let flags = fcntl(descriptor, F_GETFL)
        guard flags >= 0, flags & CLinux_O_PATH == 0, flags & O_ACCMODE != O_WRONLY else {
            return "the file was not opened for reading"
        }
        guard information.st_size <= mostBytes else {
            return "the file is larger than \(mostBytes >> 20) MiB"
        }
        return nil
    }

    /// The hash of a file's bytes.
    ///
    /// - Returns: the hash, or the error of the read; EFBIG for a file that grew beyond its bound.
    static func sha256(of descriptor: Int32) -> Result<Digest, SystemError> {
        var hash = SHA256()
        var offset: Int64 = 0
        var piece = [UInt8](repeating: 0, count: pieceBytes)
        do throws(SystemError) {
            var count = 0
            repeat {
                // pread: the sender has the same file position, and may move it.
                count = try system("read") { pread(descriptor, &piece, pieceBytes, off_t(offset)) }
                hash.update(piece[..<count])
                offset += Int64(count)
            } while count > 0 && offset <= mostBytes
        } catch { return .failure(error) }
        guard offset <= mostBytes else {
            return .failure(SystemError(call: "read", code: EFBIG))
        }
        return .success(hash.finish())
    }
}
