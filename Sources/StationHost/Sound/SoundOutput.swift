package import StationAudio
package import StationCore

/// The sound path of a station: a preflight thread, a decode thread and the audio thread behind it.
///
/// Loop thread.
package final class SoundOutput: SoundPath {
    private let mailbox: Mailbox<Event>
    private let preflights: PreflightThread
    private let decoder: DecodeThread
    /// What was preflighted and waits for its play, or plays.
    private var prepared: [PlayID: PreparedContent] = [:]
    private let found: Mailbox<(EffectID, PlayID, PreparedContent)>
    /// What the threads had done when the watchdog was fed last; nil while they have not been asked yet.
    private var lastPulse: DecodeThread.Pulse?

    /// Starts the threads; the card stays closed until it is asked for.
    ///
    /// - Parameters:
    ///   - card: which card, and how.
    ///   - content: the folder of verified content.
    ///   - handed: what people handed over.
    ///   - targetLoudness: the loudness that every item is brought to, in LUFS.
    ///   - mailbox: gets completions and what the card does.
    /// - Throws: `SystemError` or `CardError` when the machine has no thread or descriptor left.
    package init(
        card: CardSettings, content: String, handed: HandedFiles, targetLoudness: Double,
        mailbox: Mailbox<Event>
    ) throws {
        self.mailbox = mailbox
        let found = try Mailbox<(EffectID, PlayID, PreparedContent)>()
        self.found = found
        preflights = try PreflightThread(
            ContentChecker(
                content: content, handed: handed, targetLoudness: targetLoudness, allowance: .ofProcess())
        ) { id, play, content in
            // The content first: whoever hears of the completion may order the play at once.
            if let content { found.put((id, play, content)) }
            mailbox.put(.completed(id, .preflighted(content?.reports ?? [])))
        }
        decoder = try DecodeThread(settings: card) { mailbox.put($0) }
    }

    /// The name of a thread that makes no progress, for the watchdog; nil when all do.
    ///
    /// Also one that hangs in a call of a card which counts as lost: nothing but a restart gets it out of there.
    package func stalledThread() -> String? {
        let pulse = decoder.pulse
        defer {
            lastPulse = pulse
            // Who sleeps is woken, the audio thread too: a thread that lives has made a round by the next time.
            decoder.put(.beat)
        }
        guard let last = lastPulse else { return nil }
        if pulse.rounds == last.rounds { return "decode" }
        return pulse.audioRounds == last.audioRounds ? "audio" : nil
    }

    /// Opens the card, ahead of a slot.
    package func openCard(_ id: EffectID) {
        decoder.put(.openCard)
        mailbox.put(.completed(id, .done))
    }

    /// Closes the card as soon as nothing sounds.
    package func closeCard(_ id: EffectID) {
        decoder.put(.closeCard)
        mailbox.put(.completed(id, .done))
    }

    /// Tries whether the card can be had.
    package func probeCard(_ id: EffectID) { decoder.put(.probeCard(id)) }

    /// Checks content to its end, without a sound.
    package func preflight(
        _ id: EffectID, play: PlayID, items: [ContentItem], urgency: Urgency, scheduled: Instant
    ) {
        preflights.check(id, play, items, urgency, scheduled: scheduled)
    }

    /// Plays an order, within its permit.
    package func play(_ id: EffectID, order: PlayOrder) {
        takeFound()
        guard let content = prepared[order.play] else {
            mailbox.put(.completed(id, .played(.badContent, Playback())))
            return
        }
        decoder.put(.play(id, order, content))
    }

    /// Fades a play out and ends it.
    package func stop(_ id: EffectID, play: PlayID, fade: Duration) {
        decoder.stop(play, fade: fade)
        mailbox.put(.completed(id, .done))
    }

    /// Gives a play another permit.
    package func renew(_ id: EffectID, play: PlayID, permit: Permit) {
        decoder.put(.renew(play, permit))
        mailbox.put(.completed(id, .done))
    }

    /// Forgets what was prepared for a play, or is being prepared.
    package func discard(_ id: EffectID, play: PlayID) {
        preflights.discard(play)
        takeFound()
        prepared[play] = nil
        mailbox.put(.completed(id, .done))
    }

    private func takeFound() {
        for (_, play, content) in found.take() { prepared[play] = content }
    }
}
