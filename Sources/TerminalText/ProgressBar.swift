import Glibc

/// How far a long piece of work is, on a terminal; nothing elsewhere.
package final class ProgressBar {
    private static let width = 30
    private let isShown = isatty(STDERR_FILENO) == 1
    private var last = ""

    /// Makes a bar that is not shown yet.
    package init() {}

    /// Shows how much is done.
    package func show(_ label: String, _ done: Int64, of total: Int64) {
        guard isShown, total > 0 else { return }
        let part = Int(min(max(0, done), total) * 100 / total)
        let full = part * Self.width / 100
        let bar = String(repeating: "█", count: full) + String(repeating: "░", count: Self.width - full)
        let line = "\(label) \(bar) \(part) %"
        guard line != last else { return }
        last = line
        Terminal.complain("\r\(line)\u{1B}[K")
    }

    /// Takes it away.
    package func clear() {
        guard isShown, !last.isEmpty else { return }
        last = ""
        Terminal.complain("\r\u{1B}[K")
    }
}
