import StationCore
import StationTrust

// The server of a world's upstreams, and what the station's client makes of it.

/// What a server shows, and what a client that verifies it has believed.
///
/// Fault model. The server may show what was published before, have the metadata and not the files, or show what nobody
/// signed. Its metadata is believed or not as The Update Framework has it: never an older version than was believed
/// before, also before a restart; and an emergency whose signature has ended by the station's clock is none.
struct SimulatedServer {
    /// How a poll ends.
    enum Answer {
        case failed(String)
        case unchanged
        case news(SimulatedOffer)
    }

    /// What was published last, and before that.
    private(set) var published: SimulatedOffer?
    private var before: SimulatedOffer?
    /// Whether it shows what was published before.
    var isReplaying = false
    /// Why nothing that it shows is believed; nil where it is.
    var refusal: String?
    /// Whether it has none of the files.
    var withholds = false
    /// The latest version that was believed, which the disk remembers.
    private var believed: Int64 = 0
    /// What the daemon's present run was told last, newest last.
    private var told: [SimulatedOffer] = []
    /// Every file that anybody has signed for.
    private(set) var signed: Set<TUF.Content> = []

    /// So many timetables are known that the station may write down late.
    private static let mostTold = 16

    /// Publishes an offer.
    mutating func publish(_ offer: SimulatedOffer, at time: Instant) {
        before = published
        published = offer.signed(asVersion: (published?.version ?? 0) + 1, at: time)
        signed.formUnion(offer.contents)
    }

    /// Answers a poll that judges signatures by an instant.
    mutating func ask(at instant: Instant) -> Answer {
        if let refusal { return .failed(refusal) }
        guard let shown = isReplaying ? before ?? published : published else { return .unchanged }
        guard shown.version >= believed else { return .failed("older than what was believed before") }
        believed = shown.version
        let offer = shown.inForce(at: instant)
        let isKnown = told.last.map { $0.version == offer.version && $0.isExpired == offer.isExpired }
        guard isKnown != true else { return .unchanged }
        told = told.suffix(Self.mostTold - 1) + [offer]
        return .news(offer)
    }

    /// The daemon is another: it has been told nothing.
    mutating func forgetTold() { told = [] }

    /// The timetable that a manifest is of.
    func timetable(_ kind: RemoteFile.Kind, of manifest: Manifest) -> SignedTimetable? {
        told.last { $0.timetables[kind]?.manifest == manifest }?.timetables[kind]
    }
}

extension RemoteFile {
    /// Whether it is read before its timetable is offered: then it is in the store.
    var isText: Bool { path.hasSuffix(".ics") || path.hasSuffix(".m3u8") }
}
