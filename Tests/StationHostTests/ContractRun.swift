import Foundation
import StationCore
import StationSimulator
import StationTrust

@testable import StationHost

/// One station, one slot, from its start to the slot's outcome, in virtual time over an executor's store.
///
/// The sound is the script's: it starts when it was ordered to and lasts as long as the content.
struct ContractRun {
    let subject: any ContractSubject
    let script: ContractTests.Script
    /// What the log tells at the end, without what may differ: kinds, results, reasons.
    private(set) var transcript: [String] = []
    /// How often the slot's first sample sounded.
    private(set) var begun = 0
    /// Plays that sounded although no store had their intent.
    private(set) var soundBeforeIntent = 0

    private var station: Station
    private var time: Int64 = 0
    private var queue: [(at: Int64, event: Event)] = []
    private var wake = MonotonicInstant.distantFuture
    private var effects = 0
    private var hasCrashed = false
    private var keptIntents = false

    /// The slot is due 20 seconds after the daemon's first start, and lasts 30.
    static let start = Instant(seconds: 1_790_000_000)
    static let content = Duration.seconds(30)

    init(subject: any ContractSubject, script: ContractTests.Script) {
        self.subject = subject
        self.script = script
        station = Station(settings: Self.settings, now: Self.now(0))
    }

    private static func now(_ nanoseconds: Int64) -> Now {
        Now(
            wall: start + .nanoseconds(nanoseconds),
            monotonic: MonotonicInstant(nanoseconds: nanoseconds + 1_000_000_000),
            isSynchronised: true, errorMicroseconds: 100)
    }

    static let settings = StationSettings(
        station: "contract", name: "Contract", version: "test", buildDate: Instant(seconds: 1_700_000_000),
        zoneName: "Etc/UTC", zone: ZoneFile(fixedOffset: 0, abbreviation: "UTC"),
        rules: GuardRules(
            bands: [.init(from: 0, to: 1440, ceilingDecibels: 0)], longestBroadcast: .seconds(3600),
            longestEmergency: .seconds(600), emergenciesPerDay: 3, emergencyCeilingDecibels: 0),
        amplifier: nil, isClockBatteryBacked: false, holdover: .seconds(86_400), deviceName: "scripted",
        upstreams: [.init(name: "commune", url: "file:///nowhere", pollInterval: .seconds(86_400))],
        bytesPerMonth: 1 << 40, quotaBytes: 1 << 40, reserveBytes: 0)

    static let timetable: SignedTimetable = {
        let at = RFC3339.string(from: start + .seconds(20), offset: 0)
        let stamp = at.filter { $0.isNumber || $0 == "T" }.prefix(15)
        let calendar = """
            BEGIN:VCALENDAR
            VERSION:2.0
            BEGIN:VEVENT
            UID:bulletin
            SUMMARY:Bulletin
            DTSTART:\(stamp)Z
            ATTACH:bulletin.wav
            X-LOA-LATE:PT10M
            END:VEVENT
            END:VCALENDAR

            """.replacing("\n", with: "\r\n")
        let compilation = Timetable.compile(
            [
                ChannelSource(
                    upstream: "commune", rank: 1, classes: [.normal],
                    files: [.init(path: "schedule.ics", bytes: Array(calendar.utf8))])
            ],
            for: TimetableStation(id: "contract", languages: ["vi"], zone: settings.zone),
            zones: Zones { _ in nil })
        precondition(compilation.problems.isEmpty, "\(compilation.problems)")
        return SignedTimetable(timetable: compilation.timetable)
    }()

    /// Runs to the end of the slot and ten minutes more.
    mutating func play() throws {
        subject.behave(script.misbehavesFrom == 0 ? script.behaviour : .sound)
        try boot()
        let end: Int64 = 700_000_000_000
        while time < end {
            try deliverCompletions()
            guard step(until: end) else { break }
        }
        subject.behave(.sound)
        try deliverCompletions()
        transcript.append("the disk took what it had refused: \(try subject.retry())")
        transcript += try subject.entries().map(Self.words)
    }

