import StationCore

/// What a preflight found of a play's items, with the descriptors that it hashed and decoded.
final class PreparedContent: Sendable {
    /// One item that will sound.
    struct Item: Sendable {
        /// Its place among the play's items.
        let index: Int
        let file: HeldFile
        /// Frames that decode, and their rate.
        let frames: Int
        let rate: Int
        /// The gain that brings it to the station's loudness, in dB.
        let gainDecibels: Double
    }

    let items: [Item]
    let reports: [ItemReport]

    init(items: [Item], reports: [ItemReport]) {
        self.items = items
        self.reports = reports
    }

    /// Whether the files are still those that were hashed.
    var isUnchanged: Bool { items.allSatisfy(\.file.isUnchanged) }

    /// For each item of the sound the programme frame at which it ends, at a card's rate.
    ///
    /// n frames of a file at rate r take round(n · R / r) programme frames; neighbours of one rate are one stream and
    /// are rounded together, as `ProgrammeReader` has it.
    func ends(cardRate: Int) -> [Int] {
        var ends: [Int] = []
        var (runStart, runInput, runRate) = (0, 0, 0)
        for item in items {
            if item.rate != runRate {
                (runStart, runInput, runRate) = (ends.last ?? 0, 0, item.rate)
            }
            runInput += item.frames
            ends.append(runStart + (2 * runInput * cardRate + runRate) / (2 * runRate))
        }
        return ends
    }
}
