import StationCore
import Synchronization

/// The thread that hashes content and decodes it to its end before anybody hears it, the most urgent first.
///
/// A thread of its own: the preflight of the next slot takes seconds on a small board, and must not keep the decode
/// thread from the slot that is playing.
final class PreflightThread: Sendable {
    private enum Job: Sendable {
        case check(Check)
        /// Lets go of what nobody waits for any more.
        case discard(PlayID)
        case end
    }

    /// One play's content, as far as it has been looked at.
    private struct Check: Sendable {
        let id: EffectID
        let play: PlayID
        let scheduled: Instant
        var progress: ContentChecker.Progress
        var urgency: Urgency { progress.urgency }

        /// The more urgent goes first; among equals the one that is due first.
        func goes(before other: Check) -> Bool {
            (other.urgency, scheduled) < (urgency, other.scheduled)
        }
    }

    /// What was asked for since the thread looked last: what is less urgent, or not wanted any more, stands back.
    private final class Claim: Sendable {
        private let state = Mutex((urgency: Urgency?.none, discarded: Set<PlayID>()))

        func raise(to urgency: Urgency) {
            state.withLock { $0.urgency = max($0.urgency ?? urgency, urgency) }
        }
        func discard(_ play: PlayID) { state.withLock { _ = $0.discarded.insert(play) } }
        /// Before a look at what was asked for: what comes after the look claims anew.
        func forget() { state.withLock { $0 = (nil, []) } }
        func overtakes(_ check: Check) -> Bool {
            state.withLock { state in
                state.urgency.map { $0 > check.urgency } ?? false || state.discarded.contains(check.play)
            }
        }
    }

    private let jobs: JobQueue<Job>
    private let claim = Claim()

    /// Starts the thread.
    ///
    /// - Parameters:
    ///   - checker: looks at items.
    ///   - done: gets each result, on this thread; nil of a check that was discarded before its end.
    /// - Throws: `SystemError` when the machine has no thread left.
    init(
        _ checker: ContentChecker,
        done: @escaping @Sendable (EffectID, PlayID, PreparedContent?) -> Void
    ) throws(SystemError) {
        let jobs = try JobQueue<Job>()
        self.jobs = jobs
        try Thread.start("preflight") { [claim] in
            var waiting: [Check] = []
            while true {
                claim.forget()
                for job in jobs.wait(atMost: waiting.isEmpty ? -1 : 0) ?? [] {
                    switch job {
                    case .check(let check): waiting.append(check)
                    case .discard(let play):
                        for check in waiting where check.play == play { done(check.id, play, nil) }
                        waiting.removeAll { $0.play == play }
                    case .end: return
                    }
                }
                guard let index = waiting.indices.min(by: { waiting[$0].goes(before: waiting[$1]) })
                else { continue }
                let check = waiting[index]
                // What stands back keeps its place, and what was found.
                guard
                    let content = checker.go(
                        on: &waiting[index].progress, shouldContinue: { !claim.overtakes(check) })
                else { continue }
                waiting.remove(at: index)
                done(check.id, check.play, content)
            }
        }
    }

    deinit { jobs.put(.end) }

    /// Looks at a play's content, before what is less urgent and what is as urgent and due later.
    func check(
        _ id: EffectID, _ play: PlayID, _ items: [ContentItem], _ urgency: Urgency, scheduled: Instant
    ) {
        jobs.put(
            .check(
                Check(
                    id: id, play: play, scheduled: scheduled,
                    progress: .init(items: items, urgency: urgency))))
        // After the job: whoever sees the claim finds it.
        claim.raise(to: urgency)
    }

    /// Lets a check go that nobody waits for any more; it is done at once, without a result.
    func discard(_ play: PlayID) {
        jobs.put(.discard(play))
        claim.discard(play)
    }
}
