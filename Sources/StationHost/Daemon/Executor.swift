package import StationCore

/// Carries out the station's effects on this machine, by the contract written at `Effect`.
///
/// Loop thread.
package final class Executor {
    /// The rest of the world: what the loop itself has to do.
    package struct Surroundings {
        /// Answers a command.
        package var reply: (CommandID, Reply) -> Void
        /// Tells the service supervisor.
        package var status: (String) -> Void
        /// Switches the amplifier.
        package var amplifier: (EffectID, Bool) -> Void
        /// Gives the log to who asked for it.
        package var exportLog: (LogExport.Order, @escaping @Sendable (Completion) -> Void) -> Void
        /// Measures free space.
        package var measureStorage: (EffectID) -> Void
        /// Ends the daemon.
        package var exit: () -> Void

        package init(
            reply: @escaping (CommandID, Reply) -> Void, status: @escaping (String) -> Void,
            amplifier: @escaping (EffectID, Bool) -> Void,
            exportLog: @escaping (LogExport.Order, @escaping @Sendable (Completion) -> Void) -> Void,
            measureStorage: @escaping (EffectID) -> Void, exit: @escaping () -> Void
        ) {
            self.reply = reply
            self.status = status
            self.amplifier = amplifier
            self.exportLog = exportLog
            self.measureStorage = measureStorage
            self.exit = exit
        }
    }

    private let store: Store
    private let sound: any SoundPath
    private let fetch: any Fetching
    private let mailbox: Mailbox<Event>
    private let surroundings: Surroundings

    package init(
        store: Store, sound: any SoundPath, fetch: any Fetching, mailbox: Mailbox<Event>,
        surroundings: Surroundings
    ) {
        self.store = store
        self.sound = sound
        self.fetch = fetch
        self.mailbox = mailbox
        self.surroundings = surroundings
    }

    /// Carries out effects in their order.
    ///
    /// - Returns: when the station wants to be woken.
    package func carryOut(_ effects: [Effect]) -> MonotonicInstant {
        var wake = MonotonicInstant.distantFuture
        for effect in effects {
            let id = effect.id
            switch effect.action {
            case .append(let entry): store.append(id, entry)
            case .appendInRun(let entry):
                mailbox.put(.completed(id, .appended(store.appendInRun(entry))))
            case .recordPosition(let record): store.record(id, record)
            case .preflight(let play, let items, let urgency, let scheduled):
                sound.preflight(id, play: play, items: items, urgency: urgency, scheduled: scheduled)
            case .openCard: sound.openCard(id)
            case .closeCard: sound.closeCard(id)
            case .probeCard: sound.probeCard(id)
            case .play(let order): sound.play(id, order: order)
            case .stop(let play, let fade): sound.stop(id, play: play, fade: fade)
            case .renew(let play, let permit): sound.renew(id, play: play, permit: permit)
            case .discard(let play): sound.discard(id, play: play)
            case .amplifier(let isOn): surroundings.amplifier(id, isOn)
            case .poll(let upstream, let at, let certificatesAt, let isAsked):
                fetch.poll(
                    upstream, at: at.seconds, certificatesAt: certificatesAt?.seconds, isAsked: isAsked)
                mailbox.put(.completed(id, .done))
            case .want(let files):
                fetch.want(files)
                mailbox.put(.completed(id, .done))
            case .evict(let names):
                fetch.evict(names)
                mailbox.put(.completed(id, .done))
            case .adopt(let kind, let manifest):
                fetch.adopt(kind, manifest, done: completing(id))
            case .foldLog(let origin, let lines):
                fetch.foldLog(origin, lines: lines, done: completing(id))
            case .uploadLog(let order): fetch.uploadLog(order, done: completing(id))
            case .uploadStatus(let status): fetch.uploadStatus(status, done: completing(id))
            case .beginImport(let token, let upstream):
                fetch.beginImport(token, upstream: upstream, done: completing(id))
            case .endImport:
                fetch.endImport()
                mailbox.put(.completed(id, .done))
            case .exportLog(let command, let order, let status):
                surroundings.exportLog(LogExport.Order(command, order, status: status), completing(id))
            case .measureStorage: surroundings.measureStorage(id)
            case .reply(let command, let reply): surroundings.reply(command, reply)
            case .status(let line): surroundings.status(line)
            case .exit: surroundings.exit()
            case .wake(let instant): wake = instant
            }
        }
        return wake
    }

    private func completing(_ id: EffectID) -> @Sendable (Completion) -> Void {
        { [mailbox] in mailbox.put(.completed(id, $0)) }
    }

    /// Notes, before the station hears of it, that an effect completed; every event goes through here.
    package func observe(_ event: Event) {
        if case .completed(let id, .appended) = event { store.settled(id) }
    }
}
