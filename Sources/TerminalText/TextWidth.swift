/// How texts lie on a terminal: their width in columns, and tables of them.
///
/// Vietnamese comes in letters with combining marks as well as in whole ones, titles in Khmer or with emoji: neither
/// bytes nor characters count columns.
package enum TextWidth {
    /// Columns that a text takes.
    package static func columns(_ text: String) -> Int {
        text.unicodeScalars.reduce(0) { $0 + columns($1) }
    }

    private static func columns(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: 0
        default: wide.contains { $0 ~= scalar.value } ? 2 : 1
        }
    }

    /// The blocks that are wide in Unicode Standard Annex 11, roughly: Hangul, CJK, full-width forms, emoji.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF,
        0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF,
        0x1F900...0x1F9FF, 0x20000...0x3FFFD,
    ]

    /// The text with spaces behind it up to that many columns.
    package static func padded(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - columns(text)))
    }

    /// Rows with their cells below each other, two spaces between columns.
    package static func table(_ rows: [[String]]) -> [String] {
        let rows = rows.map { $0.map(harmless) }
        var widths: [Int] = []
        for row in rows {
            for (index, cell) in row.enumerated() {
                if index == widths.count { widths.append(0) }
                widths[index] = max(widths[index], columns(cell))
            }
        }
        return rows.map { row in
            let last = row.lastIndex { !$0.isEmpty } ?? 0
            return row.enumerated().prefix(last + 1).map { index, cell in
                index == last ? cell : padded(cell, to: widths[index])
            }.joined(separator: "  ")
        }
    }

    /// Lines as they are printed: the one door through which every text for a person goes.
    package static func printed(_ lines: [String]) -> String {
        lines.map { harmless($0) + "\n" }.joined()
    }

    /// The text without what would drive a terminal: escapes, line ends, and marks that turn the direction of writing.
    ///
    /// Titles and messages come from elsewhere; a timetable must not be able to repaint the technician's screen.
    package static func harmless(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029: scalars.append(" ")
            case 0x202A...0x202E, 0x2066...0x2069: continue
            default: scalars.append(scalar)
            }
        }
        return String(scalars)
    }
}
