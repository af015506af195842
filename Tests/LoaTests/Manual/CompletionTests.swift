import Foundation
import Testing

@testable import loa

/// Completion of `loa` and `loaphuongd` in bash.
struct CompletionTests {
    private static let verbs = Dictionary(
        uniqueKeysWithValues: Verb.allCases.map(\.usage).map { usage in
            (String(usage.prefix { $0 != " " }), ManualPage.options(in: usage))
        })

    @Test("the verbs, and of each its options, are offered")
    func options() throws {
        let names = Self.verbs.keys.sorted()
        let lines = ["loa ", "loa help ", "loa --"] + names.map { "loa \($0) --" }
        let found = try Completion.candidates("loa", lines).map(Set.init)
        try #require(found.count == lines.count)
        #expect(found[0] == Set(names + ["help"]))
        #expect(found[1] == Set(names))
        #expect(found[2] == CommandManualTests.common)
        for (name, offered) in zip(names, found.dropFirst(3)) {
            #expect(offered == CommandManualTests.common.union(Self.verbs[name] ?? []), "\(name)")
        }
    }

    static let lines: [(String, [String])] = [
        ("loa st", ["status", "stop"]), ("loa --lang ", ["vi", "en"]), ("loa --lang=v", ["vi"]),
        ("loa --socket /x next --lang e", ["en"]), ("loa --lang vi mu", ["mute"]),
        ("loa mute --for 30m --rea", ["--reason"]), ("loa stop ", []), ("loa next --days 7 --gr", ["--grid"]),
        ("loa simulate --clock-step -", ["-1h"]),
        // What readline takes for a word begins behind the last colon.
        ("loa why xa/sang@2026-11-24T05:", ["00:00+07:00"]),
        // An @ it replaces too.
        ("loa why xa/sang@20", ["@2026-11-24T05:00:00+07:00"]),
        ("loa why xa/c", ["xa/chieu@2026-11-24T17:00:00+07:00"]),
        ("loa play ban", ["ban-tin.mp3", "ban-tin-sang"]), ("loa verify --head ban", ["ban-tin.mp3"]),
        ("loa doctor --config ban", ["ban-tin.mp3"]), ("loa why xa/sang@2026-11-24T05:00:00+07:00 ", []),
    ]

    @Test("slots, programmes, files and values are offered where they stand")
    func words() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "loa-completion-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data().write(to: folder.appending(path: "ban-tin.mp3"))
        let answer =
            #"[{"programme":"ban-tin-sang","slot":"xa/sang@2026-11-24T05:00:00+07:00"},"#
            + #"{"programme":"chieu","slot":"xa/chieu@2026-11-24T17:00:00+07:00"},{"programme":"a b$(c)","slot":"x y"}]"#
        let found = try Completion.candidates(
            "loa", Self.lines.map(\.0), answer: answer, directory: folder.path)
        try #require(found.count == Self.lines.count)
        for ((line, expected), offered) in zip(Self.lines, found) {
            #expect(offered.sorted() == expected.sorted(), "\(line)")
        }
    }

    @Test("the daemon's options are offered")
    func daemon() throws {
        let found = try Completion.candidates("loaphuongd", ["loaphuongd --", "loaphuongd --check-c"])
        let options = try CommandManualTests.daemonOptions()
        #expect(Set(found[0]) == options)
        #expect(found[1] == ["--check-config"])
    }

    @Test("shellcheck has nothing to say about a script", arguments: ["loa", "loaphuongd", "loa-centre"])
    func shellcheck(script: String) throws {
        let path = ManualPage.folder.appending(path: "../completion/\(script)").path
        #expect(try Tool.run(["shellcheck", "--shell=bash", path]).output == "")
    }
}
