import Foundation
import Testing

/// Runs a tool that the tests need; one that is missing is a failure.
enum Tool {
    /// Runs it.
    ///
    /// - Returns: how it ended, and what it said on both channels.
    static func run(_ words: [String], input: String = "", environment: [String: String] = [:]) throws -> (
        code: Int32, output: String
    ) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let (given, said) = (Pipe(), Pipe())
        process.standardInput = given
        process.standardOutput = said
        process.standardError = said
        try process.run()
        let writer = given.fileHandleForWriting
        let bytes = Data(input.utf8)
        Thread.detachNewThread {
            try? writer.write(contentsOf: bytes)
            try? writer.close()
        }
        let output = String(decoding: said.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        try #require(process.terminationStatus != 127, "missing: \(words[0])")
        return (process.terminationStatus, output)
    }
}
