package import StationCore
package import StationTrust
package import TerminalText

/// The slots to come side by side: a column a day, today first, and a row a time of day.
///
/// Below it stands what is not ready, and why.
package struct WeekGrid {
    /// Where a line is narrower than this, a list is easier to read.
    package static let leastColumns = 80
    private static let daysInARow = 7
    /// The time in front of a row.
    private static let labelColumns = 5
    /// A day gets no less and no more.
    private static let leastDayColumns = 10
    private static let mostDayColumns = 26
    /// Where the slots have more times of day than this, a row is an hour.
    private static let mostTimes = 18
    /// Of what is not ready for one reason so many slots are named.
    private static let mostNamed = 5

    private let language: Language
    private let format: Format
    private let columns: Int

    /// Writes in that language for so many columns.
    package init(_ language: Language, columns: Int) {
        self.language = language
        self.columns = columns
        format = Format(language: language)
    }

    /// The lines for an answer of `next`.
    ///
    /// - Parameters:
    ///   - answer: the slots, in their order.
    ///   - now: the wall clock; its day is the first column.
    ///   - days: for how many days the answer is.
    /// - Returns: the lines, in pieces with their colours.
    package func lines(_ answer: JSON, now: Instant, days: Int) -> [[Paint.Span]] {
        let slots = (answer.elements ?? []).compactMap(Cell.init)
        guard let first = slots.first else { return [[Paint.Span(Catalogue.noSlots[language])]] }
        let today = min(CivilTime(now, offset: first.offset).date, first.day)
        // A week from this hour on ends in an eighth day, which has the same name as today: it has no column.
        let count = days.isMultiple(of: Self.daysInARow) ? days : days + 1
        let dates = (0..<count).map { CivilDate(days: today.days + $0) }
        var lines: [[Paint.Span]] = []
        let perRow = min(perRow, count)
        let width = min(Self.mostDayColumns, (columns - Self.labelColumns) / perRow)
        var shown = dates[...]
        while !shown.isEmpty {
            let block = shown.prefix(perRow)
            shown = shown.dropFirst(perRow)
            let own = slots.filter { block.contains($0.day) }
            if own.isEmpty { continue }
            lines += self.block(Array(block), own, today: today, width: width) + [[]]
        }
        lines += legend(slots)
        let later = slots.filter { slot in dates.last.map { slot.day > $0 } ?? false }
        if let next = later.first {
            lines.append([Paint.Span(Catalogue.more(later.count, format.time(next.at))[language])])
        }
        return lines + obstacles(slots)
    }

    // MARK: The grid

    private var perRow: Int {
        min(Self.daysInARow, max(1, (columns - Self.labelColumns) / Self.leastDayColumns))
    }

    /// Days side by side, each of a width, with their heading.
    private func block(
        _ days: [CivilDate], _ slots: [Cell], today: CivilDate, width: Int
    ) -> [[Paint.Span]] {
        let isHourly = Set(slots.map(\.time)).count > Self.mostTimes
        let rows = Dictionary(grouping: slots) { isHourly ? "\($0.time.prefix(2))h" : $0.time }
        func rule(_ index: Int) -> Paint.Span {
            Paint.Span("│", .dim, column: Self.labelColumns + index * width + 1)
        }
        var lines = [
            [Paint.Span(String(repeating: " ", count: Self.labelColumns))]
                + days.enumerated().flatMap { index, day in
                    [
                        rule(index),
                        Paint.Span(padded(heading(day), width - 1), day == today ? .bold : .plain),
                    ]
                }
        ]
        for (label, row) in rows.sorted(by: { $0.key < $1.key }) {
            let cells = Dictionary(grouping: row, by: \.day)
            lines.append(
                [Paint.Span(TextWidth.padded(label, to: Self.labelColumns))]
                    + days.enumerated().flatMap { [rule($0)] + cell(cells[$1] ?? [], width - 1) })
        }
        return lines
    }

    private func heading(_ day: CivilDate) -> String {
        let parts = day.parts
        return format.shortDay(weekday: day.weekday.rawValue, month: parts.month, day: parts.day)
    }

    /// What stands for the slots of a day in a row: the first of the worst, and how many others there are.
    private func cell(_ slots: [Cell], _ width: Int) -> [Paint.Span] {
        guard let worst = slots.map(\.state).min(), let slot = slots.first(where: { $0.state == worst })
        else {
            return [Paint.Span(String(repeating: " ", count: width))]
        }
        let highest = slots.map(\.importance).max() ?? ""
        let more = slots.count > 1 ? " +\(slots.count - 1)" : ""
        let mark = highest.isEmpty ? " " : highest
        let left = width - 1 - mark.count - more.count
        let title = TextWidth.padded(TextWidth.cut(slot.title, to: left), to: left)
        return [
            Paint.Span(worst.mark, worst.colour),
            Paint.Span(mark, highest == Cell.emergency ? .red : .yellow),
            Paint.Span(title + more),
        ]
    }

    private func padded(_ text: String, _ width: Int) -> String {
        TextWidth.padded(TextWidth.cut(text, to: width), to: width)
    }

    /// What the marks mean, as far as they are used.
    private func legend(_ slots: [Cell]) -> [[Paint.Span]] {
        var spans: [Paint.Span] = []
        for state in Cell.State.allCases.reversed() where slots.contains(where: { $0.state == state }) {
            spans += [Paint.Span(state.mark, state.colour), Paint.Span(" \(state.meaning[language])  ")]
        }
        for (mark, code) in [(Cell.priority, "priority"), (Cell.emergency, "emergency")]
        where slots.contains(where: { $0.importance == mark }) {
            spans += [
                Paint.Span(mark, mark == Cell.emergency ? .red : .yellow),
                Paint.Span(" \(Catalogue.programmeClass(code)[language])  "),
            ]
        }
        return [spans]
    }

    // MARK: What is not ready

    /// For each reason what to do, and the first slots that it stops.
    private func obstacles(_ slots: [Cell]) -> [[Paint.Span]] {
        var reasons: [String] = []
        for slot in slots {
            if let problem = slot.problem, !reasons.contains(problem) { reasons.append(problem) }
        }
        return reasons.flatMap { reason -> [[Paint.Span]] in
            let stopped = slots.filter { $0.problem == reason }
            let heading =
                "✗ \(Catalogue.notReady[language]): \(Catalogue.reason(reason)[language])"
                + (stopped.count > 1 ? " (\(Catalogue.slots(stopped.count)[language]))" : "")
            var lines: [[Paint.Span]] = [[], [Paint.Span(heading, .red)]]
            if let advice = Catalogue.advice(reason) { lines.append([Paint.Span("  → \(advice[language])")]) }
            lines += stopped.prefix(Self.mostNamed).map { slot in
                let line = "  \(format.time(slot.at))  \(slot.title)"
                return [Paint.Span(TextWidth.cut(line, to: columns))]
            }
            if stopped.count > Self.mostNamed {
                let rest = stopped.count - Self.mostNamed
                lines.append([Paint.Span("  " + Catalogue.andMore(rest)[language])])
            }
            return lines
        }
    }
}

