/// Why a slot did not sound as planned; the names are part of the contract (DESIGN.md section 9).
package enum Reason: String, Hashable, Sendable, CaseIterable {
    /// The clock could not be believed.
    case clockUntrusted = "clock-untrusted"
    /// The station may not sound at that hour.
    case outsideHours = "outside-hours"
    /// A person at the station had muted it.
    case muted
    /// Nothing to play was found.
    case noContent = "no-content"
    /// What was found cannot be played.
    case badContent = "bad-content"
    /// The card was not there.
    case deviceMissing = "device-missing"
    /// Somebody else held the card.
    case deviceBusy = "device-busy"
    /// The card took nothing, or would not start.
    case deviceStalled = "device-stalled"
    /// A higher class took the loudspeaker.
    case preEmpted = "pre-empted"
    /// A programme of the same class was still running.
    case overlap
    /// It could only have begun later than its rule allows.
    case late
    /// The power, or the daemon, went while it was to sound.
    case powerLost = "power-lost"
    /// A person at the station stopped it.
    case stoppedByHand = "stopped-by-hand"
    /// A newer timetable cancelled or replaced it.
    case withdrawn
    /// Its permit ended before its content did.
    case permitEnded = "permit-ended"
    /// The station was off.
    case off
}
