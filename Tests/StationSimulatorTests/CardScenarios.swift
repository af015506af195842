import StationSimulator
import StationTrust
import Testing

@testable import StationCore

// SCENARIOS.md, B: the sound path, as far as the station decides about it.

/// Cards that are late, vanish, hang, and amplifiers that need their time.
struct CardScenarios {
    private static let sang = Programme("sang", at: "050000", for: "PT10M", seconds: 150)

    private func listened(_ village: Village) -> (World, Ear) {
        village.listened(from: "2026-03-02T00:00:00+07:00")
    }

    @Test(
        "T16: an amplifier that fails is switched again soon, then each minute, and soon again for the next slot"
    )
    func failingAmplifier() {
        let (world, _) = listened(Village([Self.sang]))
        var switched: [Instant] = []
        world.tamper = { effects in
            for effect in effects { if case .amplifier = effect.action { switched.append(world.time) } }
            return effects
        }
        world.carryOut(.amplifierFails(true))
        world.carryOut(.boot)
        world.run(until: "2026-03-02T01:00:00+07:00")
        let waits = zip(switched.dropFirst(), switched).map { $0 - $1 }
        #expect(waits.prefix(4).map { ($0.nanoseconds + 500_000_000) / 1_000_000_000 } == [10, 20, 40, 60])
        #expect(switched.count > 55 && switched.count < 65, "it is tried for ever")
        switched = []
        world.run(until: "2026-03-02T05:01:00+07:00")
        let begun = switched.filter { $0 >= at("2026-03-02T04:59:57+07:00") }
        #expect(begun.count >= 3, "the slot begins anew: \(begun)")
        #expect(world.station.faults.contains(.amplifier))
        world.carryOut(.amplifierFails(false))
        world.run(until: "2026-03-02T05:02:05+07:00")
        #expect(!world.station.faults.contains(.amplifier))
    }

    @Test(
        "T10: a card that comes late: each rule is kept as if the station had been late",
        arguments: [
            ("SKIP", "missed device-missing"), ("JOIN", "partial device-missing"), ("PT10M", "played"),
            ("PT1M", "missed device-missing"),
        ])
    func lateCard(late: String, outcome: String) {
        let (world, ear) = listened(
            Village([Programme("sang", at: "050000", for: "PT10M", seconds: 150, late: late)]))
        world.schedule(.card(.missing), at: "2026-03-02T04:30:00+07:00")
        world.schedule(.card(.sound), at: "2026-03-02T05:02:00+07:00")
        world.run(until: "2026-03-02T06:00:00+07:00")
        #expect(world.outcome(of: "sang", on: "2026-03-02") == outcome)
        #expect(ear.invariants.violations == [])
    }

    @Test("a late start is no disk that cannot be written")
    func noFalseFault() {
        let (world, ear) = listened(
            Village([
                Programme("dai", at: "050000", seconds: 90), Programme("cho", at: "050100", seconds: 30),
            ]))
        world.schedule(
            .command(.playFile(token: 1, name: "a.wav"), operatorPerson), at: "2026-03-02T07:00:00+07:00")
        world.run(until: "2026-03-02T08:00:00+07:00")
        #expect(world.log.allSatisfy { $0.kind != .fault })
        #expect(ear.sounds.count == 3)
        #expect(ear.invariants.violations == [])
    }

    @Test(
        "T10: a card that is not there at boot is a fault at once, and plays whatever is due once it is there",
        arguments: [SimulatedCard.Condition.missing, .busy])
    func notThereAtBoot(condition: SimulatedCard.Condition) {
        let (world, ear) = listened(Village([Self.sang]))
        world.run(until: "2026-03-02T04:00:00+07:00")
        world.carryOut(.powerCut(for: .seconds(3582)))
        world.carryOut(.card(condition))
        world.schedule(.card(.sound), at: "2026-03-02T05:00:40+07:00")
        world.run(until: "2026-03-02T05:00:20+07:00")
        world.carryOut(.command(.status, operatorPerson))
        let faults = world.lastReply?.reply.body["faults"]?.elements ?? []
        #expect(faults.contains { $0["message"]?.text?.contains(condition.reason.rawValue) == true })
        world.run(until: "2026-03-02T06:00:00+07:00")
        #expect(world.outcome(of: "sang", on: "2026-03-02") == "played")
        #expect(ear.sounds.map(\.from) == [.zero])
        #expect(world.station.faults.all.isEmpty)
        #expect(ear.invariants.violations == [])
    }

