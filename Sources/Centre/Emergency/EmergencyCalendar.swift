/// The text of a calendar below `emergency/`: the channel's own, with the events of alerts before its end.
///
/// Events of alerts are put in and taken out as lines, so that nothing else of the calendar changes.
struct EmergencyCalendar {
    private var lines: [String]

    /// A calendar without an event.
    static let empty = EmergencyCalendar(
        text: Array(
            "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Loa Phuong//loa-centre//EN\nX-LOA-EMPTY:TRUE\nEND:VCALENDAR"
                .utf8))

    /// Takes a calendar's text apart.
    init(text: [UInt8]) {
        lines = String(decoding: text, as: UTF8.self).split { $0 == "\n" || $0 == "\r\n" }.map(String.init)
    }

    /// The calendar with CRLF behind each line, as RFC 5545 has it.
    var text: [UInt8] { Array(lines.map { $0 + "\r\n" }.joined().utf8) }

    /// Whether it has any event.
    var hasEvents: Bool { lines.contains("BEGIN:VEVENT") }

    /// The lines of the event of that UID, if there is one.
    func event(_ uid: String) -> [String]? { place(of: uid).map { Array(lines[$0]) } }

    private func place(of uid: String) -> Range<Int>? {
        guard let line = lines.firstIndex(of: "UID:\(uid)"),
            let begin = lines[..<line].lastIndex(of: "BEGIN:VEVENT"),
            let end = lines[line...].firstIndex(of: "END:VEVENT")
        else { return nil }
        return begin..<(end + 1)
    }

    /// Takes the event of that UID out.
    mutating func remove(_ uid: String) {
        if let place = place(of: uid) { lines.removeSubrange(place) }
    }

    /// Puts an event in, whole from BEGIN to END.
    mutating func add(_ event: [String]) {
        lines.insert(contentsOf: event, at: lines.lastIndex(of: "END:VCALENDAR") ?? lines.count)
    }
}
