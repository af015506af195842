import Glibc
import StationCore
import StationFetch
import StationHost

/// The daemon's command line: `loaphuongd [--config FILE] [--check-config | --amplifier-off]`.
let usage = """
    loaphuongd [--config FILE] [--check-config | --amplifier-off | --check-upstreams [--seconds S]]

      --config FILE    the configuration (default /etc/loaphuong/station.json5)
      --parent PID     ends when that process, which started it, does
      --check-config   prints the effective configuration, or what is wrong with it, and ends
      --check-upstreams  asks each upstream and the log's store once, prints a line of JSON for each, and ends
      --seconds S      how long --check-upstreams waits for them (default 20)
      --amplifier-off  switches the amplifier off, for when no daemon is left to do it, and ends
      --version        prints the version
      --help           prints this

    Exit codes: 0 ended as told, 1 could not start, 64 the command line is not understood,
    78 the configuration is wrong. SIGHUP reads the configuration anew, whole or not at all.

    """

func say(_ text: String, to descriptor: Int32 = STDOUT_FILENO) {
    var text = text
    text.withUTF8 { _ = write(descriptor, $0.baseAddress, $0.count) }
}

var configurationPath = "/etc/loaphuong/station.json5"
var isCheck = false
var isUpstreamCheck = false
var checkTime = Duration.seconds(20)
var isAmplifierOff = false
var arguments = CommandLine.arguments.dropFirst()
while let argument = arguments.popFirst() {
    switch argument {
    case "--config":
        guard let path = arguments.popFirst() else {
            say("loaphuongd: --config needs a file\n", to: STDERR_FILENO)
            exit(64)
        }
        configurationPath = path
    case "--parent":
        guard let parent = arguments.popFirst().flatMap({ pid_t($0) }) else {
            say("loaphuongd: --parent needs the number of a process\n", to: STDERR_FILENO)
            exit(64)
        }
        // A demo whose terminal was closed must not broadcast the next morning.
        guard Parent.endTogether(with: parent) else { exit(0) }
    case "--check-config": isCheck = true
    case "--check-upstreams": isUpstreamCheck = true
    case "--seconds":
        guard let seconds = arguments.popFirst().flatMap({ Double($0) }), 0.1...600 ~= seconds else {
            say("loaphuongd: --seconds needs a number from 0.1 to 600\n", to: STDERR_FILENO)
            exit(64)
        }
        checkTime = .seconds(seconds)
    case "--amplifier-off": isAmplifierOff = true
    case "--version":
        say("loaphuongd \(Release.version)\n")
        exit(0)
    case "--help", "-h":
        say(usage)
        exit(0)
    default:
        say("loaphuongd: \(argument) is not understood\n\(usage)", to: STDERR_FILENO)
        exit(64)
    }
}

let loaded: LoadedConfiguration
do {
    loaded = try LoadedConfiguration.read(configurationPath)
} catch {
    say(error.lines.map { $0 + "\n" }.joined(), to: STDERR_FILENO)
    exit(78)
}
if isCheck {
    say(loaded.effective + "\n")
    exit(0)
}
if isUpstreamCheck {
    do {
        let check = try UpstreamCheck(loaded.configuration)
        withExtendedLifetime(check) {
            check.run(atMost: checkTime) { say($0 + "\n") }
            // What has not ended is not waited for: libcurl would, for a name server that says nothing.
            _exit(0)
        }
    } catch {
        say("loaphuongd: \(error)\n", to: STDERR_FILENO)
        exit(1)
    }
}
if isAmplifierOff { exit(Daemon.switchAmplifierOff(loaded) ? 0 : 1) }
do {
    try Daemon(
        configurationPath: configurationPath, loaded: loaded, supervisor: .fromEnvironment(),
        makeSound: { try SoundOutput($0) }, makeFetch: { try FetchThread($0) }
    ).run()
} catch {
    note(.error, "loaphuongd cannot start: \(error)")
    exit(1)
}
// Not `exit`: nothing that other threads do may hold the end up.
_exit(0)
