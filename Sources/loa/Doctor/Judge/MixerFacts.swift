import Glibc
import StationAudio
import TerminalText

/// What was found of the card's own mixer, and what that means.
struct MixerFacts: Sendable {
    /// Below it a main control is so low that nobody hears anything, in hundredths of its way.
    private static let quiet = 30
    /// The controls through which all sound of most cards goes.
    private static let main: Set = [
        "Master", "PCM", "Digital", "Speaker", "Headphone", "Line Out", "Lineout",
    ]

    /// ALSA's name of the card's mixer.
    var name: String
    var controls: [CardControl]

    var findings: [Finding] {
        guard !controls.isEmpty else { return [] }
        // Where no control is known by its name, each may be the one.
        let known = controls.filter { Self.main.contains($0.name) }
        let watched = known.isEmpty ? controls : known
        // Speaker, headphone and line out each have a way of their own: one that is off takes no sound from the others.
        let ways = watched.filter { !["Master", "PCM", "Digital"].contains($0.name) }
        let stages = watched.filter { ["Master", "PCM", "Digital"].contains($0.name) }
        var found = stages.filter(isSilent).map(silent)
        if !ways.isEmpty, ways.allSatisfy(isSilent) { found += ways.prefix(1).map(silent) }
        found += stages.filter { !isSilent($0) && ($0.percent ?? 100) < Self.quiet }.map(low)
        guard found.isEmpty else { return found }
        let levels = watched.compactMap { control in control.percent.map { "\(control.name) \($0) %" } }
        let text =
            levels.isEmpty ? watched.map(\.name).joined(separator: ", ") : levels.joined(separator: ", ")
        return [.ok(.mixer, Phrase(vi: "không tắt tiếng: \(text)", en: "not muted: \(text)"))]
    }

    private func isSilent(_ control: CardControl) -> Bool { control.isOn == false || control.percent == 0 }

    private func silent(_ control: CardControl) -> Finding {
        let isOff = control.isOn == false
        return .fault(
            .mixer,
            Phrase(
                vi: isOff ? "\(control.name) của card đang tắt tiếng" : "\(control.name) của card ở mức 0",
                en: isOff ? "the card's \(control.name) is muted" : "the card's \(control.name) is at 0"),
            repair(control))
    }

    private func low(_ control: CardControl) -> Finding {
        .warning(
            .mixer,
            Phrase(
                vi: "\(control.name) của card chỉ ở \(control.percent ?? 0) %",
                en: "the card's \(control.name) is at \(control.percent ?? 0) % only"), repair(control))
    }

    private func repair(_ control: CardControl) -> Phrase {
        let level = control.percent == nil ? "" : " 80%"
        let on = control.isOn == nil ? "" : " unmute"
        return Phrase(same: "amixer -D \(name) sset '\(control.name)'\(level)\(on) && alsactl store")
    }
}
