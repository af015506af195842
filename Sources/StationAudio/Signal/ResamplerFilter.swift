// The interpolation filter of the resampler: a windowed sinc, tabulated at many phases.

import Glibc
import Synchronization

/// A low-pass interpolation filter in rows, one for each fraction of an input frame.
///
/// Kaiser window for 100 dB; flat up to 0.45 of the lower of the two rates, and 100 dB down from 0.50 of it on, so
/// that neither image nor alias is left. Between two rows the resampler interpolates linearly: with 512 rows the
/// error is at most (2π·0.5/512)²/8, which is −106 dB of the highest frequency and less of every other.
final class ResamplerFilter: Sendable {
    /// Coefficients of a row: a multiple of 8.
    let taps: Int
    /// Rows for the fractions from 0 up to, and without, 1.
    let rows: Int
    /// `rows + 1` rows one after the other; the last is for the fraction 1.
    let coefficients: [Float]

    /// Taps at equal rates and below: (100 − 7.95) / (14.36 · 0.05), rounded up.
    private static let baseTaps = 128.0
    /// Rows that are enough where the input has the lower rate.
    private static let baseRows = 512.0
    /// The Kaiser window's shape for 100 dB.
    private static let beta = 0.1102 * (100 - 8.7)

    /// Makes the filter from `down` input frames to `up` output frames, in lowest terms.
    init(up: Int, down: Int) {
        // Where frames get fewer, the filter gets longer and smoother in the same measure.
        let narrowing = min(1, Double(up) / Double(down))
        taps = Int((Self.baseTaps / narrowing / 8).rounded(.up)) * 8
        let enough = Int((Self.baseRows * narrowing).rounded(.up))
        // A multiple of `up` puts every nominal position on a row, so that nothing is interpolated without drift.
        rows = up <= 4 * Self.baseRowsLimit ? (enough + up - 1) / up * up : enough
        coefficients = Self.table(rows: rows, taps: taps, cutoff: 0.475 * narrowing)
    }

    private static let baseRowsLimit = 512

    /// The table: row r holds sinc and window at the distances of the taps from r / rows.
    private static func table(rows: Int, taps: Int, cutoff: Double) -> [Float] {
        var table = [Float](repeating: 0, count: (rows + 1) * taps)
        let half = taps / 2
        var row = [Double](repeating: 0, count: taps)
        let scale = 1 / bessel(beta)
        // Row `rows − r` is row r backwards.
        for r in 0...rows / 2 {
            let fraction = Double(r) / Double(rows)
            var sum = 0.0
            for k in 0..<taps {
                let distance = Double(k - half + 1) - fraction
                let edge = distance / Double(half)
                let window = edge.magnitude < 1 ? bessel(beta * (1 - edge * edge).squareRoot()) * scale : 0
                let angle = 2 * Double.pi * cutoff * distance
                row[k] = window * (angle == 0 ? 1 : sin(angle) / angle)
                sum += row[k]
            }
            for k in 0..<taps {
                // Each row passes a constant unchanged.
                let value = Float(row[k] / sum)
                table[r * taps + k] = value
                if r == 0 {
                    // The fraction 1 is the fraction 0, one frame later.
                    if k + 1 < taps { table[rows * taps + k + 1] = value }
                } else {
                    table[(rows - r) * taps + taps - 1 - k] = value
                }
            }
        }
        return table
    }

    /// The modified Bessel function of the first kind and order 0, by its power series.
    private static func bessel(_ x: Double) -> Double {
        let quarter = x * x / 4
        var (term, sum, k) = (1.0, 1.0, 1.0)
        while term > 1e-12 * sum {
            term *= quarter / (k * k)
            sum += term
            k += 1
        }
        return sum
    }
}

extension ResamplerFilter {
    /// The filters in use, newest last: a playlist comes back to the same rates again and again.
    private static let made = Mutex<[(up: Int, down: Int, filter: ResamplerFilter)]>([])
    /// How many are kept.
    private static let maximumMade = 4

    /// The filter for `up` / `down`, made at first use.
    static func cached(up: Int, down: Int) -> ResamplerFilter {
        made.withLock { made in
            if let known = made.first(where: { $0.up == up && $0.down == down }) { return known.filter }
            let filter = ResamplerFilter(up: up, down: down)
            if made.count == maximumMade { made.removeFirst() }
            made.append((up, down, filter))
            return filter
        }
    }
}
