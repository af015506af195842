import Glibc
import StationCore
import StationHost
import StationTrust
import TerminalText

/// The technician's command: understands its line, asks the daemon, prints the answer.
let environment = ["LC_ALL", "LC_MESSAGES", "LANG"].reduce(into: [String: String]()) { environment, name in
    environment[name] = getenv(name).map { String(cString: $0) }
}
do {
    let invocation = try Invocation.parse(Array(CommandLine.arguments.dropFirst()), environment: environment)
    switch invocation.action {
    case .help(let verb): Terminal.print(Help.text(verb, invocation.language))
    case .version: Terminal.print("loa \(Release.version)\n")
    case .ask(.demo): exit(Demo(invocation).run().rawValue)
    case .ask(.doctor(let configuration)):
        // Not `exit`: a look that hangs holds nobody up.
        _exit(Doctor(invocation, configuration: configuration).run().rawValue)
    case .ask(.simulate(let order)): exit(Simulation(invocation, order).run().rawValue)
    case .ask(let request):
        let socket = invocation.socket ?? Configuration(station: "", upstreams: []).socket
        exit(Ask(invocation: invocation, socket: socket).run(request).rawValue)
    }
} catch {
    if error.isJSON { Terminal.print(error.json) } else { Terminal.complain(Help.text(error)) }
    exit(ExitCode.usage.rawValue)
}
