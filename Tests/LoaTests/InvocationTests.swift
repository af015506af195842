import StationCore
import StationTrust
import TerminalText
import Testing
import loa

/// How command lines of `loa` are understood, and which language answers.
struct InvocationTests {
    private func parse(_ line: String, _ environment: [String: String] = [:]) throws -> Invocation {
        try Invocation.parse(line.split(separator: " ").map(String.init), environment: environment)
    }

    static let understood: [(String, Request)] = [
        ("status", .status), ("status --idle-for 30m", .idle(for: .seconds(1800))),
        ("next", .next(days: 7)), ("next --days 31", .next(days: 31)),
        ("next --grid", .next(days: 7, layout: .grid)), ("next --list", .next(days: 7, layout: .list)),
        ("log", .log(since: nil, until: nil, follow: false)),
        ("log --follow --until=06:00 --since 05:00", .log(since: "05:00", until: "06:00", follow: true)),
        ("why xa/a@2026-11-23T05:00:00+07:00", .why("xa/a@2026-11-23T05:00:00+07:00")),
        ("play ban-tin.mp3", .play("ban-tin.mp3")), ("play -- --json", .play("--json")), ("stop", .stop),
        ("mute --for 90m --reason x", .mute(for: .seconds(5400), reason: "x")), ("unmute", .unmute),
        ("volume", .volume(nil)), ("volume -6", .volume(-6)), ("volume -6.5", .volume(-6.5)),
        ("volume 0", .volume(0)), ("test", .test), ("demo", .demo), ("doctor", .doctor(configuration: nil)),
        ("doctor --config /etc/s.json5", .doctor(configuration: "/etc/s.json5")),
    ]

    @Test("a verb with its options is understood, wherever the common options stand", arguments: understood)
    func verbs(line: String, request: Request) throws {
        #expect(try parse(line) == Invocation(language: .english, action: .ask(request)))
        var full = Invocation(language: .vietnamese, action: .ask(request))
        full.isJSON = true
        full.socket = "/tmp/s"
        #expect(try parse("--json --socket /tmp/s --lang vi \(line)") == full)
        #expect(request.verb.rawValue == line.split(separator: " ")[0])
    }

    static let refused: [(String, String)] = [
        ("", "a verb is missing"), ("--json", "a verb is missing"), ("sing", "there is no verb sing"),
        ("Status", "there is no verb Status"), ("status now", "too much: now"),
        ("status -x", "there is no option -x"),
        ("status --day 3", "there is no option --day"), ("status --days 3", "status has no option --days"),
        ("next --grid --list", "only one of --grid and --list"), ("next --grid=1", "--grid takes no value"),
        ("log --list", "log has no option --list"), ("stop --follow", "stop has no option --follow"),
        ("next --days", "--days needs a value"),
        ("next --days=", "--days needs a value"), ("next --days 0", "--days is a number from 1 to 31"),
        ("next --days 32", "--days is a number from 1 to 31"),
        ("next --days a", "--days is a number from 1 to 31"),
        ("next --days 1 --days 2", "--days stands twice"), ("status --json --json", "--json stands twice"),
        ("status --json=1", "--json takes no value"), ("why", "the verb needs an operand"),
        ("play", "the verb needs an operand"), ("play a b", "too much: b"),
        ("mute --for 1h", "mute needs --for (how long) and --reason (why)"),
        ("mute --reason x", "mute needs --for (how long) and --reason (why)"),
        (
            "mute --for 1y --reason x",
            "--for 1y: expected a duration such as 90m, 2h, 1d or PT2H, at most 31 days"
        ),
        (
            "mute --for 0h --reason x",
            "--for 0h: expected a duration such as 90m, 2h, 1d or PT2H, at most 31 days"
        ),
        (
            "mute --for 32d --reason x",
            "--for 32d: expected a duration such as 90m, 2h, 1d or PT2H, at most 31 days"
        ),
        (
            "status --idle-for x",
            "--idle-for x: expected a duration such as 30m, 2h or PT30M, at most 7 days"
        ),
        ("volume 1", "the volume is in dB, from -60 to 0"),
        ("volume -61", "the volume is in dB, from -60 to 0"),
        ("volume nan", "the volume is in dB, from -60 to 0"),
        ("volume loud", "the volume is in dB, from -60 to 0"),
        ("status --lang fr", "--lang is vi or en"), ("status --config x", "status has no option --config"),
    ]

