// Reads VEVENT components into events: times, rules and exceptions (RFC 5545 sections 3.6.1 and 3.8).

/// Reads the events of one calendar file.
struct EventReader {
    /// The most RRULE properties of an event; the RFC wants one.
    static let maximumRules = 8
    /// The longest UID, in bytes.
    static let maximumIdentifierBytes = 1024
    /// The years in which an event may start.
    static let years = 1900...2261

    let file: String
    let zones: Zones
    /// The zone of times that name none: the station's.
    let stationZone: Int
    /// What is taken, but not as it stands, in the order found.
    var warnings: [EventError] = []
    /// The zones that TZIDs of this file were found to mean.
    private var known: [String: Int] = [:]
    private let bytes: [UInt8]
    /// The VTIMEZONE components of the file by their TZID.
    ///
    /// They may stand behind the events that need them, and most files need none: the names are the system's.
    private lazy var definitions = Self.definitions(bytes)

    init(file: String, bytes: [UInt8], zones: Zones, stationZone: Int) {
        self.file = file
        self.bytes = bytes
        self.zones = zones
        self.stationZone = stationZone
    }

    private static func definitions(_ bytes: [UInt8]) -> [String: CalendarComponent] {
        var parser = ICalendarParser(bytes)
        var result: [String: CalendarComponent] = [:]
        while let component = parser.next() {
            guard component.name == "VTIMEZONE", let name = component.property("TZID")?.value else {
                continue
            }
            result[name] = component
        }
        return result
    }

    /// Reads an event; `table` gains the zones that it names.
    ///
    /// Throws when not even its UID is understood. When the rest is not, the event is marked as broken and `error`
    /// says why.
    mutating func read(
        _ component: CalendarComponent, table: inout ZoneTable
    ) throws(EventError) -> (event: CalendarEvent, error: EventError?) {
        var event = CalendarEvent(uid: try identifier(component), line: component.line)
        do throws(EventError) {
            // The instance first: a broken exception still says what must not play as the series has it.
            event.recurrence = try recurrence(component, &event, &table)
            if let defect = component.defect {
                throw EventError(line: defect.line, description: defect.message, isReported: true)
            }
            try fill(&event, from: component, &table)
            return (event, nil)
        } catch {
            event.isBroken = true
            return (event, error)
        }
    }

    private func identifier(_ component: CalendarComponent) throws(EventError) -> String {
        guard let property = component.property("UID") else {
            throw EventError(line: component.line, description: "an event without UID")
        }
        let uid = property.text
        guard !uid.isEmpty, uid.utf8.count <= Self.maximumIdentifierBytes, uid.singleLine == uid else {
            throw EventError(
                line: property.line,
                description:
                    "a UID that is empty, has line breaks or more than \(Self.maximumIdentifierBytes) bytes")
        }
        return uid
    }

    private mutating func fill(
        _ event: inout CalendarEvent, from component: CalendarComponent, _ table: inout ZoneTable
    ) throws(EventError) {
        event.isCancelled = component.property("STATUS")?.value.uppercased() == "CANCELLED"
        if let property = component.property("SEQUENCE") {
            guard let number = Int(property.value), number >= 0 else {
                throw EventError(line: property.line, description: "SEQUENCE is no number")
            }
            event.sequence = number
        }
        if event.isCancelled { return }
        guard let property = component.property("DTSTART") else {
            throw EventError(line: component.line, description: "an event without DTSTART")
        }
        let start = try time(property, property.value, &table)
        event.start = start
        event.length = try length(component, start, &table)
        for property in component.properties {
            switch property.name {
            case "RRULE":
                guard event.rules.count < Self.maximumRules else {
                    throw EventError(line: property.line, description: "more than \(Self.maximumRules) RRULE")
                }
                event.rules.append(try rule(property))
            case "RDATE": try append(property, to: &event.additions, &table)
            case "EXDATE":
                for value in property.value.split(separator: ",") {
                    event.exceptions.append(try instance(property, value, &table))
                }
            case "EXRULE":
                throw EventError(
                    line: property.line, description: "EXRULE is no part of RFC 5545; use EXDATE")
            default: break
            }
        }
        event.content = try EventContent(component, file: file, warnings: &warnings)
    }

    private func rule(_ property: ContentLine) throws(EventError) -> RecurrenceRule {
        do {
            return try RecurrenceRule(property.value)
        } catch {
            throw EventError(line: property.line, description: "RRULE: \(error)")
        }
    }

