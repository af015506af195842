/// The guard's leave to make sound: what may sound, until when, and how loud at the most.
///
/// Nothing but the guard can make one (I1): the initialiser is seen in this file alone.
package struct Permit: Hashable, Sendable {
    /// The class that it was given for.
    package let programmeClass: ProgrammeClass
    /// When the sound must be over; the audio thread stops there without being told.
    package let end: MonotonicInstant
    /// The highest level, in dB relative to full scale; never above 0.
    package let ceilingDecibels: Double
    /// When the permit must be renewed because of another ceiling of the hours; its end, if there is none.
    package let ceilingEnd: MonotonicInstant

    fileprivate init(
        programmeClass: ProgrammeClass, end: MonotonicInstant, ceilingDecibels: Double,
        ceilingEnd: MonotonicInstant
    ) {
        self.programmeClass = programmeClass
        self.end = end
        self.ceilingDecibels = min(0, ceilingDecibels)
        self.ceilingEnd = min(end, ceilingEnd)
    }
}

/// Stands between every wish and the sound (DESIGN.md section 6).
package struct Guard: Sendable {
    /// The shortest stretch worth opening the card for; a permit below it is refused.
    static let shortestPermit = Duration.milliseconds(500)
    /// A lower ceiling holds so long before its band begins: what the card has buffered cannot be made quieter.
    static let ceilingLead = Duration.seconds(3)

    /// What the configuration allows, and what a person took back for a while.
    package var rules: GuardRules
    package var mute: Mute?
    /// The level that a person at the station set, in dB relative to full scale.
    package var volumeDecibels: Double

    package init(rules: GuardRules, mute: Mute?, volumeDecibels: Double) {
        self.rules = rules
        self.mute = mute
        self.volumeDecibels = volumeDecibels
    }

    /// What somebody wants to sound.
    package struct Wish: Sendable {
        /// A programme of the timetable, or something that a person at the station asked for.
        package enum Origin: Sendable {
            case timetable
            case person
        }

        /// Who wants it, and how much it matters.
        package var origin: Origin
        package var programmeClass: ProgrammeClass
        /// When it is to begin, by the wall clock.
        package var start: Instant
        /// Its slot's hard end, if it has one.
        package var hardEnd: Instant?
        /// Where the hours are meant.
        package var zone: ZoneFile
        /// How many emergencies have begun on that local day.
        package var emergenciesToday: Int
        /// Whether its intent is written: then it is one of those that have begun on that day.
        package var isBegun = false
        /// Whether it is to sound at once, whatever the clock says.
        package var isAtOnce = false
        /// How much of its longest duration it used before an interruption.
        package var alreadySounded: Duration = .zero
    }

    /// The answer to a wish: a permit, or why there is none.
    package enum Verdict: Sendable {
        case permitted(Permit)
        case refused(Reason)
    }

    /// Judges a wish.
    ///
    /// An untrusted clock plays nothing but what a person at the station asks for, without asking for the hour, which
    /// nobody knows then, and emergencies that were fetched since the start (I8).
    package func judge(_ wish: Wish, at now: Now, trust: ClockTrust) -> Verdict {
        if wish.programmeClass == .emergency { return judgeEmergency(wish, at: now, trust: trust) }
        if trust == .untrusted {
            guard wish.origin == .person else { return .refused(.clockUntrusted) }
            if mute != nil { return .refused(.muted) }
            return permit(wish, now: now, end: wish.start + rules.longestBroadcast, ceiling: lowestCeiling)
        }
        if let mute, wish.start < mute.until { return .refused(.muted) }
        guard let open = openHours(at: wish.start, in: wish.zone) else {
            return .refused(.outsideHours)
        }
        let longest = wish.start + (rules.longestBroadcast - wish.alreadySounded)
        return permit(
            wish, now: now, end: min(open.end, longest), ceiling: open.ceilingDecibels,
            ceilingEnd: open.ceilingEnd)
    }

    private func judgeEmergency(_ wish: Wish, at now: Now, trust: ClockTrust) -> Verdict {
        guard trust != .untrusted || wish.isAtOnce else { return .refused(.clockUntrusted) }
        // What was begun and interrupted is the same emergency, not another one.
        guard wish.isBegun || wish.emergenciesToday < rules.emergenciesPerDay else {
            return .refused(.permitEnded)
        }
        let end = wish.start + (rules.longestEmergency - wish.alreadySounded)
        return permit(wish, now: now, end: end, ceiling: rules.emergencyCeilingDecibels)
    }

    private func permit(
        _ wish: Wish, now: Now, end: Instant, ceiling: Double, ceilingEnd: Instant = .distantFuture
    ) -> Verdict {
        let end = min(end, wish.hardEnd ?? .distantFuture)
        guard end - wish.start >= Self.shortestPermit else { return .refused(.permitEnded) }
        // The volume that a person set does not hold an emergency down: that has a level of its own.
        let level = wish.programmeClass == .emergency ? ceiling : min(ceiling, volumeDecibels)
        return .permitted(
            Permit(
                programmeClass: wish.programmeClass, end: now.monotonic(of: end), ceilingDecibels: level,
                ceilingEnd: now.monotonic(of: ceilingEnd)))
    }

    /// The lowest ceiling of all bands: what holds when nobody knows the hour.
    private var lowestCeiling: Double { rules.bands.map(\.ceilingDecibels).min() ?? 0 }

    /// The open hours around an instant; nil when the station may not sound then.
    ///
    /// Bands that follow each other are one stretch, so that a programme is not cut where one ends and the
    /// next begins; only its ceiling changes there. Ends are times on the wall: on a night when the clocks change a
    /// band is an hour longer or shorter.
    func openHours(at start: Instant, in zone: ZoneFile) -> OpenHours? {
        let civil = zone.civilTime(at: start)
        guard let (band, left) = band(at: civil) else { return nil }
        var end = CivilTime(seconds: civil.seconds + Int64(left))
        let bandEnd = zone.instant(of: end)
        var (ceiling, ceilingEnd) = (band.ceilingDecibels, bandEnd)
        if let (next, _) = self.band(at: end), next.ceilingDecibels < ceiling {
            ceilingEnd = bandEnd - Self.ceilingLead
            if ceilingEnd <= start { (ceiling, ceilingEnd) = (next.ceilingDecibels, bandEnd) }
        }
        // At most once through every band: open all day long, every day, is as good as one day.
        for _ in rules.bands {
            guard let (_, more) = self.band(at: end) else { break }
            end = CivilTime(seconds: end.seconds + Int64(more))
        }
        return OpenHours(end: zone.instant(of: end), ceilingDecibels: ceiling, ceilingEnd: ceilingEnd)
    }

    private func band(at civil: CivilTime) -> (GuardRules.Band, Int)? {
        for band in rules.bands {
            if let left = band.secondsLeft(atSecondOfDay: civil.secondOfDay) { return (band, left) }
        }
        return nil
    }
}

/// A stretch of permitted hours.
struct OpenHours: Hashable, Sendable {
    /// When the station must be silent again.
    let end: Instant
    /// The highest level now.
    let ceilingDecibels: Double
    /// Until when that level holds; the permit is renewed there.
    let ceilingEnd: Instant
}
