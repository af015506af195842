import Testing

@testable import StationCore

/// What several plays of one slot come to together.
struct MeasuredTests {
    private static let now = Now(
        wall: Instant(seconds: 1_800_000_000), monotonic: MonotonicInstant(nanoseconds: 0),
        isSynchronised: true, errorMicroseconds: 0)

    private static func playback(_ frames: Int64, of planned: Int64, rate: Int) -> Playback {
        Playback(
            framesConsumed: frames, framesPlanned: planned, rate: rate,
            items: [Playback.Item(index: 0, framesConsumed: frames)])
    }

    @Test("frames of a card that was replaced in the midst by one of another rate are counted as that one's")
    func rates() {
        var sum = Measured().adding(Self.playback(48_000, of: 144_000, rate: 48_000), at: Self.now)
        #expect(sum.rate == 48_000 && sum.framesConsumed == 48_000)
        sum = sum.adding(Self.playback(88_200, of: 132_300, rate: 44_100), at: Self.now)
        #expect(sum.rate == 44_100 && sum.framesConsumed == 132_300 && sum.framesPlanned == 132_300)
        #expect(sum.items[0]?.framesConsumed == 132_300)
        // A play that never had a card says nothing of its rate.
        sum = sum.adding(Playback(), at: Self.now)
        #expect(sum.rate == 44_100 && sum.framesConsumed == 132_300)
    }
}
