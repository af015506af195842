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
        case probeCard(EffectID)
        case play(EffectID, PlayOrder, PreparedContent)
        /// Ends what the card does not have yet.
        case stop(PlayID)
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
    private let stops: CardStops
    /// Written by the thread after each round.
    private let latest: SharedPulse

    var pulse: Pulse { latest.value.withLock { $0 } }

    init(settings: CardSettings, report: @escaping @Sendable (Event) -> Void) throws {
        let jobs = try Mailbox<Job>()
        self.jobs = jobs
        let latest = SharedPulse()
        self.latest = latest
        let player = try Player(settings: settings, jobs: jobs, report: report)
        stops = player.stops
        try Thread.start("decode") {
            while player.round() {
                latest.value.withLock {
                    $0.rounds += 1
                    $0.audioRounds = player.audioRounds
                }
            }
        }
    }

    deinit { jobs.put(.end) }

    func put(_ job: Job) { jobs.put(job) }

    /// Fades a play out and ends it, whatever the thread is doing: it may be waiting for a disk (I12).
    func stop(_ play: PlayID, fade: Duration) {
        stops.ask(order: play.number, fadeMilliseconds: Int(fade.nanoseconds / 1_000_000))
        jobs.put(.stop(play))
    }

    /// The pulse, owned by the thread and by who asks for it: it keeps neither alive.
    private final class SharedPulse: Sendable {
        let value = Mutex(Pulse(rounds: 0, audioRounds: 0))
    }
}
