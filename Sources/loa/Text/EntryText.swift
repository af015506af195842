package import StationTrust
package import TerminalText

/// What `loa log` and `loa why` say to a person.
package struct EntryText {
    private let language: Language
    private let format: Format

    /// Speaks that language.
    package init(_ language: Language) {
        self.language = language
        format = Format(language: language)
    }

    /// One entry of the log on one line, beginning with its wall time.
    package func entry(_ entry: JSON) -> String { TextWidth.harmless(line(entry)) }

    private func line(_ entry: JSON) -> String {
        let wall = format.time(entry["wall"]?.text)
        let doubt = entry["clock"]?.text == "untrusted" ? "?" : " "
        return "\(wall)\(doubt) \(what(entry))"
    }

    /// The answer of `why`: how the slot ended, what to do about it, and the entries that tell of it.
    ///
    /// Expects `{slot, outcome, next, entries}`: the outcome's entry or null, the slot as `next` has it or null.
    package func why(_ answer: JSON) -> String {
        var lines = [answer["slot"]?.text ?? ""]
        if let outcome = answer["outcome"], outcome != .null {
            lines = [what(outcome)]
            if let code = outcome["reason"]?.text, let advice = Catalogue.advice(code) {
                lines.append("→ \(advice[language])")
            }
        } else if let next = answer["next"], next != .null {
            let time = format.time(next["at"]?.text)
            lines = [Catalogue.toCome(title(next), time)[language]]
            if let code = next["problem"]?.text {
                lines.append("\(Catalogue.notReady[language]): \(Catalogue.reason(code)[language])")
                if let advice = Catalogue.advice(code) { lines.append("→ \(advice[language])") }
            } else {
                lines.append((next["ready"]?.bool == true ? Catalogue.ready : Catalogue.notChecked)[language])
            }
        } else {
            lines.append(Catalogue.noEntries[language])
        }
        let entries = answer["entries"]?.elements ?? []
        if !entries.isEmpty { lines += [""] + entries.map { "  " + line($0) } }
        return TextWidth.printed(lines)
    }

    // MARK: Kinds

    private func what(_ entry: JSON) -> String {
        let parts: [String?] =
            switch entry["kind"]?.text ?? "" {
            case "boot": boot(entry)
            case "clock": clock(entry)
            case "timetable": timetable(entry)
            case "intent": intent(entry)
            case "outcome": outcome(entry)
            case "device": device(entry)
            case "command": command(entry)
            case "fault": fault(entry)
            default: [entry["kind"]?.text, entry.description]
            }
        return parts.compactMap(\.self).filter { !$0.isEmpty }.joined(separator: " · ")
    }

    private func boot(_ entry: JSON) -> [String?] {
        let torn = entry["tornBytes"]?.integer ?? 0
        return [
            Catalogue.started[language], entry["version"]?.text.map { Catalogue.version($0)[language] },
            torn > 0 ? Catalogue.repaired(format.bytes(torn))[language] : nil,
        ]
    }

    private func clock(_ entry: JSON) -> [String?] {
        let from = say(entry["from"], Catalogue.trust) ?? "", to = say(entry["to"], Catalogue.trust) ?? ""
        let step = entry["stepMicroseconds"]?.number ?? 0
        return [
            Catalogue.clock[language], from == to ? to : "\(from) → \(to)",
            step.magnitude >= 1000 ? Catalogue.stepped(format.microseconds(step))[language] : nil,
        ]
    }

    private func timetable(_ entry: JSON) -> [String?] {
        let versions = (entry["versions"]?.members ?? []).map { $0.name }
        return [
            Catalogue.newTimetable[language], versions.joined(separator: ", "),
            entry["events"]?.integer.map { Catalogue.events($0)[language] },
            entry["problems"]?.integer.flatMap { $0 == 0 ? nil : Catalogue.problems($0)[language] },
        ]
    }

    private func intent(_ entry: JSON) -> [String?] {
        [
            Catalogue.about(title(entry))[language],
            format.time(entry["startAt"]?.text, now: entry["wall"]?.text),
        ]
    }

    private func outcome(_ entry: JSON) -> [String?] {
        let due = entry["scheduled"]?.text
        var parts: [String?] = [
            "\(say(entry["result"], Catalogue.result) ?? ""): \(title(entry))", format.time(due),
            say(entry["reason"], Catalogue.reason),
        ]
        guard let started = entry["startedAt"]?.text else { return parts }
        let ended = format.time(entry["endedAt"]?.text, now: started)
        parts += [
            "\(format.time(started, now: due))–\(ended)",
            entry["startErrorMicroseconds"]?.number.map {
                Catalogue.startError(format.microseconds($0))[language]
            },
            share(entry), entry["volumeDecibels"]?.number.map(format.decibels),
            entry["xruns"]?.integer.flatMap { $0 == 0 ? nil : Catalogue.xruns($0)[language] },
            entry["unproven"]?.bool == true ? Catalogue.unproven[language] : nil,
        ]
        return parts
    }

    /// How much of what was planned the card consumed, where that is not all.
    private func share(_ entry: JSON) -> String? {
        guard let planned = entry["framesPlanned"]?.integer, planned > 0,
            let consumed = entry["framesConsumed"]?.integer, consumed < planned
        else { return nil }
        return "\(format.number(Double(max(0, consumed)) / Double(planned) * 100, decimals: 0)) %"
    }

    private func device(_ entry: JSON) -> [String?] {
        [
            Catalogue.device[language], entry["name"]?.text, say(entry["state"], Catalogue.deviceState),
            entry["rate"]?.integer.map { "\($0) Hz" },
            entry["channels"]?.integer.map { Catalogue.channels($0)[language] },
            say(entry["reason"], Catalogue.reason),
        ]
    }

    private func command(_ entry: JSON) -> [String?] {
        let verb = entry["verb"]?.text ?? "", person = entry["by"]?.text ?? ""
        return [
            Catalogue.asked(verb, by: person)[language],
            entry["accepted"]?.bool == false ? Catalogue.refused[language] : nil,
            entry["title"] ?? entry["programme"] == nil ? nil : title(entry), reasonOfCommand(entry),
            entry["until"]?.text.map { Catalogue.until(format.time($0, now: entry["wall"]?.text))[language] },
            entry["volumeDecibels"]?.number.map(format.decibels),
            names(entry, "titles", else: "slots"),
            names(entry, "repeatTitles", else: "repeats").map { Catalogue.repeatsEnded($0)[language] },
        ]
    }

    /// What a stop ended, as people call it, or as the log does where an older daemon wrote it.
    private func names(_ entry: JSON, _ titles: String, else identities: String) -> String? {
        let names = (entry[titles] ?? entry[identities])?.elements?.compactMap(\.text) ?? []
        return names.isEmpty ? nil : names.map { Catalogue.title($0)[language] }.joined(separator: ", ")
    }

    /// A mute's reason is somebody's words, a refusal's is a code.
    private func reasonOfCommand(_ entry: JSON) -> String? {
        entry["verb"]?.text == "mute" ? entry["reason"]?.text : say(entry["reason"], Catalogue.reason)
    }

    private func fault(_ entry: JSON) -> [String?] {
        let name = say(entry["code"], Catalogue.fault) ?? ""
        let isOver = entry["state"]?.text == "cleared"
        return [
            (isOver ? Catalogue.faultOver(name) : Catalogue.faultRaised(name))[language],
            entry["message"]?.text.map { Phrasebook.translated($0)[language] },
        ]
    }

    // MARK: Words

    private func say(_ code: JSON?, _ phrase: (String) -> Phrase) -> String? {
        code?.text.map { phrase($0)[language] }
    }

    private func title(_ entry: JSON) -> String {
        entry["title"]?.text.map { Catalogue.title($0)[language] } ?? entry["programme"]?.text ?? entry[
            "slot"]?.text ?? ""
    }
}
