package import StationTrust

/// What the station must know of its log, folded entry by entry.
///
/// The log is the only memory of what was begun, what ended and what people asked for: the daemon folds it at the
/// start, and folds each entry that it writes the same way, so that both can never differ.
package struct LogSummary: Equatable, Sendable {
    /// For so long a settled slot is remembered; no downtime is judged further back (DESIGN.md section 9).
    package static let memory = Duration.seconds(31 * 86_400)
    /// So many settled slots are remembered even when they are older: a clock that jumps to 2099 for a minute
    /// must not make the station forget what it played this morning.
    static let leastRemembered = 1024
    /// No more are: a month of one slot a minute is 44,640, and many such rules would fill the machine's memory.
    static let mostRemembered = 49_152

    /// A slot whose intent is in the log and whose outcome is not.
    package struct OpenIntent: Equatable, Sendable {
        package var slot: String
        package var scheduled: Instant
        /// When its first sample was to leave the card.
        package var startAt: Instant
        /// The same instant by the clock of that boot.
        package var startMonotonic: MonotonicInstant
        /// The members that the outcome repeats: programme, title, class, upstream, categories.
        package var description: [JSON.Member]
        /// The boot in which it was begun.
        package var boot: String
    }

    /// When the clock was last known to be synchronised.
    package struct Synchronisation: Equatable, Sendable {
        package var wall: Instant
        /// The same instant by the clock of that boot.
        package var monotonic: MonotonicInstant
        /// The boot in which it was; empty where a checkpoint of an earlier version does not tell.
        package var boot: String
    }

    /// The index of the entry to come.
    package private(set) var nextIndex: Int64 = 0
    /// The wall time of the first entry whose clock was believed.
    package private(set) var firstTrusted: Instant?
    /// The last entry whose clock was synchronised.
    package private(set) var lastSynchronised: Synchronisation?
    /// The wall time of the last entry whose clock was believed.
    package private(set) var lastTrusted: Instant?
    /// Which timetable is the active one.
    private var timetableVersions: JSON?
    /// Since when each upstream's timetable is as it is, by a clock that was believed.
    private var timetableChanges: [String: Instant] = [:]
    /// What was begun and has not ended.
    package private(set) var openIntents: [OpenIntent] = []
    /// The slots that have their outcome, in the order of the log, with their instant.
    package private(set) var settled: [Settled] = []
    /// Which log of the station its entries go to at the store.
    package private(set) var origin = LogOrigin.first
    package private(set) var mute: Mute?
    package private(set) var volumeDecibels: Double?
    /// When emergencies began, the last few of them.
    package private(set) var emergencies: [Instant] = []
    /// The emergencies of the last day by their programme, with the instant from which on a person wants no more.
    private var emergencyProgrammes: [EmergencyProgramme] = []
    /// The identities of `settled`.
    private var settledSlots: Set<String> = []

    /// `UPSTREAM/UID` of an emergency that has sounded.
    private struct EmergencyProgramme: Equatable, Sendable {
        var programme: String
        var begun: Instant
        var stopped: Instant?
    }

    /// An emergency repeats itself for no longer: it expires within a day of its signing (DESIGN.md section 7).
    package static let longestEmergency = Duration.seconds(86_400)
    /// So many emergencies are known by their programme.
    private static let mostEmergencyProgrammes = 64

    /// A slot with an outcome.
    package struct Settled: Equatable, Sendable {
        package var slot: String
        package var scheduled: Instant
    }

    /// The summary of an empty log.
    package init() {}

    /// Whether the slot has its outcome.
    package func isSettled(_ slot: String) -> Bool { settledSlots.contains(Slot.identity(of: slot)) }

    /// Since when an upstream's timetable is as it is; nil where no believed clock has told.
    package func timetableChange(of upstream: String) -> Instant? { timetableChanges[upstream] }

    /// The intent of a slot that has no outcome yet.
    package func openIntent(of slot: String) -> OpenIntent? {
        openIntents.first { Slot.isSame($0.slot, slot) }
    }

    /// The emergencies that began since an instant, as `UPSTREAM/UID`, but those that a person wants no more.
    func emergencyProgrammes(since instant: Instant) -> [String] {
        emergencyProgrammes.filter { $0.stopped == nil && $0.begun >= instant }.map(\.programme)
    }

    /// The emergencies that a person wants no more, as `UPSTREAM/UID`, each with the instant since which.
    var stoppedEmergencies: [(programme: String, since: Instant)] {
        emergencyProgrammes.compactMap { emergency in
            emergency.stopped.map { (emergency.programme, $0) }
        }
    }

    /// Whether the slot, scheduled at an instant, repeats an emergency that a person has stopped.
    package func isStoppedEmergency(_ slot: String, at scheduled: Instant) -> Bool {
        emergencyProgrammes.contains {
            guard let stopped = $0.stopped, $0.programme == Slot.programme(of: slot) else { return false }
            return scheduled > $0.begun && scheduled - stopped <= Self.longestEmergency
        }
    }

    /// Folds one entry, as it stands in the log.
    ///
    /// - Returns: false when it is not the entry that was to come, and nothing was folded.
    @discardableResult
    package mutating func fold(_ entry: JSON) -> Bool {
        guard entry["index"]?.integer == nextIndex, let kind = entry["kind"]?.text.flatMap(Entry.Kind.init)
        else {
            return false
        }
        nextIndex += 1
        let wall = entry["wall"]?.text.flatMap(RFC3339.instant(of:))
        let clock = entry["clock"]?.text.flatMap(ClockTrust.init) ?? .untrusted
        if clock != .untrusted, let wall {
            if firstTrusted == nil { firstTrusted = wall }
            lastTrusted = wall
            if clock == .synchronised {
                lastSynchronised = Synchronisation(
                    wall: wall,
                    monotonic: MonotonicInstant(nanoseconds: entry["monotonicNanoseconds"]?.integer ?? 0),
                    boot: entry["boot"]?.text ?? "")
            }
            // A clock that was set back since: the timetable was there by now at the latest.
            for version in timetableVersions?.members ?? [] {
                timetableChanges[version.name] = min(timetableChanges[version.name] ?? wall, wall)
            }
        }
        switch kind {
        case .intent: foldIntent(entry, wall: wall)
        case .outcome: foldOutcome(entry)
        case .command: foldCommand(entry, wall: wall)
        case .timetable: foldTimetable(entry, believed: clock == .untrusted ? nil : wall)
        case .fault: origin = LogOrigin(begunBy: entry) ?? origin
        case .boot, .clock, .device: break
        }
        return true
    }

    private mutating func foldTimetable(_ entry: JSON, believed: Instant?) {
        // What its centre sends otherwise than before is news: nobody has heard it, and nobody has stopped it.
        let renewed = entry["renewed"]?.elements?.compactMap(\.text) ?? []
        for index in emergencyProgrammes.indices
        where renewed.contains(emergencyProgrammes[index].programme) {
            emergencyProgrammes[index].stopped = nil
        }
        guard let versions = entry["versions"], versions != timetableVersions else { return }
        var changes: [String: Instant] = [:]
        for version in versions.members ?? [] {
            let isSame = timetableVersions?[version.name] == version.value
            changes[version.name] = isSame ? timetableChanges[version.name] : believed
        }
        timetableChanges = changes
        timetableVersions = versions
    }

    /// Goes on at a later index: the entries between are lost.
    package mutating func passOver(to index: Int64) { nextIndex = max(nextIndex, index) }

    private mutating func foldIntent(_ entry: JSON, wall: Instant?) {
        guard let slot = entry["slot"]?.text, openIntent(of: slot) == nil else { return }
        let described: Set = ["programme", "title", "class", "upstream", "categories"]
        let scheduled = entry["scheduled"]?.text.flatMap(RFC3339.instant(of:)) ?? wall ?? .distantPast
        let startAt = entry["startAt"]?.text.flatMap(RFC3339.instant(of:)) ?? scheduled
        let written = MonotonicInstant(nanoseconds: entry["monotonicNanoseconds"]?.integer ?? 0)
        openIntents.append(
            OpenIntent(
                slot: slot, scheduled: scheduled, startAt: startAt,
                startMonotonic: written + (startAt - (wall ?? startAt)),
                description: entry.members?.filter { described.contains($0.name) } ?? [],
                boot: entry["boot"]?.text ?? ""))
        if entry["class"]?.text == ProgrammeClass.emergency.rawValue, let wall {
            emergencies = emergencies.suffix(Self.leastRemembered - 1) + [startAt]
            let programme = Slot.programme(of: slot)
            let others = emergencyProgrammes.filter { $0.programme != programme }
            emergencyProgrammes =
                others.suffix(Self.mostEmergencyProgrammes - 1) + [.init(programme: programme, begun: wall)]
        }
    }

    private mutating func foldOutcome(_ entry: JSON) {
        guard let slot = entry["slot"]?.text, settledSlots.insert(Slot.identity(of: slot)).inserted else {
            return
        }
        openIntents.removeAll { Slot.isSame($0.slot, slot) }
        settled.append(
            Settled(
                slot: slot, scheduled: entry["scheduled"]?.text.flatMap(RFC3339.instant(of:)) ?? .distantPast)
        )
        forgetOld()
    }

    /// Forgets, now and then, what is older than the memory.
    private mutating func forgetOld() {
        guard settled.count >= 2 * Self.leastRemembered, settled.count.isMultiple(of: 256) else { return }
        let newest = settled.map(\.scheduled).max() ?? .distantPast
        let candidates = settled.dropLast(Self.leastRemembered)
        let kept = candidates.filter { newest - $0.scheduled <= Self.memory }
            .suffix(Self.mostRemembered - Self.leastRemembered)
        guard kept.count < candidates.count else { return }
        settled = kept + settled.suffix(Self.leastRemembered)
        settledSlots = Set(settled.map { Slot.identity(of: $0.slot) })
    }

    private mutating func foldCommand(_ entry: JSON, wall: Instant?) {
        guard entry["accepted"]?.bool == true else { return }
        switch entry["verb"]?.text {
        case "mute":
            guard let until = entry["until"]?.text.flatMap(RFC3339.instant(of:)) else { return }
            mute = Mute(until: until, reason: entry["reason"]?.text ?? "")
        case "unmute": mute = nil
        case "stop":
            guard let wall else { return }
            let repeats = entry["repeats"]?.elements?.compactMap(\.text) ?? []
            for index in emergencyProgrammes.indices
            where repeats.contains(emergencyProgrammes[index].programme) {
                emergencyProgrammes[index].stopped = wall
            }
        case "volume": volumeDecibels = entry["volumeDecibels"]?.number
        default: break
        }
    }
}

