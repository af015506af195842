/// Calls and forms that no shipped code uses.
extension Rule {
    private static let shipped: @Sendable (Source) -> Bool = { $0.isSwift && $0.isShipped }
    private static let executables: Set<String> = ["loa", "loa-centre", "loaphuongd"]

    static let calls = [
        ban(
            "try!", #"\btry!"#, instead: "throw, or handle the error: a broadcast must survive it",
            in: shipped),
        ban("as!", #"\bas!"#, instead: "use `as?` with a guard, or a type that needs no cast", in: shipped),
        ban(
            "FileHandle", #"\bFileHandle\b"#,
            instead: "write(2) through SystemCall: FileHandle ends the process on EPIPE", in: shipped),
        ban(
            "print", #"(?<![.\w])(?<!func )(print|debugPrint|dump|putchar|puts|printf)\("#,
            instead: "one write(2) a line: what `print` buffers is lost in a crash", in: shipped),
        ban(
            "DispatchQueue", #"\bDispatch\w+\b"#,
            instead: "a thread with one owner: StationHost's Thread and Mailbox", in: shipped),
        ban(
            "exit", #"(?<![.\w])(_?exit\((?!\))|abort\(|quick_exit\()"#,
            instead: "throw or return: only the executables end the process",
            in: { shipped($0) && !executables.contains($0.target) }),
        ban(
            "fatalError", #"\b(fatalError|preconditionFailure|assertionFailure)\((?!")"#,
            instead: "say which invariant is broken", in: shipped),
        // The audio thread waits for the card between two deadlines of its own; nobody can wake it early.
        ban(
            "sleep", #"(?<![.\w])u?sleep\("#, instead: "wait in the loop with a deadline",
            in: {
                shipped($0) && !executables.contains($0.target)
                    && $0.path != "Sources/StationAudio/Card/AudioThread.swift"
            }),
        ban(
            "XCTest", #"\bimport XCTest\b"#, instead: "Swift Testing: `import Testing`", in: { $0.isSwift }),
        Rule(name: "fatal list", scope: shipped) { source in
            let places = matches(#"\bfatalError\("#, in: source.code)
            guard places.count > fatal[source.path, default: 0] else { return [] }
            return places.map {
                (
                    source.line(of: $0.lowerBound, in: source.code),
                    "throw instead; or add the reason to the list in CallRules.swift"
                )
            }
        },
    ]

    /// Where the process may end itself, how often, and why.
    private static let fatal = [
        // No memory for a few hundred bytes: nothing could be decided after it either.
        "Sources/StationTrust/Keys/Hash.swift": 1,
        "Sources/StationTrust/Transparency/MerkleHash.swift": 1,
    ]
}
