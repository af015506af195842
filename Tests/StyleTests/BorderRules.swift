/// Which target may import what.
///
/// The borders of the design: values decide, the host acts, and sound, trust and decisions do not know each other.
/// Foundation is on no list: the daemon's size, memory and zones would be ICU's.
private let mayImport: [String: Set<String>] = [
    "StationTrust": ["CCrypto"],
    "StationCore": ["StationTrust"],
    "StationAudio": ["CALSA", "CLinux", "Glibc", "Synchronization"],
    "StationHost": ["StationCore", "StationTrust", "StationAudio", "CLinux", "Glibc", "Synchronization"],
    "StationFetch": ["StationCore", "StationHost", "StationTrust", "CCurl", "Glibc"],
    "StationSimulator": ["StationCore", "StationTrust"],
    "TerminalText": ["Glibc", "Synchronization"],
    "Centre": [
        "StationCore", "StationTrust", "StationAudio", "StationHost", "TerminalText", "CLinux", "Glibc",
        "Swift",  // For Unicode's normal forms, which are behind an `@_spi`.
    ],
    "loa-centre": ["Centre", "StationHost", "StationCore", "StationTrust", "TerminalText", "Glibc"],
    "loaphuongd": ["StationHost", "StationFetch", "StationCore", "Glibc"],
    "loa": [
        "StationHost", "StationCore", "StationTrust", "StationAudio", "StationSimulator", "Centre",
        "TerminalText", "CLinux", "Glibc", "Synchronization",
    ],
]

extension Rule {
    static let borders = [
        Rule(name: "imports", scope: { $0.isSwift && $0.isShipped }) { source in
            let allowed = mayImport[source.target] ?? []
            return source.codeLines.enumerated().compactMap { number, line in
                let words = line.split(separator: " ")
                guard let place = words.firstIndex(of: "import"), place + 1 < words.count,
                    let module = words.last?.split(separator: ".").first, !allowed.contains(String(module))
                else { return nil }
                return (
                    number + 1,
                    "\(source.target) may import only \(allowed.sorted().joined(separator: ", ")): "
                        + "move what needs \(module) to a target that may, or change the list with the design"
                )
            }
        },
        .ban(
            "manifest", #"\b(unsafeFlags|unsafeOptions)\b|\.package\("#,
            instead: "say it on the command line that builds: no package can depend on one with such flags, "
                + "and this one depends on none", in: { $0.path == "Package.swift" }),
    ]
}
