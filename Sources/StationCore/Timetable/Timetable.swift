// The timetable: all slots of a station's channels, as rules; and the questions "what comes" and "which was that".
//
// A value that nothing changes: a new timetable replaces it whole. It is made by `Timetable.compile`.

/// When a station plays what, from all of its upstreams.
package struct Timetable: Sendable {
    /// A VEVENT's content, shared by its slots.
    struct Programme: Sendable {
        var channel: Int
        var uid: String
        var title: String
        var programmeClass: ProgrammeClass
        var categories: [String]
        var late: LateRule
        var contents: [ContentVariant]
        var file: String
        var line: Int
        /// The line that names the content, or the event's.
        var contentLine: Int
    }

    /// A slot that stands by itself: of an event without a rule, of RDATE, or one that was moved.
    struct Single: Sendable {
        var scheduled: Instant
        var original: Instant
        var hardEnd: Instant?
        var programme: Int
    }

    /// What belongs to one UID of one upstream.
    struct Identity: Sendable {
        var singles: [Int] = []
        var series: [Int] = []
    }

    /// An upstream, as far as slots need it.
    struct Channel: Sendable {
        var name: String
        var rank: Int
        /// From then on no slot begins; nil where nobody said so.
        var expires: Instant?
        var playlists: [String: Playlist] = [:]
        /// Paths as the events write them, where the channel's file is written with other code points.
        var spellings: [String: String] = [:]
    }

    var channels: [Channel] = []
    var programmes: [Programme] = []
    /// Ascending by `scheduled`.
    var singles: [Single] = []
    var series: [Series] = []
    var identities: [String: Identity] = [:]
    var zones: [ZoneFile] = []
    /// The zone in which slots are named.
    var stationZone = ZoneFile.utc
    /// Whether any channel expires: most do not, and need not be asked.
    private(set) var expires = false

    /// A timetable without a slot.
    package init() {}

    /// How many events have slots.
    package var programmeCount: Int { programmes.count }

    /// The slots that are scheduled from `from` (inclusive) until `until` (exclusive), at most `limit` of them.
    ///
    /// They come in the order in which they go first: by instant, then the higher class, the lower rank, the UID.
    package func slots(from: Instant, until: Instant, limit: Int) -> [Slot] {
        guard limit > 0, from < until else { return [] }
        var found = Candidates(limit: limit, until: until, timetable: self)
        var place = singles.indices.first(from: { singles[$0].scheduled >= from })
        while place < singles.count, singles[place].scheduled <= found.cutoff {
            found.insert(singles[place])
            place += 1
        }
        found.trim()
        for series in series { series.visit(from: from, zones: zones, into: &found) }
        return found.result().map(slot)
    }

    /// The slots of channels that expire, of their last day each: with a signature that lasts a day, all of them.
    ///
    /// - Returns: those of each programme, by its `UPSTREAM/UID`, in their order.
    func expiringSlots() -> [(programme: String, slots: [Slot])] {
        var found: [(programme: String, slots: [Slot])] = []
        for (index, channel) in channels.enumerated() {
            guard let end = channel.expires else { continue }
            let from = end - LogSummary.longestEmergency
            for programme in Set(programmes.filter { $0.channel == index }.map(\.uid)).sorted() {
                let key = Self.key(channel.name, programme)
                let slots = slots(
                    of: key, after: from - .nanoseconds(1), until: end, limit: Self.mostRepeats)
                if !slots.isEmpty { found.append((key, slots)) }
            }
        }
        return found
    }

    /// The slots of a programme in the day after an instant, as if no signature ended.
    func repeats(of programme: String, after instant: Instant) -> [Slot] {
        var lasting = self
        for index in channels.indices { lasting.channels[index].expires = nil }
        return lasting.slots(
            of: programme, after: instant, until: instant + LogSummary.longestEmergency,
            limit: Self.mostRepeats)
    }

    /// A day of an emergency that comes again each minute.
    private static let mostRepeats = 1440

    /// The first slot that is scheduled later than an instant.
    package func next(after instant: Instant) -> Slot? {
        slots(from: instant + .nanoseconds(1), until: .distantFuture, limit: 1).first
    }

    /// The slot of an identity, wherever it was moved to; `nil` when the timetable no longer has it.
    package func slot(id: String) -> Slot? {
        guard let at = id.utf8.lastIndex(of: UInt8(ascii: "@")),
            let original = RFC3339.parse(id[id.utf8.index(after: at)...])?.instant,
            let identity = identities[String(id[..<at])]
        else { return nil }
        for index in identity.singles where singles[index].original == original {
            return isInForce(singles[index]) ? slot(singles[index]) : nil
        }
        for index in identity.series {
            guard let single = series[index].instance(of: original, zones: zones) else { continue }
            return isInForce(single) ? slot(single) : nil
        }
        return nil
    }

    /// Whether the slot lies before its channel's end.
    fileprivate func isInForce(_ single: Single) -> Bool {
        guard expires, let end = channels[programmes[single.programme].channel].expires else { return true }
        return single.scheduled < end
    }

    /// The first slot of one programme, by its `UPSTREAM/UID`, later than one instant and before another.
    func nextSlot(of programme: String, after instant: Instant, until: Instant) -> Slot? {
        slots(of: programme, after: instant, until: until, limit: 1).first
    }

    /// The first slots of one programme, likewise.
    private func slots(of programme: String, after instant: Instant, until: Instant, limit: Int) -> [Slot] {
        guard let identity = identities[programme] else { return [] }
        let from = instant + .nanoseconds(1)
        var found = Candidates(limit: limit, until: until, timetable: self)
        for index in identity.singles where singles[index].scheduled >= from { found.insert(singles[index]) }
        for index in identity.series { series[index].visit(from: from, zones: zones, into: &found) }
        return found.result().map(slot)
    }

    /// What a variant of a slot plays, item by item; nothing where its playlist is missing or empty.
    package func entries(of variant: ContentVariant, upstream: String) -> [Playlist.Entry] {
        // An upstream's emergencies are a channel of their own, with paths of their own.
        let channels = channels.lazy.filter { $0.name == upstream }
        switch variant.reference {
        case .playlist(let path): return channels.compactMap { $0.playlists[path] }.first?.entries ?? []
        case .file(let path):
            return [Playlist.Entry(source: .file(channels.compactMap { $0.spellings[path] }.first ?? path))]
        case .live(let url): return [Playlist.Entry(source: .live(url))]
        }
    }

    /// What a slot plays, item by item, with the language of each.
    package func entries(of slot: Slot) -> [(language: String?, entry: Playlist.Entry)] {
        slot.contents.reduce(into: []) { all, variant in
            let room = Playlist.maximumEntries - all.count
            all += entries(of: variant, upstream: slot.upstream).prefix(room).map { (variant.language, $0) }
        }
    }

    fileprivate func slot(_ single: Single) -> Slot {
        let programme = programmes[single.programme]
        let channel = channels[programme.channel]
        let offset = stationZone.offset(at: single.original).seconds
        return Slot(
            id: Self.key(channel.name, programme.uid) + "@"
                + RFC3339.string(from: single.original, offset: offset),
            upstream: channel.name, programme: programme.uid, title: programme.title,
            programmeClass: programme.programmeClass, categories: programme.categories, rank: channel.rank,
            scheduled: single.scheduled, hardEnd: single.hardEnd, expires: channel.expires,
            late: programme.late, contents: programme.contents, file: programme.file, line: programme.line)
    }

    /// Makes it ready to be asked, once all programmes, singles and series are there.
    mutating func index() {
        singles.sort { $0.scheduled < $1.scheduled }
        identities = [:]
        for (index, single) in singles.enumerated() {
            identities[key(of: single.programme), default: Identity()].singles.append(index)
        }
        for (index, series) in series.enumerated() {
            guard let programme = series.segments.lazy.compactMap(\.programme).first else { continue }
            identities[key(of: programme), default: Identity()].series.append(index)
        }
        expires = channels.contains { $0.expires != nil }
    }

    /// The `UPSTREAM/UID` of a programme.
    func key(of programme: Int) -> String {
        Self.key(channels[programmes[programme].channel].name, programmes[programme].uid)
    }

    static func key(_ upstream: String, _ uid: String) -> String { "\(upstream)/\(uid)" }
}

