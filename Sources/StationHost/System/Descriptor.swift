package import Glibc

/// A file descriptor that is closed when its owner goes.
package struct Descriptor: ~Copyable, Sendable {
    /// The number, for as long as this value lives.
    package let number: Int32

    /// Takes over a descriptor.
    package init(owning number: Int32) { self.number = number }

    deinit { Glibc.close(number) }

    /// Gives the number away; nobody closes it then but its new owner.
    package consuming func release() -> Int32 {
        let number = number
        discard self
        return number
    }
}

extension Descriptor {
    /// Opens a file.
    package static func open(_ path: String, _ flags: Int32, mode: mode_t = 0o640) throws(SystemError)
        -> Descriptor
    {
        Descriptor(owning: try system("open \(path)") { Glibc.open(path, flags | O_CLOEXEC, mode) })
    }
}
