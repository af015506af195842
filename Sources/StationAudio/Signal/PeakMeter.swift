/// The largest magnitude of the samples that it was shown.
package struct PeakMeter: Sendable {
    /// The largest magnitude so far, 1 being full scale.
    package private(set) var peak: Float = 0

    /// Makes a meter that has seen nothing.
    package init() {}

    /// Takes `samples` into account; NaN is not.
    package mutating func measure(_ samples: UnsafeBufferPointer<Float>) {
        // Safety: `magnitude` stays within the buffer.
        unsafe peak = max(peak, magnitude(samples))
    }
}

/// The largest magnitude of `samples`; NaN does not count.
func magnitude(_ samples: UnsafeBufferPointer<Float>) -> Float {
    // Safety: both loops stay within the buffer.
    guard let base = unsafe UnsafeRawPointer(samples.baseAddress) else { return 0 }
    var peaks = SIMD8<Float>.zero
    let whole = samples.count & ~7
    for i in stride(from: 0, to: whole, by: 8) {
        peaks = larger(peaks, magnitudes(unsafe lane(base, i &* 4)))
    }
    var peak = largest(peaks)
    for i in whole..<samples.count { peak = unsafe max(peak, samples[i].magnitude) }
    return peak
}