    @Test("a line that is not understood is refused with the reason", arguments: refused)
    func refusals(line: String, message: String) {
        let error = #expect(throws: UsageError.self) { try parse(line) }
        #expect(error?.message[.english] == message)
    }

    @Test("a usage error is said in the language asked for, and names the help of the verb")
    func usage() {
        let error = #expect(throws: UsageError.self) { try parse("mute --lang vi") }
        #expect(
            error.map(Help.text)
                == "loa: mute cần --for (bao lâu) và --reason (vì sao)\nXem: loa mute --help\n")
    }

    @Test("with --json a usage error is an object on one line, in English, wherever the mistake stands")
    func usageAsJSON() {
        for line in ["--json mute --lang vi", "mute --lang vi --json"] {
            let error = #expect(throws: UsageError.self) { try parse(line) }
            #expect(error?.isJSON == true)
            #expect(error?.json == "{\"error\":\"mute needs --for (how long) and --reason (why)\"}\n")
        }
        #expect(#expect(throws: UsageError.self) { try parse("mute -- --json") }?.isJSON == false)
    }

    @Test(
        "the version is asked for without a verb",
        arguments: ["--version", "--version status", "--json --version"])
    func version(line: String) throws {
        #expect(try parse(line).action == .version)
    }

    @Test("what is typed cannot drive the terminal of who reads the complaint")
    func harmless() {
        let error = #expect(throws: UsageError.self) {
            try Invocation.parse(["\u{1B}[2Jstatus"], environment: [:])
        }
        #expect(error.map(Help.text) == "loa: there is no verb  [2Jstatus\nTry: loa --help\n")
    }

    static let helps: [(String, Verb?)] = [
        ("--help", nil), ("-h", nil), ("help", nil), ("help mute", .mute), ("mute --help", .mute),
        ("--help mute", .mute), ("mute --for 1h -h", .mute),
    ]

    @Test("help is given for the command and for each verb", arguments: helps)
    func help(line: String, verb: Verb?) throws {
        #expect(try parse(line).action == .help(verb))
    }

    @Test(
        "every help names its verb and every exit code, and no line is wider than a terminal",
        arguments: Language.allCases)
    func helpTexts(language: Language) {
        for verb in [nil] + Verb.allCases.map(Optional.some) {
            let lines = Help.text(verb, language).split(separator: "\n")
            #expect(lines[0].hasPrefix("loa "))
            for code in ["0", "1", "64", "69", "77", "78"] {
                #expect(lines.contains { $0.hasPrefix("  \(code) ") })
            }
            for line in lines { #expect(line.count <= 100, "\(line)") }
        }
        for verb in Verb.allCases { #expect(Help.text(nil, language).contains("\n  \(verb.rawValue)")) }
    }

    static let locales: [([String: String], Language)] = [
        ([:], .english), (["LANG": "vi_VN.UTF-8"], .vietnamese), (["LANG": "vi"], .vietnamese),
        (["LANG": "vi_VN@x"], .vietnamese), (["LANG": "en_US.UTF-8"], .english), (["LANG": "C"], .english),
        (["LANG": "vi_VN", "LC_ALL": "C"], .english), (["LANG": "C", "LC_MESSAGES": "vi_VN"], .vietnamese),
        (["LANG": "vi_VN", "LC_ALL": ""], .vietnamese), (["LANG": "vie"], .english),
        (["LC_ALL": "vi_VN", "LC_MESSAGES": "en_US", "LANG": "en_US"], .vietnamese),
    ]

    @Test("the locale chooses the language, in the order that POSIX has", arguments: locales)
    func locale(environment: [String: String], language: Language) {
        #expect(Language(environment: environment) == language)
    }

    static let durations: [(String, Int64?)] = [
        ("90m", 5400), ("2h", 7200), ("1h30m", 5400), ("3d", 259_200), ("45s", 45), ("PT2H", 7200),
        ("PT1H30M", 5400),
        ("P1D", 86_400), ("P1DT2H", 93_600), ("pt5m", 300), ("", nil), ("P", nil), ("PT", nil), ("P1M", nil),
        ("P1DT", nil),
        ("2", nil), ("h", nil), ("2x", nil), ("-2h", nil), ("2h2h", nil), ("1.5h", nil), ("9999999999h", nil),
        ("2 h", nil),
        ("P1H", nil), ("٣h", nil),
    ]

    @Test("durations are read as people type them and as ISO 8601 has them", arguments: durations)
    func duration(text: String, seconds: Int64?) {
        #expect(Duration(typed: text) == seconds.map { .seconds($0) })
    }
}