    private mutating func boot() throws {
        queue = [(time + 100_000_000, .fetched(.recovered([.ordinary: Self.timetable])))]
        station = Station(settings: Self.settings, now: Self.now(time))
        let recovery = try subject.recover(boot: hasCrashed ? "second" : "first")
        try handle(.started(recovery))
    }

    /// Goes to the next event or wake; false when there is none before the end.
    private mutating func step(until end: Int64) -> Bool {
        let due = queue.indices.min { queue[$0].at < queue[$1].at }
        let wakeAt = wake == .distantFuture ? Int64.max : wake.nanoseconds - 1_000_000_000
        let next = min(due.map { queue[$0].at } ?? .max, wakeAt)
        guard next < end else {
            time = end
            return false
        }
        time = max(time, next)
        do {
            if let due, queue[due].at <= next {
                try handle(queue.remove(at: due).event)
            } else {
                try handle(.wake)
            }
        } catch { transcript.append("error: \(error)") }
        return true
    }

    private mutating func deliverCompletions() throws {
        while true {
            let completions = try subject.drain()
            guard !completions.isEmpty else { return }
            for (id, completion) in completions {
                if case .appended = completion { keptIntents = true }
                try handle(.completed(id, completion))
            }
        }
    }

    private mutating func handle(_ event: Event) throws {
        if case .progress(_, let playback) = event, playback.position == .zero, playback.startedAt != nil {
            begun += 1
            if !keptIntents { soundBeforeIntent += 1 }
        }
        let batch = station.handle(event, at: Self.now(time))
        for effect in batch {
            if try !carryOut(effect) { return }
        }
    }

    /// Carries out one effect; false when the daemon crashed instead.
    private mutating func carryOut(_ effect: Effect) throws -> Bool {
        if case .wake(let at) = effect.action {
            wake = at
            return true
        }
        effects += 1
        if effects == script.misbehavesFrom { subject.behave(script.behaviour) }
        if effects == script.behavesAgainFrom { subject.behave(.sound) }
        subject.carryOut(effect)
        sound(effect)
        guard effects == script.crashAfter else { return true }
        _ = try subject.crash(losesPower: script.losesPower, keptInFlight: 0)
        hasCrashed = true
        time += 2_000_000_000
        try boot()
        return false
    }

    /// The script's sound.
    private mutating func sound(_ effect: Effect) {
        func later(_ delay: Int64, _ event: Event) { queue.append((time + delay, event)) }
        switch effect.action {
        case .preflight(_, let items, _, _):
            let report = ItemReport(
                path: items[0].source.path, sha256: nil, duration: Self.content, problem: nil,
                isPlayable: true)
            later(50_000_000, .completed(effect.id, .preflighted([report])))
        case .play(let order): play(order, effect.id)
        case .openCard, .closeCard, .probeCard, .discard, .stop, .renew, .measureStorage, .amplifier, .poll,
            .want,
            .evict, .adopt:
            later(1_000_000, .completed(effect.id, .done))
        default: break
        }
    }

    private mutating func play(_ order: PlayOrder, _ id: EffectID) {
        let rate: Int64 = 48_000
        let start = order.start.nanoseconds - 1_000_000_000
        let planned = Self.content.nanoseconds / 1_000_000_000 * rate
        func playback(_ position: Duration) -> Playback {
            let frames = (position - order.position).nanoseconds / 1000 * rate / 1_000_000
            return Playback(
                startedAt: order.start, startErrorMicroseconds: 0, startMethod: "script", position: position,
                framesConsumed: frames, framesPlanned: planned,
                items: [.init(index: 0, framesConsumed: frames, peakDecibels: -3)])
        }
        var position = order.position
        while position < Self.content {
            queue.append(
                (start + (position - order.position).nanoseconds, .progress(order.play, playback(position))))
            position += .seconds(1)
        }
        queue.append(
            (
                start + (Self.content - order.position).nanoseconds,
                .completed(id, .played(.completed, playback(Self.content)))
            ))
    }

    /// What both executors must agree upon in an entry.
    private static func words(_ entry: JSON) -> String {
        ["index", "kind", "boot", "slot", "result", "reason", "code", "state", "framesConsumed"]
            .compactMap { name in entry[name].map { "\(name)=\($0)" } }.joined(separator: " ")
    }
}
