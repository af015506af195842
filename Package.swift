// swift-tools-version: 6.2
import PackageDescription

/// The settings of every Swift target: Swift 6 mode, and a warning is an error.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// Whether a sanitizer takes part: it puts itself into malloc's place.
let isSanitized = Context.environment["LOA_SANITIZER"] != nil

/// The C targets use Linux calls that glibc hides without this.
let gnu: [CSetting] = [.define("_GNU_SOURCE")]

/// The probe takes malloc's place.
let probe: [CSetting] = isSanitized ? [.define("WITHOUT_PROBE")] : []

let package = Package(
    name: "LoaPhuong",
    products: [
        .executable(name: "loaphuongd", targets: ["loaphuongd"]),
        .executable(name: "loa", targets: ["loa"]),
        .executable(name: "loa-centre", targets: ["loa-centre"]),
        // An ALSA plug-in: libasound loads it by path, so it must be a library of its own.
        .library(name: "SimulatedCard", type: .dynamic, targets: ["SimulatedCard"]),
        // Preloaded into the daemon by a test: a GPIO chip that is not there.
        .library(name: "SimulatedLine", type: .dynamic, targets: ["SimulatedLine"]),
    ],
    targets: [
        .systemLibrary(name: "CALSA", pkgConfig: "alsa", providers: [.apt(["libasound2-dev"])]),
        // Only the run-time library is there, brought by libcurl: no headers and no plain `libcrypto.so`,
        // hence the soname and prototypes of our own.
        .target(name: "CCrypto", cSettings: gnu, linkerSettings: [.linkedLibrary(":libcrypto.so.3")]),
        .target(name: "CLinux", cSettings: gnu),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),

        .target(name: "StationTrust", dependencies: ["CCrypto"], swiftSettings: strict),
        .target(name: "StationCore", dependencies: ["StationTrust"], swiftSettings: strict),
        .target(
            name: "StationAudio", dependencies: ["CALSA", "CLinux"],
            swiftSettings: strict + [.strictMemorySafety()]),
        .target(
            name: "StationHost", dependencies: ["StationCore", "StationTrust", "StationAudio", "CLinux"],
            swiftSettings: strict),
        // A target of its own, so that `loa` starts without libcurl and the thirty libraries that it brings.
        .target(
            name: "StationFetch", dependencies: ["StationCore", "StationHost", "StationTrust", "CCurl"],
            swiftSettings: strict, linkerSettings: [.linkedLibrary(":libssl.so.3")]),
        .target(
            name: "StationSimulator", dependencies: ["StationCore", "StationTrust"], swiftSettings: strict),
        // What the commands for people share: two languages, tables, the daemon's messages in Vietnamese.
        .target(name: "TerminalText", swiftSettings: strict),
        .target(
            name: "Centre",
            dependencies: [
                "StationCore", "StationTrust", "StationAudio", "StationHost", "TerminalText", "CLinux",
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "loaphuongd", dependencies: ["StationHost", "StationCore", "StationFetch"],
            swiftSettings: strict),
        .executableTarget(
            name: "loa",
            dependencies: [
                "StationHost", "StationCore", "StationTrust", "StationAudio", "StationSimulator", "Centre",
                "TerminalText", "CLinux",
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "loa-centre",
            dependencies: ["Centre", "StationHost", "StationCore", "StationTrust", "TerminalText"],
            swiftSettings: strict),

        .target(
            name: "SimulatedCard", path: "Tests/SimulatedCard", cSettings: gnu + [.define("PIC")],
            linkerSettings: [.linkedLibrary("asound")]),
        .target(name: "SimulatedLine", path: "Tests/SimulatedLine", cSettings: gnu),
        // What the tests of several targets share about the simulated card: its faults, and what left it.
        .target(
            name: "CardCapture", dependencies: ["SimulatedCard"], path: "Tests/CardCapture",
            swiftSettings: strict),
        // Takes malloc's place in the test process, to count a thread's allocations. Sanitizers do so themselves.
        .target(name: "AllocationProbe", path: "Tests/AllocationProbe", cSettings: gnu + probe),
        // StationTrust as a command, for outside suites of conformance; not installed.
        .executableTarget(
            name: "tuf-client", dependencies: ["StationTrust", "CCurl"], path: "Tests/tuf-client",
            exclude: ["conformance.py", "repository.py"], swiftSettings: strict),
        // A folder of a test's own, gone with it.
        .target(name: "ScratchFolders", path: "Tests/ScratchFolders", swiftSettings: strict),
        // Repositories that the tests of several targets sign for themselves.
        .target(
            name: "SignedRepositories", dependencies: ["StationTrust"], path: "Tests/SignedRepositories",
            swiftSettings: strict),
        // The fetch thread as a command, for benchmarks; not installed.
        .executableTarget(
            name: "fetch-tool",
            dependencies: [
                "StationFetch", "StationHost", "StationCore", "StationTrust", "SignedRepositories",
            ],
            path: "Tests/fetch-tool", swiftSettings: strict),
        // The log on the disk as a command, for benchmarks; not installed.
        .executableTarget(
            name: "log-tool", dependencies: ["StationHost", "StationCore", "StationTrust"],
            path: "Tests/log-tool", swiftSettings: strict),
        // The proofs of a simulated province, for the report's benchmark and for looking at its page; not installed.
        .executableTarget(
            name: "province",
            dependencies: ["StationSimulator", "StationHost", "StationCore", "StationTrust"],
            path: "Tests/province", swiftSettings: strict),
        .testTarget(
            name: "StationTrustTests", dependencies: ["StationTrust", "SignedRepositories"],
            exclude: ["Fixtures"], swiftSettings: strict),
        .testTarget(
            name: "StationCoreTests", dependencies: ["StationCore", "StationTrust"],
            exclude: ["Timetable/Fixtures"], swiftSettings: strict),
        .testTarget(
            name: "StationAudioTests",
            dependencies: ["StationAudio", "CALSA", "CLinux", "CardCapture", "AllocationProbe"],
            swiftSettings: strict),
        .testTarget(
            name: "StationHostTests",
            dependencies: [
                "StationHost", "StationCore", "StationTrust", "StationAudio", "StationSimulator",
                "CardCapture", "CLinux", "ScratchFolders",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "StationFetchTests",
            dependencies: [
                "StationFetch", "StationHost", "StationCore", "StationTrust", "SignedRepositories",
            ],
            exclude: ["server.py"], swiftSettings: strict),
        .testTarget(
            name: "StationSimulatorTests", dependencies: ["StationSimulator", "StationCore", "StationTrust"],
            swiftSettings: strict),
        .testTarget(
            name: "LoaTests",
            dependencies: [
                "loa", "loa-centre", "StationCore", "StationTrust", "StationHost", "StationAudio",
                "TerminalText",
                "CCurl", "ScratchFolders",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "CentreTests",
            dependencies: [
                "Centre", "StationCore", "StationTrust", "StationAudio", "StationHost", "TerminalText",
                "ScratchFolders",
            ],
            exclude: ["client.py"], swiftSettings: strict),
        .testTarget(
            name: "EndToEndTests",
            dependencies: ["StationCore", "StationTrust", "CardCapture", "SignedRepositories"],
            exclude: ["publish.py"], swiftSettings: strict),
        .testTarget(name: "StyleTests", swiftSettings: strict),
    ]
)
