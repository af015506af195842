// Two timetables as one: what is ordinary and the emergencies arrive, and are switched, each by itself.

extension Timetable {
    /// This timetable with another's slots.
    ///
    /// Where both have a programme of one upstream and UID, only the one of this timetable counts: without the keys of
    /// an emergency nobody may replace it.
    func joined(with other: Timetable) -> Timetable {
        if other.channels.isEmpty { return self }
        if channels.isEmpty { return other }
        var all = self
        let (channelCount, count, zoneCount) = (channels.count, programmes.count, zones.count)
        func isNew(_ programme: Int) -> Bool { identities[other.key(of: programme)] == nil }
        all.channels += other.channels
        all.zones += other.zones
        all.programmes += other.programmes.map { programme in
            var programme = programme
            programme.channel += channelCount
            return programme
        }
        all.singles += other.singles.filter { isNew($0.programme) }.map { single in
            var single = single
            single.programme += count
            return single
        }
        all.series += other.series
            .filter { $0.segments.lazy.compactMap(\.programme).first.map(isNew) ?? false }
            .map { $0.moved(programmes: count, zones: zoneCount) }
        all.index()
        return all
    }
}
