// Instants as text: RFC 3339 with the offset of a zone, as the log, the command and the slots' identities have them.

/// Writes and reads `2026-01-05T05:00:00+07:00`.
package enum RFC3339 {
    /// How many digits a written second has behind its point.
    package enum Fraction: Sendable {
        case none
        case microseconds
    }

    /// The instant as a wall clock shows it that is ahead of UTC by `offset` seconds.
    ///
    /// RFC 3339 has no seconds in an offset: those of historical local times are left out of the clock, so that the
    /// instant stays right. What is smaller than the last digit is cut off.
    package static func string(from instant: Instant, offset: Int, fraction: Fraction = .none) -> String {
        let minutes = offset / 60
        let civil = CivilTime(instant, offset: minutes * 60)
        let (year, month, day) = civil.date.parts
        let second = civil.secondOfDay
        var text: [UInt8] = []
        text.reserveCapacity(32)
        append(year, 4, to: &text)
        for (separator, number) in [("-", month), ("-", day), ("T", second / 3600)] as [(Character, Int)] {
            text.append(separator.asciiValue ?? 0)
            append(number, 2, to: &text)
        }
        for number in [second / 60 % 60, second % 60] {
            text.append(UInt8(ascii: ":"))
            append(number, 2, to: &text)
        }
        if fraction == .microseconds {
            text.append(UInt8(ascii: "."))
            append(Int(instant.nanoseconds.flooredRemainder(by: 1_000_000_000)) / 1000, 6, to: &text)
        }
        text.append(UInt8(ascii: minutes < 0 ? "-" : "+"))
        append(abs(minutes) / 60, 2, to: &text)
        text.append(UInt8(ascii: ":"))
        append(abs(minutes) % 60, 2, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Reads an instant and its offset in seconds; `nil` when the text is not RFC 3339 or no such time exists.
    ///
    /// A leap second is read as the second before it. Digits beyond the nanosecond are refused.
    package static func parse(_ text: some StringProtocol) -> (instant: Instant, offset: Int)? {
        var scanner = DigitScanner(Array(text.utf8))
        guard let year = scanner.number(4), scanner.take("-"), let month = scanner.number(2),
            scanner.take("-"),
            let day = scanner.number(2), scanner.take("T") || scanner.take("t") || scanner.take(" "),
            let hour = scanner.number(2), scanner.take(":"), let minute = scanner.number(2),
            scanner.take(":"),
            let second = scanner.number(2), second <= 60,
            let civil = CivilTime(
                year: year, month: month, day: day, hour: hour, minute: minute, second: min(second, 59)),
            let nanoseconds = scanner.take(".") ? scanner.fraction() : 0, let offset = scanner.offset(),
            scanner.isAtEnd, (1678...2261).contains(year)
        else { return nil }
        let seconds = Instant(seconds: civil.seconds - Int64(offset))
        return (Instant(nanoseconds: seconds.nanoseconds + Int64(nanoseconds)), offset)
    }

    private static func append(_ number: Int, _ digits: Int, to text: inout [UInt8]) {
        var divisor = 1
        for _ in 1..<digits { divisor *= 10 }
        while divisor > 0 {
            text.append(UInt8(ascii: "0") + UInt8(number / divisor % 10))
            divisor /= 10
        }
    }
}

/// A place in a text of digits and signs.
private struct DigitScanner {
    private let text: [UInt8]
    private var position = 0

    init(_ text: [UInt8]) { self.text = text }

    var isAtEnd: Bool { position == text.count }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard position < text.count, text[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    /// A number of exactly so many digits.
    mutating func number(_ digits: Int) -> Int? {
        guard position + digits <= text.count else { return nil }
        var value = 0
        for byte in text[position..<(position + digits)] {
            guard (0x30...0x39).contains(byte) else { return nil }
            value = value * 10 + Int(byte - 0x30)
        }
        position += digits
        return value
    }

    /// One to nine digits as nanoseconds.
    mutating func fraction() -> Int? {
        var (value, count) = (0, 0)
        while count < 10, let digit = number(1) {
            value = value * 10 + digit
            count += 1
        }
        guard (1...9).contains(count) else { return nil }
        for _ in count..<9 { value *= 10 }
        return value
    }

    mutating func offset() -> Int? {
        if take("Z") || take("z") { return 0 }
        let isNegative = take("-")
        guard isNegative || take("+"), let hours = number(2), take(":"), let minutes = number(2), hours < 24,
            minutes < 60
        else { return nil }
        return (isNegative ? -1 : 1) * (hours * 3600 + minutes * 60)
    }
}
