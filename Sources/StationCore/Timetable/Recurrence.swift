// Expands a recurrence rule on civil time: from any point on, without walking there from its start.

/// The times of day of a rule as the product of its hours, minutes and seconds, never written out.
struct TimesOfDay: Hashable, Sendable {
    private let hours: [UInt8]
    private let minutes: [UInt8]
    private let seconds: [UInt8]

    init(hours: [Int], minutes: [Int], seconds: [Int]) {
        self.hours = Set(hours).sorted().map { UInt8($0) }
        self.minutes = Set(minutes).sorted().map { UInt8($0) }
        self.seconds = Set(seconds).sorted().map { UInt8($0) }
    }

    var count: Int { hours.count * minutes.count * seconds.count }

    /// The time in seconds at a place of the sorted list.
    subscript(index: Int) -> Int64 {
        let minute = index / seconds.count
        return Int64(hours[minute / minutes.count]) * 3600 + Int64(minutes[minute % minutes.count]) * 60
            + Int64(seconds[index % seconds.count])
    }

    /// The first place whose time is `second` or later.
    func index(from second: Int64) -> Int {
        second <= 0 ? 0 : (0..<count).first(from: { self[$0] >= second })
    }
}

/// A rule together with the start that it repeats, made ready to be asked.
///
/// It yields what the rule adds to the start: only times after it. RFC 5545 section 3.8.5.3 makes the start an
/// instance by itself, whether the rule meets it or not, and COUNT counts it.
package struct Recurrence: Hashable, Sendable {
    /// How the calendar is cut into periods.
    private enum Period: Hashable, Sendable {
        case year
        case month
        case week
        /// Periods of equal length, in seconds: a day or a part of it.
        case unit(Int64)
    }

    /// The first instance.
    package let start: CivilTime
    /// No instance is later; the horizon when the rule itself has no end.
    package private(set) var last: CivilTime
    /// The UNTIL of a rule in UTC: instants later than it are no instances.
    ///
    /// `last` alone cannot tell where the zone's offset changes around it, because there the order of civil times is
    /// not that of instants.
    package private(set) var limit: Instant?
    private let period: Period
    private let interval: Int64
    private let filter: DayFilter
    /// The times of each day, or the offsets inside each shorter unit.
    private let times: TimesOfDay
    private let hours: UInt64
    private let minutes: UInt64
    private let seconds: UInt64
    private let positions: [Int]
    private let weekStart: Weekday

    /// No search goes past the years that an `Instant` can hold.
    package static let horizon = CivilTime(
        date: CivilDate(days: CivilDate.number(year: 2262, month: 1, day: 1)))
    /// A search that has looked at so many periods without an instance finds none: the rule never hits again.
    package static let maximumSearchSteps = 100_000

    /// Makes a rule ready; `zone` is that of the start and of a local UNTIL.
    ///
    /// A COUNT is turned into the last instance by counting once, and a rule without one is searched for its first
    /// instance. Both take from `budget`, by the days and shorter units that are looked at; throws
    /// `RecurrenceError` when it is used up.
    package init(rule: RecurrenceRule, start: CivilTime, zone: ZoneFile, budget: inout Int) throws {
        self.start = start
        interval = Int64(rule.interval)
        filter = DayFilter(rule, start: start.date)
        weekStart = rule.weekStart
        positions = rule.bySetPosition
        hours = rule.byHour.isEmpty ? .max : rule.byHour.reduce(0) { $0 | 1 << $1 }
        minutes = rule.byMinute.isEmpty ? .max : rule.byMinute.reduce(0) { $0 | 1 << $1 }
        seconds = rule.bySecond.isEmpty ? .max : rule.bySecond.reduce(0) { $0 | 1 << $1 }
        switch rule.frequency {
        case .yearly: period = .year
        case .monthly: period = .month
        case .weekly: period = .week
        case .daily: period = .unit(86_400)
        case .hourly: period = .unit(3600)
        case .minutely: period = .unit(60)
        case .secondly: period = .unit(1)
        }
        times = Self.times(rule, start: start)
        last = Self.horizon
        switch rule.until {
        case .day(let date): last = min(last, CivilTime(date: date, secondOfDay: 86_399))
        case .local(let civil): last = min(last, civil)
        case .instant(let instant):
            let local = zone.period(at: instant.seconds)
            let isNearChange =
                instant.seconds - local.start.clampedToCalendar < 2 * CivilTime.secondsPerDay
                || local.end.clampedToCalendar - instant.seconds < 2 * CivilTime.secondsPerDay
            let slack = isNearChange ? CivilTime.secondsPerDay : 0
            last = min(last, CivilTime(seconds: zone.civilTime(at: instant).seconds + slack))
            limit = instant
        case nil: break
        }
        last = try end(after: rule.count, &budget)
    }

    private static func times(_ rule: RecurrenceRule, start: CivilTime) -> TimesOfDay {
        func list(_ values: [Int], _ own: Int, _ longest: RecurrenceRule.Frequency) -> [Int] {
            let order = RecurrenceRule.Frequency.allCases
            guard let left = order.firstIndex(of: rule.frequency), let right = order.firstIndex(of: longest),
                left > right
            else { return [0] }
            return values.isEmpty ? [own] : values
        }
        let second = start.secondOfDay
        return TimesOfDay(
            hours: list(rule.byHour, second / 3600, .hourly),
            minutes: list(rule.byMinute, second / 60 % 60, .minutely),
            seconds: list(rule.bySecond, second % 60, .secondly))
    }

    /// The instance that COUNT makes the last; without COUNT the end that is, or the start when nothing follows it.
    private func end(after count: Int?, _ budget: inout Int) throws -> CivilTime {
        var end = start
        var occurrences = occurrences(from: start)
        var cost = 0
        defer { budget -= cost }
        for _ in 1..<max(count ?? 2, 1) {
            guard cost < budget else {
                throw RecurrenceError(
                    description: "too much to count for COUNT, or to search for an instance")
            }
            let next = occurrences.next()
            cost = occurrences.cost
            guard let next else { return end }
            end = next
        }
        return count == nil ? last : end
    }

    /// Whether the rule adds nothing to the start.
    package var isSpent: Bool { last <= start }

    /// What the rule adds to the start, ascending, from `from` (inclusive) on and never at or before the start.
    package func occurrences(from: CivilTime) -> Occurrences {
        Occurrences(self, from: max(from, CivilTime(seconds: start.seconds + 1)))
    }

    /// The instances of a `Recurrence`, in order.
    package struct Occurrences: Sequence, IteratorProtocol {
        private let recurrence: Recurrence
        private let from: Int64
        /// The number of the next period to look at.
        private var period: Int64
        /// The days, or the one shorter unit, of the period at hand: the second at which each starts.
        private var bases: [Int64] = []
        /// The places that BYSETPOS picks in the period at hand.
        private var picks: [Int] = []
        private var index = 0
        private var count = 0
        private var days: [Int] = []
        /// How many days or shorter units were looked at.
        fileprivate private(set) var cost = 0

        fileprivate init(_ recurrence: Recurrence, from: CivilTime) {
            self.recurrence = recurrence
            self.from = from.seconds
            period = recurrence.aligned(recurrence.periodNumber(from))
        }

        /// The next instance; `nil` when there is none.
        package mutating func next() -> CivilTime? {
            let times = recurrence.times
            while true {
                while index < count {
                    let place = picks.isEmpty ? index : picks[index]
                    index += 1
                    let second = bases[place / times.count] + times[place % times.count]
                    if second > recurrence.last.seconds { return nil }
                    if second >= from { return CivilTime(seconds: second) }
                }
                guard advance() else { return nil }
            }
        }

        /// Goes to the next period that has an instance; `false` when there is none.
        private mutating func advance() -> Bool {
            for _ in 0..<Recurrence.maximumSearchSteps {
                guard recurrence.start(ofPeriod: period) <= recurrence.last.seconds else { return false }
                let isTaken = load()
                if isTaken {
                    pick()
                    if index < count { return true }
                }
            }
            return false
        }

        /// Takes the bases of the period at hand and moves on; `false` when it has none.
        private mutating func load() -> Bool {
            cost += recurrence.daysOfPeriod
            if case .unit(let length) = recurrence.period {
                let second = period * length
                if let next = recurrence.nextCandidate(after: second, length) {
                    period = recurrence.aligned(next.flooredQuotient(by: length))
                    return false
                }
                period += recurrence.interval
                bases.removeAll(keepingCapacity: true)
                bases.append(second)
                return true
            }
            days.removeAll(keepingCapacity: true)
            recurrence.appendDays(ofPeriod: period, to: &days)
            period += recurrence.interval
            bases.removeAll(keepingCapacity: true)
            for day in days { bases.append(Int64(day) * CivilTime.secondsPerDay) }
            return !bases.isEmpty
        }

        /// Applies BYSETPOS, and goes to the first place of the period that is not before `from`.
        private mutating func pick() {
            let times = recurrence.times
            count = bases.count * times.count
            index = 0
            guard recurrence.positions.isEmpty else {
                let places = recurrence.positions.map { $0 > 0 ? $0 - 1 : count + $0 }
                picks = Set(places.filter { (0..<count).contains($0) }).sorted()
                count = picks.count
                return
            }
            var base = 0
            while base < bases.count, bases[base] <= from - CivilTime.secondsPerDay { base += 1 }
            index = base * times.count
            if base < bases.count { index += times.index(from: from - bases[base]) }
        }
    }
}

