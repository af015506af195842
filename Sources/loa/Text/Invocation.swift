import StationCore
package import StationTrust
package import TerminalText

/// How `loa` ends; `sysexits.h` where that has a word for it.
package enum ExitCode: Int32, Sendable, CaseIterable {
    case fine = 0
    /// The answer is "no".
    case no = 1
    case usage = 64
    case unreachable = 69
    /// The answer could not be written.
    case unwritten = 74
    case notPermitted = 77
    case configuration = 78

    /// The code of an answer that was given: "no" where `status` has a fault, or the station is not idle.
    package init(_ request: Request, answer: JSON) {
        self =
            switch request {
            case .status: answer["faults"]?.elements?.isEmpty == false ? .no : .fine
            case .idle(let duration): Idleness(answer, for: duration) == .idle ? .fine : .no
            default: .fine
            }
    }
}

/// What `loa` can be asked.
package enum Verb: String, Sendable, CaseIterable {
    case status, next, log, why, verify, sync, `import`, export, play, stop, mute, unmute, volume, test,
        doctor, simulate,
        demo
}

/// How the slots to come are laid out for a person.
package enum NextLayout: Hashable, Sendable {
    /// Days side by side where a terminal is wide enough, else a line a slot.
    case fitting
    case grid, list
}

/// A question with all that belongs to it.
package enum Request: Hashable, Sendable {
    case status
    /// Whether nothing sounds, and nothing is due for so long.
    case idle(for: Duration)
    /// The slots of so many days to come.
    case next(days: Int, layout: NextLayout = .fitting)
    /// The entries between two times, as they were typed; `follow` goes on with those to come.
    case log(since: String?, until: String?, follow: Bool)
    /// A slot, or a time in RFC 3339, `YYYY-MM-DDTHH:MM`, or `HH:MM`.
    case why(String)
    /// The log, and whether it goes on from a head: a signed note, or the file that holds one.
    case verify(head: String?)
    /// A file, or a programme of the timetable.
    case play(String)
    case stop
    case mute(for: Duration, reason: String)
    case unmute
    /// Sets the volume in dB, or asks for it.
    case volume(Double?)
    case test
    /// Asks all upstreams now.
    case sync
    /// Reads an upstream's repository in a folder; nil for the upstream whose root lies there.
    case importRepository(path: String, upstream: String?)
    /// Writes the log into a folder, as a store has it.
    case exportLog(path: String)
    /// Everything at this station, by that configuration file; nil for the daemon's own, or the usual one.
    case doctor(configuration: String?)
    /// What would be played in the days to come.
    case simulate(SimulationOrder)
    case demo

    /// Whether only an operator may ask for it.
    package var isActing: Bool {
        switch self {
        case .status, .idle, .next, .log, .why, .verify, .volume(nil), .doctor, .simulate, .demo:
            false
        case .sync, .importRepository, .exportLog, .play, .stop, .mute, .unmute, .volume, .test: true
        }
    }

    /// The verb of the question.
    package var verb: Verb {
        switch self {
        case .status, .idle: .status
        case .next: .next
        case .log: .log
        case .why: .why
        case .verify: .verify
        case .sync: .sync
        case .importRepository: .import
        case .exportLog: .export
        case .play: .play
        case .stop: .stop
        case .mute: .mute
        case .unmute: .unmute
        case .volume: .volume
        case .test: .test
        case .doctor: .doctor
        case .simulate: .simulate
        case .demo: .demo
        }
    }
}

/// A command line of `loa`, understood.
package struct Invocation: Hashable, Sendable {
    /// The daemon's socket, where the line names one.
    package var socket: String?
    /// Whether the answer is printed as JSON.
    package var isJSON = false
    /// The language of the answer.
    package var language: Language
    /// What to do.
    package var action: Action

    /// Makes an invocation with no option.
    package init(language: Language, action: Action) { (self.language, self.action) = (language, action) }

    /// A question, or a call for help.
    package enum Action: Hashable, Sendable {
        case ask(Request)
        /// Show the help of a verb, or of the command.
        case help(Verb?)
        /// Show which version this is.
        case version
    }
}

