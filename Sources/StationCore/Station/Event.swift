/// Something that happened, for the station to decide upon.
package enum Event: Sendable {
    /// The daemon starts: what the disk remembers. The first event, once.
    indirect case started(Recovery)
    /// The wake that was asked for.
    case wake
    /// The wall clock was set.
    case clockStepped
    /// Fetching brought something about.
    case fetched(FetchReport)
    /// A way to the network came up.
    case networkReturned
    /// An effect completed.
    case completed(EffectID, Completion)
    /// The disk has taken everything that it had refused, without having been given another entry.
    case logIsDurable
    /// So many lines of the log on the disk survive a power cut by now.
    case logGrew(lines: Int64)
    /// What the sound path measures of a running play, about once a second.
    case progress(PlayID, Playback)
    /// A sound card came or went, as the system tells; perhaps not the station's own.
    case cardsChanged
    /// The card changed its state.
    case card(CardState)
    /// Somebody pressed what `stopInput` names.
    case stopPressed
    /// What `stopInput` names works, or why it does not.
    case stopInput(problem: String?)
    /// Somebody asks for something.
    case command(CommandID, Command, Person)
    /// The configuration was read anew.
    indirect case configured(StationSettings)
    /// The configuration was read anew and not taken; the one before stays. The text says why, for a person.
    case configurationRefused(String)
    /// The service supervisor, or a person, ends the daemon.
    case terminate
}

/// What the disk remembers when the daemon starts.
package struct Recovery: Equatable, Sendable {
    /// The log, folded.
    package var log: LogSummary
    /// Where the slot was that played when the daemon went.
    package var position: PositionRecord?
    /// The kernel's identity of this boot.
    package var boot: String
    /// How many bytes of a torn last entry were cut from the log.
    package var tornBytes: Int64
    /// How durable what the log says is: some of it may be in `/run` alone, because the disk does not take it.
    package var durability: Durability

    package init(
        log: LogSummary, position: PositionRecord?, boot: String, tornBytes: Int64 = 0,
        durability: Durability = .durable
    ) {
        self.log = log
        self.durability = durability
        self.position = position
        self.boot = boot
        self.tornBytes = tornBytes
    }
}
