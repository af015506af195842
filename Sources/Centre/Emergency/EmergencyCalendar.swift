/// The text of a calendar below `emergency/`: the channel's own, with the events of alerts before its end.
///
/// Events of alerts are put in and taken out as lines, so that the rest of the calendar stays as it is, byte by byte.
struct EmergencyCalendar: Hashable {
    /// Without the LF that stands between them.
    private var lines: [String]

    /// A calendar without an event.
    static let empty = EmergencyCalendar(
        text: Array(
            """
            BEGIN:VCALENDAR\r
            VERSION:2.0\r
            PRODID:-//Loa Phuong//loa-centre//EN\r
            X-LOA-EMPTY:TRUE\r
            END:VCALENDAR\r

            """.utf8))

    /// Takes a calendar's text apart.
    init(text: [UInt8]) {
        lines = text.split(separator: 0x0A, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    /// The calendar's text.
    var text: [UInt8] { Array(lines.joined(separator: "\n").utf8) }

    /// Whether it has any event.
    var hasEvents: Bool { lines.contains { Self.isSame($0, "BEGIN:VEVENT") } }

    /// The lines of the event of that UID, if there is one.
    func event(_ uid: String) -> [String]? { place(of: uid).map { Array(lines[$0]) } }

    private static func isSame(_ line: String, _ text: String) -> Bool {
        line == text || line == text + "\r"
    }

    private func place(of uid: String) -> Range<Int>? {
        guard let line = lines.firstIndex(where: { Self.isSame($0, "UID:\(uid)") }),
            let begin = lines[..<line].lastIndex(where: { Self.isSame($0, "BEGIN:VEVENT") }),
            let end = lines[line...].firstIndex(where: { Self.isSame($0, "END:VEVENT") })
        else { return nil }
        return begin..<(end + 1)
    }

    /// Takes the event of that UID out.
    mutating func remove(_ uid: String) {
        if let place = place(of: uid) { lines.removeSubrange(place) }
    }

    /// Puts an event in, whole from BEGIN to END.
    mutating func add(_ event: [String]) {
        let end = lines.lastIndex { Self.isSame($0, "END:VCALENDAR") } ?? lines.count
        lines.insert(contentsOf: event.map { $0.hasSuffix("\r") ? $0 : $0 + "\r" }, at: end)
    }
}
