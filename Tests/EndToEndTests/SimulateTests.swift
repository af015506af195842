import Foundation
import StationTrust
import Testing

/// `loa simulate` over a real station's folder: its timetable, its files, its log.
@Suite(.ownThreads, .serialized, .timeLimit(.minutes(2))) struct SimulateTests {
    private func answer(_ broadcast: Broadcast, _ arguments: [String]) throws -> (code: Int32, json: JSON) {
        let said = try broadcast.station.run(
            "loa", ["--socket", broadcast.station.socket, "--json", "simulate"] + arguments)
        let line = Array(said.said.utf8.prefix { $0 != 0x0A })
        return (said.code, try JSONParser.parse(line, limits: .init(bytes: 1 << 20)))
    }

    private func slots(_ answer: JSON) -> [String] {
        (answer["slots"]?.elements ?? []).map {
            [$0["programme"]?.text, $0["result"]?.text, $0["reason"]?.text].compactMap(\.self)
                .joined(separator: " ")
        }
    }

    @Test("the files' own lengths count; the daemon names its configuration, and is not needed")
    func station() throws {
        let broadcast = try Broadcast()
        try broadcast.write("item.wav", seconds: 40)
        try broadcast.schedule(in: 1200)
        try broadcast.start()
        #expect(broadcast.station.waits { try broadcast.station.next().count == 2 })
        let whole = try answer(broadcast, ["--days", "1"])
        #expect(whole.code == 0 && slots(whole.json) == ["now played", "later played"], "\(whole)")
        let first = try #require(whole.json["slots"]?.elements?.first)
        let frames: Int64 = 40 * 48_000
        #expect(first["framesConsumed"]?.integer == frames)
        #expect(whole.json["faults"]?.elements?.isEmpty == true)
        // Nothing of it has happened.
        #expect(try broadcast.station.entries().allSatisfy { $0["kind"]?.text != "outcome" })

        // The power goes ten seconds after the first sample, for a minute.
        let cut = String(format: "%@Z/1m", Self.rfc3339(broadcast.scheduled + 10))
        let powerless = try answer(broadcast, ["--days", "1", "--power-cut", cut])
        #expect(slots(powerless.json) == ["now partial power-lost", "later played"], "\(powerless)")
        let gone = String(format: "%@Z/1h", Self.rfc3339(broadcast.scheduled - 60))
        let cardless = try answer(broadcast, ["--days", "1", "--card-lost", gone])
        #expect(cardless.code == 1 && slots(cardless.json) == ["now missed device-missing", "later played"])
        #expect(cardless.json["faults"]?.elements?.first?["code"]?.text == "device")
        let told = try broadcast.station.run(
            "loa",
            [
                "--socket", broadcast.station.socket, "--lang", "en", "simulate", "--days", "1",
                "--card-lost", gone,
            ])
        #expect(told.said.contains("the sound card is gone"), "\(told)")

        broadcast.station.signal(SIGTERM)
        _ = broadcast.station.end()
        let alone = try answer(
            broadcast, ["--days", "1", "--config", broadcast.station.path + "/station.json5"])
        #expect(alone.code == 0 && slots(alone.json) == ["now played", "later played"], "\(alone)")
    }

    private static func rfc3339(_ seconds: Int) -> String {
        let text = Array(Broadcast.text(seconds))
        func part(_ range: Range<Int>) -> String { String(text[range]) }
        return
            "\(part(0..<4))-\(part(4..<6))-\(part(6..<8))T\(part(9..<11)):\(part(11..<13)):\(part(13..<15))"
    }

    @Test("what is not understood is said with what is expected; a wrong configuration ends with 78")
    func refusals() throws {
        let station = try StationProcess()
        let configuration = ["--config", station.path + "/station.json5"]
        try FileManager.default.createDirectory(
            atPath: station.path + "/state", withIntermediateDirectories: true)
        let late = try station.run("loa", ["--lang", "vi", "simulate", "--at", "mai"] + configuration)
        #expect(late.code == 64 && late.said.contains("mai: cần giờ như 05:00"), "\(late)")
        for stretch in ["05:00/04:59:99", "05:00/-5m", "/5m"] {
            let refused = try station.run("loa", ["simulate", "--power-cut", stretch] + configuration)
            #expect(refused.code == 64, "\(stretch): \(refused)")
        }
        try station.write("station.json5", "{ station: 's', upstreams: [], wrong: 1 }")
        #expect(try station.run("loa", ["simulate"] + configuration).code == 78)
    }
}
