package import StationCore
package import TerminalText

/// The civil days that a report is about, first and last included, in the centre's zone.
package struct ReportPeriod: Hashable, Sendable {
    /// The first and the last day.
    package let first: CivilDate
    package let last: CivilDate
    /// Whose days they are.
    package let zone: ZoneFile
    /// What the zone is called, such as `Asia/Ho_Chi_Minh`.
    package let zoneName: String

    /// The longest period, in days: for so long a station's log is meant to be kept.
    package static let mostDays = 3_660
    /// How many days a report is about where nobody says it.
    package static let usualDays = 30

    /// Makes a period; nil where it ends before it begins, or is too long.
    package init?(from first: CivilDate, to last: CivilDate, zone: ZoneFile, zoneName: String) {
        guard first <= last, last.days - first.days < Self.mostDays else { return nil }
        (self.first, self.last, self.zone, self.zoneName) = (first, last, zone, zoneName)
    }

    /// How many days it has.
    package var count: Int { last.days - first.days + 1 }

    /// The day with that number, from 0.
    package subscript(index: Int) -> CivilDate { CivilDate(days: first.days + index) }

    /// Which of its days an instant lies on; nil for none of them.
    package func day(of instant: Instant) -> Int? {
        let number = zone.civilTime(at: instant).date.days - first.days
        return 0..<count ~= number ? number : nil
    }

    /// When it begins.
    package var start: Instant { zone.instant(of: CivilTime(date: first)) }

    /// When it is over.
    package var end: Instant { zone.instant(of: CivilTime(date: CivilDate(days: last.days + 1))) }
}

extension CivilDate {
    /// Reads `2026-03-31`; nil for anything else, and for a day that does not exist.
    package init?(text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard text.utf8.count == 10, parts.map(\.count) == [4, 2, 2],
            text.utf8.allSatisfy({ 0x30...0x39 ~= $0 || $0 == UInt8(ascii: "-") })
        else { return nil }
        let numbers = parts.compactMap { Int(String(decoding: $0, as: UTF8.self)) }
        guard numbers.count == 3 else { return nil }
        self.init(year: numbers[0], month: numbers[1], day: numbers[2])
    }

    /// `2026-03-31`.
    package var text: String {
        let (year, month, day) = parts
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    }

    /// As people of that language write it: `31/03/2026`, `31 March 2026`.
    package func text(_ language: Language) -> String {
        let (year, month, day) = parts
        switch language {
        case .vietnamese: return "\(padded(day, 2))/\(padded(month, 2))/\(year)"
        case .english: return "\(day) \(Self.englishMonths[month - 1]) \(year)"
        }
    }

    private static let englishMonths = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
        "November", "December",
    ]

    /// The month's name, short: `Th3`, `Mar`.
    package func shortMonth(_ language: Language) -> String {
        let month = parts.month
        return language == .vietnamese ? "Th\(month)" : String(Self.englishMonths[month - 1].prefix(3))
    }

    private func padded(_ number: Int, _ width: Int) -> String {
        let text = "\(number)"
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}
