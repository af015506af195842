import CLinux
import Glibc
package import StationCore

/// Assembles the daemon and runs it to its end.
package struct Daemon {
    /// What a sound path is made with.
    package struct SoundContext: Sendable {
        /// The card, the loudness, the inputs, the folder of content.
        package let configuration: Configuration
        /// The files that people handed over.
        package let handed: HandedFiles
        /// Gets card states, progress and completions.
        package let mailbox: Mailbox<Event>
    }

    /// What whoever fetches is made with.
    package struct FetchContext: Sendable {
        /// The upstreams, the network, the station's folder.
        package let configuration: Configuration
        /// Whose timetables are read.
        package let station: TimetableStation
        /// The kernel's identity of this boot.
        package let boot: String
        /// The folders that people handed over.
        package let handed: HandedFiles
        /// Gets reports and completions.
        package let mailbox: Mailbox<Event>
    }

    /// Why the daemon did not start, for a person.
    package struct StartError: Error, CustomStringConvertible {
        package let description: String
    }

    private let configurationPath: String
    private let loaded: LoadedConfiguration
    private let supervisor: Supervisor
    private let makeSound: (SoundContext) throws -> any SoundPath
    private let makeFetch: (FetchContext) throws -> any Fetching

    /// Prepares a daemon.
    ///
    /// - Parameters:
    ///   - configurationPath: where SIGHUP reads the configuration anew.
    ///   - loaded: the configuration.
    ///   - supervisor: who is told that it is ready.
    ///   - makeSound: makes the sound path.
    ///   - makeFetch: makes what asks the upstreams.
    package init(
        configurationPath: String, loaded: LoadedConfiguration, supervisor: Supervisor,
        makeSound: @escaping (SoundContext) throws -> any SoundPath,
        makeFetch: @escaping (FetchContext) throws -> any Fetching
    ) {
        self.configurationPath = configurationPath
        self.loaded = loaded
        self.supervisor = supervisor
        self.makeSound = makeSound
        self.makeFetch = makeFetch
    }

    /// Runs until SIGTERM or SIGINT, on the calling thread, which becomes the loop thread.
    ///
    /// - Throws: `StartError` when it cannot start.
    package func run() throws {
        umask(0o027)
        Self.setLimits()
        // Before any thread: each inherits that these signals are blocked.
        let timers = try EventLoop.Timers.make()
        let run = DurableFile.directory(of: loaded.configuration.socket)
        let locks = try takePlaces(run: run)
        let mailbox = try Mailbox<Event>()
        let reloads = try Mailbox<Result<LoadedConfiguration, ConfigurationFileError>>()
        let handed = HandedFiles()
        let bell = LogBell()
        let state = loaded.configuration.state
        let boot = Clocks.bootIdentity()
        let store = try Store.open(state: state, run: run, boot: boot, mailbox: mailbox)
        let amplifier = try AmplifierThread(loaded.configuration.amplifier)
        let server = try ControlServer(
            listener: try ControlSocket.listen(loaded.configuration.socket), access: .system, handed: handed,
            log: LogPlace(state: state, run: run), bell: bell, zone: loaded.zone)
        let sound = try makeSound(
            SoundContext(configuration: loaded.configuration, handed: handed, mailbox: mailbox))
        try loaded.configuration.stopInput.map { try StopInputThread.start($0, reportingTo: mailbox) }
        let fetch = try makeFetch(
            FetchContext(
                configuration: loaded.configuration, station: loaded.station, boot: boot, handed: handed,
                mailbox: mailbox))
        let parts = DaemonParts(
            loaded: loaded, configurationPath: configurationPath, store: store, sound: sound,
            mailbox: mailbox,
            reloads: reloads, server: server, bell: bell, fetch: fetch, amplifier: amplifier,
            supervisor: supervisor)
        EventLoop(parts, timers: timers).run()
        Self.end(parts)
        // Before another daemon may have it.
        unlink(loaded.configuration.socket)
        withExtendedLifetime(locks) {}
    }

    /// Switches the amplifier off without a daemon: none may be left that would (T17).
    ///
    /// - Returns: whether that is done; true where there is no amplifier.
    package static func switchAmplifierOff(_ loaded: LoadedConfiguration) -> Bool {
        guard let amplifier = loaded.configuration.amplifier else { return true }
        let completion = AmplifierThread.run(amplifier.off)
        noteFailure(completion)
        return completion == .done
    }

    /// Sees to it that no other daemon has this state or this socket.
    private func takePlaces(run: String) throws -> [SharedDescriptor] {
        try DurableFile.makeDirectory(run, mode: 0o755)
        let state = loaded.configuration.state
        let socket = try Self.lock(loaded.configuration.socket + ".lock")
        do {
            try DurableFile.makeDirectory(state)
            return [socket, try Self.lock(state + "/lock")]
        } catch let error as SystemError {
            // A disk that cannot be written is a fault to show, and no reason to be silent (T36).
            note(.error, "the state directory cannot be written: \(error)")
            return [socket]
        }
    }

    private static func lock(_ path: String) throws -> SharedDescriptor {
        do throws(SystemError) {
            return SharedDescriptor(try ControlSocket.lock(path))
        } catch {
            guard error.code == EWOULDBLOCK else { throw error }
            throw StartError(description: "another loaphuongd is running: \(error.call)")
        }
    }

    /// The amplifier goes off and the log's checkpoint is written, as far as there is time.
    private static func end(_ parts: DaemonParts) {
        guard let done = try? JobQueue<Void>() else { return }
        parts.amplifier.hurry()
        parts.amplifier.turn(isOn: false) { completion in
            noteFailure(completion)
            done.put(())
        }
        parts.store.checkpoint { done.put(()) }
        let deadline = CLinux_monotonic() + 250_000_000
        var left = 2
        while left > 0 {
            guard let some = done.wait(atMost: max(0, deadline - CLinux_monotonic())) else { return }
            left -= some.count
        }
    }

    private static func noteFailure(_ completion: Completion) {
        if case .failed(let problem) = completion { note(.error, "amplifier: \(problem)") }
    }

    /// Descriptors that the daemon wants: a slot's items stay open from their preflight to their end.
    private static let mostDescriptors: rlim_t = 8192

    /// As many descriptors as may be needed at once, and no core files: a day of them fills a disk (T34).
    ///
    /// Nor may a process of the same user look into this one, which holds the key and the passwords: commands that the
    /// configuration names, and decoders of strangers' files, are such processes.
    private static func setLimits() {
        CLinux_hide_memory()
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0,
            limit.rlim_cur < mostDescriptors
        {
            limit.rlim_cur = min(mostDescriptors, limit.rlim_max)
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        }
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
    }
}
