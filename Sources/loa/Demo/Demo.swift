import Centre
import Glibc
import StationAudio
import StationCore
import StationHost
import StationTrust
import TerminalText

/// `loa demo`: a station of its own in a folder under `/tmp`, which plays a bulletin in five seconds, by the ordinary
/// way: timetable, preflight, intent, card, outcome.
struct Demo {
    /// The event is so far ahead; the intent is written five seconds before it.
    private static let lead = Duration.seconds(5)
    /// The daemon must answer within so long, in milliseconds.
    private static let startPatience = 5000
    /// The outcome must be there within so long, in seconds.
    private static let patience: Int64 = 90

    private let invocation: Invocation
    private var language: Language { invocation.language }

    init(_ invocation: Invocation) { self.invocation = invocation }

    /// Runs the demo from its beginning to its end; nothing of it is left, unless something failed.
    func run() -> ExitCode {
        guard let playlists = DemoStage.playlists() else { return fail(DemoText.noPlaylists) }
        do throws(SystemError) {
            let interruption = try Interruption()
            let stage = try DemoStage.make()
            let code: ExitCode
            do throws(SystemError) { code = try play(stage, playlists, interruption) } catch {
                code = fail(Phrasebook.translated("\(error)"))
            }
            let signal = interruption.take()
            if code == .fine || signal != nil { stage.remove() } else { tell(DemoText.kept(stage.folder)) }
            if let signal { Interruption.pass(on: signal) }
            return code
        } catch { return fail(Phrasebook.translated("\(error)")) }
    }

    private func fail(_ problem: Phrase) -> ExitCode {
        if invocation.isJSON {
            Terminal.print(ReplyText.json(error: problem))
        } else {
            Terminal.complain("loa: \(problem[language])\n")
        }
        return .unreachable
    }

    private func play(
        _ stage: DemoStage, _ playlists: String, _ interruption: borrowing Interruption
    ) throws(SystemError) -> ExitCode {
        let device = CardProbe.problem(of: "default") == nil ? "default" : "null"
        do throws(CentreError) { try publish(stage, playlists, device) } catch {
            tell(DemoText.failed(DemoCentre.text(error)))
            return error.kind == .configuration ? .configuration : .no
        }
        tell(device == "null" ? DemoText.noCard : DemoText.card)
        let daemon = try DemoDaemon.start(stage)
        let result: Result<[JSON], SystemError>
        do throws(SystemError) {
            let client = try connect(stage, daemon, interruption)
            result = .success(try follow(client, interruption))
        } catch { result = .failure(error) }
        let status = daemon.end()
        switch result {
        case .failure(let error) where error.code == ECANCELED: return .no
        case .failure(let error):
            tell(DemoText.failed(Phrasebook.translated("\(error)")))
            if let messages = try? readFile(stage.messages, limit: 1 << 20) {
                Terminal.complain(String(decoding: messages, as: UTF8.self))
            }
            return ExitCode(rawValue: status) == .configuration ? .configuration : .no
        case .success(let entries): return judge(entries, daemonStatus: status)
        }
    }

    /// Makes a centre, lets it publish the example and then the event, and serves what it has published.
    private func publish(_ stage: DemoStage, _ playlists: String, _ device: String) throws(CentreError) {
        func attempt(_ body: () throws(SystemError) -> Void) throws(CentreError) {
            do throws(SystemError) { try body() } catch { throw CentreError(error) }
        }
        try attempt { () throws(SystemError) in try stage.fill(from: playlists) }
        let centre = try DemoCentre(stage)
        tell(DemoText.made)
        let bar = ProgressBar()
        // Every file is decoded to its end here; the event, a moment later, changes nothing but the calendar.
        try centre.publish { bar.show(DemoText.measuring[language], $0.done, of: $0.total) }
        bar.clear()
        // A calendar knows whole seconds.
        let instant = Instant(seconds: (Clocks.read().wall + Self.lead).seconds + 1)
        try attempt { () throws(SystemError) in try stage.add(eventAt: instant) }
        try centre.publish()
        try attempt { () throws(SystemError) in
            let server = try DemoServer(stage.repository)
            try stage.configure(server.url, device: device)
            tell(DemoText.served(server.url))
        }
    }

    private func tell(_ phrase: Phrase) {
        // With --json, standard output has the entries and nothing else.
        let text = phrase[language] + "\n"
        if invocation.isJSON { Terminal.complain(text) } else { Terminal.print(text) }
    }

    /// Connects as soon as the daemon answers.
    private func connect(
        _ stage: DemoStage, _ daemon: borrowing DemoDaemon, _ interruption: borrowing Interruption
    ) throws(SystemError) -> ControlClient {
        for _ in 0..<(Self.startPatience / 10) {
            if let client = try? ControlClient(stage.socket) { return client }
            guard daemon.isRunning else { break }
            var wanted = pollfd(fd: interruption.descriptor, events: Int16(POLLIN), revents: 0)
            // A hundredth of a second, unless a signal comes.
            if poll(&wanted, 1, 10) > 0 { throw SystemError(call: "start", code: ECANCELED) }
        }
        return try ControlClient(stage.socket)
    }

    /// Prints the entries as they come, until the slot has its outcome.
    private func follow(
        _ client: ControlClient, _ interruption: borrowing Interruption
    ) throws(SystemError) -> [JSON] {
        try client.ask(["verb": "log", "follow": true])
        var entries: [JSON] = []
        while true {
            guard
                case .answer(let entry, let line) = try client.line(
                    atMost: Self.patience, unless: interruption.descriptor)
            else {
                throw SystemError(call: "follow the log", code: EPROTO)
            }
            entries.append(entry)
            if invocation.isJSON {
                Terminal.print(String(decoding: line, as: UTF8.self) + "\n")
            } else {
                Terminal.print(ReplyText(language).done(.log, entry))
            }
            if isOutcome(entry) { return entries }
        }
    }

    private func isOutcome(_ entry: JSON) -> Bool {
        entry["kind"]?.text == "outcome" && entry["programme"]?.text == DemoStage.programme
    }

    /// Checks the proof: one intent, then one outcome of the same slot, everything consumed, and no fault.
    private func judge(_ entries: [JSON], daemonStatus: Int32) -> ExitCode {
        let own = entries.filter { $0["programme"]?.text == DemoStage.programme }
        let indices = entries.compactMap { $0["index"]?.integer }
        let outcome = own.last ?? .null
        let checks: [(Phrase, Bool)] = [
            (DemoText.numbered, indices == Array(0..<Int64(entries.count))),
            (
                DemoText.intentFirst,
                own.map { $0["kind"]?.text } == ["intent", "outcome"]
                    && own.first?["slot"] == outcome["slot"]
            ),
            (DemoText.played, outcome["result"]?.text == "played"),
            (
                DemoText.consumed,
                (outcome["framesPlanned"]?.integer ?? 0) > 0
                    && outcome["framesConsumed"] == outcome["framesPlanned"]
            ),
            (DemoText.noFault, !entries.contains { $0["kind"]?.text == "fault" }),
            (DemoText.endedWell, daemonStatus == 0),
        ]
        for (what, isTrue) in checks {
            tell(
                Phrase(
                    vi: "\(isTrue ? "✓" : "✗") \(what[.vietnamese])",
                    en: "\(isTrue ? "✓" : "✗") \(what[.english])"))
        }
        if outcome["unproven"]?.bool == true { tell(DemoText.unproven) }
        return checks.allSatisfy(\.1) ? .fine : .no
    }
}
