import Glibc

// What nobody can foresee, from the kernel; any thread.

/// So many bytes of the kernel's generator, 256 at the most: of those a signal cannot cut the answer short (getrandom(2)).
///
/// Returns nil where the kernel has none to give.
@Sendable package func systemRandom(_ count: Int) -> [UInt8]? {
    precondition(count <= 256)
    var bytes = [UInt8](repeating: 0, count: count)
    return getentropy(&bytes, count) == 0 ? bytes : nil
}
