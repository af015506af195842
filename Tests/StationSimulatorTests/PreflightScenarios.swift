import StationSimulator
import StationTrust
import Testing

@testable import StationCore

/// What would keep a slot silent is a fault hours before the silence (DESIGN.md section 8).
struct PreflightScenarios {
    private static let sang = Programme("sang", at: "050000", for: "PT10M", seconds: 150)

    /// A station that was installed at noon, and when which fault was raised and cleared in its log.
    private func noon(_ programmes: [Programme] = [sang]) -> World {
        Village(programmes).world(at: "2026-03-02T12:00:00+07:00")
    }

    private func faults(_ world: World) -> [String] {
        world.log.filter { $0.kind == .fault }.map { entry in
            let parts =
                [(entry.json["wall"]?.text ?? "").dropFirst(11).prefix(5)].map(String.init)
                + [entry.json["code"]?.text ?? "", entry.json["state"]?.text ?? ""]
            return parts.joined(separator: " ")
        }
    }

    private func next(_ world: World) -> [String] {
        world.carryOut(.command(.next(days: 2), operatorPerson))
        return (world.lastReply?.reply.body.elements ?? []).map {
            ($0["ready"] == .bool(true) ? "ready" : $0["problem"]?.text ?? "not checked")
        }
    }

    @Test("tomorrow's slots are ready as soon as they are known, and not only the next one")
    func installed() {
        let world = noon([Self.sang, Programme("chieu", at: "170000", seconds: 60)])
        world.run(until: "2026-03-02T12:10:00+07:00")
        #expect(next(world) == ["ready", "ready", "ready", "ready"])
        #expect(faults(world) == [])
    }

    @Test(
        "what goes wrong with content is a fault 12 h, 1 h and 2 min before its slot",
        arguments: [("02T14:00", "17:00"), ("02T18:00", "04:00"), ("03T04:30", "04:58")])
    func content(time: String, told: String) {
        let world = noon()
        world.schedule(
            .content("xa/sang-2.wav", SimulatedContent(duration: .zero, problem: "is cut off")),
            at: at("2026-03-\(time):00+07:00"))
        world.run(until: "2026-03-03T04:59:00+07:00")
        #expect(faults(world) == ["\(told) content raised"])
    }

    @Test(
        "T12: a card that somebody holds, or that is gone, is a fault 12 h, 1 h and 2 min before a slot",
        arguments: [("14:00", "17:00"), ("18:00", "04:00"), ("04:30", "04:58")])
    func card(time: String, told: String) {
        for condition in [SimulatedCard.Condition.busy, .missing] {
            let world = noon()
            let day = time == "04:30" ? "2026-03-03" : "2026-03-02"
            world.schedule(.card(condition), at: at("\(day)T\(time):00+07:00"))
            world.run(until: "2026-03-03T04:59:00+07:00")
            #expect(faults(world) == ["\(told) device raised"])
            #expect(next(world).first == condition.reason.rawValue)
        }
    }

    @Test(
        "T36: a disk that has become read-only is a fault before the slot that would find it so, and none when it is not",
        arguments: [("02T14:05", "14:30"), ("03T04:35", "04:58")])
    func readOnlyDisk(time: String, told: String) {
        let world = noon()
        world.schedule(.disk(.refuses), at: at("2026-03-\(time):00+07:00"))
        world.run(until: at("2026-03-\(time.prefix(2))T\(told):59+07:00"))
        #expect(world.station.faults.all.map(\.code) == [.disk])
        world.carryOut(.disk(.sound))
        world.run(until: "2026-03-03T04:59:30+07:00")
        #expect(world.station.faults.all.isEmpty)
        #expect(faults(world).first == "\(told) disk-unwritable raised")
    }

    @Test("two minutes before a slot the disk's room is measured, whenever it was measured last")
    func room() {
        let world = noon()
        world.schedule(.command(.status, operatorPerson), at: "2026-03-03T04:56:00+07:00")
        world.run(until: "2026-03-03T04:57:00+07:00")
        world.freeBytes = 1 << 20
        world.run(until: "2026-03-03T04:58:30+07:00")
        #expect(world.station.freeBytes == 1 << 20)
    }

