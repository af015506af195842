import CLinux
import Foundation
import ScratchFolders
import StationCore
import StationTrust
import Synchronization

@testable import StationHost

/// A control server on a thread of its own, which answers every command with what was asked.
final class ServerUnderTest: Sendable {
    let folder: ScratchFolder
    let handed = HandedFiles()
    let bell = LogBell()
    private let skew = Mutex(Duration.zero)
    private let stop = Mutex(false)
    private let wake: Mailbox<Void>
    private let ended = DispatchSemaphore(value: 0)
    /// The most connections that were open at once.
    let mostOpen = Mutex(0)

    var socket: String { folder.path + "/s" }
    var state: String { folder.path + "/state" }

    init(access: Access = .system) throws {
        folder = try ScratchFolder()
        wake = try Mailbox()
        try folder.write("state/log/.keep", "")
        let server = try ControlServer(
            listener: try ControlSocket.listen(folder.path + "/s"), access: access, handed: handed,
            log: LogPlace(state: folder.path + "/state", run: folder.path), bell: bell, zone: .utc)
        let box = UncheckedBox(server)
        Foundation.Thread { self.run(box.value) }.start()
    }

    deinit { end() }

    /// Ends the server and waits for that.
    func end() {
        let isFirst = stop.withLock { stop in
            defer { stop = true }
            return !stop
        }
        guard isFirst else { return }
        wake.put(())
        ended.wait()
    }

    /// Lets time pass for the server.
    func pass(_ duration: Duration) {
        skew.withLock { $0 += duration }
        wake.put(())
    }

    private func run(_ server: ControlServer) {
        while !stop.withLock({ $0 }) {
            var wanted = [pollfd(fd: wake.descriptor, events: Int16(POLLIN), revents: 0)]
            server.poll(into: &wanted)
            mostOpen.withLock { $0 = max($0, wanted.count - 3) }
            let timeout = min(server.deadline, now.monotonic + .seconds(60)) - now.monotonic
            _ = CLinux_ppoll(&wanted, UInt(wanted.count), max(0, timeout.nanoseconds))
            _ = wake.take()
            for ask in server.serve(wanted.dropFirst(), now: now) {
                switch ask {
                case .command(let id, let command, let person):
                    let answer: JSON = [
                        "command": .string("\(command)"), "by": .string(person.name),
                        "mayAct": .bool(person.mayAct),
                    ]
                    server.answer(id, Reply(.fine, answer), now: now)
                case .why(let id, let about):
                    server.explain(id, Why(.slot(about), next: nil), now: now)
                case .verify(let id, let head):
                    server.check(id, .init(station: "s", head: nil, key: nil, older: head), now: now)
                }
            }
        }
        ended.signal()
    }

    private var now: Now {
        var now = Clocks.read()
        now.monotonic = now.monotonic + skew.withLock { $0 }
        return now
    }

    private struct UncheckedBox<Value>: @unchecked Sendable {
        let value: Value
        init(_ value: Value) { self.value = value }
    }
}

/// A client that may misbehave.
final class RawClient {
    let number: Int32
    private var input: [UInt8] = []

    init(_ path: String) throws {
        number = CLinux_connect(path)
        guard number >= 0 else { throw SystemError(call: "connect", code: -number) }
        // A test that waits for ever says less than one that fails.
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(number, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(number) }

    /// Sends bytes, and a descriptor with the first of them.
    ///
    /// - Returns: how many the server took before it closed.
    @discardableResult
    func send(_ bytes: [UInt8], descriptor: Int32 = -1) -> Int {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                CLinux_send(
                    number, $0.baseAddress?.advanced(by: sent), min(1 << 16, $0.count - sent),
                    sent == 0 ? descriptor : -1
                )
            }
            guard count > 0 else { return sent }
            sent += count
        }
        return sent
    }

    @discardableResult
    func send(_ line: String, descriptor: Int32 = -1) -> Int {
        send(Array(line.utf8), descriptor: descriptor)
    }

    /// The next line; nil at the end of the connection.
    func line() -> String? {
        while true {
            if let end = input.firstIndex(of: 0x0A) {
                defer { input.removeSubrange(...end) }
                return String(decoding: input[..<end], as: UTF8.self)
            }
            var piece = [UInt8](repeating: 0, count: 1 << 16)
            let count = recv(number, &piece, piece.count, 0)
            guard count > 0 else { return nil }
            input += piece.prefix(count)
        }
    }

    /// Whether the server closes the connection, without another word, within so many seconds.
    func isClosed(within seconds: Int32) -> Bool {
        var wanted = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
        var byte: UInt8 = 0
        return poll(&wanted, 1, seconds * 1000) == 1 && recv(number, &byte, 1, 0) <= 0
    }

    /// The lines of one answer, its end included; those until the connection's end if that comes first.
    func answer() -> [String] {
        var lines: [String] = []
        while let line = line() {
            lines.append(line)
            if line.hasPrefix("{\"end\":") { break }
        }
        return lines
    }
}
