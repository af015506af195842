import Foundation
import Testing

/// Runs tests on threads of their own.
///
/// These tests wait for programs, and the tasks of all tests share as many threads as there are cores: two that waited
/// for a demo made every other test late, by seconds, for what it wanted to do to a card at an instant.
struct OwnThreads: SuiteTrait, TestTrait, TestScoping {
    /// A new thread for every job.
    private final class Executor: TaskExecutor {
        func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            Thread.detachNewThread { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
        }
    }

    var isRecursive: Bool { true }

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await withTaskExecutorPreference(Executor()) { try await function() }
    }
}

extension Trait where Self == OwnThreads {
    /// Runs on threads of its own.
    static var ownThreads: Self { Self() }
}
