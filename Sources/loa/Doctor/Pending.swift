import CLinux
import StationHost

/// A look at something that may take long or never end, on a thread of its own: whoever waits does not wait for ever.
///
/// A thread whose look has not ended in time is left to itself; the command ends soon.
struct Pending<Value: Sendable>: Sendable {
    private let answers: JobQueue<Value>?

    /// Begins to look.
    ///
    /// - Parameters:
    ///   - name: of the thread, at most 15 bytes.
    ///   - look: what takes its time.
    init(_ name: String, _ look: @escaping @Sendable () -> Value) {
        let queue = try? JobQueue<Value>()
        let isStarted =
            queue.map { queue in (try? Thread.start(name) { queue.put(look()) }) != nil } ?? false
        answers = isStarted ? queue : nil
    }

    /// What was found.
    ///
    /// - Parameter deadline: in nanoseconds of CLOCK_MONOTONIC.
    /// - Returns: nil if that is not known by then.
    func value(by deadline: Int64) -> Value? {
        answers?.wait(atMost: max(0, deadline - CLinux_monotonic()))?.first
    }
}
