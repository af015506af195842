import CLinux
package import StationCore

/// The clocks of this machine.
package enum Clocks {
    /// Reads both clocks close together, and whether the kernel calls the wall clock synchronised.
    package static func read() -> Now {
        var wall: Int64 = 0
        var boot: Int64 = 0
        var synchronised: Int32 = 0
        var error: Int64 = 0
        // Where adjtimex is forbidden the clock simply counts as not synchronised.
        _ = CLinux_clocks(&wall, &boot, &synchronised, &error)
        return Now(
            wall: Instant(nanoseconds: wall), monotonic: MonotonicInstant(nanoseconds: boot),
            isSynchronised: synchronised == 1, errorMicroseconds: error)
    }

    /// The kernel's identity of this boot.
    package static func bootIdentity() -> String {
        let bytes = (try? readFile("/proc/sys/kernel/random/boot_id", limit: 64)) ?? []
        let text = String(decoding: bytes.filter { $0 > 0x20 }, as: UTF8.self)
        return text.isEmpty ? "unknown" : text
    }
}
