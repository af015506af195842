import StationTrust
import Testing

@testable import StationCore

/// When the log goes up to its store, and how much of it.
struct ProofScheduleTests {
    private static let station = "ap-3"
    private static let name = LogOrigin.first.name(of: station)

    private var schedule: ProofSchedule

    private func at(_ seconds: Int64) -> Now {
        Now(
            wall: Instant(seconds: 1_800_000_000 + seconds),
            monotonic: MonotonicInstant(nanoseconds: seconds * 1_000_000_000), isSynchronised: true,
            errorMicroseconds: 0)
    }

    /// A log of 300 entries whose store spares requests.
    init() {
        schedule = ProofSchedule(
            every: .seconds(3600), station: Self.station, at: MonotonicInstant(nanoseconds: 0))
        schedule.opened(ProofOpening(key: "key", head: nil, uploadedAt: nil))
        schedule.grew(to: 300)
        _ = schedule.act(
            at: at(0), origin: (.first, Self.name), isQuiet: true, isTimeKnown: true)
        schedule.folded(LogHead(origin: .first, size: 300, root: MerkleHash.empty))
    }

    /// Whether an upload begins, and is sparing; nil when none does.
    private mutating func upload(_ seconds: Int64) -> Bool? {
        let actions = schedule.act(
            at: at(seconds), origin: (.first, Self.name), isQuiet: true, isTimeKnown: true)
        for case .upload(_, let isSparing) in actions { return isSparing }
        return nil
    }

    @Test("What gives way to something more urgent comes back, however often, and is no fault")
    mutating func gaveWay() {
        for attempt in Int64(1)...20 {
            #expect(upload(attempt * 100_000) != nil)
            schedule.gaveWay(at: at(attempt * 100_000).monotonic)
            #expect(!schedule.isFailing && upload(attempt * 100_000) == nil)
        }
        for attempt in Int64(21)...23 {
            _ = upload(attempt * 100_000)
            schedule.failed(at: at(attempt * 100_000).monotonic)
        }
        #expect(schedule.isFailing)
    }

    @Test("A station that is switched on every hour sends its log once a day all the same")
    mutating func switchedOn() {
        let start = at(0).wall
        func restarted(after hours: Int64) -> ProofSchedule {
            var schedule = ProofSchedule(
                every: .seconds(3600), station: Self.station, at: MonotonicInstant(nanoseconds: 0))
            let head = Checkpoint(origin: Self.name, size: 10, root: MerkleHash.empty)
            schedule.opened(
                ProofOpening(key: "key", head: head, uploadedAt: start - .seconds(hours * 3600)))
            schedule.grew(to: 300)
            _ = schedule.act(at: at(0), origin: (.first, Self.name), isQuiet: true, isTimeKnown: true)
            schedule.folded(LogHead(origin: .first, size: 300, root: MerkleHash.empty))
            return schedule
        }
        for (hours, isDue) in [(1, false), (12, false), (22, false), (23, true), (40, true)] {
            schedule = restarted(after: Int64(hours))
            #expect((upload(3000) != nil) == isDue, "\(hours) hours")
        }
    }

    @Test("A log begins at most once a day, however often the store contradicts the journal")
    mutating func origins() {
        let answers = [100, 200, 86_000, 86_500].map { schedule.mayBeginOrigin(at: at($0).monotonic) }
        #expect(answers == [true, false, false, true])
    }

    @Test("Each entry of the journal is in some log: a later one goes on behind what the one before has")
    mutating func covered() {
        schedule.grew(to: 1000)
        schedule.uploaded(256, of: Self.name, at: at(1))
        #expect(schedule.covered(.first, named: Self.name) == 256)
        let second = LogOrigin(number: 2, from: 200)
        schedule.uploaded(50, of: second.name(of: Self.station), at: at(2))
        // Its first entry is the one that begins it, from further on.
        #expect(schedule.covered(second, named: second.name(of: Self.station)) == 249)
        schedule.grew(to: 240)
        #expect(schedule.covered(second, named: second.name(of: Self.station)) == 240)
    }

    @Test("In its own time it spares requests; who asks gets all of it, once")
    mutating func asked() {
        #expect(upload(40) == true)
        schedule.uploaded(256, of: Self.name, at: at(41))
        #expect(upload(50) == nil)
        schedule.uploadNow(at: at(60).monotonic)
        #expect(upload(60) == false)
        schedule.uploaded(300, of: Self.name, at: at(61))
        #expect(upload(62) == nil)
    }

    @Test("Who asks while an upload is under way gets what that one spared")
    mutating func askedMeanwhile() {
        #expect(upload(40) == true)
        schedule.uploadNow(at: at(41).monotonic)
        #expect(upload(41) == nil)
        schedule.uploaded(256, of: Self.name, at: at(42))
        #expect(upload(42) == false)
    }

    @Test("An upload that somebody asked for and that was cut is tried again for all of it")
    mutating func cut() {
        schedule.uploadNow(at: at(1).monotonic)
        #expect(upload(1) == false)
        schedule.failed(at: at(2).monotonic)
        #expect(upload(30) == nil)
        #expect(upload(63) == false)
        schedule.uploaded(300, of: Self.name, at: at(64))
        #expect(upload(65) == nil)
    }
}
