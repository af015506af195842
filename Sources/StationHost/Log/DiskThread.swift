import StationCore

/// The thread that writes to the disk: log and position record, in the order in which they were asked for.
package final class DiskThread: Sendable {
    /// What the disk thread is asked to do.
    enum Job: Sendable {
        case append(EffectID, Entry)
        case record(EffectID, PositionRecord)
        case checkpoint(@Sendable () -> Void)
        case run(@Sendable () -> Void)
        case retry
        case end
    }

    /// So often, in nanoseconds, a disk that refused entries is tried again.
    static let retryInterval: Int64 = 10_000_000_000

    private let jobs: JobQueue<Job>

    /// Starts the thread over an open log.
    init(
        log: sending LogFiles, position: PositionFile,
        tell: @escaping @Sendable (Event) -> Void
    ) throws(SystemError) {
        let jobs = try JobQueue<Job>()
        self.jobs = jobs
        let writer = Writer(log: log, position: position, tell: tell)
        try Thread.start("disk") {
            while writer.carryOut(jobs.wait(atMost: writer.patience) ?? [.retry]) {}
        }
    }

    func put(_ job: Job) { jobs.put(job) }

    deinit { jobs.put(.end) }

    /// Carries out jobs; owned by the thread.
    private final class Writer {
        private let log: LogFiles
        private let position: PositionFile
        private let tell: @Sendable (Event) -> Void
        private var toldLines: Int64
        /// Why the position was refused the last time; nil when it was not.
        private var positionProblem: SystemError?

        init(
            log: sending LogFiles, position: PositionFile, tell: @escaping @Sendable (Event) -> Void
        ) {
            (self.log, self.position, self.tell) = (log, position, tell)
            toldLines = log.lines
        }

        /// How long to wait for jobs before the disk is tried again, in nanoseconds; negative for ever.
        var patience: Int64 { log.hasBacklog ? DiskThread.retryInterval : -1 }

        /// Appends that follow each other share one fsync; everything else keeps its place between them.
        ///
        /// - Returns: whether there is more to come.
        func carryOut(_ jobs: [Job]) -> Bool {
            var batch: [(EffectID, Entry)] = []
            for job in jobs {
                if case .append(let id, let entry) = job {
                    batch.append((id, entry))
                    continue
                }
                appendAll(&batch)
                if case .end = job { return false }
                carryOut(job)
            }
            appendAll(&batch)
            return true
        }

        private func appendAll(_ batch: inout [(EffectID, Entry)]) {
            guard !batch.isEmpty else { return }
            let durability = log.append(batch.map(\.1))
            tellGrowth()
            for (id, _) in batch { tell(.completed(id, .appended(durability))) }
            batch = []
        }

        private func tellGrowth() {
            guard log.lines != toldLines else { return }
            toldLines = log.lines
            tell(.logGrew(lines: toldLines))
        }

        private func retry() {
            guard log.retry() else { return }
            tellGrowth()
            tell(.logIsDurable)
        }

        private func carryOut(_ job: Job) {
            switch job {
            case .append, .end: break
            case .record(let id, let record): tell(.completed(id, replace(record)))
            case .checkpoint(let done):
                log.checkpoint()
                done()
            case .run(let body): body()
            case .retry: retry()
            }
        }

        private func replace(_ record: PositionRecord) -> Completion {
            do throws(SystemError) {
                try position.replace(record)
                positionProblem = nil
                return .done
            } catch {
                // Once, and not every five seconds: as with the log.
                if positionProblem != error { note(.warning, "the position cannot be written: \(error)") }
                positionProblem = error
                return .failed("\(error)")
            }
        }
    }
}
