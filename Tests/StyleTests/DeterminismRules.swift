/// What would make a decision depend on more than its input: the same events must give the same effects, in every
/// process and in the simulator.
extension Rule {
    private static let deterministic: @Sendable (Source) -> Bool = {
        $0.isSwift && $0.isShipped && ["StationCore", "StationTrust", "StationSimulator"].contains($0.target)
    }

    static let determinism = [
        ban(
            "clock",
            #"\bDate\(|(Clock|Date|Instant)(\(\))?\.now\b|(?<![\w)\]?])\.now\b|\b(clock_gettime|gettimeofday)\b"#,
            instead: "take the time from `Now`: it was read once for this event", in: deterministic),
        ban(
            "surroundings", #"\b(FileManager|ProcessInfo|CommandLine|getenv|environ)\b"#,
            instead: "take it as a value, or ask for an effect: the host touches the system",
            in: deterministic),
        ban(
            "chance",
            #"\bUUID\(|\.random\((?![^)]*using:)|\b(randomElement|shuffle|shuffled)\(\)|\bSystemRandomNumberGenerator\b|\.hashValue\b|\bHasher\(\)"#,
            instead: "take a generator or an identity as a value: a hash differs from process to process",
            in: deterministic),
        ban(
            "concurrency", #"\b(async|await|actor|Mutex|Atomic)\b|\b(Task|TaskGroup)\s*[.{(<]|@MainActor"#,
            instead: "return an effect; its completion comes back as an event", in: deterministic),
        Rule(name: "order of a dictionary", scope: deterministic, find: unorderedWalks),
    ]

    /// Walks over what this file declares as a dictionary or set, unless sorted or indifferent to the order.
    private static func unorderedWalks(_ source: Source) -> [(line: Int, message: String)] {
        let declared =
            #"\b(?:var|let)\s+(\w+)\s*(?::\s*(?:\[[\w.]+\s*:\s|Set<|Dictionary<)|=\s*(?:\[[\w.]+\s*:\s[^\]]*\]\(|Set[<(]))"#
        let names = matches(declared, in: source.code).compactMap { place in
            source.code[place].split { !($0.isLetter || $0.isNumber || $0 == "_") }.dropFirst().first
        }
        // A name that is an array elsewhere in the file tells nothing.
        .filter { matches(#"\b\#($0)\s*:\s*\[[\w.]+\]"#, in: source.code).isEmpty }
        let message = "walk an array, or `.sorted`: the order differs from process to process"
        return source.codeLines.enumerated().compactMap { number, line in
            let harmless =
                #"\.sorted|\.min[ ({]|\.max[ ({]|\.contains[ ({]|\.allSatisfy|\.count\b|\.isEmpty|\.reduce\(0"#
            let text = String(line)
            guard matches(harmless, in: text).isEmpty else { return nil }
            let walk =
                #"(?:\bin (?:self\.)?NAME\b(?!\[|\.\w*sorted)|\bNAME(?:\.(?:keys|values))?\.(?:map|compactMap|flatMap|forEach|first|filter\b.*\.first|joined|reduce|enumerated)\b)"#
            let isWalk = names.contains { name in
                text.contains(name) && !matches(walk.replacing("NAME", with: name), in: text).isEmpty
            }
            return isWalk ? (number + 1, message) : nil
        }
    }
}
