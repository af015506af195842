import Glibc

/// A TUF client for conformance testing: exits with 0, or with 1 and a line on standard error.
do {
    try Command(Array(CommandLine.arguments.dropFirst())).run()
} catch {
    let line = "tuf-client: \(error)\n"
    _ = write(STDERR_FILENO, line, line.utf8.count)
    exit(1)
}
