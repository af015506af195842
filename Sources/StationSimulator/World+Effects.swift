import StationCore
import StationTrust

// The station's effects, carried out by the contract written at `Effect`.

extension World {
    func carryOut(_ effect: Effect) {
        effectCount += 1
        let id = effect.id
        switch effect.action {
        case .append, .recordPosition: _ = store.carryOut(effect)
        case .appendInRun:
            if let completion = store.carryOut(effect) { send(.completed(id, completion)) }
        case .preflight(let play, let items, _, _): preflight(id, play, items)
        case .openCard: sound(id) { $0.open(at: $1) }
        case .closeCard: sound(id) { $0.close(at: $1) }
        case .probeCard: send(.completed(id, .probed(card.problem)))
        case .play(let order): play(id, order)
        case .stop(let play, let fade): sound(id) { $0.stop(play, fade: fade, at: $1) }
        case .renew(let play, let permit):
            sound(id) {
                $0.renew(play, permit, at: $1)
                return []
            }
        case .discard(let play):
            prepared[play] = nil
            send(.completed(id, .done))
        case .amplifier(let isOn):
            if !amplifierFails { isAmplifierOn = isOn }
            send(
                .event(.completed(id, amplifierFails ? .failed("the command failed") : .done)),
                after: .milliseconds(30))
        case .poll(let upstream, let at, _, _):
            send(.poll(upstream: upstream, at: at), after: .milliseconds(20))
            send(.completed(id, .done))
        case .want(let files):
            send(.download(files), after: latencies.download)
            send(.completed(id, .done))
        case .evict(let names):
            for name in names { stored[name] = nil }
            send(.completed(id, .done))
        case .adopt(let kind, let manifest):
            send(.adoption(id, kind, manifest), after: latencies.disk)
        case .foldLog(let origin, let lines): fold(id, origin, lines)
        case .uploadLog(let order): upload(id, order)
        case .uploadStatus(let status): uploadStatus(id, status)
        case .beginImport(_, let upstream):
            isImporting = upstream != nil
            send(.completed(id, upstream.map { .importing(upstream: $0) } ?? .failed("nobody's root")))
        case .endImport:
            isImporting = false
            send(.completed(id, .done))
        case .exportLog(_, let order, _): upload(id, order)
        case .measureStorage:
            let isReadOnly = store.behaviour == .refuses
            send(
                .completed(id, .storage(freeBytes: freeBytes, partBytes: 0, isReadOnly: isReadOnly)))
        case .reply(let command, let reply): lastReply = (command, reply)
        case .status(let line): status = line
        case .exit: exit()
        case .wake(let at): wakeAt = at == .distantFuture ? nil : at
        }
        strikeAtCrashPoint()
    }

    private func sound(
        _ id: EffectID, _ body: (SimulatedCard, MonotonicInstant) -> [SimulatedCard.Report]
    ) {
        report(body(card, monotonic))
        send(.completed(id, .done))
        observer?.world(self, shows: .sound)
    }

    private func preflight(_ id: EffectID, _ play: PlayID, _ items: [ContentItem]) {
        let seconds = inspect(items).reduce(0) { $0 + $1.duration.components.seconds }
        let latency = Duration.milliseconds(20) + latencies.preflightPerMinute * Int(seconds) / 60
        send(.preflight(id, play, items), after: latency)
    }

    private func play(_ id: EffectID, _ order: PlayOrder) {
        guard let (items, reports) = prepared[order.play] else {
            send(.completed(id, .played(.badContent, Playback(position: order.position))))
            return
        }
        guard library.holds(reports, of: items) else {
            return send(.completed(id, .played(.contentChanged, Playback())))
        }
        card.play(
            SimulatedPlay(
                id, order: order, reports: reports, isSilence: library.isSilence, isUnproven: card.isNull),
            at: monotonic)
        observer?.world(self, shows: .sound)
    }