    @Test("a card that is found missing and comes back is no fault any more within a minute, without a slot")
    func cardComesBack() {
        let world = noon()
        world.schedule(.card(.missing), at: "2026-03-02T13:00:00+07:00")
        world.schedule(.command(.status, operatorPerson), at: "2026-03-02T13:00:01+07:00")
        world.schedule(.card(.sound), at: "2026-03-02T13:20:00+07:00")
        world.run(until: "2026-03-02T13:22:00+07:00")
        #expect(
            faults(world) == ["13:00 device raised", "13:20 device cleared"]
                || faults(world) == ["13:00 device raised", "13:21 device cleared"])
        #expect(next(world).first == "ready")
    }

    @Test("T10: a card that is not there at boot is a fault at once, though nothing is due for hours")
    func notThereAtBoot() {
        let world = noon()
        world.run(until: "2026-03-02T12:10:00+07:00")
        world.carryOut(.powerCut(for: .seconds(60)))
        world.carryOut(.card(.missing))
        world.run(until: "2026-03-02T12:11:30+07:00")
        #expect(faults(world) == ["12:11 device raised"])
    }

    @Test("a card that the system says has gone is tried at once, and so is one that comes")
    func cardsChanged() {
        let world = noon()
        world.run(until: "2026-03-02T13:00:00+07:00")
        world.carryOut(.card(.missing))
        world.carryOut(.cardsChanged)
        world.run(until: "2026-03-02T13:00:01+07:00")
        #expect(faults(world) == ["13:00 device raised"])
        world.carryOut(.card(.sound))
        world.carryOut(.cardsChanged)
        world.run(until: "2026-03-02T13:00:02+07:00")
        #expect(faults(world) == ["13:00 device raised", "13:00 device cleared"])
    }

    @Test("a card is not tried while it is open or about to be, and never made to sound by it")
    func noProbeInTheWay() {
        let world = noon()
        var probes: [Instant] = []
        world.tamper = { effects in
            for effect in effects where effect.action == .probeCard { probes.append(world.time) }
            return effects
        }
        for second in 0..<1200 {
            world.schedule(
                .command(.status, operatorPerson), at: at("2026-03-03T04:50:00+07:00") + .seconds(second))
        }
        world.run(until: "2026-03-03T05:10:00+07:00")
        let slot = at("2026-03-03T05:00:00+07:00")
        #expect(probes.count > 600)
        #expect(!probes.contains { slot - .seconds(20) < $0 && $0 < slot + .seconds(152) })
        #expect(world.outcome(of: "sang", on: "2026-03-03") == "played")
    }

    @Test("a card that does not answer is not tried twice, and one that does not once a command")
    func fewProbes() {
        let world = noon()
        var probes = 0
        var answers = true
        world.tamper = { effects in
            probes += effects.count { $0.action == .probeCard }
            return answers ? effects : effects.filter { $0.action != .probeCard }
        }
        world.run(until: "2026-03-02T13:00:00+07:00")
        let begun = at("2026-03-02T13:00:00+07:00")
        probes = 0
        for number in 0..<50 {
            world.schedule(.command(.status, operatorPerson), at: begun + .milliseconds(number * 10))
        }
        world.run(until: begun + .seconds(60))
        #expect(probes == 1)
        answers = false
        probes = 0
        for number in 0..<100 {
            world.schedule(.command(.status, operatorPerson), at: begun + .seconds(60 + number))
        }
        world.run(until: begun + .seconds(200))
        #expect(probes == 1)
    }

    @Test("what a trial of the card found says nothing any more when the card is open for a slot")
    func overtakenProbe() {
        let world = noon()
        var probe: EffectID?
        world.tamper = { effects in
            probe = effects.first { $0.action == .probeCard }?.id ?? probe
            return effects.filter { $0.id != probe }
        }
        world.schedule(.cardsChanged, at: "2026-03-03T04:57:30+07:00")
        world.run(until: "2026-03-03T05:01:00+07:00")
        var station = world.station
        guard let probe else { return #expect(Bool(false), "it was not tried") }
        _ = station.handle(
            .completed(probe, .probed(CardProblem(reason: .deviceBusy))), at: world.now)
        #expect(station.faults.all.isEmpty && station.statusJSON["device"]?["state"]?.text == "open")
    }

    @Test("a card that was lost in a slot is not ready for the next one until somebody has had it")
    func lostInASlot() {
        let world = noon()
        world.schedule(.card(.stalled), at: "2026-03-03T05:01:00+07:00")
        world.run(until: "2026-03-03T06:00:00+07:00")
        #expect(next(world).first == "device-stalled")
        #expect(world.station.statusJSON["device"]?["state"]?.text == "device-stalled")
        world.carryOut(.card(.sound))
        world.run(until: "2026-03-03T06:02:00+07:00")
        #expect(next(world).first == "ready")
        #expect(world.station.statusJSON["device"]?["state"]?.text == "closed")
    }

    @Test("a clock that will not be believed tomorrow any more is a fault a day ahead, and so are its slots")
    func clock() {
        let world = noon()
        world.settings.holdover = .seconds(3 * 86_400)
        world.carryOut(.configure(world.settings))
        world.run(until: "2026-03-02T12:30:00+07:00")
        world.carryOut(.loseSynchronisation)
        world.run(until: "2026-03-04T12:00:00+07:00")
        #expect(faults(world) == [])
        world.run(until: "2026-03-04T13:30:00+07:00")
        #expect(faults(world).map { $0.dropFirst(6) } == ["clock-untrusted raised"])
        #expect(next(world) == ["ready", "clock-untrusted"])
        world.carryOut(.synchronise)
        world.run(until: "2026-03-04T14:30:00+07:00")
        #expect(
            faults(world).map { $0.dropFirst(6) } == ["clock-untrusted raised", "clock-untrusted cleared"])
    }

    /// When which slot's content was looked at early, in its order.
    private func looks(_ world: World) -> () -> [String] {
        var looks: [String] = []
        world.tamper = { effects in
            for effect in effects {
                guard case .preflight(_, _, .early, let scheduled) = effect.action else { continue }
                looks += [
                    [world.time, scheduled].map {
                        String(
                            RFC3339.string(from: $0, offset: 25_200, fraction: .none).dropFirst(8).prefix(8))
                    }.joined(separator: " for ")
                ]
            }
            return effects
        }
        return { looks }
    }

    @Test("while something sounds nothing is looked at that can wait; what is due within the hour is")
    func oneThingAtATime() {
        let world = Village([
            Programme("dai", at: "080000", seconds: 3600, rule: nil, day: "20260302"),
            Programme("sau", at: "092000", seconds: 60, rule: nil, day: "20260302"),
            Programme("toi", at: "203000", seconds: 60, rule: nil, day: "20260302"),
        ]).world(at: "2026-03-02T07:30:00+07:00")
        world.run(until: "2026-03-02T07:50:00+07:00")
        let looks = looks(world)
        world.run(until: "2026-03-02T09:10:00+07:00")
        #expect(looks() == ["02T08:20 for 02T09:20", "02T09:00 for 02T20:30"])
    }

    @Test("of a rule that fires each minute the next hour is looked at, not two days")
    func mostLooks() {
        let world = Village([Programme("phut", at: "050000", seconds: 5, rule: "FREQ=MINUTELY")])
            .world(at: "2026-03-02T12:00:00+07:00")
        let looks = looks(world)
        world.run(until: "2026-03-02T12:30:00+07:00")
        #expect(
            (Station.mostLooks...(Station.mostLooks + 2 * 30)).contains(looks().count), "\(looks().count)")
    }

    @Test("one file that is missing from every slot is one fault, told of the first to come")
    func oneFault() {
        let world = noon([
            Programme("gio", at: "060000", seconds: 60, rule: "FREQ=DAILY;BYHOUR=6,8,10,12,14,16")
        ])
        world.carryOut(.content("xa/gio-1.wav", nil))
        world.run(until: "2026-03-02T12:30:00+07:00")
        #expect(world.station.faults.all.map(\.code) == [.content(slot: "xa/gio@2026-03-02T14:00:00+07:00")])
        world.run(until: "2026-03-02T15:00:00+07:00")
        #expect(world.station.faults.all.map(\.code) == [.content(slot: "xa/gio@2026-03-02T16:00:00+07:00")])
    }

    @Test("while a slot waits for its file, that the next one lacks it too is no other fault")
    func oneFaultUnderWay() {
        let world = noon([Programme("gio", at: "060000", seconds: 60, rule: "FREQ=DAILY;BYHOUR=14,15")])
        world.carryOut(.content("xa/gio-1.wav", nil))
        for number in 2...3 { world.carryOut(.content("xa/gio-\(number).wav", nil)) }
        world.run(until: "2026-03-02T14:01:00+07:00")
        #expect(world.station.faults.all.map(\.code) == [.content(slot: "xa/gio@2026-03-02T14:00:00+07:00")])
    }

    @Test("what the disk has lost is a fault until it is fetched again; on its way it is not looked at")
    func onItsWay() {
        let world = noon()
        world.run(until: "2026-03-02T12:10:00+07:00")
        world.latencies.download = .seconds(600)
        world.stored = [:]
        for minute in [11, 12] {
            world.schedule(.configure(world.settings), at: at("2026-03-02T12:\(minute):00+07:00"))
        }
        world.run(until: "2026-03-02T12:15:00+07:00")
        #expect(faults(world) == ["12:11 content raised", "12:12 content cleared"])
        #expect(next(world) == ["not checked", "not checked"])
        world.run(until: "2026-03-02T12:25:00+07:00")
        #expect(next(world) == ["ready", "ready"] && faults(world).count == 2)
    }

    @Test("what a look found of the timetable before says nothing of the one that is in force")
    func overtakenLook() {
        let world = noon()
        world.latencies.preflightPerMinute = .seconds(60)
        world.carryOut(.content("xa/sang-2.wav", SimulatedContent(duration: .zero, problem: "is cut off")))
        world.run(until: "2026-03-02T12:01:00+07:00")
        var other = Village([Self.sang])
        other.programmes[0].items = [("moi.wav", 60)]
        world.library = other.library
        world.carryOut(.publish(other.timetable))
        world.carryOut(.configure(world.settings))
        world.run(until: "2026-03-02T12:30:00+07:00")
        #expect(next(world) == ["ready", "ready"] && faults(world) == [])
    }

    @Test("by a clock that nobody believes no content is looked at: nobody knows what is due")
    func untrusted() {
        let world = noon()
        world.run(until: "2026-03-02T12:10:00+07:00")
        world.carryOut(.bootClock(.behind(.seconds(14 * 86_400)), synchronisesAfter: nil))
        world.carryOut(.powerCut(for: .seconds(60)))
        let looks = looks(world)
        world.run(until: "2026-03-03T12:00:00+07:00")
        #expect(world.station.trust == .untrusted && looks() == [])
    }

    @Test(
        "the centre hears of a fault when it comes, not when the next status is due; a loose plug does not flood it"
    )
    func centre() {
        let world = noon()
        let store = SimulatedProofStore()
        world.keepProof(in: store)
        world.settings.proofInterval = .seconds(86_400)
        world.run(until: "2026-03-02T14:00:00+07:00")
        var told = 0
        world.tamper = { effects in
            for effect in effects {
                if case .uploadStatus(let status) = effect.action {
                    told += 1
                    #expect(status["faults"]?.elements?.isEmpty == (told == 2))
                }
            }
            return effects
        }
        world.carryOut(.card(.missing))
        world.carryOut(.cardsChanged)
        // What comes within some seconds is told together.
        world.run(until: "2026-03-02T14:00:03+07:00")
        #expect(told == 0)
        world.run(until: "2026-03-02T14:00:10+07:00")
        #expect(told == 1)
        for second in 1...100 {
            world.carryOut(.card(second % 2 == 0 ? .missing : .sound))
            world.carryOut(.cardsChanged)
            world.run(until: at("2026-03-02T14:00:10+07:00") + .seconds(second))
        }
        world.carryOut(.card(.sound))
        world.carryOut(.cardsChanged)
        world.run(until: "2026-03-02T14:30:00+07:00")
        #expect(told == 2)
    }
}
