import Synchronization

/// Threads of one kind, at most so many at once: what people ask for must not use up the machine.
final class WorkerCount: Sendable {
    private let limit: Int
    private let running = Mutex(0)

    init(limit: Int) { self.limit = limit }

    /// Runs something on a thread of its own.
    ///
    /// - Returns: false when there are too many already, or the machine has no thread left.
    func start(_ name: String, _ body: @escaping @Sendable () -> Void) -> Bool {
        let mayRun = running.withLock { count in
            guard count < limit else { return false }
            count += 1
            return true
        }
        guard mayRun else { return false }
        do {
            try Thread.start(name) { [self] in
                body()
                running.withLock { $0 -= 1 }
            }
            return true
        } catch {
            running.withLock { $0 -= 1 }
            note(.warning, "\(error)")
            return false
        }
    }
}
