import StationSimulator

@testable import StationCore

// The alerts of a simulated year: given as `loa-centre alert` gives them, and what goes wrong with them.

extension Swarm {
    mutating func drawAlert(at instant: Instant) {
        let length = max(.seconds(60), dice.skewed(60_000...86_400_000))
        let programmes = (0..<(dice.chance(0.2) ? 2 : 1)).map { _ in alert(at: instant, for: length) }
        for item in programmes.flatMap(\.items) {
            add(
                .content("xa/emergency/" + item.path, SimulatedContent(duration: .seconds(item.seconds))),
                at: instant)
        }
        var offer = village.offer(programmes, until: instant + length, beside: timetable)
        if dice.chance(0.1) {
            let errors: [Duration] = [
                .seconds(86_400 * 365 * 73), .seconds(7200), .seconds(600), .seconds(-86_400),
            ]
            offer.issued = instant + (errors.randomElement(using: &dice) ?? .zero)
        }
        publish(offer, at: instant)
        hinder(at: instant, for: length)
        var end = instant + length
        if dice.chance(0.2) {
            // Signed anew it is the same alert, and lasts longer.
            let again = instant + .nanoseconds(length.nanoseconds / 2)
            publish(village.offer(programmes, until: again + length, beside: timetable), at: again)
            end = again + length
        }
        if dice.chance(0.5) { end = min(end, instant + dice.skewed(1000...86_400_000)) }
        publish(timetable, at: end)
        if dice.chance(0.3) {
            let replay = instant + dice.skewed(1000...172_800_000)
            add(.replay(true), at: replay)
            if dice.chance(0.5) { ask(at: replay + .seconds(1)) }
            add(.replay(false), at: replay + dice.skewed(1000...86_400_000))
        }
    }

    /// What keeps an alert from sounding at once: often until its signature has ended.
    private mutating func hinder(at instant: Instant, for length: Duration) {
        let until = instant + (dice.chance(0.5) ? length : .zero) + dice.skewed(1000...20_000_000)
        switch Int.random(in: 0..<10, using: &dice) {
        case 0, 1:
            add(.withhold(true), at: instant)
            add(.withhold(false), at: until)
        case 2:
            add(.card(.missing), at: instant)
            add(.card(.sound), at: until)
        case 3, 4:
            // Nobody knows the time, before the alert is fetched or after it.
            let walls: [World.WallAtBoot] = [.epoch, .behind(.seconds(14 * 86_400)), .lastShutdown]
            let boot = instant + dice.milliseconds(-60_000...60_000)
            add(.bootClock(walls.randomElement(using: &dice) ?? .epoch, synchronisesAfter: nil), at: boot)
            add(.powerCut(for: dice.skewed(500...60_000)), at: boot)
            add(.bootClock(.carried(off: .zero), synchronisesAfter: .seconds(2)), at: until)
            add(.synchronise, at: until)
        default: break
        }
    }

    /// An alert that a station may begin until its end, or that comes again until then.
    private mutating func alert(at instant: Instant, for length: Duration) -> Programme {
        alerts += 1
        let (begin, seconds) = (civil(instant), length.components.seconds)
        var alert = Programme(
            "bao-dong-\(alerts)", at: String(begin.suffix(6)), seconds: Int.random(in: 5...90, using: &dice),
            late: "PT\(seconds)S", priority: 1, rule: nil, day: String(begin.prefix(8)))
        // Other centres' programs may allow more than their signature does.
        if dice.chance(0.2) { alert.late = "PT24H" }
        guard dice.chance(0.3) else { return alert }
        let interval = max(120, min(seconds, dice.skewed(120_000...7_200_000).components.seconds))
        alert.late = "PT\(interval)S"
        alert.rule = "FREQ=SECONDLY;INTERVAL=\(interval);COUNT=\(max(1, seconds / interval))"
        return alert
    }

    /// Publishes an offer; mostly the station asks soon, else when its turn comes.
    private mutating func publish(_ offer: SimulatedOffer, at instant: Instant) {
        add(.publish(offer), at: instant)
        if dice.chance(0.8) { ask(at: instant + dice.skewed(1...60_000)) }
    }

    private mutating func ask(at instant: Instant) {
        add(.command(.sync(isFollowing: false), operatorPerson), at: instant)
    }

    /// `20260302T050000`, in the village's zone.
    private func civil(_ instant: Instant) -> String {
        let text = RFC3339.string(from: instant, offset: village.zone.offset(at: instant).seconds)
        return String(text.prefix(19).filter { $0 != "-" && $0 != ":" })
    }
}
