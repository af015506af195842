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
        return unsafe store(source, count: frames * channels, as: format.sample, to: target)
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

/// Writes `count` samples one after the other: the common case, without a division and a choice for each.
private func store(
    _ source: UnsafePointer<Float>, count: Int, as format: CardSampleFormat,
    to target: UnsafeMutableRawPointer
) {
    var index = 0
    switch format {
    case .s16:
        while index < count {
            unsafe store(source[index], as: .s16, to: target, at: index)
            index += 1
        }
    case .s32:
        while index < count {
            unsafe store(source[index], as: .s32, to: target, at: index)
            index += 1
        }
    case .float:
        while index < count {
            unsafe store(source[index], as: .float, to: target, at: index)
            index += 1
        }
    }
}

/// Half away from zero, as `rounded()` does by a call into libm: every processor that ships truncates in one step.
@inline(__always)
private func nearest(_ value: Double) -> Int32 { Int32(value + (value < 0 ? -0.5 : 0.5)) }

@inline(__always)
private func store(
    _ sample: Float, as format: CardSampleFormat, to target: UnsafeMutableRawPointer, at index: Int
) {
    // The comparison with itself fails for what is not a number.
    let bounded = sample == sample ? min(max(sample, -1), 1) : 0
    // Safety: the caller's target has room for frames × channels samples of the format.
    switch format {
    case .s16:
        let value = Int16(truncatingIfNeeded: nearest(Double(bounded) * 32_767))
        unsafe target.storeBytes(of: value, toByteOffset: index * 2, as: Int16.self)
    case .s32:
        let value = nearest(Double(bounded) * 2_147_483_647)
        unsafe target.storeBytes(of: value, toByteOffset: index * 4, as: Int32.self)
    case .float:
        unsafe target.storeBytes(of: bounded, toByteOffset: index * 4, as: Float.self)
    }
}
