import Glibc
import StationHost
import StationTrust

/// The trusted metadata of one upstream, one file a role, as received.
///
/// Fetch thread.
struct MetadataFolder {
    private let path: String
    private let calls: DiskCalls

    init(path: String, calls: DiskCalls = .kernel) throws(SystemError) {
        (self.path, self.calls) = (path, calls)
        try DurableFile.makeDirectory(path)
    }

    /// The role's file; nil if there is none, or one that is too long to be one.
    func read(_ role: String, limit: Int) throws(SystemError) -> [UInt8]? {
        do throws(SystemError) {
            return try readFile(place(of: role), limit: limit)
        } catch {
            if error.code == ENOENT || error.code == EFBIG { return nil }
            throw error
        }
    }

    func write(_ bytes: [UInt8], as role: String) throws(SystemError) {
        try DurableFile.replace(place(of: role), with: bytes, calls)
    }

    func remove(_ role: String) throws(SystemError) {
        guard unlink(place(of: role)) < 0 else { return try DurableFile.syncDirectory(of: path + "/.", calls) }
        guard errno == ENOENT else { throw SystemError(call: "unlink \(place(of: role))", code: errno) }
    }

    private func place(of role: String) -> String { "\(path)/\(TUF.fileName(of: role))" }
}
