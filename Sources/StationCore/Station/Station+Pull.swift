import StationTrust

// What comes from the upstreams, and what the station wants of them.

extension Station {
    /// The disk's free space is read so often for what others write, and after all that was fetched or let go.
    static let storageInterval = Duration.seconds(1800)
    /// What somebody who asks is told of it is not much older, but where nobody has asked for long.
    static let storageAge = Duration.seconds(5)

    mutating func fetched(_ report: FetchReport) {
        pull.take(report, at: now)
        switch report {
        case .recovered: if let recovered = pull.active { activate(recovered) }
        case .polled(let upstream, let result):
            if case .changed(_, let issued?) = result { note(issued, by: upstream) }
        case .issued(let upstream, let issued): note(issued, by: upstream)
        case .stored:
            // Whoever waits for content need not wait for its turn.
            for index in playouts.indices where playouts[index].retryAt != nil {
                playouts[index].retryAt = now.monotonic
            }
            forgetContentChecks { !$0.messages.isEmpty }
            nextStorageLook = now.monotonic
        case .proofOpened(let opening):
            proof.opened(opening)
            if !proof.isFailing { clear(.proof) }
        case .proofUnsigned(let why): raise(.proof, "the log cannot be signed: \(why)")
        case .unfetchable: nextLookAt = now.monotonic
        case .opened, .offered, .passedOver, .used: break
        }
        followPull()
        tellPullFaults()
    }

    private mutating func note(_ issued: String, by upstream: String) {
        if let instant = RFC3339.instant(of: issued) { clock.noteIssue(instant, by: upstream, at: now) }
    }

    /// A timetable is written down, or cannot be: the station goes by it all the same.
    mutating func adopted(_ kind: RemoteFile.Kind, _ completion: Completion) {
        if case .failed(let problem) = completion {
            raise(.adoption, "after a restart the timetable before will be in force: \(problem)")
        } else {
            clear(.adoption)
        }
        guard kind == .ordinary else { return }
        pull.adopted(kind)
        if let timetable = pull.active { activate(timetable) }
    }

    private var room: StorageRoom {
        StorageRoom(
            quotaBytes: settings.quotaBytes, reserveBytes: settings.reserveBytes, freeBytes: freeBytes,
            partBytes: partBytes)
    }

    /// The disk's free space is known.
    mutating func measured(freeBytes: Int64, partBytes: Int64) {
        (self.freeBytes, self.partBytes) = (freeBytes, partBytes)
        pull.measured(room, at: now)
    }

    /// What is older than somebody who asks should be told is measured again, for the next answer.
    mutating func measureStorageAgain() {
        guard nextStorageLook - now.monotonic < Self.storageInterval - Self.storageAge else { return }
        nextStorageLook = now.monotonic
    }

    /// What has begun, or is due and waits for the loudspeaker: all that a switch would take away.
    private var playing: Set<String> {
        Set(playouts.lazy.filter { $0.isBegun || $0.slot.scheduled <= now.wall }.map(\.slot.id))
    }

    /// Does what the pull wants done.
    mutating func followPull() {
        let actions = pull.act(
            at: now, room: room,
            playing: playing,
            isTimeKnown: trust != .untrusted)
        for action in actions {
            switch action {
            case .poll(let upstream, let isAsked):
                let floor = trust == .untrusted ? clock.floor : nil
                emit(
                    .poll(
                        upstream: upstream, at: floor ?? now.wall, certificatesAt: floor, isAsked: isAsked))
            case .want(let files): emit(.want(files))
            case .evict(let names):
                emit(.evict(names))
                // What is free now has to be measured: until then nothing more is let go for its sake.
                freeBytes = nil
                nextStorageLook = now.monotonic
            case .adopt(let kind, let timetable): adopt(kind, timetable)
            }
        }
    }

    private mutating func adopt(_ kind: RemoteFile.Kind, _ timetable: SignedTimetable) {
        emit(.adopt(kind, timetable.manifest), for: .adoption(kind))
        // An emergency waits for no disk; what is ordinary is in force when a restart would find it so.
        guard kind == .emergency else { return }
        pull.adopted(kind)
        if let timetable = pull.active { activate(timetable) }
    }

    private mutating func tellPullFaults() {
        raise(
            .upstream,
            settings.upstreams.compactMap { upstream in
                guard let standing = pull.standing(of: upstream.name), standing.isFault else { return nil }
                return "\(upstream.name): \(standing.error ?? "")"
            })
        var problems = pull.unfetchable.map { "\($0.key.upstream)/\($0.key.path): \($0.value)" }.sorted()
        if pull.isBudgetSpent, !pull.missing.isEmpty {
            problems.insert("the bytes of this month are used up: only emergencies are fetched", at: 0)
        }
        if pull.isCramped {
            problems.insert("the disk has no room for all that the timetable needs", at: 0)
        }
        raise(.fetch, problems)
    }

    // MARK: Asked by a person

    /// Asks all upstreams now, and tells how far that is; whoever wants to follow it asks again.
    mutating func sync(isFirst: Bool) -> Reply {
        if isFirst {
            pull.pollNow(at: now.monotonic)
            proof.uploadNow(at: now.monotonic)
            followPull()
            measureStorageAgain()
        }
        return progress(of: settings.upstreams, isBulkBudgeted: true)
    }

    /// How far polling and fetching is; the answer is "no" where it has ended without everything.
    func progress(of upstreams: [StationSettings.Upstream], isBulkBudgeted: Bool) -> Reply {
        let names = upstreams.map(\.name)
        let coming = pull.coming.filter { names.contains($0.upstream) }
        let isAsking = names.contains(where: pull.isAsked)
        let isDone = !isAsking && (coming.isEmpty || isBulkBudgeted && pull.isBudgetSpent)
        let isMissing = pull.missing.contains { names.contains($0.upstream) }
        let hasFailed =
            isMissing || pull.isCramped || names.contains { pull.standing(of: $0)?.error != nil }
        let others = settings.upstreams.map(\.name).filter { !names.contains($0) }
        let problems = faults.all.first { $0.code == .fetch }?.messages ?? []
        let failed = problems.filter { problem in !others.contains { problem.hasPrefix($0 + "/") } }
        let body: JSON = [
            "done": .bool(isDone), "upstreams": .array(upstreams.map(json)),
            "missing": [
                "files": .integer(Int64(coming.count)),
                "bytes": .integer(coming.reduce(0) { $0 + ($1.content.length ?? 0) }),
            ],
            "failed": .array(failed.map { .string($0) }),
        ]
        return Reply(isDone && hasFailed ? .refused : .fine, body)
    }

    func json(_ upstream: StationSettings.Upstream) -> JSON {
        let standing = pull.standing(of: upstream.name)
        let lastChange = standing?.lastChange ?? log.timetableChange(of: upstream.name)
        return [
            "name": .string(upstream.name), "url": .string(upstream.url),
            "targetsVersion": standing?.targetsVersion.map { .integer($0) } ?? .null,
            "lastContact": standing?.lastContact.map { .string(text($0)) } ?? .null,
            "lastChange": lastChange.map { .string(text($0)) } ?? .null,
            "stale": .bool(pull.isStale(upstream.name, at: now.monotonic)),
            "error": standing?.error.map { .string($0) } ?? .null,
        ]
    }
}
