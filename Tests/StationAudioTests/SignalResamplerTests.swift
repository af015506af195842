import Foundation
import Testing

@testable import StationAudio

/// Runs a whole signal through a resampler in uneven pieces.
func resampled(_ input: [Float], from: Int, to: Int, ppm: Double = 0) -> [Float] {
    var resampler = Resampler(from: from, to: to, channels: 1)
    let step = ProgrammeStep(correctionPPM: ppm)
    var (output, fed, piece) = ([Float](), 0, 1)
    var room = [Float](repeating: 0, count: 700)
    while !resampler.isFinished {
        let count = room.withUnsafeMutableBufferPointer { room in
            resampler.pull([room.base], frames: 700, step: step)
        }
        output += room[..<count]
        if count > 0 || resampler.isFinished { continue }
        piece = min(piece * 7 % 1_009, input.count - fed)
        if piece == 0 {
            resampler.finish(outputs: (2 * input.count * to + from) / (2 * from))
        } else {
            resampler.push(piece) { _, skipped, row in
                _ = row.update(fromContentsOf: input[(fed + skipped)..<(fed + piece)])
            }
            fed += piece
        }
    }
    return output
}

@Suite("The resampler")
struct SignalResamplerTests {
    /// Rates, correction, and what of the lower rate the tone is.
    static let tones: [(from: Int, to: Int, ppm: Double, part: Double)] = [
        (44_100, 48_000, 0, 0.02), (44_100, 48_000, 0, 0.25), (44_100, 48_000, 0, 0.44),
        (44_100, 48_000, 0, 0.4),
        (44_100, 48_000, 137, 0.4), (44_100, 48_000, -500, 0.3), (44_100, 48_000, 37, 0.48),
        (48_000, 44_100, 0, 0.4), (48_000, 44_100, 21, 0.4), (8_000, 48_000, 0, 0.4),
        (22_050, 48_000, 3, 0.4), (96_000, 48_000, 0, 0.4), (44_099, 48_000, 0, 0.4),
        (48_000, 48_000, 100, 0.4), (11_025, 44_100, -77, 0.1), (192_000, 44_100, 0, 0.4),
    ]

    @Test(
        "A tone comes out as that tone and nothing else down to −90 dB, at its place in time",
        arguments: tones)
    func tone(_ from: Int, _ to: Int, _ ppm: Double, _ part: Double) {
        let frequency = part * Double(min(from, to))
        let input = sine(from / 12, rate: from, frequency: frequency, amplitude: 0.9, phase: 0.3)
        let output = resampled(input, from: from, to: to, ppm: ppm)
        // The edges are the edges of the tone.
        let edge = 110 * max(1, to / from)
        let middle = Array(output[edge..<(output.count - edge)])
        let fit = Fit(middle, rate: Double(to), frequency: frequency * (1 + ppm * 1e-6))
        #expect(decibels(fit.residual / rms(input)) < -90)
        guard part <= 0.4 else { return }
        #expect(abs(decibels(fit.amplitude / 0.9)) < 0.02)
        let expected = 0.3 + 2 * .pi * frequency * (1 + ppm * 1e-6) * Double(edge) / Double(to)
        #expect(abs(remainder(fit.phase - expected, 2 * .pi)) < 1e-4)
    }

    @Test(
        "What the lower rate cannot hold is gone down to −90 dB",
        arguments: [
            (48_000, 44_100, 22_100.0, 0.0), (48_000, 44_100, 23_500, 55), (96_000, 48_000, 24_100, 0),
            (96_000, 48_000, 47_000, 0), (48_000, 8_000, 4_050, 0), (48_000, 8_000, 20_000, -300),
        ])
    func alias(_ from: Int, _ to: Int, _ frequency: Double, _ ppm: Double) {
        let input = sine(from / 12, rate: from, frequency: frequency, amplitude: 0.9)
        let output = resampled(input, from: from, to: to, ppm: ppm)
        #expect(decibels(rms(output[110..<(output.count - 110)]) / rms(input)) < -90)
    }

    @Test(
        "n frames make round(n · out / in) frames",
        arguments: [(44_100, 48_000), (48_000, 44_100), (8_000, 44_100), (48_000, 48_000), (384_000, 8_000)],
        [0, 1, 2, 3, 146, 147, 1_000, 4_411])
    func length(_ rates: (from: Int, to: Int), _ frames: Int) {
        let output = resampled(noise(frames), from: rates.from, to: rates.to)
        #expect(output.count == Int((Double(frames) * Double(rates.to) / Double(rates.from)).rounded()))
    }

