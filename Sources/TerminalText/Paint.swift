import Glibc

/// Colours of a terminal, where there is one that wants them: never the only sign of anything.
///
/// None where the output is no terminal, where `NO_COLOR` is set and not empty (no-color.org), and on a terminal that
/// calls itself `dumb`.
package struct Paint: Hashable, Sendable {
    /// What a piece of text is printed in.
    package enum Colour: String, Sendable, CaseIterable {
        case plain = ""
        case bold = "1"
        case dim = "2"
        case red = "31"
        case green = "32"
        case yellow = "33"
    }

    /// A piece of a line in one colour.
    package struct Span: Hashable, Sendable {
        package let text: String
        package let colour: Colour

        /// Makes a piece.
        package init(_ text: String, _ colour: Colour = .plain) { (self.text, self.colour) = (text, colour) }
    }

    /// Whether anything is coloured.
    package let isOn: Bool

    /// No colour anywhere.
    package static let off = Paint(isOn: false)

    /// Colours, or does not.
    package init(isOn: Bool) { self.isOn = isOn }

    /// Decides for an output.
    ///
    /// - Parameters:
    ///   - isTerminal: whether it is a terminal.
    ///   - environment: `NO_COLOR` and `TERM` count.
    package init(isTerminal: Bool, environment: [String: String]) {
        isOn = isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }

    /// Decides for standard output, by this process's environment.
    package static var output: Paint {
        let environment = ["NO_COLOR", "TERM"].reduce(into: [String: String]()) { environment, name in
            environment[name] = getenv(name).map { String(cString: $0) }
        }
        return Paint(isTerminal: isatty(STDOUT_FILENO) == 1, environment: environment)
    }

    /// Lines as they are printed, made harmless like those of `TextWidth.printed`.
    package func printed(_ lines: [[Span]]) -> String {
        lines.map { line in line.map(painted).joined() + "\n" }.joined()
    }

    private func painted(_ span: Span) -> String {
        let text = TextWidth.harmless(span.text)
        guard isOn, span.colour != .plain, !text.isEmpty else { return text }
        return "\u{1B}[\(span.colour.rawValue)m\(text)\u{1B}[0m"
    }
}
