import Centre
import Glibc
import StationHost
import StationTrust
import TerminalText

/// A command of `loa-centre`: its words, and what it does.
enum CentreCommand: String, CaseIterable {
    case `init`, publish, refresh, alert, preview, key, sign, delegate
    case enrol, status, verify, prove, check
    case report

    /// Understands a command line and does what it says.
    static func run(_ arguments: [String], _ language: Language) -> ExitCode {
        var (arguments, language) = (arguments, language)
        var command: CentreCommand?
        do throws(UsageError) {
            language = try takeLanguage(&arguments) ?? language
            command = arguments.lazy.compactMap(CentreCommand.init(rawValue:)).first
            return try understand(arguments, language)
        } catch {
            let hint = HelpText.tryHelp(command)[language]
            Terminal.complain(TextWidth.printed(["loa-centre: \(error.message[language])", hint]))
            return .usage
        }
    }

    /// `--lang` may stand anywhere before `--`.
    private static func takeLanguage(_ arguments: inout [String]) throws(UsageError) -> Language? {
        let end = arguments.firstIndex(of: "--") ?? arguments.count
        guard let place = arguments[..<end].firstIndex(where: { $0 == "--lang" || $0.hasPrefix("--lang=") })
        else { return nil }
        let word = arguments.remove(at: place)
        let value: String
        if word.hasPrefix("--lang=") {
            value = String(word.dropFirst("--lang=".count))
        } else {
            guard place < arguments.count else { throw UsageError(message: UsageText.needsValue("--lang")) }
            value = arguments.remove(at: place)
        }
        guard let language = Language(rawValue: value) else {
            throw UsageError(message: UsageText.bad("--lang", value, Phrase(same: "vi, en")))
        }
        return language
    }

    private static func understand(_ arguments: [String], _ language: Language) throws(UsageError) -> ExitCode
    {
        var rest = arguments[...]
        let end = arguments.firstIndex(of: "--") ?? arguments.count
        let wantsHelp = arguments[..<end].contains { $0 == "--help" || $0 == "-h" }
        let word = rest.popFirst { !$0.hasPrefix("-") }
        if arguments[..<end].contains("--version") {
            Terminal.print("loa-centre \(Release.version)\n")
            return .fine
        }
        if word == "help" {
            Terminal.print(HelpText.text(rest.first.flatMap(CentreCommand.init(rawValue:)), language))
            return .fine
        }
        let command = word.flatMap(CentreCommand.init(rawValue:))
        if wantsHelp {
            Terminal.print(HelpText.text(command, language))
            return .fine
        }
        guard let word else { throw UsageError(message: UsageText.noVerb) }
        guard let command else { throw UsageError(message: UsageText.unknownVerb(word)) }
        return try command.carryOut(try Words(rest, command.grammar), language)
    }

    private func carryOut(_ words: Words, _ language: Language) throws(UsageError) -> ExitCode {
        let desk = Desk(language, isJSON: words.has("--json"))
        do {
            switch self {
            case .`init`: try desk.initialize(words)
            case .publish: try desk.publish(words)
            case .refresh: try desk.refresh(words)
            case .alert: try desk.alert(words)
            case .preview: try desk.preview(words)
            case .key: try desk.changeKeys(words)
            case .sign: try desk.sign(words)
            case .delegate: try desk.delegate(words)
            case .enrol: try desk.enrol(words)
            case .status: try desk.status(words)
            case .verify: try desk.verify(words)
            case .prove: try desk.prove(words)
            case .check: try desk.check(words)
            case .report: try desk.report(words)
            }
            return .fine
        } catch let error as CentreError {
            desk.tell(error)
            switch error.kind {
            case .refused: return .no
            case .notPermitted: return .notPermitted
            case .configuration: return .configuration
            }
        } catch let error as UsageError {
            throw error
        } catch {
            desk.complain(Phrase(same: "\(error)"))
            return .no
        }
    }

    /// What may stand behind it.
    var grammar: Grammar {
        let keys: Set = ["--keys", "--keys-fd"]
        switch self {
        case .`init`:
            return Grammar(
                operands: ["REPO"], repeated: ["--keys", "--threshold"], flags: ["--reuse-keys"])
        case .publish:
            return Grammar(
                operands: ["PLAYLISTS", "REPO"], repeated: keys, flags: ["--yes", "--dry-run", "--json"])
        case .refresh: return Grammar(operands: ["REPO"], repeated: keys)
        case .alert:
            return Grammar(
                operands: ["REPO"],
                values: ["--audio", "--cap", "--groups", "--stations", "--for", "--every", "--title"],
                repeated: keys, flags: ["--cancel"])
        case .preview:
            return Grammar(
                operands: ["PLAYLISTS"], values: ["--station", "--groups", "--days"], flags: ["--json"])
        case .key:
            return Grammar(
                operands: ["add|revoke|renew", "REPO"], values: ["--role", "--key", "--threshold"],
                repeated: keys)
        case .sign:
            return Grammar(
                operands: ["PLAYLISTS", "OUT"], values: ["--role"], repeated: keys.union(["--path"]))
        case .delegate:
            return Grammar(
                operands: ["REPO"], values: ["--role", "--metadata", "--threshold"],
                repeated: keys.union(["--path", "--key"]), flags: ["--remove"])
        case .enrol, .status, .verify, .prove, .check: return proofGrammar
        case .report:
            return Grammar(
                operands: ["PROOFS"],
                values: ["--from", "--to", "--html", "--groups", "--stations", "--memory"],
                flags: ["--json", "--csv"])
        }
    }
}

extension ArraySlice {
    /// Takes the first element out that is so.
    fileprivate mutating func popFirst(where isSo: (Element) -> Bool) -> Element? {
        firstIndex(where: isSo).map { remove(at: $0) }
    }
}
