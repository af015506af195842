@testable import StationAudio
import Testing

@Suite struct ClockLockTests {
    /// A decoder, two seconds of ring, and a card with a clock of its own: how late the content leaves, at each second.
    private func play(
        card partsPerMillion: Double, knownAs known: Double, startError: Double, seconds: Int
    ) -> [Double] {
        let rate = 48_000.0
        let start: Int64 = 1_000_000_000_000
        let first = start + Int64(startError * 1e9)
        let actual = Timeline(frame: 0, instant: first, rate: rate, partsPerMillion: partsPerMillion)
        var lock = ClockLock(start: start)
        var frame = 0.0
        var content = 0.0
        var errors: [Double] = []
        while frame < Double(seconds) * rate {
            // The card's rate is known roughly before the start, and exactly some seconds after it.
            let heard = frame / rate - 2
            let measured = heard < 3 ? known : partsPerMillion
            let now = max(heard, 0)
            let line = Timeline(
                frame: actual.frame(at: first + Int64(now * 1e9)), instant: first + Int64(now * 1e9),
                rate: rate,
                partsPerMillion: measured)
            let correction = lock.correction(frame: Int(frame), content: content, timeline: line)
            #expect(abs(correction) <= ClockLock.limit)
            frame += 960
            content += 960 / (1 + correction * 1e-6)
            let leaves = Double(actual.instant(ofFrame: frame) - start) * 1e-9
            errors.append((leaves - content / rate) * 1e6)
        }
        return errors
    }

    @Test(
        "the programme is within 0.1 ms of the clock after 10 s, whatever the card's clock does",
        arguments: [-100.0, -20, 0, 50, 100], [0.0, 0.0003, -0.0003])
    func converges(partsPerMillion: Double, startError: Double) {
        let errors = play(card: partsPerMillion, knownAs: 0, startError: startError, seconds: 30)
        let afterTen = errors[(10 * 50)...]
        #expect(afterTen.allSatisfy { abs($0) < 100 })
        #expect(errors.suffix(100).allSatisfy { abs($0) < 5 })
    }

    @Test("a jump of a whole second is worked off no faster than the limit, and without overshoot")
    func bounded() {
        let errors = play(card: 0, knownAs: 0, startError: 0.01, seconds: 60)
        #expect(
            zip(errors, errors.dropFirst()).allSatisfy { $1 <= $0 + 1e-6 && $0 - $1 < 20.1e3 * 500e-6 * 1.01 }
        )
        #expect(errors.allSatisfy { $0 > -1 })
    }

    @Test("T12 what begins late keeps to the clock from there, from its first frame; what joins is hurried")
    func beginsLate() {
        let start: Int64 = 1_000_000_000_000
        func correction(begins late: Int64, mayBeginLate: Bool, hasBegun: Bool) -> Double {
            var lock = ClockLock(start: start, mayBeginLate: mayBeginLate)
            if hasBegun { lock.begin(at: start + late) }
            let line = Timeline(frame: 0, instant: start + late, rate: 48_000, partsPerMillion: 0)
            return lock.correction(frame: 9_600, content: 9_600, timeline: line)
        }
        for hasBegun in [false, true] {
            #expect(correction(begins: 1_500_000_000, mayBeginLate: true, hasBegun: hasBegun) == 0)
            #expect(
                correction(begins: 1_500_000_000, mayBeginLate: false, hasBegun: hasBegun) == -ClockLock.limit
            )
            // 0.1 ms is an error of the start, and is worked off.
            #expect(abs(correction(begins: 100_000, mayBeginLate: true, hasBegun: hasBegun) + 50) < 1)
        }
        // What a timeline says after the beginning does not move it.
        var lock = ClockLock(start: start, mayBeginLate: true)
        lock.begin(at: start)
        let line = Timeline(frame: 0, instant: start + 2_000_000, rate: 48_000, partsPerMillion: 0)
        #expect(lock.correction(frame: 0, content: 0, timeline: line) == -ClockLock.limit)
    }

    @Test("without a timeline nothing is corrected")
    func unknown() {
        var lock = ClockLock(start: 0)
        #expect(lock.correction(frame: 100, content: 100, timeline: nil) == 0)
    }
}
