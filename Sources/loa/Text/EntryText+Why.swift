import StationCore
package import StationTrust
import TerminalText

/// What `loa why` says: how a slot ended, what to do about it, what was measured, and the entries that tell of it.
extension EntryText {
    /// The answer of `why`.
    ///
    /// Expects `{slot, result, outcome, next, again, timetable, entries}`: the outcome's entry or null, the slot as
    /// `next` has it with what stands against it or null, the programme's next slot or null, the timetable's entry or
    /// null.
    package func why(_ answer: JSON) -> String {
        var lines: [[Paint.Span]]
        let entries = answer["entries"]?.elements ?? []
        if let outcome = answer["outcome"], outcome != .null {
            let parts = (heading(of: outcome) + [silence(outcome)]).compactMap(\.self).filter { !$0.isEmpty }
            let rest = parts.dropFirst().map { " · " + $0 }.joined()
            lines = [
                [Paint.Span(parts.first ?? "", Self.colour(ofResult: outcome["result"])), Paint.Span(rest)]
            ]
            lines += advice(outcome["reason"]?.text)
            let facts = TextWidth.table(facts(outcome, answer["timetable"] ?? .null))
            if !facts.isEmpty { lines += [[]] + facts.map { [Paint.Span($0)] } }
        } else if let next = answer["next"], next != .null {
            lines = toCome(next, Catalogue.toCome, entries)
        } else if answer["result"]?.text == "playing" {
            lines = [
                [
                    Paint.Span(
                        Catalogue.begun(title(answer), format.time(answer["scheduled"]?.text))[language],
                        .green)
                ]
            ]
        } else {
            let parts = [answer["slot"]?.text, Catalogue.noEntries[language]]
            lines = parts.compactMap(\.self).map { [Paint.Span($0)] }
        }
        if !entries.isEmpty {
            lines += [[], [Paint.Span(Catalogue.fromTheLog[language])]]
            lines += entries.map { [Paint.Span("  ")] + spans($0) }
        }
        if let again = answer["again"], again != .null { lines += [[]] + toCome(again, Catalogue.again, []) }
        return paint.printed(lines)
    }

    private func joined(_ parts: [String?]) -> String {
        parts.compactMap(\.self).filter { !$0.isEmpty }.joined(separator: " · ")
    }

    private func advice(_ reason: String?, indent: String = "") -> [[Paint.Span]] {
        reason.flatMap(Catalogue.advice).map { [[Paint.Span("\(indent)→ \($0[language])")]] } ?? []
    }

    // MARK: What is to come

    /// A slot to come: whether it is ready, all that stands against it with what to do, its content, who goes first.
    private func toCome(
        _ next: JSON, _ phrase: (String, String) -> Phrase, _ entries: [JSON]
    ) -> [[Paint.Span]] {
        let first = [Paint.Span(phrase(titleAndClass(next), format.time(next["at"]?.text))[language])]
        let problem = next["problem"]?.text.map { [JSON.object([.init("reason", .string($0))])] }
        let against = next["against"]?.elements ?? problem ?? []
        let state: Paint.Span =
            if !against.isEmpty {
                Paint.Span("\(Catalogue.notReady[language]):", .red)
            } else if next["ready"]?.bool == true {
                Paint.Span(Catalogue.ready[language], .green)
            } else {
                Paint.Span(Catalogue.notChecked[language])
            }
        return [first, [state]] + against.flatMap { hindrance($0, entries) }
            + contentLines(next["items"]?.elements ?? [])
            + (next["competing"]?.elements ?? []).map { [Paint.Span(competitor($0))] }
    }

    /// What stands against it, with what is known of that, and what to do.
    private func hindrance(_ hindrance: JSON, _ entries: [JSON]) -> [[Paint.Span]] {
        let reason = hindrance["reason"]?.text ?? ""
        let isMute = reason == Reason.muted.rawValue
        let mute = entries.last { $0["kind"]?.text == "command" && $0["verb"]?.text == "mute" }
        let holders = (hindrance["holders"]?.elements ?? []).compactMap(\.text).joined(separator: ", ")
        let hours = (hindrance["hours"]?.elements ?? []).compactMap(\.text).joined(separator: ", ")
        let text = joined([
            Catalogue.reason(reason)[language],
            hindrance["until"]?.text.map { Catalogue.until(format.time($0))[language] },
            hindrance["said"]?.text,
            isMute ? mute?["by"]?.text.map { Catalogue.by($0)[language] } : nil,
            hindrance["device"]?.text,
            holders.isEmpty ? nil : Catalogue.heldBy(holders)[language],
            hours.isEmpty ? nil : Catalogue.permitted(hours)[language],
        ])
        return [[Paint.Span("  ✗ \(text)", .red)]] + advice(reason, indent: "    ")
    }

    /// Its files, each with what is known of it.
    private func contentLines(_ items: [JSON]) -> [[Paint.Span]] {
        items.map { item in
            let path = item["path"]?.text ?? ""
            let name = item["language"]?.text.map { "\(path) (\($0))" } ?? path
            let message = item["message"]?.text.map { message in
                // The message begins with the file that stands there already.
                let own = message.hasPrefix("\(path): ") ? String(message.dropFirst(path.count + 2)) : message
                return Phrasebook.translated(own)[language]
            }
            switch item["state"]?.text {
            case "verified": return [Paint.Span("  ✓", .green), Paint.Span(" \(name)")]
            case "bad": return [Paint.Span("  ✗ \(joined([name, message]))", .red)]
            case "coming": return [Paint.Span("  · \(name) · \(Catalogue.coming[language])")]
            default: return [Paint.Span("  · \(name) · \(Catalogue.notChecked[language])")]
            }
        }
    }

