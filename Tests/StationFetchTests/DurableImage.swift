import Foundation
import Synchronization

@testable import StationHost

/// What of a folder a power cut would leave: it follows the waits for the disk, and ends them after some.
final class DurableImage: Sendable {
    private struct State {
        var left: Int
        /// Which file each name was durably, and what of each file was.
        var names: [String: UInt64] = [:]
        var contents: [UInt64: Data] = [:]
    }

    private let folder: String
    private let state: Mutex<State>

    /// The power goes with the call after so many.
    init(of folder: String, calls: Int) {
        self.folder = folder
        state = Mutex(State(left: calls))
    }

    var hasPowerGone: Bool { state.withLock { $0.left < 0 } }

    /// The kernel's calls, followed.
    var calls: DiskCalls {
        DiskCalls(
            write: { [self] in mayGo() ? DiskCalls.kernel.write($0, $1) : gone },
            sync: { [self] in mayGo() ? sync($0) : gone },
            syncAll: { [self] _ in mayGo() ? syncAll() : gone })
    }

    private let gone = SystemError(call: "power", code: EIO)

    private func mayGo() -> Bool {
        state.withLock { state in
            state.left -= 1
            return state.left >= 0
        }
    }

    private func inode(_ path: String) -> UInt64? {
        var information = stat()
        return lstat(path, &information) == 0 ? UInt64(information.st_ino) : nil
    }

    private func sync(_ descriptor: Int32) -> SystemError? {
        let path =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(descriptor)")) ?? ""
        guard path != folder, path != folder + "/." else { return syncNames() }
        guard let inode = inode(path), let content = FileManager.default.contents(atPath: path) else {
            return nil
        }
        state.withLock { $0.contents[inode] = content }
        return nil
    }

    private func syncNames() -> SystemError? {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        state.withLock { state in
            state.names = [:]
            for name in names { state.names[name] = inode("\(folder)/\(name)") }
        }
        return nil
    }

    private func syncAll() -> SystemError? {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
            guard let inode = inode("\(folder)/\(name)") else { continue }
            let content = FileManager.default.contents(atPath: "\(folder)/\(name)")
            state.withLock { $0.contents[inode] = content }
        }
        return syncNames()
    }

    /// Makes the folder what the power cut left; what nobody waited for is zeros, as long as it was.
    func restore() throws {
        var sizes: [UInt64: Int] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            guard let inode = inode("\(folder)/\(name)") else { continue }
            sizes[inode] = FileManager.default.contents(atPath: "\(folder)/\(name)")?.count
        }
        try FileManager.default.removeItem(atPath: folder)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let (names, contents) = state.withLock { ($0.names, $0.contents) }
        for (name, inode) in names {
            var content = contents[inode] ?? Data()
            content += Data(count: max(0, (sizes[inode] ?? 0) - content.count))
            try content.write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
        }
    }
}
