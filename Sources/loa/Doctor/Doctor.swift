import CLinux
import Glibc
import StationAudio
import StationCore
import StationHost
import StationTrust
import TerminalText

/// `loa doctor`: looks at everything that this station needs, judges it, and says what to do.
///
/// What may take long is looked at by threads at once, and left to itself when the time is up.
struct Doctor {
    /// Where the configuration is, where nobody names another.
    static let defaultConfiguration = "/etc/loaphuong/station.json5"
    /// The daemon and systemd may take so long to answer, in nanoseconds.
    private static let patience: Int64 = 800_000_000
    /// All of it may take so long, in nanoseconds: with start and end of the command less than two seconds.
    private static let time: Int64 = 1_700_000_000

    private let invocation: Invocation
    /// As it was typed; nil where the daemon's own is meant.
    private let named: String?
    private let start = CLinux_monotonic()
    private var deadline: Int64 { start + Self.time }

    /// Prepares it for a command line.
    init(_ invocation: Invocation, configuration: String?) {
        (self.invocation, named) = (invocation, configuration)
    }

    /// Looks, and prints what was found.
    func run() -> ExitCode {
        let findings = look()
        let text = DoctorText(invocation.language)
        if invocation.isJSON {
            Terminal.print(text.json(findings))
        } else {
            let taken = CLinux_monotonic() - start
            Terminal.print(text.report(findings, paint: .output, width: Terminal.columns, nanoseconds: taken))
        }
        return findings.contains { $0.verdict == .fault } ? .no : .fine
    }

    /// Everything that was found, in the order in which it is told.
    private func look() -> [Finding] {
        let patience = start + Self.patience
        let service = Pending("doctor-service") { ServiceLook.unit(by: patience) }
        let first = ConfigurationLook(named ?? Self.defaultConfiguration)
        let usual = Configuration(station: "", upstreams: [])
        let socket = invocation.socket ?? first.configuration?.socket ?? usual.socket
        let asked = Pending("doctor-daemon") { DaemonLook(socket) }
        let daemon = asked.value(by: patience) ?? .silent
        // Where nobody names one it is the daemon's own.
        let path = named ?? daemon.file?.path
        let configuration = path.map { $0 == first.path ? first : ConfigurationLook($0) } ?? first
        let unit = service.value(by: patience) ?? .unfinished
        let account = self.account(daemon, unit)
        let status: JSON? = if case .status(let status) = daemon.answer { status } else { nil }
        let scene = Scene(
            daemon: daemon, status: status, socket: socket, account: account, unit: unit,
            configuration: configuration)
        let daemonFindings = DaemonFacts(
            socket: socket, answer: daemon.answer, mute: daemon.mute, user: Account.own.name
        ).findings
        return configuration.facts(scene).findings + serviceFindings(scene) + daemonFindings
            + machineFindings(scene)
    }

    /// What is known before the slower looks begin.
    struct Scene: Sendable {
        var daemon: DaemonLook
        /// The answer of `status`; nil where there is none.
        var status: JSON?
        var socket: String
        /// The user that the daemon runs as, or would; nil where there is none.
        var account: Account?
        var unit: ServiceFacts.Unit
        var configuration: ConfigurationLook
    }

    private func account(_ daemon: DaemonLook, _ unit: ServiceFacts.Unit) -> Account? {
        if let running = daemon.process.flatMap(Account.running) { return running }
        if case .known(let properties) = unit, let user = properties["User"], !user.isEmpty {
            return Account.named(user)
        }
        return Account.named(Account.service)
    }

    private func serviceFindings(_ scene: Scene) -> [Finding] {
        let process = scene.daemon.process
        return ServiceFacts(
            unit: scene.unit, isAnswering: scene.status != nil, installed: Release.version,
            running: scene.status?["version"]?.text,
            isProgramReplaced: process.flatMap(ServiceLook.isProgramReplaced),
            endsWithLoginOf: process.flatMap { ServiceLook.loginOwner($0) }
        ).findings
    }

    // MARK: The machine

