import CLinux
import Glibc

/// The places that only one daemon may have: its socket and its state.
enum ControlSocket {
    /// So many may wait to be accepted.
    private static let backlog: Int32 = 64

    /// Listens at a path, once nobody else does.
    ///
    /// Anybody may connect: who may ask for something is decided by the kernel's word on who it is, and everybody
    /// else is told so and closed.
    ///
    /// - Throws: `SystemError`; with EADDRINUSE when somebody answers there, or something there is no socket.
    static func listen(_ path: String) throws(SystemError) -> Descriptor {
        var information = stat()
        if lstat(path, &information) == 0 {
            guard information.st_mode & S_IFMT == S_IFSOCK else {
                throw SystemError(call: "\(path) is there and is no socket", code: EADDRINUSE)
            }
            let answer = CLinux_connect(path)
            if answer >= 0 {
                close(answer)
                throw SystemError(call: "somebody answers at \(path)", code: EADDRINUSE)
            }
            // What a daemon left that was killed.
            unlink(path)
        }
        return Descriptor(owning: try system("listen at \(path)") { CLinux_listen(path, 0o666, backlog) })
    }

    /// Takes a lock that no other process has while this one lives.
    ///
    /// - Throws: `SystemError`; with EWOULDBLOCK when another process has it.
    static func lock(_ path: String) throws(SystemError) -> Descriptor {
        let file = try Descriptor.open(path, O_RDWR | O_CREAT)
        _ = try system("lock \(path)") { CLinux_lock(file.number) }
        return file
    }
}
