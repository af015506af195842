import CLinux
import Glibc
import StationCore
import StationTrust

/// Sends the log to one who asked for it, as fast as they take it.
///
/// A thread of its own, which owns the descriptor.
struct LogStream: Sendable {
    /// Who takes nothing for so long gets no more.
    private static let patience: Int64 = 30_000_000_000

    let descriptor: Int32
    let place: LogPlace
    let bell: LogBell
    let since: Instant?
    let until: Instant?
    /// Whether the entries to come are sent too.
    let follow: Bool

    /// Sends until the end of the log, or of the connection.
    func run() {
        let socket = Descriptor(owning: descriptor)
        guard let news = try? Descriptor(owning: system("eventfd") { CLinux_eventfd() }) else { return }
        bell.add(news.number)
        defer { bell.remove(news.number) }
        var cursor = LogCursor(state: place.state, run: place.run)
        var isTold = false
        while true {
            let found = cursor.next(["wall"])
            let wanted = found.filter { isWanted($0.members) }
            guard send(wanted.flatMap { $0.line + [0x0A] }, to: socket.number) else { return }
            guard found.isEmpty else { continue }
            // Behind everything that can be read.
            if let problem = cursor.problem, !isTold {
                isTold = true
                guard send(LogPlace.unreadable(problem).body.bytes + [0x0A], to: socket.number) else {
                    return
                }
            }
            guard follow else { break }
            guard waitForNews(socket.number, news.number) else { return }
        }
        _ = send(ControlServer.endLine(isTold ? .unavailable : .fine), to: socket.number)
    }

    private func isWanted(_ entry: JSON) -> Bool {
        guard since != nil || until != nil else { return true }
        guard let wall = entry["wall"]?.text.flatMap(RFC3339.instant(of:)) else { return false }
        return wall >= since ?? .distantPast && wall < until ?? .distantFuture
    }

    /// Waits until the log has grown.
    ///
    /// - Returns: false when the other end is gone.
    private func waitForNews(_ socket: Int32, _ news: Int32) -> Bool {
        var wanted = [
            pollfd(fd: socket, events: Int16(POLLIN | 0x2000), revents: 0),  // POLLRDHUP
            pollfd(fd: news, events: Int16(POLLIN), revents: 0),
        ]
        _ = CLinux_ppoll(&wanted, 2, -1)
        _ = CLinux_eventfd_take(news)
        // Whatever a follower sends is none of our business; it ends the stream as well as its going does.
        return wanted[0].revents == 0
    }

    private func send(_ bytes: [UInt8], to socket: Int32) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                CLinux_send(socket, $0.baseAddress?.advanced(by: sent), $0.count - sent, -1)
            }
            if count == -Int(EAGAIN) {
                var wanted = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
                guard CLinux_ppoll(&wanted, 1, Self.patience) != 0 else { return false }
            } else if count <= 0 {
                return false
            } else {
                sent += count
            }
        }
        return true
    }
}
