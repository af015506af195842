import StationCore
package import TerminalText

/// What is to be said of a station by its status.
package struct StationState: Hashable, Sendable {
    /// One thing that wants a look.
    package struct Finding: Hashable, Sendable {
        /// What it is, by a code that stays as it is; where several are true the first one here is the station's.
        package enum Code: String, Hashable, Sendable, CaseIterable {
            /// No trusted key has signed its status.
            case keyUnknown = "key-unknown"
            /// The signature is not that of the key that it names.
            case signatureBad = "signature-bad"
            /// The status is none.
            case unreadable
            /// An older status stands in a newer one's place, or its clock was set back.
            case timeBack = "time-back"
            /// Its clock is ahead of the centre's: its silence could not be seen.
            case timeAhead = "time-ahead"
            /// It says that its log began anew, and nobody has acknowledged that.
            case lost
            /// Nothing was heard of it for three times as long as it promises.
            case silent
            /// It says itself that something is wrong.
            case faulted
            /// It lives, but one of its upstreams does not reach it.
            case stale
            /// It lives, but its log has not been uploaded for two days although it has grown.
            case notUploaded = "not-uploaded"
        }

        /// What it is.
        package let code: Code
        /// The same in words.
        package let message: Phrase
    }

    /// Which station.
    package let station: String
    /// What it says of itself; nil where that is not believed.
    package var status: StationStatus?
    /// What wants a look, the gravest first.
    package var findings: [Finding] = []
}
