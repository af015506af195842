import StationCore
import StationHost

/// A stand-in until the sound path is there.
final class SilentSound: SoundPath {
    private let mailbox: Mailbox<Event>
    init(_ mailbox: Mailbox<Event>) { self.mailbox = mailbox }
    func openCard(_ id: EffectID) { mailbox.put(.completed(id, .done)) }
    func closeCard(_ id: EffectID) { mailbox.put(.completed(id, .done)) }
    func preflight(_ id: EffectID, play: PlayID, items: [ContentItem]) {
        let reports = items.map {
            ItemReport(
                path: $0.source.path, sha256: nil, duration: .seconds(2), problem: nil, isPlayable: true)
        }
        mailbox.put(.completed(id, .preflighted(reports)))
    }
    func play(_ id: EffectID, order: PlayOrder) {
        let playback = Playback(
            startedAt: order.start, startErrorMicroseconds: 0, startMethod: "unproven", position: .seconds(2),
            framesConsumed: 96_000, framesPlanned: 96_000, isUnproven: true)
        mailbox.put(.progress(order.play, playback))
        mailbox.put(.completed(id, .played(.completed, playback)))
    }
    func stop(_ id: EffectID, play: PlayID, fade: Duration) { mailbox.put(.completed(id, .done)) }
    func renew(_ id: EffectID, play: PlayID, permit: Permit) { mailbox.put(.completed(id, .done)) }
    func discard(_ id: EffectID, play: PlayID) { mailbox.put(.completed(id, .done)) }
    var stalledThread: String? { nil }
}
