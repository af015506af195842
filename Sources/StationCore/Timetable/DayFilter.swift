// Which days a recurrence rule takes: the BY parts that speak of days, with what DTSTART supplies for missing ones.

/// The day parts of a rule, ready to test days and to list those of a week, month or year.
struct DayFilter: Hashable, Sendable {
    private let months: UInt16
    private let monthDays: UInt32
    private let monthDaysFromEnd: UInt32
    private let weekdays: UInt8
    /// The weekdays that may pass, numbered or not; all where BYDAY is silent.
    private let anyWeekdays: UInt8
    private let ordinals: [RecurrenceRule.Day]
    private let countsOrdinalsInYear: Bool
    private let yearDays: [Int]
    private let weekNumbers: [Int]
    private let weekStart: Weekday
    /// Whether every day passes.
    let isOpen: Bool

    init(_ rule: RecurrenceRule, start: CivilDate) {
        var months = rule.byMonth
        var monthDays = rule.byMonthDay
        var days = rule.byDay
        let (_, startMonth, startDay) = start.parts
        // What the rule leaves out is taken from DTSTART (RFC 5545 section 3.3.10).
        switch rule.frequency {
        case .weekly where days.isEmpty:
            days = [RecurrenceRule.Day(ordinal: 0, weekday: start.weekday)]
        case .monthly where days.isEmpty && monthDays.isEmpty:
            monthDays = [startDay]
        case .yearly where days.isEmpty && monthDays.isEmpty && rule.byYearDay.isEmpty:
            if rule.byWeekNumber.isEmpty {
                monthDays = [startDay]
                if months.isEmpty { months = [startMonth] }
            } else {
                days = [RecurrenceRule.Day(ordinal: 0, weekday: start.weekday)]
            }
        default: break
        }
        self.months = months.reduce(0) { $0 | 1 << $1 }
        self.monthDays = monthDays.reduce(0) { $1 > 0 ? $0 | 1 << $1 : $0 }
        monthDaysFromEnd = monthDays.reduce(0) { $1 < 0 ? $0 | 1 << -$1 : $0 }
        weekdays = days.reduce(0) { $1.ordinal == 0 ? $0 | 1 << $1.weekday.rawValue : $0 }
        ordinals = days.filter { $0.ordinal != 0 }
        anyWeekdays = days.isEmpty ? .max : days.reduce(0) { $0 | 1 << $1.weekday.rawValue }
        countsOrdinalsInYear = rule.frequency == .yearly && rule.byMonth.isEmpty
        yearDays = rule.byYearDay
        weekNumbers = rule.byWeekNumber
        weekStart = rule.weekStart
        isOpen = months.isEmpty && monthDays.isEmpty && days.isEmpty && yearDays.isEmpty
    }

    /// Whether a day passes all parts but BYWEEKNO, which is handled where years are listed.
    func accepts(_ date: CivilDate) -> Bool {
        if isOpen { return true }
        let (year, month, day) = date.parts
        guard accepts(month: month) else { return false }
        return MonthView(year: year, month: month).contains(day, self)
    }

    /// The first day after `date` that may pass: months that cannot are jumped over.
    func candidate(after date: CivilDate) -> CivilDate {
        let next = CivilDate(days: date.days + 1)
        guard months != 0 else { return next }
        var (year, month, _) = next.parts
        if accepts(month: month) { return next }
        repeat {
            (year, month) = month == 12 ? (year + 1, 1) : (year, month + 1)
        } while !accepts(month: month)
        return CivilDate(days: CivilDate.number(year: year, month: month, day: 1))
    }

    /// Appends the day numbers that pass in the week that starts on `day`.
    func appendWeek(from day: Int, to days: inout [Int]) {
        for day in day..<(day + 7) where accepts(CivilDate(days: day)) { days.append(day) }
    }

    /// Appends the day numbers that pass in a month.
    func appendMonth(_ month: Int, of year: Int, to days: inout [Int]) {
        guard accepts(month: month) else { return }
        let view = MonthView(year: year, month: month)
        // With one weekday only every seventh day can pass.
        let isOneWeekday = anyWeekdays.nonzeroBitCount == 1
        let first = isOneWeekday ? view.firstDay(on: anyWeekdays.trailingZeroBitCount) : 1
        for day in stride(from: first, through: view.length, by: isOneWeekday ? 7 : 1)
        where view.contains(day, self) { days.append(view.first + day - 1) }
    }

