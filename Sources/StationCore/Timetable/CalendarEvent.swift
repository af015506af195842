// One VEVENT as it is understood: its times on zones that are known, its rules, and what it wants played.

/// Why an event was refused.
struct EventError: Error {
    var line: Int
    var description: String
    /// Whether the parser of the file has reported it already.
    var isReported = false
}

/// A civil time on the wall of a zone.
struct ZonedTime: Hashable, Sendable {
    var civil: CivilTime
    /// The index of the zone in the timetable.
    var zone: Int
    var instant: Instant
}

/// How long a slot lasts: nominal days on the wall, then exact seconds.
///
/// RFC 5545 section 3.8.5.3: a DTEND gives all instances the same exact duration, a DURATION the same nominal one.
struct SlotLength: Hashable, Sendable {
    var days: Int
    var seconds: Int64
}

/// What an event says about what is played, apart from when.
struct EventContent: Hashable, Sendable {
    var title = ""
    var programmeClass = ProgrammeClass.normal
    var categories: [String] = []
    var late = LateRule.within(.seconds(600))
    /// `nil` when the event names nothing to play.
    var contents: [ContentVariant]?
    /// Where the content is named, for messages.
    var contentLine = 0
}

/// An exception that removes or replaces instances: a date stands for the instance on that day.
enum InstanceName: Hashable, Sendable {
    case instant(Instant)
    case day(CivilDate)
}

/// One VEVENT, understood whole unless `isBroken`.
struct CalendarEvent: Sendable {
    var uid: String
    /// The line of its BEGIN.
    var line: Int
    var sequence = 0
    var isCancelled = false
    /// Its UID is known and its rest is not: what it was to replace must not play, nor must it.
    var isBroken = false
    /// Which instance of the series it replaces; `nil` for the series itself.
    var recurrence: InstanceName?
    var isThisAndFuture = false
    var start: ZonedTime?
    var length: SlotLength?
    var rules: [RecurrenceRule] = []
    /// RDATE: further instances, with a length of their own where a PERIOD gives one.
    var additions: [(time: ZonedTime, length: SlotLength?)] = []
    /// EXDATE: what the rule gives and must not.
    var exceptions: [InstanceName] = []
    var content = EventContent()

    /// Whether it changes the instances after its own too; a mere date cannot say from which on.
    var isLasting: Bool {
        if case .instant = recurrence { isThisAndFuture } else { false }
    }
}
