import StationCore

/// What `loa simulate` was asked for, with times as they were typed: the station's zone is not known yet.
package struct SimulationOrder: Hashable, Sendable {
    /// A stretch of time as it was typed: `T`, `T/T` or `T/D`.
    package struct Stretch: Hashable, Sendable {
        /// As it was typed.
        package let text: String

        /// Takes what was typed.
        package init(_ text: String) { self.text = text }
    }

    /// For so many days.
    package var days = 7
    /// When it begins; nil for now.
    package var start: String?
    /// By how much the clock is set, and when, as `D` or `D@T`.
    package var clockStep: String?
    package var powerCut: Stretch?
    package var networkDown: Stretch?
    package var cardLost: Stretch?
    /// The configuration; nil for the daemon's own, or the usual one.
    package var configuration: String?

    /// A week without trouble.
    package init() {}
}
