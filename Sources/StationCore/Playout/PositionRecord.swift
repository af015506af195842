package import StationTrust

/// Where a running slot was, written beside the log while it plays.
///
/// Nobody removes it: one of a slot that has its outcome says nothing.
package struct PositionRecord: Hashable, Sendable {
    /// The slot that is playing.
    package var slot: String
    /// Where in the programme.
    package var position: Duration
    /// Frames consumed since the slot began, earlier plays of it included.
    package var framesConsumed: Int64
    /// All frames of the programme.
    package var framesPlanned: Int64
    /// When that was.
    package var wall: Instant
    /// When the slot first sounded.
    package var startedAt: Instant
    /// How far its first start was off, in microseconds.
    package var startErrorMicroseconds: Double?
    package var xruns: Int
    /// What was measured of the items so far.
    package var items: [Playback.Item]

    package init(
        slot: String, position: Duration, framesConsumed: Int64, framesPlanned: Int64, wall: Instant,
        startedAt: Instant, startErrorMicroseconds: Double?, xruns: Int, items: [Playback.Item]
    ) {
        self.slot = slot
        self.position = position
        self.framesConsumed = framesConsumed
        self.framesPlanned = framesPlanned
        self.wall = wall
        self.startedAt = startedAt
        self.startErrorMicroseconds = startErrorMicroseconds
        self.xruns = xruns
        self.items = items
    }
}

/// The record in its file: members in a fixed order, and nothing taken that lacks one.
extension PositionRecord {
    /// The record as it stands in its file.
    package var json: JSON {
        .object([
            .init("slot", .string(slot)),
            .init("positionNanoseconds", .integer(position.nanoseconds)),
            .init("framesConsumed", .integer(framesConsumed)),
            .init("framesPlanned", .integer(framesPlanned)),
            .init("wallNanoseconds", .integer(wall.nanoseconds)),
            .init("startedAtNanoseconds", .integer(startedAt.nanoseconds)),
            .init("startErrorMicroseconds", startErrorMicroseconds.map { .decimal($0) } ?? .null),
            .init("xruns", .integer(Int64(xruns))),
            .init(
                "items",
                .array(
                    items.map {
                        [
                            "index": .integer(Int64($0.index)), "framesConsumed": .integer($0.framesConsumed),
                            "peakDecibels": $0.peakDecibels.map { .decimal($0) } ?? .null,
                        ]
                    })),
        ])
    }

    /// Reads a record from its file's value; nil when it is not one.
    package init?(json: JSON) {
        guard let slot = json["slot"]?.text, let position = json["positionNanoseconds"]?.integer,
            let consumed = json["framesConsumed"]?.integer, let planned = json["framesPlanned"]?.integer,
            let wall = json["wallNanoseconds"]?.integer, let started = json["startedAtNanoseconds"]?.integer,
            let xruns = json["xruns"]?.integer, let items = json["items"]?.elements
        else { return nil }
        self.init(
            slot: slot, position: .nanoseconds(position), framesConsumed: consumed, framesPlanned: planned,
            wall: Instant(nanoseconds: wall), startedAt: Instant(nanoseconds: started),
            startErrorMicroseconds: json["startErrorMicroseconds"]?.number, xruns: Int(xruns),
            items: items.compactMap { item in
                guard let index = item["index"]?.integer, let frames = item["framesConsumed"]?.integer else {
                    return nil
                }
                return Playback.Item(
                    index: Int(index), framesConsumed: frames, peakDecibels: item["peakDecibels"]?.number)
            })
    }
}