/// A slot as the grid shows it.
private struct Cell {
    /// How a slot stands, the worst first.
    enum State: Int, Comparable, CaseIterable {
        case notReady, notChecked, ready

        static func < (left: State, right: State) -> Bool { left.rawValue < right.rawValue }

        var mark: String {
            switch self {
            case .notReady: "✗"
            case .notChecked: "·"
            case .ready: "✓"
            }
        }

        var colour: Paint.Colour {
            switch self {
            case .notReady: .red
            case .notChecked: .dim
            case .ready: .green
            }
        }

        var meaning: Phrase {
            switch self {
            case .notReady: Catalogue.notReady
            case .notChecked: Catalogue.notChecked
            case .ready: Catalogue.ready
            }
        }
    }

    static let priority = "!"
    static let emergency = "!!"

    let at: String
    /// Hour and minute.
    let time: String
    let day: CivilDate
    /// The zone's, in seconds.
    let offset: Int
    let title: String
    let state: State
    let problem: String?
    /// The mark of its class; empty for the usual one.
    let importance: String

    /// nil for what is no slot.
    init?(_ slot: JSON) {
        guard let at = slot["at"]?.text, let (instant, offset) = RFC3339.parse(at) else { return nil }
        self.at = at
        self.offset = offset
        day = CivilTime(instant, offset: offset).date
        time = String(at.dropFirst(11).prefix(5))
        title = TextWidth.harmless(slot["title"]?.text ?? slot["programme"]?.text ?? "")
        problem = slot["problem"]?.text
        state = slot["ready"]?.bool == true ? .ready : problem == nil ? .notChecked : .notReady
        importance =
            switch slot["class"]?.text {
            case "priority": Self.priority
            case "emergency": Self.emergency
            default: ""
            }
    }
}
