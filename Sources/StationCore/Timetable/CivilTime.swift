// Civil dates and times: the proleptic Gregorian calendar as plain arithmetic on day and second numbers.
//
// A date is one day number and a time one second number, so that adding, comparing and counting weeks are
// integer operations; year, month and day are worked out only where a rule asks for them.

/// A day of the week, numbered as ISO 8601 does less one: Monday is 0.
package enum Weekday: Int, CaseIterable, Sendable {
    case monday, tuesday, wednesday, thursday, friday, saturday, sunday
}

/// A date of the proleptic Gregorian calendar, without a zone.
package struct CivilDate: Hashable, Comparable, Sendable {
    /// Days since 1970-01-01, negative before.
    package var days: Int

    /// Makes the date so many days after 1970-01-01.
    package init(days: Int) { self.days = days }

    /// Makes a date from its parts; `nil` when there is no such day or the year is not in 0...9999.
    package init?(year: Int, month: Int, day: Int) {
        guard (0...9999).contains(year), (1...12).contains(month), day >= 1,
            day <= Self.length(ofMonth: month, year: year)
        else { return nil }
        self.init(days: Self.number(year: year, month: month, day: day))
    }

    /// The day number of a valid year, month and day.
    ///
    /// Years are counted from March, so that the leap day is the last of its year and every month's start is a
    /// linear function of its number; 146,097 days are the calendar's cycle of 400 years.
    static func number(year: Int, month: Int, day: Int) -> Int {
        let shifted = month > 2 ? year : year - 1
        let era = shifted.flooredQuotient(by: 400)
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// Year, month (1...12) and day (1...31) together, which costs no more than one of them.
    package var parts: (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = shifted.flooredQuotient(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    /// The day of the week.
    package var weekday: Weekday {
        // 1970-01-01 was a Thursday.
        Weekday(rawValue: (days + 3).flooredRemainder(by: 7)) ?? .monday
    }

    /// Whether the year has 366 days.
    package static func isLeap(_ year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    /// The number of days of a month (1...12).
    package static func length(ofMonth month: Int, year: Int) -> Int {
        if month == 2 { return isLeap(year) ? 29 : 28 }
        return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31
    }

    /// The week of the date where weeks start on `weekStart` and the first has at least four days in its year.
    ///
    /// With Monday these are the weeks of ISO 8601; RFC 5545 section 3.3.10 lets WKST choose another start.
    package func week(startingOn weekStart: Weekday) -> (year: Int, number: Int, count: Int) {
        // A week belongs to the year in which its fourth day lies.
        let intoWeek = (weekday.rawValue - weekStart.rawValue + 7) % 7
        let fourthDay = CivilDate(days: days - intoWeek + 3)
        let year = fourthDay.parts.year
        let start = Self.firstWeek(of: year, startingOn: weekStart)
        let end = Self.firstWeek(of: year + 1, startingOn: weekStart)
        return (year, (days - start).flooredQuotient(by: 7) + 1, (end - start) / 7)
    }

    /// The day number on which the first week of a year starts.
    static func firstWeek(of year: Int, startingOn weekStart: Weekday) -> Int {
        let fourth = CivilDate(days: number(year: year, month: 1, day: 4))
        return fourth.days - (fourth.weekday.rawValue - weekStart.rawValue + 7) % 7
    }

    /// Whether the one day comes before the other.
    package static func < (left: Self, right: Self) -> Bool { left.days < right.days }
}

/// A civil date with a time of day, without a zone: what a clock on the wall shows.
package struct CivilTime: Hashable, Comparable, Sendable {
    /// Seconds since 1970-01-01T00:00:00 on the same wall, each day having 86,400.
    package var seconds: Int64

    /// Makes the time so many seconds after 1970-01-01T00:00:00.
    package init(seconds: Int64) { self.seconds = seconds }

    /// Makes the time `secondOfDay` seconds into a date.
    package init(date: CivilDate, secondOfDay: Int = 0) {
        seconds = Int64(date.days) * Self.secondsPerDay + Int64(secondOfDay)
    }

    /// Makes a time from its parts; `nil` when there is no such date or time.
    package init?(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) {
        guard let date = CivilDate(year: year, month: month, day: day), (0...23).contains(hour),
            (0...59).contains(minute), (0...59).contains(second)
        else { return nil }
        self.init(date: date, secondOfDay: hour * 3600 + minute * 60 + second)
    }

    /// What the wall shows at an instant where it is ahead of UTC by `offset` seconds.
    package init(_ instant: Instant, offset: Int) { seconds = instant.seconds + Int64(offset) }

    /// The date.
    package var date: CivilDate {
        CivilDate(days: Int(seconds.flooredQuotient(by: Self.secondsPerDay)))
    }

    /// Seconds since the midnight before, 0...86,399.
    package var secondOfDay: Int { Int(seconds.flooredRemainder(by: Self.secondsPerDay)) }

    /// The number of seconds of a civil day.
    package static let secondsPerDay: Int64 = 86_400

    /// Whether the one is earlier on the same wall.
    package static func < (left: Self, right: Self) -> Bool { left.seconds < right.seconds }
}

extension BinaryInteger {
    /// The quotient rounded towards negative infinity.
    func flooredQuotient(by divisor: Self) -> Self {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }

    /// What is left after the floored quotient: never negative for a positive divisor.
    func flooredRemainder(by divisor: Self) -> Self {
        let remainder = self % divisor
        return remainder < 0 ? remainder + divisor : remainder
    }
}
