/// The card's position, read between two readings of CLOCK_MONOTONIC (nanoseconds).
struct CardReading: BitwiseCopyable, Sendable {
    var before: Int64
    var after: Int64
    /// Frames that had left, as the card reports it.
    var frame: Int

    var middle: Int64 { before + (after - before) / 2 }
}

/// The card's clock as seen from CLOCK_MONOTONIC: which frame of a stream leaves at which instant.
///
/// A value without input or output. Its readings are the card's position between two readings of the clock; a
/// straight line is laid through them by least squares that forget slowly, in frames of deviation from the nominal
/// rate, so that the numbers stay small for weeks.
struct CardClock: Sendable {
    /// Readings of one burst that are looked at.
    static let burst = 32
    /// Seconds after which a reading counts for 1/e.
    private static let memory = 30.0
    /// A burst whose best reading took longer than this is worth nothing: the thread was held up in each.
    private static let widestBracket: Int64 = 200_000
    /// An edge between two readings further apart than this is not known well enough.
    private static let widestEdge: Int64 = 600_000
    /// So many improbable points in a row are believed: the card's clock did change.
    private static let patience = 5

    /// Nominal frames a second.
    let rate: Double
    /// Whether the position moves in steps, so that only the edges of the steps tell the time.
    private(set) var isStepped = false
    /// The longest step seen, in frames: what it moved beyond the time between two readings.
    private(set) var step = 0
    /// Points taken since the stream's start.
    private(set) var points = 0

    private var origin: Int64 = 0
    private var weight = 0.0
    /// Means and central moments of time (seconds since `origin`) and deviation (frames).
    private var meanTime = 0.0
    private var meanDeviation = 0.0
    private var timeTime = 0.0
    private var timeDeviation = 0.0
    private var lastTime = 0.0
    private var improbable = 0
    /// What the slope is thought to be before it is seen (frames a second of deviation), and how firmly (s²).
    private var priorSlope: Double
    private var priorFirmness: Double

    /// Starts without knowledge, or with the rate that was learnt of the same card before.
    init(rate: Int, learnt: Double? = nil) {
        self.rate = Double(rate)
        priorSlope = (learnt ?? 0) * 1e-6 * Double(rate)
        // A crystal is within some 100 ppm; one that was measured within some 2. A reading is good to 0.3 frames:
        // the firmness is the square of their ratio.
        priorFirmness = learnt == nil ? 0.004 : 10
    }

    /// Whether anything is known.
    var isKnown: Bool { points > 0 }

    /// How the line was found.
    var method: CardMethod { isStepped ? .envelopeFit : .delayFit }

    /// How much faster than nominal the card runs, in ppm.
    var partsPerMillion: Double { slope / rate * 1e6 }

    /// Which frame leaves at an instant.
    func frame(at instant: Int64) -> Double {
        let time = Double(instant - origin) * 1e-9
        return time * rate + meanDeviation + slope * (time - meanTime)
    }

    /// When a frame leaves, in CLOCK_MONOTONIC nanoseconds.
    func instant(ofFrame frame: Double) -> Int64 {
        let time = (frame - meanDeviation + slope * meanTime) / (rate + slope)
        return origin + Int64((time * 1e9).rounded())
    }

    private var slope: Double {
        let firmness = priorFirmness * (isStepped ? 100 : 1)
        let slope = (timeDeviation + firmness * priorSlope) / (timeTime + firmness)
        // No card's crystal is further off; a sound server's first answers are.
        return min(max(slope, -0.001 * rate), 0.001 * rate)
    }

    // MARK: Readings

