package import StationTrust
package import TerminalText

/// What `loa log` and `loa why` say to a person.
package struct EntryText {
    let language: Language
    let format: Format
    let paint: Paint

    /// Speaks that language, in colours where `paint` is on.
    package init(_ language: Language, paint: Paint = .off) {
        (self.language, self.paint) = (language, paint)
        format = Format(language: language)
    }

    /// One entry of the log on one line, beginning with its wall time.
    package func entry(_ entry: JSON) -> String { TextWidth.harmless(line(entry)) }

    /// The same as it is printed.
    package func printed(_ entry: JSON) -> String { paint.printed([spans(entry)]) }

    private func line(_ entry: JSON) -> String { spans(entry).map(\.text).joined() }

    /// The line in pieces: what it tells is coloured, the figures behind it are not.
    func spans(_ entry: JSON) -> [Paint.Span] {
        let wall = format.time(entry["wall"]?.text)
        let doubt = entry["clock"]?.text == "untrusted" ? "?" : " "
        let parts = parts(entry)
        let rest = parts.dropFirst().map { " · " + $0 }.joined()
        return [
            Paint.Span("\(wall)\(doubt) "), Paint.Span(parts.first ?? "", colour(entry)), Paint.Span(rest),
        ]
    }

    private func colour(_ entry: JSON) -> Paint.Colour {
        switch entry["kind"]?.text ?? "" {
        case "outcome": silence(entry) == nil ? Self.colour(ofResult: entry["result"]) : .red
        case "fault": entry["state"]?.text == "cleared" ? .green : .red
        case "device": entry["state"]?.text == "lost" ? .red : .plain
        case "command": entry["accepted"]?.bool == false ? .yellow : .plain
        case "timetable": entry["problems"]?.integer ?? 0 > 0 ? .yellow : .plain
        case "clock": entry["to"]?.text == "untrusted" ? .red : .plain
        case "boot": .bold
        default: .plain
        }
    }

    /// How a slot ended, as a colour.
    static func colour(ofResult result: JSON?) -> Paint.Colour {
        switch result?.text {
        case "played": .green
        case "partial": .yellow
        case "missed": .red
        default: .plain
        }
    }

    // MARK: Kinds

    private func parts(_ entry: JSON) -> [String] {
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
        return parts.compactMap(\.self).filter { !$0.isEmpty }
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
        let names = (entry["versions"]?.members ?? []).map { name in
            entry["targets"]?[name.name]?.integer.map { Catalogue.timetable(name.name, $0)[language] }
                ?? name.name
        }
        return [
            Catalogue.newTimetable[language], names.joined(separator: ", "),
            entry["events"]?.integer.map { Catalogue.events($0)[language] },
            entry["problems"]?.integer.flatMap { $0 == 0 ? nil : Catalogue.problems($0)[language] },
        ]
    }

    private func intent(_ entry: JSON) -> [String?] {
        [
            Catalogue.about(titleAndClass(entry))[language],
            format.time(entry["startAt"]?.text, now: entry["wall"]?.text),
        ]
    }

    private func outcome(_ entry: JSON) -> [String?] {
        let due = entry["scheduled"]?.text
        var parts = heading(of: entry)
        guard let started = entry["startedAt"]?.text else { return parts }
        let ended = format.time(entry["endedAt"]?.text, now: started)
        parts += [
            "\(format.time(started, now: due))–\(ended)",
            entry["startErrorMicroseconds"]?.number.map {
                Catalogue.startError(format.microseconds($0))[language]
            },
            share(entry),
            entry["volumeDecibels"]?.number.map { Catalogue.volume(format.decibels($0))[language] },
            loudness(entry), silence(entry),
            entry["xruns"]?.integer.flatMap { $0 == 0 ? nil : Catalogue.xruns($0)[language] },
            entry["unproven"]?.bool == true ? Catalogue.unproven[language] : nil,
        ]
        return parts
    }

    /// How it ended, what was due and when, and why it was not as planned.
    func heading(of entry: JSON) -> [String?] {
        let reason = say(entry["reason"], Catalogue.reason)
        return [
            "\(say(entry["result"], Catalogue.result) ?? ""): \(titleAndClass(entry))",
            format.time(entry["scheduled"]?.text),
            // What was heard whole all the same was interrupted, not kept from sounding.
            entry["result"]?.text == "played" ? reason.map { Catalogue.interrupted($0)[language] } : reason,
        ]
    }

    /// The items of an outcome that sounded.
    private func sounded(_ entry: JSON) -> [JSON] {
        (entry["items"]?.elements ?? []).filter { ($0["framesConsumed"]?.integer ?? 0) > 0 }
    }

    /// How loud it was to the ear, from the softest item to the loudest.
    private func loudness(_ entry: JSON) -> String? {
        let levels = sounded(entry).compactMap { $0["loudnessLufs"]?.number }
        guard let softest = levels.min(), let loudest = levels.max() else { return nil }
        let texts = (softest == loudest ? [softest] : [softest, loudest]).map {
            format.number($0, decimals: 1)
        }
        return Catalogue.loudness(texts.joined(separator: "…"))[language]
    }

    /// What went to the card and could not be heard.
    func silence(_ entry: JSON) -> String? {
        let items = sounded(entry)
        let silent = items.filter { $0["silent"]?.bool == true }
        guard !silent.isEmpty else { return nil }
        if silent.count == items.count { return Catalogue.allSilent[language] }
        return Catalogue.silent(silent.map { $0["path"]?.text ?? "?" }.joined(separator: ", "))[language]
    }

    /// How much of what was planned the card consumed, where that is not all.
    func share(_ entry: JSON) -> String? {
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
        let verb = entry["verb"]?.text ?? "", person = Catalogue.person(entry["by"]?.text ?? "")[language]
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

    func say(_ code: JSON?, _ phrase: (String) -> Phrase) -> String? {
        code?.text.map { phrase($0)[language] }
    }

    /// The title, with its class where that is not the usual one.
    func titleAndClass(_ entry: JSON) -> String {
        guard let code = entry["class"]?.text, code != "normal" else { return title(entry) }
        return "\(title(entry)) (\(Phrasebook.programmeClass(code)[language]))"
    }

    func title(_ entry: JSON) -> String {
        entry["title"]?.text.map { Catalogue.title($0)[language] } ?? entry["programme"]?.text ?? entry[
            "slot"]?.text ?? ""
    }
}
