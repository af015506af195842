package import TerminalText

/// Until when stations believe a file of the repository.
package struct Validity {
    /// The file, as stations call it: `timestamp.json`.
    package let file: String
    /// When that ends.
    package let until: Phrase
}

extension Repository {
    /// `loa-centre refresh`: signs a new timestamp, and a new snapshot where the old one ends soon; for a timer.
    ///
    /// Of the keys only `online/` is read, and of what the repository offers nothing.
    /// - Returns: until when everything is believed now, the timestamp first, and what expires soon.
    package func refresh() throws(CentreError) -> (validity: [Validity], warnings: [Phrase]) {
        let draft = try change { _ throws(CentreError) in }.draft
        return (draft.validity, draft.warnings)
    }
}
