import Glibc
import StationCore
import StationHost

/// The smallest web server that serves a folder, on a port of loopback: any other would do as well.
///
/// A thread of its own, one connection after the other; it ends with this process.
struct DemoServer {
    /// No request of a station is longer, in bytes.
    private static let mostRequestBytes = 8192
    /// No file of a demo is larger, in bytes.
    private static let mostFileBytes = 64 << 20
    /// Who is silent for so long, in seconds, makes room for the next.
    private static let patience = 5

    /// Where the folder is served.
    let url: String

    /// Begins to serve a folder.
    ///
    /// - Throws: `SystemError` when the machine has no socket or thread left.
    init(_ folder: String) throws(SystemError) {
        let listener = Descriptor(
            owning: try system("socket") { socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) })
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let number = listener.number
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            // Safety: both are addresses of sockets, and `length` is that of this one.
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(number, $0, length) == 0 && listen(number, 8) == 0
                    && getsockname(number, $0, &length) == 0
            }
        }
        guard isListening else { throw SystemError(call: "listen on 127.0.0.1", code: errno) }
        url = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
        // It is open until this process ends.
        let listening = listener.release()
        try Thread.start("demo-server") {
            while true { Self.serve(listening, folder) }
        }
    }

    private static func serve(_ listener: Int32, _ folder: String) {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { return }
        defer { close(connection) }
        var limit = timeval(tv_sec: patience, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(connection, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        guard let request = request(connection) else { return }
        send(answer(to: request, folder), to: connection)
    }

    /// The head of a request, up to its empty line; nil when none came.
    private static func request(_ connection: Int32) -> String? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 2048)
        while bytes.count < mostRequestBytes {
            let count = read(connection, &buffer, buffer.count)
            guard count > 0 else { return nil }
            bytes += buffer[..<count]
            if bytes.suffix(4) == Array("\r\n\r\n".utf8) { return String(decoding: bytes, as: UTF8.self) }
        }
        return nil
    }

    private static func answer(to request: String, _ folder: String) -> [UInt8] {
        let words = request.prefix { $0 != "\r\n" }.split(separator: " ")
        guard words.count == 3, words[0] == "GET", let path = FileURL.path("file://" + words[1]),
            !path.split(separator: "/").contains(".."),
            let content = try? readFile(folder + path, limit: mostFileBytes)
        else { return head("404 Not Found", length: 0) }
        return head("200 OK", length: content.count) + content
    }

    private static func head(_ status: String, length: Int) -> [UInt8] {
        Array("HTTP/1.1 \(status)\r\nContent-Length: \(length)\r\nConnection: close\r\n\r\n".utf8)
    }

    private static func send(_ bytes: [UInt8], to connection: Int32) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }
}