// MARK: - The checkpoint beside the log

extension LogSummary {
    /// The summary as it stands in the checkpoint beside the log.
    package var json: JSON {
        .object([
            .init("nextIndex", .integer(nextIndex)),
            .init("firstTrusted", Self.json(firstTrusted)),
            .init("lastSynchronised", Self.json(lastSynchronised?.wall)),
            .init(
                "lastSynchronisedMonotonic",
                lastSynchronised.map { .integer($0.monotonic.nanoseconds) } ?? .null),
            .init("lastSynchronisedBoot", .string(lastSynchronised?.boot ?? "")),
            .init("lastTrusted", Self.json(lastTrusted)),
            .init("origin", ["number": .integer(origin.number), "from": .integer(origin.from)]),
            .init("timetableVersions", timetableVersions ?? .null),
            .init(
                "timetableChanges",
                .object(
                    timetableChanges.sorted { $0.key < $1.key }.map { .init($0.key, Self.json($0.value)) })),
            .init(
                "openIntents",
                .array(
                    openIntents.map {
                        [
                            "slot": .string($0.slot), "scheduled": Self.json($0.scheduled),
                            "startAt": Self.json($0.startAt),
                            "startMonotonic": .integer($0.startMonotonic.nanoseconds),
                            "description": .object($0.description),
                            "boot": .string($0.boot),
                        ]
                    })),
            .init(
                "settled",
                .array(settled.map { ["slot": .string($0.slot), "scheduled": Self.json($0.scheduled)] })),
            .init("muteUntil", Self.json(mute?.until)),
            .init("muteReason", .string(mute?.reason ?? "")),
            .init("volumeDecibels", volumeDecibels.map { .decimal($0) } ?? .null),
            .init("emergencies", .array(emergencies.map(Self.json))),
            .init(
                "emergencyProgrammes",
                .array(
                    emergencyProgrammes.map {
                        [
                            "programme": .string($0.programme), "begun": Self.json($0.begun),
                            "stopped": Self.json($0.stopped),
                        ]
                    })),
        ])
    }

