import CLinux
import CardCapture
import Glibc
import StationAudio

/// A simulated card, its output, and the reports it gave: what every test of the audio thread needs.
final class AudioThreadStation {
    let card = SimulatedCardFolder()
    let output: CardOutput
    private(set) var reports: [CardReport] = []

    init(
        rate: Int = 48_000, channels: Int = 1, bufferMilliseconds: Int = 500,
        _ configure: (SimulatedCardFolder) -> Void = { _ in }
    ) throws {
        _ = SimulatedCardConfiguration.path
        configure(card)
        output = try CardOutput(
            settings: CardSettings(
                device: card.device(), rate: rate, channels: channels, bufferMilliseconds: bufferMilliseconds)
        )
    }

    /// Waits for a report, and returns what it is asked for; nil after `seconds`.
    @discardableResult
    func wait<Answer>(_ seconds: Double = 10, for wanted: (CardReport) -> Answer?) -> Answer? {
        let limit = CLinux_monotonic() + Int64(seconds * 1e9)
        var looked = 0
        while true {
            while looked < reports.count {
                if let answer = wanted(reports[looked]) { return answer }
                looked += 1
            }
            let left = limit - CLinux_monotonic()
            guard left > 0 else { return nil }
            CLinux_wait_readable(output.reportDescriptor, left)
            reports += output.takeReports()
        }
    }

    /// Waits for an order's end.
    func result(of order: UInt64, _ seconds: Double = 10) -> CardResult? {
        wait(seconds) { report in
            if case .ended(order, let result) = report { result } else { nil }
        }
    }

    /// The start of an order, as reported.
    func start(of order: UInt64) -> (instant: Int64, error: Double, method: CardMethod)? {
        for case .started(order, let instant, let error, let method) in reports {
            return (instant, error, method)
        }
        return nil
    }

    func forget() { reports = [] }
}

/// A ramp that tells each frame's number: n is (n mod 8,000 + 1) / 16,000, exactly to be told apart in 16 bits.
func ramp(_ frame: Int) -> Float { Float(frame % 8_000 + 1) / 16_000 }

/// A ring with a finished programme of so many frames.
func programme(_ frames: Int, channels: Int = 1, value: (Int) -> Float = ramp) -> ProgrammeRing {
    let ring = ProgrammeRing(frames: frames, channels: channels)
    _ = ring.beginItem()
    var samples: [Float] = []
    for frame in 0..<frames { for _ in 0..<channels { samples.append(value(frame)) } }
    precondition(ring.write(samples.span) == frames)
    ring.finish()
    return ring
}

func milliseconds(_ count: Int64) -> Int64 { count * 1_000_000 }
