// The last stage before the ring: whatever comes in, no more than the ceiling goes out.

import Glibc

// Safety: the rows that `process` gets hold the frames that it is told; the queues lend what they hold, and each
// holds the history that its readers reach back to, since it was made with it.
/// Keeps the true peak of one or two rows under a ceiling, with one gain for both.
///
/// It looks `latency` frames ahead: what it returns is what came in so many frames earlier, times a gain that has
/// gone down smoothly by the time the peak is there and comes back slowly. Below the ceiling the gain is exactly 1.
/// At the very end samples are clamped, which only rounding can make happen.
struct TruePeakLimiter {
    /// Frames by which the output is later than the input.
    let latency: Int

    private let ceiling: Float
    private let target: Float
    private let interpolator = TruePeakInterpolator()
    /// Frames over which the gain goes down.
    private let window: Int
    private let smoothing: [Float]
    /// The part of the way back to 1 that the gain makes in a frame.
    private let release: Double

    /// For each row the frames from `behind` before the next output on.
    private var delays: [SampleQueue]
    /// The gain that each frame asks for; the newest frame that can ask stands `ahead` before the newest input.
    private var wishes: SampleQueue
    /// The lowest wish of a window, coming back slowly; the smoothing runs over it.
    private var envelope: SampleQueue
    private var released = 1.0
    /// Newest frames of the envelope that are 1; a window of them makes the whole memory 1.
    private var calm: Int

    /// Frames that are looked at together when it is asked whether there can be a peak at all.
    private static let group = 32
    /// How far below the ceiling the peaks are aimed at: a moving gain and the meter's own filter raise them.
    private static let marginDecibels = 0.05
    /// The time in which the gain comes back by 63 %.
    private static let releaseSeconds = 0.15

    /// Makes a limiter for `channels` rows at `rate`; `ceilingDecibels` is at most 0 (dBTP).
    init(ceilingDecibels: Double, rate: Int, channels: Int) {
        let decibels = ceilingDecibels.isNaN ? -120 : min(0, ceilingDecibels)
        ceiling = amplitude(decibels: decibels)
        target = amplitude(decibels: decibels - Self.marginDecibels)
        window = max(16, rate / 500 / 8 * 8)
        latency = window - 1 + TruePeakInterpolator.ahead
        let window = self.window
        let hann = (0..<window).map { 1 - cos(2 * .pi * (Double($0) + 0.5) / Double(window)) }
        let sum = hann.reduce(0, +)
        smoothing = hann.map { Float($0 / sum) }
        release = 1 - exp(-1 / (Self.releaseSeconds * Double(rate)))
        let history = latency + TruePeakInterpolator.behind
        delays = (0..<channels).map { _ in SampleQueue(zeros: history) }
        wishes = SampleQueue()
        unsafe wishes.append(window - 1) { unsafe $0.update(repeating: 1) }
        envelope = wishes
        calm = window
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
        let isQuiet = delays.allSatisfy { delay in
            unsafe delay.withSamples { unsafe magnitude($0) } * interpolator.bound <= target
        }
        // What was calm and is quiet needs no gain: it would be 1 throughout.
        let gains = isQuiet && calm >= window ? [] : gains(frames)
        for number in delays.indices {
            let output = unsafe rows[number]
            unsafe delays[number].withSamples { delay in
                for i in 0..<frames {
                    let sample =
                        unsafe delay[TruePeakInterpolator.behind + i] * (gains.isEmpty ? 1 : gains[i])
                    unsafe output[i] = max(-ceiling, min(ceiling, sample))
                }
            }
            delays[number].removeFirst(frames)
        }
    }

    /// The gains of the next `frames` output frames; none if they are all 1.
    private mutating func gains(_ frames: Int) -> [Float] {
        let isLoud = appendWishes(frames)
        if !isLoud, calm >= window {
            wishes.removeFirst(frames)
            return []
        }
        // With w the window: an envelope value is at most each of the last w wishes, and a gain is a mean of the
        // last w envelope values, so it is at most the wish of w − 1 frames ago, which is the output's own.
        unsafe envelope.append(frames) { room in
            unsafe wishes.withSamples { wishes in
                for i in 0..<frames {
                    let lowest = unsafe least(.init(rebasing: wishes[i..<i + window]))
                    released += (1 - released) * release
                    if released > 0.99999 { released = 1 }
                    released = min(released, Double(lowest))
                    unsafe room[i] = Float(released)
                    calm = released == 1 ? calm + 1 : 0
                }
            }
        }
        var gains = [Float](repeating: 1, count: frames)
        unsafe envelope.withSamples { envelope in
            unsafe smoothing.withUnsafeBufferPointer { smoothing in
                for i in 0..<frames {
                    unsafe gains[i] = mean(.init(rebasing: envelope[i..<i + window]), smoothing)
                }
            }
        }
        wishes.removeFirst(frames)
        envelope.removeFirst(frames)
        return gains
    }

    /// Appends what the next `frames` frames ask for, and returns whether any asks for less than 1.
    private mutating func appendWishes(_ frames: Int) -> Bool {
        var isLoud = false
        let (behind, ahead, target) = (TruePeakInterpolator.behind, TruePeakInterpolator.ahead, target)
        unsafe wishes.append(frames) { room in
            unsafe room.update(repeating: 1)
            for delay in delays {
                unsafe delay.withSamples { samples in
                    guard let base = samples.baseAddress else { return }
                    let first = samples.count - frames - ahead
                    for start in stride(from: 0, to: frames, by: Self.group) {
                        let end = min(frames, start + Self.group)
                        let near = unsafe samples[first + start - behind..<first + end + ahead]
                        if unsafe magnitude(.init(rebasing: near)) * interpolator.bound <= target { continue }
                        for i in start..<end {
                            let peak = unsafe interpolator.peak(base, at: first + i)
                            if peak > target {
                                unsafe room[i] = min(room[i], target / peak)
                                isLoud = true
                            }
                        }
                    }
                }
            }
        }
        return isLoud
    }
}

/// The smallest of a window of wishes, which is a multiple of 8 long.
private func least(_ wishes: UnsafeBufferPointer<Float>) -> Float {
    guard let base = unsafe UnsafeRawPointer(wishes.baseAddress) else { return 1 }
    var least = SIMD8<Float>(repeating: 1)
    for offset in stride(from: 0, to: wishes.count * 4, by: 32) {
        let block = unsafe base.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)
        least.replace(with: block, where: block .< least)
    }
    return least.min()
}

/// The mean of a window of the envelope, which is a multiple of 8 long, weighted by as many coefficients.
private func mean(_ envelope: UnsafeBufferPointer<Float>, _ weights: UnsafeBufferPointer<Float>) -> Float {
    guard let x = unsafe UnsafeRawPointer(envelope.baseAddress),
        let w = unsafe UnsafeRawPointer(weights.baseAddress)
    else { return 0 }
    var sum = SIMD8<Float>.zero
    for offset in stride(from: 0, to: envelope.count * 4, by: 32) {
        sum +=
            unsafe x.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)
            * w.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)
    }
    return min(1, sum.sum())
}
