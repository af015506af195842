package import StationTrust

/// The identity of an effect; its completion carries it back.
///
/// Identities grow by one within a run of the daemon.
package struct EffectID: Hashable, Comparable, Sendable {
    package let number: UInt64

    package init(_ number: UInt64) { self.number = number }

    package static func < (left: Self, right: Self) -> Bool { left.number < right.number }
}

/// Something that the station wants done in the world, as data.
///
/// ## The contract of every executor
///
/// Host and the simulator both keep to it; one scripted suite runs against both.
///
/// 1. Effects begin in the order in which `handle` returned them. `append`s and `recordPosition`s are carried out in
///    that order, one after the other.
/// 2. Every effect but `wake`, `reply`, `status` and `exit` completes exactly once, with an event of its identity,
///    in a later call of `handle`; a crash takes completions with it.
/// 3. `append` completes `durable` only when the entry would survive a power cut now. Where the disk refuses, or
///    nobody can say whether it took the entry, the entry goes to `/run` and completes `inRun`, or `inMemory`
///    when `/run` refuses too. Such entries are put on disk, in order and once, as soon as it takes them: with the
///    next `append`, or by an attempt of the executor's own, whose success it tells with `logIsDurable`. Before either
///    it tells with `logGrew` how many lines of the log are durable by then; a head covers no others.
/// 4. `appendInRun` does not wait for the disk: it completes at once, `inRun` or `inMemory`. An entry of the same
///    index that also reaches the disk is the same entry.
/// 5. After a crash the log is a run of entries from index 0 in the order of their indices: everything that completed
///    `durable` is in it; what completed `inRun` is in it unless the power went; of what did not complete, a prefix
///    may be in it. It has a gap only where neither the disk nor `/run` took an entry that a later one followed.
/// 6. The position record is replaced as a whole: after a crash it is the last completed one, or a later one.
/// 7. `play` makes sound from its start until its end, its permit's end or a `stop`, whichever is first, and then
///    completes. A `play` ordered while another plays takes over at its own start, where the other ends `replaced`.
package struct Effect: Equatable, Sendable {
    package let id: EffectID
    package let action: Action

    package init(id: EffectID, action: Action) {
        self.id = id
        self.action = action
    }

    /// What to do.
    package enum Action: Equatable, Sendable {
        /// Puts an entry into the log, durably.
        case append(Entry)
        /// Puts an entry into `/run` because the disk does not answer in time.
        case appendInRun(Entry)
        /// Replaces the record of where the running slot is.
        case recordPosition(PositionRecord)
        /// Hashes the items and decodes each to its end, and keeps their descriptors for the play.
        ///
        /// What is more urgent does not wait for what is less: that stands back, and is done afterwards. Among
        /// equals the one that is due first goes first.
        case preflight(play: PlayID, items: [ContentItem], urgency: Urgency, scheduled: Instant)
        /// Opens the card and feeds it with silence.
        case openCard
        /// Closes the card.
        case closeCard
        /// Tries whether the card can be had, without a sound: opens and closes it, where it is not open anyhow.
        case probeCard
        /// Plays what was preflighted under that identity.
        case play(PlayOrder)
        /// Fades a play out and ends it.
        case stop(play: PlayID, fade: Duration)
        /// Gives a running play another permit: another ceiling, or an earlier end.
        case renew(play: PlayID, permit: Permit)
        /// Forgets what was preflighted; what is being preflighted is given up, and completes without its result.
        case discard(play: PlayID)
        /// Runs the configured command that switches the amplifier.
        case amplifier(isOn: Bool)
        /// Asks an upstream whether there is anything new; what comes of it is told by `fetched`.
        ///
        /// Metadata is judged by `at`; certificates by `certificatesAt`, or by the clock where that is nil. Where
        /// somebody asked for it, no file waits any longer because its server had it wrong.
        case poll(upstream: String, at: Instant, certificatesAt: Instant?, isAsked: Bool)
        /// Fetches these files in this order, in place of those before.
        case want([RemoteFile])
        /// Removes files of the store of content, by their names.
        case evict([String])
        /// Writes down which timetable of a kind is the active one, durably: the next start goes by it.
        case adopt(RemoteFile.Kind, Manifest)
        /// Makes the tree over so many lines of the log on the disk, as the log of that origin has them.
        case foldLog(LogOrigin, lines: Int64)
        /// Brings the log's store up to a head, signing what has been found to go on from the store's own.
        case uploadLog(LogUpload.Order)
        /// Signs what the centre is to know and puts it into the store.
        case uploadStatus(JSON)
        /// Reads what an upstream has in a folder that was handed over, in place of its server, from the next poll on.
        ///
        /// Where no upstream is named it is the one whose root lies there.
        case beginImport(token: UInt64, upstream: String?)
        /// The upstream's server is asked again.
        case endImport
        /// Gives the log to who asked for it, up to a head and as a store would get it, with what the centre is to know
        /// beside it.
        case exportLog(CommandID, LogUpload.Order, status: JSON)
        /// Reads free space and the like for `status`.
        case measureStorage
        /// Answers a command.
        case reply(CommandID, Reply)
        /// Tells the service supervisor in one line what the station is doing.
        case status(String)
        /// Ends the daemon: everything is in order.
        case exit
        /// Calls `handle` again at that instant, with `wake`; replaces the wake before. Always the last effect.
        case wake(at: MonotonicInstant)
    }
}

/// How durable an appended entry is.
package enum Durability: String, Hashable, Sendable {
    /// It survives a power cut.
    case durable
    /// It survives the daemon, not the power.
    case inRun
    /// It survives nothing.
    case inMemory
}

/// What became of an effect.
package enum Completion: Hashable, Sendable {
    /// Done; nothing to say about it.
    case done
    /// Not done; the text says why, for a person.
    case failed(String)
    case appended(Durability)
    /// One report for each item, in order.
    case preflighted([ItemReport])
    case played(PlayEnd, Playback)
    /// The card was tried; nil where it can be had.
    case probed(CardProblem?)
    /// The tree over the log.
    case folded(LogHead)
    /// How an upload of the log, or its export, ended.
    case uploaded(LogUploadEnd)
    /// The upstream whose repository was handed over.
    case importing(upstream: String)
    /// What is free on the disk, what there is of content that has not come whole, and whether nothing can be written.
    case storage(freeBytes: Int64, partBytes: Int64, isReadOnly: Bool)
}
