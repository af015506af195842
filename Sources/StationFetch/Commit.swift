import Glibc
import StationHost
import StationTrust

/// A batch of whole files that is verified and made durable on a thread of its own: one wait for many files, while others
/// come.
///
/// A power cut before it is over leaves parts: of those the next boot keeps what was on the disk for certain, and short
/// ones come again.
final class Commit {
    /// How a batch ended: which of its files, by name, were not what they should be, and are not there.
    typealias Outcome = Result<Set<String>, SystemError>

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
        let files = batch.mapValues(\.content)
        let run: @Sendable () -> Void = {
            outcomes.put(Self.run(files, in: folder, directory, calls))
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
        _ files: [String: TUF.Content], in folder: String, _ directory: SharedDescriptor, _ calls: DiskCalls
    ) -> Outcome {
        do throws(SystemError) {
            var wrong: Set<String> = []
            for (name, content) in files {
                if try !ContentStore.isRight(name, content, in: folder) { wrong.insert(name) }
            }
            if let error = calls.syncAll(directory.number) { throw error }
            for name in files.keys where !wrong.contains(name) { try ContentStore.settle(name, in: folder) }
            if let error = calls.sync(directory.number) { throw error }
            return .success(wrong)
        } catch { return .failure(error) }
    }
}
