import Glibc
import StationCore
import StationHost
import StationTrust

/// Reads the configuration file, and looks at who may.
struct ConfigurationLook: Sendable {
    let path: String
    /// Nil where it cannot be read, or is wrong.
    let configuration: Configuration?
    private let content: ConfigurationFacts.Content
    private let file: ConfigurationFile?

    /// Reads a file.
    init(_ path: String) {
        self.path = path
        file = ConfigurationFile(at: path)
        do throws(ConfigurationFileError) {
            let configuration = try LoadedConfiguration.read(path).configuration
            self.configuration = configuration
            let network = configuration.network
            let hasProxySecret = network.proxy.map { $0.revealed != $0.description } ?? false
            content = .read(hasSecrets: hasProxySecret || !(configuration.proof?.headers.isEmpty ?? true))
        } catch {
            configuration = nil
            // What the system says is told from what is wrong inside by whether the file can be opened.
            let isOpen = access(path, R_OK) == 0
            content = isOpen ? .refused(error.lines) : errno == EACCES ? .hidden : .missing
        }
    }

    /// What it means, with what else is known.
    func facts(_ scene: Doctor.Scene) -> ConfigurationFacts {
        ConfigurationFacts(
            path: path, content: content, mode: try? FileMode.of(path),
            obstacle: scene.account.flatMap { Obstacle.before(file?.path ?? path, .read, for: $0) },
            account: scene.account?.name ?? Account.service, file: file, read: scene.daemon.file)
    }
}
