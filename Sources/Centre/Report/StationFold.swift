import StationCore
import StationTrust

/// The entries of one station, folded one after the other into what a report says of it.
///
/// A value: whoever folds a log whose head turns out to be another's goes back to the fold from before. It grows with
/// what is counted in the period, not with the log; one of them lives only while its station is read.
struct StationFold {
    /// What the slots of a report are counted by.
    struct Key: Hashable {
        /// The day of the period.
        var day: Int32
        /// The place of the slot's themes among `themes`.
        var themes: Int32
        /// The place of its class among `classes`.
        var programmeClass: UInt8
        var verdict: SlotVerdict
        /// The place of its reason among `reasons`; 255 where it has none.
        var reason: UInt8
    }

    /// How many slots, and how long they sounded.
    struct Count {
        var slots = 0
        var milliseconds: Int64 = 0
    }

    /// The classes by their place in a key; the last is for what has another name.
    static let classes = ProgrammeClass.allCases.map(\.rawValue) + [otherName]
    /// The reasons by their place in a key; the last is for what has another name.
    static let reasons = Reason.allCases.map(\.rawValue) + [otherName]
    /// What is called by no name that is known.
    static let otherName = "other"
    static let noReason = UInt8.max
    /// So many sets of themes are told apart; further ones are counted as `otherName`.
    private static let mostThemes = 512
    /// No entry is longer (C2SP tlog-tiles), and none of a station's is deeper.
    private static let limits = JSONParser.Limits(bytes: EntryBundle.mostEntryBytes, depth: 8)

    let period: ReportPeriod
    private(set) var counts: [Key: Count] = [:]
    /// The sets of themes that occur.
    private(set) var themes: [[String]] = []
    private var themePlaces: [[String]: Int32] = [:]
    /// What a person at the station played: it was never due.
    private(set) var byHand = Count()
    /// What the newest `boot` entry says of the station.
    private(set) var groups: [String] = []
    private(set) var version: String?
    /// Days that an entry speaks for.
    private(set) var isReported: [Bool]
    /// When, by a clock that was believed, the first and the last entry was written.
    private(set) var firstHeard: Instant?
    var lastHeard: Instant? { lastWall.isEmpty ? nil : DayReader.instant(lastWall) }
    private var lastWall: [UInt8] = []
    /// Entries that are none, and outcomes that say too little to be counted.
    private(set) var unreadable = 0

    /// The slots that are counted: one may stand in two logs of a station.
    private var settled: Set<String> = []
    private var days: DayReader
    /// The newest entry with a clock that was believed.
    private var previous: (index: Int64, boot: [UInt8], day: Int)?
    private var rate: (rest: [UInt8], rate: Int64)?

    init(_ period: ReportPeriod) {
        self.period = period
        isReported = Array(repeating: false, count: period.count)
        days = DayReader(period)
    }

    /// Folds one entry.
    mutating func fold(_ entry: UnsafeRawBufferPointer) {
        guard let head = EntryHead(entry) else { return foldAnyhow(Array(entry)) }
        if head.isClockTrusted, !hear(entry, wall: head.wall, boot: head.boot, head.index) {
            return unreadable += 1
        }
        switch head.kind {
        case .outcome, .boot: foldBody(Array(entry))
        case .device: foldDevice(entry, from: head.end)
        case .clock, .timetable, .intent, .command, .fault: break
        }
    }

    /// Another log of the station begins: what lies between the two is covered by neither.
    mutating func beginLog() { previous = nil }

    // MARK: Days

    /// Notes that the station wrote something at a time; false where the time is none.
    private mutating func hear(
        _ entry: UnsafeRawBufferPointer, wall: Range<Int>, boot: Range<Int>, _ index: Int64
    ) -> Bool {
        guard let day = days.day(of: entry, at: wall) else { return false }
        if firstHeard == nil { firstHeard = DayReader.instant(entry[wall]) }
        lastWall.removeAll(keepingCapacity: true)
        lastWall += UnsafeRawBufferPointer(rebasing: entry[wall])
        if isReported.indices ~= day { isReported[day] = true }
        guard let before = previous, before.index < index, before.index == index - 1,
            entry.holds(before.boot, at: boot)
        else {
            previous = (index, Array(entry[boot]), day)
            return true
        }
        // The station was on, and had nothing to say: the days between are spoken for.
        let start = max(0, before.day + 1)
        for number in start..<max(start, min(day, isReported.count)) { isReported[number] = true }
        previous?.index = index
        previous?.day = day
        return true
    }

