import Glibc
import StationHost

/// The daemon of a demo: a child process, which ends with this command at the latest, however that ends.
struct DemoDaemon: ~Copyable {
    private let process: pid_t

    private init(process: pid_t) { self.process = process }

    /// Starts the daemon that lies beside this command.
    static func start(_ stage: DemoStage) throws(SystemError) -> DemoDaemon {
        let folder = DemoStage.executable.split(separator: "/").dropLast().joined(separator: "/")
        let program = "/\(folder)/loaphuongd"
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, stage.messages, O_WRONLY | O_CREAT, 0o644)
        posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO)
        let words = [program, "--config", stage.configuration, "--parent", "\(getpid())"]
        var process: pid_t = 0
        let code = withCommandLine(words) { posix_spawn(&process, program, &actions, nil, $0, environ) }
        guard code == 0 else { throw SystemError(call: "start \(program)", code: code) }
        return DemoDaemon(process: process)
    }

    /// Whether it has not ended yet.
    var isRunning: Bool {
        var information = siginfo_t()
        let isEnded = waitid(P_PID, id_t(process), &information, WEXITED | WNOHANG | WNOWAIT) == 0
        return !(isEnded && information._sifields._sigchld.si_pid == process)
    }

    /// Tells it to end, and waits for that.
    ///
    /// - Returns: its exit code, or 128 and the number of the signal that ended it.
    func end() -> Int32 {
        kill(process, SIGTERM)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 && errno == EINTR {}
        let signal = status & 0x7F
        return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
    }
}
