import Foundation

@testable import StationHost

/// nginx with its own ways of caching and compressing, on loopback, for one test.
final class NginxServer {
    private let process = Process()
    private let folder: String
    let port: UInt16

    private let scheme: String

    /// Serves the files of that folder, over TLS where there are certificates.
    init(_ folder: String, _ more: String = "", certificates: Certificates? = nil) throws {
        self.folder = folder
        scheme = certificates == nil ? "http" : "https"
        let more = more.replacing("certificates/", with: folder + "/../certificates/")
        let secure = certificates.map {
            "ssl_certificate \($0.certificate("server")); ssl_certificate_key \($0.key("server"));"
        }
        port = try Self.freePort()
        try Data(
            """
            daemon off; user root; worker_processes 1; pid \(folder)/nginx.pid; error_log \(folder)/error.log;
            events {}
            http {
              log_format bytes '$status $request_length $bytes_sent $uri';
              access_log \(folder)/access.log bytes;
              client_body_temp_path \(folder)/body; proxy_temp_path \(folder)/proxy;
              fastcgi_temp_path \(folder)/fastcgi; uwsgi_temp_path \(folder)/uwsgi; scgi_temp_path \(folder)/scgi;
              gzip on; gzip_types *; gzip_min_length 1;
              server { listen 127.0.0.1:\(port)\(secure == nil ? "" : " ssl"); \(secure ?? "") root \(folder); \(more) }
            }
            """.utf8
        ).write(to: URL(fileURLWithPath: folder + "/nginx.conf"))
        process.executableURL = URL(fileURLWithPath: "/usr/sbin/nginx")
        process.arguments = ["-e", folder + "/error.log", "-c", folder + "/nginx.conf"]
        try process.run()
        let limit = Date(timeIntervalSinceNow: 30)
        while !FileManager.default.fileExists(atPath: folder + "/nginx.pid"), Date() < limit {
            Foundation.Thread.sleep(forTimeInterval: 0.02)
        }
    }

    deinit {
        process.terminate()
        process.waitUntilExit()
    }

    var url: String { "\(scheme)://127.0.0.1:\(port)/" }

    /// What was asked so far: status, bytes of the request, bytes of the answer.
    var requests: [(status: Int, asked: Int, sent: Int)] {
        get throws {
            try String(contentsOfFile: folder + "/access.log", encoding: .utf8)
                .split(separator: "\n").compactMap { line in
                    let words = line.split(separator: " ").compactMap { Int($0) }
                    return words.count == 3 ? (words[0], words[1], words[2]) : nil
                }
        }
    }

    private static func freePort() throws -> UInt16 {
        let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(number) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        try withUnsafeMutablePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                _ = try system("bind") { bind(number, address, length) }
                _ = try system("getsockname") { getsockname(number, address, &length) }
            }
        }
        return UInt16(bigEndian: address.sin_port)
    }
}
