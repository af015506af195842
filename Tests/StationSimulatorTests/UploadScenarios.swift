import StationTrust
import Testing

@testable import StationCore
@testable import StationSimulator

/// Logs on their way to the centre (DESIGN.md section 9), each with what is lost, late or doubled on the way.
struct UploadScenarios {
    private let world: World
    private let store = SimulatedProofStore()
    private let watch: StoreWatch

    init() {
        (world, watch) = Self.station(store)
        world.carryOut(.boot)
    }

    /// A station of the village that sends its log to a store.
    private static func station(
        _ store: SimulatedProofStore, every interval: Duration = .seconds(3600)
    ) -> (World, StoreWatch) {
        let village = Village.ordinary
        var settings = village.settings
        settings.proofInterval = interval
        let world = World(settings: settings, at: at("2026-03-02T04:00:00+07:00"))
        world.library = village.library
        world.carryOut(.install(village.timetable))
        world.keepProof(in: store)
        return (world, StoreWatch(store, station: settings.station))
    }

    private var root: Checkpoint? { head("") }

    private func head(_ folder: String) -> Checkpoint? {
        store.files["ap-3/\(folder)checkpoint"].flatMap { SignedNote($0) }.flatMap {
            Checkpoint(text: $0.text)
        }
    }

    /// Somebody wants all of it to be at the store now.
    private func upload() {
        world.carryOut(.command(.sync(isFollowing: false), operatorPerson))
        world.run(until: world.time + .seconds(60))
        // What the command itself wrote.
        world.carryOut(.command(.sync(isFollowing: false), operatorPerson))
        world.run(until: world.time + .seconds(60))
    }

    /// Whether all but what was written since somebody wanted it is at the store.
    private var isAllThere: Bool { watch.covers(world.log.dropLast(1)) && watch.violations == [] }

    /// The entries of a log at the store.
    private func entries(_ folder: String) throws -> [JSON] {
        try (watch.logs["ap-3/" + folder]?.lines ?? []).map {
            try JSONParser.parse($0, limits: .init(bytes: 1 << 16))
        }
    }

