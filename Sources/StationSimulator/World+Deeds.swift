package import StationCore

// What happens to a station from outside.

/// Something that happens to a world.
package enum Deed: Sendable {
    /// The power goes for a while.
    case powerCut(for: Duration)
    /// `kill -9`, and the service supervisor's restart.
    case kill(restartAfter: Duration)
    /// SIGTERM, and the restart.
    case terminate(restartAfter: Duration)
    /// So many of the appends that are under way at a crash reach the disk all the same, and the next one is torn.
    case keepInFlight(Int, isTorn: Bool)
    /// Somebody sets the wall clock by so much.
    case step(Duration)
    /// Time is told from outside: the clock is right, and the kernel says so.
    case synchronise
    /// Nobody tells the time any more.
    case loseSynchronisation
    /// What the clock will show after the next boot, and when it will be synchronised.
    case bootClock(World.WallAtBoot, synchronisesAfter: Duration?)
    case card(SimulatedCard.Condition)
    /// The system tells that some card came or went.
    case cardsChanged
    case cardProvesNothing(Bool)
    case disk(SimulatedStore.Behaviour)
    case runFull(Bool)
    /// Content of `UPSTREAM/PATH` arrives, is damaged, or goes.
    case content(String, SimulatedContent?)
    case publish(SimulatedOffer)
    /// What an earlier run left: whole, and written down as active.
    case install(SimulatedOffer)
    /// From now on nothing that upstreams offer is believed; nil: it is.
    case refuse(String?)
    /// Upstreams show what was published before, or what was last.
    case replay(Bool)
    /// Upstreams have none of the files that they offer, or all of them.
    case withhold(Bool)
    /// The network goes, or comes back.
    case network(isUp: Bool)
    case command(Command, Person)
    /// Somebody presses what `stopInput` names.
    case stopPressed
    indirect case configure(StationSettings)
    case amplifierFails(Bool)
    /// How the store of the log answers.
    case proofStore(SimulatedProofStore.Behaviour)
    /// The disk is copied; the power goes, and what was copied last is put in its place, or an empty disk, perhaps on
    /// another board.
    case saveImage
    case restoreImage(outage: Duration, board: String?)
    case loseDisk(outage: Duration)
    /// The power is there.
    case boot
    /// The service supervisor starts the daemon, unless another boot has come.
    case startDaemon(boot: Int)
    /// Time is told from outside for the first time in a boot, unless another has come.
    case synchroniseFirst(boot: Int)
}

extension World {
    /// Schedules a deed at an instant of true time.
    package func schedule(_ deed: Deed, at instant: Instant) {
        agenda.insert(.deed(deed), at: max(time, instant))
    }

    /// Does something now.
    package func carryOut(_ deed: Deed) {
        switch deed {
        case .powerCut(let outage): cutPower(outage)
        case .kill(let pause):
            guard isRunning else { return }
            crash(losesPower: false, isTorn: isTornAtCrash)
            schedule(.startDaemon(boot: boots), at: time + pause)
        case .terminate(let pause):
            guard isRunning else { return }
            restartAfter = pause
            handle(.terminate)
        case .keepInFlight(let count, let isTorn): (keptInFlight, isTornAtCrash) = (count, isTorn)
        case .step(let step): self.step(by: step)
        case .synchronise: synchronise()
        case .loseSynchronisation: isSynchronised = false
        case .bootClock(let wall, let delay): (wallAtBoot, synchronisesAfter) = (wall, delay)
        case .boot: boot()
        case .startDaemon(let boot): if boot == boots { startDaemon() }
        case .synchroniseFirst(let boot): if boot == boots { synchronise() }
        default: carryOutThing(deed)
        }
    }

    private func carryOutThing(_ deed: Deed) {
        switch deed {
        case .card(let condition):
            report(card.turn(condition, at: monotonic))
            observer?.world(self, shows: .sound)
        case .cardsChanged: handle(.cardsChanged)
        case .cardProvesNothing(let isNull): card.isNull = isNull
        case .disk(let behaviour):
            store.behaviour = behaviour
            if store.retry() {
                tellGrowth()
                send(.logIsDurable)
            }
            armDisk()
        case .runFull(let isFull): store.isRunFull = isFull
        case .content(let key, let content): library[key] = content
        case .publish(let offer): server.publish(offer, at: time)
        case .install(let offer):
            server.publish(offer, at: time)
            store(offer.contents)
            adopted = server.published?.timetables ?? [:]
        case .refuse(let problem): server.refusal = problem
        case .replay(let isReplaying): server.isReplaying = isReplaying
        case .withhold(let withholds): server.withholds = withholds
        case .network(let isUp):
            hasNetwork = isUp
            if isUp { handle(.networkReturned) }
        case .stopPressed: handle(.stopPressed)
        case .command(let command, let person):
            commandCount += 1
            handle(.command(CommandID(commandCount), command, person))
        case .configure(let settings):
            self.settings = settings
            handle(.configured(settings))
        case .amplifierFails(let fails): amplifierFails = fails
        case .proofStore(let behaviour): proof?.store.behaviour = behaviour
        case .saveImage: saveImage()
        case .restoreImage(let outage, let board):
            guard hasPower, let savedImage else { return }
            cutPower(outage)
            replaceDisk(by: savedImage, board: board ?? self.board)
        case .loseDisk(let outage):
            guard hasPower else { return }
            cutPower(outage)
            replaceDisk(by: nil, board: board)
        default: break
        }
    }

    private func cutPower(_ outage: Duration) {
        guard hasPower else { return }
        crash(losesPower: true, isTorn: isTornAtCrash)
        hasPower = false
        isSynchronised = false
        wallAtShutdown = time + wallOffset
        boots += 1
        schedule(.boot, at: time + outage)
    }

    private func boot() {
        guard !hasPower else { return }
        hasPower = true
        bootedAt = time
        isSynchronised = false
        wasSynchronised = false
        switch wallAtBoot {
        case .carried(let off): wallOffset = off
        case .epoch: wallOffset = Instant(seconds: 0) - time
        case .lastShutdown: wallOffset = min(wallAtShutdown, time) - time
        case .behind(let duration): wallOffset = .zero - duration
        }
        schedule(.startDaemon(boot: boots), at: time + latencies.boot)
        if let delay = synchronisesAfter { schedule(.synchroniseFirst(boot: boots), at: time + delay) }
    }

    /// Starts the daemon on a machine that runs already, instead of with a boot.
    ///
    /// - Parameters:
    ///   - boot: the identity of the machine's boot, which its log may know.
    ///   - now: what the machine's clocks say; this is the instant at which they say so.
    package func resume(boot: String, at now: Now) {
        guard !hasPower, boots == 0 else { return }
        hasPower = true
        firstBoot = boot
        bootedAt = time - .nanoseconds(now.monotonic.nanoseconds)
        isSynchronised = now.isSynchronised
        wasSynchronised = now.isSynchronised
        startDaemon()
    }

    private func step(by step: Duration) {
        guard step != .zero else { return }
        wallOffset += step
        handle(.clockStepped)
    }

    private func synchronise() {
        guard hasPower else { return }
        let step = Duration.zero - wallOffset
        isSynchronised = true
        wasSynchronised = true
        self.step(by: step)
    }
}