    /// Another slot that would have the loudspeaker first.
    private func competitor(_ other: JSON) -> String {
        let time = format.time(other["at"]?.text)
        let phrase =
            other["reason"]?.text == Reason.preEmpted.rawValue ? Catalogue.mayInterrupt : Catalogue.mayDelay
        return "  ! \(phrase(titleAndClass(other), time)[language])"
    }

    // MARK: What was measured

    /// A row for each thing that is known of how it sounded, with its name; none where it did not.
    private func facts(_ outcome: JSON, _ timetable: JSON) -> [[String]] {
        var rows: [[String]] = []
        func row(_ name: Phrase, _ parts: [String?]) {
            let text = joined(parts)
            if !text.isEmpty { rows.append([name[language], text]) }
        }
        let due = outcome["scheduled"]?.text, started = outcome["startedAt"]?.text
        // Who plays by hand waits for the amplifier, not for an hour.
        let isByHand = outcome["upstream"]?.text == Slot.byHandUpstream
        if let started {
            row(
                Catalogue.beginning,
                [
                    format.time(started, now: due), isByHand ? nil : lateness(from: due, to: started),
                    error(outcome),
                ])
            row(
                Catalogue.end,
                [format.time(outcome["endedAt"]?.text, now: started), length(outcome), share(outcome)])
            row(Catalogue.sound, sound(outcome))
            for item in outcome["items"]?.elements ?? [] {
                row(Catalogue.file, self.item(item, rate: outcome["rate"]?.integer))
            }
        }
        if !isByHand { row(Catalogue.timetableRow, [source(outcome, timetable)]) }
        // What is missed may be told when the clock has become another.
        if started != nil { row(Catalogue.clock, [say(outcome["clock"], Catalogue.trust)]) }
        return rows
    }

    /// How much later than planned, where an ear would notice.
    private func lateness(from due: String?, to started: String) -> String? {
        guard let due = due.flatMap(RFC3339.instant(of:)), let started = RFC3339.instant(of: started) else {
            return nil
        }
        let late = started - due
        return late < .seconds(1) ? nil : Catalogue.late(format.position(late / .seconds(1)))[language]
    }

    private func error(_ outcome: JSON) -> String? {
        guard let error = outcome["startErrorMicroseconds"]?.number else { return nil }
        let text = Catalogue.startError(format.microseconds(error))[language]
        return say(outcome["startMethod"], Catalogue.startMethod).map { "\(text) (\($0))" } ?? text
    }

    /// How long it was heard, of how long it is.
    private func length(_ outcome: JSON) -> String? {
        guard let heard = seconds(outcome["framesConsumed"], outcome["rate"]?.integer),
            let planned = seconds(outcome["framesPlanned"], outcome["rate"]?.integer)
        else { return nil }
        let (time, whole) = (format.position(heard), format.position(planned))
        // What sounded between the last record of it and the power cut nobody knows.
        if outcome["reason"]?.text == Reason.powerLost.rawValue {
            return Catalogue.heardAtLeast(time, of: whole)[language]
        }
        return (heard > planned ? Catalogue.heardAgain(time, of: whole) : Catalogue.heard(time, of: whole))[
            language]
    }

    private func seconds(_ frames: JSON?, _ rate: Int64?) -> Double? {
        guard let frames = frames?.integer, let rate, rate > 0 else { return nil }
        return Double(frames) / Double(rate)
    }

    private func sound(_ outcome: JSON) -> [String?] {
        [
            outcome["volumeDecibels"]?.number.map { Catalogue.volume(format.decibels($0))[language] },
            outcome["xruns"]?.integer.flatMap { $0 == 0 ? nil : Catalogue.xruns($0)[language] },
            outcome["unproven"]?.bool == true ? Catalogue.unproven[language] : nil,
        ]
    }

    private func item(_ item: JSON, rate: Int64?) -> [String?] {
        let name = item["path"]?.text.map { path in
            item["language"]?.text.map { "\(path) (\($0))" } ?? path
        }
        guard item["framesConsumed"]?.integer ?? 0 > 0 else { return [name, Catalogue.notHeard[language]] }
        return [
            name, seconds(item["framesConsumed"], rate).map(format.position),
            item["loudnessLufs"]?.number.map { Catalogue.loudness(format.number($0, decimals: 1))[language] },
            item["peakDecibels"]?.number.map { Catalogue.peak(format.decibels($0))[language] },
            item["silent"]?.bool == true ? Catalogue.noSound[language] : nil,
            (item["sha256"]?.text).map { "sha256 \($0.prefix(12))…" } ?? Catalogue.unknownContent[language],
        ]
    }

    /// Who had it in which timetable.
    private func source(_ outcome: JSON, _ timetable: JSON) -> String? {
        guard let upstream = outcome["upstream"]?.text else { return nil }
        return timetable["targets"]?[upstream]?.integer.map { Catalogue.timetable(upstream, $0)[language] }
            ?? upstream
    }
}
