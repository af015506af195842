import StationTrust

// What people at the station ask for. Whatever changes something is in the log, with who asked.

extension Station {
    /// There is at most one test tone in so long.
    static let testToneInterval = Duration.seconds(10)
    /// So many plays by hand may wait for their content to be looked at.
    static let mostByHand = 8
    /// A mute lasts at most a month: a forgotten one must not silence a village for ever.
    static let longestMute = Duration.seconds(31 * 86_400)
    /// The lowest level that a person may set, in dB relative to full scale.
    static let lowestVolume = -60.0
    /// `next` answers for at most so many days, and so many slots.
    static let mostDays = 31
    static let mostSlots = 1000

    mutating func answer(_ command: Command, _ id: CommandID, from person: Person) {
        defer { commandEntry = nil }
        guard person.mayAct || !command.isActing else {
            reply(id, .notPermitted, "only root and the group loaphuong-operators may do that")
            return
        }
        switch command {
        case .status:
            answer(id, Reply(.fine, statusJSON))
            lookForPeople()
        case .next(let days): answer(id, Reply(.fine, nextJSON(days: min(days, Self.mostDays))))
        case .playFile(let token, let name, let digest): playFile(token, name, digest, id, person)
        case .playProgramme(let programme): playProgramme(programme, id, person)
        case .stop: stopByHand(id, person)
        case .mute(let duration, let reason): mute(for: duration, reason: reason, id, person)
        case .muteState: reply(id, .fine, "", muteJSON)
        case .unmute: unmute(id, person)
        case .volume(let decibels): volume(decibels, id, person)
        case .test: test(id, person)
        case .sync(let isFollowing):
            if !isFollowing { note("sync", person, accepted: true) }
            answer(id, sync(isFirst: !isFollowing))
        case .importRepository(let token, let upstream): beginImport(token, upstream, id, person)
        case .importProgress: answer(id, importProgress)
        case .exportLog: exportLog(id, person)
        }
    }

    mutating func reply(_ id: CommandID, _ code: Reply.Code, _ message: String, _ more: JSON = [:]) {
        let body: JSON =
            code == .fine ? more : .object([.init("error", .string(message))] + (more.members ?? []))
        answer(id, Reply(code, body))
    }

    /// Answers, as soon as what the command under way has put into the log is durable.
    mutating func answer(_ id: CommandID, _ reply: Reply) {
        guard let commandEntry else { return emit(.reply(id, reply)) }
        answers.hold(reply, to: id, until: commandEntry, at: now.monotonic)
    }

    /// Gives the answers that the disk has kept waiting too long.
    mutating func answerOverdue() {
        for (id, reply) in answers.overdue(at: now.monotonic) { emit(.reply(id, reply)) }
    }

    mutating func note(
        _ verb: String, _ person: Person, accepted: Bool, _ more: JSON = [:]
    ) {
        append(
            .command,
            [
                .init("verb", .string(verb)), .init("by", .string(person.name)),
                .init("uid", .integer(Int64(person.uid))), .init("accepted", .bool(accepted)),
            ] + (more.members ?? []))
        commandEntry = lastAppend
    }

    /// Refuses what a person asked for, and has it in the log.
    mutating func refuse(
        _ verb: String, _ id: CommandID, _ person: Person, _ message: String, reason: Reason? = nil,
        _ what: JSON = [:]
    ) {
        let why: [JSON.Member] = reason.map { [.init("reason", .string($0.rawValue))] } ?? []
        note(verb, person, accepted: false, .object((what.members ?? []) + why))
        reply(id, .refused, message, .object(why))
    }

    // MARK: Playing by hand

    private mutating func playFile(
        _ token: UInt64, _ name: String, _ digest: Digest?, _ id: CommandID, _ person: Person
    ) {
        play(
            "play", title: name,
            items: [ContentItem(source: .handedOver(token: token, name: name), title: name)],
            categories: [], digest, id, person)
    }

    private mutating func playProgramme(_ name: String, _ id: CommandID, _ person: Person) {
        func refuse(_ message: String) {
            self.refuse("play", id, person, message, reason: .noContent, ["programme": .string(name)])
        }
        guard let slot = active?.timetable.slot(ofProgramme: name, at: now.wall) else {
            return refuse("there is no programme \(name)")
        }
        let items = items(of: slot)
        guard !items.isEmpty else { return refuse("\(name): nothing to play") }
        play("play", title: slot.title, items: items, categories: slot.categories, nil, id, person)
    }

