// Times as people type them, in the station's zone.

/// Reads `2026-01-05T05:00:00+07:00`, `2026-01-05T05:00`, `2026-01-05 05:00:00`, `2026-01-05` and `05:00`.
package enum Moment {
    /// The instant that a text means; nil when it is none of those forms.
    ///
    /// A time without a date is the last one that has passed: who asks for 05:00 at noon means this morning.
    package static func parse(_ text: String, zone: ZoneFile, now: Instant) -> Instant? {
        if let instant = RFC3339.instant(of: text) { return instant }
        let parts = text.split(omittingEmptySubsequences: false) { $0 == "T" || $0 == " " }.map(String.init)
        switch parts.count {
        case 1:
            if let date = date(parts[0]) { return zone.instant(of: CivilTime(date: date)) }
            guard let second = secondOfDay(parts[0]) else { return nil }
            let today = zone.civilTime(at: now).date
            let instant = zone.instant(of: CivilTime(date: today, secondOfDay: second))
            if instant <= now { return instant }
            let yesterday = CivilDate(days: today.days - 1)
            return zone.instant(of: CivilTime(date: yesterday, secondOfDay: second))
        case 2:
            guard let date = date(parts[0]), let second = secondOfDay(parts[1]) else { return nil }
            return zone.instant(of: CivilTime(date: date, secondOfDay: second))
        default: return nil
        }
    }

    private static func date(_ text: String) -> CivilDate? {
        guard let numbers = numbers(text, "-", lengths: [4, 2, 2]) else { return nil }
        return CivilDate(year: numbers[0], month: numbers[1], day: numbers[2])
    }

    private static func secondOfDay(_ text: String) -> Int? {
        guard let numbers = numbers(text, ":", lengths: [2, 2]) ?? numbers(text, ":", lengths: [2, 2, 2]),
            numbers[0] < 24, numbers[1] < 60, numbers.count < 3 || numbers[2] < 60
        else { return nil }
        return numbers[0] * 3600 + numbers[1] * 60 + (numbers.count == 3 ? numbers[2] : 0)
    }

    private static func numbers(_ text: String, _ separator: Character, lengths: [Int]) -> [Int]? {
        let parts = text.split(separator: separator, omittingEmptySubsequences: false)
        guard parts.count == lengths.count else { return nil }
        var numbers: [Int] = []
        for (part, length) in zip(parts, lengths) {
            guard part.utf8.count == length, part.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let number = Int(part)
            else { return nil }
            numbers.append(number)
        }
        return numbers
    }
}
