import Glibc
import TerminalText

/// The centre's command: understands its line, does it, says what became of it.
let language = Language(
    environment: ["LC_ALL", "LC_MESSAGES", "LANG"].reduce(into: [:]) { environment, name in
        environment[name] = getenv(name).map { String(cString: $0) }
    })
exit(CentreCommand.run(Array(CommandLine.arguments.dropFirst()), language).rawValue)
