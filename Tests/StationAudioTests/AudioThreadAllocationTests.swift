import AllocationProbe
import CLinux
import Glibc
@testable import StationAudio
import Testing

/// One at a time: the probe watches one thread of the process.
@Suite(.serialized) struct AudioThreadAllocationTests {
    @Test("the audio thread neither allocates nor frees while it plays, and the probe would see it")
    func allocations() throws {
        try #require(allocation_probe_exists(), "built without the probe")
        // The probe sees an allocation of this thread, before its silence is trusted: one of the C library's own, for
        // the optimiser leaves out what is freed unused.
        allocation_probe_watch(pthread_self())
        fclose(fopen("/dev/null", "r"))
        let seen = allocation_probe_count()
        allocation_probe_watch(0)
        #expect(seen == 2)

        let station = try AudioThreadStation(channels: 2)
        station.output.prepare()
        let ring = ProgrammeRing(frames: 48_000, channels: 2)
        let order = CardOrder(id: 1, start: .at(CLinux_monotonic() + milliseconds(400)), permitEnd: .max)
        #expect(station.output.play(order, from: ring))
        station.wait { if case .opened = $0 { true } else { nil } }
        usleep(100_000)
        // From silence through the start, an item's end, a starved ring, to a stop.
        allocation_probe_watch(pthread_t(station.output.threadHandle))
        _ = ring.beginItem()
        ring.write((0..<48_000).map { _ in Float(0.5) })
        _ = ring.beginItem()
        ring.write((0..<24_000).map { _ in Float(0.25) })
        _ = try #require(station.start(of: 1))
        usleep(1_500_000)
        station.output.stops.ask(order: 1)
        let result = try #require(station.result(of: 1))
        #expect(allocation_probe_count() == 0)
        // The same thread, when it closes the card, is seen to free.
        station.output.release()
        usleep(300_000)
        #expect(allocation_probe_count() > 0)
        allocation_probe_watch(0)
        #expect(result.framesConsumed == 36_000 && result.framesStarved > 0)
        _ = station.finish()
    }
}