    @Test("At equal rates and without correction nothing is touched")
    func bypass() {
        let input = noise(5_000)
        #expect(resampled(input, from: 44_100, to: 44_100) == input)
    }

    @Test("A constant stays the constant at every phase")
    func constant() {
        let output = resampled([Float](repeating: 0.5, count: 3_000), from: 44_100, to: 48_000, ppm: 311)
        #expect(output[100..<(output.count - 100)].allSatisfy { ($0 - 0.5).magnitude < 1e-6 })
    }

    @Test("Beginning in the middle gives the very samples of the whole")
    func middle() {
        let input = noise(6_000)
        let whole = resampled(input, from: 44_100, to: 48_000)
        for start in [1, 160, 1_001, 3_333] {
            var resampler = Resampler(from: 44_100, to: 48_000, channels: 1, start: .init(frame: start))
            let first = resampler.firstNeededInput
            resampler.skipInput(to: first)
            resampler.push(input.count - first) { _, skipped, row in
                _ = row.update(fromContentsOf: input[(first + skipped)...])
            }
            var output = [Float](repeating: 0, count: 500)
            let count = output.withUnsafeMutableBufferPointer {
                resampler.pull([$0.base], frames: 500, step: .nominal)
            }
            #expect(count == 500)
            #expect(output.elementsEqual(whole[start..<(start + 500)]))
        }
    }

    @Test("A sine is continued as that sine, silence as silence, and nothing grows")
    func continued() {
        let wave = sine(700, rate: 48_000, frequency: 1_234)
        let errors = zip(continuation(of: Array(wave[..<500]), count: 96), wave[500...]).map {
            ($0 - $1).magnitude
        }
        #expect((errors.max() ?? 1) < 1e-5)
        #expect(
            continuation(of: [Float](repeating: 0, count: 500), count: 50) == [Float](repeating: 0, count: 50)
        )
        #expect(continuation(of: [0.1, 0.2], count: 3) == [0, 0, 0])
        let grown = (0..<400).map { Float(pow(1.02, Double($0 - 400))) }
        #expect(continuation(of: grown, count: 500).allSatisfy { $0.magnitude <= 1 })
        #expect(continuation(of: [.nan] + noise(400), count: 9).allSatisfy { $0.isFinite })
    }
}

@Suite("The programme's time axis")
struct SignalPositionTests {
    @Test("The correction is clamped to ±500 ppm, and what is no number is none")
    func clamped() {
        #expect(ProgrammeStep(correctionPPM: 600) == ProgrammeStep(correctionPPM: 500))
        #expect(ProgrammeStep(correctionPPM: -.infinity) == ProgrammeStep(correctionPPM: -500))
        #expect(ProgrammeStep(correctionPPM: .nan) == .nominal)
        #expect(ProgrammeStep.nominal.units == 1 << 32)
    }

    @Test("Positions under changing corrections add up exactly")
    func exact() {
        var timeline = ProgrammeTimeline(start: .init(frame: 1_000))
        var dice = Dice(state: 3)
        // By hand, frame by frame, in units of 2⁻³².
        var expected = [1_000 << 32]
        for _ in 0..<300 {
            let step = ProgrammeStep(correctionPPM: Double.random(in: -500...500, using: &dice))
            let frames = Int.random(in: 1...40, using: &dice)
            timeline.append(frames, step: step)
            for _ in 0..<frames { expected.append((expected.last ?? 0) + step.units) }
        }
        #expect(timeline.outputFrames == expected.count - 1)
        // As far back as 256 corrections; before them within what the drift can be.
        for (frame, units) in expected.enumerated().dropFirst(2_400) {
            let position = timeline.position(ofOutputFrame: frame)
            #expect(position.frame << 32 + Int(position.fraction) == units, "\(frame)")
        }
        #expect(abs(timeline.position(ofOutputFrame: 0).frame - 1_000) <= 1)
        for frame in stride(from: 4_000, to: 6_000, by: 37) {
            let output = timeline.outputFrame(ofProgrammeFrame: frame)
            #expect(timeline.position(ofOutputFrame: output) >= .init(frame: frame))
            #expect(timeline.position(ofOutputFrame: output - 1) < .init(frame: frame))
        }
    }
}
