import StationTrust

/// Answers to commands that wait until what the command has put into the log is durable.
///
/// Nobody is told of a mute, or that the sound was stopped by them, which the next power cut forgets. A disk that does
/// not take it, or does not answer, must not keep a person waiting: then the answer says so.
struct HeldAnswers: Sendable {
    /// A person waits no longer for the disk.
    static let patience = Duration.seconds(2)

    private struct Held: Sendable {
        var entry: EffectID
        var command: CommandID
        var reply: Reply
        var until: MonotonicInstant
    }

    /// In the order of their entries, and so of their deadlines.
    private var items: [Held] = []

    var isEmpty: Bool { items.isEmpty }

    /// When the oldest is given without waiting any longer.
    var nextDue: MonotonicInstant { items.first?.until ?? .distantFuture }

    /// Keeps an answer until an entry has been written.
    mutating func hold(
        _ reply: Reply, to command: CommandID, until entry: EffectID, at now: MonotonicInstant
    ) {
        items.append(Held(entry: entry, command: command, reply: reply, until: now + Self.patience))
    }

    /// Takes those out that waited for an entry, or for one before it.
    ///
    /// Where the disk is silent and an entry goes to `/run`, they are told without knowing what becomes of theirs.
    mutating func written(_ entry: EffectID, _ durability: Durability) -> [(CommandID, Reply)] {
        take(while: { $0.entry <= entry }, isRecorded: durability == .durable)
    }

    /// Takes those out that have waited long enough.
    mutating func overdue(at now: MonotonicInstant) -> [(CommandID, Reply)] {
        take(while: { $0.until <= now }, isRecorded: false)
    }

    private mutating func take(while isMeant: (Held) -> Bool, isRecorded: Bool) -> [(CommandID, Reply)] {
        let taken = items.prefix(while: isMeant)
        items.removeFirst(taken.count)
        return taken.map { ($0.command, isRecorded ? $0.reply : $0.reply.unrecorded) }
    }
}

extension Reply {
    /// The same, saying that a power cut would forget it.
    fileprivate var unrecorded: Reply {
        Reply(code, .object((body.members ?? []) + [.init("recorded", .bool(false))]))
    }
}
