// The band-limited resampler: any rate to any rate, adjustable while it runs by ±500 ppm.

// Safety: the rows that `pull` gets have room for the frames that it is asked for; the queues lend what they hold.
/// Turns frames of one rate into frames of another, exactly aligned.
///
/// Output frame 0 is input frame 0, and n input frames give round(n · out / in) output frames. Images and aliases
/// are at least 90 dB down at any input frequency, and it is flat within 0.01 dB up to 0.40 of the lower rate (`ResamplerFilter`).
/// The place of each block is reckoned in whole numbers, so nothing accumulates in a year of playing.
struct Resampler {
    /// The lowest terms of output rate over input rate.
    private let up: Int
    private let down: Int
    /// Missing only while input and output are the same.
    private var filter: ResamplerFilter?
    /// Input frames before and after a position that its output depends on.
    private let half: Int

    private var queues: [SampleQueue]
    /// The input frame that the first sample of the queues is.
    private var base: Int
    /// The input frame that the next pushed one is.
    private(set) var nextInput = 0
    /// Samples at the head of the queues that await the first push to be foretold backwards.
    private var missingPast = 0
    /// Where the next output frame stands, in output frames since the stream's beginning.
    private var position: ProgrammePosition
    /// Where the stream ends, in output frames since its beginning, once it is known.
    private var end: Int?

    /// Frames that one `pull` makes at most; it bounds what rounding adds up to before it is reckoned anew.
    static let maximumPull = 1 << 15

    /// Makes a resampler for `channels` rows whose first output stands at `start` on the output's time axis.
    ///
    /// Before its first frame there is silence, or what the first frames foretell where it `continues` a sound of
    /// another rate.
    init(
        from input: Int, to output: Int, channels: Int, start: ProgrammePosition = .init(frame: 0),
        continues: Bool = false
    ) {
        let divisor = greatestCommonDivisor(input, output)
        up = output / divisor
        down = input / divisor
        filter = up == down ? nil : .cached(up: up, down: down)
        half = filter.map { $0.taps / 2 } ?? ResamplerFilter.shortest / 2
        position = start
        base = 0
        queues = []
        base = place(of: start).index - reach
        queues = (0..<channels).map { [base] _ in SampleQueue(zeros: max(0, -base)) }
        missingPast = continues ? max(0, -base) : 0
    }

    /// Input frames before a position that are kept: what the filter sees, and what the end is foretold from.
    private var reach: Int { half - 1 + predictionWindow }

    /// The number of rows.
    var channels: Int { queues.count }

    /// The first input frame that the next output depends on: earlier ones need not be pushed.
    var firstNeededInput: Int { max(0, base) }

    /// Whether everything has been pulled.
    var isFinished: Bool { end.map { position.frame >= $0 } ?? false }

    /// Says that the input goes on at `frame`, later than `nextInput`: what is between is silence.
    mutating func skipInput(to frame: Int) {
        let missing = frame - max(nextInput, base)
        if missing > 0 { for row in queues.indices { queues[row].append(zeros: missing) } }
        nextInput = frame
    }

    /// Makes two equal rows of the one there is.
    mutating func widen() { if queues.count == 1 { queues.append(queues[0]) } }

    /// Appends `frames` frames; `fill` writes a row from frame `skipped` of the caller's on.
    mutating func push(
        _ frames: Int, fill: (_ row: Int, _ skipped: Int, UnsafeMutableBufferPointer<Float>) -> Void
    ) {
        let skipped = min(frames, max(0, base - nextInput))
        for row in queues.indices {
            unsafe queues[row].append(frames - skipped) { unsafe fill(row, skipped, $0) }
        }
        nextInput += frames
        if missingPast > 0, frames > 0 { foretellPast() }
    }

    /// Says that the input is over: the stream ends `outputs` output frames after its beginning.
    ///
    /// Behind its last frame there is silence, or what the last frames foretell where another sound `continues` it.
    mutating func finish(outputs: Int, continues: Bool = false) {
        end = outputs
        // The last output may stand up to half an output frame behind the last input.
        let needed = max(nextInput, place(of: .init(frame: outputs)).index + 1) + half + 1
        guard continues, nextInput > base else { return skipInput(to: needed) }
        for row in queues.indices {
            let future = continuation(of: queues[row].array, count: needed - nextInput)
            unsafe queues[row].append(future.count) { _ = unsafe $0.update(fromContentsOf: future) }
        }
        nextInput = needed
    }

