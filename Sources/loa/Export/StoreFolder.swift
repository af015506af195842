import Glibc
import StationCore
import StationHost
import StationTrust

/// A folder that holds what a store of logs would: `PATH/STATION/`, as `loa-centre verify PATH` reads it.
///
/// A head goes to the medium behind what it covers, and not with each file: a stick takes seconds for what is to be durable.
/// Whatever ends this between two heads leaves the older one, and more files than it covers.
final class StoreFolder {
    /// A head waits so long for more to come before it, in nanoseconds.
    private static let headInterval: Int64 = 5_000_000_000
    private static let fileMode: mode_t = 0o644
    private static let folderMode: mode_t = 0o755

    private let path: String
    /// The newest head, which is not on the medium yet.
    private var head: (name: String, bytes: [UInt8])?
    private var settledAt = Clocks.read().monotonic

    /// - Parameters:
    ///   - path: a folder that is there: one that was mistyped would be made on the station's own disk.
    ///   - station: whose log it is.
    /// - Throws: `SystemError` when nothing can be written there.
    init(_ path: String, station: String) throws(SystemError) {
        guard Self.isName(station) else { throw SystemError(call: station, code: EINVAL) }
        self.path = (path.hasSuffix("/") ? path : path + "/") + station
        try DurableFile.makeDirectory(self.path, mode: Self.folderMode)
    }

    /// A file; nil where there is none of that name.
    func read(_ name: String) throws(SystemError) -> [UInt8]? {
        let file = try place(of: name)
        if let head, head.name == name { return head.bytes }
        do throws(SystemError) { return try readFile(file, limit: SignedNote.mostBytes) } catch {
            if error.code == ENOENT { return nil }
            throw error
        }
    }

    /// Takes a file.
    func write(_ bytes: [UInt8], as name: String) throws(SystemError) {
        let file = try place(of: name)
        if name.hasSuffix(LogUpload.checkpoint) {
            head = (name, bytes)
            let isTime = (Clocks.read().monotonic - settledAt).nanoseconds >= Self.headInterval
            return isTime ? try settle() : ()
        }
        try DurableFile.makeDirectory(DurableFile.directory(of: file), mode: Self.folderMode)
        let descriptor = try Descriptor.open(
            file, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode: Self.fileMode)
        let number = descriptor.number
        var problem: SystemError?
        bytes.withUnsafeBytes { bytes in
            do throws(SystemError) { try writeAll(number, bytes, file) } catch { problem = error }
        }
        if let problem { throw problem }
    }

    /// Brings all that came to the medium, and the head last.
    func settle() throws(SystemError) {
        let folder = try Descriptor.open(path, O_RDONLY | O_DIRECTORY)
        try syncFileSystem(of: folder.number)
        if let head {
            try DurableFile.replace(try place(of: head.name), with: head.bytes, mode: Self.fileMode, .kernel)
            self.head = nil
        }
        settledAt = Clocks.read().monotonic
    }

    /// Where a file lies: below this folder, whatever the other end says.
    private func place(of name: String) throws(SystemError) -> String {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.allSatisfy({ Self.isName(String($0)) }) else {
            throw SystemError(call: name, code: EINVAL)
        }
        return path + "/" + name
    }

    private static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.first != "." && !text.utf8.contains { $0 < 0x20 || $0 == UInt8(ascii: "/") }
    }
}
