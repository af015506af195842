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
