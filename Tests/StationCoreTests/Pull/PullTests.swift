@testable import StationTrust
import Testing

@testable import StationCore

/// What is fetched first, when a timetable becomes active, and what is let go.
struct PullTests {
    private static let now = Instant(seconds: 1_795_323_600)  // 2026-11-22T05:00:00Z
    private static let hour: Int64 = 3600
    private static let day: Int64 = 86_400
    private static let room = StorageRoom(
        quotaBytes: 1_000_000, reserveBytes: 1000, freeBytes: 500_000, partBytes: 0)

    private static func content(_ name: String, _ count: Int64 = 1000) throws -> TUF.Content {
        let hash = Hexadecimal.text(SHA256.hash(name.utf8).bytes)
        let json: JSON = ["length": .integer(count), "hashes": ["sha256": .string(hash)]]
        return try TUF.Target(json, name).content
    }

    /// A timetable whose slots play one file each, so many seconds from now.
    private static func timetable(
        _ slots: [(file: String, after: Int64)], others: [String] = [], emergency: Bool = false
    ) throws -> SignedTimetable {
        let folder = emergency ? "emergency/" : ""
        let events = slots.enumerated().map { index, slot in
            let at = UTCTime.text(now.nanoseconds / 1_000_000_000 + slot.after).filter { !"-:".contains($0) }
            return "BEGIN:VEVENT\r\nUID:\(index)\r\nDTSTART:\(at)\r\nATTACH:\(slot.file)\r\nEND:VEVENT\r\n"
        }
        let calendar = "BEGIN:VCALENDAR\r\n\(events.joined())END:VCALENDAR\r\n"
        let compiled = try Timetable.compile(["\(folder)schedule.ics": calendar])
        let paths = (slots.map(\.file) + others + ["schedule.ics"]).map { folder + $0 }
        let contents = try paths.map { ($0, try content($0)) }
        return SignedTimetable(
            timetable: compiled.timetable,
            manifest: Manifest([
                "xa": .init(contents: Dictionary(contents, uniquingKeysWith: { first, _ in first }))
            ]))
    }

