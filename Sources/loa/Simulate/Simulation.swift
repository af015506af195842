import Glibc
import StationAudio
import StationCore
import StationHost
import StationSimulator
import StationTrust
import Synchronization
import TerminalText

/// `loa simulate`: what this station would play in the days to come, by its own configuration, log, timetable and files.
///
/// It only reads, and needs no daemon.
struct Simulation {
    /// Where nobody says for how long: the power is away for that, what else goes wrong lasts to the end.
    private static let usualCut = Duration.seconds(300)
    /// The clock is set so long before the first slot where nobody says when.
    private static let stepLead = Duration.seconds(60)
    /// At most so many slots are looked at for their files.
    private static let mostSlots = 50_000

    private let invocation: Invocation
    private let order: SimulationOrder
    private var language: Language { invocation.language }

    /// Prepares it for a command line.
    init(_ invocation: Invocation, _ order: SimulationOrder) {
        (self.invocation, self.order) = (invocation, order)
    }

    /// Why it does not begin, and how the command ends then.
    private struct Failure: Error {
        let code: ExitCode
        let lines: [Phrase]
    }

    private static let forbidden = Failure(
        code: .notPermitted, lines: [Catalogue.mayNotRead, Catalogue.howToJoin("loaphuong")])

    /// Simulates, and prints what would be.
    func run() -> ExitCode {
        do throws(Failure) {
            let loaded = try configuration()
            let station = try stored(loaded)
            let (period, troubles) = try times(loaded, station)
            let forecast = forecast(loaded, station, period, troubles)
            let text = ForecastText(language, zone: loaded.zone)
            Terminal.print(
                invocation.isJSON
                    ? text.json(forecast, over: period)
                    : text.report(forecast, over: period, with: troubles, columns: Terminal.columns))
            let isWhole = forecast.outcomes.allSatisfy { $0["result"]?.text == "played" }
            return isWhole && forecast.faults.isEmpty ? .fine : .no
        } catch {
            if invocation.isJSON {
                Terminal.print(ReplyText.json(error: error.lines[0]))
            } else {
                Terminal.complain(TextWidth.printed(error.lines.map { "loa: \($0[language])" }))
            }
            return error.code
        }
    }

    private func configuration() throws(Failure) -> LoadedConfiguration {
        let path = order.configuration ?? DaemonLook(socket).file?.path ?? Doctor.defaultConfiguration
        do throws(ConfigurationFileError) { return try LoadedConfiguration.read(path) } catch {
            throw error.isForbidden
                ? Self.forbidden
                : Failure(code: .configuration, lines: error.lines.map { Phrasebook.translated($0) })
        }
    }

    private var socket: String { invocation.socket ?? Configuration(station: "", upstreams: []).socket }

    private func stored(_ loaded: LoadedConfiguration) throws(Failure) -> StoredStation {
        do throws(SystemError) { return try StoredStation.read(loaded) } catch {
            guard error.code == EACCES else {
                throw Failure(code: .no, lines: [Phrasebook.translated("\(error)")])
            }
            throw Self.forbidden
        }
    }

    // MARK: Times

    private func times(
        _ loaded: LoadedConfiguration, _ station: StoredStation
    ) throws(Failure) -> (Range<Instant>, Forecast.Troubles) {
        let now = Clocks.read().wall
        let start = try read(order.start) { TypedTimes(zone: loaded.zone, start: now).instant($0) } ?? now
        let times = TypedTimes(zone: loaded.zone, start: start)
        let period = start..<(start + .seconds(86_400 * order.days))
        var troubles = Forecast.Troubles()
        let rest = period.upperBound - start
        troubles.powerCut = try read(order.powerCut?.text) { times.stretch($0, usual: Self.usualCut) }
        troubles.networkDown = try read(order.networkDown?.text) { times.stretch($0, usual: rest) }
        troubles.cardLost = try read(order.cardLost?.text) { times.stretch($0, usual: rest) }
        let first = station.timetables[.ordinary]?.timetable.next(after: start)?.scheduled
        let usual = first.map { max($0 - Self.stepLead, start) } ?? start
        troubles.clockStep = try read(order.clockStep) { times.step($0, usual: usual) }
        return (period, troubles)
    }

    /// What was typed, understood; nil where nothing was.
    private func read<Value>(_ text: String?, as value: (String) -> Value?) throws(Failure) -> Value? {
        guard let text else { return nil }
        guard let found = value(text) else { throw Failure(code: .usage, lines: [Catalogue.badTime(text)]) }
        return found
    }

    // MARK: The world

    private func forecast(
        _ loaded: LoadedConfiguration, _ station: StoredStation, _ period: Range<Instant>,
        _ troubles: Forecast.Troubles
    ) -> Forecast {
        let contents = Self.contents(station, period)
        let folder = loaded.configuration.state + "/content"
        let missing = contents.values.compactMap(\.storeName).filter {
            access("\(folder)/\($0)", F_OK) != 0
        }
        return Forecast(
            loaded.settings, log: station.log, timetables: station.timetables,
            library: FileDurations(folder: folder, language: language).library(contents),
            missing: Set(missing), boot: Clocks.bootIdentity(), now: Clocks.read(), over: period,
            with: troubles)
    }

    /// What the slots of a period play, by upstream and path.
    private static func contents(_ station: StoredStation, _ period: Range<Instant>) -> [String: TUF.Content]
    {
        var contents: [String: TUF.Content] = [:]
        for signed in station.timetables.values {
            let slots = signed.timetable.slots(
                from: period.lowerBound - Forecast.reach, until: period.upperBound + Forecast.reach,
                limit: mostSlots)
            for slot in slots {
                for item in signed.items(of: slot) {
                    for source in [item.source, item.fallback].compactMap(\.self) {
                        guard case .target(let upstream, let path, let content?) = source else { continue }
                        contents["\(upstream)/\(path)"] = content
                    }
                }
            }
        }
        return contents
    }
}
