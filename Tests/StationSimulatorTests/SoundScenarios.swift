import StationSimulator
import StationTrust
import Testing

@testable import StationCore

// SCENARIOS.md, A to C and E: hours and levels, content, changes while something plays, people.

/// What may sound, how loud, and what sounds when something is missing.
struct SoundScenarios {
    private func listened(_ village: Village, from: String = "2026-03-02T00:00:00+07:00") -> (World, Ear) {
        let world = village.world(at: from)
        let ear = Ear()
        world.observer = ear
        return (world, ear)
    }

    private static let sang = Programme("sang", at: "050000", for: "PT10M", seconds: 150)

    // MARK: T9

    @Test("T9: 03:15 is silent by any way in, and an emergency is not")
    func nightIsSilent() {
        let (world, ear) = listened(
            Village([
                Programme("go-nham", at: "031500", for: "PT3H", seconds: 120, late: "PT1H"),
                Programme("uu-tien", at: "031600", seconds: 60, priority: 2),
                Programme("khan-cap", at: "033000", seconds: 20, priority: 1),
            ]))
        for second in stride(from: 0, to: 600, by: 3) {
            world.schedule(
                .kill(restartAfter: .milliseconds(300)),
                at: at("2026-03-02T03:14:00+07:00") + .seconds(second))
        }
        world.schedule(
            .command(.playFile(token: 1, name: "nham.mp3"), operatorPerson), at: "2026-03-02T03:40:00+07:00")
        world.schedule(
            .command(.playProgramme("go-nham"), operatorPerson), at: "2026-03-02T03:40:30+07:00")
        world.schedule(.command(.test, operatorPerson), at: "2026-03-02T03:41:00+07:00")
        world.run(until: "2026-03-02T12:00:00+07:00")
        #expect(ear.sounds.map(\.programme) == ["khan-cap"])
        #expect(world.outcome(of: "go-nham", on: "2026-03-02") == "missed outside-hours")
        #expect(world.outcome(of: "uu-tien", on: "2026-03-02") == "missed outside-hours")
        #expect(ear.invariants.violations == [])
    }

    @Test("T9: the ceiling follows the hours while something plays, and a set volume outlives the power")
    func ceilings() {
        var village = Village([Programme("trua", at: "105900", seconds: 150)])
        village.amplifier = nil
        let (world, ear) = listened(village)
        world.run(until: "2026-03-02T10:59:30+07:00")
        #expect(world.card.sounding?.order.permit.ceilingDecibels == -6)
        world.run(until: "2026-03-02T11:00:01+07:00")
        #expect(world.card.sounding?.order.permit.ceilingDecibels == -9)
        world.carryOut(.command(.volume(decibels: -25), operatorPerson))
        world.run(until: "2026-03-02T11:00:02+07:00")
        #expect(world.card.sounding?.order.permit.ceilingDecibels == -25)
        world.carryOut(.powerCut(for: .seconds(5)))
        world.run(until: "2026-03-02T11:01:00+07:00")
        #expect(world.card.sounding?.order.permit.ceilingDecibels == -25)
        world.carryOut(.card(.missing))
        world.run(until: "2026-03-02T11:01:05+07:00")
        world.carryOut(.card(.sound))
        world.run(until: "2026-03-02T11:01:10+07:00")
        #expect(world.card.sounding?.order.permit.ceilingDecibels == -25)
        #expect(ear.invariants.violations == [])
    }

    @Test("T9: a volume, a mute and other hours reach what is armed and has not sounded yet")
    func armedObeys() {
        for command in [Command.volume(decibels: -30), .mute(for: .seconds(3600), reason: "thi")] {
            let (world, ear) = listened(Village([Self.sang]))
            world.schedule(.command(command, operatorPerson), at: "2026-03-02T04:59:58+07:00")
            world.run(until: "2026-03-02T06:00:00+07:00")
            #expect(ear.sounds.allSatisfy { $0.ceiling == -30 })
            #expect(ear.sounds.isEmpty == (command != .volume(decibels: -30)))
            #expect(ear.invariants.violations == [])
        }
    }

    // MARK: I12

    @Test("a person's stop is final, also while the daemon is ending, and silence comes within 200 ms")
    func stopIsFinal() {
        let (world, ear) = listened(Village([Self.sang]))
        world.schedule(.terminate(restartAfter: .seconds(2)), at: "2026-03-02T05:01:00+07:00")
        world.schedule(.command(.stop, operatorPerson), at: "2026-03-02T05:01:00.050+07:00")
        world.run(until: "2026-03-02T06:00:00+07:00")
        #expect(world.outcome(of: "sang", on: "2026-03-02") == "partial stopped-by-hand")
        #expect(ear.sounds.count == 1)
        #expect(ear.invariants.violations == [])
    }

