import StationSimulator
import StationTrust

@testable import StationCore

// What comes from upstreams at any instant and goes before everything: alerts, and whose files are played.

extension Invariants {
    /// So long after it could have sounded an alert has begun: its content is looked at, the card and the amplifier
    /// need their time.
    static let alertPatience = Duration.seconds(60)
    /// So often what is due is looked up.
    private static let alertLook = Duration.seconds(20)

    /// I2: what sounds by itself is what somebody signed for.
    func areSigned(_ items: [ContentItem], _ world: World) -> Bool {
        func isSigned(_ source: ContentItem.Source) -> Bool {
            guard case .target(_, _, let content?) = source else { return true }
            return world.signed.contains(content)
        }
        return items.allSatisfy { isSigned($0.source) && $0.fallback.map(isSigned) ?? true }
    }

    /// I7, I8: an order to play an alert, by what was offered.
    func checkAlert(_ slot: Slot, _ order: PlayOrder, _ now: Now, _ world: World) {
        guard slot.programmeClass == .emergency else { return }
        if slot.isWithoutClock, offered?.timetable.slot(id: slot.id) == nil {
            violate("I8: \(slot.id) was not fetched in this run")
        }
        // What was begun before a restart goes on.
        guard !heardFromBeginning.contains(slot.id), order.position == .zero, let expires = slot.expires,
            now.wall(of: order.start) > expires
        else { return }
        violate("I7: \(slot.id) begins after its signature has ended")
    }

    /// I7: an alert that can sound does, and soon.
    func checkAlerts(_ now: Now, _ world: World) {
        let look = world.time
        guard look - lastAlertLook >= Self.alertLook || look < lastAlertLook else { return }
        lastAlertLook = look
        let alerts = alertsInForce(now, world)
        for alert in alerts { alertsDue[alert.id] = look }
        let due = soundable(alerts + alertsWithoutClock(world), now, world)
        couldSoundSince = couldSoundSince.filter { due.contains($0.key) }
        for slot in due {
            let since = couldSoundSince[slot] ?? look
            couldSoundSince[slot] = since
            if look - since > Self.alertPatience {
                violate("I7: \(slot) could sound since \(text(since)), and does not at \(text(look))")
            }
        }
    }

    /// The alerts that are in force and due.
    private func alertsInForce(_ now: Now, _ world: World) -> [Slot] {
        guard world.station.trust != .untrusted, let emergencies = world.station.pull.emergencies,
            emergencies.manifest.channels.values.contains(where: { $0.expires.map { $0 > now.wall } ?? false }
            )
        else { return [] }
        return emergencies.timetable.slots(from: now.wall - .seconds(86_400), until: now.wall, limit: 1000)
            .filter { slot in
                guard let expires = slot.expires, now.wall < expires, case .within(let late) = slot.late
                else {
                    return false
                }
                return now.wall - slot.scheduled < late
            }
    }

    /// I8: of each alert that this run was offered the first that may not be over yet, where nobody knows the time and
    /// nobody has heard of it.
    private func alertsWithoutClock(_ world: World) -> [Slot] {
        let station = world.station
        guard station.trust == .untrusted, let offered,
            station.pull.emergencies?.manifest == offered.manifest
        else { return [] }
        let alerts = offeredAlerts ?? offered.timetable.expiringSlots().map(\.slots)
        offeredAlerts = alerts
        return alerts.compactMap { slots in
            let isHeard = slots.contains {
                station.log.isSettled($0.id) || station.log.openIntent(of: $0.id) != nil
            }
            return isHeard ? nil : slots.first { latestStart(of: $0) >= station.clock.floor }
        }
    }

    private func latestStart(of slot: Slot) -> Instant {
        guard case .within(let late) = slot.late else { return .distantPast }
        return min(slot.scheduled + late, slot.expires ?? .distantPast)
    }

    /// I4, I7: at the end each alert that was due has its outcome, and no day had more than it may.
    func checkAlertOutcomes(_ counts: [String: Int], _ world: World) {
        for (slot, due) in alertsDue where counts[slot] == nil {
            violate("I4: the alert \(slot), due at \(text(due)), has no outcome")
        }
        var days: [CivilDate: Int] = [:]
        for entry in world.log where entry.kind == .intent && entry.json["class"]?.text == "emergency" {
            let start = entry.json["startAt"]?.text.flatMap(RFC3339.instant(of:)) ?? entry.wall
            days[world.settings.zone.civilTime(at: start).date, default: 0] += 1
        }
        for (day, count) in days where count > world.settings.rules.emergenciesPerDay {
            violate("I7: \(count) emergencies on \(day)")
        }
    }

    /// The alerts that nothing keeps from sounding.
    private func soundable(_ alerts: [Slot], _ now: Now, _ world: World) -> [String] {
        let station = world.station
        guard !station.isTerminating, world.card.condition == .sound,
            !station.playouts.contains(where: { $0.precedence == .emergency && $0.holdsLoudspeaker }),
            station.emergencies(on: now.wall) < world.settings.rules.emergenciesPerDay
        else { return [] }
        return alerts.filter { isHere($0, world) }.map(\.id)
    }

    /// Whether nobody has heard it, and all of its sound is on the disk.
    private func isHere(_ slot: Slot, _ world: World) -> Bool {
        let log = world.station.log
        let isKnown = log.isSettled(slot.id) || log.openIntent(of: slot.id) != nil
        guard !isKnown, !world.station.isStoppedRepeat(slot) else { return false }
        return world.station.pull.emergencies?.needs(
            from: slot.scheduled, until: slot.scheduled + .nanoseconds(1)
        )
        .first { $0.slot == slot.id }
        .map { $0.files.allSatisfy { $0.content.storeName.map { world.stored[$0] != nil } ?? false } }
            ?? false
    }

    private func text(_ instant: Instant) -> String { RFC3339.string(from: instant, offset: 25_200) }
}
