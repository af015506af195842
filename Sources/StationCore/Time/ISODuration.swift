// Durations of ISO 8601 as calendars (RFC 5545 section 3.3.6), configuration and command line write them.

/// A duration of whole days and an exact rest: `P1DT2H`, `PT10M`, `P2W`, `-PT1M`, `PT0.5S`.
///
/// The days are nominal: on a wall clock one of them may have 23 or 25 hours.
package struct ISODuration: Hashable, Sendable {
    /// Whole days, weeks included; negative with a leading minus.
    package var days: Int
    /// What comes beside the days; negative with a leading minus.
    package var time: Duration

    /// The duration where a day has 24 hours.
    package var exact: Duration { .seconds(Int64(days) * 86_400) + time }

    /// Reads a duration; `nil` when the text is none, has years or months, or a number of more than 9 digits.
    package init?(_ text: some StringProtocol) {
        var rest = Substring(text)
        let sign = rest.hasPrefix("-") ? -1 : 1
        if rest.hasPrefix("-") || rest.hasPrefix("+") { rest.removeFirst() }
        guard rest.popFirst() == "P", !rest.isEmpty else { return nil }
        let sides = rest.split(separator: "T", maxSplits: 1, omittingEmptySubsequences: false)
        guard let dates = Self.fields(sides[0], units: "WD"), sides.count == 1 || !sides[1].isEmpty,
            let times = Self.fields(sides.count == 2 ? sides[1] : "", units: "HMS"),
            dates.allSatisfy({ $0.nanoseconds == 0 })
        else { return nil }
        days = 0
        for field in dates { days += sign * field.value * (field.unit == "W" ? 7 : 1) }
        time = .zero
        for field in times {
            guard field.nanoseconds == 0 || field.unit == "S" else { return nil }
            let factor = field.unit == "H" ? 3600 : field.unit == "M" ? 60 : 1
            time += .seconds(sign * field.value * factor) + .nanoseconds(sign * field.nanoseconds)
        }
    }

    /// `12H30M` and the like: each unit at most once, in the order of `units`; a fraction only in the last.
    private static func fields(
        _ text: Substring, units: String
    ) -> [(value: Int, nanoseconds: Int, unit: Character)]? {
        var fields: [(value: Int, nanoseconds: Int, unit: Character)] = []
        var rest = text
        var allowed = Substring(units)
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isWholeNumber }
            guard (1...9).contains(digits.count), let value = Int(digits) else { return nil }
            rest = rest.dropFirst(digits.count)
            var nanoseconds = 0
            if rest.first == "." || rest.first == "," {
                let fraction = rest.dropFirst().prefix { $0.isASCII && $0.isWholeNumber }
                guard (1...9).contains(fraction.count),
                    let number = Int(fraction + String(repeating: "0", count: 9 - fraction.count))
                else { return nil }
                nanoseconds = number
                rest = rest.dropFirst(fraction.count + 1)
            }
            guard let unit = rest.popFirst(), let place = allowed.firstIndex(of: unit) else { return nil }
            allowed = allowed[allowed.index(after: place)...]
            fields.append((value, nanoseconds, unit))
        }
        return fields
    }
}

extension Duration {
    /// Reads a duration as people type it (`90m`, `1h30m`, `3d`) or as ISO 8601 has it (`PT1H30M`).
    package init?(typed text: String) {
        let text = text.uppercased()
        guard !text.hasPrefix("P") else {
            guard let duration = ISODuration(text) else { return nil }
            self = duration.exact
            return
        }
        // What is typed is the same without P and T.
        let days = text.lastIndex { $0 == "D" || $0 == "W" }.map { text[...$0] } ?? ""
        let time = text.dropFirst(days.count)
        guard let duration = ISODuration("P\(days)\(time.isEmpty ? "" : "T")\(time)") else { return nil }
        self = duration.exact
    }
}
