import StationSimulator
import StationTrust
import Testing

@testable import StationCore

/// What `loa simulate` foresees, with nothing going wrong and with everything that it can be asked for.
struct ForecastTests {
    private static let village = Village([
        Programme("sang", at: "050000", for: "PT10M", seconds: 150),
        Programme("chieu", at: "170000", for: "PT10M", seconds: 60, late: "PT2M"),
    ])
    private static let start = at("2026-03-02T04:00:00+07:00")

    private func forecast(
        days: Int = 2, log: LogSummary = LogSummary(), isBatteryBacked: Bool = false,
        missing: [String] = [], isSynchronised: Bool = true,
        _ trouble: (inout Forecast.Troubles) -> Void = { _ in }
    ) -> Forecast {
        let offer = Self.village.timetable
        var library = SimulatedLibrary()
        for (name, count) in [("sang", 3), ("chieu", 3)] {
            for item in 1...count {
                library["xa/\(name)-\(item).wav"] = SimulatedContent(
                    duration: .seconds(name == "sang" ? 50 : 20))
            }
        }
        for path in missing { library["xa/\(path)"] = nil }
        var settings = Self.village.settings
        settings.isClockBatteryBacked = isBatteryBacked
        var troubles = Forecast.Troubles()
        trouble(&troubles)
        return Forecast(
            settings, log: log, timetables: offer.timetables, library: library, missing: [],
            boot: "this",
            now: Now(
                wall: Self.start, monotonic: MonotonicInstant(nanoseconds: 7_200_000_000_000),
                isSynchronised: isSynchronised, errorMicroseconds: 100),
            over: Self.start..<(Self.start + .seconds(86_400 * days)),
            with: troubles)
    }

    private func results(_ forecast: Forecast) -> [String] {
        forecast.outcomes.map { outcome in
            [
                outcome["scheduled"]?.text?.dropFirst(8).prefix(8), outcome["result"]?.text?[...],
                outcome["reason"]?.text?[...],
            ]
            .compactMap { $0.map(String.init) }.joined(separator: " ")
        }
    }

    @Test("without trouble every slot of the days is played, at its instant, and there is no fault")
    func fine() {
        let forecast = forecast()
        #expect(
            results(forecast) == [
                "02T05:00 played", "02T17:00 played", "03T05:00 played", "03T17:00 played",
            ])
        #expect(forecast.outcomes[0]["startedAt"]?.text == "2026-03-02T05:00:00.000000+07:00")
        #expect(forecast.faults == [])
    }

    @Test(
        "a clock that nobody tells the time is believed where the log has it synchronised in this boot",
        arguments: [("this", true), ("earlier", false)])
    func heldOver(boot: String, isBelieved: Bool) throws {
        var log = LogSummary()
        log.fold([
            "index": 0, "kind": "boot", "wall": "2026-03-02T03:00:00+07:00",
            "monotonicNanoseconds": 3_600_000_000_000, "boot": .string(boot), "clock": "synchronised",
        ])
        // As it comes from the checkpoint.
        let stored = try #require(LogSummary(json: log.json))
        let forecast = forecast(log: stored, isSynchronised: false)
        #expect(
            results(forecast)
                == (isBelieved
                    ? ["02T05:00 played", "02T17:00 played", "03T05:00 played", "03T17:00 played"] : []))
        #expect(forecast.faults.map(\.code) == (isBelieved ? [] : ["clock-untrusted"]))
    }

    @Test("a power cut in a slot: it goes on where it was, or is missed by its own rule")
    func powerCut() {
        func cut(_ from: String, _ minutes: Int, battery: Bool) -> [String] {
            let begin = at(from)
            return results(
                forecast(days: 1, isBatteryBacked: battery) {
                    $0.powerCut = begin..<(begin + .seconds(60 * minutes))
                })
        }
        #expect(
            cut("2026-03-02T05:01:00+07:00", 5, battery: true) == [
                "02T05:00 played power-lost", "02T17:00 played",
            ])
        #expect(
            cut("2026-03-02T05:01:00+07:00", 30, battery: true) == [
                "02T05:00 partial power-lost", "02T17:00 played",
            ])
        #expect(
            cut("2026-03-02T16:50:00+07:00", 30, battery: true) == ["02T05:00 played", "02T17:00 missed off"])
    }

    @Test("a board without a battery and without a network plays nothing by its clock after a power cut")
    func dark() {
        let begin = at("2026-03-02T12:00:00+07:00")
        let forecast = forecast(days: 1) {
            $0.powerCut = begin..<(begin + .seconds(60))
            $0.networkDown = Self.start..<(Self.start + .seconds(86_400))
        }
        #expect(results(forecast).first == "02T05:00 played")
        #expect(!results(forecast).contains("02T17:00 played"))
        #expect(forecast.faults.contains { $0.code == "clock-untrusted" && $0.until == nil })
    }

    @Test("a card that is lost is a fault for as long, and its slot is missed")
    func card() {
        let begin = at("2026-03-02T16:00:00+07:00")
        let forecast = forecast(days: 1) { $0.cardLost = begin..<(begin + .seconds(7200)) }
        #expect(results(forecast) == ["02T05:00 played", "02T17:00 missed device-missing"])
        #expect(forecast.faults.map(\.code) == ["device"])
        #expect(forecast.faults.first.map { $0.since - begin < .seconds(2) } == true)
        #expect(forecast.faults.first?.until.map { $0 - begin > .seconds(7190) } == true)
    }

    @Test("a card that stays away is one fault, whatever is found of it meanwhile")
    func cardForGood() {
        let begin = at("2026-03-02T16:00:00+07:00")
        let forecast = forecast { $0.cardLost = begin..<(begin + .seconds(2 * 86_400)) }
        #expect(forecast.faults.map(\.code) == ["device"])
        #expect(forecast.faults.first.map { $0.since - begin < .seconds(2) && $0.until == nil } == true)
    }

    @Test("a clock that is set while nobody tells the time is believed no more, till somebody does")
    func clockStep() {
        let forecast = forecast(days: 1) { $0.clockStep = (.seconds(-3600), at("2026-03-02T16:55:00+07:00")) }
        #expect(results(forecast) == ["02T05:00 played", "02T17:00 missed clock-untrusted"])
        #expect(forecast.faults.map(\.code) == ["clock-untrusted"])
    }

    @Test("a network that is away for long is a fault, and no slot is missed for it")
    func network() {
        let forecast = forecast(days: 1) { $0.networkDown = Self.start..<(Self.start + .seconds(36_000)) }
        #expect(results(forecast) == ["02T05:00 played", "02T17:00 played"])
        #expect(forecast.faults.map(\.code).contains("upstream"))
    }

    @Test("a file that is missing shows as its fault, and the slot as what it would be")
    func content() {
        let forecast = forecast(days: 1, missing: ["sang-2.wav"])
        #expect(results(forecast) == ["02T05:00 partial no-content", "02T17:00 played"])
        #expect(
            forecast.faults.contains { $0.code == "content" && $0.message.contains("sang-2.wav: not there") })
    }

    @Test("what the station's log says counts: what was played is not due again, and a mute holds")
    func log() {
        let world = Self.village.world(at: "2026-03-02T03:00:00+07:00")
        world.schedule(
            .command(.mute(for: .seconds(36_000), reason: "x"), operatorPerson),
            at: "2026-03-02T03:30:00+07:00")
        world.run(until: Self.start)
        var log = LogSummary()
        for entry in world.log { _ = log.fold(entry.json) }
        #expect(results(forecast(days: 1, log: log)) == ["02T05:00 missed muted", "02T17:00 played"])
    }
}
