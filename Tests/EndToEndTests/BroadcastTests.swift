import CardCapture
import Foundation
import StationTrust
import Testing

/// A slot from its timetable to the frames that leave the card, with the real daemon.
@Suite("The daemon plays a slot as the timetable has it", .ownThreads, .serialized, .timeLimit(.minutes(3)))
struct BroadcastTests {
    @Test("T4 T16 the first frame leaves the card at the slot's instant, and every frame after it")
    func onTime() async throws {
        let broadcast = try Broadcast()
        try broadcast.write("item.wav", seconds: 2)
        try broadcast.schedule()
        try broadcast.start()
        let outcome = try await broadcast.outcome()
        #expect(outcome["result"]?.text == "played" && outcome["reason"] == .null, "\(outcome)")
        #expect(outcome["framesPlanned"]?.integer == 96_000)
        #expect(outcome["framesConsumed"]?.integer == 96_000)
        #expect(outcome["startMethod"]?.text == "delay-fit")
        #expect(outcome["unproven"] == nil)
        let heard = broadcast.heard()
        let stretch = try #require(heard.first)
        #expect(heard.count == 1 && stretch.sounding == 96_000 && stretch.frames.count == 96_000)
        // Silence ran before it, longer than any converter needs to wake up.
        #expect(stretch.frames.lowerBound > 3 * 48_000)
        // In microseconds, by the card's own clock.
        let error = (stretch.start - Double(broadcast.instant)) / 1000
        let told = try #require(outcome["startErrorMicroseconds"]?.number)
        #expect(abs(error) <= 100, "\(error)")
        #expect(abs(told - error) <= 100, "\(told), but \(error)")
        let kinds = try broadcast.log().compactMap { $0["kind"]?.text }
        #expect(kinds.filter { $0 == "intent" || $0 == "outcome" } == ["intent", "outcome"])
    }

    @Test("WAV, MP3 and Opus of three rates follow each other without a missing or an extra frame")
    func formats() async throws {
        let broadcast = try Broadcast()
        for (name, rate) in [("a.wav", "22050"), ("b.wav", "44100"), ("c.wav", "48000")] {
            try broadcast.run(
                "sox", "-n", "-r", rate, "-c", "1", "-b", "16", name, "synth", "1", "sine", "700", "gain",
                "-12")
        }
        try broadcast.run("lame", "--quiet", "-b", "64", "b.wav", "b.mp3")
        try broadcast.run("opusenc", "--quiet", "c.wav", "c.opus")
        let list = "#EXTM3U\n#EXTINF:1,A\na.wav\n#EXTINF:1,B\nb.mp3\n#EXTINF:1,C\nc.opus\n"
        try Data(list.utf8).write(to: broadcast.file("list.m3u8"))
        try broadcast.schedule(attach: "list.m3u8")
        try broadcast.start()
        let outcome = try await broadcast.outcome()
        #expect(outcome["result"]?.text == "played", "\(outcome)")
        let planned = try #require(outcome["framesPlanned"]?.integer)
        #expect(abs(planned - 144_000) <= 3)
        #expect(outcome["framesConsumed"]?.integer == planned)
        let heard = broadcast.heard()
        let stretch = try #require(heard.first)
        #expect(heard.count == 1 && abs(stretch.frames.count - 144_000) <= 100, "\(stretch.frames.count)")
        // A tone of 700 Hz crosses zero every 34 frames; the seams, faded or not, are no longer.
        var (quiet, longest) = (0, 0)
        for frame in stretch.frames {
            quiet = abs(stretch.run[frame]) < 0.002 ? quiet + 1 : 0
            longest = max(longest, quiet)
        }
        #expect(longest < 96, "\(longest) silent frames between two items")
    }

    @Test(
        "T5 a time in Asia/Ho_Chi_Minh is that instant whatever zone the process has",
        arguments: [nil, "America/New_York"])
    func zone(process zone: String?) async throws {
        let broadcast = try Broadcast(environment: ["TZ": zone])
        try broadcast.write("item.wav", seconds: 1)
        try broadcast.schedule(in: 6, zone: ("Asia/Ho_Chi_Minh", 7))
        try broadcast.start()
        let outcome = try await broadcast.outcome()
        #expect(outcome["result"]?.text == "played", "\(outcome)")
        #expect(outcome["scheduled"]?.text?.hasSuffix("+07:00") == true)
        let stretch = try #require(broadcast.heard().first)
        #expect(abs(stretch.start - Double(broadcast.instant)) <= 100_000)
    }