    private mutating func recurrence(
        _ component: CalendarComponent, _ event: inout CalendarEvent, _ table: inout ZoneTable
    ) throws(EventError) -> InstanceName? {
        guard let property = component.property("RECURRENCE-ID") else { return nil }
        event.isThisAndFuture = property.parameter("RANGE")?.uppercased() == "THISANDFUTURE"
        return try instance(property, property.value, &table)
    }

    /// The length that DTEND or DURATION gives; `nil` when neither does.
    private mutating func length(
        _ component: CalendarComponent, _ start: ZonedTime, _ table: inout ZoneTable
    ) throws(EventError) -> SlotLength? {
        if let property = component.property("DTEND") {
            let end = try time(property, property.value, &table)
            let seconds = end.instant.seconds - start.instant.seconds
            guard seconds >= 0 else {
                throw EventError(line: property.line, description: "DTEND is before DTSTART")
            }
            if seconds > 0 { return SlotLength(days: 0, seconds: seconds) }
            warnings.append(
                EventError(
                    line: property.line, description: "DTEND is DTSTART: the slot ends with its last item"))
            return nil
        }
        guard let property = component.property("DURATION") else { return nil }
        return try length(property, property.value)
    }

    private func length(
        _ property: ContentLine, _ text: some StringProtocol
    ) throws(EventError) -> SlotLength {
        guard let duration = ISODuration(text), duration.exact > .zero,
            duration.time.components.attoseconds == 0, duration.days <= 36_525
        else { throw EventError(line: property.line, description: "\(text.prefix(40)) is no duration") }
        return SlotLength(days: duration.days, seconds: duration.time.components.seconds)
    }

    /// Appends the times or periods of an RDATE.
    private mutating func append(
        _ property: ContentLine, to additions: inout [(time: ZonedTime, length: SlotLength?)],
        _ table: inout ZoneTable
    ) throws(EventError) {
        for value in property.value.split(separator: ",") {
            let sides = value.split(separator: "/", maxSplits: 1)
            guard let first = sides.first else { continue }
            let start = try time(property, first, &table)
            guard sides.count == 2 else {
                additions.append((start, nil))
                continue
            }
            if sides[1].first == "P" {
                additions.append((start, try length(property, sides[1])))
                continue
            }
            let end = try time(property, sides[1], &table)
            let seconds = end.instant.seconds - start.instant.seconds
            guard seconds > 0 else {
                throw EventError(line: property.line, description: "a period that ends before it starts")
            }
            additions.append((start, SlotLength(days: 0, seconds: seconds)))
        }
    }

    private mutating func instance(
        _ property: ContentLine, _ text: some StringProtocol, _ table: inout ZoneTable
    ) throws(EventError) -> InstanceName {
        if case .date(let date) = CalendarTime(text) { return .day(date) }
        return .instant(try time(property, text, &table).instant)
    }

    private mutating func time(
        _ property: ContentLine, _ text: some StringProtocol, _ table: inout ZoneTable
    ) throws(EventError) -> ZonedTime {
        let civil: CivilTime
        let zone: Int
        switch CalendarTime(text) {
        case .date:
            throw EventError(
                line: property.line, description: "an all-day event has no time at which to play")
        case .local(let time):
            civil = time
            zone = try self.zone(property, &table)
        case .universal(let time):
            civil = time
            zone = table.utc
        case nil:
            throw EventError(
                line: property.line, description: "\(property.name): \(text.prefix(40)) is no date and time")
        }
        guard Self.years.contains(civil.date.parts.year) else {
            throw EventError(
                line: property.line,
                description:
                    "\(property.name) is not in the years \(Self.years.lowerBound) to \(Self.years.upperBound)"
            )
        }
        return ZonedTime(civil: civil, zone: zone, instant: table.zones[zone].instant(of: civil))
    }

    private mutating func zone(_ property: ContentLine, _ table: inout ZoneTable) throws(EventError) -> Int {
        guard let identifier = property.parameter("TZID") else { return stationZone }
        if let index = known[identifier] { return index }
        let named = zones.zone(ofTZID: identifier, definition: nil)
        guard let zone = named ?? zones.zone(ofTZID: identifier, definition: definitions[identifier]) else {
            throw EventError(
                line: property.line, description: "the time zone \(identifier.prefix(80)) is not known")
        }
        let index = table.index(of: zone)
        known[identifier] = index
        return index
    }
}

/// The zones that a timetable uses, each once.
struct ZoneTable: Sendable {
    private(set) var zones: [ZoneFile] = [.utc]
    /// The index of UTC.
    let utc = 0

    mutating func index(of zone: ZoneFile) -> Int {
        if let index = zones.firstIndex(of: zone) { return index }
        zones.append(zone)
        return zones.count - 1
    }
}
