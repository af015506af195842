import StationCore
import StationSimulator

/// What happens to a station in its year.
enum Story: CaseIterable {
    /// A cut now and then.
    case steady
    /// A cut each week, of hours; the daemon is killed at times.
    case stormy
    /// Cuts every other day, nobody tells the time for hours.
    case remote
    /// The card fails for some hours, often.
    case looseCard
    /// Funerals and exams: muted.
    case muted
    /// People stop it.
    case stopped
    /// A programme's file is missing for weeks.
    case withoutContent
    /// The card is gone for the last tenth of the time.
    case cardGone
    /// The power is gone for the last twentieth of the time: nothing is heard of it any more.
    case silent
    /// Plays on a card that proves nothing.
    case unproven
    /// Put up when a third of the time was over.
    case late
    /// Off for so long that not every slot is judged.
    case locked

    /// The story of a simulated station: the common ones come first, and often.
    static func of(_ number: Int) -> Story { allCases[number % allCases.count] }

    /// Which of the simulated stations a station follows: of fifty, a handful need a visit.
    static func template(of number: Int, among count: Int) -> Int {
        let usual = 7
        let round = count / allCases.count
        guard round > 0 else { return number % count }
        if number % 10 == 7, number % 50 < 48 {
            // 7, 17, 27, 37, 47 of each fifty: the five stories that end badly, in turn.
            return usual + number / 10 % (allCases.count - usual) + number / 50 % round * allCases.count
        }
        // Half are steady; the others have the usual mishaps.
        let story = number.isMultiple(of: 2) ? 0 : number / 2 % usual
        return story + number / 14 % round * allCases.count
    }

    /// When it is put up.
    func installed(after days: Int) -> Duration {
        self == .late ? .seconds(days / 3 * 86_400 + 9 * 3600) : .seconds(-6 * 3600)
    }

    /// Schedules what happens.
    func strike(_ world: World, from begin: Instant, days: Int, seed: UInt64) {
        var dice = Dice(seed: seed)
        func cuts(_ perYear: Int, _ hours: ClosedRange<Double>) {
            for _ in 0..<max(1, perYear * days / 365) {
                world.schedule(
                    .powerCut(for: .seconds(Int(dice.number(in: hours) * 3600))),
                    at: begin + .seconds(Int(dice.number(in: 0...1) * Double(days) * 86_400)))
            }
        }
        func often(_ perYear: Int, _ body: (Instant, inout Dice) -> Void) {
            for _ in 0..<max(1, perYear * days / 365) {
                body(begin + .seconds(Int(dice.number(in: 0...1) * Double(days) * 86_400)), &dice)
            }
        }
        let shift = dice.number(in: -0.04...0.04)
        func day(_ share: Double) -> Instant {
            begin + .seconds(Int(Double(days) * (share + shift)) * 86_400 + 31_000)
        }
        let person = Person(uid: 0, name: "truc-loa", mayAct: true)
        cuts(self == .unproven ? 1 : 4, 0.1...3)
        switch self {
        case .steady, .late: break
        case .stormy:
            cuts(40, 0.2...14)
            often(20) { at, _ in world.schedule(.kill(restartAfter: .seconds(3)), at: at) }
        case .remote:
            world.carryOut(.bootClock(.epoch, synchronisesAfter: .seconds(5400)))
            cuts(150, 0.05...1.5)
        case .looseCard:
            often(30) { at, dice in
                world.schedule(.card(dice.number(in: 0...1) < 0.6 ? .missing : .stalled), at: at)
                world.schedule(.card(.sound), at: at + .seconds(Int(dice.number(in: 600...40_000))))
            }
        case .muted:
            often(14) { at, dice in
                world.schedule(
                    .command(
                        .mute(for: .seconds(Int(dice.number(in: 4...60) * 3600)), reason: "đám tang"), person),
                    at: at)
            }
        case .stopped:
            for day in 0..<days where dice.number(in: 0...1) < 0.12 {
                world.schedule(
                    .command(.stop, person),
                    at: begin + .seconds(day * 86_400 + 5 * 3600 + Int(dice.number(in: 60...700))))
            }
        case .withoutContent:
            world.schedule(.content("xa/giam-ngheo-1.mp3", nil), at: day(0.5))
            world.schedule(.content("xa/giam-ngheo-2.mp3", nil), at: day(0.5))
            world.schedule(
                .content("xa/giam-ngheo-1.mp3", SimulatedContent(duration: .seconds(300))), at: day(0.62))
            world.schedule(
                .content("xa/giam-ngheo-2.mp3", SimulatedContent(duration: .seconds(300))), at: day(0.62))
        case .cardGone: world.schedule(.card(.missing), at: day(0.9))
        case .silent: world.schedule(.powerCut(for: .seconds(400 * 86_400)), at: day(0.95))
        case .unproven: world.schedule(.cardProvesNothing(true), at: day(0.7))
        case .locked: world.schedule(.powerCut(for: .seconds(55 * 86_400)), at: day(0.4))
        }
    }
}

/// A generator of numbers that only its seed decides (SplitMix64).
struct Dice {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0xD1B5_4A32_D192_ED03 }

    mutating func number(in range: ClosedRange<Double>) -> Double {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        mixed ^= mixed >> 31
        return range.lowerBound + Double(mixed >> 11) / Double(1 << 53)
            * (range.upperBound - range.lowerBound)
    }
}