    private static func stored(_ names: [String]) throws -> [String: Int64] {
        try names.reduce(into: [:]) { all, name in
            all[try #require(try content(name).storeName)] = 1000
        }
    }

    // MARK: Wanting

    @Test("The emergency's files come first, then those of the next slots, then the rest")
    func order() throws {
        var supply = Supply()
        supply.active[.ordinary] = try Self.timetable([("old", 2 * Self.hour)])
        supply.candidates[.ordinary] = try Self.timetable(
            [("far", 8 * Self.day), ("later", 5 * Self.hour), ("next", Self.hour), ("next", 9 * Self.hour)],
            others: ["unused"])
        supply.candidates[.emergency] = try Self.timetable([("siren", -60)], emergency: true)
        let order = [
            "emergency/siren", "next", "old", "later", "emergency/schedule.ics", "far", "schedule.ics",
            "unused",
        ]
        #expect(supply.wanted(at: Self.now, room: Self.room).files.map(\.path) == order)
        supply.stored = try Self.stored(["next", "schedule.ics"])
        let left = order.filter { !["next", "schedule.ics"].contains($0) }
        #expect(supply.wanted(at: Self.now, room: Self.room).files.map(\.path) == left)
        // What the disk has no room for does not come, but emergencies.
        let full = StorageRoom(quotaBytes: 1_000_000, reserveBytes: 1000, freeBytes: 3500, partBytes: 0)
        supply.stored = [:]
        let cut = supply.wanted(at: Self.now, room: full)
        #expect(cut.isCut && cut.files.map(\.path).prefix(3) == ["emergency/siren", "next", "old"])
        // What is half there has half of its room already.
        let resumed = StorageRoom(
            quotaBytes: 1_000_000, reserveBytes: 1000, freeBytes: 3500, partBytes: 1000)
        #expect(supply.wanted(at: Self.now, room: resumed).files.count == cut.files.count + 1)
        // What is needed soon comes whatever the quota says, and the rest while there is room.
        let narrow = StorageRoom(quotaBytes: 5500, reserveBytes: 0, freeBytes: nil, partBytes: 0)
        supply.stored = [:]
        #expect(supply.wanted(at: Self.now, room: narrow).files.map(\.path) == Array(order.prefix(5)))
    }

    /// A start with timetables that have no slot.
    private static let nothing = FetchReport.recovered([
        .ordinary: SignedTimetable(), .emergency: SignedTimetable(),
    ])

    // MARK: Room

    @Test("What others write to the disk lets go of what nobody needs, though there is no news, once")
    func fillsUp() throws {
        let now = Now(
            wall: Self.now, monotonic: MonotonicInstant(nanoseconds: 0), isSynchronised: true,
            errorMicroseconds: 1)
        var pull = Pull([], station: "ap-3", bytesPerMonth: 1 << 40, at: now.monotonic)
        let full = StorageRoom(quotaBytes: 1_000_000, reserveBytes: 1000, freeBytes: 500, partBytes: 0)
        func evicted(_ room: StorageRoom) -> Int {
            pull.act(at: now, room: room, playing: []).count { if case .evict = $0 { true } else { false } }
        }
        pull.take(.opened(try Self.stored(["old"])), at: now)
        #expect(evicted(full) == 0, "nobody knows yet what an earlier run went by")
        pull.take(Self.nothing, at: now)
        #expect(evicted(Self.room) == 0)
        #expect(evicted(full) == 0, "nobody has measured")
        pull.measured(Self.room, at: now)
        #expect(!pull.hasNews)
        pull.measured(full, at: now)
        #expect(pull.hasNews)
        #expect(evicted(full) == 1)
        // It is looked at again soon anyhow: what was let go need not be counted at once.
        pull.measured(full, at: now)
        #expect(!pull.hasNews)
    }

    // MARK: Switching

    static let switches: [(stored: [String], after: Int64, isReady: Bool)] = [
        // All of the next 24 hours; what comes later may still be on its way.
        (["a", "b"], 0, true), (["a"], 0, false), (["b"], 0, false), ([], 0, false),
        // The first slot is in 3,600 s: at the last call its own items are enough.
        (["a"], 3449, false), (["a"], 3451, true), (["b"], 3451, false),
        // The first is over: the second is the next.
        (["b"], 3601, true),
    ]

    @Test("A timetable becomes active when it is whole, or at the last call", arguments: switches)
    func switching(stored: [String], after: Int64, isReady: Bool) throws {
        var supply = Supply()
        supply.active[.ordinary] = SignedTimetable()
        supply.candidates[.ordinary] = try Self.timetable([
            ("a", Self.hour), ("b", 10 * Self.hour), ("c", 30 * Self.hour),
        ])
        supply.stored = try Self.stored(stored)
        #expect(supply.isReady(.ordinary, at: Self.now + .seconds(after)) == isReady)
    }

    @Test("An emergency becomes active alone, as soon as its sound is there, though its slot has begun")
    func emergency() throws {
        var pull = Pull([], station: "loa-1", bytesPerMonth: 1000, at: MonotonicInstant(nanoseconds: 0))
        pull.take(Self.nothing, at: Self.reading)
        pull.take(.offered(.ordinary, try Self.timetable([("a", Self.hour)]), fetched: []), at: Self.reading)
        pull.take(
            .offered(.emergency, try Self.timetable([("siren", -10)], emergency: true), fetched: []),
            at: Self.reading)
        #expect(Self.deeds(&pull) == ["want emergency/siren a emergency/schedule.ics schedule.ics"])
        pull.take(.stored([try Self.content("emergency/siren")]), at: Self.reading)
        #expect(Self.deeds(&pull) == ["adopt emergency"])
        pull.adopted(.emergency)
        pull.take(.stored([try Self.content("a")]), at: Self.reading)
        #expect(Self.deeds(&pull) == ["adopt ordinary"])
        // One without a slot ends it at once.
        pull.take(
            .offered(.emergency, try Self.timetable([], emergency: true), fetched: []), at: Self.reading)
        #expect(Self.deeds(&pull) == ["adopt emergency"])
    }

    // MARK: Letting go

    /// Four files of 1,000 bytes each are there.
    static let evictions: [(quota: Int64, free: Int64?, next: Int64, gone: [String])] = [
        (4000, 500_000, 3600, []), (3000, 500_000, 3600, ["stray"]),
        (1000, 500_000, 3600, ["stray", "far"]),
        (1000, 500_000, 599, []), (1000, 500_000, 601, ["stray", "far"]),
        // The reserve asks for one, and what nobody refers to goes first.
        (4000, 500, 3600, ["stray"]), (4000, nil, 3600, []),
    ]

    @Test(
        "Only what 7 days do not need is let go, never near a slot",
        arguments: evictions)
    func eviction(quota: Int64, free: Int64?, next: Int64, gone: [String]) throws {
        var supply = Supply()
        supply.active[.ordinary] = try Self.timetable([("soon", next), ("far", 8 * Self.day)])
        supply.stored = try Self.stored(["soon", "far", "schedule.ics", "stray"])
        let room = StorageRoom(quotaBytes: quota, reserveBytes: 1000, freeBytes: free, partBytes: 0)
        let names = supply.evictable(at: Self.now, room: room)
        #expect(try names == gone.map { try #require(try Self.content($0).storeName) })
    }

    // MARK: Polls

    private static let reading = reading(0)
    private static func reading(_ seconds: Int64) -> Now {
        Now(
            wall: now + .seconds(seconds), monotonic: MonotonicInstant(nanoseconds: seconds * 1_000_000_000),
            isSynchronised: true, errorMicroseconds: 0)
    }

    /// The deeds of one look, in words.
    private static func deeds(_ pull: inout Pull, after seconds: Int64 = 0, room: StorageRoom = room)
        -> [String]
    {
        pull.act(at: reading(seconds), room: room, playing: []).map { action in
            switch action {
            case .poll(let upstream, let isAsked): "poll \(upstream)" + (isAsked ? ", asked" : "")
            case .want(let files): (["want"] + files.map(\.path)).joined(separator: " ")
            case .evict(let names): "evict \(names.count)"
            case .adopt(let kind, _): "adopt \(kind)"
            }
        }
    }

    @Test("Each upstream is asked once at a time, sooner after a failure, and its standing is told")
    func polls() {
        var pull = Pull(
            [("xa", .seconds(600)), ("huyen", .seconds(600))], station: "loa-1", bytesPerMonth: 1000,
            at: Self.reading.monotonic)
        #expect(Self.deeds(&pull, after: 60) == ["poll xa", "poll huyen"])
        #expect(Self.deeds(&pull, after: 61) == [] && pull.nextPoll == nil)
        pull.take(.polled(upstream: "xa", .failed(why: "no way", isUnreachable: true)), at: Self.reading(61))
        #expect(pull.standing(of: "xa")?.error == "no way" && pull.standing(of: "xa")?.isFault == false)
        #expect(Self.deeds(&pull, after: 121) == ["poll xa"])
        pull.take(.polled(upstream: "xa", .changed(targetsVersion: 7, issued: nil)), at: Self.reading(67))
        let standing = pull.standing(of: "xa")
        #expect(standing?.error == nil && standing?.targetsVersion == 7)
        #expect(standing?.lastContact == Self.now + .seconds(67))
        #expect(Self.deeds(&pull, after: 68) == [])
        pull.pollNow(at: Self.reading(68).monotonic)
        #expect(Self.deeds(&pull, after: 68) == ["poll xa, asked"])
        #expect(!pull.isStale("huyen", at: Self.reading(1800).monotonic))
        #expect(pull.isStale("huyen", at: Self.reading(1801).monotonic))
        #expect(!pull.isStale("xa", at: Self.reading(1801).monotonic))
    }

    @Test("What could not be fetched is said again with the next poll that ends, and what is known is not")
    func saidAgain() throws {
        var pull = Pull(
            [("xa", .seconds(60))], station: "loa-1", bytesPerMonth: 1000, at: Self.reading.monotonic)
        pull.take(Self.nothing, at: Self.reading)
        pull.take(
            .offered(.ordinary, try Self.timetable([("a", Self.hour), ("b", 2 * Self.hour)]), fetched: []),
            at: Self.reading)
        #expect(Self.deeds(&pull) == ["want a b schedule.ics"])
        #expect(Self.deeds(&pull) == [])
        pull.take(.stored([try Self.content("a"), try Self.content("schedule.ics")]), at: Self.reading)
        #expect(Self.deeds(&pull) == [])
        let file = RemoteFile(upstream: "xa", path: "b", content: try Self.content("b"))
        pull.take(.unfetchable(file, "not on the server"), at: Self.reading)
        #expect(Self.deeds(&pull) == [])
        pull.take(.polled(upstream: "xa", .unchanged), at: Self.reading)
        #expect(Self.deeds(&pull) == ["want b"])
        #expect(Self.deeds(&pull) == [])
    }

    @Test(
        "Who asks while a poll is under way gets another; what a whole upstream cannot give holds nobody up")
    func askedMeanwhile() throws {
        var pull = Pull(
            [("xa", .seconds(86_400))], station: "loa-1", bytesPerMonth: 1000, at: Self.reading.monotonic)
        #expect(Self.deeds(&pull, after: 60) == ["poll xa"])
        pull.pollNow(at: Self.reading(61).monotonic)
        pull.take(
            .offered(.ordinary, try Self.timetable([("a", 2 * Self.hour)]), fetched: []), at: Self.reading(62)
        )
        pull.take(.polled(upstream: "xa", .changed(targetsVersion: 1, issued: nil)), at: Self.reading(62))
        #expect(Self.deeds(&pull, after: 62) == ["poll xa, asked", "want a schedule.ics"])
        #expect(pull.coming.count == 2)
        pull.take(.passedOver(upstream: "xa"), at: Self.reading(63))
        #expect(pull.coming.isEmpty && Self.deeds(&pull, after: 63) == ["adopt ordinary"])
    }

    @Test(
        "The budget is spent when it is reached, and not in another month",
        arguments: [(999, false), (1000, true)])
    func budget(bytes: Int64, isSpent: Bool) {
        var pull = Pull([], station: "loa-1", bytesPerMonth: 1000, at: Self.reading.monotonic)
        pull.take(.used(BulkUsage(month: "2026-11", bytes: bytes)), at: Self.reading)
        #expect(pull.isBudgetSpent == isSpent)
        pull.take(.used(BulkUsage(month: "2026-12", bytes: 0)), at: Self.reading)
        #expect(!pull.isBudgetSpent)
    }
}
