import StationSimulator

@testable import StationCore

// The faults of a simulated year, drawn from a seed.
//
// Fault model. What may fail: the power (at any instant, often 1–15 s after it came back), the daemon (kill -9,
// SIGTERM), the clock (steps of any size, boots in 1970, at the last shutdown's time or two weeks ago, nobody who
// tells the time for seconds, hours or ever), the disk (refuses and has nothing, refuses and has it, answers nothing,
// keeps any prefix of what was under way, tears an entry), `/run` (full), the card (missing, busy, stalled, for
// milliseconds to hours), content (missing, damaged, back again), timetables (slots withdrawn, moved, changed,
// delivered again; reads refused), alerts (for a minute or a day, repeated, signed anew, cancelled, replayed, without
// their sound, signed by a centre whose clock is wrong), people (stop, play, mute, unmute, volume, test, at any instant), configuration
// (another ceiling, other hours), the amplifier's command. Half of what happens, happens within 15 s of a slot's
// beginning or end.
//
// What is not promised, and therefore not checked: with neither disk nor `/run` an intent is lost with the daemon, and
// with no disk it is lost with the power; then a slot may begin again. An alert that another timetable has replaced
// while nobody knew the time, or whose timetable no disk has taken, may have no outcome. Damage to what was durable is excluded, and so
// is a clock that claims to be synchronised and is wrong for longer than an hour.
//
// Swarm: each seed draws which faults exist at all, and how often each comes, over two orders of magnitude.

/// A generator of numbers that only its seed decides (SplitMix64).
struct Dice: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
        // Mixed once: a seed that were a place in the one sequence would give its neighbour's year, a number later.
        state = next()
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func chance(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &self) < share }

    mutating func milliseconds(_ range: ClosedRange<Int>) -> Duration {
        .milliseconds(Int.random(in: range, using: &self))
    }

    /// Mostly short and sometimes long: evenly spread over the orders of magnitude, in milliseconds.
    mutating func skewed(_ range: ClosedRange<Double>) -> Duration {
        var value = range.lowerBound
        let factor = range.upperBound / range.lowerBound
        // 2^x without a mathematics library: ten halvings of the range are fine enough.
        for step in 1...10 where chance(0.5) { value *= Self.root(factor, of: step) }
        return .milliseconds(Int(min(value, range.upperBound)))
    }

    private static func root(_ factor: Double, of step: Int) -> Double {
        var result = factor
        for _ in 0..<step { result = result.squareRoot() }
        return result
    }
}

/// Fills a world with faults.
struct Swarm {
    enum Fault: CaseIterable {
        case powerCut, kill, terminate, step, clockBoot, lostSynchronisation, disk, fullRun, inFlight, card,
            content
        case timetable, refusal, network, stop, play, mute, volume, configuration, amplifier, alert

        /// The most and the fewest a year, when the fault exists.
        var perYear: ClosedRange<Double> {
            switch self {
            case .powerCut: 150...400
            case .kill, .stop, .card: 10...400
            case .timetable, .configuration, .alert: 4...100
            default: 4...200
            }
        }
    }

    var dice: Dice
    let village: Village
    let start: Instant
    let days: Int
    /// The village's own, compiled once.
    let timetable: SimulatedOffer
    /// How many alerts were drawn.
    var alerts = 0
    private var deeds: [(at: Instant, deed: Deed)] = []
    private var slots: [Slot] = []
    /// What was drawn, to be shown when a seed fails.
    private(set) var rates: [(fault: Fault, count: Int)] = []

    init(seed: UInt64, village: Village, start: Instant, days: Int) {
        dice = Dice(seed: seed)
        self.village = village
        self.start = start
        self.days = days
        timetable = village.timetable
    }

