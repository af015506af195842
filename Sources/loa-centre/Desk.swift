import Centre
import Glibc
import StationCore
import StationHost
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
        let made = try NewRepository(
            at: words.operands[0], keys: keys, thresholds: thresholds,
            reusesKeys: words.has("--reuse-keys"), surroundings
        ).make()
        say(DeskText.made(made, keys: keys.folders[0]))
    }

    func publish(_ words: Words) throws {
        let surroundings = try Surroundings.system()
        let bar = ProgressBar()
        func advance(_ progress: Progress) { show(progress, bar) }
        let publication = try Publication(
            of: words.operands[0], into: words.operands[1], keys: try keys(words), surroundings,
            isTrial: words.has("--dry-run"), progress: advance)
        bar.clear()
        if isJSON { Terminal.print(DeskText.json(publication)) } else { show(publication) }
        if words.has("--dry-run") { return }
        if !words.has("--yes"), !publication.isUnchanged { try ask() }
        let warnings = try publication.publish(progress: advance)
        bar.clear()
        for warning in warnings { complain(warning) }
        if !isJSON { say([publication.isUnchanged ? DeskText.renewed : DeskText.published]) }
    }

    func refresh(_ words: Words) throws {
        let (validity, warnings) = try repository(words.operands[0], words).refresh()
        for warning in warnings { complain(warning) }
        say(DeskText.validity(validity, language))
    }

    private func repository(_ path: String, _ words: Words) throws -> Repository {
        Repository(path, keys: try keys(words), try Surroundings.system())
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

    private func show(_ progress: Progress, _ bar: ProgressBar) {
        bar.show(DeskText.stage(progress.stage)[language], progress.done, of: progress.total)
    }

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
        let lines = DeskText.lines(problems).map { $0[language] }
        if !lines.isEmpty { Terminal.complain(TextWidth.printed(lines)) }
    }

    func tell(_ error: CentreError) {
        tell(error.problems)
        complain(error.message)
    }
}

extension Desk {
    // MARK: Emergencies

    func alert(_ words: Words) throws {
        let repository = try repository(words.operands[0], words)
        if words.has("--cancel") {
            let others = ["--audio", "--cap", "--for", "--every", "--title", "--groups", "--stations"]
            for name in others where words.value(name) != nil {
                throw UsageError(message: UsageText.tooMuch(name))
            }
            let (count, warnings) = try repository.cancelAlerts()
            for warning in warnings { complain(warning) }
            say([DeskText.cancelled(count)])
            return
        }
        let receipt = try repository.alert(try order(words))
        say(DeskText.given(receipt))
        for warning in receipt.warnings { complain(DeskText.warning(warning)) }
    }

    private func order(_ words: Words) throws -> AlertOrder {
        let source: AlertOrder.Source
        switch (words.value("--audio"), words.value("--cap")) {
        case (let audio?, nil): source = .audio(audio)
        case (nil, let cap?): source = .cap(cap)
        default: throw UsageError(message: UsageText.missing("--audio FILE | --cap FILE | --cancel"))
        }
        if case .audio = source { _ = try words.required("--for") }
        var order = AlertOrder(source, for: try duration("--for", words, AlertOrder.shortest))
        order.every = try duration("--every", words, AlertOrder.shortest)
        order.title = words.value("--title")
        (order.groups, order.stations) = (try words.list("--groups"), try words.list("--stations"))
        return order
    }

    private func duration(_ name: String, _ words: Words, _ shortest: Duration) throws -> Duration? {
        guard let text = words.value(name) else { return nil }
        guard let duration = Duration(typed: text), duration >= shortest, duration <= AlertOrder.longest,
            duration.components.attoseconds == 0
        else {
            let expected = Phrase(
                vi: "thời lượng như 30m, 2h hoặc PT2H, từ 1 phút đến 24 giờ",
                en: "a duration such as 30m, 2h or PT2H, from a minute to 24 hours")
            throw UsageError(message: UsageText.bad(name, text, expected))
        }
        return duration
    }
}

extension Desk {
    // MARK: Looking ahead, keys

