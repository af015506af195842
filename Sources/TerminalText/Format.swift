/// How numbers and times are written in a language.
package struct Format {
    package let language: Language

    /// Writes in that language.
    package init(language: Language) { self.language = language }

    /// A number with at most so many decimals, the last ones not zero.
    package func number(_ value: Double, decimals: Int) -> String {
        guard value.magnitude < 1e15 else { return "\(value)" }
        let scale = (0..<decimals).reduce(1.0) { scale, _ in scale * 10 }
        let scaled = Int64(value.magnitude * scale + 0.5)
        let (whole, fraction) = scaled.quotientAndRemainder(dividingBy: Int64(scale))
        var digits = String(repeating: "0", count: decimals) + "\(fraction)"
        digits = String(digits.suffix(decimals))
        while digits.hasSuffix("0") { digits.removeLast() }
        let sign = value < 0 && scaled > 0 ? "−" : ""
        let point = language == .vietnamese ? "," : "."
        return digits.isEmpty ? "\(sign)\(whole)" : "\(sign)\(whole)\(point)\(digits)"
    }

    /// In English, a number of things: `1 key`, `2 keys`.
    package static func counted(_ count: Int, _ noun: String) -> String {
        "\(count) \(noun)\(count == 1 ? "" : "s")"
    }

    /// A level in decibels.
    package func decibels(_ value: Double) -> String { "\(number(value, decimals: 1)) dB" }

    /// A size with a unit of powers of 1000.
    package func bytes(_ count: Int64) -> String {
        var (size, unit) = (Double(count), "B")
        for larger in ["kB", "MB", "GB", "TB"] where size >= 1000 { (size, unit) = (size / 1000, larger) }
        return "\(number(size, decimals: unit == "B" ? 0 : 1)) \(unit)"
    }

    /// A time: in the unit from microseconds to days that suits it.
    package func microseconds(_ count: Double) -> String {
        switch count.magnitude {
        case ..<1000: "\(number(count, decimals: 0)) µs"
        case ..<1_000_000: "\(number(count / 1000, decimals: 1)) ms"
        case ..<120_000_000: "\(number(count / 1_000_000, decimals: 1)) s"
        case ..<7_200_000_000: "\(number(count / 60e6, decimals: 0)) \(Unit.minutes[language])"
        case ..<172_800_000_000: "\(number(count / 3600e6, decimals: 0)) \(Unit.hours[language])"
        default: "\(number(count / 86_400e6, decimals: 0)) \(Unit.days[language])"
        }
    }

    private enum Unit {
        static let minutes = Phrase(vi: "phút", en: "min")
        static let hours = Phrase(vi: "giờ", en: "h")
        static let days = Phrase(vi: "ngày", en: "days")
    }

    /// Minutes and seconds, as a player shows them.
    package func position(_ seconds: Double) -> String {
        let whole = seconds < 1e9 ? Int(max(0, seconds)) : 0
        let (minutes, rest) = whole.quotientAndRemainder(dividingBy: 60)
        return "\(minutes):\(rest < 10 ? "0" : "")\(rest)"
    }

    private static let weekdays = (
        vietnamese: ["T2", "T3", "T4", "T5", "T6", "T7", "CN"],
        english: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    )

    /// A day without its year, such as `T2 23/11`; `Mon 11-23`.
    ///
    /// The weekday is counted from Monday, as 0.
    package func shortDay(weekday: Int, month: Int, day: Int) -> String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return switch language {
        case .vietnamese: "\(Self.weekdays.vietnamese[weekday]) \(day)/\(month)"
        case .english: "\(Self.weekdays.english[weekday]) \(two(month))-\(two(day))"
        }
    }

    /// The day with its weekday, such as `T2 23/11/2026`; `Mon 2026-11-23`.
    package func day(_ time: CivilText) -> String {
        switch language {
        case .vietnamese:
            return "\(Self.weekdays.vietnamese[time.weekday]) \(time.day)/\(time.month)/\(time.year)"
        case .english:
            return "\(Self.weekdays.english[time.weekday]) \(time.year)-\(time.month)-\(time.day)"
        }
    }

    /// A time of RFC 3339 with its day; only the hour where the day is that of `now`.
    package func time(_ text: String?, now: String? = nil) -> String {
        guard let text else { return "–" }
        guard let time = CivilText(text) else { return text }
        if let now, text.prefix(10) == now.prefix(10) { return time.clock }
        return "\(day(time)) \(time.clock)"
    }
}

/// The civil time that a text of RFC 3339 shows: the daemon writes it in the station's zone already.
package struct CivilText {
    let year: Substring
    let month: Substring
    let day: Substring
    /// Hour, minute and second, as `HH:MM:SS`, to the nearest second: a start 10 µs early was not a second early.
    package let clock: String
    /// Days since Monday.
    let weekday: Int

    /// Takes a text apart; nil where it is no time.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 19, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            bytes[10] == UInt8(ascii: "T"), bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":")
        else { return nil }
        let parts = text.prefix(10).split(separator: "-")
        guard parts.count == 3, let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]),
            1...12 ~= month, 1...31 ~= day, year > 0
        else { return nil }
        (self.year, self.month, self.day) = (parts[0], parts[1], parts[2])
        clock = Self.rounded(text.dropFirst(11))
        // Sakamoto's method, which counts from Sunday.
        let shift = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4][month - 1]
        let past = month < 3 ? year - 1 : year
        weekday = (past + past / 4 - past / 100 + past / 400 + shift + day + 6) % 7
    }

    /// `HH:MM:SS.ffffff` to the nearest second, but never into the next day.
    private static func rounded(_ text: Substring) -> String {
        let whole = String(text.prefix(8))
        let fraction = text.dropFirst(8)
        let parts = whole.split(separator: ":").compactMap { Int($0) }
        guard parts.count == 3, fraction.first == ".", let tenth = fraction.dropFirst().first, tenth >= "5"
        else {
            return whole
        }
        let second = parts[0] * 3600 + parts[1] * 60 + parts[2] + 1
        guard second < 86_400 else { return whole }
        return [second / 3600, second / 60 % 60, second % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
            .joined(separator: ":")
    }
}
