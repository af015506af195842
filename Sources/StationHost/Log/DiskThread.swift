import StationCore
import StationTrust

/// The thread that writes to the disk: log and position record, in the order in which they were asked for.
package final class DiskThread: Sendable {
    /// What the disk thread is asked to do.
    enum Job: Sendable {
        case append(EffectID, Entry)
        case record(EffectID, PositionRecord)
        case clearRecord(EffectID)
        case checkpoint(@Sendable () -> Void)
        case run(@Sendable () -> Void)
    }

    private let jobs: JobQueue<Job>

    /// Starts the thread over an open log.
    init(
        log: sending LogFiles, position: PositionFile,
        complete: @escaping @Sendable (EffectID, Completion) -> Void
    ) throws(SystemError) {
        let jobs = try JobQueue<Job>()
        self.jobs = jobs
        let writer = Writer(log: log, position: position, complete: complete)
        try Thread.start("disk") {
            while true { writer.carryOut(jobs.wait()) }
        }
    }

    func put(_ job: Job) { jobs.put(job) }

    /// Carries out jobs; owned by the thread.
    private final class Writer {
        private let log: LogFiles
        private let position: PositionFile
        private let complete: @Sendable (EffectID, Completion) -> Void

        init(
            log: sending LogFiles, position: PositionFile,
            complete: @escaping @Sendable (EffectID, Completion) -> Void
        ) {
            self.log = log
            self.position = position
            self.complete = complete
        }

        /// Appends that follow each other share one fsync; everything else keeps its place between them.
        func carryOut(_ jobs: [Job]) {
            var batch: [(EffectID, Entry)] = []
            for job in jobs {
                if case .append(let id, let entry) = job {
                    batch.append((id, entry))
                    continue
                }
                appendAll(&batch)
                carryOut(job)
            }
            appendAll(&batch)
        }

        private func appendAll(_ batch: inout [(EffectID, Entry)]) {
            guard !batch.isEmpty else { return }
            let durability = log.append(batch.map(\.1))
            for (id, _) in batch { complete(id, .appended(durability)) }
            batch = []
        }

        private func carryOut(_ job: Job) {
            switch job {
            case .append: break
            case .record(let id, let record): complete(id, position.replace(record))
            case .clearRecord(let id): complete(id, position.clear())
            case .checkpoint(let done):
                log.checkpoint()
                done()
            case .run(let body): body()
            }
        }
    }
}
