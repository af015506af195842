import Glibc
import StationCore

/// What the daemon is made of, around the station.
///
/// Loop thread.
final class DaemonParts {
    private(set) var loaded: LoadedConfiguration
    let configurationPath: String
    let store: Store
    let sound: any SoundPath
    let mailbox: Mailbox<Event>
    let reloads: Mailbox<Result<LoadedConfiguration, ConfigurationFileError>>
    let server: ControlServer
    let bell: LogBell
    let fetch: any Fetching
    let amplifier: AmplifierThread
    let supervisor: Supervisor
    /// The reading of the clocks of the wake under way.
    var now: Now
    /// Whether the station said that everything is in order for the end.
    private(set) var hasEnded = false

    init(
        loaded: LoadedConfiguration, configurationPath: String, store: Store, sound: any SoundPath,
        mailbox: Mailbox<Event>, reloads: Mailbox<Result<LoadedConfiguration, ConfigurationFileError>>,
        server: ControlServer, bell: LogBell, fetch: any Fetching, amplifier: AmplifierThread,
        supervisor: Supervisor
    ) {
        self.loaded = loaded
        self.configurationPath = configurationPath
        self.store = store
        self.sound = sound
        self.mailbox = mailbox
        self.reloads = reloads
        self.server = server
        server.configurationFile = loaded.file
        self.bell = bell
        self.fetch = fetch
        self.amplifier = amplifier
        self.supervisor = supervisor
        now = Clocks.read()
    }

    /// What the executor hands to the loop.
    var surroundings: Executor.Surroundings {
        Executor.Surroundings(
            reply: { [unowned self] in server.answer($0, $1, now: now) },
            status: { [unowned self] in supervisor.status($0) },
            amplifier: { [unowned self] id, isOn in
                amplifier.turn(isOn: isOn) { [mailbox] in mailbox.put(.completed(id, $0)) }
            },
            exportLog: { [unowned self] in server.export($0, now: now, done: $1) },
            measureStorage: { [unowned self] in measureStorage($0) },
            exit: { [unowned self] in hasEnded = true })
    }

    /// Reads the configuration file anew; the disk thread does, for a file may be slow.
    func reload() {
        store.onDiskThread { [configurationPath, reloads] in
            do throws(ConfigurationFileError) {
                reloads.put(.success(try LoadedConfiguration.read(configurationPath)))
            } catch { reloads.put(.failure(error)) }
        }
    }

    private func measureStorage(_ id: EffectID) {
        store.onDiskThread { [mailbox, state = loaded.configuration.state] in
            mailbox.put(.completed(id, measuredStorage(state)))
        }
    }

    /// Goes by another configuration from now on.
    func adopt(_ new: LoadedConfiguration) {
        loaded = new
        server.zone = new.zone
        server.configurationFile = new.file
        fetch.configure(new.station, zoneName: new.configuration.timeZone)
    }
}

/// How much of the file system of a state's folder is free for who is not root, what is half fetched there, and whether
/// nothing can be written.
///
/// Disk thread.
func measuredStorage(_ state: String) -> Completion {
    var information = statvfs()
    guard statvfs(state, &information) == 0 else {
        return .failed("\(SystemError(call: "statvfs \(state)", code: errno))")
    }
    let names = (try? namesInDirectory(state + "/content")) ?? []
    let parts = names.filter { $0.hasSuffix(ContentFile.partSuffix) }.map {
        ContentFile.length(of: $0, below: state + "/content")
    }
    return .storage(
        freeBytes: Int64(clamping: UInt64(information.f_bavail) * UInt64(information.f_frsize)),
        partBytes: parts.reduce(0, +), isReadOnly: information.f_flag & UInt(ST_RDONLY) != 0)
}