    private mutating func test(_ id: CommandID, _ person: Person) {
        if let last = lastTestTone, now.monotonic - last < Self.testToneInterval {
            return refuse("test", id, person, "one test tone in ten seconds is enough")
        }
        guard !playouts.contains(where: \.holdsLoudspeaker) else {
            return refuse("test", id, person, "the station is playing")
        }
        let items = [ContentItem(source: .testTone, title: "test tone")]
        if play("test", title: "test tone", items: items, categories: [], nil, id, person) {
            lastTestTone = now.monotonic
        }
    }

    /// Makes a slot of what a person wants to hear, if the guard permits it.
    @discardableResult
    private mutating func play(
        _ verb: String, title: String, items: [ContentItem], categories: [String], _ digest: Digest?,
        _ id: CommandID, _ person: Person
    ) -> Bool {
        let scheduled = now.wall
        let slot = Slot(
            byHand: verb, at: scheduled, text: text(scheduled), title: title, categories: categories)
        var playout = Playout(slot: slot, items: items, play: newPlay())
        // What a person plays is theirs: the log says what it was, whoever has the file afterwards (I2).
        let what: [JSON.Member] =
            [.init("title", .string(title))] + (digest.map { [.init("sha256", .string("\($0)"))] } ?? [])
        if let refusal = refusal(of: playout) {
            refuse(
                verb, id, person, "the guard refuses: \(refusal.rawValue)", reason: refusal, .object(what))
            return false
        }
        guard playouts.count(where: \.slot.isByHand) < Self.mostByHand else {
            refuse(verb, id, person, "too many plays are waiting: wait for them, or stop them", .object(what))
            return false
        }
        note(verb, person, accepted: true, .object(what + [.init("slot", .string(slot.id))]))
        playout.asker = id
        playouts.append(playout)
        return true
    }

    /// Tells who asked for a playout, once, that it plays; or why not, where nothing of it ever will.
    mutating func answerAsker(of index: Int, refusal: (reason: Reason, message: String)? = nil) {
        guard let id = playouts[index].asker else { return }
        playouts[index].asker = nil
        let slot = playouts[index].slot
        if let (reason, message) = refusal {
            reply(id, .refused, message, ["reason": .string(reason.rawValue)])
        } else {
            reply(id, .fine, "", ["slot": .string(slot.id), "title": .string(slot.title)])
        }
    }

    private func refusal(of playout: Playout) -> Reason? {
        if isTerminating { return .off }
        let start = now.wall + Self.lateLead
        let wish = Guard.Wish(
            origin: .person, programmeClass: playout.slot.programmeClass, start: start, hardEnd: nil,
            zone: settings.zone, emergenciesToday: 0)
        if case .refused(let reason) = guardian.judge(wish, at: now, trust: trust) { return reason }
        // What was told to stop is over in a moment: the play waits for it.
        let isTaken = playouts.contains {
            $0.holdsLoudspeaker && $0.stopCause == nil && $0.precedence >= playout.precedence
        }
        return isTaken ? .overlap : nil
    }

    // MARK: Silence

    private mutating func stopByHand(_ id: CommandID, _ person: Person) {
        reply(id, .fine, "", stop(person))
    }

    /// Somebody pressed what `stopInput` names: they need no shell, and no right.
    mutating func stopPressed() {
        _ = stop(.atStopInput)
        commandEntry = nil
    }

    /// Silences what sounds or is about to, and the repeats of an emergency.
    ///
    /// - Returns: what that was.
    private mutating func stop(_ person: Person) -> JSON {
        let slots = playouts.filter { $0.holdsLoudspeaker || $0.isStoppedUnheard }.map(\.slot)
        let stopped = JSON.array(slots.map { .string($0.id) })
        let titles = JSON.array(slots.map { .string($0.title) })
        let repeats = repeatsToStop(with: slots.map(\.id))
        note(
            "stop", person, accepted: true,
            [
                "slots": stopped, "titles": titles,
                "repeats": .array(repeats.map { .string(Slot.programme(of: $0.id)) }),
                "repeatTitles": .array(repeats.map { .string($0.title) }),
            ])
        stopAll(.reason(.stoppedByHand), fade: Self.stopFade)
        dropStoppedRepeats()
        for index in playouts.indices.reversed() where playouts[index].isStoppedUnheard {
            finish(index, reason: .stoppedByHand)
        }
        return [
            "stopped": stopped, "titles": titles,
            "repeats": .array(
                repeats.map {
                    ["programme": .string(Slot.programme(of: $0.id)), "title": .string($0.title)]
                }),
        ]
    }

