// The band-limited resampler: any rate to any rate, adjustable while it runs by ±500 ppm.

/// Turns frames of one rate into frames of another, exactly aligned: output frame 0 is input frame 0, and n input
/// frames give round(n · out / in) output frames. Used by one thread at a time.
///
/// Images and aliases are at least 90 dB down; it is flat up to 0.45 of the lower rate (`ResamplerFilter`).
/// Positions are whole numbers throughout, so nothing accumulates in a year of playing.
struct Resampler {
    /// The lowest terms of output rate over input rate.
    private let up: Int
    private let down: Int
    private var filter: ResamplerFilter?
    /// Input frames before and after a position that its output depends on.
    private let half: Int

    private var queues: [SampleQueue]
    /// The input frame that the first sample of the queues is.
    private var base: Int
    /// The input frame that the next pushed one is.
    private(set) var nextInput: Int
    /// The position of the next output: an input frame, and a fraction in units of 1 / `unit`.
    private var index: Int
    private var fraction: Int
    private let unit: Int
    /// The position at which the input ends, once it is known.
    private var end: (index: Int, fraction: Int)?

    /// Makes a resampler for `channels` rows whose first output stands at `start` on the output's time axis.
    init(from input: Int, to output: Int, channels: Int, start: ProgrammePosition = .init(frame: 0)) {
        let divisor = greatestCommonDivisor(input, output)
        up = output / divisor
        down = input / divisor
        unit = up << 32
        let (whole, rest) = (start.frame * down).quotientAndRemainder(dividingBy: up)
        let (carry, fraction) = (rest << 32 + Int(start.fraction) * down).quotientAndRemainder(
            dividingBy: unit)
        index = whole + carry
        self.fraction = fraction
        filter = nil
        half = up == down ? 64 : ResamplerFilter.cached(up: up, down: down).taps / 2
        base = index - half + 1
        queues = (0..<channels).map { [base] _ in SampleQueue(zeros: max(0, -base)) }
        nextInput = 0
    }

    /// The number of rows.
    var channels: Int { queues.count }

    /// The first input frame that the next output depends on: earlier ones need not be pushed.
    var firstNeededInput: Int { max(0, base) }

    /// Says that the input goes on at `frame`, later than `nextInput`: what is between is silence.
    mutating func skipInput(to frame: Int) {
        let missing = frame - max(nextInput, base)
        if missing > 0 { for row in queues.indices { queues[row].append(zeros: missing) } }
        nextInput = frame
    }

    /// Makes two equal rows of the one there is.
    mutating func widen() { if queues.count == 1 { queues.append(queues[0]) } }

    /// Appends `frames` frames; `fill` writes row by row from frame `skipped` of the caller's on.
    mutating func push(
        _ frames: Int, fill: (_ row: Int, _ skipped: Int, UnsafeMutableBufferPointer<Float>) -> Void
    ) {
        let skipped = min(frames, max(0, base - nextInput))
        for row in queues.indices {
            unsafe queues[row].append(frames - skipped) { unsafe fill(row, skipped, $0) }
        }
        nextInput += frames
    }

    /// Says that the input is over, and where: `outputs` output frames after its beginning.
    mutating func finish(outputs: Int) {
        let (whole, rest) = (outputs * down).quotientAndRemainder(dividingBy: up)
        end = (whole, rest << 32)
        skipInput(to: max(nextInput, whole + 1) + half + 1)
    }

    /// Whether everything has been pulled.
    var isFinished: Bool { end.map { (index, fraction) >= $0 } ?? false }

    /// Computes up to `frames` output frames into the rows; fewer where more input is needed first, or at the end.
    ///
    /// `step` is how far each goes on the output's time axis.
    mutating func pull(
        _ rows: [UnsafeMutablePointer<Float>], frames: Int, step: ProgrammeStep
    ) -> Int {
        let (stepIndex, stepFraction) = (down * step.units).quotientAndRemainder(dividingBy: unit)
        let count: Int
        if up == down, fraction == 0, stepFraction == 0 {
            count = unsafe copy(rows, frames)
        } else {
            count = unsafe interpolate(rows, frames, stepIndex, stepFraction)
        }
        let dropped = min(index - half + 1 - base, queues[0].count)
        if dropped > 0 {
            for row in queues.indices { queues[row].removeFirst(dropped) }
            base += dropped
        }
        return count
    }

