import Centre
import Glibc
import StationTrust
import TerminalText

/// Where an editor sits: asks, shows how far it is, and says what became of it.
struct Desk {
    let language: Language
    let isJSON: Bool

    init(_ language: Language, isJSON: Bool) { (self.language, self.isJSON) = (language, isJSON) }

    // MARK: Commands

    func initialize(_ words: Words) throws {
        let surroundings = try Surroundings.system()
        let keys = try keys(words)
        guard keys.folders.count == 1 else { throw UsageError(message: UsageText.missing("--keys DIR")) }
        var thresholds: [KeySources.Kind: NewRepository.Threshold] = [:]
        for word in words.all("--threshold") {
            let parts = word.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, let kind = KeySources.Kind(rawValue: String(parts[0])),
                let threshold = NewRepository.Threshold(parts[1])
            else {
                let expected = Phrase(
                    vi: "VAI-TRÒ=N hoặc VAI-TRÒ=N/M với root, targets, emergency, online",
                    en: "ROLE=N or ROLE=N/M with root, targets, emergency, online")
                throw UsageError(message: UsageText.bad("--threshold", word, expected))
            }
            thresholds[kind] = threshold
        }
        let root = try NewRepository(
            at: words.operands[0], keys: keys, thresholds: thresholds, surroundings
        ).make()
        say(DeskText.made(root, keys: keys.folders[0]))
    }

    func publish(_ words: Words) throws {
        let surroundings = try Surroundings.system()
        let bar = ProgressBar(language)
        let publication = try Publication(
            of: words.operands[0], into: words.operands[1], keys: try keys(words), surroundings,
            progress: bar.show)
        bar.clear()
        if isJSON { Terminal.print(DeskText.json(publication)) } else { show(publication) }
        if words.has("--dry-run") { return }
        if !words.has("--yes"), !publication.isUnchanged { try ask() }
        let warnings = try publication.publish(progress: bar.show)
        bar.clear()
        for warning in warnings { complain(warning) }
        if !isJSON { say([publication.isUnchanged ? DeskText.renewed : DeskText.published]) }
    }

    func refresh(_ words: Words) throws {
        let warnings = try Refresh(words.operands[0], keys: try keys(words), try Surroundings.system()).sign()
        for warning in warnings { complain(warning) }
    }

    // MARK: Keys

    func keys(_ words: Words) throws -> KeySources {
        var keys = KeySources(folders: words.all("--keys"))
        for text in words.all("--keys-fd") {
            guard let number = Int32(text), number >= 0, fcntl(number, F_GETFD) >= 0 else {
                let expected = Phrase(vi: "số của một tệp đang mở", en: "the number of an open file")
                throw UsageError(message: UsageText.bad("--keys-fd", text, expected))
            }
            keys.given += try KeySources.keys(fromDescriptor: number)
        }
        guard !keys.folders.isEmpty || !keys.given.isEmpty else {
            throw UsageError(message: UsageText.missing("--keys DIR"))
        }
        return keys
    }

    // MARK: Talking

    private func show(_ publication: Publication) {
        tell(publication.problems)
        say(DeskText.differences(publication.differences, language))
    }

    /// Asks on the terminal; without one nobody has agreed.
    private func ask() throws {
        guard isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else {
            throw CentreError(.refused, DeskText.noTerminal)
        }
        Terminal.complain(DeskText.question[language] + " ")
        let answer = (readLine() ?? "").lowercased()
        guard ["y", "yes", "c", "có", "co"].contains(answer) else {
            throw CentreError(.refused, DeskText.declined)
        }
    }

    func say(_ phrases: [Phrase]) { Terminal.print(TextWidth.printed(phrases.map { $0[language] })) }

    func complain(_ phrase: Phrase) {
        Terminal.complain(TextWidth.printed(["loa-centre: \(phrase[language])"]))
    }

    private func tell(_ problems: [ChannelProblem]) {
        let lines = problems.map { DeskText.line($0)[language] }
        if !lines.isEmpty { Terminal.complain(TextWidth.printed(lines)) }
    }

    func tell(_ error: CentreError) {
        tell(error.problems)
        complain(error.message)
    }
}

/// How far a long piece of work is, on a terminal; nothing elsewhere.
final class ProgressBar {
    private static let width = 30
    private let language: Language
    private let isShown = isatty(STDERR_FILENO) == 1
    private var last = -1

    init(_ language: Language) { self.language = language }

    func show(_ progress: Progress) {
        guard isShown, progress.total > 0 else { return }
        let part = Int(progress.done * 100 / progress.total)
        guard part != last else { return }
        last = part
        let full = part * Self.width / 100
        let bar = String(repeating: "█", count: full) + String(repeating: "░", count: Self.width - full)
        Terminal.complain("\r\(DeskText.stage(progress.stage)[language]) \(bar) \(part) %\u{1B}[K")
    }

    func clear() {
        guard isShown, last >= 0 else { return }
        last = -1
        Terminal.complain("\r\u{1B}[K")
    }
}