    @Test("T42 a slot that the timetable withdraws while it plays fades within a second of the new timetable")
    func withdrawn() async throws {
        let broadcast = try Broadcast.started(playing: 9)
        try await broadcast.sleep(until: 1)
        try broadcast.withdraw()
        let outcome = try await broadcast.outcome()
        #expect(outcome["result"]?.text == "partial" && outcome["reason"]?.text == "withdrawn", "\(outcome)")
        let timetables = try broadcast.entries("timetable")
        // Emergencies and what is ordinary came each by itself; then there was the new one.
        #expect(timetables.count == 3)
        let heard = broadcast.heard()
        let stretch = try #require(heard.first)
        let taken = try broadcast.instant(of: try #require(timetables.last))
        #expect(heard.count == 1 && stretch.end - Double(taken) < 1e9)
        #expect(stretch.sounding > 48_000 && stretch.sounding < 8 * 48_000)
        // The other slot stands, and nothing is wrong.
        #expect(try broadcast.station.status()["next"]?["title"]?.text == "Later")
        #expect(try broadcast.station.faults().isEmpty)
    }
}

/// What the guard and a person's word do to the sound.
@Suite("Silence is kept, and comes when it is asked for", .ownThreads, .serialized, .timeLimit(.minutes(3)))
struct SilenceTests {
    @Test("T9 outside the hours nothing sounds, and the outcome says why")
    func outsideHours() async throws {
        let hour = (time(nil) / 3600 + 7) % 24
        let hours =
            "hours: [{ from: \"\((hour + 3) % 24):00\", to: \"\((hour + 3) % 24):30\", ceilingDecibels: 0 }]"
        let broadcast = try Broadcast(hours.replacing(/"(\d):/) { "\"0\($0.1):" })
        try broadcast.write("item.wav", seconds: 1)
        try broadcast.schedule(in: 3, more: ["X-LOA-LATE:PT2S"])
        try broadcast.start()
        let outcome = try await broadcast.outcome()
        #expect(
            outcome["result"]?.text == "missed" && outcome["reason"]?.text == "outside-hours", "\(outcome)")
        #expect(broadcast.heard().isEmpty)
    }

    @Test(
        "T9 I12 stop and mute silence the card within 200 ms, and the log says who",
        arguments: ["stop", "mute"])
    func hand(verb: String) async throws {
        let broadcast = try Broadcast()
        try broadcast.write("item.wav", seconds: 6)
        try broadcast.schedule(in: 6)
        try broadcast.start()
        try await broadcast.sleep(until: 1)
        if verb == "stop" {
            #expect(try broadcast.station.loa("stop").code == 0)
        } else {
            #expect(try broadcast.station.loa("mute", "--for", "1h", "--reason", "đám tang").code == 0)
        }
        let outcome = try await broadcast.outcome()
        #expect(outcome["result"]?.text == "partial", "\(outcome)")
        #expect(outcome["reason"]?.text == (verb == "stop" ? "stopped-by-hand" : "muted"))
        let command = try #require(try broadcast.entries("command").first)
        #expect(command["verb"]?.text == verb && command["accepted"] == true)
        #expect(command["uid"]?.integer == Int64(getuid()))
        #expect(command["by"]?.text?.isEmpty == false)
        let heard = broadcast.heard()
        let stretch = try #require(heard.first)
        let silence = (stretch.end - Double(try broadcast.instant(of: command))) / 1e6
        #expect(heard.count == 1 && silence > 0 && silence <= 200, "\(silence) ms")
    }

    @Test("T15 noise at full scale and beyond, and what is no number, stays below the ceiling")
    func ceiling() async throws {
        let broadcast = try Broadcast("hours: [{ from: \"00:00\", to: \"24:00\", ceilingDecibels: -6 }]")
        var noise: UInt32 = 1
        let samples: [Float] = (0..<96_000).map { index in
            noise = noise &* 1_664_525 &+ 1_013_904_223
            return switch index % 997 {
            case 0: .nan
            case 1: .infinity
            case 2: -1e30
            // Clicks in what is faint: the loudness gain raises them far beyond full scale.
            case 3...5: 1
            default: Float(Int32(bitPattern: noise)) / 2_147_483_648 * 0.02
            }
        }
        let data = samples.withUnsafeBytes { Data($0) }
        try Broadcast.wav(format: 3, bits: 32, rate: 48_000, data).write(to: broadcast.file("noise.wav"))
        try broadcast.write("item.wav", seconds: 1)
        try Data("#EXTM3U\n#EXTINF:2,N\nnoise.wav\n#EXTINF:1,I\nitem.wav\n".utf8)
            .write(to: broadcast.file("list.m3u8"))
        try broadcast.schedule(in: 6, attach: "list.m3u8")
        try broadcast.start()
        _ = try await broadcast.outcome()
        let stretch = try #require(broadcast.heard().first)
        #expect(stretch.run.samples.allSatisfy { $0.isFinite && abs($0) <= 0.5013 })
        #expect(stretch.sounding > 40_000)
    }
}
