import StationCore
import StationSimulator
import StationTrust
import Testing

struct SimulationTests {
    @Test func smoke() {
        let world = Village.ordinary.world(at: "2026-03-01T00:00:00+07:00")
        world.run(until: "2026-03-04T00:00:00+07:00")
        for o in world.outcomes { print(o.slot, o.result, o.reason ?? "-", o.json["startErrorMicroseconds"]?.number ?? -1, o.json["startedAt"]?.text ?? "") }
        for e in world.log where e.kind != .outcome && e.kind != .intent && e.kind != .device { print(e.json.description) }
        print(world.effectCount)
    }
}
