import TerminalText

/// Why a report cannot be made.
enum ReportProblem {
    static func noStation(_ name: String) -> Phrase {
        Phrase(vi: "không có trạm \(name) ở đây", en: "there is no station \(name) here")
    }
}
