import CLinux
import Glibc
import StationAudio
import StationCore
import Synchronization

/// The thread that owns the card, fills the rings of what plays, and tells what the card did.
///
/// It sleeps until somebody asks for something, the card reports, a ring runs low, or a second of play is over.
final class DecodeThread: Sendable {
    enum Job: Sendable {
        case openCard
        case closeCard
        case play(EffectID, PlayOrder, PreparedContent)
        case stop(PlayID, fade: Duration)
        case renew(PlayID, Permit)
        case beat
        case end
    }

    /// What this thread and the audio thread have done so far, for the watchdog.
    struct Pulse: Hashable {
        var rounds: Int
        var audioRounds: Int
    }

    private let jobs: Mailbox<Job>
    private let rounds = Atomic<Int>(0)
    private let audioRounds = Atomic<Int>(0)

    var pulse: Pulse {
        Pulse(
            rounds: rounds.load(ordering: .relaxed), audioRounds: audioRounds.load(ordering: .relaxed))
    }

    init(settings: CardSettings, report: @escaping @Sendable (Event) -> Void) throws {
        let jobs = try Mailbox<Job>()
        self.jobs = jobs
        let player = try Player(settings: settings, jobs: jobs, report: report)
        let rounds = WeakRounds(self)
        try Thread.start("decode") {
            while player.round() { rounds.count(player) }
        }
    }

    deinit { jobs.put(.end) }

    func put(_ job: Job) { jobs.put(job) }

    /// Counts without keeping the owner alive.
    // Safety: weak references are read and cleared atomically by the runtime.
    private struct WeakRounds: @unchecked Sendable {
        private weak var thread: DecodeThread?
        init(_ thread: DecodeThread) { self.thread = thread }
        func count(_ player: Player) {
            guard let thread else { return }
            thread.rounds.wrappingAdd(1, ordering: .relaxed)
            thread.audioRounds.store(player.audioRounds, ordering: .relaxed)
        }
    }
}