    func deliver(_ delivery: Delivery) {
        switch delivery {
        case .event(let event): handle(event)
        case .preflight(let id, let play, let items):
            let reports = inspect(items)
            if reports.contains(where: \.isPlayable) { prepared[play] = (items, reports) }
            handle(.completed(id, .preflighted(reports)))
        case .poll(let upstream, let at): handle(poll(upstream, at: at))
        case .download(let files): download(files)
        case .adoption(let id, let kind, let manifest): adopt(kind, manifest, id)
        case .upload(let id, let upload, let step): carryOut(step, of: upload, id)
        }
    }

    // MARK: Upstreams

    /// What a preflight finds of items: a file that is not stored is not there, whatever the library says.
    private func inspect(_ items: [ContentItem]) -> [ItemReport] {
        func found(_ source: ContentItem.Source) -> ContentItem.Source {
            guard case .target(_, let path, let content) = source else { return source }
            let isThere = content?.storeName.map { stored[$0] != nil } ?? false
            return isThere ? source : .target(upstream: "", path: path, nil)
        }
        return library.preflight(
            items.map { item in
                var item = item
                item.source = found(item.source)
                item.fallback = item.fallback.map(found)
                return item
            })
    }

    /// Asks an upstream; what is new is told before this returns the poll's end.
    private func poll(_ upstream: String, at instant: Instant) -> Event {
        func end(_ result: PollResult) -> Event { .fetched(.polled(upstream: upstream, result)) }
        guard hasNetwork || isImporting else { return end(.failed(why: "no way there", isUnreachable: true)) }
        switch server.ask(at: instant) {
        case .failed(let why): return end(.failed(why: why, isUnreachable: false))
        case .unchanged: return end(.unchanged)
        case .news(let offer):
            for kind in RemoteFile.Kind.allCases {
                if let timetable = offer.timetables[kind] {
                    store(timetable.manifest.files.filter(\.isText).map(\.content))
                    handle(
                        .fetched(.offered(kind, timetable, fetched: Set(timetable.manifest.channels.keys))))
                }
            }
            let issued = offer.issued.map { RFC3339.string(from: $0, offset: 0) }
            return end(.changed(targetsVersion: offer.version, issued: issued))
        }
    }

    private func download(_ files: [RemoteFile]) {
        let served = (hasNetwork || isImporting) && !server.withholds ? files.filter(serves) : []
        for file in files where !served.contains(file) {
            send(.fetched(.unfetchable(file, hasNetwork ? "not on the server" : "no way there")))
        }
        guard !served.isEmpty else { return }
        store(served.map(\.content))
        send(.fetched(.stored(served.map(\.content))))
    }

    func store(_ contents: [TUF.Content]) {
        for content in contents { if let name = content.storeName { stored[name] = content.length ?? 0 } }
    }

    private func adopt(_ kind: RemoteFile.Kind, _ manifest: Manifest, _ id: EffectID) {
        switch store.behaviour {
        case .stalls: send(.adoption(id, kind, manifest), after: .seconds(1))
        case .refuses, .refusesButKeeps: send(.completed(id, .failed("the disk refuses")))
        case .sound:
            adopted[kind] = server.timetable(kind, of: manifest) ?? adopted[kind]
            send(.completed(id, .done))
        }
    }

    /// The daemon is done: what it asked the disk for is finished first.
    private func exit() {
        while store.work() != nil {}
        endDaemon()
        store.crash(losesPower: false, keptInFlight: 0)
        observer?.world(self, shows: .exited)
        if let restartAfter { schedule(.startDaemon(boot: boots), at: time + restartAfter) }
        restartAfter = nil
    }

    private func strikeAtCrashPoint() {
        guard var point = crashPoint else { return }
        point.afterEffects -= 1
        crashPoint = point.afterEffects <= 0 ? nil : point
        guard point.afterEffects <= 0 else { return }
        if point.losesPower {
            carryOut(.powerCut(for: point.outage))
        } else {
            carryOut(.kill(restartAfter: point.outage))
        }
    }
}
