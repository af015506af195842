/// The one form of time in TUF's metadata, `YYYY-MM-DDTHH:MM:SSZ`, as seconds since 1970 without leap seconds.
package enum UTCTime {
    /// Reads a time; nil for any other form and for days that no month has.
    package static func seconds(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        let form = Array("0000-00-00T00:00:00Z".utf8)
        guard bytes.count == form.count else { return nil }
        for (byte, expected) in zip(bytes, form) {
            let isDigit = UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
            guard expected == UInt8(ascii: "0") ? isDigit : byte == expected else { return nil }
        }
        func number(_ range: Range<Int>) -> Int64 {
            bytes[range].reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
        }
        let (year, month, day) = (number(0..<4), number(5..<7), number(8..<10))
        let (hour, minute, second) = (number(11..<13), number(14..<16), number(17..<19))
        guard 1...12 ~= month, 1...daysIn(month, year) ~= day, hour < 24, minute < 60, second < 60 else {
            return nil
        }
        return days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second
    }

    /// Writes a time of the years 0 to 9999.
    package static func text(_ seconds: Int64) -> String {
        let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        let rest = seconds - days * 86_400
        var year = 1970 + days / 366
        while Self.days(year + 1, 1, 1) <= days { year += 1 }
        while Self.days(year, 1, 1) > days { year -= 1 }
        var month: Int64 = 12
        while Self.days(year, month, 1) > days { month -= 1 }
        let day = days - Self.days(year, month, 1) + 1
        func padded(_ number: Int64, _ count: Int) -> String {
            let digits = "\(number)"
            return String(repeating: "0", count: max(0, count - digits.utf8.count)) + digits
        }
        return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2) + "T" + padded(rest / 3_600, 2)
            + ":" + padded(rest / 60 % 60, 2) + ":" + padded(rest % 60, 2) + "Z"
    }

    private static func isLeap(_ year: Int64) -> Bool {
        year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
    }

    private static func daysIn(_ month: Int64, _ year: Int64) -> Int64 {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days from 1970-01-01 to that day of the Gregorian calendar.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        // Whole years before this one, counted from the year 0, which is a leap year.
        let before = year - 1
        func floor(_ number: Int64, _ divisor: Int64) -> Int64 {
            number >= 0 ? number / divisor : (number - divisor + 1) / divisor
        }
        let leaps = floor(before, 4) - floor(before, 100) + floor(before, 400)
        let months = (1..<month).reduce(0) { $0 + daysIn($1, year) }
        return before * 365 + leaps + months + day - 719_163
    }
}
