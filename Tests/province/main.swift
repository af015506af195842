import Glibc

/// Makes the proofs of a simulated province, for the report's benchmark and for looking at its page.
do {
    try Tool(Array(CommandLine.arguments.dropFirst())).run()
} catch {
    complain("province: \(error)\n")
    exit(1)
}