    func preview(_ words: Words) throws {
        let days = words.value("--days").map { Int($0) ?? 0 } ?? 7
        guard 1...31 ~= days else {
            let expected = Phrase(vi: "số từ 1 đến 31", en: "a number from 1 to 31")
            throw UsageError(message: UsageText.bad("--days", words.value("--days") ?? "", expected))
        }
        let preview = try Preview(
            of: words.operands[0], station: words.value("--station"), groups: try words.list("--groups"),
            days: days, try Surroundings.system())
        tell(preview.problems)
        if isJSON {
            Terminal.print(JSON.array(preview.entries.map(\.json)).description + "\n")
        } else {
            say(DeskText.preview(preview.entries, language))
        }
        guard preview.problems.contains(where: { $0.severity == .error }) else { return }
        throw CentreError(.refused, DeskText.incomplete)
    }

    func changeKeys(_ words: Words) throws {
        let role = words.operands[0] == "renew" ? "root" : try words.required("--role")
        guard let kind = KeySources.Kind(rawValue: role) else {
            let expected = Phrase(same: "root, targets, emergency, online")
            throw UsageError(message: UsageText.bad("--role", role, expected))
        }
        let threshold = words.value("--threshold").map { Int($0) ?? 0 }
        let deed: KeyChange
        switch words.operands[0] {
        case "add": deed = .add(public: try words.value("--key").map(publicKey))
        case "revoke": deed = .revoke(id: try words.required("--key"))
        case "renew": deed = .renew
        default: throw UsageError(message: UsageText.unknownVerb("key \(words.operands[0])"))
        }
        let keys = try keys(words)
        let repository = Repository(words.operands[1], keys: keys, try Surroundings.system())
        let (ids, needed, warnings) = try repository.changeKeys(deed, kind, threshold: threshold)
        for warning in warnings { complain(warning) }
        say(DeskText.keys(of: role, ids.map { ($0, keys.file(of: $0, kind)) }, needed: needed))
    }

    func sign(_ words: Words) throws {
        _ = try words.required("--path")
        let bar = ProgressBar()
        func advance(_ progress: Progress) { show(progress, bar) }
        let handover = try Handover(
            of: words.operands[0], into: words.operands[1], as: try words.required("--role"),
            for: words.all("--path"), keys: try keys(words), try Surroundings.system(), progress: advance)
        bar.clear()
        tell(handover.problems)
        let receipt = try handover.sign(progress: advance)
        bar.clear()
        say(DeskText.signed(receipt))
        if receipt.hasOtherKeys { complain(DeskText.warning(DeskText.otherKeys)) }
    }

    func delegate(_ words: Words) throws {
        if words.has("--remove") { return try takeBack(words) }
        var delegation = Delegation(
            to: try words.required("--role"), try words.required("--metadata"))
        delegation.patterns = words.all("--path")
        delegation.publicKeys = try words.all("--key").map(publicKey)
        delegation.threshold = words.value("--threshold").map { Int($0) ?? 0 }
        let bar = ProgressBar()
        let warnings = try repository(words.operands[0], words).delegate(delegation) { show($0, bar) }
        bar.clear()
        for warning in warnings { complain(warning) }
        say([DeskText.delegated(delegation.role)])
    }

    private func takeBack(_ words: Words) throws {
        for name in ["--metadata", "--path", "--key", "--threshold"] where words.value(name) != nil {
            throw UsageError(message: UsageText.tooMuch(name))
        }
        let role = try words.required("--role")
        let warnings = try repository(words.operands[0], words).takeBack(from: role)
        for warning in warnings { complain(warning) }
        say([DeskText.takenBack(role)])
    }

    /// A public key as it was typed, or out of the file of that name.
    func publicKey(_ text: String) throws -> String {
        guard access(text, F_OK) == 0 else { return text }
        return String(decoding: try read(text, limit: 4096), as: UTF8.self)
    }

    func read(_ path: String, limit: Int) throws -> [UInt8] {
        do throws(SystemError) { return try readFile(path, limit: limit) } catch { throw CentreError(error) }
    }
}
