import Glibc
import TerminalText

/// The centre's command: understands its line, does it, says what became of it.
let language = Language(
    environment: ["LC_ALL", "LC_MESSAGES", "LANG"].reduce(into: [:]) { environment, name in
        environment[name] = getenv(name).map { String(cString: $0) }
    })
// The web server reads what is written, as another user; keys are made with a mode of their own.
umask(0o022)
let code = CentreCommand.run(Array(CommandLine.arguments.dropFirst()), language)
exit((Terminal.isWhole ? code : .unwritten).rawValue)
