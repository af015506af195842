// Levels: decibels and factors, and the scrubbing of what is no sound.

import Glibc

/// The factor of amplitude that `decibels` stand for; −∞ gives 0.
package func amplitude(decibels: Double) -> Float { Float(pow(10, decibels / 20)) }

/// The decibels that a factor of amplitude stands for; 0 gives −∞.
package func decibels(amplitude: Float) -> Double { 20 * log10(Double(amplitude)) }

/// Samples from here on are no sound but a decoder's or a disk's mistake: 42 dB over full scale.
private let implausible: Float = 128

/// The sample, or silence where it is NaN, infinite or absurd.
@inline(__always)
func scrubbed(_ sample: Float) -> Float {
    // NaN compares false, so it takes the way to silence.
    sample.magnitude < implausible ? sample : 0
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
