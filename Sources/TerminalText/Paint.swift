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
        /// In which column of a terminal it begins, from 1, whatever width that gives to what stands before it.
        let column: Int?

        /// Makes a piece.
        package init(_ text: String, _ colour: Colour = .plain, column: Int? = nil) {
            (self.text, self.colour, self.column) = (text, colour, column)
        }
    }

    /// Whether anything is coloured.
    package let isOn: Bool

    /// Whether pieces are put into their columns: terminals differ about the width of Khmer.
    private let isPlacing: Bool

    /// No colour anywhere.
    package static let off = Paint(isOn: false)

    /// Colours, or does not.
    package init(isOn: Bool) { (self.isOn, isPlacing) = (isOn, false) }

    /// Decides for an output.
    ///
    /// - Parameters:
    ///   - isTerminal: whether it is a terminal.
    ///   - environment: `NO_COLOR` and `TERM` count.
    package init(isTerminal: Bool, environment: [String: String]) {
        isPlacing = isTerminal && environment["TERM"] != "dumb"
        isOn = isPlacing && (environment["NO_COLOR"] ?? "").isEmpty
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
        let place = span.column.map { isPlacing ? "\u{1B}[\($0)G" : "" } ?? ""
        guard isOn, span.colour != .plain, !text.isEmpty else { return place + text }
        return place + "\u{1B}[\(span.colour.rawValue)m\(text)\u{1B}[0m"
    }
}
