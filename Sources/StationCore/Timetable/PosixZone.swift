// The yearly rule of a zone file's footer: a POSIX TZ string with the extensions of RFC 9636 section 3.3.1.

/// Standard time and, where there is any, daylight-saving time by a rule that is the same every year.
struct PosixZone: Hashable, Sendable {
    /// The day of a year on which a change happens.
    enum Day: Hashable, Sendable {
        /// 1...365 without the leap day (`J60` is always 1 March).
        case julian(Int)
        /// 0...365 with the leap day.
        case ordinal(Int)
        /// The week (1...5, 5 being the last) of a month and the day in it, Sunday being 0.
        case weekday(month: Int, week: Int, day: Int)
    }

    /// A change: its day, and its wall-clock time in seconds after that day's start, -167 to 167 hours.
    struct Change: Hashable, Sendable {
        var day: Day
        var time: Int

        /// The civil time of the change in a year.
        func civilTime(in year: Int) -> CivilTime {
            let newYear = CivilDate.number(year: year, month: 1, day: 1)
            let days: Int
            switch day {
            case .julian(let number):
                days = newYear + number - (CivilDate.isLeap(year) && number >= 60 ? 0 : 1)
            case .ordinal(let number):
                days = newYear + number
            case .weekday(let month, let week, let weekday):
                let first = CivilDate(days: CivilDate.number(year: year, month: month, day: 1))
                let monday = (weekday + 6) % 7
                let day = (monday - first.weekday.rawValue + 7) % 7 + (week - 1) * 7
                days = first.days + (day < CivilDate.length(ofMonth: month, year: year) ? day : day - 7)
            }
            return CivilTime(seconds: Int64(days) * CivilTime.secondsPerDay + Int64(time))
        }
    }

    /// Daylight-saving time, and when it starts and ends.
    struct Daylight: Hashable, Sendable {
        var local: ZoneFile.LocalTime
        var from: Change
        var to: Change
    }

    var standard: ZoneFile.LocalTime
    var daylight: Daylight?

    /// The stretch without a change that holds at a second since 1970.
    func period(at second: Int64) -> ZoneFile.Period {
        var period = ZoneFile.Period(start: .min, end: .max, local: standard)
        guard let daylight else { return period }
        // A change may be a week away from its day, so the neighbouring years are looked at too.
        let year = CivilTime(seconds: second.addingClamped(Int64(standard.offset))).date.parts.year
        // Where daylight-saving time lasts all year its end and its next start coincide: the start must win.
        for (change, old, new) in [
            (daylight.to, daylight.local, standard), (daylight.from, standard, daylight.local),
        ] {
            for year in (year - 1)...(year + 1) {
                let time = change.civilTime(in: year).seconds - Int64(old.offset)
                if time > second {
                    period.end = min(period.end, time)
                } else if time >= period.start {
                    (period.start, period.local) = (time, new)
                }
            }
        }
        return period
    }
}

extension PosixZone {
    /// Reads a TZ string such as `CET-1CEST,M3.5.0,M10.5.0/3`; `nil` when it is none.
    init?(_ text: String) {
        var scanner = PosixScanner(text: Array(text.utf8))
        guard let name = scanner.name(), let offset = scanner.time(maximumHours: 24) else { return nil }
        standard = ZoneFile.LocalTime(offset: -offset, isDaylight: false, abbreviation: name)
        if scanner.isAtEnd { return }
        guard let daylightName = scanner.name() else { return nil }
        var daylightOffset = standard.offset + 3600
        if scanner.peek != PosixScanner.comma {
            guard let offset = scanner.time(maximumHours: 24) else { return nil }
            daylightOffset = -offset
        }
        guard let from = scanner.change(), let to = scanner.change(), scanner.isAtEnd else { return nil }
        let local = ZoneFile.LocalTime(offset: daylightOffset, isDaylight: true, abbreviation: daylightName)
        daylight = Daylight(local: local, from: from, to: to)
    }
}

/// A place in the text of a TZ string.
private struct PosixScanner {
    static let comma = UInt8(ascii: ",")

    let text: [UInt8]
    var position = 0

    init(text: [UInt8]) { self.text = text }

    var peek: UInt8? { position < text.count ? text[position] : nil }
    var isAtEnd: Bool { position == text.count }

    mutating func take(_ character: UInt8) -> Bool {
        guard peek == character else { return false }
        position += 1
        return true
    }

    mutating func name() -> String? {
        let isQuoted = take(UInt8(ascii: "<"))
        let start = position
        while let byte = peek, Self.isLetter(byte) || (isQuoted && Self.isSignOrDigit(byte)) { position += 1 }
        let name = String(decoding: text[start..<position], as: UTF8.self)
        guard name.utf8.count >= 3, !isQuoted || take(UInt8(ascii: ">")) else { return nil }
        return name
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte & 0xDF) }
    private static func isSignOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
    }

    mutating func number(in range: ClosedRange<Int>) -> Int? {
        var value: Int?
        while let byte = peek, (0x30...0x39).contains(byte), value ?? 0 < 1000 {
            value = (value ?? 0) * 10 + Int(byte - 0x30)
            position += 1
        }
        guard let value, range.contains(value) else { return nil }
        return value
    }

    /// `[+-]hh[:mm[:ss]]` in seconds.
    mutating func time(maximumHours: Int) -> Int? {
        let isNegative = take(UInt8(ascii: "-"))
        if !isNegative { _ = take(UInt8(ascii: "+")) }
        guard let hours = number(in: 0...maximumHours) else { return nil }
        var seconds = hours * 3600
        if take(UInt8(ascii: ":")) {
            guard let minutes = number(in: 0...59) else { return nil }
            seconds += minutes * 60
            if take(UInt8(ascii: ":")) {
                guard let rest = number(in: 0...59) else { return nil }
                seconds += rest
            }
        }
        return isNegative ? -seconds : seconds
    }

    /// `,DAY[/TIME]`, at 02:00 where no time is given.
    mutating func change() -> PosixZone.Change? {
        guard take(Self.comma), let day = day() else { return nil }
        guard take(UInt8(ascii: "/")) else { return PosixZone.Change(day: day, time: 2 * 3600) }
        guard let time = time(maximumHours: 167) else { return nil }
        return PosixZone.Change(day: day, time: time)
    }

    private mutating func day() -> PosixZone.Day? {
        if take(UInt8(ascii: "J")) { return number(in: 1...365).map { .julian($0) } }
        guard take(UInt8(ascii: "M")) else { return number(in: 0...365).map { .ordinal($0) } }
        guard let month = number(in: 1...12), take(UInt8(ascii: ".")), let week = number(in: 1...5),
            take(UInt8(ascii: ".")), let day = number(in: 0...6)
        else { return nil }
        return .weekday(month: month, week: week, day: day)
    }
}
