import StationTrust
import Testing

@testable import StationCore

/// How much the station remembers of its log.
struct LogSummaryTests {
    private static let first = Instant(seconds: 1_800_000_000)

    /// Outcomes of slots that follow each other.
    private func summary(of count: Int, every seconds: Int) -> LogSummary {
        var summary = LogSummary()
        for number in 0..<count {
            let at = RFC3339.string(
                from: Self.first + .seconds(number * seconds), offset: 25_200, fraction: .none)
            let isFolded = summary.fold([
                "index": .integer(Int64(number)), "kind": "outcome", "slot": .string("xa/tin@\(at)"),
                "scheduled": .string(at),
            ])
            precondition(isFolded)
        }
        return summary
    }

    private func isSettled(_ number: Int, every seconds: Int, in summary: LogSummary) -> Bool {
        let at = RFC3339.string(
            from: Self.first + .seconds(number * seconds), offset: 25_200, fraction: .none)
        return summary.isSettled("xa/tin@\(at)")
    }

    @Test("a month of one slot a minute is remembered whole, and no more than that of many")
    func bound() {
        let month = 31 * 1440
        let minutely = summary(of: month, every: 60)
        #expect(isSettled(0, every: 60, in: minutely))
        let many = summary(of: 60_000, every: 6)
        #expect(many.settled.count < LogSummary.mostRemembered + 256)
        #expect(!isSettled(0, every: 6, in: many))
        #expect(isSettled(60_000 - LogSummary.mostRemembered, every: 6, in: many))
    }

    @Test("what was settled more than a month ago is forgotten, but for the last thousand")
    func memory() {
        let hourly = summary(of: 4096, every: 3600)
        #expect(hourly.settled.count < LogSummary.leastRemembered + 256 + 31 * 24)
        #expect(!isSettled(0, every: 3600, in: hourly))
        let daily = summary(of: 4096, every: 86_400)
        #expect(isSettled(4096 - LogSummary.leastRemembered, every: 86_400, in: daily))
        #expect(!isSettled(0, every: 86_400, in: daily))
    }
}
