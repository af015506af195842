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
                unsafe leastOfRest(of: window, wishes, into: room)
                var place = window - 1
                var latest: Float = 1
                for i in 0..<frames {
                    // The rest of the block that the window begins in, and what it covers of the next block.
                    latest = unsafe place == 0 ? wishes[i + window - 1] : min(latest, wishes[i + window - 1])
                    place = place + 1 == window ? 0 : place + 1
                    let lowest = unsafe min(room[i], latest)
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
                unsafe gains.withUnsafeMutableBufferPointer { unsafe smooth(envelope, smoothing, into: $0) }
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

/// For each place the least of `wishes` from there to the end of its block of `window`.
///
/// A window that begins there ends in the next block: with the least of that block so far, the least of any window
/// costs two comparisons, however long it is (van Herk 1992).
private func leastOfRest(
    of window: Int, _ wishes: UnsafeBufferPointer<Float>, into rest: UnsafeMutableBufferPointer<Float>
) {
    guard !rest.isEmpty else { return }
    var least: Float = 1
    // Behind the last place the block goes on; no window is longer than the wishes are.
    var index = (rest.count - 1) / window * window + window - 1
    while index >= 0 {
        if index % window == window - 1 { least = 1 }
        least = unsafe min(least, wishes[index])
        if index < rest.count { unsafe rest[index] = least }
        index -= 1
    }
}

/// The weighted mean of the window of `envelope` that begins at each place.
///
/// Eight places at a time, each its own lane, so that no sum goes across lanes. A place gets the same additions in
/// the same order wherever its block begins.
private func smooth(
    _ envelope: UnsafeBufferPointer<Float>, _ weights: UnsafeBufferPointer<Float>,
    into gains: UnsafeMutableBufferPointer<Float>
) {
    guard let x = unsafe UnsafeRawPointer(envelope.baseAddress) else { return }
    var start = 0
    while start + 8 <= gains.count {
        // Four sums, since one would wait for its own last addition; the window is a multiple of 8 long.
        var (a, b, c, d) = (SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero)
        for k in stride(from: 0, to: weights.count, by: 4) {
            let place = unsafe x + (start + k) * 4
            unsafe a += place.loadUnaligned(as: SIMD8<Float>.self) * weights[k]
            unsafe b += place.loadUnaligned(fromByteOffset: 4, as: SIMD8<Float>.self) * weights[k + 1]
            unsafe c += place.loadUnaligned(fromByteOffset: 8, as: SIMD8<Float>.self) * weights[k + 2]
            unsafe d += place.loadUnaligned(fromByteOffset: 12, as: SIMD8<Float>.self) * weights[k + 3]
        }
        let means = (a + b) + (c + d)
        for lane in 0..<8 { unsafe gains[start + lane] = min(1, means[lane]) }
        start += 8
    }
    for place in start..<gains.count {
        var sums: (Float, Float, Float, Float) = (0, 0, 0, 0)
        for k in stride(from: 0, to: weights.count, by: 4) {
            unsafe sums.0 += envelope[place + k] * weights[k]
            unsafe sums.1 += envelope[place + k + 1] * weights[k + 1]
            unsafe sums.2 += envelope[place + k + 2] * weights[k + 2]
            unsafe sums.3 += envelope[place + k + 3] * weights[k + 3]
        }
        unsafe gains[place] = min(1, (sums.0 + sums.1) + (sums.2 + sums.3))
    }
}
