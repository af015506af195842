import TerminalText

/// How `loa-centre` ends; `sysexits.h` where that has a word for it.
enum ExitCode: Int32, CaseIterable {
    case fine = 0
    /// The answer is "no".
    case no = 1
    case usage = 64
    /// The answer could not be written.
    case unwritten = 74
    case notPermitted = 77
    case configuration = 78
}

/// Why a command line is not understood.
struct UsageError: Error {
    let message: Phrase
}

/// What a command takes: how many operands, and which options.
struct Grammar {
    /// The names of the operands.
    var operands: [String]
    /// Options with a value; those in `repeated` may stand several times.
    var values: Set<String> = []
    var repeated: Set<String> = []
    var flags: Set<String> = []
}

/// The words of a command line, sorted into operands and options.
struct Words {
    private(set) var operands: [String] = []
    private var values: [String: [String]] = [:]
    private var flags: Set<String> = []

    /// Sorts the words behind a verb.
    init(_ arguments: some Sequence<String>, _ grammar: Grammar) throws(UsageError) {
        var rest = Array(arguments)[...]
        var onlyOperands = false
        while let word = rest.popFirst() {
            if onlyOperands || !word.hasPrefix("-") {
                operands.append(word)
            } else if word == "--" {
                onlyOperands = true
            } else {
                try take(word, &rest, grammar)
            }
        }
        guard operands.count <= grammar.operands.count else {
            throw UsageError(message: UsageText.tooMuch(operands[grammar.operands.count]))
        }
        guard operands.count == grammar.operands.count else {
            throw UsageError(message: UsageText.missing(grammar.operands[operands.count]))
        }
    }

    private mutating func take(
        _ word: String, _ rest: inout ArraySlice<String>, _ grammar: Grammar
    ) throws(UsageError) {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(
            String.init)
        let name = parts[0]
        if grammar.flags.contains(name) {
            guard parts.count == 1 else { throw UsageError(message: UsageText.noValue(name)) }
            flags.insert(name)
            return
        }
        guard grammar.values.contains(name) || grammar.repeated.contains(name) else {
            throw UsageError(message: UsageText.unknownOption(name))
        }
        guard values[name] == nil || grammar.repeated.contains(name) else {
            throw UsageError(message: UsageText.twice(name))
        }
        guard let value = parts.count == 2 ? parts[1] : rest.popFirst(), !value.isEmpty else {
            throw UsageError(message: UsageText.needsValue(name))
        }
        values[name, default: []].append(value)
    }

    /// Whether a flag stands there.
    func has(_ flag: String) -> Bool { flags.contains(flag) }

    /// The value of an option.
    func value(_ name: String) -> String? { values[name]?.first }

    /// All values of an option.
    func all(_ name: String) -> [String] { values[name] ?? [] }

    /// The value of an option that must be there.
    func required(_ name: String) throws(UsageError) -> String {
        guard let value = value(name) else { throw UsageError(message: UsageText.missing(name)) }
        return value
    }

    /// A list with commas between its members, and perhaps spaces; empty where the option is not there, and only then:
    /// a list of nobody must not become one of everybody.
    func list(_ name: String) throws(UsageError) -> [String] {
        guard let value = value(name) else { return [] }
        let members = value.split(separator: ",", omittingEmptySubsequences: false).map { member in
            String(member.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }
        guard !members.contains("") else {
            let expected = Phrase(
                vi: "các tên, cách nhau bằng dấu phẩy", en: "names with commas between them")
            throw UsageError(message: UsageText.bad(name, value, expected))
        }
        return members
    }
}
