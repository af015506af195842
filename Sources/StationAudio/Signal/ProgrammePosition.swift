// The programme's own time axis: nominal frames at the card's rate, whatever the drift correction does.

/// A place in a programme: nominal frames at the card's rate since its first item's first frame.
package struct ProgrammePosition: Hashable, Comparable, Sendable {
    /// Whole frames.
    package var frame: Int
    /// The part of a frame beyond, in units of 2⁻³².
    package var fraction: UInt32

    /// Makes a position.
    package init(frame: Int, fraction: UInt32 = 0) {
        self.frame = frame
        self.fraction = fraction
    }

    package static func < (left: Self, right: Self) -> Bool {
        (left.frame, left.fraction) < (right.frame, right.fraction)
    }

    /// The position `frames` output frames later, exactly.
    package func advanced(by frames: Int, step: ProgrammeStep) -> Self {
        // Beyond one frame each, a step has at most 22 bits, so 2⁴¹ frames fit.
        let drift = frames * (step.units - ProgrammeStep.nominal.units) + Int(fraction)
        return Self(frame: frame + frames + drift >> 32, fraction: UInt32(truncatingIfNeeded: drift))
    }
}

/// How much of the programme one output frame plays: 1 without drift correction.
package struct ProgrammeStep: Hashable, Sendable {
    /// The step in units of 2⁻³² frames.
    let units: Int

    /// One programme frame for each output frame.
    package static let nominal = Self(correctionPPM: 0)

    /// The furthest that the correction goes to either side, in parts per million.
    package static let maximumPPM = 500.0

    /// Makes the step that plays `correctionPPM` parts per million faster than the card's nominal rate.
    ///
    /// It is clamped to ±500; NaN counts as none.
    package init(correctionPPM: Double) {
        let clamped = correctionPPM.isNaN ? 0 : min(Self.maximumPPM, max(-Self.maximumPPM, correctionPPM))
        units = 1 << 32 + Int((clamped * 1e-6 * 4_294_967_296).rounded())
    }
}

/// Which place of the programme each output frame plays.
///
/// An output frame is one that `ProgrammeReader.read` returned, counted from 0. A value: copy it to where
/// positions are asked for.
package struct ProgrammeTimeline: Sendable {
    /// From this output frame on the programme goes on from `position` in steps of `step`.
    private struct Stretch {
        let output: Int
        let position: ProgrammePosition
        let step: ProgrammeStep
    }

    private var stretches: [Stretch]
    /// The place of the output frame that comes next.
    private(set) var end: ProgrammePosition
    /// Output frames that have a place.
    package private(set) var outputFrames = 0

    /// Corrections that are remembered; before the oldest of them positions are reckoned with its step.
    private static let maximumStretches = 256

    /// Makes the timeline of a programme that is played from `start` on.
    init(start: ProgrammePosition) {
        end = start
        stretches = [Stretch(output: 0, position: start, step: .nominal)]
    }

    /// Notes that `frames` more output frames were made with `step`.
    mutating func append(_ frames: Int, step: ProgrammeStep) {
        if let last = stretches.last, last.step != step {
            if last.output == outputFrames { stretches.removeLast() }
            if stretches.count == Self.maximumStretches { stretches.removeFirst() }
            stretches.append(Stretch(output: outputFrames, position: end, step: step))
        }
        end = end.advanced(by: frames, step: step)
        outputFrames += frames
    }

    /// The place in the programme that output frame `frame` plays; exact as far back as 256 corrections.
    package func position(ofOutputFrame frame: Int) -> ProgrammePosition {
        let stretch = stretches.last { $0.output <= frame } ?? stretches[0]
        return stretch.position.advanced(by: frame - stretch.output, step: stretch.step)
    }

    /// The first output frame that plays `frame` of the programme or what follows it.
    package func outputFrame(ofProgrammeFrame frame: Int) -> Int {
        let target = ProgrammePosition(frame: frame)
        let stretch = stretches.last { $0.position <= target } ?? stretches[0]
        var output = stretch.output + (frame - stretch.position.frame)
        // A step is 1 ± 500 ppm: each guess is off by no more than that part of the one before.
        for _ in 0..<4 { output -= position(ofOutputFrame: output).frame - frame }
        while position(ofOutputFrame: output) < target { output += 1 }
        while position(ofOutputFrame: output - 1) >= target { output -= 1 }
        return output
    }
}
