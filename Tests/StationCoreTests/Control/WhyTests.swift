import StationCore
import StationTrust
import Testing

/// What explains how a slot ended.
struct WhyTests {
    private static let slot = "xa/tin@2026-11-22T05:00:00+07:00"

    private func entry(_ index: Int64, _ kind: String, _ more: [(String, JSON)]) -> JSON {
        .object(
            [.init("index", .integer(index)), .init("kind", .string(kind))]
                + more.map { JSON.Member($0.0, $0.1) })
    }

    private func outcome(_ index: Int64, _ slot: String, _ reason: JSON, at hour: String) -> JSON {
        entry(
            index, "outcome",
            [
                ("slot", .string(slot)), ("title", "Tin"),
                ("scheduled", .string("2026-11-22T\(hour):00.000000+07:00")),
                ("result", reason == .null ? "played" : "missed"), ("reason", reason),
            ])
    }

    private func ask(_ question: Why.Question, next: JSON? = nil, _ entries: [JSON]) -> Reply {
        var why = Why(question, next: next)
        for entry in entries where why.wants(entry) { why.take(entry) }
        return why.answer
    }

    private func indices(_ reply: Reply) -> [Int64] {
        reply.body["entries"]?.elements?.compactMap { $0["index"]?.integer } ?? []
    }

    /// Entries of every kind that may explain something, and what of them explains each reason.
    private func world(_ reason: String) -> [JSON] {
        [
            entry(0, "boot", []), entry(1, "clock", [("to", "untrusted")]),
            entry(2, "fault", [("code", "clock-untrusted")]), entry(3, "timetable", []),
            entry(4, "command", [("verb", "mute"), ("reason", "đám tang")]),
            entry(5, "fault", [("code", "content")]), entry(6, "device", [("state", "lost")]),
            entry(7, "fault", [("code", "device")]), entry(8, "command", [("verb", "stop")]),
            entry(9, "intent", [("slot", "xa/khac@x")]), entry(10, "intent", [("slot", .string(Self.slot))]),
            outcome(11, Self.slot, .string(reason), at: "05:00"), entry(12, "boot", []),
            entry(13, "command", [("verb", "mute")]),
        ]
    }

    @Test(
        "a reason is explained by the newest entries before the outcome that bear on it",
        arguments: [
            ("clock-untrusted", [0, 1, 2]), ("muted", [4]), ("no-content", [3, 5]), ("bad-content", [3, 5]),
            ("device-missing", [6, 7]), ("device-busy", [6, 7]), ("device-stalled", [6, 7]),
            ("stopped-by-hand", [8]), ("overlap", [9]), ("pre-empted", [9]), ("power-lost", [0]),
            ("off", [0]),
            ("withdrawn", [3]), ("outside-hours", [1, 3]),
        ] as [(String, [Int64])])
    func reasons(reason: String, explaining: [Int64]) {
        let reply = ask(.slot(Self.slot), world(reason))
        #expect(reply.code == .fine)
        #expect(reply.body["reason"]?.text == reason)
        #expect(indices(reply) == explaining + [10, 11])
    }

    @Test("what a person played is told with who asked, whatever was refused meanwhile")
    func byHand() {
        let slot = "local/play@2026-11-22T08:00:00+07:00"
        let reply = ask(
            .slot(slot),
            [
                entry(0, "command", [("verb", "play"), ("by", "tam"), ("accepted", true)]),
                entry(1, "command", [("verb", "play"), ("by", "lan"), ("accepted", true)]),
                entry(2, "intent", [("slot", .string(slot))]),
                entry(3, "command", [("verb", "play"), ("by", "tam"), ("accepted", false)]),
                outcome(4, slot, .null, at: "08:00"),
            ])
        #expect(indices(reply) == [1, 2, 4])
    }

    @Test("the timetable is the one that was in force when the slot began, or when it was found missed")
    func timetable() {
        func asked(_ entries: [JSON]) -> Int64? {
            ask(.slot(Self.slot), entries).body["timetable"]?["index"]?.integer
        }
        let (old, new) = (entry(0, "timetable", []), entry(2, "timetable", []))
        let begun = entry(1, "intent", [("slot", .string(Self.slot))])
        let ended = outcome(3, Self.slot, "withdrawn", at: "05:00")
        #expect(asked([old, begun, new, ended]) == 0)
        #expect(asked([old, begun, new]) == 0)
        #expect(asked([old, new, ended]) == 2)
        #expect(asked([ended]) == nil)
    }

    @Test("every reason of the contract has its explanation looked for")
    func everyReason() {
        for reason in Reason.allCases {
            #expect(indices(ask(.slot(Self.slot), world(reason.rawValue))).suffix(2) == [10, 11])
        }
    }

    @Test("a slot that was played needs its own entries only")
    func played() {
        let entries =
            world("off").filter { $0["kind"]?.text != "outcome" } + [
                outcome(20, Self.slot, .null, at: "05:00")
            ]
        let reply = ask(.slot(Self.slot), entries)
        #expect(reply.body["result"]?.text == "played")
        #expect(indices(reply) == [10, 20])
    }

