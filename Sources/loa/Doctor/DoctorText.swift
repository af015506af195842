import StationTrust
import TerminalText

/// How a diagnosis is told: to a person, worst first and in colour where that is wanted, or as JSON.
struct DoctorText {
    private let language: Language

    /// Speaks that language.
    init(_ language: Language) { self.language = language }

    // MARK: For a person

    /// The lines, what is worst first, and at the end how many there are of each kind.
    ///
    /// - Parameters:
    ///   - findings: in the order in which they were looked at.
    ///   - paint: colours, or does not.
    ///   - width: columns of the terminal; nil where lines are not broken.
    ///   - nanoseconds: how long it took.
    /// - Returns: the text.
    func report(_ findings: [Finding], paint: Paint, width: Int?, nanoseconds: Int64) -> String {
        let name = findings.map { TextWidth.columns($0.check.name[language]) }.max() ?? 0
        // A mark and a name stand before each, two columns apart.
        let margin = 1 + 1 + name + 2
        let room = width.map { max(20, $0 - margin) }
        var lines: [[Paint.Span]] = []
        for verdict in Finding.Verdict.allCases.reversed() {
            for finding in findings where finding.verdict == verdict {
                lines += self.lines(finding, name, margin, room)
            }
        }
        return paint.printed(lines + [[]] + [[.init(summary(findings, nanoseconds), .bold)]])
    }

    private func lines(_ finding: Finding, _ name: Int, _ margin: Int, _ room: Int?) -> [[Paint.Span]] {
        let indent = String(repeating: " ", count: margin)
        var lines: [[Paint.Span]] = []
        for (place, part) in broken(finding.message[language], room).enumerated() {
            let isBad = finding.verdict != .ok
            let head: [Paint.Span] =
                place > 0
                ? [.init(indent)]
                : [
                    .init(finding.verdict.mark, finding.verdict.colour), .init(" "),
                    .init(TextWidth.padded(finding.check.name[language], to: name), isBad ? .bold : .plain),
                    .init("  "),
                ]
            lines.append(head + [.init(part)])
        }
        for (place, part) in broken(finding.advice?[language] ?? "", room.map { $0 - 2 }).enumerated()
        where !part.isEmpty {
            lines.append([.init(indent + (place == 0 ? "→ " : "  ")), .init(part)])
        }
        return lines
    }

    /// The text in lines of at most so many columns, broken at spaces.
    private func broken(_ text: String, _ room: Int?) -> [String] {
        guard let room else { return [text] }
        var lines = [""]
        var used = 0
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            let columns = TextWidth.columns(String(word))
            if used > 0, used + 1 + columns > room {
                lines.append(String(word))
                used = columns
            } else {
                lines[lines.count - 1] += (used == 0 && lines.last == "" ? "" : " ") + word
                used += columns + (used == 0 ? 0 : 1)
            }
        }
        return lines
    }

    private func summary(_ findings: [Finding], _ nanoseconds: Int64) -> String {
        func count(_ verdict: Finding.Verdict) -> Int { findings.count { $0.verdict == verdict } }
        let (faults, warnings, fine) = (count(.fault), count(.warning), count(.ok))
        let time = Format(language: language).microseconds(Double(nanoseconds) / 1000)
        switch language {
        case .vietnamese: return "\(faults) sự cố · \(warnings) cảnh báo · \(fine) mục tốt · \(time)"
        case .english:
            return [
                Format.counted(faults, "fault"), Format.counted(warnings, "warning"), "\(fine) fine", time,
            ].joined(separator: " · ")
        }
    }

    // MARK: For a program

    /// One object on one line, in English as everything there.
    func json(_ findings: [Finding]) -> String {
        let worst = findings.map(\.verdict).max() ?? .ok
        let checks = findings.map { finding -> JSON in
            [
                "check": .string(finding.check.rawValue), "result": .string(finding.verdict.rawValue),
                "message": .string(finding.message[.english]),
                "advice": finding.advice.map { .string($0[.english]) } ?? .null,
            ]
        }
        let answer: JSON = ["result": .string(worst.rawValue), "checks": .array(checks)]
        return "\(answer)\n"
    }
}

extension Finding.Verdict {
    /// Tells the verdict without colour.
    var mark: String {
        switch self {
        case .ok: "✓"
        case .warning: "!"
        case .fault: "✗"
        }
    }

    var colour: Paint.Colour {
        switch self {
        case .ok: .green
        case .warning: .yellow
        case .fault: .red
        }
    }
}
