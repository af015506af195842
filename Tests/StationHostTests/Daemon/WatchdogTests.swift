import CLinux
import Foundation
import ScratchFolders
import StationCore
import StationTrust
import Synchronization
import Testing

@testable import StationHost

/// The whole loop with a sound path that can stop making progress.
struct WatchdogTests {
    @Test("T39: the watchdog is fed while every thread makes progress, and no longer when one does not")
    func watchdog() async {
        await #expect(processExitsWith: .success) {
            let folder = try ScratchFolder()
            let supervisor = try NotifySocket(folder.path + "/notify")
            try folder.write(
                "station.json5",
                """
                { station: "s", upstreams: [{ name: "x", url: "\(folder.path)/none", root: "/none" }],
                  state: "\(folder.path)/state", socket: "\(folder.path)/run/s" }
                """)
            let sound = StallingSound()
            let daemon = Daemon(
                configurationPath: folder.path + "/station.json5",
                loaded: try .read(folder.path + "/station.json5"),
                supervisor: Supervisor(socket: folder.path + "/notify", watchdogInterval: .milliseconds(100)),
                makeSound: { _ in sound }, makeFetch: { _ in FetchingNothing() })
            try StationHost.Thread.start("loop") { try? daemon.run() }
            precondition(supervisor.waits(for: "READY=1"))
            for _ in 0..<3 { precondition(supervisor.waits(for: "WATCHDOG=1")) }
            sound.stall.store(true, ordering: .relaxed)
            supervisor.drain()
            // Two rounds may be on their way; then there is silence for five intervals.
            usleep(200_000)
            supervisor.drain()
            usleep(500_000)
            precondition(!supervisor.drain().contains("WATCHDOG=1"), "fed although a thread hangs")
            sound.stall.store(false, ordering: .relaxed)
            precondition(supervisor.waits(for: "WATCHDOG=1"))
            exit(0)
        }
    }
}

/// No way to any upstream.
private final class FetchingNothing: Fetching {
    func poll(_ upstream: String, at time: Int64, certificatesAt: Int64?, isAsked: Bool) {}
    func beginImport(
        _ token: UInt64, upstream: String?, done: @escaping @Sendable (Completion) -> Void
    ) { done(.done) }
    func endImport() {}
    func configure(_ station: TimetableStation, zoneName: String) {}
    func want(_ files: [RemoteFile]) {}
    func evict(_ names: [String]) {}
    func adopt(
        _ kind: RemoteFile.Kind, _ manifest: Manifest, done: @escaping @Sendable (Completion) -> Void
    ) { done(.done) }
    func foldLog(_ origin: LogOrigin, lines: Int64, done: @escaping @Sendable (Completion) -> Void) {
        done(.done)
    }
    func uploadLog(_ order: LogUpload.Order, done: @escaping @Sendable (Completion) -> Void) { done(.done) }
    func uploadStatus(_ status: JSON, done: @escaping @Sendable (Completion) -> Void) { done(.done) }
}

/// A sound path that does nothing, and may say that a thread of it hangs.
private final class StallingSound: SoundPath, Sendable {
    let stall = Atomic<Bool>(false)

    func stalledThread() -> String? { stall.load(ordering: .relaxed) ? "decode" : nil }
    func openCard(_ id: EffectID) {}
    func closeCard(_ id: EffectID) {}
    func probeCard(_ id: EffectID) {}
    func preflight(
        _ id: EffectID, play: PlayID, items: [ContentItem], urgency: Urgency, scheduled: Instant
    ) {}
    func play(_ id: EffectID, order: PlayOrder) {}
    func stop(_ id: EffectID, play: PlayID, fade: Duration) {}
    func renew(_ id: EffectID, play: PlayID, permit: Permit) {}
    func discard(_ id: EffectID, play: PlayID) {}
}

/// The service supervisor's end of sd_notify.
private final class NotifySocket: Sendable {
    private let number: Int32

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
        guard result == 0 else { throw SystemError(call: "bind", code: errno) }
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    private func receive(_ flags: Int32 = 0) -> String? {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = recv(number, &bytes, bytes.count, flags)
        return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
    }

    /// Whether a message comes, whatever comes before it.
    func waits(for message: String) -> Bool {
        while let received = receive() {
            if received == message { return true }
        }
        return false
    }

    /// Everything that has come so far.
    @discardableResult
    func drain() -> [String] {
        var all: [String] = []
        while let received = receive(Int32(MSG_DONTWAIT)) { all.append(received) }
        return all
    }
}