    /// Appends the day numbers that pass in a year.
    func appendYear(_ year: Int, to days: inout [Int]) {
        if weekNumbers.isEmpty && yearDays.isEmpty {
            for month in 1...12 { appendMonth(month, of: year, to: &days) }
            return
        }
        var candidates = weekNumbers.isEmpty ? listedDays(of: year) : weekDays(of: year)
        candidates.sort()
        for day in candidates where days.last != day && accepts(CivilDate(days: day)) { days.append(day) }
    }

    private func accepts(month: Int) -> Bool { months == 0 || months & (1 << month) != 0 }

    /// The days of a year that BYYEARDAY lists.
    private func listedDays(of year: Int) -> [Int] {
        let length = CivilDate.isLeap(year) ? 366 : 365
        let newYear = CivilDate.number(year: year, month: 1, day: 1)
        return yearDays.compactMap { number in
            let index = number > 0 ? number - 1 : length + number
            return (0..<length).contains(index) ? newYear + index : nil
        }
    }

    /// The days of a year that lie in the weeks of BYWEEKNO.
    ///
    /// The first days of January may lie in the last week of the year before, and the last of December in the
    /// first week of the year after.
    private func weekDays(of year: Int) -> [Int] {
        let newYear = CivilDate.number(year: year, month: 1, day: 1)
        let end = CivilDate.number(year: year + 1, month: 1, day: 1)
        var days: [Int] = []
        for weekYear in (year - 1)...(year + 1) {
            let first = CivilDate.firstWeek(of: weekYear, startingOn: weekStart)
            let count = (CivilDate.firstWeek(of: weekYear + 1, startingOn: weekStart) - first) / 7
            for number in weekNumbers {
                let index = number > 0 ? number - 1 : count + number
                guard (0..<count).contains(index) else { continue }
                let start = first + index * 7
                days.append(contentsOf: max(start, newYear)..<max(min(start + 7, end), max(start, newYear)))
            }
        }
        return days
    }

    /// A month's numbers, worked out once for all of its days.
    private struct MonthView {
        let first: Int
        let length: Int
        private let firstWeekday: Int
        private let newYear: Int
        private let yearLength: Int

        init(year: Int, month: Int) {
            first = CivilDate.number(year: year, month: month, day: 1)
            length = CivilDate.length(ofMonth: month, year: year)
            firstWeekday = CivilDate(days: first).weekday.rawValue
            newYear = CivilDate.number(year: year, month: 1, day: 1)
            yearLength = CivilDate.isLeap(year) ? 366 : 365
        }

        /// The first day of the month (1...7) on a weekday.
        func firstDay(on weekday: Int) -> Int { (weekday - firstWeekday + 7) % 7 + 1 }

        func contains(_ day: Int, _ filter: borrowing DayFilter) -> Bool {
            let weekday = (firstWeekday + day - 1) % 7
            if filter.anyWeekdays & (1 << weekday) == 0 { return false }
            if filter.monthDays | filter.monthDaysFromEnd != 0 {
                let bits =
                    filter.monthDays & (1 << day) | filter.monthDaysFromEnd & (1 << (length + 1 - day))
                if bits == 0 { return false }
            }
            let dayOfYear = first - newYear + day
            if !filter.yearDays.isEmpty {
                let fromEnd = dayOfYear - yearLength - 1
                if !filter.yearDays.contains(dayOfYear) && !filter.yearDays.contains(fromEnd) { return false }
            }
            if filter.ordinals.isEmpty || filter.weekdays & (1 << weekday) != 0 { return true }
            let (position, count) =
                filter.countsOrdinalsInYear ? (dayOfYear, yearLength) : (day, length)
            return filter.ordinals.contains { ordinal in
                ordinal.weekday.rawValue == weekday
                    && (ordinal.ordinal == (position - 1) / 7 + 1
                        || ordinal.ordinal == -((count - position) / 7 + 1))
            }
        }
    }
}
