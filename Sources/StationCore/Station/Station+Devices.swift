import StationTrust

// The card, the amplifier, and what is looked at from time to time; and when the station wants to wake next.

extension Station {
    // MARK: Card

    /// Opens the card ahead of a slot and closes it when nobody needs it.
    mutating func switchCard() {
        let isNeeded = playouts.contains { playout in
            if playout.holdsLoudspeaker { return true }
            switch playout.phase {
            case .ready, .interrupted: break
            default: return false
            }
            return playout.blocked == nil && playout.slot.scheduled - Self.cardLead <= now.wall
                && !playout.items.isEmpty && trust != .untrusted
        }
        if isNeeded {
            cardIdleSince = nil
            if !isCardWanted { emit(.openCard) }
            isCardWanted = true
        } else if isCardWanted {
            let since = cardIdleSince ?? now.monotonic
            cardIdleSince = since
            guard now.monotonic - since >= Self.cardIdle else { return }
            emit(.closeCard)
            isCardWanted = false
            cardIdleSince = nil
        }
    }

    mutating func cardChanged(_ state: CardState) {
        guard state != card else { return }
        let wasLost = if case .lost = card { true } else { false }
        card = state
        switch state {
        case .open(let name, let rate, let channels):
            cardLoss = nil
            writeDevice(
                name, "open", ["rate": .integer(Int64(rate)), "channels": .integer(Int64(channels))],
                isRated: wasLost)
            clear(.device)
        case .lost(let name, let reason, let holders):
            cardLoss = reason
            for index in playouts.indices where playouts[index].holdsLoudspeaker {
                playouts[index].shortfall = reason
            }
            writeDevice(name, "lost", ["reason": .string(reason.rawValue)], isRated: true)
            let problem =
                holders.isEmpty
                ? reason.rawValue : "held by \(holders.joined(separator: ", ")): \(reason.rawValue)"
            raise(.device, "\(name): \(problem)")
        case .closed: writeDevice(settings.deviceName, "closed", [:], isRated: wasLost)
        }
    }

    /// What every slot does to a sound card is no flapping: only a loss is, and what comes after it.
    private mutating func writeDevice(_ name: String, _ state: String, _ more: JSON, isRated: Bool) {
        let body = [.init("name", .string(name)), .init("state", .string(state))] + (more.members ?? [])
        if isRated { return appendRated(.device, body) }
        rates.tell(.device)
        append(.device, body)
    }

    // MARK: Amplifier

    mutating func switchAmplifier() {
        guard let amplifier = settings.amplifier else {
            amplifierRetryAt = nil
            return
        }
        if let retry = amplifierRetryAt, retry <= now.monotonic {
            amplifierRetryAt = nil
            emit(.amplifier(isOn: isAmplifierOn), for: .amplifier)
        }
        // A disk that keeps an intent waiting does not keep the amplifier waiting.
        let isNeeded = playouts.contains {
            $0.holdsLoudspeaker && $0.start - amplifier.lead <= now.monotonic
        }
        if isNeeded {
            amplifierOffAt = nil
            if let since = amplifierSince, isAmplifierOn, now.monotonic - since >= amplifier.longest {
                setAmplifier(isOn: false)
                isAmplifierSpent = true
                raise(.amplifier, "it was on for as long as the configuration allows")
            } else if !isAmplifierOn, !isAmplifierSpent {
                setAmplifier(isOn: true)
            }
        } else if isAmplifierSpent {
            isAmplifierSpent = false
            clear(.amplifier)
        } else if isAmplifierOn {
            let off = amplifierOffAt ?? now.monotonic + amplifier.tail
            amplifierOffAt = off
            if off <= now.monotonic { setAmplifier(isOn: false) }
        }
    }

    mutating func setAmplifier(isOn: Bool) {
        isAmplifierOn = isOn
        amplifierSince = isOn ? now.monotonic : nil
        amplifierOffAt = nil
        amplifierRetryAt = nil
        amplifierRetryDelay = Self.amplifierRetry
        emit(.amplifier(isOn: isOn), for: .amplifier)
    }

    // MARK: From time to time

    mutating func poll() {
        tellLastStates()
        if nextStorageLook <= now.monotonic {
            nextStorageLook = now.monotonic + Self.storageInterval
            foreseeClock()
            // A disk that does not answer is not asked twice.
            if !purposes.contains(where: { $0 == .storage }) { emit(.measureStorage, for: .storage) }
        }
    }

    /// Each event looks at the clock; it is looked at after that time when there is none.
    private var clockPoll: Duration {
        guard trust == .untrusted else { return Self.believedClockPoll }
        return now.monotonic - startedAt < Self.eagerFor ? Self.clockPoll : Self.patientClockPoll
    }

    /// When the station wants to be called again, if nothing happens before.
    var nextWake: MonotonicInstant {
        if hasMoreSlots { return now.monotonic }
        var wake = min(
            pull.nextDue(at: now), nextStorageLook, now.monotonic + clockPoll, terminatesBy ?? .distantFuture,
            rates.nextDue, proof.nextDue, answers.nextDue)
        for playout in playouts { wake = min(wake, self.wake(for: playout)) }
        if let mute = guardian.mute, mute.until > now.wall { wake = min(wake, now.monotonic(of: mute.until)) }
        if let since = cardIdleSince { wake = min(wake, since + Self.cardIdle) }
        if let off = amplifierOffAt { wake = min(wake, off) }
        if let retry = amplifierRetryAt { wake = min(wake, retry) }
        if isAmplifierOn, let since = amplifierSince, let amplifier = settings.amplifier {
            wake = min(wake, since + amplifier.longest)
        }
        if trust != .untrusted {
            if let next = upcoming?.slots.last {
                wake = min(wake, now.monotonic(of: next.scheduled - Self.preflightLead))
            }
            if let postponedTo { wake = min(wake, now.monotonic(of: postponedTo)) }
            wake = min(wake, lookWake)
        }
        if faults.contains(.device), !isCardWanted, let lastProbeAt {
            wake = min(wake, max(lastProbeAt + Self.lostCardProbe, now.monotonic + Self.shortestProbe))
        }
        return max(wake, now.monotonic)
    }

    private func wake(for playout: Playout) -> MonotonicInstant {
        var wake = MonotonicInstant.distantFuture
        func consider(_ instant: MonotonicInstant) {
            if instant > now.monotonic { wake = min(wake, instant) }
        }
        let scheduled = now.monotonic(of: playout.slot.scheduled)
        switch playout.phase {
        case .waiting: consider(playout.retryAt ?? scheduled - Self.preflightLead)
        case .preflighting, .interrupted: break
        case .ready:
            consider(scheduled - Self.cardLead)
            consider(scheduled - Self.commitLead)
            consider(scheduled)
            if playout.blocked != nil { consider(now.monotonic + Self.blockedRetry) }
        case .committing: if playout.unwrittenIntent != nil { consider(playout.rescueAt) }
        case .ordered:
            if let permit = playout.permit, permit.ceilingEnd < permit.end { consider(permit.ceilingEnd) }
        }
        if playout.holdsLoudspeaker {
            if let amplifier = settings.amplifier { consider(playout.start - amplifier.lead) }
        } else if trust != .untrusted {
            consider(now.monotonic(of: playout.latestStart) + .milliseconds(1))
        }
        return wake
    }
}
