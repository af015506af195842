// The slots that one recurrence rule gives, with their exceptions, from any instant on.

/// A rule of an event with what takes away, and what changes its instances from some point on.
struct Series: Sendable {
    /// From an original instant on: how far slots are shifted on the wall, and what they are.
    struct Segment: Sendable {
        var from: Instant
        var shift: Int64
        /// `nil` where the series was cancelled from here on.
        var programme: Int?
        var length: SlotLength?
    }

    let recurrence: Recurrence
    /// The index of the zone on whose wall the rule counts.
    let zone: Int
    /// The original instants that the rule must not give: exceptions, and what stands as a single slot; ascending.
    let excluded: [Instant]
    /// The days, on the wall, on which the rule must not give any; ascending.
    let excludedDays: [CivilDate]
    /// Ascending; the first holds from the start.
    let segments: [Segment]
    private let shifts: ClosedRange<Int64>

    init(
        recurrence: Recurrence, zone: Int, excluded: [Instant], excludedDays: [CivilDate], segments: [Segment]
    ) {
        self.recurrence = recurrence
        self.zone = zone
        self.excluded = excluded.sorted()
        self.excludedDays = excludedDays.sorted()
        self.segments = segments
        let all = segments.map(\.shift)
        shifts = (all.min() ?? 0)...(all.max() ?? 0)
    }

    /// The same in a timetable in which so many programmes and zones go before its own.
    func moved(programmes: Int, zones: Int) -> Series {
        Series(
            recurrence: recurrence, zone: zone + zones, excluded: excluded, excludedDays: excludedDays,
            segments: segments.map { segment in
                var segment = segment
                segment.programme = segment.programme.map { $0 + programmes }
                return segment
            })
    }

    /// Hands over the slots from `from` on, until none that follows could be wanted.
    func visit(from: Instant, zones: [ZoneFile], into found: inout Candidates) {
        let zone = zones[zone]
        let back = segments.count > 1 ? Self.largestGap + shifts.upperBound : 0
        let civil = CivilTime(seconds: Self.wall(zone, from).seconds - back)
        for original in recurrence.occurrences(from: civil) {
            let (instant, isInGap) = zone.resolve(original)
            if let single = single(original, instant, zone) {
                if single.scheduled >= from { found.insert(single) }
            }
            // Except around gaps and shifts, later civil times are later instants.
            let slack = isInGap || segments.count > 1 ? Self.largestGap - shifts.lowerBound : 0
            if instant > found.cutoff + .seconds(slack) { return }
        }
    }

    /// The slot whose original instant is this one; `nil` when the rule does not give it, or an exception takes it.
    func instance(of original: Instant, zones: [ZoneFile]) -> Timetable.Single? {
        civilTime(of: original, zones).flatMap { single($0, original, zones[zone]) }
    }

    /// Whether the rule gives an instant, exceptions aside.
    func isInstance(_ original: Instant, zones: [ZoneFile]) -> Bool { civilTime(of: original, zones) != nil }

    private func civilTime(of original: Instant, _ zones: [ZoneFile]) -> CivilTime? {
        let zone = zones[zone]
        let civil = zone.civilTime(at: original.clampedToYears)
        for candidate in recurrence.occurrences(from: Self.wall(zone, original)) {
            if candidate > civil { return nil }
            let (instant, isInGap) = zone.resolve(candidate)
            if instant == original { return candidate }
            if !isInGap, instant > original { return nil }
        }
        return nil
    }

    /// The first time on the wall that may mean an instant, or a later one.
    ///
    /// A time that a gap has moved is written as an earlier one than the wall then shows.
    private static func wall(_ zone: ZoneFile, _ instant: Instant) -> CivilTime {
        let second = instant.clampedToYears.seconds
        let local = zone.period(at: second)
        let back = second.subtractingClamped(local.start) < largestGap ? largestGap : 0
        return CivilTime(seconds: second + Int64(local.local.offset) - back)
    }

    /// The slot of an original instant of the rule; `nil` where an exception takes it away.
    private func single(_ civil: CivilTime, _ original: Instant, _ zone: ZoneFile) -> Timetable.Single? {
        if let limit = recurrence.limit, original > limit { return nil }
        if excluded.containsSorted(original) || excludedDays.containsSorted(civil.date) { return nil }
        return Self.single(civil, original, zone, segments)
    }

    /// The slot of an original instant by the segment in which it lies.
    static func single(
        _ civil: CivilTime, _ original: Instant, _ zone: ZoneFile, _ segments: [Segment]
    ) -> Timetable.Single? {
        guard let segment = segments.last(where: { $0.from <= original }) ?? segments.first,
            let programme = segment.programme
        else { return nil }
        let moved = CivilTime(seconds: civil.seconds + segment.shift)
        let scheduled = segment.shift == 0 ? original : zone.instant(of: moved)
        return Timetable.Single(
            scheduled: scheduled, original: original,
            hardEnd: segment.length.map { $0.end(of: moved, scheduled, zone) }, programme: programme)
    }

    /// A day that a zone left out when it changed sides of the date line, in seconds.
    private static let largestGap: Int64 = 86_400
}

extension SlotLength {
    /// The end of a slot that starts at `instant`, which the wall of `zone` shows as `civil`.
    func end(of civil: CivilTime, _ instant: Instant, _ zone: ZoneFile) -> Instant {
        guard days != 0 else { return instant + .seconds(seconds) }
        let day = CivilTime(seconds: civil.seconds + Int64(days) * CivilTime.secondsPerDay)
        return zone.instant(of: day) + .seconds(seconds)
    }
}

extension Instant {
    /// The instant, moved into the years that a timetable knows, where no sum of it overflows.
    fileprivate var clampedToYears: Instant {
        min(max(self, Instant(seconds: -8_000_000_000)), Instant(seconds: Recurrence.horizon.seconds))
    }
}

extension Array where Element: Comparable {
    /// Whether an ascending array contains an element.
    fileprivate func containsSorted(_ element: Element) -> Bool {
        let place = indices.first(from: { self[$0] >= element })
        return place < count && self[place] == element
    }
}
