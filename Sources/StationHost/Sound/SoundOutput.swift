package import StationAudio
package import StationCore
import Synchronization

/// The sound path of a station: a preflight thread, a decode thread and the audio thread behind it. Loop thread.
package final class SoundOutput: SoundPath {
    private let mailbox: Mailbox<Event>
    private let preflights: PreflightThread
    private let decoder: DecodeThread
    /// What was preflighted and waits for its play, or plays.
    private var prepared: [PlayID: PreparedContent] = [:]
    private let found: Mailbox<(EffectID, PlayID, PreparedContent)>

    /// Starts the threads; the card stays closed until it is asked for.
    ///
    /// - Parameters:
    ///   - card: which card, and how.
    ///   - folders: each upstream's folder.
    ///   - handed: what people handed over.
    ///   - targetLoudness: the loudness that every item is brought to, in LUFS.
    ///   - mailbox: gets completions and what the card does.
    /// - Throws: `SystemError` or `CardError` when the machine has no thread or descriptor left.
    package init(
        card: CardSettings, folders: [String: String], handed: HandedFiles, targetLoudness: Double,
        mailbox: Mailbox<Event>
    ) throws {
        self.mailbox = mailbox
        let found = try Mailbox<(EffectID, PlayID, PreparedContent)>()
        self.found = found
        preflights = try PreflightThread(
            folders: folders, handed: handed, targetLoudness: targetLoudness
        ) { id, play, content in
            // The content first: whoever hears of the completion may order the play at once.
            found.put((id, play, content))
            mailbox.put(.completed(id, .preflighted(content.reports)))
        }
        decoder = try DecodeThread(settings: card) { mailbox.put($0) }
    }

    /// Rounds that the decode thread made.
    package var rounds: Int { decoder.rounds.load(ordering: .relaxed) }

    package func openCard(_ id: EffectID) {
        decoder.put(.openCard)
        mailbox.put(.completed(id, .done))
    }

    package func closeCard(_ id: EffectID) {
        decoder.put(.closeCard)
        mailbox.put(.completed(id, .done))
    }

    package func preflight(_ id: EffectID, play: PlayID, items: [ContentItem]) {
        preflights.check(id, play, items)
    }

    package func play(_ id: EffectID, order: PlayOrder) {
        takeFound()
        guard let content = prepared[order.play] else {
            mailbox.put(.completed(id, .played(.badContent, Playback())))
            return
        }
        decoder.put(.play(id, order, content))
    }

    package func stop(_ id: EffectID, play: PlayID, fade: Duration) {
        decoder.put(.stop(play, fade: fade))
        mailbox.put(.completed(id, .done))
    }

    package func renew(_ id: EffectID, play: PlayID, permit: Permit) {
        decoder.put(.renew(play, permit))
        mailbox.put(.completed(id, .done))
    }

    package func discard(_ id: EffectID, play: PlayID) {
        takeFound()
        prepared[play] = nil
        mailbox.put(.completed(id, .done))
    }

    private func takeFound() {
        for (_, play, content) in found.take() { prepared[play] = content }
    }
}
