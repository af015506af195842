// Eight samples at a time: what the inner loops share.

/// Eight samples at a byte offset.
@inline(__always)
func lane(_ base: UnsafeRawPointer, _ offset: Int) -> SIMD8<Float> {
    // Safety: the caller has 32 bytes there.
    unsafe base.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)
}

/// The sum of eight, by halves: `sum()` adds one after the other.
@inline(__always)
func total(_ lanes: SIMD8<Float>) -> Float {
    let four = lanes.lowHalf + lanes.highHalf
    let two = four.lowHalf + four.highHalf
    return two.x + two.y
}
