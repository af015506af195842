import Glibc
import StationCore
import StationTrust

/// The log on disk: segments of lines that are appended to, fsynced and never deleted.
///
/// Disk thread only.
///
///     STATE/log/00000000000000000000.jsonl    named by the index of its first entry
///     STATE/log/checkpoint.json               the log folded up to some entry, so that a start reads only the rest
///     RUN/log.jsonl                           entries that the disk has not taken yet
///
/// What a crash leaves, and who repairs it: a torn last line, or lines that never were fsynced; `open` keeps every
/// line that is whole and in order and cuts the rest. A checkpoint that is older than the segments is the normal
/// case, one that does not fit them is ignored and the log is read from its beginning. `RUN/log.jsonl` holds a run of
/// entries; those that the segments lack are appended to them at the next start, by the same code that appends.
final class LogFiles {
    /// A segment is closed when it is larger.
    static let segmentBytes = 1 << 20
    /// A checkpoint is written when so many entries came after the last one.
    static let checkpointEntries: Int64 = 512
    /// No line is longer; a longer one is damage.
    static let lineBytes = 1 << 20
    /// No more entries wait for a disk that refuses them: those of some months.
    ///
    /// Later ones are lost, which is told.
    static let mostBacklog = 16_384

    private let directory: String
    private let run: RunLog
    private let calls: DiskCalls
    private let mostBacklog: Int
    private var segment: Segment?
    /// The log folded over everything that is on disk.
    private var summary: LogSummary
    private var checkpointIndex: Int64
    /// How many lines the segments have that survive a power cut.
    private(set) var lines: Int64
    /// Entries that were appended and are not on disk, in order.
    private var backlog: [Entry] = []
    /// Entries that came when no more could wait.
    private var lost = 0
    /// Why the disk refused the last time; nil when it did not.
    private var lastProblem: SystemError?
    /// Why the log's end was not read; nil when it was.
    ///
    /// Until it is nil no segment that is there is written to.
    private var unread: SystemError?

    /// The segment that is written to.
    private struct Segment {
        let path: String
        /// Nil while the disk lets nobody open it for writing.
        var descriptor: Int32?
        /// Everything before that offset survives a power cut.
        var durableBytes: Int64
        /// A write or fsync failed: what stands after `durableBytes` is anybody's guess, and is cut before the
        /// next attempt. (A failed fsync is never just repeated: the kernel may have dropped the pages.)
        var isDoubtful = false
    }

    private init(
        directory: String, run: RunLog, calls: DiskCalls, mostBacklog: Int, found: LogReader.Found
    ) {
        self.mostBacklog = mostBacklog
        self.directory = directory
        self.run = run
        self.calls = calls
        summary = found.summary
        checkpointIndex = found.checkpointIndex
        lines = found.lines
        unread = found.problem
    }

    deinit { if let descriptor = segment?.descriptor { close(descriptor) } }

    /// Opens the log of a state directory, repairs what a crash left, and takes up what `/run` kept.
    ///
    /// A disk that cannot be written, or read, is no error: the log goes on in `/run`, from what could be read (T36).
    /// Where the end of the log was not read, nothing on disk is touched: appended there, entries would stand twice
    /// under one index, and cut there, they would be gone. The next start that can read it goes on with it.
    ///
    /// - Returns: the log, what it remembers, and how many bytes of a torn entry were cut.
    static func open(
        state: String, run: RunLog, calls: DiskCalls, mostBacklog: Int = LogFiles.mostBacklog
    ) -> (log: LogFiles, summary: LogSummary, tornBytes: Int64) {
        let directory = state + "/log"
        var found = LogReader.Found()
        do throws(SystemError) {
            try DurableFile.makeDirectory(directory)
            found = try LogReader.read(directory)
        } catch {
            note(.error, "the log cannot be opened: \(error)")
            found.problem = error
        }
        let log = LogFiles(
            directory: directory, run: run, calls: calls, mostBacklog: mostBacklog, found: found)
        if let last = found.lastSegment {
            // Whole lines may stand there that a killed run wrote and never synced: the next append syncs them first.
            log.segment = Segment(path: last.path, durableBytes: last.soundBytes, isDoubtful: true)
        }
        var all = found.summary
        for entry in run.entries() {
            all.passOver(to: entry.index)
            // What the disk has, or came twice, is not the next one.
            if all.fold(entry.json) { log.backlog.append(entry) }
        }
        if !log.backlog.isEmpty || found.tornBytes > 0 { log.flush() }
        return (log, all, found.tornBytes)
    }

    /// Appends entries, and says how durable each now is.
    func append(_ entries: [Entry]) -> Durability {
        if backlog.count + entries.count > mostBacklog { flush() }
        let room = entries.prefix(mostBacklog - backlog.count)
        if room.count < entries.count {
            if lost == 0 {
                note(
                    .error, "\(mostBacklog) entries of the log wait for the disk: from here on they are lost")
            }
            lost += entries.count - room.count
        }
        backlog += room
        if flush(), room.count == entries.count { return .durable }
        return run.keep(backlog) && room.count == entries.count ? .inRun : .inMemory
    }