    @Test(
        "SIGTERM fades and ends within a second, also on a disk that does not answer; the slot goes on afterwards"
    )
    func terminates() {
        for disk in [SimulatedStore.Behaviour.sound, .stalls] {
            let (world, ear) = listened(Village([Self.sang]))
            world.schedule(.disk(disk), at: "2026-03-02T05:00:59+07:00")
            world.schedule(.terminate(restartAfter: .seconds(5)), at: "2026-03-02T05:01:00+07:00")
            world.run(until: "2026-03-02T05:01:01+07:00")
            #expect(!world.isRunning)
            #expect(!world.isAmplifierOn)
            world.carryOut(.disk(.sound))
            world.run(until: "2026-03-02T06:00:00+07:00")
            #expect(ear.sounds.count == 2)
            #expect(world.outcome(of: "sang", on: "2026-03-02") == "played power-lost")
            #expect(ear.invariants.violations == [])
        }
    }

    // MARK: T18

    @Test("T18: what is missing or bad is passed over, its fallback is taken, and the outcome says so")
    func content() {
        var village = Village([
            Self.sang, Programme("trong", at: "060000", seconds: 60),
            Programme("toi", at: "190000", seconds: 60),
        ])
        village.playlists["toi.m3u8"] =
            "#EXTM3U\n#LOA-FALLBACK:du-phong.wav\ntoi-1.wav\ntoi-2.wav\ntoi-3.wav\n"
        let (world, ear) = listened(village)
        world.library["xa/du-phong.wav"] = SimulatedContent(duration: .seconds(30))
        world.carryOut(.content("xa/sang-2.wav", SimulatedContent(duration: .zero, problem: "an HTML page")))
        for number in 1...3 { world.carryOut(.content("xa/trong-\(number).wav", nil)) }
        world.carryOut(.content("xa/toi-1.wav", nil))
        world.run(until: "2026-03-02T05:20:00+07:00")
        #expect(world.outcome(of: "sang", on: "2026-03-02") == "partial bad-content")
        #expect(ear.sounds.last.map { $0.ended - $0.began } == .seconds(100))
        // The empty one shows as a fault before it is due.
        world.carryOut(.command(.status, operatorPerson))
        #expect(
            world.lastReply?.reply.body["faults"]?.elements?.contains { $0["code"]?.text == "content" }
                == true)
        world.run(until: "2026-03-02T20:00:00+07:00")
        #expect(world.outcome(of: "trong", on: "2026-03-02") == "missed no-content")
        #expect(world.outcome(of: "toi", on: "2026-03-02") == "played")
        #expect(ear.sounds.last.map { $0.ended - $0.began } == .seconds(70))
        // What is over is no fault any more; what is wrong with tomorrow's is one already.
        let faults = world.station.faults.all.map(\.code)
        #expect(
            Set(faults) == [
                .content(slot: "xa/sang@2026-03-03T05:00:00+07:00"),
                .content(slot: "xa/trong@2026-03-03T06:00:00+07:00"),
                .content(slot: "xa/toi@2026-03-03T19:00:00+07:00"),
            ])
        #expect(ear.invariants.violations == [])
    }

    @Test(
        "T18: content that arrives inside the window is played, and an empty playlist is missed for what it is"
    )
    func arrivesLate() {
        var village = Village([Self.sang, Programme("rong", at: "060000", seconds: 60)])
        village.playlists["rong.m3u8"] = "#EXTM3U\n"
        let (world, ear) = listened(village)
        for number in 1...3 { world.carryOut(.content("xa/sang-\(number).wav", nil)) }
        world.schedule(
            .content("xa/sang-1.wav", SimulatedContent(duration: .seconds(50))),
            at: "2026-03-02T05:04:00+07:00")
        world.run(until: "2026-03-02T07:00:00+07:00")
        #expect(world.outcome(of: "sang", on: "2026-03-02") == "partial no-content")
        #expect(ear.sounds.first.map { $0.began < at("2026-03-02T05:04:20+07:00") } == true)
        #expect(world.outcome(of: "rong", on: "2026-03-02") == "missed no-content")
        #expect(ear.invariants.violations == [])
    }

    @Test("T18: content that is longer than it says, or ends in ten minutes of silence, delays nobody")
    func tooLong() {
        let (world, ear) = listened(
            Village([
                Programme("dai", at: "050000", for: "PT1M", seconds: 4320),
                Programme("sau", at: "050100", seconds: 60, late: "SKIP"),
            ]))
        world.run(until: "2026-03-02T06:30:00+07:00")
        #expect(ear.beginnings(of: "sau") == ["2026-03-02T05:01:00+07:00"])
        #expect(ear.sounds.first.map { $0.ended - $0.began } == .seconds(60))
        #expect(world.outcome(of: "dai", on: "2026-03-02") == "partial permit-ended")
        #expect(world.outcome(of: "sau", on: "2026-03-02") == "played")
        #expect(ear.invariants.violations == [])
    }

    @Test("T18: content whose decoding does not end has its outcome, and the next slot is on time")
    func neverDecoded() {
        let (world, ear) = listened(Village([Self.sang, Programme("sau", at: "070000", seconds: 60)]))
        world.latencies.preflightPerMinute = .seconds(86_400)
        world.run(until: "2026-03-02T06:00:00+07:00")
        #expect(world.outcome(of: "sang", on: "2026-03-02")?.hasPrefix("missed") == true)
        world.latencies.preflightPerMinute = .milliseconds(300)
        world.run(until: "2026-03-02T08:00:00+07:00")
        #expect(ear.beginnings(of: "sau") == ["2026-03-02T07:00:00+07:00"])
        #expect(ear.invariants.violations == [])
    }

    // MARK: I7

    @Test(
        "an emergency takes the loudspeaker from what sounds and from what is armed, which then keeps its instant"
    )
    func emergency() {
        let (world, ear) = listened(
            Village([
                Programme("dai", at: "100000", seconds: 300), Programme("sau", at: "100500", seconds: 30),
                Programme("khan-cap", at: "100457", seconds: 1, priority: 1, rule: nil, day: "20260302"),
            ]))
        world.run(until: "2026-03-02T11:00:00+07:00")
        #expect(ear.beginnings(of: "khan-cap") == ["2026-03-02T10:04:57+07:00"])
        #expect(
            ear.sounds.filter { $0.programme == "sau" }.allSatisfy {
                $0.began >= at("2026-03-02T10:05:00+07:00")
            })
        #expect(world.outcome(of: "sau", on: "2026-03-02") == "played")
        #expect(ear.invariants.violations == [])
    }

    /// Which preflights were asked for, and which plays were discarded while theirs was under way.
    private final class Preflights: WorldObserver {
        var underWay: [EffectID: PlayID] = [:]
        var givenUp: [PlayID] = []

        func world(_ world: World, shows observation: Observation) {
            guard case .decided(let event, _, let effects) = observation else { return }
            if case .completed(let id, _) = event { underWay[id] = nil }
            for effect in effects {
                if case .preflight(let play, _, _, _) = effect.action { underWay[effect.id] = play }
                if case .discard(let play) = effect.action, underWay.values.contains(play) {
                    givenUp.append(play)
                }
            }
        }
    }

    @Test("what is stopped while it is looked at is discarded at once: nobody waits for it any more")
    func stoppedPreflight() {
        let world = Village([]).world(at: "2026-03-02T08:00:00+07:00")
        world.latencies.preflightPerMinute = .seconds(60)
        let preflights = Preflights()
        world.observer = preflights
        world.schedule(
            .command(.playFile(token: 1, name: "dai.mp3"), operatorPerson), at: "2026-03-02T08:01:00+07:00")
        world.run(until: "2026-03-02T08:01:10+07:00")
        #expect(preflights.underWay.count == 1 && preflights.givenUp.isEmpty)
        let play = preflights.underWay.values.first
        world.schedule(.command(.stop, operatorPerson), at: "2026-03-02T08:01:11+07:00")
        world.run(until: "2026-03-02T08:01:12+07:00")
        #expect(preflights.givenUp == [play].compactMap { $0 })
    }

    @Test("as many emergencies a day as configured are heard, and one more is not")
    func emergenciesADay() {
        var village = Village(
            (0..<3).map { Programme("khan-\($0)", at: "0\($0 + 1)0000", seconds: 10, priority: 1) })
        village.emergenciesPerDay = 2
        let (world, ear) = listened(village)
        world.run(until: "2026-03-02T12:00:00+07:00")
        #expect(ear.sounds.map(\.programme) == ["khan-0", "khan-1"])
        #expect(world.outcome(of: "khan-2", on: "2026-03-02") == "missed permit-ended")
        #expect(ear.invariants.violations == [])
    }

    @Test("T17: the amplifier is never on for longer than configured, and does not chatter")
    func amplifier() {
        var village = Village([Programme("dai", at: "100000", seconds: 600)])
        village.amplifier = .init(lead: .seconds(2), tail: .seconds(5), longest: .seconds(120))
        let (world, ear) = listened(village)
        world.run(until: "2026-03-02T10:01:00+07:00")
        #expect(world.isAmplifierOn)
        for second in stride(from: 121, through: 620, by: 7) {
            world.run(until: at("2026-03-02T10:00:00+07:00") + .seconds(second))
            #expect(!world.isAmplifierOn)
            #expect(world.station.faults.contains(.amplifier) == (second < 600))
        }
        #expect(ear.invariants.violations == [])
    }

    @Test("T17: the limit of an amplifier holds without a sound too, where the card is gone")
    func amplifierWithoutCard() {
        var village = Village([Programme("dai", at: "100000", seconds: 600)])
        village.amplifier = .init(lead: .seconds(2), tail: .seconds(5), longest: .seconds(120))
        let (world, _) = listened(village)
        world.schedule(.card(.missing), at: "2026-03-02T10:00:10+07:00")
        world.run(until: "2026-03-02T10:01:57+07:00")
        #expect(world.isAmplifierOn)
        world.run(until: "2026-03-02T10:01:59+07:00")
        #expect(!world.isAmplifierOn)
    }

    // MARK: T42

    @Test(
        "T42: another timetable, or another configuration, holds at once and leaves alone what it does not change"
    )
    func changesUnderWay() {
        let (world, ear) = listened(Village([Self.sang, Programme("trua", at: "110000", seconds: 60)]))
        var other = Village([Self.sang, Programme("trua", at: "061500", seconds: 60)])
        other.bands[0].ceilingDecibels = -15
        world.schedule(.publish(other.timetable), at: "2026-03-02T05:01:00+07:00")
        world.schedule(.configure(other.settings), at: "2026-03-02T05:01:00+07:00")
        world.run(until: "2026-03-02T05:01:10+07:00")
        #expect(world.card.sounding?.order.permit.ceilingDecibels == -15)
        world.run(until: "2026-03-02T12:00:00+07:00")
        #expect(ear.sounds.map(\.programme) == ["sang", "trua"])
        #expect(ear.sounds.last?.began == at("2026-03-02T06:15:00+07:00"))
        #expect(world.outcome(of: "sang", on: "2026-03-02") == "played")
        #expect(ear.invariants.violations == [])
    }

    @Test("T42, I9: a timetable that cannot be taken changes nothing")
    func refused() {
        let (world, ear) = listened(Village([Self.sang]))
        world.run(until: "2026-03-02T04:00:00+07:00")
        world.carryOut(.refuse("the file is cut short"))
        world.carryOut(.publish(Village([]).timetable))
        world.carryOut(.configure(world.settings))
        world.run(until: "2026-03-02T06:00:00+07:00")
        #expect(world.outcome(of: "sang", on: "2026-03-02") == "played")
        #expect(world.station.faults.contains(.upstream))
        #expect(ear.invariants.violations == [])
    }

    @Test(
        "I14: withdrawn while it sounds, while it is armed, and before",
        arguments: ["05:01:00", "04:59:58", "04:59:00"])
    func withdrawn(instant: String) {
        let (world, ear) = listened(Village([Self.sang]))
        world.schedule(
            .publish(Village([Programme("khac", at: "190000", seconds: 60)]).timetable),
            at: "2026-03-02T\(instant)+07:00")
        world.schedule(.configure(world.settings), at: "2026-03-02T\(instant)+07:00")
        world.run(until: "2026-03-02T12:00:00+07:00")
        let expected = ["05:01:00": "partial withdrawn", "04:59:58": "missed withdrawn"][instant]
        #expect(world.outcome(of: "sang", on: "2026-03-02") == expected)
        #expect(ear.sounds.count == (instant == "05:01:00" ? 1 : 0))
        #expect(world.preparedCount == 0)
        #expect(ear.invariants.violations == [])
    }

    @Test("a new timetable's past was never due, also not after the next start")
    func pastOfANewTimetable() {
        let (world, ear) = listened(Village([Self.sang]))
        world.run(until: "2026-03-05T12:00:00+07:00")
        world.carryOut(.publish(Village([Self.sang, Programme("moi", at: "080000", seconds: 60)]).timetable))
        world.carryOut(.configure(world.settings))
        world.run(until: "2026-03-05T13:00:00+07:00")
        world.carryOut(.powerCut(for: .seconds(60)))
        world.run(until: "2026-03-06T12:00:00+07:00")
        #expect(
            world.outcomes.map(\.slot).filter { $0.contains("moi") } == ["xa/moi@2026-03-06T08:00:00+07:00"])
        #expect(ear.invariants.violations == [])
    }

    @Test("what an earlier run began and nobody knows any more gets its outcome, also after half a year")
    func orphans() {
        let (world, ear) = listened(Village([Self.sang]))
        world.run(until: "2026-03-02T05:01:00+07:00")
        world.carryOut(.powerCut(for: .seconds(180 * 86_400)))
        world.run(until: world.time + .seconds(181 * 86_400))
        #expect(world.outcome(of: "sang", on: "2026-03-02") == "partial power-lost")
        let days = world.outcomes.filter { $0.reason == "off" }.count
        #expect((30...31).contains(days))
        #expect(world.log.contains { $0.json["code"]?.text == "downtime-not-judged" })
        #expect(ear.invariants.violations == [])
    }
}
