import Glibc
import StationHost
import StationTrust

/// A batch of whole files that is made durable on a thread of its own: one wait for many files, while others come.
///
/// A power cut before it is over leaves parts: of those the next boot keeps what was on the disk for certain, and short
/// ones come again.
final class Commit {
    /// How a batch ended.
    typealias Outcome = Result<Void, SystemError>

    private let outcomes: JobQueue<Outcome>
    /// The files, by name.
    let batch: [String: Download]

    /// Starts it; where the machine has no thread left, it is over when this returns.
    ///
    /// - Parameters:
    ///   - batch: the files, by name.
    ///   - folder: the store's.
    ///   - directory: the folder, open since before the files were written.
    ///   - calls: how the disk is written.
    ///   - outcomes: gets how it ended; of one commit at a time.
    ///   - ended: hears, on the other thread, that it is over.
    init(
        of batch: [String: Download], in folder: String, _ directory: SharedDescriptor, _ calls: DiskCalls,
        _ outcomes: JobQueue<Outcome>, ended: @escaping @Sendable () -> Void
    ) {
        (self.batch, self.outcomes) = (batch, outcomes)
        let names = Array(batch.keys)
        let run: @Sendable () -> Void = {
            outcomes.put(Self.run(names, in: folder, directory, calls))
            ended()
        }
        do throws(SystemError) { try Thread.start("commit", run) } catch { run() }
    }

    /// What it has come to.
    ///
    /// - Parameter waits: whether to wait until it is over.
    /// - Returns: nil while it is under way.
    func outcome(waits: Bool) -> Outcome? {
        outcomes.wait(atMost: waits ? -1 : 0)?.first
    }

    private static func run(
        _ names: [String], in folder: String, _ directory: SharedDescriptor, _ calls: DiskCalls
    ) -> Outcome {
        if let error = calls.syncAll(directory.number) { return .failure(error) }
        do throws(SystemError) {
            for name in names { try ContentStore.settle(name, in: folder) }
        } catch { return .failure(error) }
        return calls.sync(directory.number).map { .failure($0) } ?? .success(())
    }
}
