// Zones that a calendar describes instead of naming them: by Windows' displayed texts, or by a VTIMEZONE's rules.

extension Zones {
    /// Where the system's zones are looked for that are named after a city.
    private static let areas = ["Asia", "Europe", "America", "Africa", "Australia", "Pacific", "Atlantic"]

    /// The zone of a text that Windows displays and older Outlooks write: `(UTC+07:00) Bangkok, Hanoi, Jakarta`.
    ///
    /// Taken is the first of its cities after which the system names a zone with that offset in winter: a city of the
    /// same name elsewhere (La Paz in Mexico) does not count.
    func zone(displayedAs text: String) -> ZoneFile? {
        guard text.hasPrefix("(UTC") || text.hasPrefix("(GMT"), let close = text.firstIndex(of: ")") else {
            return nil
        }
        let digits = text[..<close].dropFirst(4).filter { $0 != ":" }
        guard let offset = digits.isEmpty ? 0 : ZoneFile.utcOffset(digits) else { return nil }
        for city in text[text.index(after: close)...].split(separator: ",") {
            for zone in zones(of: city.trimmedOfSpaces) where zone.winterOffset == offset { return zone }
        }
        return nil
    }

    /// The zones that a city, or the name of a time as in `Pacific Time (US & Canada)`, may mean.
    private func zones(of city: String) -> [ZoneFile] {
        let plain = city.prefix { $0 != "(" }.description.trimmedOfSpaces
        let file = plain.split(separator: " ").joined(separator: "_")
        let times = plain.hasSuffix(" Time") ? [plain.dropLast(5) + " Standard Time"] : []
        let names =
            Self.areas.map { "\($0)/\(file)" } + times.compactMap { WindowsZones.systemName(of: String($0)) }
        return names.compactMap(zone(named:))
    }
}

extension ZoneFile {
    /// The offset outside of daylight-saving time, in 2026: the text of Windows shows the one that is law.
    fileprivate var winterOffset: Int {
        // 15 January and 15 July.
        [1_768_435_200, 1_784_073_600].map { offset(at: Instant(seconds: $0)).seconds }.min() ?? 0
    }

    /// The zone of a VTIMEZONE (RFC 5545 section 3.6.5) whose offset never changes, or by one rule for all years.
    ///
    /// Others, of which a calendar holds the past only up to its own day, are left to the system's files.
    init?(described definition: CalendarComponent) {
        guard definition.defect == nil else { return nil }
        let parts = definition.components.compactMap(Observance.init)
        guard let first = parts.first, parts.count == definition.components.count else { return nil }
        if parts.allSatisfy({ $0.local.offset == first.local.offset }) {
            self.init(fixedOffset: first.local.offset, abbreviation: first.local.abbreviation)
            return
        }
        guard parts.count == 2, let standard = parts.first(where: { !$0.local.isDaylight }),
            let daylight = parts.first(where: \.local.isDaylight), let from = daylight.change,
            let to = standard.change
        else { return nil }
        let rule = PosixZone(
            standard: standard.local, daylight: .init(local: daylight.local, from: from, to: to))
        self.init(transitions: [], indexes: [], localTimes: [standard.local], rule: rule)
    }

    /// Reads `+0700` or `-000030` (RFC 5545 section 3.3.14) as seconds.
    fileprivate static func utcOffset(_ text: some StringProtocol) -> Int? {
        let digits = text.dropFirst()
        guard let sign = text.first, sign == "+" || sign == "-", digits.count == 4 || digits.count == 6,
            digits.allSatisfy({ $0.isASCII && $0.isWholeNumber }), let number = Int(digits)
        else { return nil }
        let value = digits.count == 4 ? number * 100 : number
        let (hours, minutes, seconds) = (value / 10_000, value / 100 % 100, value % 100)
        guard hours < 24, minutes < 60, seconds < 60 else { return nil }
        return (sign == "-" ? -1 : 1) * (hours * 3600 + minutes * 60 + seconds)
    }
}

/// A STANDARD or DAYLIGHT of a VTIMEZONE.
private struct Observance {
    let local: ZoneFile.LocalTime
    /// When it begins, where that is a weekday of a month, the same every year.
    let change: PosixZone.Change?

    init?(_ component: CalendarComponent) {
        guard ["STANDARD", "DAYLIGHT"].contains(component.name), component.defect == nil,
            let offset = component.property("TZOFFSETTO").flatMap({ ZoneFile.utcOffset($0.value) })
        else { return nil }
        local = ZoneFile.LocalTime(
            offset: offset, isDaylight: component.name == "DAYLIGHT",
            abbreviation: component.property("TZNAME")?.value ?? "")
        change = Self.change(component)
    }

    private static func change(_ component: CalendarComponent) -> PosixZone.Change? {
        guard let start = component.property("DTSTART"), case .local(let time)? = CalendarTime(start.value),
            let text = component.property("RRULE")?.value, let rule = try? RecurrenceRule(text),
            let month = rule.byMonth.first, let day = rule.byDay.first
        else { return nil }
        // Nothing else may be in the rule: neither an end nor another part.
        var plain = RecurrenceRule(frequency: .yearly)
        (plain.byMonth, plain.byDay, plain.weekStart) = ([month], [day], rule.weekStart)
        guard rule == plain, [-1, 1, 2, 3, 4].contains(day.ordinal) else { return nil }
        return PosixZone.Change(
            day: .weekday(
                month: month, week: day.ordinal == -1 ? 5 : day.ordinal, day: (day.weekday.rawValue + 1) % 7),
            time: time.secondOfDay)
    }
}