/// Why a command line is not understood.
package struct UsageError: Error, Hashable, Sendable {
    /// What is wrong with it.
    package let message: Phrase
    /// The language to say it in.
    package let language: Language
    /// The verb whose help would help.
    package let verb: Verb?
    /// Whether the answer was to be JSON.
    package let isJSON: Bool

    /// The error as `--json` prints it, on one line: in English, as everything there.
    package var json: String { ReplyText.json(error: message) }
}

extension Invocation {
    /// Understands a command line.
    ///
    /// - Parameters:
    ///   - arguments: without the command's own name.
    ///   - environment: for the language.
    /// - Returns: what is asked.
    /// - Throws: the first thing that is not understood.
    package static func parse(
        _ arguments: [String], environment: [String: String]
    ) throws(UsageError) -> Invocation {
        var words = Words(language: Language(environment: environment))
        do {
            try words.read(arguments)
            return try words.invocation()
        } catch let problem {
            // What stands behind the mistake counts too: who asked for JSON reads nothing else.
            let isJSON = arguments.prefix { $0 != "--" }.contains("--json")
            throw UsageError(
                message: problem.message, language: words.language, verb: words.verb, isJSON: isJSON)
        }
    }
}

/// What is wrong with a line, before it is known in which language to say so.
private struct Problem: Error {
    let message: Phrase
}

/// The words of a command line, sorted into options and operands.
private struct Words {
    var language: Language
    var verb: Verb?
    private var isHelp = false
    private var isVersion = false
    private var flags: Set<String> = []
    private var values: [String: String] = [:]
    private var operands: [String] = []

    init(language: Language) { self.language = language }

    // MARK: Sorting

    mutating func read(_ arguments: [String]) throws(Problem) {
        var rest = arguments[...]
        var onlyOperands = false
        while let word = rest.popFirst() {
            // A level such as -6 is an operand.
            let isNumber = Double(word) != nil
            if onlyOperands || !word.hasPrefix("-") || word == "-" || isNumber {
                try take(operand: word)
            } else if word == "--" {
                onlyOperands = true
            } else if word == "--help" || word == "-h" {
                isHelp = true
            } else if word == "--version" {
                isVersion = true
            } else {
                try take(option: word, &rest)
            }
        }
    }

    private mutating func take(operand: String) throws(Problem) {
        if verb != nil { return operands.append(operand) }
        // `loa help mute` is `loa mute --help`.
        if operand == "help", !isHelp { return isHelp = true }
        verb = Verb(rawValue: operand)
        if verb == nil { throw Problem(message: Catalogue.unknownVerb(operand)) }
    }

    private mutating func take(option word: String, _ rest: inout ArraySlice<String>) throws(Problem) {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(
            String.init)
        let name = parts[0]
        guard let takesValue = Verb.allOptions[name] else {
            throw Problem(message: UsageText.unknownOption(name))
        }
        if values[name] != nil || flags.contains(name) { throw Problem(message: UsageText.twice(name)) }
        if !takesValue {
            guard parts.count == 1 else { throw Problem(message: UsageText.noValue(name)) }
            flags.insert(name)
            return
        }
        guard let value = parts.count == 2 ? parts[1] : rest.popFirst(), !value.isEmpty else {
            throw Problem(message: UsageText.needsValue(name))
        }
        values[name] = value
        if name == "--lang" {
            guard let language = Language(rawValue: value) else {
                throw Problem(message: Catalogue.badLanguage)
            }
            self.language = language
        }
    }

    // MARK: Meaning

