import StationSimulator
import StationTrust
import Testing

@testable import StationCore

/// A repository that somebody carries to the station on a stick.
struct ImportScenarios {
    private func ask(_ world: World, _ command: Command, by person: Person = operatorPerson) -> Reply? {
        world.carryOut(.command(command, person))
        // The answer waits for its entry to be durable.
        world.run(until: world.now.wall + .milliseconds(100))
        return world.lastReply?.reply
    }

    @Test(
        "What a stick brings is in force without a network; then the server is asked again, and is still away"
    )
    func carried() throws {
        let (world, ear) = Village([.sang]).listened(from: "2026-03-02T04:00:00+07:00")
        world.run(until: "2026-03-02T04:30:00+07:00")
        world.carryOut(.network(isUp: false))
        world.library = Village([.sang, .trua]).library
        world.carryOut(.publish(Village([.trua]).timetable))
        world.run(until: "2026-03-02T05:30:00+07:00")
        #expect(world.station.faults.contains(.upstream))
        let upstream = try #require(world.settings.upstreams.first?.name)
        let order = Command.importRepository(token: 1, upstream: upstream)
        // One stick at a time.
        world.carryOut(.command(order, operatorPerson))
        world.carryOut(.command(order, operatorPerson))
        world.run(until: "2026-03-02T05:30:20+07:00")
        let ended = ask(world, .importProgress)
        #expect(ended?.code == .fine && ended?.body["done"]?.bool == true, "\(String(describing: ended))")
        #expect(world.station.active?.timetable.next(after: world.now.wall)?.programme == "trua")
        #expect(!world.station.faults.contains(.upstream))
        // What the server says afterwards is no part of how the import ended.
        world.run(until: "2026-03-02T12:00:00+07:00")
        #expect(world.station.faults.contains(.upstream))
        #expect(ask(world, .importProgress)?.code == .fine)
        #expect(world.outcome(of: "trua", on: "2026-03-02") == "played")
        let commands = world.log.filter { $0.kind == .command }.map { $0.json["accepted"]?.bool }
        #expect(commands.filter { $0 == false }.count == 1 && commands.count == 2)
        #expect(ear.invariants.violations == [])
    }

    @Test("A repository of no upstream is refused and logged; who may only read brings none")
    func carriedByStranger() {
        let (world, _) = Village([.sang]).listened(from: "2026-03-02T04:00:00+07:00")
        world.run(until: "2026-03-02T04:30:00+07:00")
        #expect(ask(world, .importRepository(token: 1, upstream: "nobody's"))?.code == .refused)
        // The folder is looked into first.
        world.carryOut(.command(.importRepository(token: 2, upstream: nil), operatorPerson))
        world.run(until: "2026-03-02T04:30:05+07:00")
        #expect(world.lastReply?.reply.code == .refused)
        #expect(ask(world, .importProgress)?.code == .refused)
        let reader = Person(uid: 1001, name: "reader", mayAct: false)
        #expect(ask(world, .importRepository(token: 3, upstream: nil), by: reader)?.code == .notPermitted)
        #expect(ask(world, .exportLog, by: reader)?.code == .notPermitted)
        let commands = world.log.filter { $0.json["verb"]?.text == "import" }
        #expect(commands.map { $0.json["accepted"]?.bool } == [false, false])
    }
}