    /// Takes readings made one right after the other, of a position that moves frame by frame.
    mutating func take(_ burst: Span<CardReading>) {
        guard !isStepped, burst.count > 0 else { return }
        var narrowest = Int64.max
        for index in burst.indices { narrowest = min(narrowest, burst[index].after - burst[index].before) }
        guard narrowest <= Self.widestBracket else { return }
        if !isKnown { origin = burst[0].before }
        // The median of those that were not held up. Insertion into a fixed array: nothing is allocated.
        var sorted = InlineArray<32, Double>(repeating: 0)
        var count = 0
        for index in burst.indices where count < Self.burst {
            let reading = burst[index]
            if reading.after - reading.before > 2 * narrowest + 2_000 { continue }
            let deviation = Double(reading.frame) - Double(reading.middle - origin) * 1e-9 * rate
            var place = count
            while place > 0, sorted[place - 1] > deviation {
                sorted[place] = sorted[place - 1]
                place -= 1
            }
            sorted[place] = deviation
            count += 1
        }
        let median =
            count.isMultiple(of: 2) ? (sorted[count / 2 - 1] + sorted[count / 2]) / 2 : sorted[count / 2]
        // A whole number of frames is reported, rounded down: on average half a frame less than there is.
        add(at: burst[burst.count / 2].middle, deviation: median + 0.5, tolerance: 3)
    }

    /// Looks at two readings in a row: notices steps, and takes the edge of one.
    ///
    /// A position that moved further than the time between the readings allows came in a step. Just after a step it
    /// is true; between steps it lags. So only edges count: the upper envelope of the stairs.
    ///
    /// - Returns: whether the two enclose an edge.
    mutating func take(edgeFrom earlier: CardReading, to later: CardReading) -> Bool {
        let elapsed = Double(later.after - earlier.before) * 1e-9 * rate
        let jump = later.frame - earlier.frame
        guard Double(jump) > elapsed + max(4, rate * 0.0001) else { return false }
        if !isStepped {
            // What was taken so far lay somewhere below the stairs' edges.
            self = CardClock(forgetting: self)
            isStepped = true
        }
        step = max(step, jump - Int(elapsed))
        guard later.after - earlier.before <= Self.widestEdge else { return true }
        if !isKnown { origin = earlier.before }
        let middle = earlier.before + (later.after - earlier.before) / 2
        let deviation = Double(later.frame) - Double(middle - origin) * 1e-9 * rate
        add(at: middle, deviation: deviation, tolerance: max(24, rate * 0.001))
        return true
    }

    private init(forgetting old: CardClock) {
        self.init(rate: Int(old.rate))
        priorSlope = old.priorSlope
        priorFirmness = old.priorFirmness
        isStepped = old.isStepped
        step = old.step
    }

    /// The same card's clock for a stream that starts anew: its rate and its steps are known already.
    func restarted() -> CardClock {
        let known = weight > 0 && timeTime > 1
        var next = CardClock(rate: Int(rate), learnt: known ? partsPerMillion : nil)
        if !known { (next.priorSlope, next.priorFirmness) = (priorSlope, priorFirmness) }
        next.isStepped = isStepped
        next.step = step
        return next
    }

    // MARK: The line

    private mutating func add(at instant: Int64, deviation: Double, tolerance: Double) {
        let time = Double(instant - origin) * 1e-9
        if points >= 8, abs(deviation - meanDeviation - slope * (time - meanTime)) > tolerance {
            improbable += 1
            guard improbable > Self.patience else { return }
            // The clock did change: begin anew here, and hold the old rate loosely.
            (priorSlope, priorFirmness) = (slope, 0.004)
            (weight, timeTime, timeDeviation, points) = (0, 0, 0, 0)
        }
        improbable = 0
        points += 1
        // 1 − x for e⁻ˣ: points lie at most seconds apart.
        let keep = weight > 0 ? max(0, 1 - (time - lastTime) / Self.memory) : 0
        lastTime = time
        weight = weight * keep + 1
        timeTime *= keep
        timeDeviation *= keep
        let fromMean = time - meanTime
        if weight == 1 { (meanTime, meanDeviation) = (time, deviation) }
        let before = deviation - meanDeviation
        meanTime += (time - meanTime) / weight
        meanDeviation += before / weight
        timeTime += fromMean * (time - meanTime)
        timeDeviation += (time - meanTime) * before
    }
}
