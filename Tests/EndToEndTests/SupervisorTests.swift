import Foundation
import Testing

/// The daemon under a service supervisor (sd_notify).
@Suite(.ownThreads) struct SupervisorTests {
    @Test(
        "the supervisor hears when it is ready, what it is doing, that it lives, that it reloads, and that it stops"
    )
    func notifications() throws {
        let station = try StationProcess()
        let notify = try NotifySocket(station.path + "/notify")
        try station.start(environment: ["NOTIFY_SOCKET": station.path + "/notify", "WATCHDOG_USEC": "200000"])
        #expect(notify.waits(for: "READY=1"))
        #expect(notify.waits(for: "WATCHDOG=1"))
        #expect(notify.heard.contains("STATUS=idle"))
        station.signal(SIGHUP)
        #expect(notify.waits(for: "RELOADING=1\nMONOTONIC_USEC="))
        #expect(notify.waits(for: "READY=1"))
        station.signal(SIGTERM)
        #expect(notify.waits(for: "STOPPING=1"))
        #expect(station.end() == 0)
    }

    @Test("a watchdog that is another process's is not fed")
    func othersWatchdog() throws {
        let station = try StationProcess()
        let notify = try NotifySocket(station.path + "/notify")
        try station.start(environment: [
            "NOTIFY_SOCKET": station.path + "/notify", "WATCHDOG_USEC": "50000", "WATCHDOG_PID": "1",
        ])
        #expect(notify.waits(for: "READY=1"))
        #expect(station.isAnswering())
        station.signal(SIGTERM)
        #expect(notify.waits(for: "STOPPING=1"))
        #expect(!notify.heard.contains("WATCHDOG=1"))
    }
}

/// The supervisor's end of the socket.
final class NotifySocket {
    private let number: Int32
    /// Every message so far.
    private(set) var heard: [String] = []

    init(_ path: String) throws {
        number = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { throw POSIXError(.EADDRINUSE) }
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(number) }

    /// Every message that waits.
    @discardableResult
    func drain() -> [String] {
        var all: [String] = []
        var bytes = [UInt8](repeating: 0, count: 4096)
        while case let count = recv(number, &bytes, bytes.count, Int32(MSG_DONTWAIT)), count > 0 {
            all.append(String(decoding: bytes.prefix(count), as: UTF8.self))
        }
        return all
    }

    /// Whether a message comes that begins so.
    func waits(for beginning: String) -> Bool {
        while true {
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = recv(number, &bytes, bytes.count, 0)
            guard count > 0 else { return false }
            let message = String(decoding: bytes.prefix(count), as: UTF8.self)
            heard.append(message)
            if message.hasPrefix(beginning) { return true }
        }
    }
}
