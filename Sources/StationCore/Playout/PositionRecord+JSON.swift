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
            .init("startMethod", startMethod.map { .string($0) } ?? .null),
            .init("unproven", .bool(isUnproven)),
            .init("xruns", .integer(Int64(xruns))),
            .init(
                "items",
                .array(
                    items.map {
                        [
                            "index": .integer(Int64($0.measured.index)), "path": .string($0.path),
                            "sha256": $0.sha256.map { .string("\($0)") } ?? .null,
                            "language": $0.language.map { .string($0) } ?? .null,
                            "framesConsumed": .integer($0.measured.framesConsumed),
                            "peakDecibels": $0.measured.peakDecibels.map { .decimal($0) } ?? .null,
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
            startErrorMicroseconds: json["startErrorMicroseconds"]?.number,
            startMethod: json["startMethod"]?.text, xruns: Int(xruns),
            isUnproven: json["unproven"]?.bool ?? false, items: items.compactMap(Item.init))
    }
}

extension PositionRecord.Item {
    fileprivate init?(_ json: JSON) {
        guard let index = json["index"]?.integer, let frames = json["framesConsumed"]?.integer,
            let path = json["path"]?.text
        else { return nil }
        self.init(
            Playback.Item(
                index: Int(index), framesConsumed: frames, peakDecibels: json["peakDecibels"]?.number),
            path: path,
            sha256: json["sha256"]?.text.flatMap(Digest.init(text:)),
            language: json["language"]?.text)
    }
}
