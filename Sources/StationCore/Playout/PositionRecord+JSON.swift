package import StationTrust

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
