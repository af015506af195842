import Foundation

/// A certificate authority of a test, made by openssl: servers and stations that it vouches for.
struct Certificates {
    private let folder: String

    /// Makes the authority.
    init(_ folder: String) throws {
        self.folder = folder
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try make("authority", from: "2000-01-01", days: 36_500, [])
    }

    func key(_ name: String) -> String { "\(folder)/\(name).key" }
    func certificate(_ name: String) -> String { "\(folder)/\(name).pem" }

    /// Makes a certificate for a host (`DNS:name` or `IP:address`) that is good for so many days from one on.
    func issue(
        _ name: String, for host: String, from day: String, days: Int, isSelfSigned: Bool = false
    ) throws {
        let issuer = isSelfSigned ? [] : ["-CA", certificate("authority"), "-CAkey", key("authority")]
        try make(
            name, from: day, days: days,
            issuer + ["-addext", "subjectAltName=\(host)", "-addext", "basicConstraints=critical,CA:FALSE"])
    }

    private func make(_ name: String, from day: String, days: Int, _ words: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            [
                "faketime", "\(day) 00:00:00", "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=\(name)", "-days", "\(days)", "-keyout",
                key(name), "-out", certificate(name),
            ] + words
        process.standardError = Pipe()
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.featureUnsupported) }
    }
}
