/// How texts lie on a terminal: their width in columns, and tables of them.
///
/// Vietnamese comes in letters with combining marks as well as in whole ones, titles in Khmer or with emoji: neither
/// bytes nor characters count columns.
package enum TextWidth {
    /// Columns that a text takes.
    package static func columns(_ text: String) -> Int {
        var count = ColumnCount()
        return text.unicodeScalars.reduce(0) { $0 + count.add($1) }
    }

    /// Columns that a text takes at the most, on a terminal that stacks no letters and joins no pictures.
    private static func mostColumns(_ text: String) -> Int {
        text.unicodeScalars.reduce(0) { sum, scalar in
            var count = ColumnCount()
            return sum + (scalar.properties.generalCategory == .spacingMark ? 1 : count.add(scalar))
        }
    }

    /// The text, or as much of its beginning as fits everywhere in front of an ellipsis.
    package static func cut(_ text: String, to width: Int) -> String {
        guard mostColumns(text) > width else { return text }
        var kept = "", whole = ""
        for character in text {
            whole.append(character)
            guard mostColumns(whole) < width else { break }
            // A Khmer consonant that stands below another one is not torn from it.
            if whole.unicodeScalars.last?.value != coeng { kept = whole }
        }
        while kept.last == " " { kept.removeLast() }
        return width > 0 ? kept + "…" : ""
    }

    /// KHMER SIGN COENG: the consonant behind it stands below the one before it.
    private static let coeng: UInt32 = 0x17D2

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

    /// A column is cut to no less than this.
    private static let leastColumn = 16

    /// The same, with one column cut by what the lines are wider than a terminal of `room` columns; nil where there is
    /// none, and nothing is cut.
    package static func table(_ rows: [[String]], cutting index: Int, to room: Int?) -> [String] {
        let lines = table(rows)
        let width = rows.map { index < $0.count ? columns(harmless($0[index])) : 0 }.max() ?? 0
        guard let room, let longest = lines.map(columns).max(), longest > room else { return lines }
        let left = max(leastColumn, width - (longest - room))
        return table(
            rows.map { row in
                row.enumerated().map { $0 == index ? cut(harmless($1), to: left) : $1 }
            })
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
