import CLinux
import Glibc

/// The process that started this one, for a daemon that must not outlive it.
package enum Parent {
    /// Has this process told to end (SIGTERM) when its parent does.
    ///
    /// - Parameter process: the parent's number.
    /// - Returns: false when that parent has ended already.
    package static func endTogether(with process: Int32) -> Bool {
        CLinux_end_with_parent(SIGTERM)
        return getppid() == process
    }
}
