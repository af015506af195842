import StationCore
import StationTrust

/// An `outcome` of a log, as a report needs it.
struct SlotOutcome: Hashable {
    /// What makes the slot one and the same (DESIGN.md section 9).
    var slot: String
    var scheduled: Instant
    var themes: [String]
    var programmeClass: String
    var verdict: SlotVerdict
    /// Why it is no more than that; nil where nothing is wrong.
    var reason: String?
    /// How long it sounded, in milliseconds; 0 where nothing is proven.
    var milliseconds: Int64
    /// Whether a person at the station played it, so that it was never due.
    var isByHand: Bool

    /// A start is on time if it is at most so far off.
    static let mostStartError = Duration.seconds(1)
    /// A card's rate, in frames a second, where nothing in the log says it: the highest usual one, so that nobody is
    /// credited with more than was heard.
    static let assumedRate: Int64 = 48_000
    private static let rates: ClosedRange<Int64> = 4_000...768_000
    /// So many themes of one programme are counted, so long each may be, in bytes.
    private static let mostThemes = 16
    static let mostThemeBytes = 200

    /// Reads an entry; nil where it is no outcome that could be counted.
    ///
    /// - Parameters:
    ///   - json: the entry.
    ///   - rate: the card's as the log told it last, for outcomes that do not say it.
    init?(_ json: JSON, rate: Int64?) {
        guard json["kind"]?.text == Entry.Kind.outcome.rawValue, let slot = json["slot"]?.text,
            let scheduled = json["scheduled"]?.text.flatMap(RFC3339.instant(of:)),
            let result = json["result"]?.text
        else { return nil }
        let frames = json["framesConsumed"]?.integer ?? 0
        let isUnproven = json["unproven"]?.bool == true
        switch result {
        case "missed": verdict = .missed
        case _ where isUnproven: verdict = .unproven
        case "played": verdict = Self.isOnTime(json, scheduled) ? .onTime : .late
        case "partial": verdict = .partial
        default: return nil
        }
        self.slot = Slot.identity(of: slot)
        self.scheduled = scheduled
        themes = Self.themes(json["categories"]?.elements ?? [])
        programmeClass = json["class"]?.text ?? ""
        reason = json["reason"]?.text
        let ownRate = (json["rate"]?.integer).flatMap { Self.rates ~= $0 ? $0 : nil }
        let isHeard = verdict != .unproven && verdict != .missed && frames > 0
        milliseconds =
            isHeard ? Self.milliseconds(frames, ownRate ?? rate.flatMap { Self.rates ~= $0 ? $0 : nil }) : 0
        guard milliseconds <= Self.mostMilliseconds else { return nil }
        isByHand = Slot.isByHand(slot)
    }

    /// Nothing sounds longer than a day: a station that says so would have any number of minutes.
    private static let mostMilliseconds: Int64 = 86_400_000

    private static func milliseconds(_ frames: Int64, _ rate: Int64?) -> Int64 {
        let (product, overflow) = frames.multipliedReportingOverflow(by: 1000)
        return overflow ? 0 : product / (rate ?? assumedRate)
    }

    /// The measured start less the ordered one says how well the card was placed; a slot that was begun late was
    /// ordered late, so both that and its distance from the schedule count.
    private static func isOnTime(_ json: JSON, _ scheduled: Instant) -> Bool {
        let limit = mostStartError
        let error = json["startErrorMicroseconds"]?.number
        if let error, error.magnitude > Double(limit.nanoseconds / 1000) { return false }
        guard let started = json["startedAt"]?.text.flatMap(RFC3339.instant(of:)) else { return error != nil }
        return started - scheduled <= limit && scheduled - started <= limit
    }

    /// Each theme once, in one order.
    private static func themes(_ categories: [JSON]) -> [String] {
        let names = categories.prefix(mostThemes).compactMap { category -> String? in
            guard let text = category.text, text.utf8.count <= mostThemeBytes else { return nil }
            let name = text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
            return name.isEmpty ? nil : String(name)
        }
        return Set(names).sorted()
    }
}
