import StationCore
package import StationTrust

/// Whether the station may be interrupted, by the answer of `status`: nothing sounds, and nothing is due for a while.
///
/// What upgrades the program asks this before it restarts the daemon (T41).
package enum Idleness: Hashable {
    case idle
    /// Something sounds, or is about to.
    case sounding
    /// Something is due sooner: its title, and when, as `status` writes times.
    case due(title: String, at: String)
    /// The answer does not tell: then it is taken for busy.
    case unknown

    /// Judges an answer of `status`.
    package init(_ answer: JSON, for duration: Duration) {
        guard let state = answer["state"]?.text,
            let now = answer["clock"]?["now"]?.text.flatMap(RFC3339.parse)?.instant
        else {
            self = .unknown
            return
        }
        guard state != "playing", state != "arming" else {
            self = .sounding
            return
        }
        guard let next = answer["next"], next != .null else {
            self = .idle
            return
        }
        guard let at = next["at"]?.text, let instant = RFC3339.parse(at)?.instant else {
            self = .unknown
            return
        }
        self = instant - now > duration ? .idle : .due(title: next["title"]?.text ?? "", at: at)
    }
}
