import CLinux

/// Jobs from many threads for one, which sleeps while there are none.
package final class JobQueue<Job: Sendable>: Sendable {
    private let mailbox: Mailbox<Job>

    /// Makes an empty queue.
    ///
    /// - Throws: `SystemError` when the machine has no descriptor left.
    package init() throws(SystemError) { mailbox = try Mailbox() }

    /// Puts a job in; from any thread.
    package func put(_ job: Job) { mailbox.put(job) }

    /// Waits for jobs, and takes all that are there.
    ///
    /// - Parameter nanoseconds: how long to wait; negative for ever.
    /// - Returns: nil when there were none in that time.
    package func wait(atMost nanoseconds: Int64 = -1) -> [Job]? {
        let deadline = CLinux_monotonic() + max(0, nanoseconds)
        while true {
            let jobs = mailbox.take()
            if !jobs.isEmpty { return jobs }
            // The descriptor may still be readable from jobs that were taken before: then there is another round.
            let left = deadline - CLinux_monotonic()
            if nanoseconds >= 0, left <= 0 { return nil }
            CLinux_wait_readable(mailbox.descriptor, nanoseconds < 0 ? -1 : left)
        }
    }
}
