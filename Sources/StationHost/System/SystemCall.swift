import Glibc

// System calls whose failure matters go through here.

/// A system call that failed.
package struct SystemError: Error, Hashable, CustomStringConvertible {
    /// The call, and what it was about.
    package let call: String
    /// The error number, positive.
    package let code: Int32

    package init(call: String, code: Int32) {
        self.call = call
        self.code = code
    }

    package var description: String {
        "\(call): \(String(cString: strerror(code)))"
    }
}

/// Makes a system call again while signals interrupt it.
///
/// A bad descriptor or address is a mistake of ours, never a condition: it ends the process, and systemd starts
/// it again into recovery.
/// - Throws: `SystemError` for every other failure.
@inline(never)
package func system<Result: FixedWidthInteger>(
    _ call: @autoclosure () -> String, _ body: () -> Result
) throws(SystemError) -> Result {
    while true {
        let result = body()
        guard result < 0 else { return result }
        // The calls of CLinux give -errno, those of glibc -1 and errno.
        let code = result < -1 ? -Int32(truncatingIfNeeded: result) : errno
        if code == EINTR { continue }
        precondition(code != EBADF && code != EFAULT, "\(call()): \(code)")
        throw SystemError(call: call(), code: code)
    }
}

/// Writes all bytes, however often the kernel takes only some.
package func writeAll(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, _ what: String)
    throws(SystemError)
{
    var rest = bytes
    while !rest.isEmpty {
        let count = try system("write \(what)") { write(descriptor, rest.baseAddress, rest.count) }
        guard count > 0 else { throw SystemError(call: "write \(what)", code: ENOSPC) }
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
}

/// Lends words the way that C has a command line: strings, and a null pointer at the end.
package func withCommandLine<Result>(
    _ words: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
    let arguments = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    return body(arguments)
}