    /// Puts before the first frames what they foretell backwards.
    private mutating func foretellPast() {
        for row in queues.indices {
            let past = continuation(
                of: queues[row].array.dropFirst(missingPast).reversed(), count: missingPast)
            for (i, sample) in past.enumerated() { queues[row][missingPast - 1 - i] = sample }
        }
        missingPast = 0
    }

    /// Computes up to `frames` output frames into the rows; fewer where more input is needed first, or at the end.
    ///
    /// `step` is how far each goes on the output's time axis.
    mutating func pull(_ rows: [UnsafeMutablePointer<Float>], frames: Int, step: ProgrammeStep) -> Int {
        let (index, phase) = place(of: position)
        let dropped = min(index - reach - base, queues[0].count)
        if dropped > 0 {
            for row in queues.indices { queues[row].removeFirst(dropped) }
            base += dropped
        }
        let frames = min(frames, framesLeft(step), Self.maximumPull)
        let count: Int
        if up == down, position.fraction == 0, step == .nominal {
            count = unsafe copy(rows, frames, from: index)
        } else {
            count = unsafe interpolate(rows, frames, index, phase, step)
        }
        position = position.advanced(by: count, step: step)
        return count
    }

    /// How many output frames there are before the end; not less than `maximumPull` where it is far.
    private func framesLeft(_ step: ProgrammeStep) -> Int {
        guard let end else { return .max }
        let frames = end - position.frame
        if frames > 2 * Self.maximumPull { return frames / 2 }
        let units = frames << 32 - Int(position.fraction)
        return max(0, (units + step.units - 1) / step.units)
    }

    /// The input frame at or before `position`, and the part of a frame beyond it in units of 2⁻⁶⁴.
    private func place(of position: ProgrammePosition) -> (index: Int, phase: UInt64) {
        let (whole, rest) = (position.frame * down).quotientAndRemainder(dividingBy: up)
        let (index, phase) = split(rest << 32 + Int(position.fraction) * down)
        return (whole + index, phase)
    }

    /// Splits a distance in units of 1 / (`up` · 2³²) input frames into whole frames and units of 2⁻⁶⁴.
    private func split(_ distance: Int) -> (index: Int, phase: UInt64) {
        let (index, rest) = distance.quotientAndRemainder(dividingBy: up << 32)
        return (index, UInt64(up << 32).dividingFullWidth((UInt64(rest), 0)).quotient)
    }

    /// Equal rates and no drift: the input is the output.
    private func copy(_ rows: [UnsafeMutablePointer<Float>], _ frames: Int, from index: Int) -> Int {
        let start = index - base
        let count = max(0, min(frames, queues[0].count - half - start))
        for (number, row) in queues.enumerated() {
            // Safety: the caller's rows have room for `frames`; the queue holds `start + count` samples and more.
            let output = unsafe rows[number]
            unsafe row.withSamples { samples in
                if count > 0, let first = samples.baseAddress {
                    unsafe output.update(from: first + start, count: count)
                }
            }
        }
        return count
    }

    private mutating func interpolate(
        _ rows: [UnsafeMutablePointer<Float>], _ frames: Int, _ index: Int, _ phase: UInt64,
        _ step: ProgrammeStep
    ) -> Int {
        let filter = self.filter ?? .cached(up: up, down: down)
        self.filter = filter
        let (stepIndex, stepPhase) = split(down * step.units)
        // 2⁻⁴⁸ of a frame, so that a step rounded down still reaches the row that it stands for.
        let (start, carry) = phase.addingReportingOverflow(1 << 16)
        var count = 0
        for (number, queue) in queues.enumerated() {
            let walk = Walk(
                index: index + (carry ? 1 : 0) - half + 1 - base, phase: start, stepIndex: stepIndex,
                stepPhase: stepPhase,
                isAligned: position.fraction == 0 && step == .nominal && filter.rows.isMultiple(of: up))
            unsafe queue.withSamples { samples in
                unsafe filter.coefficients.withUnsafeBufferPointer { table in
                    let output = unsafe UnsafeMutableBufferPointer(start: rows[number], count: frames)
                    count = unsafe convolve(samples, table, filter, walk, output)
                }
            }
        }
        return count
    }
}

