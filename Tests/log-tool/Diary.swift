import StationCore
import StationTrust

/// What a station writes that is switched on each morning and plays all day: intents and outcomes.
struct Diary {
    private static let hanoi = 7 * 3600
    private static let day: Int64 = 86_400_000_000_000

    private let last: Int64
    private let end: Instant
    private let daily: Int64

    /// A diary whose entries are spread evenly over their days.
    ///
    /// - Parameters:
    ///   - last: the index of its last entry.
    ///   - end: when that is written.
    ///   - daily: how many there are a day.
    init(last: Int64, at end: Instant, daily: Int64) {
        (self.last, self.end, self.daily) = (last, end, daily)
    }

    /// The entry of an index.
    func entry(_ index: Int64) -> Entry {
        let (day, place) = index.quotientAndRemainder(dividingBy: daily)
        switch place {
        case 0:
            return entry(
                index, .boot, ["station": "bench", "version": "1.0.0", "zone": "Asia/Ho_Chi_Minh"])
        case 1: return entry(index, .timetable, ["versions": ["commune": .integer(day)]])
        case _ where place.isMultiple(of: 2): return entry(index, .intent, intent(index))
        default: return entry(index, .outcome, outcome(index - 1))
        }
    }

    private func entry(_ index: Int64, _ kind: Entry.Kind, _ body: JSON) -> Entry {
        let wall = wall(index)
        let elapsed = index % daily * (Self.day / daily)
        return Entry(
            index: index, kind: kind, boot: "0a1b2c3d-\(index / daily)-4e5f-8a9b-0c1d2e3f4a5b",
            now: Now(
                wall: wall, monotonic: MonotonicInstant(nanoseconds: elapsed), isSynchronised: true,
                errorMicroseconds: 900), clock: .synchronised, wallText: text(wall), body: body.members ?? [])
    }

    private func wall(_ index: Int64) -> Instant {
        end - .nanoseconds((last - index) * (Self.day / daily))
    }

    private func text(_ instant: Instant, later: Int64 = 0) -> String {
        RFC3339.string(
            from: instant + .nanoseconds(later), offset: Self.hanoi, fraction: .microseconds)
    }

    private func slot(_ intent: Int64) -> [JSON.Member] {
        let scheduled = wall(intent) + .seconds(8)
        let uid = "thoi-su-\(intent % daily)"
        return [
            .init(
                "slot",
                .string("commune/\(uid)@\(RFC3339.string(from: scheduled, offset: Self.hanoi))")),
            .init("programme", .string("commune/\(uid)")),
            .init("title", "Bản tin thời sự của xã"),
            .init("class", "normal"), .init("upstream", "commune"),
            .init("categories", ["TinTuc", "NongNghiep"]),
            .init("scheduled", .string(text(scheduled))),
        ]
    }

    private func intent(_ index: Int64) -> JSON {
        .object(slot(index) + [.init("startAt", .string(text(wall(index), later: 8_000_000_000)))])
    }

    private func outcome(_ intent: Int64) -> JSON {
        let start = wall(intent)
        return .object(
            slot(intent) + [
                .init("result", "played"), .init("reason", .null),
                .init("startedAt", .string(text(start, later: 8_000_003_000))),
                .init("startErrorMicroseconds", .decimal(3.1)), .init("startMethod", "hardware"),
                .init("endedAt", .string(text(start, later: 308_000_003_000))),
                .init("framesPlanned", 14_400_000), .init("framesConsumed", 14_400_000),
                .init("rate", 48_000), .init("xruns", 0), .init("volumeDecibels", .decimal(-6.5)),
                .init(
                    "items",
                    [
                        [
                            "path": .string("tin/\(intent).mp3"),
                            "sha256": .string("\(SHA256.hash("\(intent)".utf8))"), "language": "vi",
                            "framesConsumed": 14_400_000, "peakDecibels": .decimal(-3.2),
                            "loudnessLufs": .decimal(-18.4),
                        ]
                    ]),
            ])
    }
}