    mutating func invocation() throws(Problem) -> Invocation {
        var invocation = Invocation(language: language, action: .help(verb))
        invocation.socket = values.removeValue(forKey: "--socket")
        invocation.isJSON = flags.remove("--json") != nil
        values["--lang"] = nil
        if isHelp { return invocation }
        if isVersion {
            invocation.action = .version
            return invocation
        }
        guard let verb else { throw Problem(message: Catalogue.noVerb) }
        invocation.action = .ask(try request(verb))
        if let word = operands.first { throw Problem(message: UsageText.tooMuch(word)) }
        if let name = (Array(flags) + values.keys).min() {
            throw Problem(message: Catalogue.notForVerb(name, verb.rawValue))
        }
        return invocation
    }

    /// The question of that verb; takes the options and operands that it understands.
    private mutating func request(_ verb: Verb) throws(Problem) -> Request {
        switch verb {
        case .status: return try status()
        case .next: return .next(days: try days(), layout: try layout())
        case .log:
            let since = values.removeValue(forKey: "--since"), until = values.removeValue(forKey: "--until")
            return .log(since: since, until: until, follow: flags.remove("--follow") != nil)
        case .why: return .why(try operand())
        case .verify: return .verify(head: values.removeValue(forKey: "--head"))
        case .play: return .play(try operand())
        case .stop: return .stop
        case .mute: return try mute()
        case .unmute: return .unmute
        case .volume: return .volume(try level())
        case .test: return .test
        case .sync: return .sync
        case .import:
            return .importRepository(
                path: try operand(), upstream: values.removeValue(forKey: "--upstream"))
        case .export: return .exportLog(path: try operand())
        case .doctor: return .doctor(configuration: values.removeValue(forKey: "--config"))
        case .simulate: return .simulate(try simulation())
        case .demo: return .demo
        }
    }

    private mutating func operand() throws(Problem) -> String {
        guard !operands.isEmpty else { throw Problem(message: Catalogue.needsOperand) }
        return operands.removeFirst()
    }

    private mutating func status() throws(Problem) -> Request {
        guard let text = values.removeValue(forKey: "--idle-for") else { return .status }
        guard let duration = Duration(typed: text), duration > .zero, duration <= .seconds(7 * 86_400) else {
            throw Problem(message: Catalogue.badIdleness(text))
        }
        return .idle(for: duration)
    }

    private mutating func days() throws(Problem) -> Int {
        guard let text = values.removeValue(forKey: "--days") else { return 7 }
        guard let days = Int(text), 1...31 ~= days else { throw Problem(message: Catalogue.badDays) }
        return days
    }

    private mutating func simulation() throws(Problem) -> SimulationOrder {
        func stretch(_ name: String) -> SimulationOrder.Stretch? {
            values.removeValue(forKey: name).map(SimulationOrder.Stretch.init)
        }
        var order = SimulationOrder()
        order.days = try days()
        order.start = values.removeValue(forKey: "--at")
        order.clockStep = values.removeValue(forKey: "--clock-step")
        order.powerCut = stretch("--power-cut")
        order.networkDown = stretch("--network-down")
        order.cardLost = stretch("--card-lost")
        order.configuration = values.removeValue(forKey: "--config")
        return order
    }

    private mutating func layout() throws(Problem) -> NextLayout {
        let (isGrid, isList) = (flags.remove("--grid") != nil, flags.remove("--list") != nil)
        guard !isGrid || !isList else { throw Problem(message: Catalogue.gridOrList) }
        return isGrid ? .grid : isList ? .list : .fitting
    }

    private mutating func mute() throws(Problem) -> Request {
        guard let text = values.removeValue(forKey: "--for"),
            let reason = values.removeValue(forKey: "--reason")
        else { throw Problem(message: Catalogue.muteNeeds) }
        guard let duration = Duration(typed: text), duration > .zero, duration <= .seconds(31 * 86_400) else {
            throw Problem(message: Catalogue.badDuration(text))
        }
        return .mute(for: duration, reason: reason)
    }

    private mutating func level() throws(Problem) -> Double? {
        guard !operands.isEmpty else { return nil }
        guard let level = Double(operands.removeFirst()), -60...0 ~= level else {
            throw Problem(message: Catalogue.badLevel)
        }
        return level
    }
}
