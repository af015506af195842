import CLinux
import Glibc
import StationHost

/// Looks at the disk below a folder, and writes a small file there.
enum DiskLook {
    private static let trialBytes = 4096

    /// What the file system of a folder is and has left; of the nearest folder above where it is not there yet.
    static func room(_ state: String, root: String = "") -> DiskFacts.Room? {
        var folder = state
        while access(folder, F_OK) != 0, errno == ENOENT, folder != "/" {
            folder = DurableFile.directory(of: folder)
        }
        var information = statvfs()
        guard statvfs(folder, &information) == 0 else { return nil }
        let mount = mount(of: folder, root: root)
        let errors = mount?.device.flatMap { MachineLook.text("\(root)/sys/fs/ext4/\($0)/errors_count") }
        return DiskFacts.Room(
            freeBytes: Int64(clamping: UInt64(information.f_bavail) * UInt64(information.f_frsize)),
            freeInodes: UInt64(information.f_favail), hasInodes: information.f_files > 0,
            isReadOnly: UInt64(information.f_flag) & UInt64(ST_RDONLY) != 0, kind: mount?.kind,
            place: mount?.place,
            device: mount?.device, errors: errors.flatMap { Int64($0) })
    }

    /// Kind and device of the file system that a path lies on, by `/proc/self/mountinfo`.
    static func mount(of path: String, root: String = "") -> (kind: String, place: String, device: String?)? {
        let resolved = realpath(path, nil)
        defer { free(resolved) }
        let path = resolved.map { String(cString: $0) } ?? path
        let text = String(
            decoding: (try? readFile(root + "/proc/self/mountinfo", limit: 1 << 16)) ?? [], as: UTF8.self)
        var best: (kind: String, place: String, device: String?)?
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count > 6, let dash = words.firstIndex(of: "-"), words.count > dash + 2 else {
                continue
            }
            let place = words[4]
            guard path == place || path.hasPrefix(place == "/" ? "/" : place + "/") else { continue }
            // Of several at one place the last one covers the others.
            guard place.utf8.count >= best?.place.utf8.count ?? 0 else { continue }
            let device = words[dash + 2].hasPrefix("/dev/") ? String(words[dash + 2].dropFirst(5)) : nil
            best = (String(words[dash + 1]), String(place), device)
        }
        return best
    }

    /// Writes a small file, waits until it is on the medium, and removes it.
    static func write(_ state: String) -> DiskFacts.Writing {
        guard access(state, F_OK) == 0 else { return errno == ENOENT ? .noFolder : .notPermitted }
        let path = "\(state)/.doctor-\(getpid())"
        defer { unlink(path) }
        let start = CLinux_monotonic()
        do throws(SystemError) {
            let file = try Descriptor.open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600)
            let bytes = [UInt8](repeating: 0x2E, count: trialBytes)
            if let problem = bytes.withUnsafeBytes({ DiskCalls.kernel.write(file.number, $0) }) {
                throw problem
            }
            if let problem = DiskCalls.kernel.sync(file.number) { throw problem }
            return .done(CLinux_monotonic() - start)
        } catch {
            return error.code == EACCES || error.code == EPERM ? .notPermitted : .failed(error.code)
        }
    }
}
