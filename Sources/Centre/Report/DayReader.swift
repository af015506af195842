import StationCore

/// Reads on which day of a period a time of an entry lies; most entries in a row lie on the same.
struct DayReader {
    private let period: ReportPeriod
    /// Date and offset of a time, where every time with both of them lies on one day.
    private var known: (date: [UInt8], offset: [UInt8], day: Int)?

    private static let dateBytes = "2026-01-05".utf8.count
    private static let offsetBytes = "+07:00".utf8.count
    private static let leastBytes = "2026-01-05T05:00:00+07:00".utf8.count

    init(_ period: ReportPeriod) { self.period = period }

    /// The instant that an entry writes; nil for what is no time.
    static func instant(_ text: some Collection<UInt8>) -> Instant? {
        RFC3339.instant(of: String(decoding: text, as: UTF8.self))
    }

    /// The day, counted from the first of the period and perhaps before or behind it; nil for what is no time.
    mutating func day(of entry: UnsafeRawBufferPointer, at text: Range<Int>) -> Int? {
        let isLongEnough = text.count >= Self.leastBytes
        let (date, offset) = (text.prefix(Self.dateBytes), text.suffix(Self.offsetBytes))
        if let known, isLongEnough, entry.holds(known.date, at: date), entry.holds(known.offset, at: offset) {
            return known.day
        }
        guard let (instant, seconds) = RFC3339.parse(String(decoding: entry[text], as: UTF8.self)) else {
            return nil
        }
        let civil = period.zone.civilTime(at: instant).date
        let day = civil.days - period.first.days
        let isWhole = [0, 86_400].allSatisfy { second in
            let edge = Instant(seconds: CivilTime(date: civil).seconds - Int64(seconds) + Int64(second))
            return period.zone.offset(at: edge).seconds == seconds
        }
        known = isWhole && isLongEnough ? (Array(entry[date]), Array(entry[offset]), day) : nil
        return day
    }
}
