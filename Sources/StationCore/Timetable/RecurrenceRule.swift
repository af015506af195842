// A recurrence rule as it is written (RFC 5545 section 3.3.10): its parts, read and checked, but not yet expanded.

/// Why a recurrence rule was refused.
package struct RecurrenceError: Error, Equatable, CustomStringConvertible {
    /// What is wrong, in words.
    package var description: String
}

/// The value of an RRULE property (RFC 5545 section 3.3.10).
package struct RecurrenceRule: Hashable, Sendable {
    /// How long a period is.
    package enum Frequency: String, Sendable, CaseIterable {
        case secondly = "SECONDLY"
        case minutely = "MINUTELY"
        case hourly = "HOURLY"
        case daily = "DAILY"
        case weekly = "WEEKLY"
        case monthly = "MONTHLY"
        case yearly = "YEARLY"
    }

    /// The last moment at which an instance may start.
    package enum Limit: Hashable, Sendable {
        /// The end of a day of the event's zone; the RFC wants this only for all-day events, but programs write it.
        case day(CivilDate)
        /// A time on the event's own wall.
        case local(CivilTime)
        case instant(Instant)
    }

    /// A weekday of BYDAY; `ordinal` counts it inside the month or year (-1 is the last), 0 means every one.
    package struct Day: Hashable, Sendable {
        /// Its number from the beginning, or, negative, from the end; 0 for every one.
        package var ordinal: Int
        /// The day of the week.
        package var weekday: Weekday
    }

    /// The length of a period.
    package var frequency: Frequency
    /// Every how many periods something happens, at least 1.
    package var interval = 1
    /// How many instances there are, the event's own start included.
    package var count: Int?
    /// Until when instances start, inclusive.
    package var until: Limit?
    /// BYSECOND, 0...59.
    package var bySecond: [Int] = []
    /// BYMINUTE, 0...59.
    package var byMinute: [Int] = []
    /// BYHOUR, 0...23.
    package var byHour: [Int] = []
    /// BYDAY.
    package var byDay: [Day] = []
    /// BYMONTHDAY, from the end when negative.
    package var byMonthDay: [Int] = []
    /// BYYEARDAY, from the end when negative.
    package var byYearDay: [Int] = []
    /// BYWEEKNO, from the end when negative.
    package var byWeekNumber: [Int] = []
    /// BYMONTH, 1...12.
    package var byMonth: [Int] = []
    /// BYSETPOS: which instances of a period count, from the end when negative.
    package var bySetPosition: [Int] = []
    /// The day on which a week starts.
    package var weekStart = Weekday.monday

    /// A COUNT above this is refused, because it must be counted through from the start.
    ///
    /// Daily, these are 273 years.
    package static let maximumCount = 100_000
    /// An INTERVAL above this is refused; in seconds, these are 31 years.
    package static let maximumInterval = 1_000_000_000
    /// The longest list of one BY part.
    package static let maximumListLength = 1000
}

extension RecurrenceRule {
    /// Reads the value of an RRULE property.
    ///
    /// Throws `RecurrenceError` when it is not one by the RFC.
    package init(_ text: String) throws {
        var parts: [(name: String, value: Substring)] = []
        for part in text.uppercased().split(separator: ";") {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard sides.count == 2 else { throw RecurrenceError(description: "\(part) is no NAME=VALUE") }
            let name = String(sides[0])
            guard !parts.contains(where: { $0.name == name }) else {
                throw RecurrenceError(description: "\(name) is given twice")
            }
            parts.append((name, sides[1]))
        }
        guard let value = parts.first(where: { $0.name == "FREQ" })?.value else {
            throw RecurrenceError(description: "FREQ is missing")
        }
        guard let frequency = Frequency(rawValue: String(value)) else {
            throw RecurrenceError(description: "FREQ=\(value) is not known")
        }
        self.init(frequency: frequency)
        for (name, value) in parts where name != "FREQ" { try set(name, value) }
        try check()
    }

