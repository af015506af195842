package import StationTrust

/// One line of the log (DESIGN.md section 9).
///
/// Numbered without a gap; its order is that of `index`, never of `wall`, because a clock may be wrong (T33).
package struct Entry: Equatable, Sendable {
    /// What an entry tells of.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// The daemon started.
        case boot
        /// The clock's trust changed, or it stepped.
        case clock
        /// Another timetable became active.
        case timetable
        /// A slot is about to sound; durable before its first sample.
        case intent
        /// How a slot ended.
        case outcome
        /// The card opened, was lost, came back.
        case device
        /// Somebody asked for something.
        case command
        /// A fault appeared or went.
        case fault
    }

    /// The number of the entry; the first of a log is 0.
    package let index: Int64
    package let kind: Kind
    /// The kernel's identity of this boot.
    package let boot: String
    package let monotonic: MonotonicInstant
    package let wall: Instant
    package let clock: ClockTrust
    /// The whole entry, members in the order in which the log has them.
    package let json: JSON
    /// The entry as it stands in the log, without the line's end.
    package var line: [UInt8] { json.bytes }
    /// The entry with its line's end, as it is written.
    package var terminatedLine: [UInt8] { json.bytes + [0x0A] }

    /// Makes an entry; `wallText` is `wall` in RFC 3339 with the station's offset and microseconds.
    package init(
        index: Int64, kind: Kind, boot: String, now: Now, clock: ClockTrust, wallText: String,
        body: [JSON.Member]
    ) {
        self.index = index
        self.kind = kind
        self.boot = boot
        monotonic = now.monotonic
        wall = now.wall
        self.clock = clock
        let head: [JSON.Member] = [
            .init("index", .integer(index)),
            .init("kind", .string(kind.rawValue)),
            .init("boot", .string(boot)),
            .init("monotonicNanoseconds", .integer(now.monotonic.nanoseconds)),
            .init("wall", .string(wallText)),
            .init("clock", .string(clock.rawValue)),
        ]
        json = .object(head + body)
    }

    /// Reads an entry as it stands in the log; nil when it lacks what every entry has.
    package init?(json: JSON) {
        guard let index = json["index"]?.integer, let kind = json["kind"]?.text.flatMap(Kind.init),
            let boot = json["boot"]?.text, let monotonic = json["monotonicNanoseconds"]?.integer,
            let wall = json["wall"]?.text.flatMap(RFC3339.instant(of:)),
            let clock = json["clock"]?.text.flatMap(ClockTrust.init)
        else { return nil }
        self.index = index
        self.kind = kind
        self.boot = boot
        self.monotonic = MonotonicInstant(nanoseconds: monotonic)
        self.wall = wall
        self.clock = clock
        self.json = json
    }
}
