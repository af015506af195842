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
        case end
    }

    private let jobs: Mailbox<Job>
    /// Rounds that the thread made; a watchdog looks whether it still does.
    let rounds = Atomic<Int>(0)

    init(settings: CardSettings, report: @escaping @Sendable (Event) -> Void) throws {
        let jobs = try Mailbox<Job>()
        self.jobs = jobs
        let player = try Player(settings: settings, jobs: jobs, report: report)
        let rounds = WeakRounds(self)
        try Thread.start("decode") {
            while player.round() { rounds.count() }
        }
    }

    deinit { jobs.put(.end) }

    func put(_ job: Job) { jobs.put(job) }

    /// Counts without keeping the owner alive.
    // Safety: weak references are read and cleared atomically by the runtime.
    private struct WeakRounds: @unchecked Sendable {
        private weak var thread: DecodeThread?
        init(_ thread: DecodeThread) { self.thread = thread }
        func count() { thread?.rounds.wrappingAdd(1, ordering: .relaxed) }
    }
}
