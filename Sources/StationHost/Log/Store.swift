package import StationCore

/// What survives: the log, the position record and `/run`, seen from the loop thread.
package final class Store {
    /// How the disk stood when the store was opened.
    package let recovery: Recovery
    private let disk: DiskThread
    private let run: RunLog
    /// Entries that the disk thread has and has not answered for; `/run` needs all of them when it needs one,
    /// because a log with a gap is no log.
    private var unsettled: [(id: EffectID, entry: Entry)] = []

    private init(recovery: Recovery, disk: DiskThread, run: RunLog) {
        self.recovery = recovery
        self.disk = disk
        self.run = run
    }

    /// Opens the store, repairs what a crash left, and starts the disk thread.
    ///
    /// - Parameters:
    ///   - state: the state directory; made if it is not there.
    ///   - run: the directory for what need not survive the power.
    ///   - boot: the kernel's identity of this boot.
    ///   - calls: the disk's calls; a test gives others.
    ///   - mailbox: gets the completions.
    /// - Returns: the store; where the disk cannot be written, one that keeps the log in `/run`.
    /// - Throws: `SystemError` when the machine has no thread or descriptor left.
    package static func open(
        state: String, run: String, boot: String, calls: DiskCalls = .kernel, mailbox: Mailbox<Event>
    ) throws(SystemError) -> Store {
        let runLog = RunLog(directory: run)
        let opened = LogFiles.open(state: state, run: runLog, calls: calls)
        let position = PositionFile(state: state, calls: calls)
        let recovery = Recovery(
            log: opened.summary, position: position.read(), boot: boot, tornBytes: opened.tornBytes,
            durability: opened.log.hasBacklog || !opened.log.isReadable ? .inRun : .durable)
        let disk = try DiskThread(log: opened.log, position: position) { mailbox.put($0) }
        return Store(recovery: recovery, disk: disk, run: runLog)
    }

    /// Appends an entry; `appended` tells of it when that is durable, under the given name.
    package func append(_ id: EffectID, _ entry: Entry) {
        unsettled.append((id, entry))
        disk.put(.append(id, entry))
    }

    func appendInRun(_ entry: Entry) -> Durability {
        run.keep(unsettled.map(\.entry).filter { $0.index <= entry.index }) ? .inRun : .inMemory
    }

    func record(_ id: EffectID, _ record: PositionRecord) { disk.put(.record(id, record)) }

    /// Whoever asked has seen how durable the entry is.
    package func settled(_ id: EffectID) { unsettled.removeAll { $0.id == id } }

    /// Runs something on the disk thread, after everything that was asked of it before.
    package func onDiskThread(_ body: @escaping @Sendable () -> Void) { disk.put(.run(body)) }

    /// Tries again at once to put on disk what it refused.
    func retry() { disk.put(.retry) }

    /// Writes a checkpoint after everything that was asked before, and tells when that is done.
    package func checkpoint(_ done: @escaping @Sendable () -> Void) { disk.put(.checkpoint(done)) }
}
