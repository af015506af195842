// A slot: one scheduled instant of a programme, with all that playing and proving it needs to know.

/// What happens to a slot that cannot begin on time.
package enum LateRule: Hashable, Sendable {
    /// It is missed when it cannot begin within one second.
    case skip
    /// It begins at the position where it would be by now.
    case join
    /// It begins at its beginning, if it is at most so late.
    case within(Duration)
}

/// What an ATTACH names: a path is relative to the channel's folder.
package enum ContentReference: Hashable, Sendable {
    case playlist(String)
    case file(String)
    /// An `https://` URL.
    case live(String)
}

/// The content of a programme in one language.
package struct ContentVariant: Hashable, Sendable {
    /// The language tag of X-LOA-LANGUAGE; `nil` is for everybody.
    package var language: String?
    /// Where the content is.
    package var reference: ContentReference

    /// Makes the variant.
    package init(language: String?, reference: ContentReference) {
        self.language = language
        self.reference = reference
    }
}

/// One scheduled instant of a programme.
package struct Slot: Hashable, Sendable, Identifiable {
    /// `UPSTREAM/UID@ORIGINAL`: the instant at which the programme's own rule has the slot, in the station's zone.
    ///
    /// It stays the same when that one instance is moved, so that a moved slot does not play twice.
    package var id: String
    /// The name of the upstream whose slot it is.
    package var upstream: String
    /// The UID of the event.
    package var programme: String
    /// The SUMMARY, on one line.
    package var title: String
    /// Who goes first, as far as file and upstream may say it.
    package var programmeClass: ProgrammeClass
    /// Themes, for reports.
    package var categories: [String]
    /// The rank of the upstream: the lower goes first.
    package var rank: Int
    /// When its first sample is due.
    package var scheduled: Instant
    /// When the slot ends whatever is playing; `nil`: it ends with its last item.
    package var hardEnd: Instant?
    /// It does not begin from then on: so long its signature holds; `nil` for as long as it is offered.
    package var expires: Instant?
    /// Whether it sounds as soon as can be, because nobody knows what time it is.
    package internal(set) var isWithoutClock = false
    /// What happens when it cannot begin on time.
    package var late: LateRule
    /// What to play, one after the other: for everybody first, then the station's languages in its order.
    package var contents: [ContentVariant]
    /// The calendar file inside the channel.
    package var file: String
    /// The line of the event's BEGIN, from 1.
    package var line: Int

    /// Makes a slot.
    package init(
        id: String, upstream: String, programme: String, title: String, programmeClass: ProgrammeClass,
        categories: [String], rank: Int, scheduled: Instant, hardEnd: Instant?, expires: Instant? = nil,
        late: LateRule, contents: [ContentVariant], file: String = "", line: Int = 0
    ) {
        self.id = id
        self.upstream = upstream
        self.programme = programme
        self.title = title
        self.programmeClass = programmeClass
        self.categories = categories
        self.rank = rank
        self.scheduled = scheduled
        self.hardEnd = hardEnd
        self.expires = expires
        self.late = late
        self.contents = contents
        self.file = file
        self.line = line
    }

    /// What its timetable is called among `SignedTimetable.versions`.
    var versionName: String { SignedTimetable.versionName(upstream, RemoteFile.Kind(of: file)) }
}

extension Slot {
    /// What makes a slot one and the same, whatever offset its name was written with.
    ///
    /// After a change of the station's zone, or of the zone's law, the same instant has another name.
    package static func identity(of id: String) -> String {
        guard let at = id.utf8.lastIndex(of: UInt8(ascii: "@")),
            let original = RFC3339.parse(id[id.utf8.index(after: at)...])?.instant
        else { return id }
        return "\(id[..<at])@\(original.nanoseconds)"
    }

    /// Whether two names are those of one slot.
    package static func isSame(_ id: String, _ other: String) -> Bool {
        id == other || identity(of: id) == identity(of: other)
    }

    /// The `UPSTREAM/UID` of a slot's name.
    static func programme(of id: String) -> String {
        id.utf8.lastIndex(of: UInt8(ascii: "@")).map { String(id[..<$0]) } ?? id
    }
}

/// Something in a channel that was not understood, or not taken as it stands.
package struct TimetableProblem: Hashable, Sendable, CustomStringConvertible {
    /// How much is lost.
    package enum Severity: Hashable, Sendable {
        /// It plays, but not quite as the file says.
        case warning
        /// Something will not play.
        case error
    }

    /// How much is lost.
    package var severity: Severity
    /// The name of the upstream.
    package var upstream: String
    /// The file inside the channel.
    package var file: String
    /// From 1.
    package var line: Int
    /// What is wrong, in words.
    package var message: String

    /// Makes the problem.
    package init(
        severity: Severity = .error, upstream: String, file: String, line: Int, message: String
    ) {
        self.severity = severity
        self.upstream = upstream
        self.file = file
        self.line = line
        self.message = message
    }

    /// The problem in one line.
    package var description: String { "\(upstream)/\(file):\(line): \(message)" }
}
