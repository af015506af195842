/// Turns finished float frames into the bytes of a card's buffer: channels first, then the format.
///
/// Whatever comes, the card gets samples within full scale; what is not a number is silence.

/// Writes `frames` frames of `channels` interleaved samples as the card wants them.
///
/// Equal channel counts are copied; one goes to all; several go to fewer as their mean, to more by turns.
func store(
    _ source: UnsafePointer<Float>, channels: Int, frames: Int, as format: CardFormat,
    to target: UnsafeMutableRawPointer
) {
    if channels == format.channels {
        return unsafe store(source, count: frames * channels, copies: 1, as: format.sample, to: target)
    }
    if channels == 1, format.channels == 2 {
        return unsafe store(source, count: frames, copies: 2, as: format.sample, to: target)
    }
    var frame = 0
    while frame < frames {
        let from = unsafe source + frame * channels
        var channel = 0
        while channel < format.channels {
            var sample: Float = 0
            if format.channels < channels {
                var each = 0
                while each < channels {
                    unsafe sample += from[each] / Float(channels)
                    each += 1
                }
            } else {
                sample = unsafe from[channel % channels]
            }
            unsafe store(sample, as: format.sample, to: target, at: frame * format.channels + channel)
            channel += 1
        }
        frame += 1
    }
}

/// Writes `count` samples one after the other, each once or twice: the common cases, eight samples at a time.
private func store(
    _ source: UnsafePointer<Float>, count: Int, copies: Int, as format: CardSampleFormat,
    to target: UnsafeMutableRawPointer
) {
    let whole = count & ~7
    // Safety: `count` samples here and `copies` as many there, and each group of eight ends at `whole` at the latest.
    let from = unsafe UnsafeRawPointer(source)
    var index = 0
    switch format {
    case .s16:
        while index < whole {
            unsafe put(rounded16(bounded(lane(from, index &* 4))), copies, to: target, at: index)
            index &+= 8
        }
    case .s32:
        while index < whole {
            unsafe put(rounded32(bounded(lane(from, index &* 4))), copies, to: target, at: index)
            index &+= 8
        }
    case .float:
        while index < whole {
            unsafe put(bounded(lane(from, index &* 4)), copies, to: target, at: index)
            index &+= 8
        }
    }
    while index < count {
        for copy in 0..<copies {
            unsafe store(source[index], as: format, to: target, at: index &* copies &+ copy)
        }
        index &+= 1
    }
}

/// Writes eight samples, each once or twice, behind `index` others.
@inline(__always)
private func put<Sample: SIMDScalar>(
    _ samples: SIMD8<Sample>, _ copies: Int, to target: UnsafeMutableRawPointer, at index: Int
) {
    let offset = index &* copies &* MemoryLayout<Sample>.size
    // Safety: the caller's target has room for as many.
    if copies == 1 {
        return unsafe target.storeBytes(of: samples, toByteOffset: offset, as: SIMD8<Sample>.self)
    }
    var pairs = SIMD16<Sample>(lowHalf: samples, highHalf: samples)
    (pairs.evenHalf, pairs.oddHalf) = (samples, samples)
    unsafe target.storeBytes(of: pairs, toByteOffset: offset, as: SIMD16<Sample>.self)
}

@inline(__always)
private func store(
    _ sample: Float, as format: CardSampleFormat, to target: UnsafeMutableRawPointer, at index: Int
) {
    // Only what is not a number differs from itself.
    let bounded = sample != sample ? 0 : sample > 1 ? 1 : sample < -1 ? -1 : sample
    // Safety: the caller's target has room for frames × channels samples of the format.
    switch format {
    case .s16:
        let whole = Int16((bounded * 32_767).rounded(.toNearestOrEven))
        unsafe target.storeBytes(of: whole, toByteOffset: index &* 2, as: Int16.self)
    case .s32:
        let whole = Int32((Double(bounded) * 2_147_483_647).rounded(.toNearestOrEven))
        unsafe target.storeBytes(of: whole, toByteOffset: index &* 4, as: Int32.self)
    case .float:
        unsafe target.storeBytes(of: bounded, toByteOffset: index &* 4, as: Float.self)
    }
}

/// The samples within full scale; silence for what is not a number, which alone differs from itself.
@inline(__always)
private func bounded(_ samples: SIMD8<Float>) -> SIMD8<Float> {
    let one = SIMD8<Float>(repeating: 1)
    var bounded = samples.replacing(with: SIMD8<Float>.zero, where: samples .!= samples)
    bounded.replace(with: one, where: bounded .> one)
    bounded.replace(with: -one, where: bounded .< -one)
    return bounded
}

/// The nearest of the 16-bit samples.
///
/// Beside 1.5 · 2²³ a float has no fraction left: adding it rounds, and its lowest bits are the whole number. It is
/// one addition for all eight, where rounding and converting is a call for each on some processors.
@inline(__always)
private func rounded16(_ samples: SIMD8<Float>) -> SIMD8<Int16> {
    let shifted = samples * 32_767 + 0x1.8p23
    // Safety: both are eight times 32 bits.
    return SIMD8<Int16>(truncatingIfNeeded: unsafe unsafeBitCast(shifted, to: SIMD8<Int32>.self))
}

/// The nearest of the 32-bit samples, likewise: a double has no fraction left beside 1.5 · 2⁵².
@inline(__always)
private func rounded32(_ samples: SIMD8<Float>) -> SIMD8<Int32> {
    let shifted = SIMD8<Double>(samples) * 2_147_483_647 + 0x1.8p52
    // Safety: both are eight times 64 bits.
    return SIMD8<Int32>(truncatingIfNeeded: unsafe unsafeBitCast(shifted, to: SIMD8<Int64>.self))
}
