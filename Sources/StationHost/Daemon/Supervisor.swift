import CLinux
import Glibc
import StationCore

/// The service supervisor (systemd), spoken to as sd_notify(3) has it, without its library.
///
/// Loop thread.
package struct Supervisor: Sendable {
    private let socket: String?
    /// How often the watchdog wants to hear that the daemon makes progress; nil when nobody watches.
    let watchdogInterval: Duration?

    /// Speaks to a socket; nil for nobody.
    package init(socket: String?, watchdogInterval: Duration? = nil) {
        self.socket = socket
        self.watchdogInterval = watchdogInterval
    }

    /// The supervisor that the environment names; taken out of it, so that no child process speaks to it too.
    package static func fromEnvironment() -> Supervisor {
        func take(_ name: String) -> String? {
            defer { unsetenv(name) }
            return getenv(name).map { String(cString: $0) }
        }
        let socket = take("NOTIFY_SOCKET")
        let microseconds = take("WATCHDOG_USEC").flatMap { Int64($0) }
        let isForUs = take("WATCHDOG_PID").flatMap { Int32($0) }.map { $0 == getpid() } ?? true
        let interval = microseconds.flatMap { isForUs && $0 > 0 ? Duration.microseconds($0) : nil }
        return Supervisor(socket: socket, watchdogInterval: interval)
    }

    /// The daemon answers and plays from now on.
    func ready() { tell("READY=1") }
    /// What the station is doing, in one line.
    func status(_ line: String) { tell("STATUS=" + line.prefix(500).filter { $0 != "\n" }) }
    /// Loop, decode and audio make progress.
    func alive() { tell("WATCHDOG=1") }
    /// The configuration is being read anew; `ready` ends that.
    func reloading(at monotonicMicroseconds: Int64) {
        tell("RELOADING=1\nMONOTONIC_USEC=\(monotonicMicroseconds)")
    }
    /// The daemon is ending.
    func stopping() { tell("STOPPING=1") }

    private func tell(_ message: String) {
        guard let socket else { return }
        // A supervisor that does not listen is no reason to do anything else.
        _ = CLinux_notify(socket, message)
    }
}
