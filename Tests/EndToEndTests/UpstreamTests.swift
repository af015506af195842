import Foundation
import SignedRepositories
import StationTrust
import Testing

/// A station and its upstreams: web servers that come and go, and repositories that are right, late, or somebody else's.
@Suite(.ownThreads, .serialized, .timeLimit(.minutes(5))) struct UpstreamTests {
    private let broadcast: Broadcast
    private var station: StationProcess { broadcast.station }

    init() throws { broadcast = try Broadcast() }

    private func start() throws {
        try broadcast.start()
        try #require(station.isAnswering(), "\(station.said)")
    }

    /// What `sync` says of an upstream.
    private func sync() throws -> (code: Int32, error: JSON?, output: String) {
        let answer = try station.loa("--json", "sync")
        let json = try JSONParser.parse(
            Array(answer.output.utf8.prefix { $0 != 0x0A }), limits: .init(bytes: 1 << 20))
        return (answer.code, json["upstreams"]?.elements?.first?["error"], answer.output)
    }

    // MARK: Three at once

    private static let day = 86_400

    /// An event of now and of tomorrow.
    private static func event(_ uid: String, _ start: Int, _ more: String...) -> SigningCentre.Event {
        .init(uid: uid, start: start, more: ["RRULE:FREQ=DAILY;COUNT=2"] + more)
    }

    private func province(at start: Int) throws -> SigningCentre {
        let centre = try SigningCentre("province", of: station)
        try centre.writeSound("item.wav", seconds: 1)
        try centre.writeCalendar([
            Self.event("province", start), Self.event("too-high", start + 3600, "PRIORITY:3"),
        ])
        try centre.make()
        try centre.publish()
        return centre
    }

    private func commune(at start: Int) throws -> SigningCentre {
        let centre = try SigningCentre("commune", of: station)
        try centre.writeSound("item.wav", seconds: 1)
        try centre.writeCalendar([
            Self.event("commune", start), Self.event("high", start + 3600, "PRIORITY:3"),
        ])
        for (folder, uid) in [
            ("groups/thon-1", "my-group"), ("groups/thon-2", "other-group"),
            ("stations/loa-1", "my-station"), ("stations/loa-2", "other-station"),
        ] {
            try centre.writeSound(folder + "/item.wav", seconds: 1)
            try centre.writeCalendar([Self.event(uid, start + 7200)], in: folder + "/")
        }
        try centre.make()
        try centre.publish()
        return centre
    }

    /// Nobody at the district has heard of `loa-centre`.
    private func district(at start: Int) throws -> SigningCentre {
        let centre = try SigningCentre("district", of: station)
        for folder in ["", "emergency/"] { try centre.writeSound(folder + "item.wav", seconds: 1) }
        try centre.writeCalendar([Self.event("district", start)])
        try centre.writeCalendar([Self.event("alarm", start + 10_800, "PRIORITY:1")], in: "emergency/")
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "publish.py")
        try SigningCentre.run(["python3", script.path, centre.folder + "/channel", centre.repository])
        return centre
    }

    @Test("a station with three upstreams, one signed by python-tuf, plays the right slots by rank and class")
    func threeUpstreams() async throws {
        let start = time(nil) + 25
        let (province, commune) = (try province(at: start), try commune(at: start))
        let district = try district(at: start)
        try broadcast.configure(
            [
                district.upstream(rank: 3, classes: "\"normal\", \"priority\""),
                province.upstream(rank: 2, classes: "\"normal\""), commune.upstream(rank: 1),
            ], "groups: [\"thon-1\"]", station: "loa-1")
        try self.start()
        let synced = try station.loa("--json", "sync")
        #expect(synced.code == 0, "\(synced)")
        let wanted = [
            // Of today: what lies below emergency/ is not believed for longer than a day.
            "district/alarm priority",
            "commune/commune normal", "province/province normal", "district/district normal",
            "commune/high priority", "province/too-high normal", "commune/my-group normal",
            "commune/my-station normal",
        ]
        // The others of tomorrow: whenever this machine comes to ask, none of them has begun.
        let slots = try station.next().suffix(wanted.count)
        let found = slots.map { slot in
            let name = slot["slot"]?.text?.prefix { $0 != "@" } ?? ""
            return "\(name) \(slot["class"]?.text ?? "")"
        }
        #expect(found == wanted)
        // Those of one instant sound one after the other, by the ranks.
        _ = try await broadcast.entry("outcome") { $0["slot"]?.text?.hasPrefix("district/district@") == true }
        let outcomes = try broadcast.entries("outcome")
        #expect(outcomes.map { $0["upstream"]?.text } == ["commune", "province", "district"])
        #expect(outcomes.allSatisfy { $0["result"]?.text == "played" }, "\(outcomes.map(\.text))")
        #expect(broadcast.heard().reduce(0) { $0 + $1.sounding } >= 3 * 40_000)
    }

    // MARK: Paths that were handed on

    @Test(
        "a station plays what another centre has signed for it, to which the district has handed its paths on"
    )
    func delegated() async throws {
        let start = time(nil) + 25
        let district = try SigningCentre("district", of: station)
        try district.writeSound("item.wav", seconds: 1)
        try district.writeCalendar([.init(uid: "district", start: start + 7200)])
        try district.make()
        try district.publish()
        let village = try SigningCentre("village", of: station)
        let folder = "stations/loa-1/"
        // As a Mac writes it: the accent is a letter of its own.
        try village.writeSound(folder + "ba\u{309}n tin.wav", seconds: 1)
        func writeCalendar(_ uids: String...) throws {
            let events = uids.enumerated().map { place, uid in
                SigningCentre.Event(uid: uid, start: start + place * 10_800, attach: "b\u{1EA3}n tin.wav")
            }
            try village.writeCalendar(events, in: folder)
        }
        try writeCalendar("village")
        try village.sign("village", [folder + "*"])
        try district.delegate(to: village, as: "village", [folder + "*"])
        try broadcast.configure([district.upstream()], station: "loa-1")
        try self.start()
        #expect(try sync().code == 0)
        try writeCalendar("village", "later")
        try village.sign("village", [folder + "*"])
        try district.delegate(to: village, as: "village")
        #expect(try sync().code == 0)
        #expect(try programmes().suffix(2) == ["district", "later"])
        let outcome = try await broadcast.outcome()
        #expect(outcome["slot"]?.text?.hasPrefix("district/village@") == true, "\(outcome.text ?? "")")
        #expect(outcome["result"]?.text == "played")
        #expect(broadcast.heard().reduce(0) { $0 + $1.sounding } >= 40_000)
        #expect(try station.faults().isEmpty)
    }

    // MARK: An upstream that is gone

    /// A station of one centre whose programme is tomorrow's.
    private func centre() throws -> SigningCentre {
        let centre = try SigningCentre("xa", of: station)
        try centre.writeSound("item.wav", seconds: 1)
        try centre.writeCalendar([.init(uid: "tin", start: time(nil) + 3 * 3600)])
        try centre.make()
        try centre.publish()
        try broadcast.configure([centre.upstream()])
        return centre
    }

    private func programmes() throws -> [String] { try station.next().compactMap { $0["programme"]?.text } }

    @Test(
        "`loa sync` ends 0 when all is there and 1 while the server is gone, which becomes a fault and passes"
    )
    func serverGone() throws {
        let centre = try centre()
        try start()
        let fine = try sync()
        #expect(fine.code == 0 && fine.error == .null, "\(fine)")
        #expect(fine.output.split(separator: "\n", omittingEmptySubsequences: false).count == 2)
        #expect(try programmes() == ["tin"] && station.faults().isEmpty)
        centre.server.stop()
        for _ in 0..<3 {
            let failed = try sync()
            #expect(failed.code == 1 && failed.error?.text?.isEmpty == false, "\(failed)")
            #expect(failed.output.split(separator: "\n").count == 1)
        }
        #expect(try station.faults() == ["upstream"])
        let standing = try station.status()["upstreams"]?.elements?.first
        #expect(standing?["error"]?.text?.isEmpty == false, "\(String(describing: standing))")
        #expect(try programmes() == ["tin"])
        try centre.server.start()
        let back = try sync()
        #expect(back.code == 0 && back.error == .null, "\(back)")
        #expect(try station.faults().isEmpty)
    }

    @Test("`loa sync` by a user without the group ends with 77")
    func stranger() throws {
        try start()
        let command = Process()
        command.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        command.arguments = [
            "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
            StationProcess.programs.appending(path: "loa").path, "--socket", station.socket, "sync",
        ]
        (command.standardOutput, command.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
        try command.run()
        command.waitUntilExit()
        #expect(command.terminationStatus == 77)
    }

    @Test("a timestamp that has expired is a fault, and what was verified before stays and plays")
    func expired() async throws {
        let centre = try centre()
        let start = time(nil) + 20
        try centre.writeCalendar([.init(uid: "soon", start: start), .init(uid: "tin", start: start + 10_800)])
        try centre.publish()
        try self.start()
        #expect(try sync().code == 0)
        // A week and a day ago somebody signed for a week.
        try centre.refresh(clock: "8 days ago")
        let failed = try sync()
        #expect(failed.code == 1 && failed.error?.text?.contains("expired") == true, "\(failed)")
        #expect(try station.faults() == ["upstream"])
        #expect(try programmes().last == "tin")
        #expect(try await broadcast.outcome()["result"]?.text == "played")
        try centre.refresh()
        #expect(try sync().code == 0)
        #expect(try station.faults().isEmpty && programmes() == ["tin"])
    }

    // MARK: Somebody else's

    @Test("T28 what somebody else signed under the same URL is refused: a fault, and the timetable stays")
    func otherKeys() throws {
        let centre = try centre()
        try start()
        #expect(try sync().code == 0)
        let other = try SigningCentre("other", of: station)
        try other.writeSound("item.wav", seconds: 1)
        try other.writeSound("emergency/item.wav", seconds: 1)
        try other.writeCalendar([.init(uid: "evil", start: time(nil) + 3600)])
        try other.make()
        // Versions below and above those that the station knows.
        for round in 1...3 {
            try other.writeCalendar([.init(uid: "evil-\(round)", start: time(nil) + 3600)])
            try other.publish()
            if round == 3 { try other.alert("item.wav") }
            try exchange(centre.repository, other.repository)
            let failed = try sync()
            #expect(failed.code == 1 && failed.error?.text?.isEmpty == false, "\(failed)")
            #expect(try station.faults() == ["upstream"])
            #expect(try programmes() == ["tin"])
            try exchange(centre.repository, other.repository)
        }
        #expect(try sync().code == 0)
        #expect(try station.faults().isEmpty && programmes() == ["tin"])
        #expect(try station.entries().allSatisfy { $0["kind"]?.text != "intent" })
    }

    private func exchange(_ one: String, _ other: String) throws {
        let files = FileManager.default
        for (from, to) in [(one, one + ".away"), (other, one), (one + ".away", other)] {
            try files.moveItem(atPath: from, toPath: to)
        }
    }
}