    @Test("A day's log is at the centre the day after, for six requests, and the status every hour")
    func day() throws {
        world.run(until: "2026-03-04T12:00:00+07:00")
        store.watcher = nil
        let (requests, size) = (store.requests, try #require(root).size)
        var statuses = 0
        store.watcher = { path, _ in if path.hasSuffix("status.json") { statuses += 1 } }
        world.run(until: "2026-03-14T12:00:00+07:00")
        #expect(statuses == 240)
        #expect(store.requests - requests - statuses <= 60)
        #expect(try #require(root).size > size + 200)
        #expect(watch.violations == [] && world.station.faults.all.isEmpty)
    }

    @Test("A station with a short interval sends its log with each status, where there is anything new")
    func shortInterval() throws {
        let store = SimulatedProofStore()
        let (world, watch) = Self.station(store, every: .seconds(60))
        world.carryOut(.boot)
        world.run(until: "2026-03-02T05:05:00+07:00")
        let sang = world.outcome(of: "sang", on: "2026-03-02")
        #expect(sang == "played" && watch.covers(world.log) && watch.violations == [])
        let requests = store.requests
        world.run(until: "2026-03-02T05:25:00+07:00")
        #expect(store.requests - requests <= 25)
    }

    @Test(
        "T29: a month without network goes up once, in order, whatever cuts it, for a fifth more than its bytes"
    )
    func month() throws {
        world.schedule(.network(isUp: false), at: "2026-03-02T04:30:00+07:00")
        world.run(until: "2026-04-01T05:10:00+07:00")
        let before = store.putBytes
        #expect(try #require(root).size < 20)
        for minute in 0..<6 {
            world.schedule(.network(isUp: true), at: "2026-04-01T05:1\(minute):00+07:00")
            world.schedule(.network(isUp: false), at: "2026-04-01T05:1\(minute):30.420+07:00")
        }
        world.schedule(.network(isUp: true), at: "2026-04-01T05:20:00+07:00")
        world.run(until: "2026-04-01T05:50:00+07:00")
        upload()
        let bytes = world.log.reduce(0) { $0 + $1.line.count }
        #expect(isAllThere && watch.logs.count == 1)
        let indices = try entries("").compactMap { $0["index"]?.integer }
        #expect(indices == Array(0..<Int64(indices.count)))
        #expect(Double(store.putBytes - before) < 1.2 * Double(bytes))
        #expect(watch.heads > 3)
    }

    @Test(
        "T32: an old disk image that went on writing never forks a log: another one begins, and says so first"
    )
    func restoredImage() throws {
        world.schedule(.saveImage, at: "2026-03-05T12:00:00+07:00")
        world.schedule(
            .restoreImage(outage: .seconds(600), board: nil), at: "2026-03-10T12:00:00+07:00")
        world.run(until: "2026-03-12T12:00:00+07:00")
        upload()
        let first = try #require(try entries("2/").first)
        #expect(first["kind"]?.text == "fault" && first["code"]?.text == "proof")
        #expect(first["origin"]?.text == "loa/ap-3/2" && first["from"]?.integer ?? 0 > 50)
        #expect(isAllThere && watch.logs.count == 2)
        // It goes on by itself, and another restored image after that begins a third.
        world.schedule(.restoreImage(outage: .seconds(600), board: nil), at: "2026-03-15T12:00:00+07:00")
        world.run(until: "2026-03-18T12:00:00+07:00")
        upload()
        #expect(isAllThere && watch.logs.count == 3)
        #expect(world.station.proofJSON["origin"]?.text == "loa/ap-3/3")
    }

    @Test("A station that lost its disk begins another log with another life of its journal")
    func lostDisk() throws {
        world.schedule(.loseDisk(outage: .seconds(600)), at: "2026-03-10T12:00:00+07:00")
        world.run(until: "2026-03-12T12:00:00+07:00")
        upload()
        #expect(try entries("2/").first?["from"]?.integer == 0)
        #expect(isAllThere && watch.logs.count == 2)
    }

    @Test("A cloned card on another board has a key and a log of its own, and the station's goes on")
    func clonedCard() throws {
        world.run(until: "2026-03-05T12:00:00+07:00")
        world.carryOut(.saveImage)
        let (clone, _) = Self.station(store)
        clone.savedImage = world.savedImage
        clone.carryOut(.boot)
        clone.run(until: "2026-03-05T12:00:00+07:00")
        clone.carryOut(.restoreImage(outage: .seconds(60), board: "board-2"))
        let both = StoreWatch(store, station: "ap-3")
        for day in 6...9 {
            world.run(until: "2026-03-0\(day)T12:00:00+07:00")
            clone.run(until: "2026-03-0\(day)T12:00:00+07:00")
        }
        #expect(both.violations == [])
        #expect(both.logs["ap-3/"]?.key != both.logs["ap-3/2/"]?.key)
        #expect(head("2/")?.origin == "loa/ap-3/2")
        #expect(world.station.proofJSON["origin"]?.text == "loa/ap-3")
        let size = head("")?.size ?? 0
        #expect(size > 0 && Int64(world.log.count) - size < 60)
    }

    @Test("A store that lost everything gets everything again, under heads that go on from those before")
    func emptiedStore() throws {
        world.run(until: "2026-03-14T12:00:00+07:00")
        let before = try #require(root)
        store.clear()
        let later = StoreWatch(store, station: "ap-3")
        world.run(until: "2026-03-16T12:00:00+07:00")
        upload()
        let lines = try #require(later.logs["ap-3/"]).lines
        #expect(later.violations == [] && later.logs.count == 1 && later.covers(world.log.dropLast(1)))
        var edge = MerkleEdge()
        for line in lines.prefix(Int(before.size)) { edge.append(MerkleHash.leaf(line)) }
        #expect(edge.root() == before.root && lines.count > before.size)
        #expect(store.files.keys.contains("ap-3/tile/entries/000"))
    }

    @Test("A store that fails before or after the effect gets nothing twice and forks nothing")
    func failingStore() throws {
        for (day, behaviour) in [
            (3, SimulatedProofStore.Behaviour.refuses), (5, .takesButFails), (6, .refuses),
            (8, .takesButFails),
        ] {
            world.schedule(.proofStore(behaviour), at: "2026-03-0\(day)T00:00:00+07:00")
            world.schedule(.proofStore(.sound), at: "2026-03-0\(day + 1)T06:00:00+07:00")
        }
        world.run(until: "2026-03-06T04:00:00+07:00")
        #expect(world.station.faults.contains(.proof))
        world.run(until: "2026-03-12T12:00:00+07:00")
        #expect(watch.violations == [] && watch.logs.count == 1 && !world.station.faults.contains(.proof))
        #expect(try #require(root).size > 200)
    }

    @Test("What somebody wrote in the place of the head stops the upload, and is no reason for another log")
    func spoiledHead() throws {
        world.run(until: "2026-03-05T12:00:00+07:00")
        let good = try #require(store.files["ap-3/checkpoint"])
        store.watcher = nil
        // Another root in the place of the one that was signed: it says nothing about the station's disk.
        var lines = String(decoding: good, as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false)
        lines[2] = Base64.text(MerkleHash.empty.bytes)[...]
        let other = Array(lines.joined(separator: "\n").utf8)
        for bad in [Array("<html>log in</html>".utf8), good.map { $0 == 0x0A ? 0x0A : $0 &+ 1 }, other] {
            #expect(store.put("ap-3/checkpoint", bad))
            let heads = watch.heads
            world.run(until: world.time + .seconds(3 * 86_400))
            #expect(world.station.faults.contains(.proof) && watch.heads == heads)
            #expect(world.station.log.origin == .first)
        }
        #expect(store.put("ap-3/checkpoint", good))
        world.run(until: world.time + .seconds(2 * 86_400))
        #expect(!world.station.faults.contains(.proof))
    }

    @Test("Nothing is uploaded while a programme sounds, and the status goes on")
    func quiet() {
        let store = SimulatedProofStore()
        let (world, _) = Self.station(store, every: .seconds(60))
        world.carryOut(.boot)
        var (during, between, statuses) = (0, 0, 0)
        store.watcher = { [world] path, _ in
            let isSounding = world.card.sounding != nil
            if path == "ap-3/status.json" {
                statuses += isSounding ? 1 : 0
            } else if isSounding {
                during += 1
            } else {
                between += 1
            }
        }
        world.run(until: "2026-03-04T04:00:00+07:00")
        #expect(during == 0 && between > 10 && statuses > 2, "\(during), \(between), \(statuses)")
    }
}
