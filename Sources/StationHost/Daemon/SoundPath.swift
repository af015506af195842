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
    /// Hashes the items and decodes each to its end.
    func preflight(_ id: EffectID, play: PlayID, items: [ContentItem])
    /// Plays what was preflighted.
    func play(_ id: EffectID, order: PlayOrder)
    /// Fades a play out and ends it.
    func stop(_ id: EffectID, play: PlayID, fade: Duration)
    /// Gives a play another permit.
    func renew(_ id: EffectID, play: PlayID, permit: Permit)
    /// Forgets what was preflighted.
    func discard(_ id: EffectID, play: PlayID)
}
