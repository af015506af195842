// One time zone as the system's own file tells it (TZif, RFC 9636): offsets of instants, instants of civil times.
//
// Read by us because the static Foundation quietly takes GMT for every zone, and because a law that changes a zone
// arrives with the system's `tzdata`, not with a new version of this program.

/// Why the bytes of a zone file were not believed.
package struct ZoneFileError: Error, Equatable, CustomStringConvertible {
    /// What is wrong, in words.
    package var description: String
}

/// A time zone read from a TZif file of version 1 to 4 (RFC 9636).
package struct ZoneFile: Hashable, Sendable {
    /// One kind of local time that a zone has or had.
    package struct LocalTime: Hashable, Sendable {
        /// Seconds ahead of UTC.
        package var offset: Int
        /// Whether the law calls it daylight-saving time.
        package var isDaylight: Bool
        /// The abbreviation, such as `CEST` or `+07`.
        package var abbreviation: String
    }

    /// A stretch of time without a change: from `start` until before `end`, in seconds since 1970.
    struct Period {
        var start: Int64
        var end: Int64
        var local: LocalTime
    }

    /// The instants of change, ascending, in seconds since 1970.
    let transitions: [Int64]
    /// For each transition the index of the local time that starts there.
    let indexes: [UInt8]
    let localTimes: [LocalTime]
    /// What holds after the last transition; `nil` when the file does not say.
    let rule: PosixZone?

    /// A zone that is always `offset` seconds ahead of UTC.
    package init(fixedOffset offset: Int, abbreviation: String) {
        transitions = []
        indexes = []
        localTimes = [LocalTime(offset: offset, isDaylight: false, abbreviation: abbreviation)]
        rule = nil
    }

    init(transitions: [Int64], indexes: [UInt8], localTimes: [LocalTime], rule: PosixZone?) {
        self.transitions = transitions
        self.indexes = indexes
        self.localTimes = localTimes
        self.rule = rule
    }

    /// UTC.
    package static let utc = ZoneFile(fixedOffset: 0, abbreviation: "UTC")

    /// The local time in force at an instant: its offset in seconds ahead of UTC, and what it is called.
    package func offset(at instant: Instant) -> (seconds: Int, isDaylight: Bool, abbreviation: String) {
        let local = period(at: instant.seconds).local
        return (local.offset, local.isDaylight, local.abbreviation)
    }

    /// What the wall shows at an instant, without its fraction of a second.
    package func civilTime(at instant: Instant) -> CivilTime {
        CivilTime(instant, offset: period(at: instant.seconds).local.offset)
    }

    /// The instant at which the wall shows a civil time.
    ///
    /// RFC 5545 section 3.3.5: a time that a gap skips is read with the offset before the gap (02:30 in a gap of an
    /// hour is 03:30), and of a time that comes twice the first is meant.
    package func instant(of civil: CivilTime) -> Instant { resolve(civil).instant }

    /// The instant of a civil time, and whether a gap skips that time.
    func resolve(_ civil: CivilTime) -> (instant: Instant, isInGap: Bool) {
        // No offset is as large as 26 hours (RFC 9636 section 3.2), so the walk starts before every candidate.
        var period = period(at: civil.seconds - 26 * 3600)
        var offset = period.local.offset
        while true {
            let candidate = civil.seconds - Int64(period.local.offset)
            if candidate < period.start {
                return (Instant(seconds: civil.seconds - Int64(offset)), true)
            }
            if candidate < period.end { return (Instant(seconds: candidate), false) }
            offset = period.local.offset
            period = self.period(at: period.end)
        }
    }

    /// The stretch without a change that holds at a second since 1970.
    func period(at second: Int64) -> Period {
        guard let last = transitions.last else {
            return rule?.period(at: second) ?? Period(start: .min, end: .max, local: localTimes[0])
        }
        if second >= last {
            let type = localTimes[Int(indexes[indexes.count - 1])]
            guard var period = rule?.period(at: second) else {
                return Period(start: last, end: .max, local: type)
            }
            period.start = max(period.start, last)
            return period
        }
        let next = transitions.indices.first(from: { transitions[$0] > second })
        if next == 0 { return Period(start: .min, end: transitions[0], local: localTimes[0]) }
        return Period(
            start: transitions[next - 1], end: transitions[next], local: localTimes[Int(indexes[next - 1])])
    }
}
