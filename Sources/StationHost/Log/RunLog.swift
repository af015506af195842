import Glibc
package import StationCore
import StationTrust
import Synchronization

/// Entries in `/run`: what the disk has not taken yet, or not in time.
///
/// Any thread.
///
/// It lies in memory, so that writing it does not wait; it survives the daemon and not the power. Nothing in it
/// needs to be in order or there once: the index tells.
package final class RunLog: Sendable {
    /// More is not kept in `/run`: a disk that is broken for months must not fill the memory.
    static let mostBytes = 8 << 20

    private let path: String
    private struct State {
        var kept: Set<Int64> = []
        var bytes = 0
    }
    private let state = Mutex(State())

    /// The file for entries in the directory of the control socket.
    package init(directory: String) { path = directory + "/log.jsonl" }

    /// Keeps entries, those that it has not kept yet.
    ///
    /// - Returns: whether all of them are in the file.
    package func keep(_ entries: [Entry]) -> Bool {
        state.withLock { state in
            let new = entries.filter { !state.kept.contains($0.index) }
            let lines = new.flatMap(\.terminatedLine)
            guard !new.isEmpty else { return true }
            guard state.bytes + lines.count <= Self.mostBytes,
                let file = try? Descriptor.open(path, O_WRONLY | O_APPEND | O_CREAT),
                lines.withUnsafeBytes({ DiskCalls.kernel.write(file.number, $0) }) == nil
            else { return false }
            state.kept.formUnion(new.map(\.index))
            state.bytes += lines.count
            return true
        }
    }

    /// Forgets everything: it is on disk now.
    func clear() {
        state.withLock { state in
            guard !state.kept.isEmpty else { return }
            unlink(path)
            state = State()
        }
    }

    /// The entries from an index on that an earlier run of the daemon kept, in order, each once.
    func entries(from index: Int64) -> [Entry] {
        guard let bytes = try? readFile(path, limit: 2 * Self.mostBytes) else { return [] }
        let found = LogReader.lines(of: bytes).compactMap {
            LogReader.parse(bytes, $0).flatMap(Entry.init(json:))
        }
        let wanted = found.filter { $0.index >= index }.sorted { $0.index < $1.index }
        state.withLock { $0.kept.formUnion(wanted.map(\.index)) }
        return wanted
    }
}
