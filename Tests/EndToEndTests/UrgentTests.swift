import CardCapture
import Foundation
import StationTrust
import Testing

/// Emergencies that come while the network is busy with everything else.
@Suite(.ownThreads, .serialized, .timeLimit(.minutes(5))) struct UrgentTests {
    private let broadcast: Broadcast
    private var station: StationProcess { broadcast.station }

    init() throws { broadcast = try Broadcast() }

    /// A station that has just begun to download a programme of days to come, for minutes.
    private func downloading() async throws -> SigningCentre {
        let centre = try SigningCentre("xa", of: station)
        // 12 MB at 60 kB a second.
        try centre.writeSound("bulk.wav", seconds: 125, isNoise: true)
        try centre.writeSound("short.wav", seconds: 2)
        try centre.writeSound("long.wav", seconds: 60)
        try centre.writeCalendar([
            .init(uid: "bulk", start: time(nil) + 3 * 86_400, attach: "bulk.wav")
        ])
        try centre.make()
        try centre.publish()
        try broadcast.configure([centre.upstream()], "network: { bytesPerSecond: 60000 }")
        try broadcast.start()
        try #require(station.isAnswering(), "\(station.said)")
        try #require(try await broadcast.waits { try isDownloading() }, "\(station.said)")
        return centre
    }

    /// Whether a part of the programme is on the disk, and not all of it.
    private func isDownloading() throws -> Bool {
        try FileManager.default.contentsOfDirectory(atPath: station.path + "/state/content").contains {
            $0.hasSuffix(".part")
        }
    }

    /// The slots that were begun.
    private func begun() throws -> [String] {
        try broadcast.entries("intent").compactMap { $0["slot"]?.text }
    }

    private func waitForPolls(_ count: Int, of centre: SigningCentre) async throws {
        let before = centre.polls
        #expect(try await broadcast.waits { centre.polls >= before + count })
    }

    @Test("T27 an alert sounds while a bulk download runs, and no second poll plays it again")
    func overBulk() async throws {
        let centre = try await downloading()
        try centre.alert("short.wav")
        let outcome = try await broadcast.outcome()
        #expect(try isDownloading(), "the download had ended before it")
        #expect(outcome["class"]?.text == "emergency" && outcome["result"]?.text == "played", "\(outcome)")
        #expect(outcome["framesConsumed"] == outcome["framesPlanned"])
        #expect(broadcast.heard().reduce(0) { $0 + $1.sounding } > 80_000)
        try await waitForPolls(3, of: centre)
        try centre.refresh()
        try await waitForPolls(3, of: centre)
        #expect(try begun().count == 1)
        #expect(try broadcast.entries("outcome").count == 1)
    }

    @Test("I14 an alert that is cancelled while it sounds ends withdrawn")
    func cancelled() async throws {
        let centre = try await downloading()
        try centre.alert("long.wav")
        #expect(try await broadcast.waits { try station.status()["playing"]?["class"]?.text == "emergency" })
        try centre.cancelAlert()
        let outcome = try await broadcast.outcome()
        #expect(outcome["reason"]?.text == "withdrawn" && outcome["result"]?.text == "partial", "\(outcome)")
        #expect(try isDownloading(), "the download had ended before it")
        try await waitForPolls(2, of: centre)
        #expect(try begun().count == 1 && station.status()["playing"] == .null)
    }
}
