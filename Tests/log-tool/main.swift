import Glibc

/// Drives the log on the disk alone, for benchmarks: exits with 0, or with 1 and a line on standard error.
do {
    try Tool(Array(CommandLine.arguments.dropFirst())).run()
} catch {
    let line = "log-tool: \(error)\n"
    _ = write(STDERR_FILENO, line, line.utf8.count)
    exit(1)
}