    @Test(
        "T11, T13: a card that goes while it plays and is back after three seconds, or three hours",
        arguments: [SimulatedCard.Condition.missing, .stalled], [Duration.seconds(3), .seconds(3 * 3600)])
    func goes(condition: SimulatedCard.Condition, outage: Duration) {
        let (world, ear) = listened(Village([Self.sang, Programme("trua", at: "110000", seconds: 60)]))
        let gone = at("2026-03-02T05:01:00+07:00")
        world.schedule(.card(condition), at: gone)
        world.schedule(.card(.sound), at: gone + outage)
        world.run(until: gone + .seconds(1))
        // Within a second it is a fault to see.
        #expect(world.station.faults.contains(.device))
        world.run(until: "2026-03-02T12:00:00+07:00")
        let reason = condition.reason.rawValue
        #expect(world.outcome(of: "sang", on: "2026-03-02") == "partial \(reason)")
        let heard = ear.sounds.filter { $0.programme == "sang" }
        let last = heard.last.map { $0.ended - at("2026-03-02T05:00:00+07:00") }
        #expect(last == (outage < .seconds(60) ? .seconds(150) : .seconds(60)))
        // Nobody had to restart anything.
        #expect(ear.beginnings(of: "trua") == ["2026-03-02T11:00:00+07:00"])
        #expect(world.outcome(of: "trua", on: "2026-03-02") == "played")
        #expect(world.log.filter { $0.kind == .boot }.count == 1)
        #expect(ear.invariants.violations == [])
    }

    @Test(
        "T14: on a disk that answers nothing, or refuses, the slot is on time, with a fault and its outcome",
        arguments: [SimulatedStore.Behaviour.stalls, .refuses])
    func slowDisk(behaviour: SimulatedStore.Behaviour) {
        let (world, ear) = listened(Village([Self.sang, Programme("sau", at: "053000", seconds: 60)]))
        world.schedule(.disk(behaviour), at: "2026-03-02T04:59:00+07:00")
        world.schedule(.disk(.sound), at: "2026-03-02T05:20:00+07:00")
        world.run(until: "2026-03-02T05:01:00+07:00")
        #expect(world.station.faults.contains(.disk))
        world.run(until: "2026-03-02T06:00:00+07:00")
        #expect(ear.beginnings(of: "sang") == ["2026-03-02T05:00:00+07:00"])
        #expect(world.outcome(of: "sang", on: "2026-03-02") == "played")
        #expect(world.station.faults.all.isEmpty)
        #expect(ear.invariants.violations == [])
    }

    /// The ways to make a sound.
    enum Way: CaseIterable {
        case slot, priority, file, programme, test, emergency, alert, alertWithoutClock
    }

    /// A station that makes one sound that way at 08:00:20 or just after, and what its amplifier was told when.
    private func sounding(
        by way: Way, _ prepare: (World) -> Void = { _ in }
    ) -> (World, Ear, () -> [(isOn: Bool, at: Instant)]) {
        let late = "PT1H"
        let alert = Programme(
            "khan", at: "080020", seconds: 60, late: "PT24H", priority: 1, rule: nil, day: "20260302")
        var programmes = [Programme("trua", at: "110000", seconds: 60)]
        switch way {
        case .slot: programmes.append(Programme("tin", at: "080020", seconds: 60, late: late))
        case .priority:
            programmes.append(Programme("tin", at: "080020", seconds: 60, late: late, priority: 2))
        case .emergency:
            programmes.append(Programme("tin", at: "080020", seconds: 60, late: late, priority: 1))
        default: break
        }
        let village = Village(programmes)
        let (world, ear) = listened(village)
        var switched: [(isOn: Bool, at: Instant)] = []
        world.tamper = { effects in
            for effect in effects {
                if case .amplifier(let isOn) = effect.action { switched.append((isOn, world.time)) }
            }
            return effects
        }
        world.run(until: "2026-03-02T07:30:00+07:00")
        if way == .alertWithoutClock {
            world.carryOut(.bootClock(.epoch, synchronisesAfter: nil))
            world.carryOut(.powerCut(for: .seconds(20)))
        }
        world.run(until: "2026-03-02T07:59:00+07:00")
        switched = []
        prepare(world)
        let begin = at("2026-03-02T08:00:20+07:00")
        switch way {
        case .slot, .priority, .emergency: break
        case .file:
            world.schedule(.command(.playFile(token: 1, name: "loi.wav"), operatorPerson), at: begin)
        case .programme: world.schedule(.command(.playProgramme("trua"), operatorPerson), at: begin)
        case .test: world.schedule(.command(.test, operatorPerson), at: begin)
        case .alert, .alertWithoutClock:
            world.library = Village(programmes + [alert]).library
            let offer = village.offer(
                [alert], until: at("2026-03-02T12:00:00+07:00"), beside: village.timetable)
            world.schedule(.publish(offer), at: begin)
            world.schedule(.network(isUp: true), at: begin)
        }
        world.run(until: "2026-03-02T08:10:00+07:00")
        return (world, ear, { switched })
    }