    private mutating func set(_ name: String, _ value: Substring) throws {
        switch name {
        case "INTERVAL": interval = try Self.number(name, value, 1...Self.maximumInterval)
        case "COUNT": count = try Self.number(name, value, 1...Self.maximumCount)
        case "UNTIL": until = try Self.limit(value)
        // A leap second is the second before it where the clock has none (RFC 5545 section 3.3.10).
        case "BYSECOND": bySecond = try Self.list(name, value, 0...60).map { min($0, 59) }
        case "BYMINUTE": byMinute = try Self.list(name, value, 0...59)
        case "BYHOUR": byHour = try Self.list(name, value, 0...23)
        case "BYDAY": byDay = try Self.split(name, value).map(Self.day)
        case "BYMONTHDAY": byMonthDay = try Self.list(name, value, -31...31, allowsZero: false)
        case "BYYEARDAY": byYearDay = try Self.list(name, value, -366...366, allowsZero: false)
        case "BYWEEKNO": byWeekNumber = try Self.list(name, value, -53...53, allowsZero: false)
        case "BYMONTH": byMonth = try Self.list(name, value, 1...12)
        case "BYSETPOS": bySetPosition = try Self.list(name, value, -366...366, allowsZero: false)
        case "WKST": weekStart = try Self.weekday(value)
        default: throw RecurrenceError(description: "\(name) is not known")
        }
    }

    /// The rules of RFC 5545 section 3.3.10 about which parts go together.
    private func check() throws {
        func refuse(_ condition: Bool, _ message: String) throws {
            if condition { throw RecurrenceError(description: message) }
        }
        try refuse(count != nil && until != nil, "COUNT and UNTIL exclude each other")
        let hasOrdinals = byDay.contains { $0.ordinal != 0 }
        try refuse(
            hasOrdinals && frequency != .monthly && frequency != .yearly,
            "a number in BYDAY needs FREQ=MONTHLY or YEARLY")
        try refuse(hasOrdinals && !byWeekNumber.isEmpty, "a number in BYDAY does not go with BYWEEKNO")
        try refuse(!byWeekNumber.isEmpty && frequency != .yearly, "BYWEEKNO needs FREQ=YEARLY")
        try refuse(!byMonthDay.isEmpty && frequency == .weekly, "BYMONTHDAY does not go with FREQ=WEEKLY")
        try refuse(
            !byYearDay.isEmpty && [.daily, .weekly, .monthly].contains(frequency),
            "BYYEARDAY does not go with FREQ=\(frequency.rawValue)")
        let others = [
            bySecond, byMinute, byHour, byMonthDay, byYearDay, byWeekNumber, byMonth, byDay.map(\.ordinal),
        ]
        try refuse(
            !bySetPosition.isEmpty && others.allSatisfy(\.isEmpty), "BYSETPOS needs another BY part beside it"
        )
    }

    private static func split(_ name: String, _ value: Substring) throws -> [Substring] {
        let items = value.split(separator: ",", omittingEmptySubsequences: false)
        guard items.count <= maximumListLength else {
            throw RecurrenceError(description: "\(name) has more than \(maximumListLength) values")
        }
        return items
    }

    private static func list(
        _ name: String, _ value: Substring, _ range: ClosedRange<Int>, allowsZero: Bool = true
    ) throws -> [Int] {
        try split(name, value).map { item in
            let number = try number(name, item, range)
            guard number != 0 || allowsZero else {
                throw RecurrenceError(description: "\(name)=0 means nothing")
            }
            return number
        }
    }

    private static func number(_ name: String, _ text: Substring, _ range: ClosedRange<Int>) throws -> Int {
        guard let number = Int(text), range.contains(number) else {
            throw RecurrenceError(
                description:
                    "\(name)=\(text.prefix(40)) is not a number from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return number
    }

    private static func day(_ text: Substring) throws -> Day {
        let ordinal = text.dropLast(2)
        let weekday = try weekday(text.suffix(2))
        if ordinal.isEmpty { return Day(ordinal: 0, weekday: weekday) }
        guard let number = Int(ordinal), (-53...53).contains(number), number != 0 else {
            throw RecurrenceError(description: "BYDAY=\(text.prefix(40)) is no weekday")
        }
        return Day(ordinal: number, weekday: weekday)
    }

    private static func weekday(_ text: Substring) throws -> Weekday {
        let names: [Substring] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
        guard let weekday = names.firstIndex(of: text).flatMap(Weekday.init(rawValue:)) else {
            throw RecurrenceError(description: "\(text.prefix(40)) is no weekday")
        }
        return weekday
    }

    private static func limit(_ value: Substring) throws -> Limit {
        switch CalendarTime(value) {
        case .date(let date): return .day(date)
        case .local(let civil): return .local(civil)
        case .universal(let civil): return .instant(Instant(seconds: civil.seconds))
        case nil: throw RecurrenceError(description: "UNTIL=\(value.prefix(40)) is no date or time")
        }
    }
}
