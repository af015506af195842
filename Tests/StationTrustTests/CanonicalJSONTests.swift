import Foundation
import StationTrust
import Testing

/// The canonical form: what it is, and that securesystemslib, which signs most repositories, has the same.
struct CanonicalJSONTests {
    private func canonical(_ text: String) throws -> String {
        let json = try JSONParser.parse(Array(text.utf8), limits: .init(bytes: 1 << 20))
        return String(decoding: try json.canonicalBytes(), as: UTF8.self)
    }

    static let rows: [(String, String)] = [
        (#" { "b" : 1 , "a" : [ true , false , null ] } "#, #"{"a":[true,false,null],"b":1}"#),
        // Bytes, not words: capitals first, 10 before 2, and a letter's long spelling before its short one.
        (#"{"a":1,"a2":2,"a10":3,"b":4,"B":5,"_type":6}"#, #"{"B":5,"_type":6,"a":1,"a10":3,"a2":2,"b":4}"#),
        ("{\"\u{E9}\":1,\"e\u{301}\":2,\"z\":3}", "{\"e\u{301}\":2,\"z\":3,\"\u{E9}\":1}"),
        // Nothing but these two is escaped.
        (#""\u0022\\\/\n\u0000\u007f\u00e9""#, "\"\\\"\\\\/\n\u{0}\u{7F}é\""),
        ("-0", "0"), ("9223372036854775807", "9223372036854775807"), ("-12", "-12"), ("{}", "{}"),
        ("[]", "[]"),
        (#"{"a":{"d":1,"c":{"f":2,"e":3}}}"#, #"{"a":{"c":{"e":3,"f":2},"d":1}}"#),
    ]

    @Test("A document has one canonical form", arguments: rows)
    func form(text: String, expected: String) throws {
        #expect(try Array(canonical(text).utf8) == Array(expected.utf8))
    }

    @Test("A decimal has none", arguments: ["1.0", "[1e3]", #"{"a":{"b":0.5}}"#])
    func decimals(text: String) {
        #expect(throws: CanonicalFormError.self) { try canonical(text) }
    }

    @Test("securesystemslib has the same form of 3,000 generated documents")
    func golden() throws {
        var generator = Generator(state: 2026)
        let documents = (0..<3_000).map { _ in generator.document(depth: 4) }
        let input = documents.map { Hexadecimal.text($0.bytes) + "\n" }.joined()
        let lines = try python("canonical.py", input: input)
        try #require(lines.count == documents.count)
        for (document, line) in zip(documents, lines) {
            #expect(Hexadecimal.text(try document.canonicalBytes()) == line, "\(document)")
        }
        // Alive: the documents differ from their canonical forms often enough to tell.
        #expect(try documents.filter { try $0.bytes != $0.canonicalBytes() }.count > 300)
    }
}

/// Generates documents that are hard to write one way.
private struct Generator {
    var state: UInt64

    /// Numerical Recipes' linear congruence: the same everywhere.
    mutating func next(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(bound))
    }

    mutating func text() -> String {
        let pieces = [
            "a", "B", "_", "10", "2", "\"", "\\", "/", "\n", "\u{0}", "\u{7F}", "é", "e\u{301}", "ổ",
            "\u{FFFF}", "😀",
            " ", "~", "\u{2028}",
        ]
        return (0..<next(6)).map { _ in pieces[next(pieces.count)] }.joined()
    }

    mutating func document(depth: Int) -> JSON {
        switch next(depth > 0 ? 8 : 5) {
        case 0: return .null
        case 1: return .bool(next(2) == 0)
        case 2: return .integer([0, -1, 7, .max, .min, 1 << 53][next(6)])
        case 3, 4: return .string(text())
        case 5: return .array((0..<next(5)).map { _ in document(depth: depth - 1) })
        default:
            var members: [JSON.Member] = []
            for _ in 0..<next(8) {
                let name = text()
                guard !members.contains(where: { Array($0.name.utf8) == Array(name.utf8) }) else { continue }
                members.append(.init(name, document(depth: depth - 1)))
            }
            return .object(members)
        }
    }
}

/// The lines that a python script of the fixtures prints.
///
/// A failure fails the test: CI has what the script needs.
func python(_ script: String, input: String) throws -> [String] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")
    let entry = FileManager.default.temporaryDirectory.appending(path: "loa-\(UUID().uuidString)")
    try input.write(to: entry, atomically: false, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: entry) }
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", folder.appending(path: script).path]
    process.standardInput = try FileHandle(forReadingFrom: entry)
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    try #require(
        process.terminationStatus == 0, "\(script) failed; it needs python3 with tuf and securesystemslib")
    return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
}
