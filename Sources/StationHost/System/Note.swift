import Glibc

/// One line to standard error, with the priority that journald reads from its beginning (sd-daemon(3)).
///
/// One `write` a line: a buffered print loses its last lines in a crash, which are the ones that matter.
package func note(_ priority: NotePriority, _ text: String) {
    var line = Array("<\(priority.rawValue)>".utf8)
    line += text.utf8.prefix(2000).map { $0 == 0x0A ? 0x20 : $0 }
    line.append(0x0A)
    _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
}

/// How much a note matters (syslog(3)).
package enum NotePriority: Int {
    case error = 3
    case warning = 4
    case notice = 5
    case info = 6
}
