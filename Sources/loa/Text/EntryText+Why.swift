import StationCore
package import StationTrust
import TerminalText

/// What `loa why` says: how a slot ended, what to do about it, what was measured, and the entries that tell of it.
extension EntryText {
    /// The answer of `why`.
    ///
    /// Expects `{slot, result, outcome, next, timetable, entries}`: the outcome's entry or null, the slot as `next` has
    /// it or null, the timetable's entry or null.
    package func why(_ answer: JSON) -> String {
        var lines: [String]
        if let outcome = answer["outcome"], outcome != .null {
            lines = [joined(heading(of: outcome) + [silence(outcome)])]
            lines += advice(outcome["reason"]?.text)
            let facts = TextWidth.table(facts(outcome, answer["timetable"] ?? .null))
            if !facts.isEmpty { lines += [""] + facts }
        } else if let next = answer["next"], next != .null {
            lines = toCome(next)
        } else if answer["result"]?.text == "playing" {
            lines = [Catalogue.begun(title(answer), format.time(answer["scheduled"]?.text))[language]]
        } else {
            lines = [answer["slot"]?.text, Catalogue.noEntries[language]].compactMap(\.self)
        }
        let entries = answer["entries"]?.elements ?? []
        if !entries.isEmpty { lines += [""] + entries.map { "  " + line($0) } }
        return TextWidth.printed(lines)
    }

    private func joined(_ parts: [String?]) -> String {
        parts.compactMap(\.self).filter { !$0.isEmpty }.joined(separator: " · ")
    }

    private func advice(_ reason: String?) -> [String] {
        reason.flatMap(Catalogue.advice).map { ["→ \($0[language])"] } ?? []
    }

    private func toCome(_ next: JSON) -> [String] {
        let first = Catalogue.toCome(title(next), format.time(next["at"]?.text))[language]
        guard let code = next["problem"]?.text else {
            return [first, (next["ready"]?.bool == true ? Catalogue.ready : Catalogue.notChecked)[language]]
        }
        return [first, "\(Catalogue.notReady[language]): \(Catalogue.reason(code)[language])"] + advice(code)
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
