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
    private let calls: DiskCalls
    private struct State {
        /// The indices of the entries that are in the file and may not be on disk.
        var kept: Set<Int64> = []
        /// Entries that the file refused: it needs them before any later one, because what it kept is read in order.
        var refused: [Entry] = []
        /// The file may end inside a line.
        var isTorn = false
    }
    private let state = Mutex(State())

    /// The file for entries in the directory of the control socket; a test gives other calls.
    package init(directory: String, calls: DiskCalls = .kernel) {
        path = directory + "/log.jsonl"
        self.calls = calls
    }

    /// Keeps entries, those that it has not kept yet, behind those that it could not keep before.
    ///
    /// - Returns: whether all of them are in the file.
    package func keep(_ entries: [Entry]) -> Bool {
        state.withLock { state in
            var seen = state.kept
            let new = (state.refused + entries).filter { seen.insert($0.index).inserted }
            guard !new.isEmpty else { return true }
            // What a write tore stays a line of its own; nobody can read it, and it hides no other.
            let lines = (state.isTorn ? [0x0A] : []) + new.flatMap(\.terminatedLine)
            state.refused = Array(new.prefix(LogFiles.mostBacklog))
            guard let file = try? Descriptor.open(path, O_WRONLY | O_APPEND | O_CREAT),
                lseek(file.number, 0, SEEK_END) + lines.count <= Self.mostBytes
            else { return false }
            state.isTorn = lines.withUnsafeBytes { calls.write(file.number, $0) } != nil
            guard !state.isTorn else { return false }
            state.refused = []
            state.kept = seen
            return true
        }
    }

    /// Forgets what is on disk now: everything up to an index.
    ///
    /// The file goes when nothing else is in it. A later entry may be, kept while the disk was at an earlier one;
    /// then the earlier ones stay beside it, which costs nothing but their bytes.
    func clear(through index: Int64) {
        state.withLock { state in
            state.refused.removeAll { $0.index <= index }
            guard state.kept.allSatisfy({ $0 <= index }) else { return }
            unlink(path)
            state.kept = []
            state.isTorn = false
        }
    }

    /// The entries that an earlier run of the daemon kept, by their index; one may be there twice.
    ///
    /// There may be a gap: what came while neither the disk nor the memory had room is lost, and an intent behind it
    /// must be known all the same (I3).
    func entries() -> [Entry] {
        guard let bytes = try? readFile(path, limit: 2 * Self.mostBytes) else { return [] }
        let lines = LogReader.lines(of: bytes)
        let found = lines.compactMap { LogReader.parse(bytes, $0).flatMap(Entry.init(json:)) }
            .sorted { $0.index < $1.index }
        state.withLock {
            $0.kept = Set(found.map(\.index))
            $0.isTorn = (lines.last.map { $0.upperBound + 1 } ?? 0) < bytes.count
        }
        return found
    }
}