    /// Whether the end of the log is known, so that it can be gone on with.
    var isReadable: Bool { unread == nil }

    /// Whether entries wait for a disk that refused them.
    var hasBacklog: Bool { !backlog.isEmpty }

    /// Tries again to put on disk what it refused.
    ///
    /// - Returns: whether there was something, and the disk has taken it.
    func retry() -> Bool { hasBacklog && flush() }

    /// Writes a checkpoint, so that the next start reads nothing twice.
    func checkpoint() {
        guard let segment, summary.nextIndex > checkpointIndex, backlog.isEmpty else { return }
        let json: JSON = [
            "segment": .string(segment.path.split(separator: "/").last.map(String.init) ?? ""),
            "offset": .integer(segment.durableBytes), "lines": .integer(lines), "summary": summary.json,
        ]
        // Without it the next start is slower, and as right.
        if (try? DurableFile.replace(directory + "/" + LogReader.checkpointName, with: json.bytes, calls))
            != nil
        {
            checkpointIndex = summary.nextIndex
        }
    }

    // MARK: Writing

    /// Puts the backlog on disk; what is behind a gap goes into another segment.
    ///
    /// - Returns: whether nothing is left of it.
    @discardableResult
    private func flush() -> Bool {
        repeat {
            let gap = backlog.indices.dropFirst().first { backlog[$0 - 1].index + 1 < backlog[$0].index }
            guard flush(first: gap ?? backlog.count) else { return false }
        } while !backlog.isEmpty
        return true
    }

    /// Puts so many entries of the backlog on disk, which follow each other.
    private func flush(first count: Int) -> Bool {
        let entries = backlog.prefix(count)
        do throws(SystemError) {
            try prepareSegment()
            guard !entries.isEmpty, var segment, let descriptor = segment.descriptor else { return true }
            let bytes = entries.flatMap(\.terminatedLine)
            segment.isDoubtful = true
            self.segment = segment
            if let error = bytes.withUnsafeBytes({ calls.write(descriptor, $0) }) { throw error }
            // A crash here leaves whole lines, or a torn one, that nobody was told are durable.
            if let error = calls.sync(descriptor) { throw error }
            segment.isDoubtful = false
            segment.durableBytes += Int64(bytes.count)
            self.segment = segment
        } catch {
            // Once: a disk that is broken for a month must not fill the journal too (T34).
            if lastProblem != error { note(.error, "the log cannot be written: \(error)") }
            lastProblem = error
            return false
        }
        lastProblem = nil
        if lost > 0 {
            note(
                .error,
                "\(lost) entries of the log are lost: neither the disk nor the memory had room for them")
        }
        lost = 0
        if let first = entries.first { summary.passOver(to: first.index) }
        for entry in entries { summary.fold(entry.json) }
        lines += Int64(entries.count)
        backlog.removeFirst(count)
        run.clear(through: summary.nextIndex - 1)
        if summary.nextIndex - checkpointIndex >= Self.checkpointEntries { checkpoint() }
        return true
    }

    /// Sees to it that there is a segment whose end is known.
    private func prepareSegment() throws(SystemError) {
        let first = backlog.first?.index ?? summary.nextIndex
        if var segment {
            let descriptor: Int32
            if let open = segment.descriptor {
                descriptor = open
            } else {
                descriptor = try Descriptor.open(segment.path, O_RDWR | O_APPEND).release()
                segment.descriptor = descriptor
                self.segment = segment
            }
            if segment.isDoubtful {
                _ = try system("ftruncate the log") { ftruncate(descriptor, off_t(segment.durableBytes)) }
                if let error = calls.sync(descriptor) { throw error }
                segment.isDoubtful = false
                self.segment = segment
            }
            // After a gap there is another segment: its name says where it goes on.
            if segment.durableBytes < Self.segmentBytes, first <= summary.nextIndex { return }
        }
        try DurableFile.makeDirectory(directory)
        if let unread {
            // What was unreadable may also never have been there.
            guard try LogReader.segments(directory).isEmpty else { throw unread }
            self.unread = nil
        }
        let path = directory + "/" + LogReader.segmentName(firstIndex: first)
        // A crash after this leaves an empty segment, which the next start goes on with.
        let descriptor = try Descriptor.open(path, O_RDWR | O_APPEND | O_CREAT)
        var information = stat()
        _ = try system("fstat \(path)") { fstat(descriptor.number, &information) }
        // Never behind, and so never over, what an earlier attempt did not write.
        guard information.st_size == 0 else { throw SystemError(call: "begin \(path)", code: EEXIST) }
        try DurableFile.syncDirectory(of: path, calls)
        if let old = segment?.descriptor { close(old) }
        segment = Segment(path: path, descriptor: descriptor.release(), durableBytes: 0)
    }
}
