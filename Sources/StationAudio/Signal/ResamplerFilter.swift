// The interpolation filter of the resampler: a windowed sinc, tabulated at many phases.

import Synchronization

/// A low-pass interpolation filter in rows, one for each fraction of an input frame.
///
/// Flat within 0.01 dB up to 0.40 of the lower of the two rates (17.6 kHz of 44.1; a horn ends at half of that, and
/// what it costs is the length), −6 dB at 0.45, and 93 dB down from 0.50 of it on, so that neither image nor alias
/// of any frequency is left. Between two rows the resampler interpolates linearly: with 256 rows that is wrong by
/// at most (2π · 0.45 / 256)² / 8, which is −98 dB of the highest frequency and less of every other.
final class ResamplerFilter: Sendable {
    /// Coefficients of a row: a multiple of 32.
    let taps: Int
    /// Rows for the fractions from 0 up to, and without, 1.
    let rows: Int
    /// `rows + 1` rows one after the other; the last is for the fraction 1.
    let coefficients: [Float]

    /// Taps where frames do not get fewer: Kaiser's (93 − 7.95) / (14.36 · 0.0926), with the transition from 0.407
    /// to 0.50.
    static let shortest = 64
    /// The middle of the transition.
    private static let cutoff = 0.4537
    /// The Kaiser window's shape for 93 dB.
    private static let beta = 0.1102 * (93 - 8.7)
    /// Rows that are enough where frames do not get fewer.
    private static let enoughRows = 256.0
    /// The most rows that are made so that nominal positions stand on one.
    private static let maximumRows = 1024

    /// Makes the filter from `down` input frames to `up` output frames, in lowest terms.
    init(up: Int, down: Int) {
        // Where frames get fewer, the filter gets longer and smoother in the same measure.
        let narrowing = min(1, Double(up) / Double(down))
        taps = Int((Double(Self.shortest) / narrowing / 32).rounded(.up)) * 32
        let enough = Int((Self.enoughRows * narrowing).rounded(.up))
        // A multiple of `up` puts every nominal position on a row: without drift nothing is interpolated.
        let aligned = (enough + up - 1) / up * up
        rows = aligned <= Self.maximumRows ? aligned : enough
        coefficients = Self.table(rows: rows, taps: taps, cutoff: Self.cutoff * narrowing)
    }

    /// The table: row r holds sinc and window at the distances of the taps from r / rows.
    private static func table(rows: Int, taps: Int, cutoff: Double) -> [Float] {
        var table = [Float](repeating: 0, count: (rows + 1) * taps)
        let half = taps / 2
        var row = [Double](repeating: 0, count: taps)
        // Row `rows − r` is row r backwards.
        for r in 0...rows / 2 {
            let fraction = Double(r) / Double(rows)
            var sum = 0.0
            for k in 0..<taps {
                let distance = Double(k - half + 1) - fraction
                row[k] = windowedSinc(distance, cutoff: cutoff, half: half, beta: beta)
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
