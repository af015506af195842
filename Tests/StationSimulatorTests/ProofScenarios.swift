import StationSimulator
import StationTrust
import Testing

@testable import StationCore

// What the log tells where it might tell less: power cuts, a disk that comes back, a clock and a card that flap.

struct ProofScenarios {
    private static let village = Village([Programme("sang", at: "050000", for: "PT10M", seconds: 150)])

    private func begun() -> (World, Ear) {
        Self.village.listened(from: "2026-03-02T04:50:00+07:00")
    }

    private func frames(_ outcome: JSON) -> (sum: Int64, all: Int64) {
        let items = outcome["items"]?.elements ?? []
        return (
            items.reduce(0) { $0 + ($1["framesConsumed"]?.integer ?? 0) },
            outcome["framesConsumed"]?.integer ?? -1
        )
    }

    @Test("I5: what a power cut ended for good is told item by item, with how its start was measured")
    func powerCut() throws {
        let (world, ear) = begun()
        world.run(until: "2026-03-02T04:55:00+07:00")
        world.carryOut(.command(.volume(decibels: -9), operatorPerson))
        world.run(until: "2026-03-02T05:01:10+07:00")
        world.carryOut(.powerCut(for: .seconds(3600)))
        world.run(until: "2026-03-02T08:00:00+07:00")
        let outcome = try #require(world.outcomes.first { $0.slot.contains("sang") }).json
        #expect(outcome["reason"]?.text == "power-lost")
        #expect(outcome["startMethod"]?.text == "delay-fit")
        #expect(outcome["volumeDecibels"]?.number == -9)
        let (sum, all) = frames(outcome)
        #expect(sum == all && all > 48_000 * 60)
        // The second item was under way.
        let items = outcome["items"]?.elements ?? []
        #expect(items.map { $0["path"]?.text } == ["sang-1.wav", "sang-2.wav"])
        #expect(items.allSatisfy { $0["sha256"]?.text?.count == 64 && $0["framesConsumed"]?.integer != 0 })
        #expect(items.map { $0["loudnessLufs"]?.number } == [-16, -16])
        #expect(items.map { $0["peakDecibels"]?.number } == [-3, -3])
        #expect(outcome["rate"]?.integer == 48_000)
        // It ended with what is known to have sounded, not when somebody found out.
        #expect(outcome["endedAt"]?.text?.hasPrefix("2026-03-02T05:01:") == true)
        #expect(ear.invariants.violations == [])
    }

    @Test(
        "T30: a recording of the right length and format that is all silence is said to be, over a restart too"
    )
    func silence() throws {
        let (world, _) = begun()
        let silence = SimulatedContent(
            duration: .seconds(50), sha256: SHA256.hash("sang-2.wav".utf8), isSilence: true)
        world.carryOut(.content("xa/sang-2.wav", silence))
        world.run(until: "2026-03-02T05:01:10+07:00")
        world.carryOut(.kill(restartAfter: .seconds(1)))
        world.run(until: "2026-03-02T08:00:00+07:00")
        let outcome = try #require(world.outcomes.first { $0.slot.contains("sang") }).json
        #expect(outcome["result"]?.text == "played")
        let items = outcome["items"]?.elements ?? []
        #expect(items.map { $0["silent"]?.bool } == [nil, true, nil])
        #expect(items.map { $0["loudnessLufs"]?.number } == [-16, nil, -16])
        #expect(items.map { $0["peakDecibels"]?.number } == [-3, nil, -3])
    }

