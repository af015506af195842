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