    @Test(
        "T16, T17: every way to make a sound turns the amplifier on once, ahead of it, and off once, behind it",
        arguments: Way.allCases)
    func amplifierOnEveryWay(way: Way) throws {
        let (_, ear, switched) = sounding(by: way)
        let sound = try #require(ear.sounds.first)
        #expect(ear.sounds.count == 1)
        #expect(switched().map(\.isOn) == [true, false], "it does not chatter between items")
        let (on, off) = try (#require(switched().first).at, #require(switched().last).at)
        let (lead, tail) = (sound.began - on, off - sound.ended)
        #expect(lead >= .milliseconds(1900) && lead <= .milliseconds(2200), "\(lead)")
        #expect(tail >= .seconds(5) && tail <= .milliseconds(5100), "\(tail)")
        #expect(ear.invariants.violations == [])
    }

    @Test(
        "T12: every way to make a sound waits for a card that somebody holds, and sounds when it is free",
        arguments: Way.allCases)
    func busyOnEveryWay(way: Way) throws {
        let free = at("2026-03-02T08:00:50+07:00")
        let (world, ear, _) = sounding(by: way) { world in
            world.carryOut(.card(.busy))
            world.schedule(.card(.sound), at: free)
            world.run(until: "2026-03-02T08:00:10+07:00")
        }
        let sound = try #require(ear.sounds.first)
        #expect(ear.sounds.count == 1)
        #expect(sound.began >= free && sound.began <= free + .seconds(2), "\(sound)")
        let outcome = try #require(world.outcomes.last)
        #expect(outcome.result == "played", "\(outcome)")
        let told = world.log.contains {
            $0.json["code"]?.text == "device" && $0.json["message"]?.text?.contains("device-busy") == true
        }
        #expect(told && world.station.faults.all.allSatisfy { $0.code != .device })
        #expect(ear.invariants.violations == [])
    }

    @Test("T17: between two slots that follow each other within the tail the amplifier stays on")
    func noChatter() {
        let (world, ear) = listened(
            Village([
                Programme("sang", at: "050000", seconds: 60), Programme("sau", at: "050104", seconds: 60),
            ]))
        var switched: [Bool] = []
        world.run(until: "2026-03-02T04:50:00+07:00")
        world.tamper = { effects in
            for effect in effects { if case .amplifier(let isOn) = effect.action { switched.append(isOn) } }
            return effects
        }
        world.run(until: "2026-03-02T05:10:00+07:00")
        #expect(ear.sounds.count == 2 && switched == [true, false])
        #expect(ear.invariants.violations == [])
    }

    @Test("T17: an amplifier that the configuration no longer has is switched off before it is forgotten")
    func forgottenAmplifier() {
        let (world, _) = listened(Village([Self.sang]))
        world.run(until: "2026-03-02T05:01:00+07:00")
        #expect(world.isAmplifierOn)
        var settings = world.settings
        settings.amplifier = nil
        world.carryOut(.configure(settings))
        world.run(until: "2026-03-02T05:01:01+07:00")
        #expect(!world.isAmplifierOn)
    }

    @Test(
        "T16: the amplifier has its lead before the first word, and silence runs before it on the card",
        arguments: ["on time", "late", "by hand", "after a crash", "a second ahead"])
    func leads(way: String) {
        let (world, ear) = listened(Village([Self.sang]))
        switch way {
        case "late":
            world.schedule(.card(.missing), at: "2026-03-02T04:30:00+07:00")
            world.schedule(.card(.sound), at: "2026-03-02T05:00:30+07:00")
        case "by hand":
            world.schedule(
                .command(.playFile(token: 1, name: "loi.wav"), operatorPerson),
                at: "2026-03-02T05:05:00+07:00")
        case "after a crash":
            world.schedule(.kill(restartAfter: .milliseconds(300)), at: "2026-03-02T05:00:10+07:00")
        case "a second ahead":
            world.schedule(.kill(restartAfter: .seconds(500)), at: "2026-03-02T04:51:38.200+07:00")
        default: break
        }
        var since: [String: Instant] = [:]
        var heard = 0
        while world.time < at("2026-03-02T05:08:00+07:00") {
            world.run(until: world.time + .milliseconds(100))
            var isCardOpen = false
            if case .open = world.station.card { isCardOpen = true }
            for (name, isOn) in [("amplifier", world.isAmplifierOn), ("card", isCardOpen)] {
                since[name] = isOn ? since[name] ?? world.time : nil
            }
            guard ear.sounds.count > heard, let sound = ear.sounds.last else { continue }
            heard += 1
            let amplifier = sound.began - (since["amplifier"] ?? world.time)
            #expect(amplifier >= .milliseconds(1800), "\(amplifier)")
            // A card that comes back while the play waits for it begins with silence by itself.
            if way == "late" { continue }
            let card = sound.began - (since["card"] ?? world.time)
            #expect(card >= .milliseconds(200), "\(card)")
        }
        #expect(heard == (way == "by hand" || way == "after a crash" ? 2 : 1))
        #expect(ear.invariants.violations == [])
    }
}
