import StationAudio
import TerminalText

/// Which decoders are installed, which ones the coming programmes need, and what that means.
struct DecoderFacts: Sendable {
    var installed: Set<OutsideDecoder>
    /// What the programmes on the disk need; nil where nobody could look.
    var needed: Set<OutsideDecoder>?
    /// Whether the text of an emergency can be read aloud; only a centre does that.
    var canSpeak: Bool

    var findings: [Finding] {
        let missing = OutsideDecoder.allCases.filter { !installed.contains($0) }
        let lacking = missing.filter { needed?.contains($0) ?? false }
        var found = lacking.map { decoder in
            Finding.fault(
                .decoders,
                Phrase(
                    vi: "chương trình sắp phát cần \(decoder.name), mà máy chưa cài",
                    en: "programmes to come need \(decoder.name), which is not installed"),
                Phrase(same: "apt-get install \(decoder.package)"))
        }
        // What comes with a package that is told of already needs no line of its own.
        let coming = Set(lacking.map(\.package))
        // Nor does ffmpeg, which a station has only for what needs it.
        let unneeded = missing.filter { !coming.contains($0.package) && $0 != .ffmpeg }
        if !unneeded.isEmpty { found.append(unused(unneeded)) }
        if needed == nil {
            found.append(
                .hidden(.decoders, Phrase(vi: "tệp của các chương trình", en: "the programmes' files")))
        }
        guard found.isEmpty else { return found }
        return [.ok(.decoders, whole)]
    }

    /// What is there, and what can be done without.
    private var whole: Phrase {
        let names = installed.map(\.name).sorted().joined(separator: ", ")
        var (vi, en) = ("đã cài \(names)", "installed: \(names)")
        if !installed.contains(.ffmpeg) {
            vi += "; không có ffmpeg (chỉ AAC, WMA, Matroska, AMR cần)"
            en += "; no ffmpeg (only AAC, WMA, Matroska and AMR need it)"
        }
        if !canSpeak {
            vi += "; không có espeak-ng (chỉ trung tâm cần)"
            en += "; no espeak-ng (only a centre needs it)"
        }
        return Phrase(vi: vi, en: en)
    }

    private func unused(_ missing: [OutsideDecoder]) -> Finding {
        let names = missing.map(\.name).joined(separator: ", ")
        let packages = Set(missing.map(\.package)).sorted().joined(separator: " ")
        return .warning(
            .decoders,
            Phrase(
                vi: "chưa cài \(names); hiện chưa chương trình nào cần",
                en: "not installed: \(names); no programme here needs it yet"),
            Phrase(same: "apt-get install \(packages)"))
    }
}
