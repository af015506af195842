import StationCore
import StationHost
import StationTrust
import TerminalText

/// What is to be put on air at once, for whom, and how long.
package struct AlertOrder: Sendable {
    /// Where the announcement comes from.
    package enum Source: Sendable {
        /// A recording.
        case audio(String)
        /// A message of the Common Alerting Protocol.
        case cap(String)
    }

    /// Where the announcement comes from.
    package var source: Source
    /// How long a station may still begin it; nil where a CAP message says so itself.
    package var duration: Duration?
    /// From one repetition to the next; nil to play it once.
    package var every: Duration?
    /// What people see of it; nil for what the CAP message says, or a general word.
    package var title: String?
    /// The groups that it is for, and the stations; for all where both are empty.
    package var groups: [String] = []
    package var stations: [String] = []

    /// No alert is longer: what is signed must not be played again next year.
    package static let longest = Duration.seconds(86_400)
    /// Shorter ones would be over before the stations have heard of them.
    package static let shortest = Duration.seconds(60)

    /// Makes an order for all stations.
    package init(_ source: Source, for duration: Duration?) {
        (self.source, self.duration) = (source, duration)
    }

    /// The longest title, in characters.
    private static let titleLength = 200

    // MARK: For whom

    /// The calendars that its event goes into.
    func calendars() throws(CentreError) -> [String] {
        for name in groups + stations {
            guard !name.contains("/"), name != "..", name != ".", TUF.isSound(path: name), name.isNFC else {
                throw CentreError(
                    .refused,
                    Phrase(
                        vi: "không thể có nhóm hay trạm tên “\(name)”",
                        en: "no group or station can be called “\(name)”"))
            }
        }
        return audience.map { Role.emergencyFolder + $0.calendar }
    }

    /// Whom it is for.
    var audience: [Audience] {
        let named = groups.map(Audience.group) + stations.map(Audience.station)
        return named.isEmpty ? [.all] : named
    }

    // MARK: The event

    /// One recording of it.
    struct Recording {
        /// Where it lies in the channel.
        let path: String
        let language: String?
        let measurement: Measurement
    }

    /// When it begins and until when a station may begin it, in seconds since 1970.
    struct Span {
        let start: Int64
        let end: Int64
    }

    /// The lines of the event in the calendar of that path.
    ///
    /// It begins now, whole for whoever comes late within its time. Where it is repeated, each repetition may be as late
    /// as the next one is away: a station that was off for an hour must not make up for all of them.
    func event(
        _ uid: String, _ span: Span, title: String, _ recordings: [Recording], in calendar: String
    ) -> [String] {
        let start = Self.basic(span.start)
        var late = span.end - span.start
        var lines = [
            "BEGIN:VEVENT", "UID:\(uid)", "DTSTAMP:\(start)", "DTSTART:\(start)",
            "SUMMARY:\(Self.escaped(String(title.prefix(Self.titleLength))))", "PRIORITY:1",
        ]
        if let seconds = every?.components.seconds {
            late = min(late, seconds)
            lines.append("RRULE:FREQ=SECONDLY;INTERVAL=\(seconds);UNTIL=\(Self.basic(span.end - 1))")
        }
        lines.append("X-LOA-LATE:PT\(late)S")
        // The path from the calendar to the recording, both below `emergency/`.
        let depth = calendar.split(separator: "/").count - 2
        for recording in recordings {
            let language = recording.language.map { ";X-LOA-LANGUAGE=\($0)" } ?? ""
            let path = recording.path.dropFirst(Role.emergencyFolder.count)
            lines.append("ATTACH\(language):" + String(repeating: "../", count: depth) + path)
        }
        return lines.flatMap(Self.folded) + ["END:VEVENT"]
    }

    /// An instant as `20261122T134500Z`.
    static func basic(_ seconds: Int64) -> String {
        UTCTime.text(seconds).filter { $0 != "-" && $0 != ":" }
    }

    /// A text as iCalendar writes it (RFC 5545 section 3.3.11).
    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "\\", ";", ",": result += "\\\(character)"
            case _ where character.isNewline: result += "\\n"
            default: result.append(character)
            }
        }
        return result
    }

    /// A line in pieces of at most 75 bytes (RFC 5545 section 3.1).
    private static func folded(_ line: String) -> [String] {
        var lines: [String] = []
        var current = ""
        for scalar in line.unicodeScalars {
            if current.utf8.count + UTF8.width(scalar) > 75 {
                lines.append(current)
                current = " "
            }
            current.unicodeScalars.append(scalar)
        }
        return lines + [current]
    }
}
