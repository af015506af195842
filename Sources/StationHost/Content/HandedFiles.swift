import CLinux
import Glibc
import Synchronization

/// Descriptors that people handed over for `play FILE` and `import`, until they are taken; any thread.
package final class HandedFiles: Sendable {
    /// More are not kept at a time; the oldest is closed then.
    static let most = 8
    /// A file is no larger: an hour of CD sound.
    static let mostBytes: Int64 = 640 << 20

    private struct State {
        var last: UInt64 = 0
        var files: [(token: UInt64, descriptor: Int32)] = []
    }
    private let state = Mutex(State())

    package init() {}

    deinit { state.withLock { state in for file in state.files { _ = Descriptor(owning: file.descriptor) } } }

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

    /// Whether a descriptor is that of a folder.
    static func isFolder(_ descriptor: Int32) -> Bool {
        var information = stat()
        return fstat(descriptor, &information) == 0 && information.st_mode & S_IFMT == S_IFDIR
    }

    /// Keeps a descriptor, and gives the number under which the station speaks of it.
    package func put(_ descriptor: consuming Descriptor) -> UInt64 {
        let number = descriptor.release()
        return state.withLock { state in
            if state.files.count >= Self.most { _ = Descriptor(owning: state.files.removeFirst().descriptor) }
            state.last += 1
            state.files.append((state.last, number))
            return state.last
        }
    }

    /// Takes a descriptor out.
    package func take(_ token: UInt64) -> Descriptor? {
        let number: Int32? = state.withLock { state in
            guard let index = state.files.firstIndex(where: { $0.token == token }) else { return nil }
            return state.files.remove(at: index).descriptor
        }
        return number.map { Descriptor(owning: $0) }
    }
}
