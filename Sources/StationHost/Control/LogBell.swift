import CLinux
import Synchronization

/// Tells those who follow the log that it has grown.
///
/// Any thread.
final class LogBell: Sendable {
    private let listeners = Mutex<[Int32]>([])

    func add(_ descriptor: Int32) { listeners.withLock { $0.append(descriptor) } }
    func remove(_ descriptor: Int32) { listeners.withLock { $0.removeAll { $0 == descriptor } } }
    func ring() { listeners.withLock { for descriptor in $0 { CLinux_eventfd_signal(descriptor) } } }
}
