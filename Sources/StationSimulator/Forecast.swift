package import StationCore
package import StationTrust

/// The days to come of a station, as the production `Station` would decide them, in virtual time.
package struct Forecast {
    /// What is to go wrong meanwhile.
    package struct Troubles: Sendable {
        /// Somebody sets the clock by so much; nobody tells the time for a quarter of an hour.
        package var clockStep: (by: Duration, at: Instant)?
        package var powerCut: Range<Instant>?
        package var networkDown: Range<Instant>?
        package var cardLost: Range<Instant>?

        /// Nothing goes wrong.
        package init() {}
    }

    /// A fault that would show.
    package struct Fault: Hashable, Sendable {
        package let code: String
        package let message: String
        package let since: Instant
        /// When it would be over; nil where it would last.
        package var until: Instant?
    }

    /// What is due so long before the beginning may still sound, and so long behind the end it is looked at already.
    package static let reach = Duration.seconds(3 * 86_400)
    /// After a clock was set by hand the time is told again so much later.
    package static let unsynchronised = Duration.seconds(900)
    /// What began shortly before the end is followed to its own end, which no broadcast's limit puts later.
    private static let run = Duration.seconds(12 * 3600)
    /// A board without a battery for its clock is told the time so long after its start.
    private static let timeToldAfter = Duration.seconds(40)

    /// The outcomes of the slots that are due, as the log would have them, in the order of their instants.
    package let outcomes: [JSON]
    /// Every fault that would show, in the order in which they come.
    package let faults: [Fault]

    /// Lets the days go by.
    ///
    /// - Parameters:
    ///   - settings: the station's.
    ///   - log: what its log says up to now.
    ///   - timetables: those in force.
    ///   - library: how long each file sounds, or what is wrong with it.
    ///   - missing: the files that are not on the disk, by their names in the store.
    ///   - boot: the identity of the machine's boot.
    ///   - now: what the machine's clocks say; where the time is told now, it is told again after each trouble.
    ///   - period: the days.
    ///   - troubles: what goes wrong.
    package init(
        _ settings: StationSettings, log: LogSummary, timetables: [RemoteFile.Kind: SignedTimetable],
        library: SimulatedLibrary, missing: Set<String>, boot: String, now: Now,
        over period: Range<Instant>, with troubles: Troubles
    ) {
        let world = World(settings: settings, at: period.lowerBound)
        world.library = library
        world.store.begin(with: log)
        world.carryOut(.install(SimulatedOffer(timetables)))
        for name in missing { world.stored[name] = nil }
        Self.schedule(troubles, settings, isSynchronised: now.isSynchronised, in: world)
        var beginning = now
        beginning.monotonic = now.monotonic(of: period.lowerBound)
        world.resume(boot: boot, at: beginning)
        world.run(until: period.upperBound + Self.run)
        outcomes = world.log.filter { $0.kind == .outcome }.map(\.json).compactMap { entry in
            entry["scheduled"]?.text.flatMap(RFC3339.instant(of:)).flatMap {
                period.contains($0) ? (at: $0, entry: entry) : nil
            }
        }.sorted { $0.at < $1.at }.map(\.entry)
        faults = Self.faults(world.log, before: period.upperBound)
    }

    private static func schedule(
        _ troubles: Troubles, _ settings: StationSettings, isSynchronised: Bool, in world: World
    ) {
        if let step = troubles.clockStep {
            world.schedule(.loseSynchronisation, at: step.at)
            world.schedule(.step(step.by), at: step.at)
            if isSynchronised { world.schedule(.synchronise, at: step.at + unsynchronised) }
        }
        if let cut = troubles.powerCut {
            // Without a battery it goes on from where it stood, until somebody tells the time over the network.
            let isDark = troubles.networkDown.map { $0.contains(cut.upperBound) } ?? false
            world.schedule(
                .bootClock(
                    settings.isClockBatteryBacked ? .carried(off: .zero) : .lastShutdown,
                    synchronisesAfter: isSynchronised && !isDark ? timeToldAfter : nil),
                at: cut.lowerBound)
            world.schedule(.powerCut(for: cut.upperBound - cut.lowerBound), at: cut.lowerBound)
        }
        if let down = troubles.networkDown {
            world.schedule(.network(isUp: false), at: down.lowerBound)
            world.schedule(.network(isUp: true), at: down.upperBound)
        }
        if let lost = troubles.cardLost {
            world.schedule(.card(.missing), at: lost.lowerBound)
            world.schedule(.cardsChanged, at: lost.lowerBound)
            world.schedule(.card(.sound), at: lost.upperBound)
            world.schedule(.cardsChanged, at: lost.upperBound)
        }
    }

    private static func faults(_ log: [Entry], before end: Instant) -> [Fault] {
        var faults: [Fault] = []
        for entry in log where entry.kind == .fault {
            guard let code = entry.json["code"]?.text, let message = entry.json["message"]?.text,
                let at = entry.json["wall"]?.text.flatMap(RFC3339.instant(of:)), at < end
            else { continue }
            // One of content goes on under its own words; of every other code there is one at a time, whatever it says
            // of itself meanwhile.
            let open = faults.lastIndex {
                $0.code == code && $0.until == nil && (code != "content" || $0.message == message)
            }
            switch (entry.json["state"]?.text, open) {
            case ("raised", nil): faults.append(Fault(code: code, message: message, since: at))
            case ("raised", _): break
            case (_, let open?): faults[open].until = at
            default: break
            }
        }
        return faults
    }
}