    /// Draws all faults and schedules them.
    mutating func strike(_ world: World) {
        let end = start + .seconds(days * 86_400)
        slots = timetable.timetables.values.flatMap {
            $0.timetable.slots(from: start, until: end, limit: 100_000)
        }
        .sorted { ($0.scheduled, $0.id) < ($1.scheduled, $1.id) }
        for fault in Fault.allCases {
            let isThere = fault == .powerCut || dice.chance(0.7)
            guard isThere else { continue }
            let perYear = dice.skewed(fault.perYear.lowerBound * 1000...fault.perYear.upperBound * 1000)
            let count = Int(perYear.components.seconds) * days / 365
            rates.append((fault, count))
            for _ in 0..<count { draw(fault, at: instant()) }
        }
        // The later first: the agenda takes them so at no cost.
        for (at, deed) in deeds.sorted(by: { $0.at > $1.at }) where at < end { world.schedule(deed, at: at) }
    }

    /// Half of the time anywhere, half of the time around a slot.
    private mutating func instant() -> Instant {
        let anywhere = start + .seconds(60 + Int.random(in: 0..<(days * 86_400 - 60), using: &dice))
        guard dice.chance(0.5), let slot = slots.randomElement(using: &dice) else {
            return anywhere + dice.milliseconds(0...999)
        }
        let end = slot.hardEnd ?? slot.scheduled + .seconds(60)
        return (dice.chance(0.7) ? slot.scheduled : end) + dice.milliseconds(-15_000...15_000)
    }

    mutating func add(_ deed: Deed, at instant: Instant) { deeds.append((instant, deed)) }

    private mutating func draw(_ fault: Fault, at instant: Instant) {
        switch fault {
        case .powerCut: cutPower(at: instant)
        case .kill: kill(at: instant)
        case .terminate: add(.terminate(restartAfter: dice.skewed(100...5000)), at: instant)
        case .step, .clockBoot, .lostSynchronisation: drawClock(fault, at: instant)
        case .disk, .fullRun, .inFlight: drawDisk(fault, at: instant)
        case .card:
            let condition =
                [SimulatedCard.Condition.missing, .busy, .stalled].randomElement(using: &dice) ?? .busy
            add(.card(condition), at: instant)
            add(.card(.sound), at: instant + dice.skewed(10...3_600_000))
        case .content: drawContent(at: instant)
        case .timetable: drawTimetable(at: instant)
        case .refusal:
            add(.refuse("the file is cut short"), at: instant)
            add(.refuse(nil), at: instant + dice.skewed(1000...86_400_000))
        case .network:
            add(.network(isUp: false), at: instant)
            add(.network(isUp: true), at: instant + dice.skewed(1000...2_000_000_000))
        case .configuration:
            var other = village
            other.bands[0].ceilingDecibels = -20
            other.bands[1].to = 19 * 60 + 1
            other.amplifier = dice.chance(0.5) ? nil : village.amplifier
            add(.configure(other.settings), at: instant)
            add(.configure(village.settings), at: instant + dice.skewed(1000...86_400_000))
        case .amplifier:
            add(.amplifierFails(true), at: instant)
            add(.amplifierFails(false), at: instant + dice.skewed(1000...86_400_000))
        case .alert: drawAlert(at: instant)
        case .stop, .play, .mute, .volume: drawPerson(fault, at: instant)
        }
    }

    /// The cut, and often others right after the power came back.
    private mutating func cutPower(at instant: Instant) {
        var at = instant
        repeat {
            let outage = dice.skewed(500...20_000_000)
            add(.powerCut(for: outage), at: at)
            at = at + outage + .seconds(18) + dice.milliseconds(1000...15_000)
        } while dice.chance(0.4)
    }

    private mutating func kill(at instant: Instant) {
        var at = instant
        repeat {
            let pause = dice.skewed(50...3000)
            add(.kill(restartAfter: pause), at: at)
            at = at + pause + dice.skewed(1...15_000)
        } while dice.chance(0.5)
    }

