import StationSimulator
import StationTrust
import Testing

@testable import StationCore

/// What the station answers to a technician's questions.
struct StatusScenarios {
    private static let sang = Programme("sang", at: "050000", seconds: 150)

    /// A world whose clock is right since four in the morning.
    private func world(_ village: Village) -> World {
        let world = village.world(at: "2026-03-02T04:00:00+07:00")
        world.carryOut(.synchronise)
        world.run(until: "2026-03-02T04:01:00+07:00")
        return world
    }

    private func ask(_ world: World, _ command: Command) -> Reply? {
        world.carryOut(.command(command, operatorPerson))
        return world.lastReply?.reply
    }

    private func faults(_ world: World, _ code: String) -> [String] {
        (ask(world, .status)?.body["faults"]?.elements ?? []).filter { $0["code"]?.text == code }
            .compactMap { $0["message"]?.text }
    }

    // MARK: Faults

    @Test(
        "status lists each problem of a timetable with file and line, errors first, and an upstream's refusal"
    )
    func timetableProblems() {
        let world = world(Village([Self.sang]))
        var timetable = Village([Self.sang]).timetable
        timetable.timetables[.ordinary]?.problems = [
            TimetableProblem(severity: .warning, upstream: "xa", file: "a.ics", line: 3, message: "odd"),
            TimetableProblem(upstream: "xa", file: "schedule.ics", line: 7, message: "no end"),
            TimetableProblem(upstream: "xa", file: "b.m3u8", line: 2, message: "not there"),
        ]
        world.carryOut(.publish(timetable))
        world.carryOut(.configure(world.settings))
        world.run(until: "2026-03-02T04:02:00+07:00")
        let expected = ["xa/schedule.ics:7: no end", "xa/b.m3u8:2: not there", "xa/a.ics:3: odd"]
        #expect(faults(world, "timetable") == expected)
        world.carryOut(.refuse("it is gone"))
        world.carryOut(.configure(world.settings))
        world.run(until: "2026-03-02T04:03:00+07:00")
        #expect(faults(world, "timetable") == expected)
        #expect(faults(world, "upstream") == ["xa: it is gone"])
    }

    @Test("of many problems status lists twenty, and says how many more there are")
    func manyProblems() {
        let world = world(Village([Self.sang]))
        var timetable = Village([Self.sang]).timetable
        timetable.timetables[.ordinary]?.problems = (1...27).map {
            TimetableProblem(upstream: "xa", file: "schedule.ics", line: $0, message: "odd")
        }
        world.carryOut(.publish(timetable))
        world.carryOut(.configure(world.settings))
        world.run(until: "2026-03-02T04:02:00+07:00")
        let messages = faults(world, "timetable")
        #expect(messages.count == 21)
        #expect(messages.dropLast().last == "xa/schedule.ics:20: odd" && messages.last == "and 7 more")
        // The log has one line for it.
        let entry = world.log.last { $0.kind == .fault }
        #expect(entry?.json["message"]?.text == "xa/schedule.ics:1: odd (+26)")
    }

