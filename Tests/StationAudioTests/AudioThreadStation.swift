import CLinux
import CardCapture
import Glibc
@testable import StationAudio

/// A simulated card, its output, and the reports it gave: what every test of the audio thread needs.
final class AudioThreadStation {
    let card: SimulatedCardFolder
    let output: CardOutput
    private(set) var reports: [CardReport] = []

    init(
        card: SimulatedCardFolder = SimulatedCardFolder(), device: String? = nil, rate: Int = 48_000,
        channels: Int = 1,
        bufferMilliseconds: Int = 500
    ) throws {
        _ = SimulatedCardConfiguration.path
        self.card = card
        output = try CardOutput(
            settings: CardSettings(
                device: device ?? card.device(), rate: rate, channels: channels,
                bufferMilliseconds: bufferMilliseconds))
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

    /// Waits for a report to come.
    func wait(_ seconds: Double = 10, until wanted: CardReport) -> Bool {
        wait(seconds) { $0 == wanted ? true : nil } ?? false
    }

    /// Waits for an order's end.
    func result(of order: UInt64, _ seconds: Double = 20) -> CardResult? {
        wait(seconds) { report in
            if case .ended(order, let result) = report { result } else { nil }
        }
    }

    /// Waits for an order's start.
    @discardableResult
    func start(of order: UInt64, _ seconds: Double = 10) -> Start? {
        wait(seconds) { report in
            if case .started(order, let instant, let error, let method) = report {
                Start(instant: instant, error: error, method: method)
            } else {
                nil
            }
        }
    }

    struct Start {
        var instant: Int64
        var error: Double
        var method: CardMethod
    }

    /// Every loss that was told.
    var losses: [CardLoss] {
        reports.compactMap { if case .lost(_, let loss) = $0 { loss } else { nil } }
    }

    /// Closes the output, and reads what left the card, run by run.
    func finish() -> [CardCapture.Run] {
        reports += output.takeReports()
        precondition(output.close(), "the audio thread is stuck")
        return card.capture().runs
    }
}

/// A ramp that tells each frame's number: n mod 8,000, exact in 16 bits, and never silent.
func ramp(_ frame: Int) -> Float { Float(frame % 8_000 + 1) / 16_000 }

extension CardCapture.Run {
    /// The numbers of the ramp's frames that left, in their order.
    var numbers: [Int] { sounding.map { Int((self[$0] * 16_000).rounded()) - 1 } }
}

/// A ring with a finished programme of so many frames, with items that begin at `items`.
func programme(
    _ frames: Int, channels: Int = 1, items: [Int] = [0], value: (Int) -> Float = ramp
) -> ProgrammeRing {
    let ring = ProgrammeRing(frames: frames, channels: channels)
    var samples: [Float] = []
    for frame in 0..<frames {
        if items.contains(frame) {
            precondition(ring.write(samples) == samples.count / channels && ring.beginItem())
            samples = []
        }
        for _ in 0..<channels { samples.append(value(frame)) }
    }
    precondition(ring.write(samples) == samples.count / channels)
    ring.finish()
    return ring
}

extension ProgrammeRing {
    /// Writes as many frames as fit, and says how many.
    @discardableResult
    func write(_ samples: [Float]) -> Int { write(samples.span) }
}

/// Writes an endless ramp into a ring on a thread of its own, as a decoder would, until its order is over.
final class RampProducer {
    let ring: ProgrammeRing
    private var thread = pthread_t()

    init(ring: ProgrammeRing) {
        self.ring = ring
        let body = Unmanaged.passRetained(ring)
        pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                let ring = Unmanaged<ProgrammeRing>.fromOpaque(argument).takeRetainedValue()
                _ = ring.beginItem()
                while !ring.isAbandoned {
                    let next = ring.written
                    let samples = (0..<960).map { ramp(next + $0) }
                    var written = 0
                    while written < 960, !ring.isAbandoned {
                        let rest = Array(samples[written...])
                        written += ring.write(rest)
                        if written < 960 { CLinux_pause(milliseconds(5)) }
                    }
                }
                return nil
            }, body.toOpaque())
    }

    /// Waits until the order is over.
    func join() { pthread_join(thread, nil) }
}

func milliseconds(_ count: Int64) -> Int64 { count * 1_000_000 }
