import CLinux
import Glibc
import StationCore
import Synchronization

/// The thread that runs the commands which switch the amplifier, one after the other.
final class AmplifierThread: Sendable {
    /// A command that takes longer, in nanoseconds, is ended with everything that it started.
    private static let patience: Int64 = 10_000_000_000

    private let patience: Int64

    private struct Job: Sendable {
        let command: [String]
        let done: @Sendable (Completion) -> Void
    }

    private let jobs: JobQueue<Job>
    private let commands: Configuration.Amplifier?
    /// The process of the command that is running; 0 when there is none.
    private let running = Mutex<pid_t>(0)

    /// Starts the thread; the commands are those of the configuration, if it has any.
    init(_ commands: Configuration.Amplifier?, patience: Int64 = AmplifierThread.patience) throws(SystemError)
    {
        self.patience = patience
        jobs = try JobQueue()
        self.commands = commands
        try Thread.start("amplifier") { [self] in
            while true {
                for job in jobs.wait() ?? [] {
                    job.done(Self.run(job.command, patience: patience, running))
                }
            }
        }
    }

    /// Switches the amplifier, and tells when that is done; at once where no amplifier is configured.
    func turn(isOn: Bool, _ done: @escaping @Sendable (Completion) -> Void) {
        guard let commands else { return done(.done) }
        jobs.put(Job(command: isOn ? commands.on : commands.off, done: done))
    }

    /// Ends the command that is running, so that the next one comes at once: the daemon is about to end.
    func hurry() {
        running.withLock { process in
            if process > 0 { kill(-process, SIGKILL) }
        }
    }

    /// Runs a command on the calling thread: for who comes after a daemon that did not switch the amplifier off itself.
    static func run(_ command: [String]) -> Completion { run(command, patience: patience, Mutex(0)) }

    private static func run(
        _ command: [String], patience: Int64, _ running: borrowing Mutex<pid_t>
    ) -> Completion {
        let name = command.joined(separator: " ")
        let process = withCommandLine(command) { CLinux_spawn($0) }
        guard process > 0 else {
            return .failed("\(SystemError(call: name, code: -Int32(process)))")
        }
        running.withLock { $0 = process }
        var status: Int32 = 0
        let isLate = CLinux_wait_child(process, patience, &status) == -ETIMEDOUT
        running.withLock { $0 = 0 }
        if isLate {
            kill(-process, SIGKILL)
            _ = CLinux_wait_child(process, -1, &status)
            return .failed("\(name): did not end within \(patience / 1_000_000_000) s")
        }
        return status == 0 ? .done : .failed("\(name): ended with code \(status)")
    }
}
