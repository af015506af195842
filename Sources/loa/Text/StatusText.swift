package import StationTrust
package import TerminalText

/// What `loa status` and `loa next` say to a person.
package struct StatusText {
    private let language: Language
    private let format: Format
    private let paint: Paint

    /// Speaks that language, in colours where `paint` is on.
    package init(_ language: Language, paint: Paint = .off) {
        (self.language, self.paint) = (language, paint)
        format = Format(language: language)
    }

    /// The answer of `status`, some twelve lines.
    package func status(_ answer: JSON) -> String {
        let now = answer["clock"]?["now"]?.text
        var rows: [[String]] = []
        var colours: [Paint.Colour] = []
        func row(_ name: Phrase, _ parts: [String?], _ colour: Paint.Colour = .plain) {
            let text = parts.compactMap(\.self).filter { !$0.isEmpty }.joined(separator: " · ")
            rows.append([name[language], text])
            colours.append(colour)
        }
        row(Catalogue.state, [say(answer["state"], Catalogue.state)], Self.colour(ofState: answer["state"]))
        let isDoubted = answer["clock"]?["trust"]?.text == "untrusted"
        row(Catalogue.clock, clock(answer["clock"] ?? .null), isDoubted ? .red : .plain)
        row(Catalogue.playing, playing(answer["playing"] ?? .null, now))
        let isHindered = answer["next"]?["problem"]?.text != nil
        row(Catalogue.next, next(answer["next"] ?? .null, now), isHindered ? .red : .plain)
        for upstream in answer["upstreams"]?.elements ?? [] {
            let isFailing = upstream["error"]?.text != nil || upstream["stale"]?.bool == true
            row(Catalogue.upstream, self.upstream(upstream, now), isFailing ? .yellow : .plain)
        }
        let isCardFine = ["open", "closed", nil].contains(answer["device"]?["state"]?.text)
        row(Catalogue.device, device(answer["device"] ?? .null), isCardFine ? .plain : .red)
        row(Catalogue.disk, storage(answer["storage"] ?? .null))
        row(Catalogue.log, log(answer["proof"] ?? .null))
        let faults = answer["faults"]?.elements ?? []
        if faults.isEmpty { row(Catalogue.faults, [Catalogue.none[language]]) }
        for fault in faults { row(Catalogue.faults, self.fault(fault, now), .red) }
        return paint.printed(
            [[Paint.Span(heading(answer), .bold)]]
                + zip(TextWidth.table(rows), colours).map { [Paint.Span($0, $1)] })
    }

    private static func colour(ofState state: JSON?) -> Paint.Colour {
        switch state?.text {
        case "playing", "arming": .green
        case "muted": .yellow
        case "faulted": .red
        default: .plain
        }
    }

    /// The answer of `mute` without a time: one line; nil where the station is not muted.
    package func mute(_ answer: JSON) -> String? {
        guard let until = answer["until"]?.text else { return nil }
        let parts = [Catalogue.mutedUntil(format.time(until))[language], answer["reason"]?.text]
        return paint.printed([[Paint.Span(parts.compactMap(\.self).joined(separator: " · "), .yellow)]])
    }

    /// The answer of `next`, a line a slot, with titles as long as so many columns leave room.
    package func next(_ answer: JSON, columns: Int? = nil) -> String {
        let rows = (answer.elements ?? []).map { slot in
            [
                format.time(slot["at"]?.text), title(slot), readiness(slot),
                slot["slot"]?.text ?? "",
            ]
        }
        let lines =
            rows.isEmpty
            ? [Catalogue.noSlots[language]] : TextWidth.table(rows, cutting: 1, to: columns)
        return TextWidth.printed(lines)
    }

    /// The answer of `sync`: a line an upstream, and what could not be fetched.
    package func sync(_ answer: JSON) -> String {
        let rows = (answer["upstreams"]?.elements ?? []).map { upstream in
            [upstream["error"]?.text == nil ? "✓" : "✗"]
                + [self.upstream(upstream, nil).compactMap(\.self).joined(separator: " · ")]
        }
        let failed = (answer["failed"]?.elements ?? []).compactMap(\.text).map {
            "✗ " + Phrasebook.translated($0)[language]
        }
        let lines = TextWidth.table(rows) + failed
        return TextWidth.printed(lines.isEmpty ? [Catalogue.none[language]] : lines)
    }

    // MARK: The lines of status

    private func heading(_ answer: JSON) -> String {
        let id = answer["station"]?["id"]?.text ?? "", name = answer["station"]?["name"]?.text ?? ""
        let version = answer["version"]?.text.map { Catalogue.version($0)[language] }
        let station = name.isEmpty || name == id ? id : "\(name) (\(id))"
        return [station, version].compactMap(\.self).joined(separator: " · ")
    }

    private func clock(_ clock: JSON) -> [String?] {
        [
            format.time(clock["now"]?.text), clock["zone"]?.text,
            say(clock["trust"], Catalogue.trust),
            clock["errorMicroseconds"]?.number.map { Catalogue.within(format.microseconds($0))[language] },
        ]
    }

    private func playing(_ playing: JSON, _ now: String?) -> [String?] {
        guard playing != .null else { return [Catalogue.nothing[language]] }
        return [
            title(playing), playing["item"]?.text,
            Catalogue.since(format.time(playing["startedAt"]?.text, now: now))[language],
            playing["positionSeconds"]?.number.map(format.position),
        ]
    }

    private func next(_ next: JSON, _ now: String?) -> [String?] {
        guard next != .null else { return [Catalogue.nothing[language]] }
        return [format.time(next["at"]?.text, now: now), title(next), readiness(next)]
    }

    private func upstream(_ upstream: JSON, _ now: String?) -> [String?] {
        let contact = upstream["lastContact"]?.text.map { Catalogue.contact(format.time($0, now: now)) }
        return [
            upstream["name"]?.text, upstream["url"]?.text,
            upstream["targetsVersion"]?.integer.map { Catalogue.version("\($0)")[language] },
            // Who answered and was not believed has been reached: the error says what is wrong.
            (contact ?? (upstream["error"]?.text == nil ? Catalogue.neverContacted : nil))?[language],
            upstream["stale"]?.bool == true ? Catalogue.stale[language] : nil,
            upstream["error"]?.text.map { Phrasebook.translated($0)[language] },
        ]
    }

    private func device(_ device: JSON) -> [String?] {
        [
            device["name"]?.text, say(device["state"], Catalogue.deviceState),
            device["rate"]?.integer.map { "\($0) Hz" },
            device["channels"]?.integer.map { Catalogue.channels($0)[language] },
            device["xruns"]?.integer.flatMap { $0 == 0 ? nil : Catalogue.xruns($0)[language] },
        ]
    }

    private func storage(_ storage: JSON) -> [String?] {
        [
            storage["freeBytes"]?.integer.map { Catalogue.free(format.bytes($0))[language] },
            storage["contentBytes"]?.integer.map { Catalogue.content(format.bytes($0))[language] },
        ]
    }

    private func log(_ proof: JSON) -> [String?] {
        [
            proof["size"]?.integer.map { Catalogue.entries($0)[language] },
            proof["uploaded"]?.integer.map { Catalogue.uploaded($0)[language] },
        ]
    }

    private func fault(_ fault: JSON, _ now: String?) -> [String?] {
        [
            say(fault["code"], Catalogue.fault),
            fault["since"]?.text.map { Catalogue.since(format.time($0, now: now))[language] },
            fault["message"]?.text.map { Phrasebook.translated($0)[language] },
        ]
    }

    // MARK: Words

    private func say(_ code: JSON?, _ phrase: (String) -> Phrase) -> String? {
        code?.text.map { phrase($0)[language] }
    }

    private func title(_ slot: JSON) -> String {
        let title = slot["title"]?.text ?? slot["programme"]?.text ?? ""
        let named = title
        guard let code = slot["class"]?.text, code != "normal" else { return named }
        return "\(named) (\(Catalogue.programmeClass(code)[language]))"
    }

    private func readiness(_ slot: JSON) -> String {
        if slot["ready"]?.bool == true { return Catalogue.ready[language] }
        guard let problem = say(slot["problem"], Catalogue.reason) else {
            return Catalogue.notChecked[language]
        }
        return "\(Catalogue.notReady[language]): \(problem)"
    }
}
