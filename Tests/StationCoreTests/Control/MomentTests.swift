import StationCore
import Testing

/// Times as people type them.
struct MomentTests {
    private let zone = ZoneFile(fixedOffset: 25_200, abbreviation: "+07")
    /// 2026-11-22, 13:00 by the wall.
    private let now = Instant(seconds: 1_795_327_200)

    @Test(
        "a time is read in the station's zone; without a date it is the last that has passed",
        arguments: [
            ("05:00", "2026-11-22T05:00:00+07:00"), ("13:00", "2026-11-22T13:00:00+07:00"),
            ("13:01", "2026-11-21T13:01:00+07:00"), ("05:00:30", "2026-11-22T05:00:30+07:00"),
            ("2026-11-20", "2026-11-20T00:00:00+07:00"), ("2026-11-20T05:00", "2026-11-20T05:00:00+07:00"),
            ("2026-11-20 05:00:01", "2026-11-20T05:00:01+07:00"),
            ("2026-11-20T05:00:00Z", "2026-11-20T12:00:00+07:00"),
            ("2026-12-31T23:59", "2026-12-31T23:59:00+07:00"),
        ])
    func understood(text: String, meant: String) {
        let instant = Moment.parse(text, zone: zone, now: now)
        #expect(instant.map { RFC3339.string(from: $0, offset: 25_200) } == meant)
    }

    @Test(
        "everything else is no time",
        arguments: [
            "", " ", "5:00", "24:00", "05:60", "0500", "05:00:60", "2026-02-30", "2026-1-1", "2026-11-20T",
            "2026-11-20T5", "T05:00T", "now", "05:00 06:00", "2026-11-20T05:00:00+7", "٠٥:٠٠",
        ])
    func refused(text: String) { #expect(Moment.parse(text, zone: zone, now: now) == nil) }
}
