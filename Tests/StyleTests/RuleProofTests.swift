import Testing

/// Proves each rule alive: a snippet that it must catch at a line, and forms beside it that it must leave alone.
@Suite("Rules")
struct RuleProofTests {
    /// A file that breaks a rule, or does not.
    struct Snippet: Sendable, CustomTestStringConvertible {
        let rule: String
        let path: String
        let text: String
        var testDescription: String { "\(rule): \(text.prefix(60))" }

        init(_ rule: String, _ text: String, in path: String = "Sources/StationCore/Snippet.swift") {
            (self.rule, self.path, self.text) = (rule, path, text)
        }

        /// The lines that the rules of that name find.
        var lines: [Int] {
            let source = Source(path: path, text: text)
            return Rule.all.filter { $0.name == rule }.flatMap { $0.findings(in: source) }.map(\.line)
        }
    }

    private static let host = "Sources/StationHost/Snippet.swift"
    private static let simulator = "Sources/StationSimulator/Snippet.swift"
    private static let header = "Sources/CLinux/include/Snippet.h"

    /// Each must be caught at its last line.
    static let bad: [Snippet] = [
        Snippet("imports", "import StationTrust\nimport Foundation"),
        Snippet("imports", "import Foundation", in: host),
        Snippet("imports", "package import StationHost", in: simulator),
        Snippet("imports", "import struct Foundation.Data", in: "Sources/StationAudio/Snippet.swift"),
        Snippet("imports", "import Glibc", in: "Sources/NewTarget/Snippet.swift"),
        Snippet("manifest", "let a = 1\n.unsafeFlags([\"-O\"])", in: "Package.swift"),
        Snippet("manifest", ".package(url: address, from: version)", in: "Package.swift"),
        Snippet("try!", "let a = 1\nlet b = try! read()"),
        Snippet("try!", #"let text = "\(try! read())""#),
        Snippet("as!", "let a = b as! Int"),
        Snippet("FileHandle", "let file = FileHandle(fileDescriptor: 1)", in: host),
        Snippet("print", "func f() {\n    print(1)", in: host),
        Snippet("DispatchQueue", "DispatchQueue.main.async { work() }", in: host),
        Snippet("exit", "exit(1)", in: host),
        Snippet("exit", "if bad { _exit(1) }", in: host),
        Snippet("fatalError", "default: fatalError()", in: host),
        Snippet("fatal list", #"default: fatalError("no such case")"#, in: host),
        Snippet("sleep", "usleep(100)", in: host),
        Snippet("XCTest", "import XCTest", in: "Tests/StationCoreTests/Snippet.swift"),
        Snippet("clock", "let now = Date()"),
        Snippet("clock", "let now = ContinuousClock.now"),
        Snippet("clock", "let now = ContinuousClock().now"),
        Snippet("clock", "let started: ContinuousClock.Instant = .now"),
        Snippet("clock", "clock_gettime(CLOCK_REALTIME, &time)", in: simulator),
        Snippet("surroundings", "FileManager.default.removeItem(at: url)"),
        Snippet("surroundings", "ProcessInfo.processInfo.environment"),
        Snippet("chance", "let id = UUID()"),
        Snippet("chance", "let n = Int.random(in: 0..<5)", in: simulator),
        Snippet("chance", "let bucket = name.hashValue % 60"),
        Snippet("chance", "for item in items.shuffled() { play(item) }"),
        Snippet("concurrency", "func fetch() async -> Int { 1 }"),
        Snippet("concurrency", "Task { work() }"),
        Snippet(
            "order of a dictionary",
            "var known: [String: Int] = [:]\nfor (name, place) in known { tell(name) }"),
        Snippet("order of a dictionary", "var known: Set<String> = []\nfor name in known { tell(name) }"),
        Snippet("order of a dictionary", "let known = Set(names)\nlet first = known.first { $0 > 1 }"),
        Snippet(
            "order of a dictionary", "var known: [String: Int] = [:]\nlet all = known.values.map { $0 + 1 }"),
        Snippet(
            "order of a dictionary", "private var known = [String: Int]()\nlet all = known.keys.joined()"),
        Snippet("long file", String(repeating: "\n", count: 501)),
        Snippet(
            "long function", "func long(\n    a: Int\n) {\n" + String(repeating: "    f()\n", count: 70) + "}"
        ),
        Snippet("long function", "package init() {\n" + String(repeating: "    f()\n", count: 70) + "}"),
        Snippet("long function", "var x: Int {\n" + String(repeating: "    f()\n", count: 70) + "}"),
        Snippet(
            "long function", "int f(int a) {\n" + String(repeating: "    f();\n", count: 70) + "}\n",
            in: "Sources/CLinux/Snippet.c"),
        Snippet("what the file owns", "import StationTrust\n\nstruct A {}"),
        Snippet("what the file owns", "#include <a.h>\nint f(void);", in: header),
        Snippet("what the file owns", "#include <a.h>\nint f(void) {}", in: "Sources/CLinux/a.c"),
        Snippet("doc comment", "/// An A.\npackage enum A {\n    case b\n    package var c: Int"),
        Snippet("doc comment", "/// An A.\npackage let a: Int\npackage init?() {}"),
        Snippet("path that is not there", "a\n`Guard/Permit.swift`", in: "README.md"),
        Snippet("path that is not there", "`Tests/bench/walk`", in: "README.md"),
        Snippet("path that is not there", "`StationHost/Lag`", in: "README.md"),
        Snippet("doc comment", "// Not a doc comment.\npackage func f() {}"),
        Snippet("doc comment", "@frozen package enum A { case b }"),
        Snippet("doc comment", "    package private(set) var count = 0"),
        Snippet("doc comment", "    package static func make() -> Self { .init() }"),
        Snippet("safety", "final class A: @unchecked Sendable {}"),
        Snippet("safety", "nonisolated(unsafe) var a = 1"),
        Snippet("safety", "// fast\n@_noLocks"),
        Snippet("safety", "/// Safety: too far away.\n\n\n\n\nlet a = unsafeBitCast(b, to: Int.self)"),
        Snippet("lint off", "// swift-format-ignore"),
        Snippet("lint off", "// swift-format-ignore-file: LineLength"),
        Snippet("unfinished", "// FIX" + "ME later"),
        Snippet("unfinished", "// TO" + "DO"),
        Snippet("unfinished", "// TO" + "DO: speed", in: "Tests/StationCoreTests/Snippet.swift"),
        Snippet("machine", "let path = \"/wo" + "rk/main\"", in: "Tests/StationCoreTests/Snippet.swift"),
        Snippet("machine", "cd /ro" + "ot/project", in: ".ci/run"),
        Snippet("registry", "see https://py" + "pi.org/project/x", in: "README.md"),
        Snippet("vague name", "struct CardManager {}", in: host),
        Snippet("vague name", "enum StringUtils {}"),
    ]

    /// Each looks like one of them, and is allowed.
    static let good: [Snippet] = [
        Snippet("imports", "import StationTrust\n// import Foundation"),
        Snippet("imports", "package import Glibc", in: host),
        Snippet("imports", "import Foundation", in: "Tests/StationCoreTests/Snippet.swift"),
        Snippet("try!", "// try! is banned\nlet a = \"try!\""),
        Snippet("try!", "let a = \"\"\"\n    try! \"quoted\"\n    \"\"\"\n/* try! /* try! */ try! */"),
        Snippet("try!", ##"let a = #"\(try! read())"#"##),
        Snippet(
            "print",
            "func fingerprint(_ a: Int) {}\nblueprint(1)\nstatic func print(_ text: String) {}\na.print(b)",
            in: host),
        Snippet("exit", "exit(1)", in: "Sources/loaphuongd/main.swift"),
        Snippet("exit", "mutating func exit() {}\nsurroundings.exit()\nexit()"),
        Snippet("fatalError", #"preconditionFailure("an ended playout was resumed")"#),
        Snippet("clock", "mutating func handle(at now: Now) { last = state.now.wall }"),
        Snippet("chance", "let n = Int.random(in: 0..<5, using: &generator)", in: simulator),
        Snippet("chance", "let n = Int.random(in: 0..<5)", in: host),
        Snippet("concurrency", "func fetch() async -> Int { 1 }", in: "Tests/StationCoreTests/Snippet.swift"),
        Snippet("concurrency", "let task = Tasks(1)"),
        Snippet(
            "order of a dictionary",
            """
            var known: [String: Int] = [:]
            let list: [[String]] = []
            for item in list { known[item] = 1 }
            for item in known.keys.sorted() { tell(item) }
            let has = known.values.contains(1)
            for (left, right) in zip(a, b) { tell(left) }
            """),
        Snippet("long file", String(repeating: "\n", count: 500)),
        Snippet("long function", "func short() {\n" + String(repeating: "    f()\n", count: 68) + "}"),
        Snippet(
            "long function",
            "protocol P {\n    func f()\n    var a: Int { get }\n}\nstruct A {\n"
                + String(repeating: "    let a = 1\n", count: 90) + "}"),
        Snippet("what the file owns", "import StationTrust\n\n/// An A.\nstruct A {}"),
        Snippet("what the file owns", "/// A.\n#pragma once\nint f(void);", in: header),
        Snippet("what the file owns", "#include \"a.h\"\nint f(void) {}", in: "Sources/CLinux/a.c"),
        Snippet("doc comment", "/// Where it is.\npackage let x: Int\npackage let y: Int"),
        Snippet("doc comment", "/// An A.\n@frozen\npackage struct A {}\npackage import B\nlet package = 1"),
        Snippet(
            "doc comment",
            "/// A place.\npackage struct Place {\n    package let x: Int\n    package let y: Int"),
        Snippet("doc comment", "    package static func < (left: Self, right: Self) -> Bool { true }"),
        Snippet("doc comment", "    package init(a: Int) { self.a = a }"),
        Snippet("doc comment", "/// A.\n// Not on Sundays.\npackage let a = 1"),
        Snippet("safety", "// Safety: one owner.\nfinal class A: @unchecked Sendable {}"),
        Snippet("safety", "@_noLocks  // Safety: a leaf."),
        Snippet("lint off", "// swift-format-ignore: NeverForceUnwrap"),
        Snippet("unfinished", "// TO" + "DO: split the mixer when a third source comes"),
        Snippet("machine", "see ./wo" + "rk/ and file:/srv/channel"),
        Snippet("vague name", "let utilisation = 1"),
    ]

    @Test("A rule catches the snippet at its line", arguments: bad)
    func catches(_ snippet: Snippet) {
        let count = snippet.text.split(separator: "\n", omittingEmptySubsequences: false).count
        let isWhole = snippet.rule.hasPrefix("long")
        #expect(snippet.lines == [isWhole ? 1 : count])
    }

    @Test("A rule leaves what is allowed alone", arguments: good)
    func leavesAlone(_ snippet: Snippet) {
        #expect(snippet.lines.isEmpty)
    }

    @Test("Every rule has a snippet that proves it")
    func everyRuleIsProven() {
        let proven = Set(Self.bad.map(\.rule))
        #expect(Set(Rule.all.map(\.name)) == proven)
    }

    @Test("The mask keeps every line and column of code")
    func maskKeepsPlaces() {
        let text =
            "a /* b\nc */ d // e\n\"f\\\"g\" + \"\\(h + \"i\")\" + \"\"\"\n  j \"k\" \\(l)\n  \"\"\" + m"
        let code = "a     \n     d     \n\"    \" + \" (h + \" \")\" + \"\"\"\n         (l)\n  \"\"\" + m"
        #expect(CodeMask.code(of: text) == code)
    }
}