    @Test("T31: what was played is told by hash, path and title, though its files and its timetable are gone")
    func lostMedia() throws {
        let (world, ear) = begun()
        world.run(until: "2026-03-02T05:01:10+07:00")
        // The outcome is written at the next start, when nothing of the programme is left.
        world.carryOut(.powerCut(for: .seconds(3600)))
        for number in 1...3 { world.carryOut(.content("xa/sang-\(number).wav", nil)) }
        world.carryOut(.publish(Village([Programme("khac", at: "120000", seconds: 60)]).timetable))
        world.run(until: "2026-03-05T08:00:00+07:00")
        let outcome = try #require(world.outcomes.first { $0.slot.contains("sang") }).json
        #expect(outcome["reason"]?.text == "power-lost" && outcome["title"]?.text == "sang")
        let items = outcome["items"]?.elements ?? []
        #expect(items.map { $0["path"]?.text } == ["sang-1.wav", "sang-2.wav"])
        #expect(
            items.map { $0["sha256"]?.text }
                == ["sang-1.wav", "sang-2.wav"].map { "\(SHA256.hash($0.utf8))" })
        #expect(world.outcomes.count { $0.slot.contains("sang@2026-03-02") } == 1)
        #expect(ear.invariants.violations == [])
    }

    @Test("I5: so is what a person played when the power went")
    func byHand() throws {
        let (world, _) = begun()
        world.schedule(.command(.playProgramme("sang"), operatorPerson), at: "2026-03-02T08:00:00+07:00")
        world.run(until: "2026-03-02T08:01:10+07:00")
        world.carryOut(.powerCut(for: .seconds(10)))
        world.run(until: "2026-03-02T09:00:00+07:00")
        let outcome = try #require(world.outcomes.first { $0.slot.hasPrefix("local/play@") }).json
        #expect(outcome["reason"]?.text == "power-lost" && outcome["startMethod"]?.text == "delay-fit")
        #expect(outcome["volumeDecibels"]?.number == -6)
        let (sum, all) = frames(outcome)
        #expect(sum == all && all > 48_000 * 60)
    }

    @Test("what is unproven stays so over a restart, gone on with or not", arguments: [false, true])
    func unproven(goesOn: Bool) throws {
        let (world, _) = begun()
        world.carryOut(.cardProvesNothing(true))
        world.run(until: "2026-03-02T05:01:10+07:00")
        world.carryOut(.kill(restartAfter: goesOn ? .seconds(1) : .seconds(3600)))
        world.carryOut(.cardProvesNothing(false))
        world.run(until: "2026-03-02T08:00:00+07:00")
        let outcome = try #require(world.outcomes.first { $0.slot.contains("sang") }).json
        #expect(outcome["unproven"]?.bool == true)
        #expect(outcome["startMethod"]?.text == "unproven")
        let (sum, all) = frames(outcome)
        #expect(sum == all && all > 0)
    }

    @Test(
        "T36: the fault of a disk ends when the disk takes what it had refused, though nothing new is written"
    )
    func diskReturns() {
        let (world, _) = begun()
        world.schedule(.disk(.refuses), at: "2026-03-02T12:00:00+07:00")
        world.schedule(.command(.unmute, operatorPerson), at: "2026-03-02T12:00:01+07:00")
        world.schedule(.disk(.sound), at: "2026-03-02T12:05:00+07:00")
        world.run(until: "2026-03-02T12:04:59+07:00")
        #expect(world.station.faults.contains(.disk))
        world.run(until: "2026-03-02T12:05:01+07:00")
        #expect(!world.station.faults.contains(.disk))
    }

    @Test(
        "T34, I11: a clock that is set every minute writes twenty entries an hour, and says how many it left out"
    )
    func flappingClock() {
        let (world, _) = begun()
        world.run(until: "2026-03-02T12:00:00+07:00")
        let before = world.log.count
        for minute in 0..<70 {
            world.schedule(
                .step(.milliseconds(minute.isMultiple(of: 2) ? 20 : -20)),
                at: at("2026-03-02T12:00:00+07:00") + .seconds(60 * minute))
        }
        world.run(until: "2026-03-02T13:15:00+07:00")
        let clocks = world.log.dropFirst(before).filter { $0.kind == .clock }
        #expect(clocks.count == 30)
        #expect(clocks.compactMap { $0.json["leftOut"]?.integer } == [40])
    }

    @Test("T34, I11: so does a card with a loose plug")
    func flappingCard() {
        var village = Self.village
        village.programmes = [Programme("dai", at: "080000", seconds: 7000)]
        village.amplifier = nil
        let world = village.world(at: "2026-03-02T07:50:00+07:00")
        for second in stride(from: 0, to: 3000, by: 30) {
            let instant = at("2026-03-02T08:01:00+07:00") + .seconds(second)
            world.schedule(.card(.missing), at: instant)
            world.schedule(.card(.sound), at: instant + .seconds(15))
        }
        world.run(until: "2026-03-02T08:55:00+07:00")
        let devices = world.log.filter { $0.kind == .device }
        let faults = world.log.filter { $0.kind == .fault && $0.json["code"]?.text == "device" }
        #expect(devices.count == EntryRate.perHour + 1 && faults.count == EntryRate.perHour)
        world.run(until: "2026-03-02T10:30:00+07:00")
        let later = world.log.filter { $0.kind == .device }.dropFirst(devices.count)
        #expect(later.first?.json["leftOut"]?.integer ?? 0 > 100)
    }

    @Test("what sounded of a recording before a restart is not told of the one that is there afterwards")
    func anotherRecording() throws {
        let (world, _) = begun()
        world.run(until: "2026-03-02T05:01:10+07:00")
        let old = SHA256.hash("sang-1.wav".utf8), new = SHA256.hash("another".utf8)
        world.carryOut(.content("xa/sang-1.wav", SimulatedContent(duration: .seconds(50), sha256: new)))
        world.carryOut(.kill(restartAfter: .seconds(1)))
        world.run(until: "2026-03-02T05:01:40+07:00")
        world.carryOut(.kill(restartAfter: .seconds(1)))
        world.run(until: "2026-03-02T08:00:00+07:00")
        let outcome = try #require(world.outcomes.first { $0.slot.contains("sang") }).json
        let items = (outcome["items"]?.elements ?? []).filter { $0["path"]?.text == "sang-1.wav" }
        func consumed(_ hash: Digest) -> Int64? {
            items.first { $0["sha256"]?.text == "\(hash)" }?["framesConsumed"]?.integer
        }
        // Nor how loud it was.
        #expect(items.map { $0["loudnessLufs"]?.number } == [nil, -16])
        #expect(items.map { $0["peakDecibels"]?.number } == [nil, -3])
        let oldFrames = consumed(old), newFrames = consumed(new)
        #expect(items.count == 2)
        #expect(oldFrames ?? 0 > 0)
        #expect(newFrames == 0)
        let (sum, all) = frames(outcome)
        #expect(sum == all)
    }

    @Test(
        "a recording that is replaced, or spoilt, after its preflight is looked at again before it sounds",
        arguments: [false, true])
    func changedContent(isSpoilt: Bool) throws {
        let (world, _) = begun()
        let new = SHA256.hash("another".utf8)
        for number in 1...3 {
            let content = SimulatedContent(
                duration: .seconds(50), problem: isSpoilt ? "garbage" : nil, sha256: new)
            world.schedule(.content("xa/sang-\(number).wav", content), at: "2026-03-02T04:59:30+07:00")
        }
        world.run(until: "2026-03-02T08:00:00+07:00")
        let outcome = try #require(world.outcomes.first { $0.slot.contains("sang") }).json
        #expect(outcome["result"]?.text == (isSpoilt ? "missed" : "played"))
        #expect(outcome["reason"]?.text == (isSpoilt ? "bad-content" : nil))
        let hashes = Set((outcome["items"]?.elements ?? []).map { $0["sha256"]?.text })
        #expect(hashes == (isSpoilt ? [] : ["\(new)"]))
        #expect(isSpoilt || outcome["startErrorMicroseconds"]?.number ?? .infinity < 1000)
    }

    @Test("a slot of a downtime has its outcome although another upstream has changed meanwhile")
    func downtimeOfTwo() {
        let (world, _) = begun()
        func published(_ time: String) -> SimulatedOffer {
            var other = Village([Programme("chieu", at: time, seconds: 20)]).channel
            other.upstream = "huyen"
            return SimulatedOffer(
                [Self.village.channel, other],
                for: TimetableStation(id: "ap-3", zone: Self.village.zone),
                zones: Zones { Village.zone(named: $0) })
        }
        world.carryOut(.publish(published("170000")))
        world.carryOut(.configure(world.settings))
        world.run(until: "2026-03-02T04:52:00+07:00")
        world.carryOut(.powerCut(for: .seconds(3600)))
        world.carryOut(.publish(published("180000")))
        world.run(until: "2026-03-02T08:00:00+07:00")
        #expect(world.outcome(of: "sang", on: "2026-03-02") == "missed off")
    }

    @Test("I11: a timetable that is the same again writes no entry, and has no content looked at again")
    func sameTimetable() {
        func looks(whilePublishing isPublishing: Bool) -> Int {
            let (world, _) = begun()
            world.run(until: "2026-03-02T06:00:00+07:00")
            let before = world.log.count { $0.kind == .timetable }
            var looks = 0
            world.tamper = { effects in
                for effect in effects { if case .preflight(_, _, .early, _) = effect.action { looks += 1 } }
                return effects
            }
            for hour in 0..<12 where isPublishing {
                world.schedule(
                    .publish(Self.village.timetable),
                    at: at("2026-03-02T06:30:00+07:00") + .seconds(3600 * hour))
            }
            world.run(until: "2026-03-03T04:00:00+07:00")
            #expect(world.log.count { $0.kind == .timetable } == before)
            return looks
        }
        #expect(looks(whilePublishing: true) == looks(whilePublishing: false))
    }

    @Test("T34: what a card does by the way does not keep a lost one out of the log")
    func lostAfterAnHour() {
        let world = Village([Programme("sau", at: "080000", seconds: 20, rule: "FREQ=MINUTELY;INTERVAL=3")])
            .world(at: "2026-03-02T07:50:00+07:00")
        world.schedule(.card(.missing), at: "2026-03-02T08:42:05+07:00")
        world.run(until: "2026-03-02T08:43:00+07:00")
        #expect(world.log.contains { $0.kind == .device && $0.json["state"]?.text == "lost" })
    }

    @Test("T34: the last state of a run of entries that were left out is told when the hour is over")
    func lastState() {
        let (world, _) = begun()
        world.run(until: "2026-03-02T12:00:00+07:00")
        for minute in 0..<31 {
            world.schedule(
                .step(.milliseconds(20)), at: at("2026-03-02T12:00:00+07:00") + .seconds(60 * minute))
        }
        world.run(until: "2026-03-02T13:00:30+07:00")
        #expect(world.log.last { $0.kind == .clock }?.json["leftOut"]?.integer == 11)
    }
}