    @Test("the fault of missing content names what is missing, not what plays instead")
    func missingContent() {
        var village = Village([Self.sang])
        village.playlists["sang.m3u8"] = "#EXTM3U\n#LOA-FALLBACK:du-phong.wav\nsang-1.wav\nsang-2.wav\n"
        let world = world(village)
        world.library["xa/du-phong.wav"] = SimulatedContent(duration: .seconds(30))
        world.carryOut(.content("xa/sang-1.wav", nil))
        world.carryOut(.content("xa/sang-2.wav", SimulatedContent(duration: .zero, problem: "is cut off")))
        world.carryOut(.configure(world.settings))
        world.run(until: "2026-03-02T04:59:00+07:00")
        let slot = "xa/sang@2026-03-02T05:00:00+07:00"
        #expect(
            faults(world, "content") == [
                "\(slot): sang-1.wav: not there", "\(slot): sang-2.wav: is cut off",
            ])
    }

    // MARK: Ready

    @Test("a slot is ready only when its content was looked at; till then nothing is known against it")
    func ready() {
        let world = world(Village([Self.sang, Programme("toi", at: "190000", seconds: 60)]))
        func slots() -> [[String]] {
            (ask(world, .next(days: 3))?.body.elements ?? []).map {
                [$0["programme"], $0["ready"], $0["problem"]].map { $0?.text ?? $0?.description ?? "" }
            }
        }
        let (sang, toi) = (["sang", "true", "null"], ["toi", "true", "null"])
        // What is due within two days was looked at, the third was not.
        #expect(slots() == [sang, toi, sang, toi, ["sang", "false", "null"], ["toi", "false", "null"]])
        for number in 1...3 { world.carryOut(.content("xa/toi-\(number).wav", nil)) }
        // Half a day ahead it is looked at again.
        world.run(until: "2026-03-02T06:59:00+07:00")
        #expect(slots().first == toi)
        world.run(until: "2026-03-02T07:01:00+07:00")
        #expect(slots().first == ["toi", "false", "no-content"])
    }

    @Test("what is next has the members of the contract and no other; next names the slot too")
    func members() {
        let world = world(Village([Self.sang]))
        let contract = ["programme", "title", "class", "at", "ready", "problem"]
        #expect(ask(world, .status)?.body["next"]?.members?.map(\.name) == contract)
        let slot = ask(world, .next(days: 1))?.body.elements?.first
        #expect(slot?.members?.map(\.name) == contract + ["slot", "until"])
    }

    // MARK: Upstreams and mute

    @Test("an upstream's last change is when its timetable became what it is, also after a restart")
    func lastChange() {
        let world = world(Village([Self.sang]))
        func change() -> String? {
            ask(world, .status)?.body["upstreams"]?.elements?.first?["lastChange"]?.text
        }
        let first = change()
        #expect(first?.hasPrefix("2026-03-02T04:00:") == true, "\(first ?? "nil")")
        world.carryOut(.kill(restartAfter: .seconds(5)))
        world.run(until: "2026-03-02T04:10:00+07:00")
        #expect(change() == first)
        let other = Village([Self.sang, Programme("moi", at: "080000", seconds: 60)]).timetable
        world.carryOut(.publish(other))
        world.carryOut(.configure(world.settings))
        world.run(until: "2026-03-02T04:11:00+07:00")
        #expect(change()?.hasPrefix("2026-03-02T04:10:") == true)
    }

    @Test("a mute is told also while a fault hides it from the state")
    func mute() {
        let world = world(Village([Self.sang]))
        #expect(ask(world, .muteState)?.body == ["until": .null, "reason": .null])
        _ = ask(world, .mute(for: .seconds(3600), reason: "đám tang"))
        world.carryOut(.refuse("it is gone"))
        world.carryOut(.configure(world.settings))
        world.run(until: "2026-03-02T04:02:00+07:00")
        #expect(ask(world, .status)?.body["state"]?.text == "faulted")
        #expect(ask(world, .muteState)?.body["reason"]?.text == "đám tang")
        world.run(until: "2026-03-02T05:02:00+07:00")
        #expect(ask(world, .muteState)?.body["reason"] == .null)
    }

    @Test(
        "who asks makes the disk's free space be measured, but not again and again", arguments: [true, false])
    func freeSpace(asksStatus: Bool) {
        let world = world(Village([Self.sang]))
        var measured = 0
        world.tamper = { effects in
            measured += effects.count { $0.action == .measureStorage }
            return effects
        }
        world.run(until: "2026-03-02T04:10:00+07:00")
        #expect(measured == 0)
        world.freeBytes = 7
        _ = ask(world, asksStatus ? .status : .sync(isFollowing: false))
        world.run(until: "2026-03-02T04:10:01+07:00")
        #expect(ask(world, .status)?.body["storage"]?["freeBytes"] == 7)
        // Somebody who looks on each second has it measured once in five of them.
        for second in 2..<5 {
            world.schedule(.command(.status, operatorPerson), at: "2026-03-02T04:10:0\(second)+07:00")
        }
        world.run(until: "2026-03-02T04:10:07+07:00")
        #expect(measured == 1)
        world.freeBytes = 5
        _ = ask(world, .status)
        world.run(until: "2026-03-02T04:10:08+07:00")
        #expect(ask(world, .status)?.body["storage"]?["freeBytes"] == 5)
        #expect(measured == 2)
    }

    // MARK: Playing by hand

    @Test("play is answered when the content was looked at: it plays, or what is wrong with it")
    func play() {
        let world = world(Village([Self.sang]))
        world.run(until: "2026-03-02T06:00:00+07:00")
        let play = Command.playFile(token: 1, name: "a.mp3")
        _ = ask(world, .status)
        world.carryOut(.command(play, operatorPerson))
        world.run(until: "2026-03-02T06:02:00+07:00")
        #expect(world.lastReply?.reply.code == .fine)
        #expect(world.lastReply?.reply.body["title"]?.text == "a.mp3")

        world.library.handedOver = SimulatedContent(duration: .zero, problem: "is no sound")
        world.carryOut(.command(play, operatorPerson))
        world.run(until: "2026-03-02T06:04:00+07:00")
        #expect(world.lastReply?.reply.code == .refused)
        #expect(world.lastReply?.reply.body["reason"]?.text == "bad-content")
        #expect(world.lastReply?.reply.body["error"]?.text == "a.mp3: is no sound")
    }

    @Test("who asked for something that ends before it began is told so")
    func endedBefore() {
        let world = world(Village([Self.sang]))
        world.run(until: "2026-03-02T06:00:00+07:00")
        world.latencies.preflightPerMinute = .seconds(86_400)
        world.carryOut(.command(.playFile(token: 1, name: "a.mp3"), operatorPerson))
        world.run(until: "2026-03-02T06:12:00+07:00")
        #expect(world.lastReply?.reply.code == .refused)
        #expect(world.lastReply?.reply.body["reason"]?.text == "late")
    }

    @Test("a person's file that takes two minutes to look at plays then, and is not refused as late")
    func slowLook() {
        let world = world(Village([Self.sang]))
        world.run(until: "2026-03-02T06:00:00+07:00")
        world.library.handedOver = SimulatedContent(duration: .seconds(60))
        world.latencies.preflightPerMinute = .seconds(120)
        world.carryOut(.command(.playFile(token: 1, name: "a.mp3"), operatorPerson))
        world.run(until: "2026-03-02T06:04:00+07:00")
        #expect(world.lastReply?.reply.code == .fine)
        #expect(
            world.outcomes.first { $0.slot.hasPrefix("local/play@2026-03-02T06:00:00") }?.result == "played")
    }

    @Test("I11: what people play by hand and nobody has looked at yet is bounded, and the refusal says so")
    func manyByHand() {
        let world = world(Village([Self.sang]))
        world.run(until: "2026-03-02T06:00:00+07:00")
        world.latencies.preflightPerMinute = .seconds(86_400)
        for number in 1...100 {
            world.carryOut(.command(.playFile(token: UInt64(number), name: "a.mp3"), operatorPerson))
            world.run(until: world.time + .milliseconds(10))
        }
        #expect(world.station.playouts.count <= 8)
        #expect(world.lastReply?.reply.code == .refused)
        #expect(
            world.lastReply?.reply.body["error"]?.text
                == "too many plays are waiting: wait for them, or stop them")
    }

    @Test("of several faults of content the log tells which one is over")
    func whichIsOver() {
        let world = Village([Self.sang]).world(at: "2026-03-02T04:00:00+07:00")
        world.carryOut(.content("xa/sang-2.wav", nil))
        world.run(until: "2026-03-02T04:10:00+07:00")
        world.carryOut(.publish(Village([Programme("toi", at: "190000", seconds: 20)]).timetable))
        world.carryOut(.configure(world.settings))
        world.run(until: "2026-03-02T04:30:00+07:00")
        let faults = world.log.filter { $0.kind == .fault && $0.json["code"]?.text == "content" }.map(\.json)
            .prefix(2)
        #expect(faults.map { $0["state"]?.text } == ["raised", "cleared"])
        #expect(faults.allSatisfy { $0["message"]?.text?.contains("sang-2.wav") == true })
    }

    @Test("a look at content that was overtaken by another timetable leaves no fault")
    func overtakenLook() {
        let world = Village([Self.sang]).world(at: "2026-03-02T04:00:00+07:00")
        world.latencies.preflightPerMinute = .seconds(100)
        // The first takes its time, the others are the fault.
        for number in 2...3 { world.carryOut(.content("xa/sang-\(number).wav", nil)) }
        world.run(until: "2026-03-02T04:00:40+07:00")
        world.carryOut(.publish(Village([Programme("toi", at: "190000", seconds: 20)]).timetable))
        world.carryOut(.configure(world.settings))
        world.run(until: "2026-03-02T04:30:00+07:00")
        #expect(faults(world, "content").filter { $0.contains("sang") } == [])
    }

    @Test("faults of content take the place of no other fault")
    func contentFaults() {
        var faults = Faults()
        for number in 0..<200 {
            _ = faults.raise(.content(slot: "\(number)"), ["not there"], at: .distantPast)
        }
        #expect(faults.all.count == Faults.most)
        let isNoted = faults.raise(.device, ["gone"], at: .distantPast)
        #expect(isNoted)
    }
}