    /// Equal rates and no drift: the input is the output.
    private mutating func copy(_ rows: [UnsafeMutablePointer<Float>], _ frames: Int) -> Int {
        let ready = min(end?.index ?? .max, base + queues[0].count - half)
        let count = max(0, min(frames, ready - index))
        let start = index - base
        for (number, row) in queues.enumerated() {
            let output = unsafe rows[number]
            // Safety: the caller's rows have room for `frames`; the queue holds `start + count` samples.
            unsafe row.withSamples { samples in
                for i in 0..<count { unsafe output[i] = samples[start + i] }
            }
        }
        index += count
        return count
    }

    private mutating func interpolate(
        _ rows: [UnsafeMutablePointer<Float>], _ frames: Int, _ stepIndex: Int, _ stepFraction: Int
    ) -> Int {
        let filter = self.filter ?? ResamplerFilter.cached(up: up, down: down)
        self.filter = filter
        let scale = Double(filter.rows) / Double(unit)
        let first = base + half - 1
        // The last position whose taps are all in the queue.
        let last = base + queues[0].count - half - 1
        let end = self.end ?? (.max, 0)
        var count = 0
        var (index, fraction) = (self.index, self.fraction)
        for (number, queue) in queues.enumerated() {
            // Each row walks the same positions.
            (index, fraction, count) = (self.index, self.fraction, 0)
            let output = unsafe rows[number]
            unsafe queue.withSamples { samples in
                unsafe filter.coefficients.withUnsafeBufferPointer { table in
                    guard let x = samples.baseAddress, let c = table.baseAddress else { return }
                    while count < frames, index <= last, (index, fraction) < end {
                        let place = Double(fraction) * scale
                        let row = Int(place)
                        let between = Float(place - Double(row))
                        // Safety: index ≥ first (outputs never go back), and index ≤ last as just checked, so all
                        // `taps` samples are in the queue; row < rows, and the table has one row more.
                        let taps = unsafe c + row * filter.taps
                        unsafe output[count] = unsafe interpolated(
                            x + (index - first), taps, filter.taps, between)
                        count += 1
                        index += stepIndex
                        fraction += stepFraction
                        if fraction >= unit {
                            fraction -= unit
                            index += 1
                        }
                    }
                }
            }
        }
        (self.index, self.fraction) = (index, fraction)
        return count
    }
}

/// The filter's output for `count` samples, with the coefficients `between` those of two neighbouring rows.
@inline(__always)
private func interpolated(
    _ samples: UnsafePointer<Float>, _ row: UnsafePointer<Float>, _ count: Int, _ between: Float
) -> Float {
    // Safety: the caller gives `count` samples and two rows of `count` coefficients; `count` is a multiple of 8.
    let x = unsafe UnsafeRawPointer(samples)
    let near = unsafe UnsafeRawPointer(row)
    let bytes = count * 4
    var nearSum = SIMD8<Float>.zero
    var offset = 0
    if between == 0 {
        while offset < bytes {
            nearSum +=
                unsafe x.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)
                * near.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)
            offset += 32
        }
        return nearSum.sum()
    }
    let far = unsafe near + bytes
    var farSum = SIMD8<Float>.zero
    while offset < bytes {
        let block = unsafe x.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)
        nearSum += unsafe block * near.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)
        farSum += unsafe block * far.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)
        offset += 32
    }
    return (nearSum + (farSum - nearSum) * between).sum()
}

/// The greatest common divisor of two positive numbers.
private func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
    var (a, b) = (a, b)
    while b != 0 { (a, b) = (b, a % b) }
    return a
}
