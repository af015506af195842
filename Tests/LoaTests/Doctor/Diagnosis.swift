import TerminalText
import Testing

@testable import loa

/// What a judgement came to, in short, and what holds of every one of them.
struct Diagnosis {
    /// `VERDICT CHECK: MESSAGE`, in English.
    let lines: [String]
    /// The advice of each, in English.
    let advice: [String]

    /// Checks what holds always: two languages, and something to do unless all is well.
    init(_ findings: [Finding], sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(!findings.isEmpty, "a check says something", sourceLocation: sourceLocation)
        for finding in findings {
            let (vi, en) = (finding.message[.vietnamese], finding.message[.english])
            #expect(!vi.isEmpty && !en.isEmpty, sourceLocation: sourceLocation)
            #expect(
                (finding.advice == nil) == (finding.verdict == .ok), "\(en)", sourceLocation: sourceLocation)
            if let advice = finding.advice {
                #expect(
                    !advice[.vietnamese].isEmpty && !advice[.english].isEmpty, "\(en)",
                    sourceLocation: sourceLocation)
            }
        }
        lines = findings.map { "\($0.verdict.rawValue) \($0.check.rawValue): \($0.message[.english])" }
        advice = findings.map { $0.advice?[.english] ?? "" }
    }
}
