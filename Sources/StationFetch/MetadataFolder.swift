import Glibc
import StationHost
import StationTrust

/// The trusted metadata of one upstream, one file a role, as received: `STATE/upstreams/NAME/metadata/`.
///
/// Fetch thread.
struct MetadataFolder {
    private let path: String
    private let calls: DiskCalls

    /// Opens the metadata that grew from a root.
    ///
    /// Where another root was handed over than the last time, everything begins with that one.
    ///
    /// - Parameters:
    ///   - upstream: its name.
    ///   - state: the station's folder.
    ///   - root: the file that the station was given by hand.
    ///   - calls: how the disk is written.
    /// - Throws: `SystemError` where the disk does not let it.
    init(
        of upstream: String, in state: String, grownFrom root: [UInt8], calls: DiskCalls = .kernel
    ) throws(SystemError) {
        (path, self.calls) = ("\(state)/upstreams/\(upstream)/metadata", calls)
        try DurableFile.makeDirectory(path)
        guard try Self.firstRoot(of: upstream, in: state) != root else { return }
        for name in try namesInDirectory(path) { try remove(path: "\(path)/\(name)") }
        try write(root, as: TUF.TopLevelRole.root.rawValue)
        // The last: whoever finds it finds the rest in order.
        try DurableFile.replace(Self.firstRootPath(upstream, state), with: root, calls)
    }

    /// The root from which an upstream's metadata grew; nil where there is none.
    static func firstRoot(of upstream: String, in state: String) throws(SystemError) -> [UInt8]? {
        try read(firstRootPath(upstream, state), limit: TUF.Limit.rootBytes)
    }

    private static func firstRootPath(_ upstream: String, _ state: String) -> String {
        "\(state)/upstreams/\(upstream)/first-root.json"
    }

    /// The role's file; nil if there is none, or one that is too long to be one.
    func read(_ role: String, limit: Int) throws(SystemError) -> [UInt8]? {
        try Self.read(place(of: role), limit: limit)
    }

    func write(_ bytes: [UInt8], as role: String) throws(SystemError) {
        try DurableFile.replace(place(of: role), with: bytes, calls)
    }

    func remove(_ role: String) throws(SystemError) { try remove(path: place(of: role)) }

    private func remove(path: String) throws(SystemError) {
        guard unlink(path) < 0 else { return try DurableFile.syncDirectory(of: path, calls) }
        guard errno == ENOENT else { throw SystemError(call: "unlink \(path)", code: errno) }
    }

    private static func read(_ path: String, limit: Int) throws(SystemError) -> [UInt8]? {
        do throws(SystemError) {
            return try readFile(path, limit: limit)
        } catch {
            if error.code == ENOENT || error.code == EFBIG { return nil }
            throw error
        }
    }

    private func place(of role: String) -> String { "\(path)/\(TUF.fileName(of: role))" }
}
