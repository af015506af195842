import CLinux
import Synchronization

/// Messages from many threads to one, which sees in its ppoll that there are some.
package final class Mailbox<Message: Sendable>: Sendable {
    private let messages = Mutex<[Message]>([])
    /// Readable while there may be messages.
    package let descriptor: Int32

    /// Makes an empty mailbox.
    ///
    /// - Throws: `SystemError` when the machine has no descriptor left.
    package init() throws(SystemError) {
        descriptor = try system("eventfd") { CLinux_eventfd() }
    }

    deinit { _ = Descriptor(owning: descriptor) }

    /// Puts a message in; from any thread.
    package func put(_ message: Message) {
        messages.withLock { $0.append(message) }
        CLinux_eventfd_signal(descriptor)
    }

    /// Takes all messages out, oldest first.
    package func take() -> [Message] {
        _ = CLinux_eventfd_take(descriptor)
        return messages.withLock { messages in
            defer { messages = [] }
            return messages
        }
    }
}

/// Jobs from many threads for one, which sleeps while there are none.
final class JobQueue<Job: Sendable>: Sendable {
    private let mailbox: Mailbox<Job>

    init() throws(SystemError) { mailbox = try Mailbox() }

    func put(_ job: Job) { mailbox.put(job) }

    /// Waits for jobs, and takes all that are there.
    ///
    /// - Parameter nanoseconds: how long to wait; negative for ever.
    /// - Returns: nil when there were none in that time.
    func wait(atMost nanoseconds: Int64 = -1) -> [Job]? {
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
