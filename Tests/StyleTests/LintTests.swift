import Foundation
import Testing

/// The toolchain's own formatter and linter, with the project's configuration.
@Suite("swift format")
struct LintTests {
    /// What the linter says, and whether it was content.
    private func lint(_ arguments: [String], input: String? = nil) throws -> (said: String, isClean: Bool) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["swift", "format", "lint", "--strict"] + arguments
        process.currentDirectoryURL = Source.root
        let output = Pipe(), entry = Pipe()
        process.standardOutput = output
        process.standardError = output
        process.standardInput = entry
        try process.run()
        if let input { try entry.fileHandleForWriting.write(contentsOf: Data(input.utf8)) }
        try entry.fileHandleForWriting.close()
        let said = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (String(decoding: said, as: UTF8.self), process.terminationStatus == 0)
    }

    @Test("Sources, tests and the manifest are clean")
    func everythingIsClean() throws {
        let result = try lint(["--parallel", "--recursive", "Sources", "Tests", "Package.swift"])
        #expect(result.isClean, "\(result.said)")
    }

    @Test(
        "The linter sees what the rules leave to it",
        arguments: [
            ("NeverForceUnwrap", "let first = [1].first!\n"),
            ("NeverUseForceTry", "let value = try! read()\n"),
            ("NeverUseImplicitlyUnwrappedOptionals", "var value: Int!\n"),
            ("BeginDocumentationCommentWithOneLineSummary", "/// One. Two.\nlet one = 1\n"),
            ("LineLength", "let sum = " + Array(repeating: "first", count: 30).joined(separator: "+") + "\n"),
        ])
    func linterIsAlive(rule: String, text: String) throws {
        let result = try lint(["--assume-filename", "Sources/StationCore/Bad.swift", "-"], input: text)
        #expect(!result.isClean)
        #expect(result.said.contains("[\(rule)]"), "\(result.said)")
    }
}