/// The places that a block of output takes its samples from.
private struct Walk {
    /// Where in the samples the filter begins, and the part of a sample beyond in units of 2⁻⁶⁴.
    var index: Int
    var phase: UInt64
    let stepIndex: Int
    let stepPhase: UInt64
    /// Whether all the places are such as a row of the filter stands for.
    let isAligned: Bool
}

/// Fills `output` from `samples` as far as they reach, and returns how many samples were made.
private func convolve(
    _ samples: UnsafeBufferPointer<Float>, _ table: UnsafeBufferPointer<Float>, _ filter: ResamplerFilter,
    _ walk: Walk, _ output: UnsafeMutableBufferPointer<Float>
) -> Int {
    guard let x = unsafe UnsafeRawPointer(samples.baseAddress),
        let c = unsafe UnsafeRawPointer(table.baseAddress)
    else { return 0 }
    let rows = UInt64(filter.rows)
    let rowBytes = filter.taps &* 4
    let last = samples.count - filter.taps
    var (walk, count) = (walk, 0)
    while count < output.count, walk.index <= last {
        let (row, rest) = walk.phase.multipliedFullWidth(by: rows)
        let between = Float(rest >> 40) * 0x1p-24
        // Safety: 0 ≤ index ≤ last, so all taps' samples are there; row < rows, and the table has one row more.
        let (from, near) = unsafe (x + walk.index &* 4, c + Int(row) &* rowBytes)
        unsafe output[count] =
            walk.isAligned ? filtered(from, near, rowBytes) : interpolated(from, near, rowBytes, between)
        count &+= 1
        let (phase, carry) = walk.phase.addingReportingOverflow(walk.stepPhase)
        walk.phase = phase
        walk.index &+= walk.stepIndex &+ (carry ? 1 : 0)
    }
    return count
}

/// The filter's output at a place that a row stands for.
///
/// Samples and row are `bytes` long, which is a multiple of 128.
@inline(__always)
private func filtered(_ x: UnsafeRawPointer, _ row: UnsafeRawPointer, _ bytes: Int) -> Float {
    // Safety: the caller vouches for the lengths. Four sums, since one would wait for its own last addition.
    var (a, b, c, d) = (SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero)
    var offset = 0
    while offset < bytes {
        a += unsafe lane(x, offset) * lane(row, offset)
        b += unsafe lane(x, offset &+ 32) * lane(row, offset &+ 32)
        c += unsafe lane(x, offset &+ 64) * lane(row, offset &+ 64)
        d += unsafe lane(x, offset &+ 96) * lane(row, offset &+ 96)
        offset &+= 128
    }
    return total(folded((a + b) + (c + d)))
}

/// The filter's output at any place, with the coefficients `between` those of a row and of the next one.
@inline(__always)
private func interpolated(
    _ x: UnsafeRawPointer, _ near: UnsafeRawPointer, _ bytes: Int, _ between: Float
) -> Float {
    // Safety: as above; the table has one row more than there are phases.
    let far = unsafe near + bytes
    var (a, b, c, d) = (SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero)
    var offset = 0
    while offset < bytes {
        let first = unsafe lane(x, offset)
        a += unsafe first * lane(near, offset)
        c += unsafe first * lane(far, offset)
        let second = unsafe lane(x, offset &+ 32)
        b += unsafe second * lane(near, offset &+ 32)
        d += unsafe second * lane(far, offset &+ 32)
        offset &+= 64
    }
    let nearSum = folded(a + b)
    return total(nearSum + (folded(c + d) - nearSum) * between)
}

/// The greatest common divisor of two positive numbers.
private func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
    var (a, b) = (a, b)
    while b != 0 { (a, b) = (b, a % b) }
    return a
}
