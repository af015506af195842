import StationSimulator
import StationTrust
import Testing

@testable import StationCore

/// I6 through years of power cuts, disks that are lost or restored from old images, boards that are changed, and stores
/// that fail before or after the effect: what an auditor sees at the store never contradicts what was there before.
struct UploadYears {
    /// The faults of a log's way, beside those of `Swarm`.
    private enum Fault: CaseIterable {
        case store, saveImage, restoreImage, otherBoard, lostDisk

        var mostPerYear: Int {
            switch self {
            case .store: 200
            case .saveImage: 30
            case .restoreImage: 12
            case .otherBoard, .lostDisk: 3
            }
        }
    }

    @Test(
        "No head ever contradicts an earlier one, and in the end all that is on the disk is at the store",
        arguments: seeds)
    func year(seed: UInt64) {
        var village = Village.ordinary
        let start = at(SimulationTests.start)
        let days = 150
        village.proofInterval = seed.isMultiple(of: 2) ? .seconds(3600) : .seconds(3000)
        let world = World(settings: village.settings, at: start)
        world.library = village.library
        world.carryOut(.install(village.timetable))
        let store = SimulatedProofStore()
        let watch = StoreWatch(store, station: "ap-3")
        world.keepProof(in: store)
        world.carryOut(.boot)
        var swarm = Swarm(seed: seed, village: village, start: start, days: days)
        swarm.strike(world)
        var dice = Dice(seed: seed &* 31)
        for fault in Fault.allCases where dice.chance(0.8) {
            for _ in 0..<Int.random(in: 1...fault.mostPerYear, using: &dice) {
                let instant = start + .seconds(Int.random(in: 3600..<days * 86_400, using: &dice))
                Self.draw(fault, at: instant, &dice, world)
            }
        }
        world.run(until: start + .seconds(days * 86_400))
        #expect(watch.violations == [], "seed \(seed), \(swarm.rates)")
        world.carryOut(.proofStore(.sound))
        world.heal(village)
        world.run(until: world.time + .seconds(3 * 86_400))
        for _ in 0..<2 {
            world.carryOut(.command(.sync(isFollowing: false), operatorPerson))
            world.run(until: world.time + .seconds(600))
        }
        #expect(watch.violations == [], "seed \(seed), \(swarm.rates)")
        #expect(
            watch.covers(world.log.dropLast(2)),
            "seed \(seed): \(world.log.count) \(watch.logs.mapValues(\.lines.count))")
        #expect(watch.heads > 20 && !world.station.faults.contains(.proof), "seed \(seed)")
    }

    private static func draw(_ fault: Fault, at instant: Instant, _ dice: inout Dice, _ world: World) {
        switch fault {
        case .store:
            let behaviour: SimulatedProofStore.Behaviour = dice.chance(0.5) ? .refuses : .takesButFails
            world.schedule(.proofStore(behaviour), at: instant)
            world.schedule(.proofStore(.sound), at: instant + dice.skewed(100...200_000_000))
        case .saveImage: world.schedule(.saveImage, at: instant)
        case .restoreImage:
            world.schedule(.restoreImage(outage: dice.skewed(1000...20_000_000), board: nil), at: instant)
        case .otherBoard:
            world.schedule(
                .restoreImage(
                    outage: dice.skewed(1000...20_000_000), board: dice.chance(0.5) ? "board-1" : "board-2"),
                at: instant)
        case .lostDisk: world.schedule(.loseDisk(outage: dice.skewed(1000...20_000_000)), at: instant)
        }
    }

    private static let seeds: [UInt64] = [1, 2, 3, UInt64.random(in: 1_000...999_999_999)]
}
