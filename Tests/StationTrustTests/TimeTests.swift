import StationTrust
import Testing

/// The form of time in TUF's metadata.
struct TUFTimeTests {
    static let times: [(String, Int64)] = [
        ("1970-01-01T00:00:00Z", 0), ("1969-12-31T23:59:59Z", -1), ("2000-02-29T12:00:00Z", 951_825_600),
        ("2026-11-22T05:00:00Z", 1_795_323_600), ("2099-12-31T23:59:59Z", 4_102_444_799),
        ("0001-01-01T00:00:00Z", -62_135_596_800), ("9999-12-31T23:59:59Z", 253_402_300_799),
    ]

    @Test("A time is read and written", arguments: times)
    func reads(text: String, seconds: Int64) {
        #expect(UTCTime.seconds(text) == seconds)
        #expect(UTCTime.text(seconds) == text)
    }

    @Test(
        "Any other form is none",
        arguments: [
            "", "2026-11-22", "2026-11-22T05:00:00", "2026-11-22T05:00:00+00:00", "2026-11-22T05:00:00.0Z",
            "2026-11-22t05:00:00z", "2026-02-29T05:00:00Z", "2026-13-01T05:00:00Z", "2026-00-01T05:00:00Z",
            "2026-11-31T05:00:00Z", "2026-11-22T24:00:00Z", "2026-11-22T05:60:00Z", "2026-11-22T05:00:60Z",
            "+026-11-22T05:00:00Z", "1900-02-29T00:00:00Z", "2026-11-22 05:00:00Z", "２026-11-22T05:00:00Z",
        ])
    func refuses(text: String) {
        #expect(UTCTime.seconds(text) == nil)
    }
}
