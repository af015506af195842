import CLinux
import Glibc
import StationHost

/// What another program printed, and how it ended, within a time: whoever asks it does not hang with it.
struct CapturedCommand: Sendable {
    /// More is not read, in bytes.
    private static let mostBytes = 1 << 20

    /// Standard output, as far as it came.
    let output: String
    /// The exit code; nil where the program had not ended in its time, and was killed.
    let code: Int32?

    /// Runs a program without a shell, with no input, and in English.
    ///
    /// - Parameters:
    ///   - words: the program's path and its arguments.
    ///   - deadline: in nanoseconds of CLOCK_MONOTONIC.
    /// - Throws: `SystemError` when it cannot be started.
    init(_ words: [String], by deadline: Int64) throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        // Closed on exec from the beginning, which pipe(2) cannot: another child must not keep it open.
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        _ = try system("socketpair") { socketpair(AF_UNIX, kind, 0, &ends) }
        let output = Descriptor(owning: ends[0])
        let process = try Self.start(words, writing: Descriptor(owning: ends[1]))
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 14)
        while bytes.count < Self.mostBytes {
            var wanted = [pollfd(fd: output.number, events: Int16(POLLIN), revents: 0)]
            let left = deadline - CLinux_monotonic()
            guard left > 0, CLinux_ppoll(&wanted, 1, left) != 0 else { break }
            let number = output.number
            guard let count = try? system("read", { read(number, &piece, piece.count) }), count > 0 else {
                break
            }
            bytes += piece.prefix(count)
        }
        self.output = String(decoding: bytes, as: UTF8.self)
        code = Self.end(process, by: deadline)
    }

    private static func start(
        _ words: [String], writing output: consuming Descriptor
    ) throws(SystemError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output.number, STDOUT_FILENO)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
        var process: pid_t = 0
        let program = words.first ?? ""
        let code = withCommandLine(words) { posix_spawn(&process, program, &actions, nil, $0, environ) }
        guard code == 0 else { throw SystemError(call: "start \(program)", code: code) }
        return process
    }

    private static func end(_ process: pid_t, by deadline: Int64) -> Int32? {
        var status: Int32 = 0
        let left = max(0, deadline - CLinux_monotonic())
        if CLinux_wait_child(process, left, &status) == 0 { return status }
        kill(process, SIGKILL)
        _ = CLinux_wait_child(process, -1, &status)
        return nil
    }
}
