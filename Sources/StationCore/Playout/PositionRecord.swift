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
    /// Frames a second.
    package var rate: Int?
    /// When that was.
    package var wall: Instant
    /// When the slot first sounded.
    package var startedAt: Instant
    /// How far its first start was off, in microseconds.
    package var startErrorMicroseconds: Double?
    /// How its first start was measured.
    package var startMethod: String?
    /// How loud it was played at the most, in dB relative to full scale.
    package var volumeDecibels: Double?
    package var xruns: Int
    /// Whether some of it is not proven.
    package var isUnproven: Bool
    /// What was measured of the items so far; they sum up to `framesConsumed`.
    package var items: [Item]

    /// One item that sounded, with all that an outcome says of it: the content may be another after a restart.
    package struct Item: Hashable, Sendable {
        package var measured: Playback.Item
        package var path: String
        package var sha256: Digest?
        package var language: String?

        package init(_ measured: Playback.Item, path: String, sha256: Digest?, language: String?) {
            self.measured = measured
            self.path = path
            self.sha256 = sha256
            self.language = language
        }
    }

    package init(
        slot: String, position: Duration, framesConsumed: Int64, framesPlanned: Int64, rate: Int?,
        wall: Instant, startedAt: Instant, startErrorMicroseconds: Double?, startMethod: String? = nil,
        volumeDecibels: Double? = nil, xruns: Int,
        isUnproven: Bool = false, items: [Item]
    ) {
        self.slot = slot
        self.position = position
        self.framesConsumed = framesConsumed
        self.framesPlanned = framesPlanned
        self.rate = rate
        self.wall = wall
        self.startedAt = startedAt
        self.startErrorMicroseconds = startErrorMicroseconds
        self.startMethod = startMethod
        self.volumeDecibels = volumeDecibels
        self.isUnproven = isUnproven
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
            .init("rate", rate.map { .integer(Int64($0)) } ?? .null),
            .init("wallNanoseconds", .integer(wall.nanoseconds)),
            .init("startedAtNanoseconds", .integer(startedAt.nanoseconds)),
            .init("startErrorMicroseconds", startErrorMicroseconds.map { .decimal($0) } ?? .null),
            .init("startMethod", startMethod.map { .string($0) } ?? .null),
            .init("volumeDecibels", volumeDecibels.map { .decimal($0) } ?? .null),
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
                            "loudness": $0.measured.loudness.json,
                            "isChanged": .bool($0.measured.isChanged),
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
            rate: json["rate"]?.integer.map { Int(clamping: $0) }, wall: Instant(nanoseconds: wall),
            startedAt: Instant(nanoseconds: started),
            startErrorMicroseconds: json["startErrorMicroseconds"]?.number,
            startMethod: json["startMethod"]?.text, volumeDecibels: json["volumeDecibels"]?.number,
            xruns: Int(xruns),
            isUnproven: json["unproven"]?.bool ?? false, items: items.compactMap(Item.init))
    }
}

extension PositionRecord.Item {
    fileprivate init?(_ json: JSON) {
        guard let index = json["index"]?.integer, let frames = json["framesConsumed"]?.integer,
            let path = json["path"]?.text
        else { return nil }
        var measured = Playback.Item(
            index: Int(index), framesConsumed: frames, peakDecibels: json["peakDecibels"]?.number,
            loudness: Loudness(json: json["loudness"]) ?? Loudness())
        measured.isChanged = json["isChanged"]?.bool ?? false
        self.init(
            measured, path: path,
            sha256: json["sha256"]?.text.flatMap(Digest.init(text:)),
            language: json["language"]?.text)
    }
}
