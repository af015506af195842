import Foundation

/// nginx with its own ways of caching and compressing, on loopback, for one test.
package final class NginxServer {
    private var process: Process?
    private let folder: String
    private let scheme: String
    /// Where it listens, also after it was started again.
    package let port: UInt16

    /// Serves the files of a folder.
    ///
    /// - Parameters:
    ///   - root: the folder.
    ///   - more: other lines of the server's configuration.
    ///   - own: nginx's own folder; nil for the one that it serves.
    ///   - secure: the certificate that it shows, over TLS then, and its key.
    /// - Throws: what the system says when it cannot be started.
    package init(
        _ root: String, _ more: String = "", own: String? = nil,
        secure: (certificate: String, key: String)? = nil
    ) throws {
        let folder = own ?? root
        self.folder = folder
        scheme = secure == nil ? "http" : "https"
        let tls = secure.map { "ssl_certificate \($0.certificate); ssl_certificate_key \($0.key);" } ?? ""
        port = try LoopbackSocket().port
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
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
              server { listen 127.0.0.1:\(port)\(secure == nil ? "" : " ssl"); \(tls) root \(root); \(more) }
            }
            """.utf8
        ).write(to: URL(fileURLWithPath: folder + "/nginx.conf"))
        try start()
    }

    deinit { stop() }

    /// Starts it again, where it was.
    package func start() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/sbin/nginx")
        process.arguments = ["-e", folder + "/error.log", "-c", folder + "/nginx.conf"]
        try process.run()
        self.process = process
        let limit = Date(timeIntervalSinceNow: 30)
        while !FileManager.default.fileExists(atPath: folder + "/nginx.pid"), Date() < limit {
            Foundation.Thread.sleep(forTimeInterval: 0.02)
        }
    }

    /// Ends it: whoever asks now is refused the connection.
    package func stop() {
        process?.terminate()
        process?.waitUntilExit()
        process = nil
    }

    /// Where it serves, with a `/` at the end.
    package var url: String { "\(scheme)://127.0.0.1:\(port)/" }

    /// What was asked so far: status, bytes of the request, bytes of the answer, and the path.
    package var requests: [(status: Int, asked: Int, sent: Int, path: String)] {
        get throws {
            try String(contentsOfFile: folder + "/access.log", encoding: .utf8)
                .split(separator: "\n").compactMap { line in
                    let words = line.split(separator: " ", maxSplits: 3)
                    let numbers = words.prefix(3).compactMap { Int($0) }
                    return numbers.count == 3 && words.count == 4
                        ? (numbers[0], numbers[1], numbers[2], String(words[3])) : nil
                }
        }
    }
}
