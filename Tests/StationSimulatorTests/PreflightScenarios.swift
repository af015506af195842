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
        "what goes wrong with content is a fault 12 h and 1 h before its slot",
        arguments: [("14:00", "17:00"), ("18:00", "04:00")])
    func content(time: String, told: String) {
        let world = noon()
        world.schedule(
            .content("xa/sang-2.wav", SimulatedContent(duration: .zero, problem: "is cut off")),
            at: at("2026-03-02T\(time):00+07:00"))
        world.run(until: "2026-03-03T04:57:00+07:00")
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
        #expect(!probes.contains { slot - .seconds(20) < $0 && $0 < slot + .seconds(150) })
        #expect(world.outcome(of: "sang", on: "2026-03-03") == "played")
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
