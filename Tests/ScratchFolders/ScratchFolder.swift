import Foundation

/// A folder of a test's own, gone with this value.
package final class ScratchFolder: Sendable {
    package let path: String

    /// Makes it.
    package init() throws {
        // Short: a socket's path has at most 107 bytes.
        path = "/tmp/loa-test-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file, and the folders above it.
    package func write(_ name: String, _ bytes: some Sequence<UInt8>) throws {
        let file = URL(fileURLWithPath: path).appending(path: name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
    }

    /// Writes a text, likewise.
    package func write(_ name: String, _ text: String) throws { try write(name, text.utf8) }

    /// The bytes of a file.
    package func read(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: path).appending(path: name)))
    }
}
