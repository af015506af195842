package import StationCore

/// What makes the sound: the executor's border to card and decoders, which the contract's suite replaces.
///
/// Every function is called on the loop thread and returns at once; what comes of it is reported to the mailbox that
/// the sound path was made with.
package protocol SoundPath: AnyObject {
    /// Opens the card and feeds it with silence.
    func openCard(_ id: EffectID)
    /// Closes the card.
    func closeCard(_ id: EffectID)
    /// Tries whether the card can be had, without a sound.
    func probeCard(_ id: EffectID)
    /// Hashes the items and decodes each to its end: the most urgent first, among equals what is due first.
    func preflight(
        _ id: EffectID, play: PlayID, items: [ContentItem], urgency: Urgency, scheduled: Instant)
    /// Plays what was preflighted.
    func play(_ id: EffectID, order: PlayOrder)
    /// Fades a play out and ends it.
    func stop(_ id: EffectID, play: PlayID, fade: Duration)
    /// Gives a play another permit.
    func renew(_ id: EffectID, play: PlayID, permit: Permit)
    /// Forgets what was preflighted; what is being preflighted is given up.
    func discard(_ id: EffectID, play: PlayID)
    /// The name of a thread that has work and makes no progress, decode or audio; nil while all do.
    ///
    /// Asked whenever the service supervisor's watchdog is to be fed, which it is only while there is none (T39).
    /// A thread that waits for work, or for a card whose loss was reported, makes progress.
    func stalledThread() -> String?
}
