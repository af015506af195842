package import StationCore

/// Which version of the program this is.
package enum Release {
    /// The version, as `--version` and `status` show it.
    package static let version = "0.1.0"
    /// The day on which this version was made, 2026-11-01: no clock is right that shows an earlier one.
    package static let date = Instant(seconds: 1_793_491_200)
}
