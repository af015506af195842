import StationCore
import Synchronization

/// The thread that hashes content and decodes it to its end before anybody hears it, the most urgent first.
///
/// A thread of its own: the preflight of the next slot takes seconds on a small board, and must not keep the decode
/// thread from the slot that is playing.
final class PreflightThread: Sendable {
    private enum Job: Sendable {
        case check(Check)
        case end
    }

    /// One play's content, as far as it has been looked at.
    private struct Check: Sendable {
        let id: EffectID
        let play: PlayID
        let urgency: Urgency
        var progress: ContentChecker.Progress
    }

    /// How urgent the most urgent is that was asked for since the thread looked last; what is less stands back.
    private final class Claim: Sendable {
        private let urgency = Atomic<Int>(-1)

        func raise(to urgency: Urgency) { self.urgency.max(urgency.rawValue, ordering: .releasing) }
        /// Before a look at what was asked for: what comes after the look claims anew.
        func forget() { urgency.store(-1, ordering: .releasing) }
        func overtakes(_ other: Urgency) -> Bool { urgency.load(ordering: .acquiring) > other.rawValue }
    }

    private let jobs: JobQueue<Job>
    private let claim = Claim()

    /// Starts the thread.
    ///
    /// - Parameters:
    ///   - checker: looks at items.
    ///   - done: gets each result, on this thread.
    /// - Throws: `SystemError` when the machine has no thread left.
    init(
        _ checker: ContentChecker,
        done: @escaping @Sendable (EffectID, PlayID, PreparedContent) -> Void
    ) throws(SystemError) {
        let jobs = try JobQueue<Job>()
        self.jobs = jobs
        try Thread.start("preflight") { [claim] in
            var waiting: [Check] = []
            while true {
                claim.forget()
                for job in jobs.wait(atMost: waiting.isEmpty ? -1 : 0) ?? [] {
                    guard case .check(let check) = job else { return }
                    waiting.append(check)
                }
                guard let most = waiting.map(\.urgency).max(),
                    let index = waiting.firstIndex(where: { $0.urgency == most })
                else { continue }
                let (id, play) = (waiting[index].id, waiting[index].play)
                // What stands back keeps its place, and what was found.
                guard
                    let content = checker.go(
                        on: &waiting[index].progress, shouldContinue: { !claim.overtakes(most) })
                else { continue }
                waiting.remove(at: index)
                done(id, play, content)
            }
        }
    }

    deinit { jobs.put(.end) }

    func check(_ id: EffectID, _ play: PlayID, _ items: [ContentItem], _ urgency: Urgency) {
        jobs.put(.check(Check(id: id, play: play, urgency: urgency, progress: .init(items: items))))
        // After the job: whoever sees the claim finds it.
        claim.raise(to: urgency)
    }
}
