import Foundation
import StationCore
import TerminalText
import Testing

@testable import loa

/// The manual pages of `loa` and `loaphuongd` name what the commands understand, and nothing else.
struct CommandManualTests {
    static let common: Set = ["--socket", "--json", "--lang", "--help", "--version"]

    @Test("loa(1) has every verb with its usage, and every option of it", arguments: ["loa.1", "vi/loa.1"])
    func verbs(path: String) throws {
        let page = try ManualPage(path)
        let usages = Verb.allCases.map(\.usage)
        let verbs = page.sections.filter { section in
            usages.contains { $0.prefix { $0 != " " } == section.heading.prefix { $0 != " " } }
        }
        #expect(verbs.map(\.heading).sorted() == usages.sorted())
        for verb in verbs {
            let tags = verb.entries.reduce(into: Set<String>()) {
                $0.formUnion(ManualPage.options(in: $1.tag))
            }
            #expect(tags == ManualPage.options(in: verb.heading), "\(verb.heading)")
        }
        let known = Self.common.union(usages.flatMap { ManualPage.options(in: $0) })
        #expect(ManualPage.options(in: page.text).subtracting(known) == [])
        let options = try #require(
            page.sections.first { $0.entries.contains { $0.tag.hasPrefix("--socket") } })
        let tags = options.entries.reduce(into: Set<String>()) {
            $0.formUnion(ManualPage.options(in: $1.tag))
        }
        #expect(tags == Self.common)
    }

    @Test("the usage of a verb tells which options take a value")
    func values() {
        #expect(Verb.next.options == ["--days": true, "--grid": false, "--list": false])
        #expect(Verb.mute.options == ["--for": true, "--reason": true])
        #expect(Verb.log.options == ["--since": true, "--until": true, "--follow": false])
    }

    @Test("loa(1) has every exit code", arguments: ["loa.1", "vi/loa.1"])
    func codes(path: String) throws {
        let page = try ManualPage(path)
        let tags = page.sections.flatMap(\.entries).compactMap { Int32($0.tag) }
        // The shell's own, for what Ctrl-C has ended.
        #expect(tags == ExitCode.allCases.map(\.rawValue) + [130])
    }

    @Test("loaphuongd(8) has every option of the daemon")
    func daemon() throws {
        let page = try ManualPage("loaphuongd.8")
        let tags = page.sections.flatMap(\.entries).reduce(into: Set<String>()) {
            $0.formUnion(ManualPage.options(in: $1.tag))
        }
        let options = try Self.daemonOptions()
        #expect(tags == options)
        #expect(ManualPage.options(in: page.text) == tags)
    }

    /// The options that the daemon's own usage tells of.
    static func daemonOptions() throws -> Set<String> {
        let source = try String(
            contentsOf: ManualPage.folder.appending(path: "../../Sources/loaphuongd/main.swift"),
            encoding: .utf8)
        let usage = try #require(source.firstRange(of: "let usage = \"\"\""))
        let text = source[usage.upperBound...].prefix(
            upTo: try #require(source.ranges(of: "\"\"\"").dropFirst().first).lowerBound)
        return ManualPage.options(in: String(text))
    }

    static let pages = [
        "loa.1", "loaphuongd.8", "station.json5.5", "loa-centre.1", "loaphuong-setup.8", "vi/loa.1",
        "vi/station.json5.5",
    ]

    @Test("mandoc and groff have nothing to say about a page", arguments: pages)
    func clean(path: String) throws {
        let file = ManualPage.folder.appending(path: path).path
        let lint = try Tool.run(["mandoc", "-T", "lint", file]).output
        // It counts the bytes of letters with accents, of which it makes eight each.
        let complaints = lint.split(separator: "\n").filter {
            !path.hasPrefix("vi/") || !$0.contains("input text line longer than 80 bytes")
        }
        #expect(complaints == [])
        let shown = try Tool.run(
            ["sh", "-c", "man --warnings -l \"$0\" 2>&1 >/dev/null", file],
            environment: ["LC_ALL": "C.UTF-8", "MANWIDTH": "80"])
        #expect(shown.output == "" && shown.code == 0)
    }
}
