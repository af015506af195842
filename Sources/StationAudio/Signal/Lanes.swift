// Eight samples at a time: what the inner loops share.

/// Eight samples at a byte offset.
@inline(__always)
func lane(_ base: UnsafeRawPointer, _ offset: Int) -> SIMD8<Float> {
    // Safety: the caller has 32 bytes there.
    unsafe base.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)
}

/// The sums of the first and the fifth, the second and the sixth, and so on.
@inline(__always)
func folded(_ lanes: SIMD8<Float>) -> SIMD4<Float> { lanes.lowHalf + lanes.highHalf }

/// The sum of four, by halves: `sum()` adds one after the other.
@inline(__always)
func total(_ lanes: SIMD4<Float>) -> Float {
    let two = lanes.lowHalf + lanes.highHalf
    return two.x + two.y
}

/// The magnitudes of eight.
@inline(__always)
func magnitudes(_ lanes: SIMD8<Float>) -> SIMD8<Float> { lanes.replacing(with: -lanes, where: lanes .< 0) }

/// The larger of each two; that of `a` where either is NaN.
@inline(__always)
func larger(_ a: SIMD8<Float>, _ b: SIMD8<Float>) -> SIMD8<Float> { a.replacing(with: b, where: b .> a) }

/// The largest of eight, by halves.
@inline(__always)
func largest(_ lanes: SIMD8<Float>) -> Float {
    let four = lanes.lowHalf.replacing(with: lanes.highHalf, where: lanes.highHalf .> lanes.lowHalf)
    let two = four.lowHalf.replacing(with: four.highHalf, where: four.highHalf .> four.lowHalf)
    return max(two.x, two.y)
}
