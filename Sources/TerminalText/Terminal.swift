import Glibc

/// Where answers go: whole texts at once, so that nothing is lost in a buffer when the command ends.
package enum Terminal {
    /// Prints to standard output.
    package static func print(_ text: String) { write(text, STDOUT_FILENO) }

    /// Prints to standard error.
    package static func complain(_ text: String) { write(text, STDERR_FILENO) }

    /// How many columns standard output has; nil where it is no terminal.
    package static var columns: Int? {
        guard isatty(STDOUT_FILENO) == 1 else { return nil }
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return usualColumns }
        return Int(size.ws_col)
    }

    /// What a terminal has that does not say, such as one on a serial line.
    package static let usualColumns = 80

    private static func write(_ text: String, _ descriptor: Int32) {
        var text = text
        text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                // Nobody to tell when not even this can be written.
                guard count > 0 else { return }
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            }
        }
    }
}
