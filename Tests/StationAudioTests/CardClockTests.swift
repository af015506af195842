@testable import StationAudio
import Testing

/// A card's position as it might be read: with a clock that drifts, readings that take time, and steps.
private struct SyntheticCard {
    var rate = 48_000.0
    var partsPerMillion = 0.0
    var step = 1.0
    /// Where the stream's frame 0 left, far from 0 as after weeks of uptime.
    var start: Int64 = 4_000_000_000_000_000
    /// One reading in so many is held up on its way in, and one in as many on its way out.
    var heldUpOneIn: Int64 = 10
    var random: UInt64

    func frame(at instant: Int64) -> Double {
        Double(instant - start) * 1e-9 * rate * (1 + partsPerMillion * 1e-6)
    }

    /// xorshift: the same numbers in every run.
    mutating func next(_ bound: Int64) -> Int64 {
        random ^= random << 13
        random ^= random >> 7
        random ^= random << 17
        return Int64(random % UInt64(bound))
    }

    /// One reading; if it is held up, for up to 3 ms.
    mutating func read(at instant: Int64) -> CardReading {
        let before = instant
        let sampled = before + 300 + next(700) + (next(heldUpOneIn) == 0 ? next(3_000_000) : 0)
        let after = sampled + 300 + next(700) + (next(heldUpOneIn) == 0 ? next(3_000_000) : 0)
        return CardReading(
            before: before, after: after, frame: Int((frame(at: sampled) / step).rounded(.down) * step))
    }
}

@Suite struct CardClockTests {
    @Test(
        "the line through held-up readings tells an instant to 15 µs, and the rate to 15 ppm, after 2 s",
        arguments: [-200.0, -37, 0, 80, 200], [UInt64(1), 2, 3])
    func fine(partsPerMillion: Double, seed: UInt64) {
        var card = SyntheticCard(
            partsPerMillion: partsPerMillion, heldUpOneIn: 2, random: seed &* 0x9E37_79B9_7F4A_7C15)
        var clock = CardClock(rate: 48_000)
        var now = card.start + 1_000_000
        let end = card.start + 2_000_000_000
        while now < end {
            var burst: [CardReading] = []
            for _ in 0..<7 {
                burst.append(card.read(at: now))
                now = burst[burst.count - 1].after
            }
            clock.take(burst.span)
            now += 20_000_000 + card.next(5_000_000)
        }
        let later = end + 500_000_000
        #expect(abs(clock.frame(at: later) - card.frame(at: later)) < 48e3 * 15e-6)
        let instant = clock.instant(ofFrame: card.frame(at: later))
        #expect(abs(instant - later) < 15_000)
        #expect(abs(clock.partsPerMillion - partsPerMillion) < 15)
        #expect(clock.method == .delayFit)
    }

    @Test(
        "steps are noticed, and their edges tell an instant to 0.5 ms",
        arguments: [1.0, 2, 5, 10, 20], [-200.0, 0, 200])
    func stepped(milliseconds: Double, partsPerMillion: Double) {
        var card = SyntheticCard(partsPerMillion: partsPerMillion, step: milliseconds * 48, random: 77)
        var clock = CardClock(rate: 48_000)
        var now = card.start + 1_000_000
        let end = card.start + 2_000_000_000
        while now < end {
            // As the audio thread looks for an edge: readings in a row until one is enclosed.
            let limit = now + 45_000_000
            var last = card.read(at: now)
            while last.after < limit {
                let next = card.read(at: last.after + 100_000)
                if clock.take(edgeFrom: last, to: next) { break }
                last = next
            }
            now = last.after + 25_000_000 + card.next(5_000_000)
        }
        #expect(clock.isStepped && clock.method == .envelopeFit)
        #expect(clock.step <= Int(milliseconds * 48) && clock.step > Int(milliseconds * 24))
        let later = end + 500_000_000
        #expect(abs(clock.frame(at: later) - card.frame(at: later)) < 48e3 * 0.5e-3)
    }

    @Test("a position that moves frame by frame has no steps, however its readings are held up")
    func noSteps() {
        var card = SyntheticCard(random: 5)
        var clock = CardClock(rate: 48_000)
        var last = card.read(at: card.start + 1_000_000)
        for _ in 0..<2_000 {
            let next = card.read(at: last.after + 200_000)
            let isEdge = clock.take(edgeFrom: last, to: next)
            #expect(!isEdge)
            last = next
        }
        #expect(!clock.isStepped)
    }

    @Test("a stream that starts anew knows the card's rate from its first readings")
    func restarted() {
        var card = SyntheticCard(partsPerMillion: 150, random: 9)
        var clock = CardClock(rate: 48_000)
        for round in 0..<100 {
            let readings = [card.read(at: card.start + Int64(round) * 40_000_000)]
            clock.take(readings.span)
        }
        card.start += 5_000_000_000
        clock = clock.restarted()
        #expect(!clock.isKnown)
        for round in 0..<3 {
            let readings = [card.read(at: card.start + 1_000_000 + Int64(round) * 20_000_000)]
            clock.take(readings.span)
        }
        #expect(abs(clock.partsPerMillion - 150) < 15)
        let later = card.start + 1_000_000_000
        #expect(abs(clock.frame(at: later) - card.frame(at: later)) < 2)
    }

    @Test("one wild reading changes nothing; a card whose rate did change is followed")
    func wildReadings() {
        var card = SyntheticCard(random: 11)
        var clock = CardClock(rate: 48_000)
        var now = card.start
        func take(_ count: Int, _ off: Int = 0) {
            for _ in 0..<count {
                var reading = card.read(at: now)
                reading.frame += off
                clock.take([reading, reading].span)
                now += 100_000_000
            }
        }
        take(50)
        let before = clock.partsPerMillion
        take(1, 500)
        #expect(abs(clock.partsPerMillion - before) < 1e-9)
        // From here on 100 ppm faster, without a jump.
        let frame = card.frame(at: now)
        card.partsPerMillion = 100
        card.start = now - Int64(frame / (48_000 * 1.0001) * 1e9)
        take(100)
        #expect(abs(clock.partsPerMillion - 100) < 10)
        #expect(abs(clock.frame(at: now) - card.frame(at: now)) < 2)
    }
}
