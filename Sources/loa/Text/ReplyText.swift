package import StationCore
package import StationTrust
package import TerminalText

/// What the verbs that act say to a person, and how every refusal sounds.
package struct ReplyText {
    private let language: Language
    private let format: Format
    private let paint: Paint

    /// Speaks that language, in colours where `paint` is on.
    package init(_ language: Language, paint: Paint = .off) {
        (self.language, self.paint) = (language, paint)
        format = Format(language: language)
    }

    /// The answer to a verb that was carried out.
    package func done(_ verb: Verb, _ answer: JSON) -> String {
        let line: Phrase
        switch verb {
        case .status: return StatusText(language, paint: paint).status(answer)
        case .next: return StatusText(language).next(answer)
        case .log: return EntryText(language, paint: paint).printed(answer)
        case .why: return EntryText(language, paint: paint).why(answer)
        case .verify: return ProofText(language).verified(answer)
        case .sync, .import: return StatusText(language).sync(answer)
        case .export:
            let (station, size) = (answer["station"]?.text ?? "", answer["size"]?.integer ?? 0)
            return TextWidth.printed(
                [Catalogue.exported(station, size), Catalogue.whatToDoWithExport].map { $0[language] })
        case .play, .doctor, .simulate, .demo: line = Catalogue.plays(answer["title"]?.text ?? "")
        case .test: line = Catalogue.plays(Phrasebook.translated(answer["title"]?.text ?? "")[language])
        case .stop:
            let titles = (answer["titles"] ?? answer["stopped"])?.elements?.compactMap(\.text) ?? []
            let repeats = (answer["repeats"]?.elements ?? []).compactMap { $0["title"]?.text }
            let stopped = titles.map { Catalogue.title($0)[language] }.joined(separator: ", ")
            let done = titles.isEmpty ? Catalogue.nothingToStop : Catalogue.stopped(stopped)
            guard !repeats.isEmpty else { return TextWidth.printed([done[language]]) }
            return TextWidth.printed(
                [done, Catalogue.repeatsEnded(repeats.joined(separator: ", "))].map { $0[language] })
        case .mute: line = Catalogue.muted(until: format.time(answer["until"]?.text))
        case .unmute: line = Catalogue.unmuted
        case .volume: line = Catalogue.volumeNow(format.decibels(answer["volumeDecibels"]?.number ?? 0))
        }
        return TextWidth.printed([line[language]])
    }

    /// The slots to come, a line each.
    package func list(_ answer: JSON, columns: Int?) -> String {
        StatusText(language).next(answer, columns: columns)
    }

    /// The slots to come as a grid.
    package func grid(_ answer: JSON, columns: Int, now: Instant, days: Int) -> String {
        paint.printed(WeekGrid(language, columns: columns).lines(answer, now: now, days: days))
    }

    /// That the station is muted; nil where it is not.
    package func mute(_ answer: JSON) -> String? { StatusText(language, paint: paint).mute(answer) }

    /// Whether the station may be interrupted.
    package func idleness(_ idleness: Idleness) -> String {
        let line =
            switch idleness {
            case .idle: Catalogue.idle
            case .sounding: Catalogue.sounding
            case .due(let title, let at): Catalogue.due(title, at: format.time(at))
            case .unknown: Catalogue.unknownIdleness
            }
        return TextWidth.printed([line[language]])
    }

    /// What stands between two entries of the log where some are lost; nil where they follow each other.
    package func gap(from before: JSON, to entry: JSON) -> String? {
        guard let first = before["index"]?.integer, let next = entry["index"]?.integer, next > first + 1
        else {
            return nil
        }
        return TextWidth.printed([Catalogue.missing(next - first - 1)[language]])
    }

    /// What is to be added to an answer which the disk did not take.
    package var unrecorded: String { TextWidth.printed([Catalogue.unrecorded[language]]) }

    /// The answer to a question that was refused: `{error, reason}` with the exit code of the reply.
    package func refused(_ code: ExitCode, _ answer: JSON, _ request: Request) -> String {
        if code == .notPermitted { return notPermitted(request) }
        if case .play(let what) = request, answer["error"]?.text == "there is no programme \(what)" {
            return TextWidth.printed([Catalogue.nothingOfThatName(what)[language]])
        }
        let error = answer["error"]?.text.map { Phrasebook.translated($0)[language] }
        if let error, let advice = advice(request) { return TextWidth.printed([error]) + advice }
        guard let reason = answer["reason"]?.text else {
            return TextWidth.printed([error ?? answer.description])
        }
        let isGuards = !Self.unplayable.contains(reason)
        let what = isGuards ? nil : error
        let words = what ?? Catalogue.reason(reason)[language]
        var lines = [(isGuards ? Catalogue.refusal(words) : Catalogue.cannotPlay(words))[language]]
        let advice =
            reason == "overlap" ? Catalogue.stopFirst : Catalogue.advice(reason)
        if let advice { lines.append("→ \(advice[language])") }
        return TextWidth.printed(lines)
    }

    /// What to do where what is carried to or fro is not taken; nil for other requests.
    package func advice(_ request: Request) -> String? {
        switch request {
        case .importRepository: TextWidth.printed(["→ \(Catalogue.importAdvice[language])"])
        case .exportLog: TextWidth.printed(["→ \(Catalogue.exportAdvice[language])"])
        default: nil
        }
    }

    /// Reasons that are no matter of permission.
    private static let unplayable: Set = [
        "no-content", "bad-content", "device-missing", "device-busy", "device-stalled", "late",
        "stopped-by-hand",
    ]

    /// What to say to somebody whom the daemon does not answer: which group it takes, and how to come into it.
    package func notPermitted(_ request: Request) -> String {
        let text = request.isActing ? Catalogue.mayNotAct : Catalogue.mayNotRead
        let group = request.isActing ? "loaphuong-operators" : "loaphuong"
        return TextWidth.printed([text[language], "→ " + Catalogue.howToJoin(group)[language]])
    }

    /// What to say where no daemon answers at that socket.
    package func unreachable(_ socket: String) -> String {
        TextWidth.printed([Catalogue.unreachable(socket)[language]])
    }

    /// An error of the command itself as `--json` prints it, on one line.
    package static func json(error: Phrase) -> String {
        String(decoding: JSON.object([.init("error", .string(error[.english]))]).bytes, as: UTF8.self) + "\n"
    }
}
