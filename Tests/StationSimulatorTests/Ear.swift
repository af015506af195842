import StationSimulator

@testable import StationCore

/// Listens at the horn: what sounds, from when until when by true time, from which position.
final class Ear: WorldObserver {
    struct Sound: Equatable, CustomStringConvertible {
        var programme: String
        var began: Instant
        var ended: Instant
        var from: Duration
        var ceiling: Double

        var description: String {
            "\(programme) \(RFC3339.string(from: began, offset: 25_200, fraction: .microseconds)) from \(from)"
        }
    }

    private(set) var sounds: [Sound] = []
    private var effect: EffectID?
    let invariants = Invariants()

    func world(_ world: World, shows observation: Observation) {
        invariants.world(world, shows: observation)
        guard let playing = world.card.sounding else {
            if effect != nil { sounds[sounds.count - 1].ended = world.time }
            effect = nil
            return
        }
        if effect == playing.effect {
            sounds[sounds.count - 1].ended = world.time
            sounds[sounds.count - 1].ceiling = max(
                sounds[sounds.count - 1].ceiling, playing.order.permit.ceilingDecibels)
        } else {
            if effect != nil { sounds[sounds.count - 1].ended = world.time }
            effect = playing.effect
            let slot = world.station.slot(of: playing.order.play)
            sounds.append(
                Sound(
                    programme: slot?.programme ?? "?", began: world.time, ended: world.time,
                    from: playing.startedFrom ?? .zero, ceiling: playing.order.permit.ceilingDecibels))
        }
    }

    /// When a programme began, each time, by true time in the station's zone.
    func beginnings(of programme: String, offset: Int = 25_200) -> [String] {
        sounds.filter { $0.programme == programme }.map {
            RFC3339.string(from: $0.began, offset: offset, fraction: .none)
        }
    }
}
