import Foundation

/// A TCP socket at a port of loopback that was free; it is closed with it.
package final class LoopbackSocket {
    /// Its descriptor.
    package let number: Int32
    /// Where it is bound.
    package let port: UInt16

    /// Makes and binds it; nobody is heard there before somebody calls `listen`.
    ///
    /// - Throws: `POSIXError` when there is no port left.
    package init() throws {
        number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let number = number
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(number, address, length) == 0 && getsockname(number, address, &length) == 0
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        guard isBound else { throw POSIXError(.EADDRNOTAVAIL) }
    }

    deinit { close(number) }
}
