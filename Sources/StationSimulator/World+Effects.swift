import StationCore

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
            deliveries.insert(
                .event(.completed(id, amplifierFails ? .failed("the command failed") : .done)),
                at: time + .milliseconds(30))
        case .readTimetable: deliveries.insert(.timetable(id), at: time + .milliseconds(20))
        case .measureStorage: send(.completed(id, .storage(freeBytes: freeBytes, contentBytes: 1 << 20)))
        case .reply(let command, let reply): lastReply = (command, reply)
        case .status(let line): status = line
        case .exit: exit()
        case .wake(let at): wakeAt = at == .distantFuture ? nil : at
        }
        strikeAtCrashPoint()
    }

    private func sound(
        _ id: EffectID, _ body: (inout SimulatedCard, MonotonicInstant) -> [SimulatedCard.Report]
    ) {
        report(body(&card, monotonic))
        send(.completed(id, .done))
        observer?.world(self, shows: .sound)
    }

    private func preflight(_ id: EffectID, _ play: PlayID, _ items: [ContentItem]) {
        let seconds = library.preflight(items).reduce(0) { $0 + $1.duration.components.seconds }
        let latency = Duration.milliseconds(20) + latencies.preflightPerMinute * Int(seconds) / 60
        deliveries.insert(.preflight(id, play, items), at: time + latency)
    }

    private func play(_ id: EffectID, _ order: PlayOrder) {
        guard let (items, reports) = prepared[order.play] else {
            send(.completed(id, .played(.badContent, Playback(position: order.position))))
            return
        }
        guard library.holds(reports, of: items) else {
            return send(.completed(id, .played(.contentChanged, Playback())))
        }
        card.play(SimulatedPlay(id, order: order, reports: reports, isUnproven: card.isNull), at: monotonic)
        observer?.world(self, shows: .sound)
    }

    func deliver(_ delivery: Delivery) {
        switch delivery {
        case .event(let event): handle(event)
        case .preflight(let id, let play, let items):
            let reports = library.preflight(items)
            if reports.contains(where: \.isPlayable) { prepared[play] = (items, reports) }
            handle(.completed(id, .preflighted(reports)))
        case .timetable(let id):
            if let refusal {
                handle(.timetableRefused(upstream: refusal.upstream, refusal.problem))
            } else if let published, hasNews {
                seenVersion = publishedVersion
                handle(.timetable(published))
            }
            // The event may have been the daemon's last.
            if isRunning { handle(.completed(id, .done)) }
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