    @Test("a time finds the slot that is nearest, within half an hour")
    func times() throws {
        let entries = [
            outcome(0, "a", "off", at: "05:00"), outcome(1, "b", "off", at: "05:20"),
            outcome(2, "c", "off", at: "17:00"),
        ]
        for (time, slot) in [("04:40", "a"), ("05:05", "a"), ("05:15", "b"), ("16:31", "c")] {
            let instant = try #require(RFC3339.instant(of: "2026-11-22T\(time):00+07:00"))
            #expect(ask(.time(instant), entries).body["slot"]?.text == slot)
        }
        let noon = try #require(RFC3339.instant(of: "2026-11-22T12:00:00+07:00"))
        #expect(ask(.time(noon), entries).code == .refused)
    }

    @Test("of two slots of one time, the one that was not heard whole is told of", arguments: [false, true])
    func oneTime(isFirst: Bool) throws {
        let missed = outcome(isFirst ? 0 : 1, "a", "pre-empted", at: "05:00")
        let played = outcome(isFirst ? 1 : 0, "b", .null, at: "05:00")
        let instant = try #require(RFC3339.instant(of: "2026-11-22T05:00:00+07:00"))
        let entries = isFirst ? [missed, played] : [played, missed]
        #expect(ask(.time(instant), entries).body["slot"]?.text == "a")
    }

    @Test("a slot that has begun and not ended is playing")
    func running() {
        let entries = [entry(0, "intent", [("slot", .string(Self.slot)), ("title", "Tin")])]
        let reply = ask(.slot(Self.slot), entries)
        #expect(reply.body["result"]?.text == "playing")
        #expect(reply.body["title"]?.text == "Tin")
        #expect(reply.body["outcome"] == .null)
    }

    @Test("what sounds at the time asked about is told, not what ended a moment before, nor as still to come")
    func soundingNow() throws {
        let entries = [
            outcome(0, "xa/truoc@x", .null, at: "04:59"),
            entry(
                1, "intent",
                [
                    ("slot", .string(Self.slot)), ("title", "Tin"),
                    ("scheduled", "2026-11-22T05:00:00.000000+07:00"),
                ]),
        ]
        let next: JSON = [
            "slot": .string(Self.slot), "title": "Tin", "at": "2026-11-22T05:00:00.000000+07:00",
        ]
        let instant = try #require(RFC3339.instant(of: "2026-11-22T05:00:07+07:00"))
        let reply = ask(.time(instant), next: next, entries)
        #expect(reply.body["result"]?.text == "playing" && reply.body["slot"]?.text == Self.slot)
    }

    @Test("a slot to come is told with what would stop it")
    func toCome() {
        let next: JSON = [
            "slot": .string(Self.slot), "title": "Tin", "at": "2026-11-23T05:00:00.000000+07:00",
            "problem": "muted",
        ]
        let reply = ask(.slot(Self.slot), next: next, world("off").filter { $0["kind"]?.text == "boot" })
        #expect(reply.body["result"]?.text == "to-come")
        #expect(reply.body["reason"]?.text == "muted")
        #expect(reply.body["next"] == next)
    }

    @Test("what people did and what broke around a slot is told with it, and what was broken before")
    func around() {
        func at(_ index: Int64, _ kind: String, _ wall: String, _ more: [(String, JSON)]) -> JSON {
            entry(index, kind, [("wall", .string("2026-11-22T\(wall):00.000000+07:00"))] + more)
        }
        let ended = JSON.object(
            (outcome(9, Self.slot, .null, at: "05:00").members ?? [])
                + [.init("wall", "2026-11-22T05:10:00.000000+07:00")])
        let reply = ask(
            .slot(Self.slot),
            [
                at(0, "fault", "02:00", [("code", "upstream"), ("state", "raised")]),
                at(1, "fault", "02:00", [("code", "disk"), ("state", "raised")]),
                at(2, "fault", "02:30", [("code", "disk"), ("state", "cleared")]),
                at(3, "command", "04:00", [("verb", "volume")]),
                at(4, "command", "04:50", [("verb", "sync")]),
                at(5, "device", "04:59", [("state", "open")]),
                at(6, "intent", "04:59", [("slot", .string(Self.slot))]),
                at(7, "fault", "05:01", [("code", "device"), ("state", "raised")]),
                at(8, "fault", "05:02", [("code", "device"), ("state", "cleared")]), ended,
                at(10, "command", "05:11", [("verb", "stop")]),
            ])
        #expect(indices(reply) == [0, 4, 5, 6, 7, 8, 9])
    }

    @Test("the next slot is told only where it is of the same programme")
    func again() {
        func told(_ slot: String) -> JSON? {
            var why = Why(.slot(Self.slot), next: nil, again: ["slot": .string(slot)])
            why.take(outcome(0, Self.slot, .null, at: "05:00"))
            return why.answer.body["again"]
        }
        #expect(told("xa/tin@2026-11-23T05:00:00+07:00") == ["slot": "xa/tin@2026-11-23T05:00:00+07:00"])
        #expect(told("xa/khac@2026-11-23T05:00:00+07:00") == .null)
    }

    @Test("who muted the station is told of a slot that the mute would stop")
    func muted() {
        let next: JSON = [
            "slot": .string(Self.slot), "problem": "muted",
            "against": [["reason": "muted"], ["reason": "off"]],
        ]
        let reply = ask(.slot(Self.slot), next: next, Array(world("off").prefix(9)))
        #expect(indices(reply) == [0, 4])
    }

    @Test("what neither log nor timetable knows is refused")
    func unknown() {
        let reply = ask(.slot("xa/none@x"), world("off"))
        #expect(reply.code == .refused)
        #expect(indices(reply).isEmpty)
    }
}
