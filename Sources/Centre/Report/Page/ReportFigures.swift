package import TerminalText

/// How a report's figures are written in a language.
package struct ReportFigures: Sendable {
    /// The language.
    package let language: Language

    /// Writes in a language.
    package init(_ language: Language) { self.language = language }

    /// A number with its thousands told apart: `2.190.000`, `2,190,000`.
    package func count(_ number: Int) -> String {
        let digits = String(number.magnitude)
        var groups: [Substring] = []
        var rest = digits[...]
        while rest.count > 3 {
            groups.append(rest.suffix(3))
            rest = rest.dropLast(3)
        }
        groups.append(rest)
        let text = groups.reversed().joined(separator: language == .vietnamese ? "." : ",")
        return number < 0 ? "−" + text : text
    }

    /// A share of a whole in percent, with one digit: never all, and never nothing, unless it is.
    package func percent(_ part: Int, of whole: Int) -> String {
        guard whole > 0 else { return "–" }
        var tenths = Int((Double(part) / Double(whole) * 1000).rounded())
        if part < whole { tenths = min(tenths, 999) }
        if part > 0 { tenths = max(tenths, 1) }
        let point = language == .vietnamese ? "," : "."
        let text = tenths == 1000 ? "100" : "\(tenths / 10)\(point)\(tenths % 10)"
        return "\(text)\u{A0}%"
    }

    /// A time as hours and minutes: `1.234 giờ 05 phút`, `1,234 h 05 min`.
    package func hours(_ milliseconds: Int64) -> String {
        let minutes = Int(milliseconds / 60_000)
        let (hours, rest) = (minutes / 60, minutes % 60)
        let padded = hours > 0 && rest < 10 ? "0\(rest)" : "\(rest)"
        let minute = language == .vietnamese ? "\(padded)\u{A0}phút" : "\(padded)\u{A0}min"
        guard hours > 0 else { return minute }
        return "\(count(hours))\u{A0}\(language == .vietnamese ? "giờ" : "h") \(minute)"
    }

    /// A time in whole minutes.
    package func minutes(_ milliseconds: Int64) -> String { count(Int(milliseconds / 60_000)) }
}
