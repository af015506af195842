import Foundation
import StationTrust
import Testing

/// The plug is pulled in the middle of a new timetable.
@Suite(.ownThreads, .serialized, .timeLimit(.minutes(5))) struct CutSyncTests {
    private let broadcast: Broadcast
    private var station: StationProcess { broadcast.station }

    init() throws { broadcast = try Broadcast() }

    private static let old: Set = ["old-1", "old-2", "both"]
    private static let new: Set = ["new-1", "new-2", "new-3", "new-4", "new-5", "new-6", "both"]

    /// Publishes programmes of that name, each with a recording of its own; all but `both`, which stays.
    private func publish(_ names: Set<String>, at start: Int, in centre: SigningCentre) throws {
        for name in names.sorted() {
            try centre.writeSound("\(name).wav", seconds: 8, isNoise: true)
        }
        try centre.writeCalendar(
            names.sorted().enumerated().map { place, name in
                .init(uid: name, start: start + 60 * place, attach: "\(name).wav")
            })
        try centre.publish()
    }

    private func programmes() throws -> Set<String> {
        Set(try station.next().compactMap { $0["programme"]?.text })
    }

    /// Begins a `loa sync` that nobody waits for: a poll at once, and not in some seconds.
    private func beginSync() throws -> Process {
        let command = Process()
        command.executableURL = StationProcess.programs.appending(path: "loa")
        command.arguments = ["--socket", station.socket, "--json", "sync"]
        (command.standardOutput, command.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
        try command.run()
        return command
    }

    private func content() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: station.path + "/state/content")
            .filter { $0 != ".boot" }
    }

    @Test("T21 killed at any point of a sync, a station has the whole old timetable or the whole new one")
    func killed() async throws {
        let centre = try SigningCentre("xa", of: station)
        let start = time(nil) + 3 * 3600
        try centre.make()
        try publish(Self.old, at: start, in: centre)
        // 5 MB in about ten seconds.
        try broadcast.configure([centre.upstream()], "network: { bytesPerSecond: 500000 }")
        try broadcast.start()
        try #require(station.isAnswering(), "\(station.said)")
        #expect(try station.loa("sync").code == 0)
        #expect(try programmes() == Self.old)
        try publish(Self.new, at: start, in: centre)
        var seen: [String] = []
        for _ in 0..<10 {
            let sync = try beginSync()
            let pause = UInt32.random(in: 0..<1_500_000)
            usleep(pause)
            station.signal(SIGKILL)
            _ = station.end()
            sync.waitUntilExit()
            try broadcast.start()
            try #require(station.isAnswering(), "\(station.said)")
            let programmes = try programmes()
            seen.append("after \(pause) µs \(programmes.contains("new-1") ? "new" : "old")")
            #expect(programmes == Self.old || programmes == Self.new, "\(programmes.sorted()) \(seen)")
        }
        // It was cut, and had the old one still: else nothing was shown.
        #expect(seen.first?.hasSuffix("old") == true, "\(seen)")
        #expect(try station.loa("sync").code == 0)
        #expect(try programmes() == Self.new, "\(seen)")
        #expect(try station.faults().isEmpty)
        for name in try content() {
            let bytes = [UInt8](
                try Data(contentsOf: URL(fileURLWithPath: "\(station.path)/state/content/\(name)")))
            #expect("\(SHA256.hash(bytes))" == name)
        }
    }
}
