// Calendar files as RFC 5545 section 3.1 writes them: bytes in, components out, and what is broken named by line.
//
// Components are handed out one by one, so that a calendar of a hundred thousand events is never in memory whole.

/// The bounds of a calendar file; whatever is beyond one is reported and left out.
package enum ICalendarLimits {
    /// The longest file, in bytes.
    package static let fileBytes = 64 << 20
    /// The longest content line after unfolding, in bytes.
    package static let lineBytes = 64 << 10
    /// How deep components may lie in each other.
    package static let depth = 8
    /// The most properties of one component.
    package static let properties = 10_000
    /// The most problems of one file that are reported.
    package static let problems = 100
}

/// A property of a calendar component.
struct ContentLine: Hashable, Sendable {
    struct Parameter: Hashable, Sendable {
        /// In capitals.
        var name: String
        var values: [String]
    }

    /// In capitals.
    var name: String
    var parameters: [Parameter]
    /// As written, without the escapes of TEXT undone.
    var value: String
    /// The line of the file on which it starts, from 1.
    var line: Int

    /// The first value of a parameter.
    func parameter(_ name: String) -> String? {
        parameters.first { $0.name == name }?.values.first
    }
}

/// A component such as VEVENT with its properties and the components inside it.
struct CalendarComponent: Sendable {
    /// In capitals.
    var name: String
    /// The line of its BEGIN, from 1.
    var line: Int
    var properties: [ContentLine] = []
    var components: [CalendarComponent] = []
    /// What is broken in the component itself (not in those inside it), so that it is not understood whole.
    var defect: (line: Int, message: String)?

    /// The first property of a name.
    func property(_ name: String) -> ContentLine? { properties.first { $0.name == name } }
}

/// Reads the components of a calendar file one after the other.
struct ICalendarParser {
    /// What cannot be read, in the order of the file; bounded by `ICalendarLimits.problems`.
    private(set) var problems: [(line: Int, message: String)] = []
    /// How many problems there are beyond those.
    private(set) var unreported = 0
    /// The properties of the calendar itself.
    private(set) var calendarProperties: [ContentLine] = []
    private var lines: UnfoldedLines
    private var isInCalendar = false
    private var hasCalendar = false
    /// The components that are open, outermost first.
    private var open: [CalendarComponent] = []
    /// How many components are open that lie too deep to be kept.
    private var openIgnored = 0

    init(_ bytes: [UInt8]) { lines = UnfoldedLines(bytes) }

    /// The next component that lies directly in a calendar; `nil` at the end of the file.
    mutating func next() -> CalendarComponent? {
        while let (bytes, line) = lines.next() {
            do {
                let property = try ContentLine(bytes, line: line)
                switch property.name {
                case "BEGIN": begin(property.value.uppercased(), line)
                case "END": if let component = end(property.value.uppercased(), line) { return component }
                default: add(property)
                }
            } catch {
                report(line, error.description)
                if openIgnored == 0 { spoil(line, error.description) }
            }
        }
        finish()
        return nil
    }

    private mutating func begin(_ name: String, _ line: Int) {
        if name == "VCALENDAR" {
            if isInCalendar { report(line, "a VCALENDAR starts before the last one has ended") }
            dropOpen()
            (isInCalendar, hasCalendar) = (true, true)
            return
        }
        if !isInCalendar { report(line, "BEGIN:\(name.prefix(40)) outside of a VCALENDAR") }
        // Components of these kinds never lie in each other: the one that is open has lost its END.
        if ["VEVENT", "VTIMEZONE", "VTODO", "VJOURNAL", "VFREEBUSY"].contains(name) { dropOpen() }
        if openIgnored > 0 || open.count == ICalendarLimits.depth {
            if openIgnored == 0 {
                report(line, "components lie more than \(ICalendarLimits.depth) deep in each other")
            }
            openIgnored += 1
            return
        }
        open.append(CalendarComponent(name: name, line: line))
    }