/// The first slots that were found so far, and until when more are wanted.
struct Candidates {
    /// So many more than are wanted are kept before they are sorted.
    private static let slack = 8

    private let limit: Int
    private let timetable: Timetable
    private var found: [Timetable.Single] = []
    /// Slots later than this are not wanted.
    private(set) var cutoff: Instant

    init(limit: Int, until: Instant, timetable: Timetable) {
        self.limit = limit
        self.timetable = timetable
        cutoff = until - .nanoseconds(1)
    }

    mutating func insert(_ single: Timetable.Single) {
        guard single.scheduled <= cutoff, timetable.isInForce(single) else { return }
        found.append(single)
        // Sorting now and then keeps the list short and the cut-off tight.
        if found.count - limit >= max(Self.slack, limit) { trim() }
    }

    /// Drops what is beyond the limit.
    mutating func trim() {
        found.sort(by: precedes)
        // Two rules, or two civil times around a gap, may give one instant twice: it is one slot.
        var last: Timetable.Single?
        found.removeAll { single in
            defer { last = single }
            return last?.original == single.original && last?.scheduled == single.scheduled
                && last?.programme == single.programme
        }
        guard found.count >= limit else { return }
        found.removeLast(found.count - limit)
        if let scheduled = found.last?.scheduled { cutoff = scheduled }
    }

    mutating func result() -> [Timetable.Single] {
        trim()
        return found
    }

    private func precedes(_ left: Timetable.Single, _ right: Timetable.Single) -> Bool {
        if left.scheduled != right.scheduled { return left.scheduled < right.scheduled }
        if left.programme != right.programme {
            let (one, other) = (timetable.programmes[left.programme], timetable.programmes[right.programme])
            if one.programmeClass != other.programmeClass { return one.programmeClass > other.programmeClass }
            let (rank, otherRank) = (
                timetable.channels[one.channel].rank, timetable.channels[other.channel].rank
            )
            if rank != otherRank { return rank < otherRank }
            if one.uid != other.uid { return one.uid < other.uid }
            return left.programme < right.programme
        }
        return left.original < right.original
    }
}

extension Timetable {
    /// A programme by its UID, else by its title, as if it were due at that instant; for playing it by hand.
    package func slot(ofProgramme name: String, at instant: Instant) -> Slot? {
        guard
            let index = programmes.firstIndex(where: { $0.uid == name })
                ?? programmes.firstIndex(where: { $0.title == name })
        else { return nil }
        return slot(Single(scheduled: instant, original: instant, hardEnd: nil, programme: index))
    }
}