    private func machineFindings(_ scene: Scene) -> [Finding] {
        let configuration = scene.configuration.configuration
        let usual = Configuration(station: "", upstreams: []).state
        // Without a configuration the usual folder is looked at, where there is one.
        let state = configuration?.state ?? (access(usual, F_OK) == 0 ? usual : nil)
        let reserve = Int64((configuration ?? Configuration(station: "", upstreams: [])).storage.reserveBytes)
        let now = Clocks.read()
        let output = configuration?.output
        let card = output.map { output in
            let isTaken = CardLook.isTaken(scene.daemon.answer, of: output.device, at: now.wall)
            return Pending("doctor-card") { CardLook.look(output, isTaken: isTaken) }
        }
        let disk = state.map { state in Pending("doctor-disk") { DiskLook.write(state) } }
        let decoders = Pending("doctor-files") { MachineLook.decoders(state) }
        let probe = self.probe(scene)

        var found: [Finding] = []
        if let output { found += cardFindings(output, card?.value(by: deadline), scene) }
        found +=
            decoders.value(by: deadline)?.findings
            ?? [.unfinished(.decoders, Phrase(vi: "tệp của các chương trình", en: "the programmes' files"))]
        found +=
            MachineLook.clock(
                trust: scene.status?["clock"]?["trust"]?.text,
                isBatteryBacked: configuration?.clock.batteryBacked
            ).findings
        if let configuration { found += MachineLook.zone(configuration.timeZone).findings }
        if let state {
            found +=
                DiskFacts(
                    state: state, reserveBytes: reserve, room: DiskLook.room(state),
                    writing: disk?.value(by: deadline) ?? .unfinished
                ).findings
        }
        if let configuration {
            found += networkFindings(configuration, scene, probe, now.wall.seconds)
            found +=
                AccessLook.keys(
                    configuration, account: scene.account, isAnswering: scene.status != nil,
                    now: now.wall.seconds
                ).findings
        }
        var isRefused = false
        if case .refused = scene.daemon.answer { isRefused = true }
        found +=
            AccessLook.permissions(
                state ?? usual, account: scene.account, isAnswering: scene.status != nil, isRefused: isRefused
            ).findings
        if let configuration {
            found += AccessLook.amplifier(configuration.amplifier, account: scene.account).findings
            found += AccessLook.stopInput(configuration.stopInput, account: scene.account).findings
        }
        return found
    }

    private func cardFindings(
        _ output: Configuration.Output, _ look: CardLook.Found?, _ scene: Scene
    ) -> [Finding] {
        let facts = CardFacts(
            device: output.device, rate: output.rate, channels: output.channels,
            standing: CardLook.standing(scene.status, of: output.device), probe: look?.probe ?? .unfinished,
            holders: CardHolder.names(), cards: CardLook.cards())
        var found = facts.findings + (look?.mixer?.findings ?? [])
        if look?.isMixerHidden == true { found.append(.hidden(.mixer, Check.mixer.name)) }
        return found
    }

    // MARK: The network

    /// Asks the servers, where the daemon has not heard of all of them lately.
    private func probe(_ scene: Scene) -> Pending<Result<UpstreamLook.Answers, UpstreamLook.Reason>>? {
        guard let configuration = scene.configuration.configuration else { return nil }
        let isHeard = configuration.upstreams.allSatisfy {
            UpstreamLook.contact(UpstreamLook.standing($0.name, scene.status)) != nil
        }
        let faults = scene.status?["faults"]?.elements ?? []
        let isStoreFine =
            configuration.proof == nil
            || scene.status != nil && !faults.contains { $0["code"]?.text == "proof" }
        if isHeard, isStoreFine { return nil }
        let (path, deadline) = (scene.configuration.path, deadline)
        return Pending("doctor-network") { UpstreamLook.probe(path, by: deadline) }
    }

    private func networkFindings(
        _ configuration: Configuration, _ scene: Scene,
        _ probe: Pending<Result<UpstreamLook.Answers, UpstreamLook.Reason>>?, _ now: Int64
    ) -> [Finding] {
        let result = probe.map { $0.value(by: deadline) ?? .success([:]) }
        func asked(_ name: String) -> UpstreamFacts.Probe? {
            switch result {
            case .success(let answers): answers[name] ?? .cut
            case .failure(let reason): .impossible(reason.text)
            case nil: nil
            }
        }
        let upstreams = configuration.upstreams.flatMap { upstream -> [Finding] in
            let standing = UpstreamLook.standing(upstream.name, scene.status)
            let heard = UpstreamLook.contact(standing).map { UpstreamFacts.Probe.unneeded(lastContact: $0) }
            let metadata = UpstreamLook.metadata(upstream.name, configuration.state)
            return UpstreamFacts(
                name: upstream.name, url: upstream.url, rootPath: upstream.root,
                root: UpstreamLook.root(upstream.root, for: scene.account), standing: standing,
                probe: heard ?? asked(upstream.name) ?? .cut, metadata: metadata ?? [],
                isMetadataHidden: metadata == nil, account: scene.account?.name ?? Account.service, now: now
            ).findings
        }
        let proof = scene.status?["proof"]
        return upstreams
            + ProofFacts(
                uploadSeconds: configuration.proof.map { Int64($0.uploadSeconds) },
                url: configuration.proof?.url ?? "", size: proof?["size"]?.integer,
                uploaded: proof?["uploaded"]?.integer,
                uploadedAt: SigningFolder(state: configuration.state).uploadedHead()?.at.seconds,
                probe: asked(""), now: now
            ).findings
    }
}