    // MARK: Entries

    /// An entry that is written otherwise than a station writes it.
    private mutating func foldAnyhow(_ bytes: [UInt8]) {
        guard let json = try? JSONParser.parse(bytes, limits: Self.limits), let entry = Entry(json: json)
        else {
            return unreadable += 1
        }
        if entry.clock != .untrusted, let wall = json["wall"]?.text {
            let texts = Array(wall.utf8) + Array(entry.boot.utf8)
            _ = texts.withUnsafeBytes {
                hear($0, wall: 0..<wall.utf8.count, boot: wall.utf8.count..<texts.count, entry.index)
            }
        }
        if entry.kind == .device { rate = json["rate"]?.integer.map { ([], $0) } ?? rate }
        fold(json, entry.kind)
    }

    private mutating func foldBody(_ bytes: [UInt8]) {
        guard let json = try? JSONParser.parse(bytes, limits: Self.limits), let entry = Entry(json: json)
        else {
            return unreadable += 1
        }
        fold(json, entry.kind)
    }

    private mutating func fold(_ json: JSON, _ kind: Entry.Kind) {
        switch kind {
        case .outcome: foldOutcome(json)
        case .boot:
            version = json["version"]?.text ?? version
            if let names = json["groups"]?.elements {
                groups = names.prefix(Self.mostGroups).compactMap(\.text).filter {
                    $0.utf8.count <= SlotOutcome.mostThemeBytes
                }
            }
        case .clock, .timetable, .intent, .device, .command, .fault: break
        }
    }

    /// So many groups of one station are listed.
    static let mostGroups = 64

    /// Nearly all entries of a card are alike behind their beginning: those are not read again.
    private mutating func foldDevice(_ entry: UnsafeRawBufferPointer, from start: Int) {
        let rest = start..<entry.count
        if let known = rate, entry.holds(known.rest, at: rest) { return }
        guard Self.hasRate(entry, in: rest),
            let json = try? JSONParser.parse(Array(entry), limits: Self.limits),
            let found = json["rate"]?.integer
        else { return }
        rate = (Array(entry[rest]), found)
    }

    private static let rateName = Array(#""rate":"#.utf8)

    private static func hasRate(_ entry: UnsafeRawBufferPointer, in range: Range<Int>) -> Bool {
        range.contains {
            entry[$0] == UInt8(ascii: "\"") && entry.holds(rateName, at: $0..<$0 + rateName.count)
        }
    }

    private mutating func foldOutcome(_ json: JSON) {
        guard let outcome = SlotOutcome(json, rate: rate?.rate) else { return unreadable += 1 }
        guard let day = period.day(of: outcome.scheduled) else { return }
        guard settled.insert(outcome.slot).inserted else { return }
        isReported[day] = true
        guard !outcome.isByHand else {
            byHand.slots += 1
            byHand.milliseconds += outcome.milliseconds
            return
        }
        let programmeClass = Self.classes.firstIndex(of: outcome.programmeClass) ?? Self.classes.count - 1
        let key = Key(
            day: Int32(day), themes: place(of: outcome.themes), programmeClass: UInt8(programmeClass),
            verdict: outcome.verdict,
            reason: outcome.reason.map { reason in
                UInt8(Self.reasons.firstIndex(of: reason) ?? Self.reasons.count - 1)
            } ?? Self.noReason)
        counts[key, default: Count()].slots += 1
        counts[key, default: Count()].milliseconds += outcome.milliseconds
    }

    private mutating func place(of names: [String]) -> Int32 {
        if let place = themePlaces[names] { return place }
        guard themes.count < Self.mostThemes else { return place(ofOthers: ()) }
        themes.append(names)
        themePlaces[names] = Int32(themes.count - 1)
        return Int32(themes.count - 1)
    }

    private mutating func place(ofOthers: Void) -> Int32 {
        let names = [Self.otherName]
        if let place = themePlaces[names] { return place }
        themes.append(names)
        themePlaces[names] = Int32(themes.count - 1)
        return Int32(themes.count - 1)
    }
}
