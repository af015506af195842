import CLinux
import CardCapture
import StationAudio
import Testing

@Suite struct AudioThreadStartTests {
    @Test(
        "T4 the first frame leaves the card at the slot's instant",
        arguments: [(0.0, UInt32(0), 50.0), (180, 0, 50), (-180, 0, 50), (60, 10_000, 1000)])
    func startError(partsPerMillion: Double, step: UInt32, microseconds: Double) throws {
        let station = try AudioThreadStation { card in
            card.setRateError(partsPerMillion: partsPerMillion)
            card.stepMicroseconds = step
        }
        station.output.prepare()
        let start = CLinux_monotonic() + milliseconds(2500)
        let ring = programme(9_600)
        #expect(
            station.output.play(
                CardOrder(id: 7, start: .at(start), permitEnd: start + milliseconds(5000)), from: ring))
        let result = try #require(station.result(of: 7))
        #expect(station.output.close())
        let run = try #require(station.card.capture().runs.last)
        let first = try #require(run.sounding.first)
        let error = (run.instant(ofFrame: first) - Double(start)) / 1000
        let told = try #require(station.start(of: 7))
        print("error \(error) µs, told \(told.error) µs by \(told.method)", result)
        #expect(abs(error) <= microseconds)
        #expect(abs(told.error - error) <= microseconds)
        #expect(told.method == (step == 0 ? .delayFit : .envelopeFit))
        #expect(result.cause == .completed)
        #expect(result.framesConsumed == 9_600)
        #expect(run.sounding.map { run[$0] } == (0..<9_600).map { run[first] * 0 + ramp($0) })
    }
}
