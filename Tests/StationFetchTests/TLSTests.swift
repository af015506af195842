import Foundation
import SignedRepositories
import StationCore
import StationTrust
import Testing

@testable import StationFetch
@testable import StationHost

/// Polls of nginx over TLS: whose certificate is believed, at what time, and what a station shows of itself.
struct TLSTests {
    /// A site behind nginx with certificates of a test's own authority.
    private struct SecureSite {
        let site: Site
        let certificates: Certificates
        let server: NginxServer
        /// What the station is configured with.
        var network = Configuration.Network()

        init(
            host: String = "IP:127.0.0.1", from day: String = "2020-01-01", days: Int = 36_500,
            isSelfSigned: Bool = false, more: String = ""
        ) throws {
            site = try Site()
            let certificates = try Certificates(site.bench.folder + "/certificates")
            try certificates.issue("server", for: host, from: day, days: days, isSelfSigned: isSelfSigned)
            server = try NginxServer(
                site.bench.folder + "/www",
                more.replacing("certificates/", with: site.bench.folder + "/certificates/"),
                secure: (certificates.certificate("server"), certificates.key("server")))
            self.certificates = certificates
            network.caFile = certificates.certificate("authority")
        }

        /// Polls once; nil if that was believed.
        func poll(at time: Int64? = nil) throws -> String? {
            let transfers = try Transfers(.init(network, slowSeconds: 2))
            transfers.certificatesAt = time
            let root = try #require(site.signed.files["1.root.json"])
            let repository = try Repository(
                name: "xã", url: server.url, root: root, state: site.bench.folder, transfers: transfers)
            var result: Result<Repository.Poll, Repository.Problem>?
            repository.poll(at: Site.now) { result = $0 }
            let bell = try Mailbox<Void>()
            let limit = Date(timeIntervalSinceNow: 30)
            while result == nil, Date() < limit { transfers.round(atMost: 50, or: bell.descriptor) }
            switch try #require(result) {
            case .success: return nil
            case .failure(let problem): return problem.description
            }
        }
    }

    private static let refused = "timestamp: SSL peer certificate or SSH remote key was not OK"

    @Test("A server whose certificate the configured authority signed is believed")
    func good() throws {
        #expect(try SecureSite().poll() == nil)
    }

    @Test("A certificate of another name, or signed by nobody, is refused")
    func wrong() throws {
        #expect(try SecureSite(host: "DNS:example.org").poll() == Self.refused)
        #expect(try SecureSite(isSelfSigned: true).poll() == Self.refused)
        var stranger = try SecureSite()
        stranger.network.caFile = nil
        #expect(try stranger.poll() == Self.refused)
    }

    /// Certificates of some time, where the clock is trusted or believes the floor, and whether they are believed.
    static let times: [(from: String, days: Int, floor: String?, isBelieved: Bool)] = [
        // By the machine's clock.
        ("2020-01-01", 36_500, nil, true), ("2020-01-01", 365, nil, false), ("2090-01-01", 365, nil, false),
        // At the floor: what has expired by the clock was good then, and what is good now was not there yet.
        ("2020-01-01", 365, "2020-06-01T00:00:00Z", true),
        ("2020-01-01", 36_500, "2019-06-01T00:00:00Z", false),
        ("2020-01-01", 365, "2021-06-01T00:00:00Z", false),
    ]

    @Test(
        "T25 certificates are judged by the clock, and where that is not trusted, at the floor",
        arguments: times)
    func time(from: String, days: Int, floor: String?, isBelieved: Bool) throws {
        let site = try SecureSite(from: from, days: days)
        let time = try floor.map { try #require(UTCTime.seconds($0)) }
        #expect(try site.poll(at: time) == (isBelieved ? nil : Self.refused))
    }

    @Test("A server that wants to know the station is shown its certificate, and gives nothing without")
    func client() throws {
        var site = try SecureSite(
            more: "ssl_verify_client on; ssl_client_certificate certificates/authority.pem;")
        #expect(try site.poll() == "timestamp: the server said 400")
        try site.certificates.issue("station", for: "DNS:loa-1", from: "2020-01-01", days: 36_500)
        site.network.clientCertificate = site.certificates.certificate("station")
        site.network.clientKey = site.certificates.key("station")
        #expect(try site.poll() == nil)
    }

    @Test("A server of https does not lead to http")
    func downgraded() throws {
        let site = try SecureSite(
            more: "location = /metadata/timestamp.json { return 302 http://127.0.0.1/x; }")
        #expect(try site.poll() == "timestamp: the server leads to http:")
    }

    @Test("What nginx would compress comes as it is, whole and from the middle on")
    func gzip() throws {
        let (bench, bytes) = (try FetchBench(), FetchServer.content("x", 2_000_000))
        try Data(bytes).write(to: URL(fileURLWithPath: bench.folder + "/x.mp3"))
        let server = try NginxServer(bench.folder)
        let (store, content) = (try bench.store(), try FetchBench.target(bytes))
        var download = try store.download(content)
        // Half of it came before.
        #expect(bench.fetch(server.url + "x.mp3", into: download) == .complete)
        let path = try bench.part(of: content)
        #expect(truncate(path, 1_000_000) == 0)
        download = try store.download(content)
        #expect(download.rest?.offset == 1_000_000 && download.rest?.of.forRange != nil)
        #expect(bench.fetch(server.url + "x.mp3", into: download, rest: download.rest) == .complete)
        store.add(download)
        #expect(try store.commit() == [content])
        // nginx writes its log when it has ended, not when we have.
        let limit = Date(timeIntervalSinceNow: 30)
        while try server.requests.count < 2, Date() < limit { Foundation.Thread.sleep(forTimeInterval: 0.02) }
        #expect(try server.requests.map(\.status) == [200, 206])
    }

    @Test("A proxy is asked in the server's place, in the clear for http and for a tunnel for https")
    func proxy() throws {
        var site = try SecureSite()
        let proxy = try FetchServer()
        site.network.proxy = .init("http://127.0.0.1:\(proxy.port)")
        #expect(try site.poll() == nil)
        #expect(try proxy.asked().contains("CONNECT 127.0.0.1:\(site.server.port)"))
        let plain = try FetchServer()
        let transfers = try Transfers(.init(site.network, slowSeconds: 2))
        let (sink, bell) = (Collector(limit: 1000), try Mailbox<Void>())
        var end: TransferEnd?
        transfers.start(
            TransferRequest(url: plain.url("sound", 1000, "x"), purpose: .metadata, limit: 1000), into: sink
        ) { end = $0 }
        let limit = Date(timeIntervalSinceNow: 30)
        while end == nil, Date() < limit { transfers.round(atMost: 50, or: bell.descriptor) }
        #expect(end == .complete && sink.bytes == FetchServer.content("x", 1000))
        #expect(try proxy.asked().contains { $0.hasPrefix(plain.url("sound", 1000, "x")) })
    }
}