    private mutating func drawClock(_ fault: Fault, at instant: Instant) {
        switch fault {
        case .step:
            let steps: [Duration] = [
                .seconds(3600), .seconds(-3600), .seconds(2), .seconds(-2), .milliseconds(-1), .seconds(-600),
                .seconds(86_400 * 365 * 73), .seconds(-86_400 * 365 * 20),
            ]
            add(.step(steps.randomElement(using: &dice) ?? .zero), at: instant)
            add(.synchronise, at: instant + dice.skewed(100...3_600_000))
        case .clockBoot:
            let walls: [World.WallAtBoot] = [
                .epoch, .lastShutdown, .behind(.seconds(14 * 86_400)), .carried(off: .seconds(-3)),
                .carried(off: .seconds(1)),
            ]
            let delays: [Duration?] = [.zero, .seconds(40), .seconds(6 * 3600), nil]
            add(
                .bootClock(
                    walls.randomElement(using: &dice) ?? .epoch,
                    synchronisesAfter: delays.randomElement(using: &dice) ?? nil), at: instant)
            let end = instant + dice.skewed(60_000...200_000_000)
            add(.bootClock(.carried(off: .zero), synchronisesAfter: .seconds(2)), at: end)
            add(.synchronise, at: end)
        default:
            add(.loseSynchronisation, at: instant)
            add(.synchronise, at: instant + dice.skewed(1000...400_000_000))
        }
    }

    private mutating func drawDisk(_ fault: Fault, at instant: Instant) {
        let length = dice.skewed(10...20_000_000)
        switch fault {
        case .disk:
            let all: [SimulatedStore.Behaviour] = [.refuses, .refusesButKeeps, .stalls]
            add(.disk(all.randomElement(using: &dice) ?? .stalls), at: instant)
            add(.disk(.sound), at: instant + length)
        case .fullRun:
            add(.runFull(true), at: instant)
            add(.runFull(false), at: instant + length)
        default:
            add(.keepInFlight(Int.random(in: 0...3, using: &dice), isTorn: dice.chance(0.5)), at: instant)
        }
    }

    private mutating func drawContent(at instant: Instant) {
        guard let programme = village.programmes.randomElement(using: &dice),
            let item = programme.items.randomElement(using: &dice)
        else { return }
        let key = (programme.isEmergency ? "xa/emergency/" : "xa/") + item.path
        let sound = SimulatedContent(duration: .seconds(item.seconds))
        add(
            .content(key, dice.chance(0.5) ? nil : SimulatedContent(duration: .zero, problem: "garbage")),
            at: instant)
        add(.content(key, sound), at: instant + dice.skewed(1000...86_400_000))
    }

    private mutating func drawTimetable(at instant: Instant) {
        var other = village
        let index = Int.random(in: 0..<other.programmes.count, using: &dice)
        switch Int.random(in: 0..<5, using: &dice) {
        case 0: other.programmes.remove(at: index)
        case 1: other.programmes[index].start = other.programmes[index].start.dropLast(4) + "0715"
        case 2: other.programmes[index].duration = "PT40S"
        case 3: other.programmes[index].late = "JOIN"
        default: break
        }
        add(.publish(other.timetable), at: instant)
        // The station looks once an hour, or when it is told to.
        add(.configure(village.settings), at: instant + .milliseconds(1))
        let back = instant + dice.skewed(1000...200_000_000)
        add(.publish(timetable), at: back)
        add(.configure(village.settings), at: back + .milliseconds(1))
    }

    private mutating func drawPerson(_ fault: Fault, at instant: Instant) {
        let person = dice.chance(0.95) ? operatorPerson : Person(uid: 1000, name: "khach", mayAct: false)
        switch fault {
        case .stop: add(.command(.stop, person), at: instant)
        case .play:
            let commands: [Command] = [
                .playFile(token: 1, name: "loi-noi.wav"), .playProgramme("sang"), .playProgramme("khong-co"),
                .test,
                .status, .next(days: 2),
            ]
            add(.command(commands.randomElement(using: &dice) ?? .test, person), at: instant)
        case .mute:
            add(.command(.mute(for: dice.skewed(1000...40_000_000), reason: "đám tang"), person), at: instant)
            if dice.chance(0.3) {
                add(.command(.unmute, person), at: instant + dice.skewed(1000...4_000_000))
            }
        default:
            add(
                .command(.volume(decibels: -Double(Int.random(in: 0...30, using: &dice))), person),
                at: instant)
        }
    }
}
