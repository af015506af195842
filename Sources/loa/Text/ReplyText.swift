package import StationTrust

/// What the verbs that act say to a person, and how every refusal sounds.
package struct ReplyText {
    private let language: Language
    private let format: Format

    /// Speaks that language.
    package init(_ language: Language) {
        self.language = language
        format = Format(language: language)
    }

    /// The answer to a verb that was carried out.
    package func done(_ verb: Verb, _ answer: JSON) -> String {
        let line: Phrase
        switch verb {
        case .status, .next: return read(verb, answer)
        case .log: return TextWidth.printed([EntryText(language).entry(answer)])
        case .why: return EntryText(language).why(answer)
        case .play, .test, .demo: line = Catalogue.plays(answer["title"]?.text ?? "")
        case .stop:
            let count = answer["stopped"]?.elements?.count ?? 0
            line = count == 0 ? Catalogue.nothingToStop : Catalogue.stopped(count)
        case .mute: line = Catalogue.muted(until: format.time(answer["until"]?.text))
        case .unmute: line = Catalogue.unmuted
        case .volume: line = Catalogue.volume(format.decibels(answer["volumeDecibels"]?.number ?? 0))
        }
        return TextWidth.printed([line[language]])
    }

    private func read(_ verb: Verb, _ answer: JSON) -> String {
        let text = StatusText(language)
        return verb == .status ? text.status(answer) : text.next(answer)
    }

    /// The answer to a verb that was refused: `{error, reason}` with the exit code of the reply.
    package func refused(_ code: ExitCode, _ answer: JSON) -> String {
        if code == .notPermitted { return TextWidth.printed([Catalogue.mayNot[language]]) }
        guard let reason = answer["reason"]?.text else {
            return TextWidth.printed([answer["error"]?.text ?? answer.description])
        }
        var lines = [Catalogue.refusal(Catalogue.reason(reason)[language])[language]]
        if let advice = Catalogue.advice(reason) { lines.append("→ \(advice[language])") }
        return TextWidth.printed(lines)
    }

    /// What to say where no daemon answers at that socket.
    package func unreachable(_ socket: String) -> String {
        TextWidth.printed([Catalogue.unreachable(socket)[language]])
    }
}
