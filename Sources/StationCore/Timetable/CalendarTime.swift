// The DATE and DATE-TIME values of a calendar file (RFC 5545 sections 3.3.4 and 3.3.5), before a zone is applied.

/// A date or time as a calendar file writes it.
enum CalendarTime: Hashable, Sendable {
    /// `19970714`
    case date(CivilDate)
    /// `19970714T133000`: on the wall of the zone that the property names, or of the station.
    case local(CivilTime)
    /// `19970714T133000Z`
    case universal(CivilTime)

    /// Reads a value; `nil` when it is none or no such day exists.
    init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        func number(_ range: Range<Int>) -> Int? {
            var value = 0
            for byte in bytes[range] {
                guard (0x30...0x39).contains(byte) else { return nil }
                value = value * 10 + Int(byte - 0x30)
            }
            return value
        }
        guard bytes.count == 8 || bytes.count == 15 || bytes.count == 16, let year = number(0..<4),
            let month = number(4..<6), let day = number(6..<8),
            let date = CivilDate(year: year, month: month, day: day)
        else { return nil }
        if bytes.count == 8 {
            self = .date(date)
            return
        }
        // A leap second is the second before it where the clock has none (RFC 5545 section 3.3.12).
        guard bytes[8] == UInt8(ascii: "T"), let hour = number(9..<11), let minute = number(11..<13),
            let second = number(13..<15), hour < 24, minute < 60, second <= 60
        else { return nil }
        let civil = CivilTime(date: date, secondOfDay: hour * 3600 + minute * 60 + min(second, 59))
        if bytes.count == 15 {
            self = .local(civil)
        } else if bytes[15] == UInt8(ascii: "Z") {
            self = .universal(civil)
        } else {
            return nil
        }
    }
}