extension Recurrence {
    /// A rule that gives more within a day is refused: nobody could hear it, and each slot has an outcome.
    package static let mostADay = 1440

    /// Throws `RecurrenceError` when the rule gives more than `mostADay` instances within a day.
    func checkRate(budget: inout Int) throws {
        guard largestDay > Self.mostADay else { return }
        // The first day may be a short one: one more tells.
        var window: [Int64] = []
        var occurrences = occurrences(from: start)
        for place in 0...(2 * Self.mostADay) {
            guard budget > occurrences.cost, let next = occurrences.next() else { break }
            window.append(next.seconds)
            guard place >= Self.mostADay else { continue }
            if next.seconds - window[place - Self.mostADay] < CivilTime.secondsPerDay {
                throw RecurrenceError(description: "more than \(Self.mostADay) times a day")
            }
        }
        budget -= occurrences.cost
    }

    /// No day has more instances.
    private var largestDay: Int64 {
        guard case .unit(let length) = period else { return Int64(times.count) }
        return max(1, CivilTime.secondsPerDay / (length * interval)) * Int64(times.count)
    }

    /// The number of the period in which a time lies, counted from a fixed point of the calendar.
    private func periodNumber(_ time: CivilTime) -> Int64 {
        switch period {
        case .year: return Int64(time.date.parts.year)
        case .month:
            let (year, month, _) = time.date.parts
            return Int64(year * 12 + month - 1)
        case .week: return Int64((time.date.days - firstWeekStart).flooredQuotient(by: 7))
        case .unit(let length): return time.seconds.flooredQuotient(by: length)
        }
    }

