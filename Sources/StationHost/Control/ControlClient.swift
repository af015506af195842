import CLinux
import Glibc
package import StationTrust

/// The other end of the control socket, as `loa` has it; the protocol is written at `ControlServer`.
///
/// The daemon has one, too, while a log is exported: then it is the daemon that asks.
package final class ControlClient {
    /// The longest line of an answer, in bytes.
    private static let lineBytes = 32 << 20

    /// The other end takes something within so long, in nanoseconds.
    private static let patience: Int64 = 120_000_000_000

    private let socket: Descriptor
    private var input: [UInt8] = []

    /// A line of an answer.
    package enum Line {
        /// A part of the answer: its value, and as it came.
        case answer(JSON, [UInt8])
        /// The end, with the exit code.
        case end(Int32)
    }

    /// Connects.
    ///
    /// - Throws: `SystemError` when nobody answers there.
    package init(_ path: String) throws(SystemError) {
        socket = Descriptor(owning: try system("connect to \(path)") { CLinux_connect(path) })
    }

    /// Takes over a connection.
    init(owning socket: consuming Descriptor) { self.socket = socket }

    /// The process that listens there; nil where the kernel does not say.
    package var process: Int32? {
        var (uid, gid, pid): (uid_t, gid_t, pid_t) = (0, 0, 0)
        return CLinux_peer(socket.number, &uid, &gid, &pid) == 0 && pid > 0 ? pid : nil
    }

    /// Asks, and hands over a file with the question if there is one.
    ///
    /// - Throws: `SystemError` when the daemon takes nothing.
    package func ask(_ request: JSON, file: Int32 = -1) throws(SystemError) {
        let bytes = request.bytes + [0x0A]
        var sent = 0
        while sent < bytes.count {
            let number = socket.number
            do throws(SystemError) {
                sent += try system("send") {
                    bytes.withUnsafeBytes {
                        CLinux_send(
                            number, $0.baseAddress?.advanced(by: sent), $0.count - sent, sent == 0 ? file : -1
                        )
                    }
                }
            } catch {
                if error.code == EAGAIN {
                    try waitForRoom()
                    continue
                }
                // Whom the daemon does not know it answers, and closes, before the question: the answer lies there.
                guard error.code == EPIPE || error.code == ECONNRESET else { throw error }
                return
            }
        }
    }

    /// Waits until the other end has taken some of what was sent.
    private func waitForRoom() throws(SystemError) {
        var wanted = pollfd(fd: socket.number, events: Int16(POLLOUT), revents: 0)
        guard CLinux_ppoll(&wanted, 1, Self.patience) != 0 else {
            throw SystemError(call: "send", code: ETIMEDOUT)
        }
    }

    /// Waits for the next line of the answer.
    ///
    /// - Parameters:
    ///   - seconds: how long to wait; nil for ever.
    ///   - interruption: a descriptor that ends the waiting when it is readable; -1 for none.
    /// - Returns: the line.
    /// - Throws: `SystemError`: ETIMEDOUT when nothing came in that time, ECONNRESET when the daemon is gone, EPROTO
    ///   when what came is no answer, ECANCELED when the waiting was ended.
    package func line(
        atMost seconds: Int64? = nil, unless interruption: Int32 = -1
    ) throws(SystemError) -> Line {
        var searched = 0
        while true {
            if let end = input[searched...].firstIndex(of: 0x0A) {
                let line = Array(input[..<end])
                input.removeSubrange(...end)
                return try understand(line)
            }
            searched = input.count
            guard input.count <= Self.lineBytes else { throw SystemError(call: "answer", code: EMSGSIZE) }
            try receive(seconds, interruption)
        }
    }

    private func receive(_ seconds: Int64?, _ interruption: Int32) throws(SystemError) {
        var wanted = [socket.number, interruption].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        let ready = CLinux_ppoll(&wanted, UInt(wanted.count), seconds.map { $0 * 1_000_000_000 } ?? -1)
        if ready == -EINTR { return }
        guard wanted[1].revents == 0 else { throw SystemError(call: "wait for an answer", code: ECANCELED) }
        guard ready != 0 else { throw SystemError(call: "wait for an answer", code: ETIMEDOUT) }
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        let number = socket.number
        let count = try system("receive") { read(number, &piece, piece.count) }
        guard count > 0 else { throw SystemError(call: "receive", code: ECONNRESET) }
        input += piece.prefix(count)
    }

    private func understand(_ line: [UInt8]) throws(SystemError) -> Line {
        guard let json = try? JSONParser.parse(line, limits: .init(bytes: Self.lineBytes)) else {
            throw SystemError(call: "understand the answer", code: EPROTO)
        }
        if json.members?.first?.name == "end", let code = json["end"]?.integer {
            return .end(Int32(clamping: code))
        }
        return .answer(json, line)
    }
}
