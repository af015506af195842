// The last stage before the ring: whatever comes in, no more than the ceiling goes out.

import Glibc

// Safety: the rows that `process` gets hold the frames that it is told; the queues lend what they hold, and each
// holds the history that its readers reach back to, since it was made with it.
/// Keeps the true peak of one or two rows under a ceiling, with one gain for both.
///
/// What it returns is what came in `latency` frames earlier, times a gain that has gone down smoothly by the time a
/// peak is there and comes back slowly. Below the ceiling the gain is exactly 1. The gain is reckoned once for each
/// group of eight frames and goes straight from one group's beginning to the next one's. Samples are clamped at the
/// very end, which only rounding can make happen.
struct TruePeakLimiter {
    /// Frames by which the output is later than the input.
    let latency: Int

    private let ceiling: Float
    private let target: Float
    private let interpolator = TruePeakInterpolator()
    /// Weights of the envelope's latest values, as many groups as the gain takes to go down, twice over; the same
    /// from the latest on as from the earliest.
    private let smoothing: [Double]
    /// The part of the way back to 1 that the gain makes in a group.
    private let release: Double

    /// For each row the frames from `margin` before the next output on.
    private var delays: [SampleQueue]
    /// Frames that have come in, and those before the beginning that stand for the delay.
    private var taken: Int
    /// Groups whose peaks have been looked at.
    private var groups: Int
    /// The gains that the latest groups ask for, each in the place of the oldest: one more than there are weights.
    private var wishes: [Double]
    /// The lowest of those wishes, coming back slowly, likewise: as many as there are weights.
    private var envelope: [Double]
    /// Whether the envelope, and with it every wish in it, is 1 throughout.
    private var isCalm = true
    /// The gains at the beginnings of groups, from the next output's group on.
    private var gains: [Double] = [1, 1]

    /// Frames of a group.
    private static let group = 8
    /// Frames before the next output that are kept for the interpolator, one more than it needs: whole lanes.
    private static let margin = TruePeakInterpolator.ahead
    /// How far below the ceiling the peaks are aimed at, since a moving gain raises them a little.
    private static let marginDecibels = 0.05
    /// The time in which the gain comes back by 63 %.
    private static let releaseSeconds = 0.15

    /// Makes a limiter for `channels` rows at `rate`; `ceilingDecibels` is at most 0 (dBTP).
    init(ceilingDecibels: Double, rate: Int, channels: Int) {
        let decibels = ceilingDecibels.isNaN ? -120 : min(0, ceilingDecibels)
        ceiling = amplitude(decibels: decibels)
        target = amplitude(decibels: decibels - Self.marginDecibels)
        // Two milliseconds.
        let window = max(4, rate / 500 / Self.group)
        let hann = (0..<window).map { 1 - cos(2 * .pi * (Double($0) + 0.5) / Double(window)) }
        let sum = hann.reduce(0, +)
        smoothing = (hann + hann).map { $0 / sum }
        release = 1 - exp(-Double(Self.group) / (Self.releaseSeconds * Double(rate)))
        latency = (window + 1) * Self.group + TruePeakInterpolator.ahead
        delays = (0..<channels).map { [latency] _ in SampleQueue(zeros: Self.margin + latency) }
        taken = latency
        groups = window + 1
        wishes = [Double](repeating: 1, count: window + 1)
        envelope = [Double](repeating: 1, count: window)
    }

    /// Makes two equal rows of the one there is.
    mutating func widen() { if delays.count == 1 { delays.append(delays[0]) } }

    /// Replaces `frames` frames of the rows by the limited ones of `latency` frames earlier.
    mutating func process(_ rows: [UnsafeMutablePointer<Float>], frames: Int) {
        for number in delays.indices {
            let input = unsafe rows[number]
            unsafe delays[number].append(frames) { room in
                for i in 0..<frames { unsafe room[i] = scrubbed(input[i]) }
            }
        }
        let first = taken - latency
        taken += frames
        let isQuiet = delays.allSatisfy { delay in
            unsafe delay.withSamples { unsafe magnitude($0) } * interpolator.bound <= target
        }
        while (groups + 1) * Self.group + TruePeakInterpolator.ahead <= taken {
            addGain(wish: isQuiet ? 1 : wish(ofGroup: groups, firstKept: first - Self.margin))
            groups += 1
        }
        for number in delays.indices {
            unsafe emit(number, frames, from: first, to: rows[number])
            delays[number].removeFirst(frames)
        }
        gains.removeFirst((first + frames) / Self.group - first / Self.group)
    }

    /// The gain that brings the group's true peak down to the target.
    private func wish(ofGroup group: Int, firstKept: Int) -> Double {
        var peak: Float = 0
        let start = group * Self.group - firstKept
        for delay in delays {
            unsafe delay.withSamples { samples in
                guard let base = samples.baseAddress else { return }
                let near = unsafe samples[
                    start - Self.margin..<start + Self.group + TruePeakInterpolator.ahead]
                // No interpolated value can be larger than this: most groups need no closer look.
                if unsafe magnitude(.init(rebasing: near)) * interpolator.bound <= target { return }
                peak = unsafe max(peak, interpolator.peak(base, ofEightAt: start))
            }
        }
        return peak > target ? Double(target / peak) : 1
    }

    /// Appends the gain that follows from one more group's wish.
    ///
    /// With w weights: an envelope value is at most each of the latest w + 1 wishes, and a gain is a mean of the
    /// latest w envelope values. So the gain at the beginning of a group, which is reckoned w groups later, is at
    /// most that group's wish and the one's before, and so is everything between two such gains.
    private mutating func addGain(wish: Double) {
        if wish == 1, isCalm { return gains.append(1) }
        let count = envelope.count
        let last = envelope[(groups + count - 1) % count]
        wishes[groups % (count + 1)] = wish
        var next = last + (1 - last) * release
        if next > 0.99999 { next = 1 }
        let place = groups % count
        envelope[place] = min(next, wishes.min() ?? 1)
        isCalm = envelope.allSatisfy { $0 == 1 }
        // The latest value gets the last weight, the one before it the last but one, and so on around.
        var gain = 0.0
        for i in 0..<count { gain += smoothing[count - 1 - place + i] * envelope[i] }
        gains.append(isCalm ? 1 : min(1, gain))
    }

    /// Writes the frames from `first` on, times their gains.
    private func emit(_ number: Int, _ frames: Int, from first: Int, to output: UnsafeMutablePointer<Float>) {
        unsafe delays[number].withSamples { samples in
            if gains.allSatisfy({ $0 == 1 }) {
                for i in 0..<frames {
                    unsafe output[i] = max(-ceiling, min(ceiling, samples[i + Self.margin]))
                }
                return
            }
            var frame = first
            while frame < first + frames {
                let group = frame / Self.group
                let (from, to) = (gains[group - first / Self.group], gains[group + 1 - first / Self.group])
                let slope = (to - from) / Double(Self.group)
                for i in frame..<min(first + frames, (group + 1) * Self.group) {
                    let gain = Float(from + slope * Double(i - group * Self.group))
                    let sample = unsafe samples[i - first + Self.margin] * gain
                    unsafe output[i - first] = max(-ceiling, min(ceiling, sample))
                }
                frame = (group + 1) * Self.group
            }
        }
    }
}
