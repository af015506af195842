import Glibc
import StationCore
import StationHost
import StationTrust
import TerminalText

/// The technician's command: understands its line, asks the daemon, prints the answer.
let environment = ["LC_ALL", "LC_MESSAGES", "LANG"].reduce(into: [String: String]()) { environment, name in
    environment[name] = getenv(name).map { String(cString: $0) }
}
/// How the command ends that came to this code.
func ending(_ code: ExitCode) -> Int32 { (Terminal.isWhole ? code : .unwritten).rawValue }

do {
    let invocation = try Invocation.parse(Array(CommandLine.arguments.dropFirst()), environment: environment)
    switch invocation.action {
    case .help(let verb): Terminal.print(Help.text(verb, invocation.language))
    case .version: Terminal.print("loa \(Release.version)\n")
    case .ask(.demo): exit(ending(Demo(invocation).run()))
    case .ask(.doctor(let configuration)):
        // Not `exit`: a look that hangs holds nobody up.
        _exit(ending(Doctor(invocation, configuration: configuration).run()))
    case .ask(.simulate(let order)): exit(ending(Simulation(invocation, order).run()))
    case .ask(let request):
        let socket = invocation.socket ?? Configuration(station: "", upstreams: []).socket
        exit(ending(Ask(invocation: invocation, socket: socket).run(request)))
    }
    exit(ending(.fine))
} catch {
    if error.isJSON { Terminal.print(error.json) } else { Terminal.complain(Help.text(error)) }
    exit(ExitCode.usage.rawValue)
}
