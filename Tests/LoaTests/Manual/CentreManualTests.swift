import Testing

@testable import loa_centre

/// The manual page of `loa-centre` names what the command understands, and nothing else.
struct CentreManualTests {
    /// The options that one place explains for all commands.
    private static let common: Set = [
        "--lang", "--keys", "--keys-fd", "--memory", "--json", "--help", "--version",
    ]

    private static func options(_ command: CentreCommand) -> Set<String> {
        let grammar = command.grammar
        return grammar.values.union(grammar.repeated).union(grammar.flags)
    }

    @Test("loa-centre(1) has every command with every option of it", arguments: CentreCommand.allCases)
    func commands(command: CentreCommand) throws {
        let page = try ManualPage("loa-centre.1")
        let sections = page.sections.filter { $0.heading.hasPrefix(command.rawValue + " ") }
        try #require(sections.count == 1)
        let tags = sections[0].entries.reduce(into: Set<String>()) {
            $0.formUnion(ManualPage.options(in: $1.tag))
        }
        let own = Self.options(command)
        #expect(tags.union(own.intersection(Self.common)) == own)
        #expect(ManualPage.options(in: sections[0].heading).subtracting(own) == [])
    }

    @Test("loa-centre(1) has nothing that does not exist, the common options and the exit codes")
    func whole() throws {
        let page = try ManualPage("loa-centre.1")
        let known = CentreCommand.allCases.reduce(into: Self.common) { $0.formUnion(Self.options($1)) }
        #expect(ManualPage.options(in: page.text) == known)
        let common = try #require(page.sections.first { $0.heading == "COMMON OPTIONS" })
        let tags = common.entries.reduce(into: Set<String>()) { $0.formUnion(ManualPage.options(in: $1.tag)) }
        #expect(tags == Self.common)
        let codes = page.sections.flatMap(\.entries).compactMap { Int32($0.tag) }
        #expect(codes == ExitCode.allCases.map(\.rawValue))
    }

    @Test("completion knows the options of every command", arguments: CentreCommand.allCases)
    func completion(command: CentreCommand) throws {
        let found = try Completion.candidates("loa-centre", ["loa-centre \(command.rawValue) --"])[0]
        #expect(Set(found) == Self.options(command).union(["--lang", "--help", "--version"]))
    }

    @Test("completion knows the commands, and what stands behind an option")
    func words() throws {
        let found = try Completion.candidates(
            "loa-centre",
            ["loa-centre ", "loa-centre help pu", "loa-centre key add R --role=t", "loa-centre key "])
        #expect(Set(found[0]) == Set(CentreCommand.allCases.map(\.rawValue) + ["help"]))
        #expect(found[1...] == [["publish"], ["targets"], ["add", "revoke", "renew"]])
    }
}
