import Centre
import StationHost
import TerminalText

/// The centre of a demo: keys and a repository of its own, as `loa-centre` makes them.
struct DemoCentre {
    private let stage: DemoStage
    private let keys: KeySources

    /// Why the demo's centre did not publish, with all that is wrong with the channel.
    static func text(_ error: CentreError) -> Phrase {
        guard let first = error.problems.first(where: { $0.severity == .error }) else { return error.message }
        let place = first.file + (first.line.map { ":\($0)" } ?? "") + ": "
        return Phrase(vi: place + first.message[.vietnamese], en: place + first.message[.english])
    }

    /// Makes keys and an empty repository.
    init(_ stage: DemoStage) throws(CentreError) {
        self.stage = stage
        keys = KeySources(folders: [stage.keys])
        _ = try NewRepository(at: stage.repository, keys: keys, try Surroundings.system()).make()
    }

    /// Publishes the channel as it is now; what was measured before is not measured again.
    func publish(progress: (Progress) -> Void = { _ in }) throws(CentreError) {
        let publication = try Publication(
            of: stage.channel, into: stage.repository, keys: keys, try Surroundings.system(),
            progress: progress)
        _ = try publication.publish()
    }
}