    /// The stop input works, or does not: somebody relies on it.
    mutating func stopInputChanged(_ problem: String?) { raise(.stopInput, problem.map { [$0] } ?? []) }

    /// The next repeat of each emergency that a stop ends: of those that it stops, or, where nothing sounds, of all
    /// that have sounded and would again.
    ///
    /// Who stops a bulletin does not mean the warning of an hour ago.
    private func repeatsToStop(with stopped: [String]) -> [Slot] {
        let programmes = Set(stopped.map(Slot.programme(of:)))
        let until = now.wall + LogSummary.longestEmergency
        return log.emergencyProgrammes(since: now.wall - LogSummary.longestEmergency).compactMap {
            programme in
            guard programmes.isEmpty || programmes.contains(programme) else { return nil }
            // One that is due already waits for its turn.
            let waiting = playouts.first { !$0.isBegun && Slot.programme(of: $0.slot.id) == programme }?.slot
            let next =
                waiting ?? active?.timetable.nextSlot(of: programme, after: now.wall, until: until)
            return next.flatMap { $0.programmeClass == .emergency ? $0 : nil }
        }
    }

    private mutating func mute(for duration: Duration, reason: String, _ id: CommandID, _ person: Person) {
        guard duration > .zero, duration <= Self.longestMute else {
            reply(id, .usage, "a mute lasts between one second and 31 days")
            return
        }
        let mute = Mute(until: now.wall + duration, reason: reason)
        guardian.mute = mute
        note("mute", person, accepted: true, ["until": .string(text(mute.until)), "reason": .string(reason)])
        for index in playouts.indices { rejudge(index) }
        reply(id, .fine, "", ["until": .string(text(mute.until)), "reason": .string(reason)])
    }

    /// The mute in force; both null where there is none.
    private var muteJSON: JSON {
        let mute = guardian.mute.flatMap { $0.until > now.wall ? $0 : nil }
        return [
            "until": mute.map { .string(text($0.until)) } ?? .null,
            "reason": mute.map { .string($0.reason) } ?? .null,
        ]
    }

    private mutating func unmute(_ id: CommandID, _ person: Person) {
        guardian.mute = nil
        note("unmute", person, accepted: true)
        reply(id, .fine, "")
    }

    private mutating func volume(_ decibels: Double?, _ id: CommandID, _ person: Person) {
        if let decibels {
            guard decibels <= 0, decibels >= Self.lowestVolume else {
                reply(id, .usage, "the volume lies between \(Int(Self.lowestVolume)) and 0 dB")
                return
            }
            // Nobody means the other zero.
            guardian.volumeDecibels = decibels == 0 ? 0 : decibels
            note(
                "volume", person, accepted: true, ["volumeDecibels": .decimal(guardian.volumeDecibels)])
            for index in playouts.indices { rejudge(index) }
        }
        reply(id, .fine, "", ["volumeDecibels": .decimal(guardian.volumeDecibels)])
    }
}

extension Playout {
    /// Whether a stop ends it although it does not hold the loudspeaker: it would sound by itself soon.
    fileprivate var isStoppedUnheard: Bool { phase == .interrupted || slot.isByHand && !holdsLoudspeaker }
}

extension Slot {
    /// To decode a long recording to its end takes a slow board minutes; nobody waits at the station for longer.
    private static let longestLookByHand = Duration.seconds(600)
    /// Once its content is known, what a person plays begins within so long, or not at all.
    private static let longestWaitByHand = Duration.seconds(60)

    /// What a person plays is due when its content is known.
    mutating func becomeDue(at instant: Instant) {
        scheduled = instant
        late = .within(Self.longestWaitByHand)
    }

    /// The slot of something that a person at the station plays as soon as its content was looked at.
    fileprivate init(
        byHand verb: String, at instant: Instant, text: String, title: String, categories: [String]
    ) {
        self.init(
            id: "\(Self.byHandUpstream)/\(verb)@\(text)", upstream: Self.byHandUpstream, programme: verb,
            title: title, programmeClass: .normal, categories: categories, rank: 0, scheduled: instant,
            hardEnd: nil, late: .within(Self.longestLookByHand), contents: [])
    }
}
