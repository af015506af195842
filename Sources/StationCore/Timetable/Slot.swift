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
    package var reference: ContentReference

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
    package var upstream: String
    /// The UID of the event.
    package var programme: String
    package var title: String
    package var programmeClass: ProgrammeClass
    /// Themes, for reports.
    package var categories: [String]
    /// The rank of the upstream: the lower goes first.
    package var rank: Int
    package var scheduled: Instant
    /// When the slot ends whatever is playing; `nil`: it ends with its last item.
    package var hardEnd: Instant?
    package var late: LateRule
    /// What to play, one after the other: for everybody first, then the station's languages in its order.
    package var contents: [ContentVariant]
    /// The calendar file inside the channel, and the line of the event's BEGIN.
    package var file: String
    package var line: Int

    /// Makes a slot.
    package init(
        id: String, upstream: String, programme: String, title: String, programmeClass: ProgrammeClass,
        categories: [String], rank: Int, scheduled: Instant, hardEnd: Instant?, late: LateRule,
        contents: [ContentVariant], file: String = "", line: Int = 0
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
        self.late = late
        self.contents = contents
        self.file = file
        self.line = line
    }
}

/// Something in a channel that was not understood, or not taken as it stands.
package struct TimetableProblem: Hashable, Sendable, CustomStringConvertible {
    /// What becomes of what was not understood.
    package enum Severity: Hashable, Sendable {
        /// It plays, but not quite as the file says.
        case warning
        /// Something will not play.
        case error
    }

    package var severity: Severity
    package var upstream: String
    /// The file inside the channel.
    package var file: String
    /// From 1.
    package var line: Int
    package var message: String

    package init(
        severity: Severity = .error, upstream: String, file: String, line: Int, message: String
    ) {
        self.severity = severity
        self.upstream = upstream
        self.file = file
        self.line = line
        self.message = message
    }

    package var description: String { "\(upstream)/\(file):\(line): \(message)" }
}
