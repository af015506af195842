import Foundation
import Synchronization

/// A network of its own behind a link of so many bits a second, which can go dead without a word; needs root.
final class SlowLink {
    private static let count = Mutex(0)
    private let name: String
    private let near: String

    /// The address of whoever serves inside.
    let address: String

    init(rate: String) throws {
        let number = Self.count.withLock { count in
            count += 1
            return (Int(getpid()) * 4 + count) % 16_000
        }
        (name, near) = ("loa-\(number)", "loa-n\(number)")
        // A network of four addresses out of those that are for benchmarks (RFC 2544).
        let base = number * 4
        func host(_ last: Int) -> String { "198.18.\((base + last) / 256).\((base + last) % 256)" }
        address = host(2)
        try run("ip", "netns", "add", name)
        try run("ip", "link", "add", near, "type", "veth", "peer", "name", "far", "netns", name)
        try run("ip", "address", "add", host(1) + "/30", "dev", near)
        try run("ip", "link", "set", near, "up")
        try run("ip", "-n", name, "address", "add", address + "/30", "dev", "far")
        try run("ip", "-n", name, "link", "set", "far", "up")
        try run(
            "tc", "-n", name, "qdisc", "add", "dev", "far", "root", "tbf", "rate", rate, "burst", "16kb",
            "latency", "200ms")
    }

    deinit {
        try? run("ip", "link", "delete", near)
        try? run("ip", "netns", "delete", name)
    }

    /// What a command begins with that runs inside.
    var inside: [String] { ["ip", "netns", "exec", name] }

    /// Loses everything from now on, in both directions, without a word; or no more.
    func lose(_ isDead: Bool) throws {
        try run("ip", "-n", name, "link", "set", "far", isDead ? "down" : "up")
    }

    private func run(_ words: String...) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.featureUnsupported) }
    }
}