    /// Reads a checkpoint; nil when it is not one.
    package init?(json: JSON) {
        guard let index = json["nextIndex"]?.integer, let intents = json["openIntents"]?.elements,
            let settled = json["settled"]?.elements, let emergencies = json["emergencies"]?.elements,
            let number = json["origin"]?["number"]?.integer, let from = json["origin"]?["from"]?.integer
        else { return nil }
        nextIndex = index
        origin = LogOrigin(number: number, from: from)
        firstTrusted = Self.instant(json["firstTrusted"])
        lastSynchronised = Self.instant(json["lastSynchronised"]).map {
            Synchronisation(
                wall: $0,
                monotonic: MonotonicInstant(nanoseconds: json["lastSynchronisedMonotonic"]?.integer ?? 0),
                boot: json["lastSynchronisedBoot"]?.text ?? "")
        }
        lastTrusted = Self.instant(json["lastTrusted"])
        if let versions = json["timetableVersions"], versions != .null { timetableVersions = versions }
        for change in json["timetableChanges"]?.members ?? [] {
            timetableChanges[change.name] = Self.instant(change.value)
        }
        for intent in intents {
            guard let slot = intent["slot"]?.text, let scheduled = Self.instant(intent["scheduled"]),
                let startAt = Self.instant(intent["startAt"]),
                let startMonotonic = intent["startMonotonic"]?.integer
            else { return nil }
            openIntents.append(
                OpenIntent(
                    slot: slot, scheduled: scheduled, startAt: startAt,
                    startMonotonic: MonotonicInstant(nanoseconds: startMonotonic),
                    description: intent["description"]?.members ?? [],
                    boot: intent["boot"]?.text ?? ""))
        }
        for outcome in settled {
            guard let slot = outcome["slot"]?.text, let scheduled = Self.instant(outcome["scheduled"]) else {
                return nil
            }
            self.settled.append(Settled(slot: slot, scheduled: scheduled))
            settledSlots.insert(Slot.identity(of: slot))
        }
        if let until = Self.instant(json["muteUntil"]) {
            mute = Mute(until: until, reason: json["muteReason"]?.text ?? "")
        }
        volumeDecibels = json["volumeDecibels"]?.number
        self.emergencies = emergencies.compactMap(Self.instant)
        for emergency in json["emergencyProgrammes"]?.elements ?? [] {
            guard let programme = emergency["programme"]?.text, let begun = Self.instant(emergency["begun"])
            else { return nil }
            emergencyProgrammes.append(
                .init(programme: programme, begun: begun, stopped: Self.instant(emergency["stopped"])))
        }
    }

    private static func json(_ instant: Instant?) -> JSON {
        instant.map { .integer($0.nanoseconds) } ?? .null
    }

    private static func instant(_ json: JSON?) -> Instant? { json?.integer.map(Instant.init(nanoseconds:)) }
}