    private mutating func end(_ name: String, _ line: Int) -> CalendarComponent? {
        if name == "VCALENDAR" {
            dropOpen()
            if !isInCalendar { report(line, "END:VCALENDAR without its BEGIN") }
            isInCalendar = false
            return nil
        }
        if openIgnored > 0 {
            openIgnored -= 1
            return nil
        }
        guard let place = open.lastIndex(where: { $0.name == name }) else {
            report(line, "END:\(name.prefix(40)) without its BEGIN")
            spoil(line, "END:\(name.prefix(40)) without its BEGIN")
            return nil
        }
        if place < open.count - 1 {
            let message = "\(open[place + 1].name.prefix(40)) has no END"
            report(open[place + 1].line, message)
            open[place].defect = open[place].defect ?? (open[place + 1].line, message)
            open.removeLast(open.count - 1 - place)
        }
        let component = open.removeLast()
        if open.isEmpty { return component }
        open[open.count - 1].components.append(component)
        return nil
    }

    private mutating func add(_ property: ContentLine) {
        if openIgnored > 0 { return }
        if open.isEmpty {
            if !isInCalendar { report(property.line, "\(property.name.prefix(40)) outside of a VCALENDAR") }
            if calendarProperties.count < ICalendarLimits.properties { calendarProperties.append(property) }
        } else if open[open.count - 1].properties.count < ICalendarLimits.properties {
            open[open.count - 1].properties.append(property)
        } else if open[open.count - 1].defect == nil {
            let message = "more than \(ICalendarLimits.properties) properties"
            report(property.line, message)
            spoil(property.line, message)
        }
    }

    private mutating func spoil(_ line: Int, _ message: String) {
        guard !open.isEmpty, open[open.count - 1].defect == nil else { return }
        open[open.count - 1].defect = (line, message)
    }

    private mutating func dropOpen() {
        if let first = open.first { report(first.line, "\(first.name.prefix(40)) has no END") }
        open.removeAll()
        openIgnored = 0
    }

    private mutating func finish() {
        dropOpen()
        if isInCalendar { report(lines.number, "the file ends before END:VCALENDAR") }
        if !hasCalendar { report(1, "no calendar: BEGIN:VCALENDAR is missing") }
        (isInCalendar, hasCalendar) = (false, true)
    }

    private mutating func report(_ line: Int, _ message: String) {
        if problems.count < ICalendarLimits.problems {
            problems.append((line, message))
        } else {
            unreported += 1
        }
    }
}

/// Cuts a file into content lines: folded ones are joined (RFC 5545 section 3.1), as bytes, because a fold may fall
/// into the middle of a character.
private struct UnfoldedLines {
    private let bytes: [UInt8]
    private var position = 0
    /// The number of the line of the file that was read last.
    private(set) var number = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        // A byte order mark is no part of the first name.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    /// The next line that is not empty, cut at one byte over the bound, and where it starts.
    mutating func next() -> (bytes: [UInt8], line: Int)? {
        while position < bytes.count {
            var line = Array(physical())
            let start = number
            while position < bytes.count, bytes[position] == 0x20 || bytes[position] == 0x09 {
                position += 1
                let rest = physical()
                line.append(contentsOf: rest.prefix(ICalendarLimits.lineBytes + 1 - line.count))
            }
            if !line.isEmpty { return (line, start) }
        }
        return nil
    }

    /// The bytes up to the end of the line of the file, ended by CR LF or LF, bounded like the content line.
    private mutating func physical() -> ArraySlice<UInt8> {
        number += 1
        let start = position
        while position < bytes.count, bytes[position] != 0x0A { position += 1 }
        var end = position
        position += 1
        while end > start, bytes[end - 1] == 0x0D { end -= 1 }
        return bytes[start..<min(end, start + ICalendarLimits.lineBytes + 1)]
    }
}