    /// The day number of a first day of a week; 1970-01-05 was a Monday.
    private var firstWeekStart: Int { 4 + weekStart.rawValue }

    /// The first period, from `number` on, that INTERVAL does not leave out.
    private func aligned(_ number: Int64) -> Int64 {
        number + (periodNumber(start) - number).flooredRemainder(by: interval)
    }

    /// How many days are looked at to list a period's; one for a unit.
    private var daysOfPeriod: Int {
        switch period {
        case .year: 365
        case .month: 30
        case .week: 7
        case .unit: 1
        }
    }

    /// The second at which a period starts.
    private func start(ofPeriod number: Int64) -> Int64 {
        let day: Int
        switch period {
        case .year: day = CivilDate.number(year: Int(number), month: 1, day: 1)
        case .month:
            day = CivilDate.number(year: Int(number) / 12, month: Int(number) % 12 + 1, day: 1)
        case .week: day = firstWeekStart + Int(number) * 7
        case .unit(let length): return number * length
        }
        return Int64(day) * CivilTime.secondsPerDay
    }

    private func appendDays(ofPeriod number: Int64, to days: inout [Int]) {
        switch period {
        case .year: filter.appendYear(Int(number), to: &days)
        case .month: filter.appendMonth(Int(number) % 12 + 1, of: Int(number) / 12, to: &days)
        case .week: filter.appendWeek(from: firstWeekStart + Int(number) * 7, to: &days)
        case .unit: break
        }
    }

    /// `nil` when the unit that starts at `second` passes; else the first second after it that may.
    ///
    /// What cannot pass is jumped over: a month, a day, an hour or a minute at a time.
    private func nextCandidate(after second: Int64, _ length: Int64) -> Int64? {
        let date = CivilTime(seconds: second).date
        if !filter.accepts(date) {
            return CivilTime(date: filter.candidate(after: date)).seconds
        }
        if length < CivilTime.secondsPerDay {
            let ofDay = CivilTime(seconds: second).secondOfDay
            if hours & (1 << UInt64(ofDay / 3600)) == 0 { return second - Int64(ofDay % 3600) + 3600 }
            if length < 3600, minutes & (1 << UInt64(ofDay / 60 % 60)) == 0 {
                return second - Int64(ofDay % 60) + 60
            }
            if length == 1, seconds & (1 << UInt64(ofDay % 60)) == 0 { return second + 1 }
        }
        return nil
    }
}

extension Int64 {
    /// The second, moved into a range that no difference of two overflows.
    fileprivate var clampedToCalendar: Int64 { Swift.min(Swift.max(self, -1 << 60), 1 << 60) }
}
