import Glibc
import Synchronization

/// Where answers go: whole texts at once, so that nothing is lost in a buffer when the command ends.
package enum Terminal {
    /// Whether all that was printed could be written: who reads a file later must not take a half for the whole.
    package static var isWhole: Bool { !hasFailed.load(ordering: .relaxed) }

    private static let hasFailed = Atomic(false)

    /// Prints to standard output.
    ///
    /// Where that is not to be had what was begun goes on to its end: an alert goes out from a closed terminal, too.
    package static func print(_ text: String) {
        guard let problem = write(text, STDOUT_FILENO) else { return }
        guard !hasFailed.exchange(true, ordering: .relaxed) else { return }
        complain("stdout: \(String(cString: strerror(problem)))\n")
    }

    /// Prints to standard error.
    package static func complain(_ text: String) { _ = write(text, STDERR_FILENO) }

    /// How many columns standard output has; nil where it is no terminal.
    package static var columns: Int? {
        guard isatty(STDOUT_FILENO) == 1 else { return nil }
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return usualColumns }
        return Int(size.ws_col)
    }

    /// What a terminal has that does not say, such as one on a serial line.
    package static let usualColumns = 80

    private static func write(_ text: String, _ descriptor: Int32) -> Int32? {
        var text = text
        return text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return errno }
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            }
            return nil
        }
    }
}
