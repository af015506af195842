// The window under which every filter here is made.

import Glibc

/// A low-pass filter's coefficient `distance` samples from its middle, under Kaiser's window, not normalised.
///
/// `cutoff` is in parts of the sampling rate; the window ends `half` samples from the middle.
func windowedSinc(_ distance: Double, cutoff: Double, half: Int, beta: Double) -> Double {
    let edge = distance / Double(half)
    guard edge.magnitude < 1 else { return 0 }
    let window = bessel(beta * (1 - edge * edge).squareRoot()) / bessel(beta)
    let angle = 2 * Double.pi * cutoff * distance
    return window * (angle == 0 ? 1 : sin(angle) / angle)
}

/// The modified Bessel function of the first kind and order 0, by its power series.
private func bessel(_ x: Double) -> Double {
    let quarter = x * x / 4
    var (term, sum, k) = (1.0, 1.0, 1.0)
    while term > 1e-12 * sum {
        term *= quarter / (k * k)
        sum += term
        k += 1
    }
    return sum
}
